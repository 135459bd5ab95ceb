# SPDX-License-Identifier: GPL-3.0-or-later
"""Cluster mode enabled: nodes that know each other, slots that move with their keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

from tests.standin.engines.cluster_view import Seen, View, parse_view
from tests.standin.engines.node import Node
from tests.standin.engines.plan import EngineError
from tests.standin.engines.redis_process import RedisProcess
from tests.standin.engines.replication import NodeByShard, SlotsByShard
from tests.standin.engines.settings import SERVICE_USER, Access
from tests.standin.engines.slots import compress, expand, plan_moves
from tests.standin.engines.waiting import wait_until

AGREEMENT_SECONDS = 60
MIGRATE_MILLISECONDS = 20_000
SLOTS_AT_ONCE = 1024
KEYS_AT_ONCE = 500


class ClusterReplication:
    """Commands the cluster bus. Engines never fail over by themselves; `access` lets MIGRATE log in."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def admit(self, nodes: Sequence[Node]) -> None:
        self._expel_strangers(nodes)
        ids = {_view(node).own_id for node in nodes}
        if all(_knows(node, ids) for node in nodes):
            return
        epoch = max(_epoch(node, "cluster_current_epoch") for node in nodes)
        newcomers = [node for node in nodes if len(_view(node).nodes) == 1 and not _epoch(node, "cluster_my_epoch")]
        for number, newcomer in enumerate(newcomers, start=1):
            # Two primaries of the same epoch would have to settle which of them is right.
            newcomer.process.call("CLUSTER", "SET-CONFIG-EPOCH", epoch + number)
        for position, node in enumerate(nodes):
            _announce(node, nodes[:position])
        for node in nodes:
            wait_until(f"{node.node_id} knows the cluster", partial(_knows, node, ids), AGREEMENT_SECONDS)

    def follow(self, replica: Node, primary: Node) -> None:
        primary_id = _view(primary).own_id
        condition = f"{replica.node_id} follows {primary.node_id}"
        wait_until(condition, lambda: _follow(replica, primary_id), AGREEMENT_SECONDS)

    def promote(self, replica: Node) -> None:
        replica.process.call("CLUSTER", "FAILOVER", "TAKEOVER")

    def distribute(self, slots: SlotsByShard, primaries: NodeByShard) -> None:
        current = {shard: expand(_view(primary).own.slots) for shard, primary in primaries.items()}
        wanted = {shard: expand(ranges) for shard, ranges in slots.items()}
        for move in plan_moves(current, wanted):
            target = primaries[move.target]
            if move.source is None:
                ranges = [bound for slot_range in compress(move.slots) for bound in slot_range]
                target.process.call("CLUSTER", "ADDSLOTSRANGE", *ranges)
            else:
                self._migrate(move.slots, primaries[move.source], target, list(primaries.values()))

    def agree(self, primaries: NodeByShard, nodes: Sequence[Node]) -> None:
        self._expel_strangers(nodes)
        own = {node: _view(node) for node in nodes}
        expected = {}
        for node, view in own.items():
            primary = primaries[node.shard]
            expected[view.own_id] = Seen(None, view.own.slots) if primary is node else Seen(own[primary].own_id, ())
        if all(_agrees(node, expected) for node in nodes):
            return
        for node in nodes:
            _announce(node, nodes)
        for node in nodes:
            wait_until(f"{node.node_id} sees the cluster as it is", partial(_agrees, node, expected), AGREEMENT_SECONDS)

    def await_service(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            wait_until(f"{node.node_id} serves", partial(_is_serving, node), AGREEMENT_SECONDS)
            wait_until(f"{node.node_id} has replicated", partial(_has_replicated, node), AGREEMENT_SECONDS)
        if all(_shows_everybody(node) for node in nodes):
            return
        for node in nodes:
            _announce(node, nodes)
        for node in nodes:
            wait_until(f"{node.node_id} shows the cluster", partial(_shows_everybody, node), AGREEMENT_SECONDS)

    def _migrate(self, slots: Sequence[int], source: Node, target: Node, primaries: Sequence[Node]) -> None:
        """Move slots with their keys while clients go on using them (redirected by ASK meanwhile)."""
        source_id, target_id = _view(source).own_id, _view(target).own_id
        # The new owner first, then the old one: a client must never be sent to a node that sends it back.
        informed = [target, source, *(node for node in primaries if node not in (source, target))]
        wait_until(f"{target.node_id} serves", partial(_is_serving, target), AGREEMENT_SECONDS)
        for batch in _batches(slots):
            target.process.call_all("CLUSTER", [("SETSLOT", slot, "IMPORTING", source_id) for slot in batch])
            source.process.call_all("CLUSTER", [("SETSLOT", slot, "MIGRATING", target_id) for slot in batch])
            counts = source.process.call_all("CLUSTER", [("COUNTKEYSINSLOT", slot) for slot in batch])
            for slot, count in zip(batch, counts, strict=True):
                if count:
                    self._drain(slot, source, target)
            for node in informed:
                node.process.call_all("CLUSTER", [("SETSLOT", slot, "NODE", target_id) for slot in batch])

    def _drain(self, slot: int, source: Node, target: Node) -> None:
        seat = target.process.seat
        login = ("AUTH2", SERVICE_USER, self._access.password)
        where = (seat.address, seat.service_port, "", 0, MIGRATE_MILLISECONDS)
        while keys := source.process.call("CLUSTER", "GETKEYSINSLOT", slot, KEYS_AT_ONCE):
            # A copy that an interrupted move left behind is older than the key that is still here.
            source.process.call("MIGRATE", *where, "REPLACE", *login, "KEYS", *keys)

    @staticmethod
    def _expel_strangers(nodes: Sequence[Node]) -> None:
        """Make every node forget ids that none of `nodes` has."""
        views = {node: _view(node) for node in nodes}
        ids = {view.own_id for view in views.values()}
        for node, view in views.items():
            for stranger in view.nodes.keys() - ids:
                node.process.call("CLUSTER", "FORGET", stranger)


def require_one_database(process: RedisProcess) -> None:
    """Cluster mode has database 0 only; a process that found more at its start would refuse to."""
    others = sorted(name for name in process.info("keyspace") if name.startswith("db") and name != "db0")
    if others:
        raise EngineError(f"{process.seat.node_id} has keys in {', '.join(others)}, which cluster mode does not have")


def slots_of(node: Node) -> list[int]:
    """The hash slots that a node has, by its own word."""
    return sorted(expand(_view(node).own.slots))


def _announce(node: Node, others: Sequence[Node]) -> None:
    """Make `node` tell the others about itself; those that know it learn what is new without waiting for a ping."""
    seats = [other.process.seat for other in others if other is not node]
    node.process.call_all("CLUSTER", [("MEET", seat.address, seat.port, seat.bus_port) for seat in seats])


def _view(node: Node) -> View:
    return parse_view(node.process.call("CLUSTER", "NODES").decode())


def _knows(node: Node, ids: set[str]) -> bool:
    seen = _view(node).nodes
    return seen.keys() == ids and all(other.is_settled for other in seen.values())


def _agrees(node: Node, expected: Mapping[str, Seen]) -> bool:
    return _view(node).nodes == expected


def _is_serving(node: Node) -> bool:
    """Primaries refuse service for the first two seconds of their life (CLUSTER_WRITABLE_DELAY)."""
    return "cluster_state:ok" in _cluster_info(node)


def _has_replicated(node: Node) -> bool:
    return _view(node).own.primary is None or node.offset() > 0


def _shows_everybody(node: Node) -> bool:
    """Whether clients learn of all primaries with slots and of their replicas."""
    shown = {entry[2].decode() for slot_range in node.process.call("CLUSTER", "SLOTS") for entry in slot_range[2:]}
    seen = _view(node).nodes
    return shown == {node_id for node_id, other in seen.items() if seen[other.primary or node_id].slots}


def _epoch(node: Node, kind: str) -> int:
    [line] = [line for line in _cluster_info(node) if line.startswith(f"{kind}:")]
    return int(line.partition(":")[2])


def _cluster_info(node: Node) -> list[str]:
    answer: bytes = node.process.call("CLUSTER", "INFO")
    return answer.decode().splitlines()


def _follow(replica: Node, primary_id: str) -> bool:
    """Take one step towards following; a primary that was taken over from turns into a replica by itself."""
    view = _view(replica)
    if view.own.primary == primary_id:
        return True
    primary = view.nodes.get(primary_id)
    if primary is not None and primary.primary is None and not view.own.slots:
        replica.process.call("CLUSTER", "REPLICATE", primary_id)
    return False


def _batches(slots: Sequence[int]) -> Iterator[tuple[int, ...]]:
    remaining = iter(slots)
    while batch := tuple(islice(remaining, SLOTS_AT_ONCE)):
        yield batch
