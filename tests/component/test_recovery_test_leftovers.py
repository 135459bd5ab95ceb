# SPDX-License-Identifier: GPL-3.0-or-later
"""elasticache_recovery_test and groups of the temporary name that it finds: an own one goes, any other stays."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.session import Session
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.removal import remove_leftover
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.temporary import TAG, description_of
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused

from tests.component.recovery_drills import GROUP, TEMPORARY, Drills
from tests.component.runs import Cloud


@pytest.fixture
def drills(cloud: Cloud) -> Drills:
    found = Drills(cloud)
    found.prepare()
    return found


class TestLeftover:
    def leave(self, drills: Drills, seconds: float, tag: str = GROUP, **members: str) -> None:
        """A group of the temporary name, so many seconds after its creation began."""
        tags = [{"Key": TAG, "Value": tag}]
        drills.api.create_replication_group(
            ReplicationGroupId=TEMPORARY,
            ReplicationGroupDescription=description_of(tag),
            CacheNodeType="cache.t3.micro",
            Engine="redis",
            NumCacheClusters=1,
            Tags=[*tags, *({"Key": name, "Value": value} for name, value in members.items())],
        )
        drills.cloud.standin.control.advance(seconds)
        drills.cloud.standin.control.clear_calls()

    @pytest.mark.parametrize("seconds", [0, 20, 3600])
    def test_it_is_removed_first_whatever_its_age(self, drills: Drills, seconds: float) -> None:
        self.leave(drills, seconds)
        found, outlook = drills.run_with(drills.cloud.session)
        assert (found.passed, outlook.leftover is not None) == (True, True)
        assert drills.cloud.changes()[-3:] == [
            "DeleteReplicationGroup",
            "CreateReplicationGroup",
            "DeleteReplicationGroup",
        ]
        assert drills.groups() == {GROUP: "available"}
        seconds_of = {each.name: each.seconds for each in found.phases}
        own = ("prepare", "restore", "first_read")
        assert found.recovery_time_seconds == pytest.approx(sum(seconds_of[name] for name in own))

    def test_one_that_is_being_deleted_is_waited_for(self, drills: Drills) -> None:
        self.leave(drills, 3600)
        drills.api.delete_replication_group(ReplicationGroupId=TEMPORARY)
        drills.cloud.standin.control.clear_calls()
        assert drills.run().passed
        assert drills.cloud.changes() == ["CreateReplicationGroup", "DeleteReplicationGroup"]

    @pytest.mark.parametrize("seconds", [0, 3600])
    def test_one_whose_creation_fails(self, drills: Drills, seconds: float) -> None:
        self.leave(drills, seconds, **{"standin:create-failed": "no capacity"})
        assert drills.run().passed
        assert drills.groups() == {GROUP: "available"}

    def test_one_whose_creation_fails_while_it_is_being_removed(self, drills: Drills) -> None:
        self.leave(drills, 0, **{"standin:create-failed": "no capacity"})
        remove_leftover(drills.cloud.session, GROUP, 3600)
        assert drills.groups() == {GROUP: "available"}

    @pytest.mark.parametrize("seconds", [0, 3600])
    def test_a_group_of_somebody_else_stays(self, drills: Drills, seconds: float) -> None:
        self.leave(drills, seconds, tag="orders")
        with pytest.raises(Refused, match=r"without the tag redisops.cache/recovery-test-of=phb-redis-cache"):
            drills.run()
        assert drills.cloud.changes() == []
        assert drills.groups()[TEMPORARY] == "available" or seconds == 0

    def test_one_that_cannot_be_removed_is_not_said_to_be_gone(self, drills: Drills, pauses: list[float]) -> None:
        self.leave(drills, 3600)
        told = {"code": "AccessDenied", "message": "Not you.", "status": 403}
        drills.cloud.standin.control.add_fault("error", "DeleteReplicationGroup", **told)
        found = drills.run()
        assert (found.passed, found.removed) == (False, False)
        assert [each.name for each in found.phases] == ["prepare", "remove_leftover"]
        (problem,) = found.problems
        assert f"the temporary group {TEMPORARY}" in problem
        assert "goes on costing money" in problem
        assert found.warnings == [problem]

    @pytest.mark.parametrize("check", [True, False])
    def test_one_whose_tags_may_not_be_read_stays(self, drills: Drills, pauses: list[float], check: bool) -> None:
        self.leave(drills, 3600)
        told = {"code": "AccessDenied", "message": "Not you.", "status": 403}
        drills.cloud.standin.control.add_fault("error", "ListTagsForResource", **told)
        with pytest.raises(Refused, match=r"whose tags cannot be read, .* elasticache:ListTagsForResource"):
            drills.run_with(drills.cloud.session, check)
        assert drills.cloud.changes() == []

    def test_one_that_fails_in_check_mode_as_in_the_run(self, drills: Drills) -> None:
        self.leave(drills, 0, tag="orders")
        with pytest.raises(Refused, match="without the tag"):
            drills.foretell()

    def test_check_mode_leaves_it(self, drills: Drills) -> None:
        self.leave(drills, 3600)
        _foretold, outlook = drills.foretell()
        assert outlook.leftover is not None
        assert outlook.plan.action == "create"
        assert drills.cloud.changes() == []


class TestGroupOfSomebodyElse:
    """Which takes the temporary name after everything was looked at."""

    def take_name(self, drills: Drills, description: str) -> Session:
        """At the moment at which the group of that name is looked for, i.e. asked for the last time."""
        looks = itertools.count(1)

        def look(params: Mapping[str, Any], **_event: Any) -> None:
            if TEMPORARY in str(params["body"]) and next(looks) == 2:
                drills.cloud.make_cache(TEMPORARY, ReplicationGroupDescription=description)

        def connect(service: str) -> Any:
            client = drills.cloud.client(service)
            client.meta.events.register("before-call.*.DescribeReplicationGroups", look)
            return client

        return Session(connect, drills.cloud.clock)

    def test_it_is_neither_changed_nor_deleted(self, drills: Drills) -> None:
        found, _outlook = drills.run_with(self.take_name(drills, "Orders"))
        assert (found.passed, found.removed, found.warnings) == (False, True, [])
        (problem,) = found.problems
        assert f"a group {TEMPORARY} exists" in problem
        assert drills.cloud.changes() == ["CreateReplicationGroup"]  # theirs
        assert drills.groups()[TEMPORARY] == "available"


class TestAnotherRun:
    """Of the same test, after this one was taken for dead: its group has this one's name and tag."""

    OTHER = description_of(GROUP, "0a1b2c3d")

    def test_its_group_is_not_used(self, drills: Drills) -> None:
        session = TestGroupOfSomebodyElse().take_name(drills, self.OTHER)
        found, _outlook = drills.run_with(session)
        assert (found.passed, found.removed, found.warnings) == (False, True, [])
        assert "another run of the test has made the group" in found.problems[0]
        assert drills.groups()[TEMPORARY] == "available"

    def test_its_group_is_not_removed(self, drills: Drills) -> None:
        def replace_group() -> None:
            drills.cloud.delete_cache(TEMPORARY)
            drills.cloud.standin.control.advance(3600)
            tags = [{"Key": TAG, "Value": GROUP}]
            drills.cloud.make_cache(TEMPORARY, ReplicationGroupDescription=self.OTHER, Tags=tags)

        drills.restored.on_read = replace_group
        found = drills.run()
        assert (found.passed, found.removed, found.warnings) == (False, True, [])
        assert "another run of the test has made the group" in found.problems[-1]
        assert drills.groups()[TEMPORARY] == "available"


def test_what_was_made_is_removed_though_its_tags_may_not_be_read(drills: Drills, pauses: list[float]) -> None:
    told = {"code": "AccessDenied", "message": "Not you.", "status": 403}
    drills.cloud.standin.control.add_fault("error", "ListTagsForResource", **told)
    assert drills.run().removed
    assert drills.groups() == {GROUP: "available"}
