# SPDX-License-Identifier: GPL-3.0-or-later
"""What is called identical, what is called a loss, and what only time has taken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.comparison import (
    COUNT_TAG,
    DIGEST_TAG,
    EXPIRING_TAG,
    Comparison,
    Record,
    Terms,
    compare_counts,
    compare_digests,
    compare_nothing,
    compare_record,
    compare_recorded_count,
    record_of,
)
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.servers import Counts
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import as_dict

from tests.unit.plugins.module_utils.operations.recovery.samples import reading

SAVED, OTHER = "5" * 64, "6" * 64
RECORD = Record(SAVED, 1000, 100)
USUAL, STRICT = Terms(), Terms("digest")


class TestRecord:
    def test_what_the_role_writes(self) -> None:
        tags = {DIGEST_TAG: SAVED, COUNT_TAG: "1000", EXPIRING_TAG: "100", "Project": "PHB"}
        assert record_of(tags) == RECORD

    def test_the_number_of_expiring_keys_may_be_missing(self) -> None:
        assert record_of({DIGEST_TAG: SAVED, COUNT_TAG: "0"}) == Record(SAVED, 0)

    @pytest.mark.parametrize(
        "tags", [None, {}, {DIGEST_TAG: SAVED}, {COUNT_TAG: "1"}, {DIGEST_TAG: SAVED, COUNT_TAG: "many"}]
    )
    def test_half_of_it_is_none(self, tags: Any) -> None:
        assert record_of(tags) is None


def recorded(
    keys: int, digest: str = OTHER, terms: Terms = USUAL, record: Record = RECORD, **counts: Any
) -> Comparison:
    return compare_record(record, reading(keys, digest, **counts), terms)


class TestAgainstTheRecord:
    def test_equal_digests_are_proof(self) -> None:
        found = recorded(1000, SAVED, STRICT)
        assert (found.method, found.identical, found.problem) == ("recorded_digest", True, "")
        assert (found.source_keys, found.restored_keys) == (1000, 1000)

    @pytest.mark.parametrize("keys", [999, 1000, 1001])
    def test_another_digest_is_damage_where_nothing_expired(self, keys: int) -> None:
        found = recorded(keys)
        assert not found.identical
        assert found.problem.startswith("what was restored is not what was recorded on the snapshot")

    @pytest.mark.parametrize("counts", [{"expired_at_load": 30}, {"expired_later": 30}])
    def test_what_expired_is_no_loss(self, counts: dict[str, Any]) -> None:
        found = recorded(970, **counts)
        assert (found.identical, found.problem, found.expired_keys) == (False, "", 30)
        assert "30 are gone, 30 have expired" in found.why

    def test_one_key_more_than_expired_is_a_loss(self) -> None:
        assert recorded(969, expired_at_load=30).problem

    def test_hash_fields_that_expired_change_the_digest_and_no_number(self) -> None:
        assert recorded(1000, expired_fields=2).problem == ""

    def test_an_old_server_may_have_dropped_what_had_a_time_to_live(self) -> None:
        assert recorded(900, expired_at_load=None).problem == ""
        assert recorded(899, expired_at_load=None).problem
        assert recorded(999, expired_at_load=None, record=Record(SAVED, 1000, 0)).problem

    def test_without_any_number_of_expired_keys_the_tolerance_decides(self) -> None:
        found = recorded(950, expired_at_load=None, record=Record(SAVED, 1000))
        assert (found.problem, found.identical) == ("", False)
        assert "nothing tells how many have expired" in found.why
        for keys in (949, 0):
            lost = recorded(keys, expired_at_load=None, record=Record(SAVED, 1000))
            assert "more than count_tolerance=5 %" in lost.problem
            assert "nothing tells how many have expired" in lost.problem

    def test_no_more_can_have_expired_than_had_a_time_to_live(self) -> None:
        assert recorded(900, expired_at_load=300).problem == ""
        assert recorded(899, expired_at_load=300).problem

    def test_more_keys_than_were_recorded_have_not_come_by_expiry(self) -> None:
        assert recorded(1001, expired_at_load=5).problem

    def test_equal_digests_prove_nothing_of_values_that_are_not_in_them(self) -> None:
        restored = replace(reading(1000, SAVED), unsupported=("ReJSON-RL",))
        found = compare_record(RECORD, restored, USUAL)
        assert (found.identical, found.problem) == (False, "")
        assert "ReJSON-RL" in found.why
        assert compare_record(RECORD, restored, STRICT).problem.startswith("comparison=digest: ")

    def test_whoever_demands_proof_gets_a_failure_and_the_explanation(self) -> None:
        found = recorded(970, terms=STRICT, expired_at_load=30)
        assert found.problem.startswith("comparison=digest: that the data is identical is not proven")
        assert "have expired" in found.problem

    def test_counts_alone(self) -> None:
        restored = Counts(960, expired_at_load=0)
        found = compare_recorded_count(RECORD, restored, Terms("counts"))
        assert (found.method, found.identical, found.problem) == ("recorded_count", False, "")
        assert compare_recorded_count(RECORD, restored, Terms("counts", 3)).problem


class TestAgainstTheSource:
    def test_equal_digests_are_proof_whatever_moved(self) -> None:
        found = compare_digests(reading(10, SAVED, "keys expired: 1"), reading(10, SAVED), STRICT)
        assert (found.method, found.identical, found.problem) == ("digest", True, "")

    def test_other_digests_leave_the_counts(self) -> None:
        found = compare_digests(reading(1000, SAVED), reading(990, OTHER), Terms())
        assert (found.method, found.identical, found.problem) == ("counts", False, "")
        assert found.why.startswith("only counts: the digests differ, as they do when the source was written to")

    def test_why_it_is_only_counts(self) -> None:
        source, restored = reading(10, SAVED, "changes were made: 12"), reading(10, OTHER)
        assert (
            "the source moved while it was read (changes were made: 12)"
            in compare_digests(source, restored, Terms()).why
        )
        source, restored = reading(10, SAVED), reading(10, OTHER, "keys expired: 1")
        assert (
            "what was restored moved while it was read (keys expired: 1)"
            in compare_digests(source, restored, Terms()).why
        )

    def test_equal_digests_prove_nothing_of_values_that_are_not_in_them(self) -> None:
        source = replace(reading(1000, SAVED), unsupported=("MBbloom--", "ReJSON-RL"))
        restored = replace(source, keys=1000)
        found = compare_digests(source, restored, USUAL)
        assert (found.method, found.identical, found.problem) == ("counts", False, "")
        assert "values of the types MBbloom--, ReJSON-RL are not in the digests" in found.why
        assert compare_digests(source, restored, STRICT).problem.startswith("comparison=digest: ")

    def test_two_that_are_empty_are_said_to_be(self) -> None:
        assert compare_digests(reading(0, SAVED), reading(0, SAVED), USUAL).why == "both are empty"

    def test_whoever_demands_proof_gets_a_failure(self) -> None:
        found = compare_digests(reading(10, SAVED), reading(10, OTHER), STRICT)
        assert (found.method, found.identical) == ("digest", False)
        assert found.problem.startswith("comparison=digest: that the data is identical is not proven")


def counted(
    source: int, restored: int, tolerance: float = 5, expired: int | None = 0, expiring: int | None = None
) -> Comparison:
    """With a source all of whose keys have a time to live, unless told otherwise."""
    cache = Counts(source, expiring=source if expiring is None else expiring)
    return compare_counts(cache, Counts(restored, expired), Terms("counts", tolerance), "comparison=counts")


class TestCounts:
    @pytest.mark.parametrize(("source", "restored"), [(1000, 950), (950, 1000), (0, 0), (1000, 1000)])
    def test_within_the_tolerance(self, source: int, restored: int) -> None:
        assert counted(source, restored).problem == ""

    @pytest.mark.parametrize(("source", "restored"), [(1000, 949), (949, 1000), (1, 0), (0, 1)])
    def test_beyond_it(self, source: int, restored: int) -> None:
        assert "more than count_tolerance=5 % apart" in counted(source, restored).problem

    def test_no_tolerance(self) -> None:
        assert counted(10, 10, 0).problem == ""
        assert counted(10, 9, 0).problem

    def test_a_cache_all_of_whose_keys_have_expired_since_lost_nothing(self) -> None:
        found = counted(10_000, 0, expired=10_040)
        assert (found.problem, found.identical) == ("", False)
        assert "10040 of the snapshot have expired since" in found.why

    def test_expired_keys_explain_only_so_many(self) -> None:
        assert counted(1000, 800, expired=150).problem == ""
        assert counted(1000, 800, expired=149).problem

    def test_expired_keys_do_not_explain_too_many(self) -> None:
        assert counted(800, 1000, expired=500).problem

    def test_expired_keys_do_not_stand_for_keys_that_never_expire(self) -> None:
        """However many sessions have expired: 500 users that are not there are lost."""
        found = counted(1000, 500, expired=5000, expiring=100)
        assert "900 keys of the other side have no time to live" in found.problem
        assert counted(1000, 850, expired=5000, expiring=100).problem == ""

    def test_an_old_server_may_have_dropped_what_has_a_time_to_live(self) -> None:
        found = counted(1000, 800, expired=None, expiring=150)
        assert found.problem == ""
        assert "the server does not tell how many have expired" in found.why
        assert counted(1000, 800, expired=None, expiring=149).problem
        assert counted(1000, 800, expired=None, expiring=0).problem

    def test_counts_alone_against_a_record(self) -> None:
        assert compare_recorded_count(RECORD, Counts(900, 100), Terms("counts")).problem == ""
        assert compare_recorded_count(RECORD, Counts(800, 300), Terms("counts")).problem
        unknown = Record(SAVED, 1000)
        assert compare_recorded_count(unknown, Counts(700, 300), Terms("counts")).problem == ""
        assert compare_recorded_count(unknown, Counts(700, None), Terms("counts")).problem


def test_without_anything_to_compare_with() -> None:
    found = compare_nothing(Counts(7, 0), "the group does not exist any more")
    assert as_dict(found) == {
        "method": "none",
        "identical": False,
        "source_keys": None,
        "restored_keys": 7,
        "expired_keys": 0,
        "why": "the group does not exist any more",
    }
    assert found.problem == ""


def test_nothing_at_all_is_no_recovery() -> None:
    assert "not a single key" in compare_nothing(Counts(0, 0), "why").problem
    assert "not a single key" in compare_nothing(Counts(0, None), "why").problem
    assert compare_nothing(Counts(0, 3), "why").problem == ""
