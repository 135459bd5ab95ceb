# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on engines or files that also takes service time: over when both are."""

from __future__ import annotations

from dataclasses import dataclass

from tests.standin.core.background import Then, Work
from tests.standin.core.world import World


@dataclass(frozen=True)
class Job:
    """`key` orders it among the works of `World.background`; `seconds` are of service time; `label` is for people."""

    key: str
    label: str
    work: Work
    seconds: float


def start_job(world: World, job: Job, then: Then) -> None:
    """Begin at once; `then` gets None or the exception of `work`, under the world's lock."""
    outcomes: list[Exception | None] = []
    waiting = {"work", "time"}

    def arrived(what: str) -> None:
        waiting.discard(what)
        if not waiting:
            then(outcomes[0])

    def worked(error: Exception | None) -> None:
        outcomes.append(error)
        arrived("work")

    world.background.run(job.key, job.work, worked)
    world.clock.after(job.seconds, lambda: arrived("time"), job.label)
