# SPDX-License-Identifier: GPL-3.0-or-later
"""Who follows whom, by what the server, the Sentinels and the inventory say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.replication.addresses import Address
from ansible_collections.redisops.cache.plugins.module_utils.redis.replication.handover import plan_hand_over
from ansible_collections.redisops.cache.plugins.module_utils.redis.replication.member import Member, Replica
from ansible_collections.redisops.cache.plugins.module_utils.redis.replication.planner import Spec, plan_member
from ansible_collections.redisops.cache.plugins.module_utils.redis.replication.sentinels import Verdict, View

# Addresses for documentation, which no interface has, so that only `announced` makes one this server's own.
SELF, FIRST, SECOND = (Address(f"198.51.100.{number}", 6379) for number in (1, 2, 3))
ONLINE = Replica(SECOND, "online", 10)

MEMBER = Member(
    primary=None,
    kept=None,
    link="up",
    writes_aof=False,
    offset=10,
    replicas=(),
    keys=0,
    ports=frozenset({6379}),
    announced=SELF,
    persists=True,
    has_masterauth=True,
    wants_password=True,
    removed_commands=frozenset(),
)


def follows(primary: Address, **changed: Any) -> Member:
    return replace(MEMBER, **{"primary": primary, "kept": primary, **changed})


def named(primary: Address, *replicas: Address) -> Verdict:
    return Verdict(View(primary, replicas=replicas), by=Address("198.51.100.9", 26379))


NOBODY = Verdict()


def after(member: Member, verdict: Verdict = NOBODY, **spec: Any) -> str | None:
    """The change of role, or None when there is nothing to do."""
    plan = plan_member(Spec(**{"primary": FIRST, **spec}), member, verdict)
    assert not plan.refusals
    return None if plan.is_empty else str(plan.changes[0].after)


@pytest.mark.parametrize(
    ("member", "verdict", "expected"),
    [
        (MEMBER, Verdict(), f"replica of {FIRST}"),
        (replace(MEMBER, announced=FIRST), Verdict(), None),
        (replace(MEMBER, replicas=(ONLINE,)), Verdict(), None),
        (replace(MEMBER, replicas=(ONLINE,), keys=3), Verdict(), None),
        (follows(FIRST), Verdict(), None),
        (follows(SECOND), Verdict(), None),
        (follows(SECOND, link="down"), Verdict(), f"replica of {FIRST}"),
        (MEMBER, named(SELF), None),
        (MEMBER, named(SECOND), f"replica of {SECOND}"),
        (replace(MEMBER, announced=FIRST), named(SECOND), f"replica of {SECOND}"),
        (follows(FIRST), named(SECOND), f"replica of {SECOND}"),
        (follows(SECOND), named(SECOND), None),
        (follows(SECOND), named(SELF), None),
        (replace(MEMBER, announced=FIRST, keys=3), named(SECOND, FIRST), f"replica of {SECOND}"),
        (follows(FIRST, kept=None), Verdict(), f"replica of {FIRST}"),
        (replace(MEMBER, kept=SECOND, announced=FIRST), Verdict(), "primary"),
    ],
    ids=[
        "a new server follows the declared primary",
        "the declared primary stays",
        "one that has replicas was promoted",
        "one that has replicas and keys was promoted",
        "a replica stays",
        "a replica of another server is kept while the link works",
        "a replica of another server that is gone follows the declared one",
        "the primary of the Sentinels stays",
        "a new server follows the primary of the Sentinels",
        "the first primary comes back empty",
        "a replica of the old primary follows the new one",
        "a replica of the new primary stays",
        "a replica that is about to be promoted is left alone",
        "the old primary comes back with its keys, and the Sentinels look after it",
        "a part that is not written down",
        "a former part that is still written down",
    ],
)
def test_the_course(member: Member, verdict: Verdict, expected: str | None) -> None:
    """Trap 19."""
    assert after(member, verdict) == expected


def test_repointing_is_asked_for_by_name() -> None:
    assert after(follows(SECOND), repoint=True) == f"replica of {FIRST}"


@pytest.mark.parametrize("verdict", [Verdict(), named(SECOND)], ids=["declared", "by Sentinels that do not know it"])
def test_keys_are_not_thrown_away(verdict: Verdict) -> None:
    with_keys = replace(MEMBER, keys=3)
    assert "holds 3 keys" in plan_member(Spec(primary=FIRST), with_keys, verdict).refusals[0]
    assert after(with_keys, verdict, discard_data=True)


@pytest.mark.parametrize(
    ("changed", "spec", "words"),
    [
        ({"has_masterauth": False}, {}, "no masterauth"),
        ({"persists": False}, {"restarts_itself": True}, "Restart=no"),
        ({"removed_commands": frozenset({"SLAVEOF"})}, {"sentinels": (SECOND,)}, "cannot do without SLAVEOF"),
        ({"removed_commands": frozenset({"CONFIG"})}, {}, "could not be written down"),
        ({"removed_commands": frozenset({"SLAVEOF", "REPLICAOF"})}, {}, "never be made a replica"),
    ],
)
def test_refusals(changed: dict[str, Any], spec: dict[str, Any], words: str) -> None:
    """Traps 6, 8 and 18: of primary and replica alike."""
    for member in (MEMBER, follows(FIRST), replace(MEMBER, announced=FIRST)):
        refusals = plan_member(Spec(**{"primary": FIRST, **spec}), replace(member, **changed), Verdict()).refusals
        assert [refusal for refusal in refusals if words in refusal]


def test_the_file_is_tried_before_the_role_changes() -> None:
    """Trap 7."""
    steps = plan_member(Spec(primary=FIRST), MEMBER, Verdict()).steps
    assert [step.operation for step in steps] == ["CONFIG REWRITE", "REPLICAOF", "CONFIG REWRITE"]


def test_silent_sentinels_are_told_of() -> None:
    verdict = replace(named(FIRST), silent=("198.51.100.7:26379: no answer",))
    assert "198.51.100.7:26379" in plan_member(Spec(), follows(FIRST), verdict).warnings[0]


class TestHandOver:
    def test_only_by_the_primary_with_a_replica(self) -> None:
        spec = Spec(hand_over=True)
        assert plan_hand_over(spec, follows(FIRST), Verdict()).is_empty
        assert plan_hand_over(spec, MEMBER, Verdict()).refusals
        ready = replace(MEMBER, replicas=(ONLINE,))
        assert not plan_hand_over(spec, ready, Verdict()).refusals
        assert plan_hand_over(
            spec, replace(MEMBER, replicas=(replace(ONLINE, state="wait_bgsave"),)), Verdict()
        ).refusals

    def test_the_sentinels_must_agree(self) -> None:
        ready = replace(MEMBER, replicas=(ONLINE,))
        spec = Spec(hand_over=True, sentinels=(FIRST,), sentinel_name="shop")
        assert "not have this server as the primary" in plan_hand_over(spec, ready, named(SECOND)).refusals[0]
        assert [step.operation for step in plan_hand_over(spec, ready, named(SELF)).steps] == ["SENTINEL FAILOVER"]
