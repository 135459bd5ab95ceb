# SPDX-License-Identifier: GPL-3.0-or-later
"""A node of a group as the driver sees it: its engine, its front, and where it stands in replication."""

from __future__ import annotations

from dataclasses import dataclass

from tests.standin.engines.forwarder import Front
from tests.standin.engines.link import Target
from tests.standin.engines.redis_process import RedisProcess

SYNC_SECONDS = 120
"""For a replica's first copy, and for its catching up while writes are paused."""


@dataclass(eq=False)
class Node:
    """`generation` is the plan's that its process was started for."""

    node_id: str
    shard: str
    generation: int
    process: RedisProcess
    front: Front

    @property
    def target(self) -> Target:
        return Target(self.process.seat.address, self.process.seat.service_port)

    @property
    def is_running(self) -> bool:
        return self.process.is_running

    def open_front(self) -> None:
        self.front.point([self.target])

    def kill(self) -> None:
        self.process.kill()
        self.front.close()

    def offset(self) -> int:
        """How many bytes of the replication stream this node has."""
        state = self.process.info("replication")
        return int(state["master_repl_offset" if state["role"] == "master" else "slave_repl_offset"])

    def is_replica(self) -> bool:
        return self.process.info("replication")["role"] == "slave"

    def is_in_sync(self) -> bool:
        """Whether this replica is connected to its primary and past the initial copy."""
        state = self.process.info("replication")
        return state["role"] == "slave" and state["master_link_status"] == "up"

    def pause_writes(self) -> None:
        """Hold writes back until `resume_writes`, or until twice the time that a replica has to catch up."""
        self.process.call("CLIENT", "PAUSE", 2 * SYNC_SECONDS * 1000, "WRITE")

    def resume_writes(self) -> None:
        self.process.call("CLIENT", "UNPAUSE")
