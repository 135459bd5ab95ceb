# SPDX-License-Identifier: GPL-3.0-or-later
"""One replication group's engines: brings what runs to what a plan asks for, with the data kept."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from tests.standin.engines.addresses import AddressBook
from tests.standin.engines.certificates import CertificateAuthority
from tests.standin.engines.checks import check_plan
from tests.standin.engines.cluster import ClusterReplication, require_one_database
from tests.standin.engines.entrances import Entrances
from tests.standin.engines.forwarder import Forwarder
from tests.standin.engines.node import SYNC_SECONDS, Node
from tests.standin.engines.plan import Endpoints, EngineError, GroupPlan, NodePlan
from tests.standin.engines.redis_process import RedisProcess, Spawner
from tests.standin.engines.replication import PlainReplication, Replication
from tests.standin.engines.scatter import scatter_keys
from tests.standin.engines.settings import Access, Seat, access_rules, live_settings
from tests.standin.engines.waiting import wait_until


@dataclass(frozen=True)
class Services:
    """What the groups of one driver share. `directory` is private to the driver (0700)."""

    addresses: AddressBook
    authority: CertificateAuthority
    forwarder: Forwarder
    spawner: Spawner
    directory: Path


class Group:
    """`apply` takes what runs as it is, after crashes and after an `apply` that failed halfway too."""

    def __init__(self, services: Services, group_id: str) -> None:
        self._services = services
        self._directory = services.directory / group_id
        self._directory.mkdir(mode=0o700, exist_ok=True)
        self._entrances = Entrances(services.forwarder, services.authority, self._directory / "server.pem")
        self._access = Access()
        self._replication: Replication = PlainReplication()
        self._plan: GroupPlan | None = None
        self._nodes: dict[str, Node] = {}
        self._primaries: dict[str, Node] = {}
        self._seeds: dict[str, Path] = {}
        self._is_removed = False
        self._lock = Lock()

    def apply(self, plan: GroupPlan) -> None:
        with self._lock:
            if self._is_removed:
                raise EngineError(f"group {plan.group_id} was removed")
            check_plan(plan, self._plan)
            scatter = self._take_seeds(plan)
            self._bury_the_dead()
            self._choose_replication(plan)
            self._plan = plan
            self._admit_clients(plan)
            for node in self._running():
                self._prepare(node, plan)
            self._start_missing(plan)
            self._replication.admit(self._running())
            self._attach_replicas()
            self._renew(plan)
            self._hand_over_as_planned(plan)
            self._agree()
            self._replication.distribute({node.shard: node.slots for node in plan.nodes}, self._primaries)
            self._retire(plan)
            self._agree()
            self._replication.await_service(self._running())
            if scatter:
                scatter_keys(scatter, self._scratch(plan), self._primaries)
            self._point_endpoints()

    def crash(self, node_id: str) -> bool:
        """Kill a node at once, also while a change is under way; False when no such node runs."""
        node = self._nodes.get(node_id)
        if node is None or not node.is_running:
            return False
        node.kill()
        return True

    def save(self, directory: Path, node_id: str | None = None) -> list[Path]:
        with self._lock:
            files = []
            for shard, node in sorted(self._saved(node_id).items()):
                file = directory / f"{shard}.rdb"
                node.process.save(file)
                files.append(file)
            return files

    def _saved(self, node_id: str | None) -> dict[str, Node]:
        """What a save is taken of, by shard."""
        if node_id is None:
            return self._primaries
        node = self._nodes.get(node_id)
        if node is None or not node.is_running:
            raise EngineError(f"no node {node_id} runs")
        return {node.shard: node}

    def usage(self) -> dict[str, int]:
        return {node.node_id: int(node.process.info("memory")["used_memory"]) for node in self._running()}

    def remove(self) -> None:
        with self._lock:
            if self._is_removed:
                return
            self._is_removed = True
            self._entrances.close_endpoints()
            for node in self._nodes.values():
                node.kill()
            shutil.rmtree(self._directory)

    # -- clients ------------------------------------------------------------------------------------------------

    def _admit_clients(self, plan: GroupPlan) -> None:
        """Before engines are configured: a front's login is accepted before and after, its absence only after."""
        self._entrances.admit(plan, self._endpoints(plan), [node.front for node in self._nodes.values()])

    def _endpoints(self, plan: GroupPlan) -> Endpoints:
        return self._services.addresses.endpoints(plan.group_id, [node.node_id for node in plan.nodes])

    def _point_endpoints(self) -> None:
        primaries = list(self._primaries.values())
        replicas = [node for node in self._running() if node not in primaries]
        self._entrances.point([node.target for node in primaries], [node.target for node in replicas])

    # -- processes ----------------------------------------------------------------------------------------------

    def _take_seeds(self, plan: GroupPlan) -> tuple[Path, ...]:
        """Get ready what a new group begins with; answers the files whose keys are to be scattered."""
        if self._plan is not None:
            return ()
        for shard, file in plan.seed.items():
            self._seeds[shard] = self._directory / f"{shard}.rdb"
            shutil.copy(file, self._seeds[shard])
        return plan.scatter

    def _scratch(self, plan: GroupPlan) -> RedisProcess:
        """A process that is not of the group, beside its first node's."""
        beside = self._nodes[plan.nodes[0].node_id].process.seat
        return RedisProcess(beside.scratch(), self._access, self._directory / "scratch", self._services.spawner)

    def _running(self) -> list[Node]:
        return [node for node in list(self._nodes.values()) if node.is_running]

    def _prepare(self, node: Node, plan: GroupPlan) -> None:
        node.process.await_ready()
        node.process.configure(live_settings(plan.parameters, plan.maxmemory), access_rules(plan.tokens))

    def _bury_the_dead(self) -> None:
        """Give the shards of dead primaries to their best replicas, before anything empty starts in their place."""
        for node in self._nodes.values():
            if not node.is_running:
                node.kill()
        for shard, primary in list(self._primaries.items()):
            if primary.is_running:
                continue
            replicas = [node for node in self._running() if node.shard == shard and node.is_replica()]
            if replicas:
                self._promote(max(replicas, key=Node.offset))
            else:
                del self._primaries[shard]
                for node in self._siblings(primary):
                    node.kill()

    def _choose_replication(self, plan: GroupPlan) -> None:
        """Another cluster mode means other processes: the only shard's data becomes the seed of the new ones."""
        if self._plan is not None and plan.cluster_mode == self._plan.cluster_mode:
            return
        for shard, primary in self._primaries.items():
            if plan.cluster_mode:
                require_one_database(primary.process)
            self._seeds[shard] = primary.process.shut_down().rename(self._directory / f"{shard}.rdb")
        self._entrances.close_endpoints()
        for node in self._nodes.values():
            node.kill()
        self._nodes.clear()
        self._primaries.clear()
        self._replication = ClusterReplication(self._access) if plan.cluster_mode else PlainReplication()

    def _renew(self, plan: GroupPlan) -> None:
        """Replace processes of another generation one by one, primaries last and with their role lent out."""
        outdated = [
            (node, planned.generation)
            for planned in plan.nodes
            if (node := self._nodes.get(planned.node_id)) and node.is_running and node.generation != planned.generation
        ]
        for node, generation in sorted(outdated, key=lambda pair: self._is_primary(pair[0])):
            deputies = self._siblings(node)
            if self._is_primary(node) and deputies:
                self._hand_over(deputies[0])
            node.front.close()
            node.process.shut_down()
            node.process.resume(plan.parameters)
            node.generation = generation
            node.process.await_ready()
            if not self._is_primary(node):
                self._follow([node], self._primaries[node.shard])
            self._prepare(node, plan)
            node.open_front()

    def _start_missing(self, plan: GroupPlan) -> None:
        """Start what does not run; a shard without a primary gets the planned one."""
        endpoints = self._endpoints(plan)
        newcomers = []
        for planned in plan.nodes:
            node = self._nodes.get(planned.node_id) or self._seat(planned, plan, endpoints)
            if not node.is_running:
                is_first = planned.role == "primary" and planned.shard not in self._primaries
                node.generation = planned.generation
                node.process.start(plan.parameters, self._seeds.get(planned.shard) if is_first else None)
                newcomers.append(node)
        for planned in plan.nodes:
            if planned.role == "primary":
                self._primaries.setdefault(planned.shard, self._nodes[planned.node_id])
        for node in newcomers:
            self._prepare(node, plan)
        for shard in list(self._seeds):
            self._seeds.pop(shard).unlink()

    def _seat(self, planned: NodePlan, plan: GroupPlan, endpoints: Endpoints) -> Node:
        seat = Seat.at(planned.node_id, endpoints.nodes[planned.node_id], plan.port, plan.cluster_mode)
        process = RedisProcess(seat, self._access, self._directory / planned.node_id, self._services.spawner)
        front = self._entrances.node_front(seat.address, plan.port)
        node = Node(planned.node_id, planned.shard, planned.generation, process, front)
        self._nodes[planned.node_id] = node
        return node

    def _retire(self, plan: GroupPlan) -> None:
        planned = {node.node_id for node in plan.nodes}
        for node_id in self._nodes.keys() - planned:
            node = self._nodes.pop(node_id)
            node.kill()
            node.process.delete_files()
        shards = {node.shard for node in plan.nodes}
        self._primaries = {shard: node for shard, node in self._primaries.items() if shard in shards}

    # -- roles --------------------------------------------------------------------------------------------------

    def _is_primary(self, node: Node) -> bool:
        return self._primaries.get(node.shard) is node

    def _attach_replicas(self) -> None:
        """Open a replica's front only then: before, it would take writes that its first copy wipes out."""
        for primary in self._primaries.values():
            primary.open_front()
            replicas = self._siblings(primary)
            self._follow(replicas, primary)
            for replica in replicas:
                replica.open_front()

    def _follow(self, replicas: Sequence[Node], primary: Node) -> None:
        for replica in replicas:
            self._replication.follow(replica, primary)
        for replica in replicas:
            wait_until(f"{replica.node_id} is in sync with {primary.node_id}", replica.is_in_sync, SYNC_SECONDS)

    def _agree(self) -> None:
        self._replication.agree(self._primaries, self._running())

    def _hand_over_as_planned(self, plan: GroupPlan) -> None:
        for planned in plan.nodes:
            node = self._nodes[planned.node_id]
            if planned.role == "primary" and not self._is_primary(node):
                self._hand_over(node)

    def _hand_over(self, successor: Node) -> None:
        """Planned failover: no acknowledged write is lost, because none is accepted until the successor has all."""
        self._agree()
        primary = self._primaries[successor.shard]
        primary.pause_writes()
        try:
            offset = primary.offset()
            wait_until(
                f"{successor.node_id} has caught up with {primary.node_id}",
                lambda: successor.offset() >= offset,
                SYNC_SECONDS,
            )
            self._promote(successor)
        finally:
            primary.resume_writes()

    def _promote(self, successor: Node) -> None:
        self._replication.promote(successor)
        self._primaries[successor.shard] = successor
        self._point_endpoints()
        self._follow(self._siblings(successor), successor)

    def _siblings(self, node: Node) -> list[Node]:
        return [other for other in self._running() if other.shard == node.shard and other is not node]
