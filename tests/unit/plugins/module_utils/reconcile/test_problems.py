# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person reads when a run ends early."""

from __future__ import annotations

from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Change, Plan, Step
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import (
    Failure,
    Interrupted,
    NotConverged,
    Refused,
    sentence,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.secret import MARKER, Secret


def test_one_problem_is_told_as_it_is() -> None:
    assert str(Refused(["size: too large."])) == "size: too large."


def test_several_problems_are_numbered() -> None:
    refused = Refused(iter(["one", "two"]), Plan("modify"))
    assert str(refused) == "2 problems:\n1. one\n2. two"
    assert refused.problems == ("one", "two")
    assert refused.plan == Plan("modify")


def test_no_problem_still_makes_a_sentence() -> None:
    assert sentence([]) == "0 problems:"


def test_what_did_not_come_true_is_listed() -> None:
    secret = Change("token", None, Secret("Zw8kQ2vXr5Lm9TnB4yHd"), observable=False)
    error = NotConverged(Plan("modify", (Change("size", 1, 2), secret), refusals=("zones: not these.",)))
    assert "size is 1 instead of 2; zones: not these." in str(error)
    assert "token" not in str(error)


def test_a_secret_that_differs_is_not_told() -> None:
    error = NotConverged(Plan("modify", (Change("token", None, Secret("Zw8kQ2vXr5Lm9TnB4yHd")),)))
    assert f"token is None instead of {MARKER}" in str(error)


def test_an_interruption_carries_what_was_done() -> None:
    cause, steps = Failure("lost"), [Step("create", {})]
    interrupted = Interrupted(cause, Plan("create"), steps)
    assert str(interrupted) == "lost"
    assert interrupted.done == (Step("create", {}),)
    assert interrupted.cause is cause
