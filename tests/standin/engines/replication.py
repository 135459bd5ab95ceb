# SPDX-License-Identifier: GPL-3.0-or-later
"""How engines are tied together: what the two cluster modes answer alike, and cluster mode disabled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from tests.standin.engines.node import Node
from tests.standin.engines.plan import SlotRange

SlotsByShard = Mapping[str, tuple[SlotRange, ...]]
NodeByShard = Mapping[str, Node]


class Replication(Protocol):
    """What the cluster modes do differently. `nodes` are all that run; `primaries` those that hold the role now."""

    def admit(self, nodes: Sequence[Node]) -> None:
        """Make new nodes known to all the others, and dead ones forgotten."""

    def follow(self, replica: Node, primary: Node) -> None:
        """Make `replica` follow `primary`, a node that already holds the role. Does not wait for the copy."""

    def promote(self, replica: Node) -> None:
        """Make a replica the primary of its shard at once, whether or not its primary agrees."""

    def distribute(self, slots: SlotsByShard, primaries: NodeByShard) -> None:
        """Bring the slots with their keys to the shards that shall have them."""

    def agree(self, primaries: NodeByShard, nodes: Sequence[Node]) -> None:
        """Wait until every node sees these nodes and roles, and the slots that the primaries say are theirs.

        Before a promotion this decides about data: a replica takes over the slots that it *believes* its
        primary to have.
        """

    def await_service(self, nodes: Sequence[Node]) -> None:
        """Wait until every node answers clients' commands and shows them all the others."""


class PlainReplication:
    """Cluster mode disabled: one primary, and replicas that are told to follow it. There is nothing to agree on."""

    def admit(self, nodes: Sequence[Node]) -> None:
        pass

    def follow(self, replica: Node, primary: Node) -> None:
        seat = primary.process.seat
        state = replica.process.info("replication")
        if (state.get("master_host"), state.get("master_port")) != (seat.address, str(seat.port)):
            replica.process.call("REPLICAOF", seat.address, seat.port)

    def promote(self, replica: Node) -> None:
        replica.process.call("REPLICAOF", "NO", "ONE")

    def distribute(self, slots: SlotsByShard, primaries: NodeByShard) -> None:
        pass

    def agree(self, primaries: NodeByShard, nodes: Sequence[Node]) -> None:
        pass

    def await_service(self, nodes: Sequence[Node]) -> None:
        pass
