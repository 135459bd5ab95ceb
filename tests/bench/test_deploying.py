# SPDX-License-Identifier: GPL-3.0-or-later
"""Ratios of two things run in turn on one machine; nothing here fails for being slow. `make bench` prints them."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.component.playbooks import ROOT, Playbooks
from tests.standin.core.clock import Clock
from tests.standin.server import Options, Standin

CACHES = 4
RATE = 30
"""A creation of 300 seconds lasts ten: waiting outweighs the start of processes, as it does in life."""
PAIRS = 3

PLACE = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
GROUP = {"description": "bench", "engine": "redis", "engine_version": "7.1", "node_type": "cache.t3.micro"}


@pytest.fixture
def playbooks(tmp_path: Path) -> Iterator[Playbooks]:
    with Standin(Options(engines=False, clock=Clock.accelerated(RATE))) as standin:
        yield Playbooks(standin, tmp_path)


def seconds(action: Callable[[], Any]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


def play_hosts(playbooks: Playbooks, prefix: str, task: dict[str, Any], forks: int) -> None:
    hosts: dict[str, dict[str, str]] = {f"{prefix}-{number}": {} for number in range(1, CACHES + 1)}
    inventory = playbooks.folder / "hosts.json"
    inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": PLACE}}), encoding="utf-8")
    play = playbooks.folder / "play.json"
    play.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(inventory), str(play)]
    environment = {**playbooks.environment(), "ANSIBLE_FORKS": str(forks)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


def tell(what: str, ratios: list[float]) -> None:
    listed = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"\n{what}: median {statistics.median(ratios):.2f} (pairs: {listed})")


def test_many_caches_take_the_time_of_one(playbooks: Playbooks) -> None:
    """Seconds to create four caches with four forks, over seconds with one fork: 0.25 is perfect."""
    task = {"redisops.cache.elasticache_replication_group": {"name": "{{ inventory_hostname }}", **GROUP}}
    ratios = []
    for pair in range(PAIRS):
        together = seconds(partial(play_hosts, playbooks, f"wide-{pair}", task, CACHES))
        in_turn = seconds(partial(play_hosts, playbooks, f"long-{pair}", task, 1))
        ratios.append(together / in_turn)
    created = playbooks.standin.control.call_counts()["elasticache:CreateReplicationGroup"]
    assert created == 2 * PAIRS * CACHES
    tell("four caches side by side / one after the other", ratios)


def test_a_repeat_costs_little_more_than_the_start_of_a_module(playbooks: Playbooks) -> None:
    """Seconds of a run that finds nothing to do, over those of a module that asks AWS one thing."""
    ours = {"redisops.cache.elasticache_replication_group": {"name": "{{ inventory_hostname }}", **GROUP}}
    theirs: dict[str, Any] = {"amazon.aws.aws_caller_info": {}}
    play_hosts(playbooks, "again", ours, CACHES)
    ratios = []
    for _other in range(PAIRS):
        repeat = seconds(partial(play_hosts, playbooks, "again", ours, 2))
        asked = seconds(partial(play_hosts, playbooks, "again", theirs, 2))
        ratios.append(repeat / asked)
    tell("repeat of elasticache_replication_group / aws_caller_info", ratios)
