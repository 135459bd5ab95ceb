# SPDX-License-Identifier: GPL-3.0-or-later
"""redis_server, with everything on, against another role, each on a host of its own and in turn.

`make bench ROLE=path/to/a/role` says which one; without it, it is the minimal one beside this file, which does what the
widely used roles do: install, template, service. Nothing here fails for being slow.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.hosts.twins import ROOT, Contender, Run, Twins, lacking

CONVERGES = 3
REPEATS = 5

HERE = Path(__file__).parent
OURS = Contender("bench-ours", "redisops.cache.redis_server", gather_facts=False, variables=HERE / "everything.yml")


@pytest.fixture(scope="module")
def other() -> Contender:
    """The role to compare with; like most roles, it is given the facts of its host."""
    role = Path(ROOT, os.environ.get("ROLE") or HERE / "roles" / "minimal").resolve()
    assert (role / "tasks").is_dir(), f"{role} is no role: it has no folder tasks"
    return Contender("bench-other", str(role), gather_facts=True)


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    if why := lacking():
        pytest.skip(why)
    twins = Twins(tmp_path_factory.mktemp("twins"))
    yield twins
    twins.shut_down()


def play_pair(twins: Twins, other: Contender, number: int) -> tuple[Run, Run]:
    """Play both, ours first in every second pair: whoever comes second may find caches warm."""
    order = [OURS, other] if number % 2 == 0 else [other, OURS]
    runs = {contender.host: twins.play(contender) for contender in order}
    return runs[OURS.host], runs[other.host]


def tell(what: str, pairs: list[tuple[Run, Run]]) -> None:
    ratios = [ours.seconds / theirs.seconds for ours, theirs in pairs]
    listed = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"\n{what}: redis_server / other, median {statistics.median(ratios):.2f} (pairs: {listed})")
    for name, runs in zip(("redis_server", "other"), zip(*pairs, strict=True), strict=True):
        seconds = statistics.median(run.seconds for run in runs)
        last = runs[-1]
        print(f"  {name:<14}{seconds:5.1f} s, {last.tasks} tasks, {last.skipped} skipped, {last.changed} changed")


def test_a_host_from_nothing(twins: Twins, other: Contender) -> None:
    pairs = []
    for number in range(CONVERGES):
        twins.boot()
        pairs.append(play_pair(twins, other, number))
    assert all(run.changed for pair in pairs for run in pair)
    tell(f"a host from nothing, against {Path(other.role).name}", pairs)


def test_the_same_again(twins: Twins, other: Contender) -> None:
    twins.boot()
    play_pair(twins, other, 0)
    pairs = [play_pair(twins, other, number) for number in range(REPEATS)]
    assert all(ours.changed == 0 for ours, _theirs in pairs)
    tell(f"the same again, against {Path(other.role).name}", pairs)
