# SPDX-License-Identifier: GPL-3.0-or-later
"""A replication group to fail over, on the stand-in without engines."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.session import Session
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.outcome import Outcome
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.run import fail_over
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.spec import argument_spec
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused

from tests.component.runs import Cloud, validated

NAME = "phb-redis-cache"


@dataclass(frozen=True)
class Place:
    cloud: Cloud

    def make(self, **members: Any) -> None:
        """The group, with what else it is to have; calls before this are forgotten."""
        given = {"CacheNodeType": "cache.t4g.micro", "ReplicationGroupDescription": NAME, **members}
        self.cloud.session.client("elasticache").create_replication_group(ReplicationGroupId=NAME, **given)
        self.cloud.standin.control.advance(3600)
        self.cloud.standin.control.clear_calls()

    def run(self, check: bool = False, session: Session | None = None, **params: Any) -> Outcome:
        given = {"replication_group_id": NAME, "confirm": NAME, "measure": False, **params}
        return fail_over(session or self.cloud.session, validated(argument_spec(), given), check)

    def refuses(self, **params: Any) -> str:
        """Check mode and run refuse for the same reasons, and nothing is asked of the service."""
        reasons = []
        for check in (True, False):
            with pytest.raises(Refused) as refused:
                self.run(check, **params)
            reasons.append(str(refused.value))
        assert reasons[0] == reasons[1]
        assert self.cloud.changes() == []
        return reasons[0]

    def interfering(self, operation: str, **error: Any) -> Session:
        """From the moment at which the failover has been asked for, that operation fails."""

        def interfere(**_event: Any) -> None:
            self.cloud.standin.control.add_fault("error", operation, **error)

        def connect(service: str) -> Any:
            client = self.cloud.client(service)
            client.meta.events.register("after-call.elasticache.TestFailover", interfere)
            return client

        return Session(connect, self.cloud.clock)

    def once_before(self, operation: str, act: Callable[[], None], skip: int) -> Session:
        """What somebody else does before that operation is called for the time after `skip` times."""
        calls = itertools.count()

        def count(**_event: Any) -> None:
            if next(calls) == skip:
                act()

        def connect(service: str) -> Any:
            client = self.cloud.client(service)
            client.meta.events.register(f"before-call.elasticache.{operation}", count)
            return client

        return Session(connect, self.cloud.clock)

    def primary(self) -> str:
        members = self.group()["NodeGroups"][0]["NodeGroupMembers"]
        return next(str(each["CacheClusterId"]) for each in members if each["CurrentRole"] == "primary")

    def group(self) -> dict[str, Any]:
        client = self.cloud.session.client("elasticache")
        found: dict[str, Any] = client.describe_replication_groups(ReplicationGroupId=NAME)["ReplicationGroups"][0]
        return found
