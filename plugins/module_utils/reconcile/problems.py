# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a run ends without having done, or finished, its work. All messages are written for the person who reads them."""

from __future__ import annotations

from collections.abc import Iterable

from .plan import Plan, Step


class Failure(Exception):
    """What can go wrong without being a mistake of this collection; everything else keeps its traceback."""


class Refused(Failure):
    """Nothing was changed. `problems` lists every reason that could be found at once."""

    def __init__(self, problems: Iterable[str], plan: Plan | None = None) -> None:
        self.problems = tuple(problems)
        self.plan = plan
        super().__init__(sentence(self.problems))


class Conflict(Failure):
    """A call met a resource that was no longer as observed: look again, plan again."""


class NotConverged(Failure):
    """Everything was sent and waited for, yet the resource still differs: the service rolled the change back."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        differing = [f"{change.field} is {change.before!r} instead of {change.after!r}" for change in plan.unsettled]
        listed = "; ".join([*differing, *plan.refusals])
        super().__init__(f"the service accepted every request, yet after waiting for it this differs: {listed}")


class Interrupted(Failure):
    """A plan stopped half-way. A further run goes on from where this one ended."""

    def __init__(self, cause: Failure, plan: Plan, done: Iterable[Step]) -> None:
        self.cause = cause
        self.plan = plan
        self.done = tuple(done)
        super().__init__(str(cause))


def sentence(problems: Iterable[str]) -> str:
    """One problem as it is; several as a numbered list on lines of their own."""
    listed = list(problems)
    if len(listed) == 1:
        return listed[0]
    return f"{len(listed)} problems:" + "".join(f"\n{number}. {problem}" for number, problem in enumerate(listed, 1))
