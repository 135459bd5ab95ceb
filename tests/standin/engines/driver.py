# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver that runs a real redis-server for every node."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock

from tests.standin.engines.addresses import AddressBook
from tests.standin.engines.certificates import CertificateAuthority
from tests.standin.engines.forwarder import Forwarder
from tests.standin.engines.group import Group, Services
from tests.standin.engines.plan import Endpoints, EngineError, GroupPlan
from tests.standin.engines.redis_process import Spawner


class RedisDriver:
    """Engines keep their files in `state`/engines, snapshots in `state`/archive, and both end with this process.

    `state` is this driver's alone: engine files that a killed one left are deleted. `ca_path` is the certificate
    that clients verify endpoints with; drivers that share a `ca_directory` share the authority.
    """

    def __init__(self, state: Path, ca_directory: Path | None = None) -> None:
        state.mkdir(parents=True, exist_ok=True)
        authority = CertificateAuthority(ca_directory or state)
        self.ca_path = authority.certificate_path
        self._services = Services(
            addresses=AddressBook(),
            authority=authority,
            forwarder=Forwarder(),
            spawner=Spawner(),
            directory=_private_directory(state / "engines"),
        )
        self._archive = _private_directory(state / "archive")
        self._groups: dict[str, Group] = {}
        self._is_stopped = False
        self._lock = Lock()

    def endpoints(self, group_id: str, node_ids: Sequence[str]) -> Endpoints:
        return self._services.addresses.endpoints(group_id, node_ids)

    def apply(self, plan: GroupPlan) -> None:
        with self._lock:
            if self._is_stopped:
                raise EngineError("the driver is stopped")
            if plan.group_id not in self._groups:
                self._groups[plan.group_id] = Group(self._services, plan.group_id)
            group = self._groups[plan.group_id]
        group.apply(plan)

    def archive(self, name: str) -> Path:
        directory = self._archive / name
        directory.mkdir(mode=0o700, exist_ok=True)
        return directory

    def discard(self, name: str) -> None:
        if (self._archive / name).exists():
            shutil.rmtree(self._archive / name)

    def save(self, group_id: str, directory: Path, node_id: str | None = None) -> list[Path]:
        directory.mkdir(parents=True, exist_ok=True)
        return self._group(group_id).save(directory, node_id)

    def crash(self, node_id: str) -> None:
        with self._lock:
            groups = list(self._groups.values())
        if not any(group.crash(node_id) for group in groups):
            raise EngineError(f"no node {node_id} runs")

    def usage(self, group_id: str) -> Mapping[str, int]:
        return self._group(group_id).usage()

    def remove(self, group_id: str) -> None:
        with self._lock:
            group = self._groups.get(group_id)
        if group is not None:
            group.remove()
        with self._lock:
            self._groups.pop(group_id, None)
            self._services.addresses.free(group_id)

    def stop(self) -> None:
        with self._lock:
            self._is_stopped = True
        for group_id in list(self._groups):
            self.remove(group_id)
        self._services.forwarder.stop()
        self._services.spawner.stop()
        self._services.addresses.close()
        shutil.rmtree(self._services.directory)
        shutil.rmtree(self._archive)

    def _group(self, group_id: str) -> Group:
        with self._lock:
            group = self._groups.get(group_id)
        if group is None:
            raise EngineError(f"group {group_id} has no engines")
        return group


def _private_directory(path: Path) -> Path:
    if path.exists():
        shutil.rmtree(path)
    path.mkdir(mode=0o700)
    return path
