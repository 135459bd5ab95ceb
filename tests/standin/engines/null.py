# SPDX-License-Identifier: GPL-3.0-or-later
"""A driver without engines: addresses are allocated, nothing listens on them."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path

from tests.standin.engines.addresses import AddressBook, unshared_block
from tests.standin.engines.checks import check_plan
from tests.standin.engines.plan import Endpoints, EngineError, GroupPlan


class NullDriver:
    """For scale and unit tests. `plans` holds what was applied last per group, `crashed` the nodes told to crash."""

    def __init__(self) -> None:
        self.plans: dict[str, GroupPlan] = {}
        self.crashed: list[str] = []
        self._addresses = AddressBook(unshared_block)

    def endpoints(self, group_id: str, node_ids: Sequence[str]) -> Endpoints:
        return self._addresses.endpoints(group_id, node_ids)

    def apply(self, plan: GroupPlan) -> None:
        """Refuse what the real driver refuses before it does anything. Raises EngineError."""
        check_plan(plan, self.plans.get(plan.group_id))
        self._addresses.endpoints(plan.group_id, [node.node_id for node in plan.nodes])
        self.plans[plan.group_id] = plan

    def archive(self, name: str) -> Path:
        directory = self._archive / name
        directory.mkdir(exist_ok=True)
        return directory

    def discard(self, name: str) -> None:
        shutil.rmtree(self._archive / name, ignore_errors=True)

    def save(self, group_id: str, directory: Path, node_id: str | None = None) -> list[Path]:
        """Write empty files, named as the real driver names them."""
        plan = self._plan(group_id)
        directory.mkdir(parents=True, exist_ok=True)
        shards = sorted({node.shard for node in plan.nodes if node_id in (None, node.node_id)})
        if not shards:
            raise EngineError(f"no node {node_id} runs")
        files = [directory / f"{shard}.rdb" for shard in shards]
        for file in files:
            file.touch(mode=0o600)
        return files

    def crash(self, node_id: str) -> None:
        if not any(node.node_id == node_id for plan in self.plans.values() for node in plan.nodes):
            raise EngineError(f"no node {node_id} runs")
        self.crashed.append(node_id)

    def usage(self, group_id: str) -> Mapping[str, int]:
        return {node.node_id: 0 for node in self._plan(group_id).nodes}

    def remove(self, group_id: str) -> None:
        self.plans.pop(group_id, None)
        self._addresses.free(group_id)

    def stop(self) -> None:
        shutil.rmtree(self._archive)
        self.plans.clear()
        self._addresses.close()

    @cached_property
    def _archive(self) -> Path:
        """Made on first use, and gone with this driver also when nobody stops it, as in tests of behavior."""
        directory = Path(tempfile.mkdtemp(prefix="standin-archive-"))
        weakref.finalize(self, partial(shutil.rmtree, directory, ignore_errors=True))
        return directory

    def _plan(self, group_id: str) -> GroupPlan:
        try:
            return self.plans[group_id]
        except KeyError:
            raise EngineError(f"group {group_id} has no engines") from None
