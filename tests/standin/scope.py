# SPDX-License-Identifier: GPL-3.0-or-later
"""One engine driver for all accounts and regions, though the same group id may be used in each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tests.standin.core.world import Place
from tests.standin.engines.plan import Endpoints, EngineDriver, GroupPlan

HOME_ACCOUNT = Place().account


class ScopedEngines:
    """A driver for one account and region: ids get a prefix on the way in and lose it on the way out."""

    def __init__(self, driver: EngineDriver, account: str, region: str) -> None:
        self._driver = driver
        self._prefix = f"{region}." if account == HOME_ACCOUNT else f"{account}.{region}."
        self._groups: set[str] = set()
        self._archives: set[str] = set()

    def endpoints(self, group_id: str, node_ids: Sequence[str]) -> Endpoints:
        self._groups.add(group_id)
        found = self._driver.endpoints(self._within(group_id), [self._within(node_id) for node_id in node_ids])
        return replace(found, nodes={self._bare(node_id): address for node_id, address in found.nodes.items()})

    def apply(self, plan: GroupPlan) -> None:
        self._groups.add(plan.group_id)
        nodes = tuple(replace(node, node_id=self._within(node.node_id)) for node in plan.nodes)
        self._driver.apply(replace(plan, group_id=self._within(plan.group_id), nodes=nodes))

    def archive(self, name: str) -> Path:
        self._archives.add(name)
        return self._driver.archive(self._within(name))

    def discard(self, name: str) -> None:
        self._archives.discard(name)
        self._driver.discard(self._within(name))

    def save(self, group_id: str, directory: Path, node_id: str | None = None) -> list[Path]:
        return self._driver.save(self._within(group_id), directory, node_id and self._within(node_id))

    def crash(self, node_id: str) -> None:
        self._driver.crash(self._within(node_id))

    def usage(self, group_id: str) -> Mapping[str, int]:
        used = self._driver.usage(self._within(group_id))
        return {self._bare(node_id): size for node_id, size in used.items()}

    def remove(self, group_id: str) -> None:
        self._groups.discard(group_id)
        self._driver.remove(self._within(group_id))

    def stop(self) -> None:
        """End this account's and region's groups and drop their files; the driver goes on for the others."""
        for group_id in sorted(self._groups):
            self.remove(group_id)
        for name in sorted(self._archives):
            self.discard(name)

    def _within(self, name: str) -> str:
        return f"{self._prefix}{name}"

    def _bare(self, name: str) -> str:
        return name.removeprefix(self._prefix)
