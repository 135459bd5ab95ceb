# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules run in the test's process against the stand-in: options validated as Ansible does, the core, nothing else.

Time is the stand-in's stepped clock, which sleeping moves on: waiting costs nothing.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.redisops.cache.plugins.module_utils.aws.run import MakeResource, run_resource
from ansible_collections.redisops.cache.plugins.module_utils.aws.session import Session
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.engine import Outcome
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import report

from tests.standin.server import Standin

REGION = "us-east-1"
CREDENTIALS = {
    "aws_access_key_id": "AKIAQ7ZB3KDXVW6T2MNR",
    "aws_secret_access_key": "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",
}
READS = ("Describe", "List", "Get")

Options = Mapping[str, Mapping[str, Any]]
"""An argument spec."""


class Killed(BaseException):
    """What a process would not live to see: nothing in the collection catches it."""


@functools.cache
def boto_session() -> Any:
    """One for all, since each reads the models of the services anew."""
    make: Callable[..., Any] = boto3.session.Session
    return make(region_name=REGION, **CREDENTIALS)


@dataclass
class SteppedClock:
    standin: Standin
    passed: float = 0.0

    def now(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds
        self.standin.control.advance(seconds)


@dataclass
class Cloud:
    """An account on the stand-in. `told` is the progress of all runs."""

    standin: Standin
    told: list[str] = field(default_factory=list)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.clock = SteppedClock(self.standin)
        self.session = Session(self.client, self.clock, self.told.append)

    def client(self, service: str) -> Any:
        return boto_session().client(service, endpoint_url=self.standin.url)

    def mortal_session(self, lives: int) -> Session:
        """Whoever uses it is killed when the change number `lives` (of the calls that are no reads) has been made."""
        calls = itertools.count(1)

        def die(model: Any, **_event: Any) -> None:
            if not model.name.startswith(READS) and next(calls) == lives:
                raise Killed

        def connect(service: str) -> Any:
            client = self.client(service)
            client.meta.events.register("after-call", die)
            return client

        return Session(connect, self.clock, self.told.append)

    def calls(self) -> list[str]:
        """Operations of ElastiCache that arrived, oldest first."""
        return [call["operation"] for call in self.standin.control.calls(service="elasticache")]

    def changes(self) -> list[str]:
        """Those of `calls` that change something, refused ones included."""
        return [operation for operation in self.calls() if not operation.startswith(READS)]

    def make_subnets(self, *zones: str) -> list[str]:
        """Subnets of one new VPC, each in a zone of the region given by its letter."""
        ec2 = self.session.client("ec2")
        number = next(self.numbers)
        vpc = ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
        made = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.{number}.{index}.0/24", AvailabilityZone=f"{REGION}{zone}")
            for index, zone in enumerate(zones)
        ]
        return [each["Subnet"]["SubnetId"] for each in made]

    def make_cache(self, name: str, **members: Any) -> None:
        """A replication group of one node, there and ready."""
        given = {
            "ReplicationGroupDescription": name,
            "Engine": "redis",
            "EngineVersion": "6.2",
            "CacheNodeType": "cache.t3.micro",
            "NumCacheClusters": 1,
            "AutomaticFailoverEnabled": False,
            **members,
        }
        self.session.client("elasticache").create_replication_group(ReplicationGroupId=name, **given)
        self.standin.control.advance(3600)

    def delete_cache(self, name: str) -> None:
        """Begin to delete it; it is gone some service time later."""
        self.session.client("elasticache").delete_replication_group(ReplicationGroupId=name)


@dataclass(frozen=True)
class Module:
    """A module of the collection, as its options and its core."""

    cloud: Cloud
    make: MakeResource
    options: Options

    def run(self, check: bool = False, /, **params: Any) -> Outcome:
        """Raises what the core raises."""
        return self.run_with(self.cloud.session, check, **params)

    def run_with(self, session: Session, check: bool = False, /, **params: Any) -> Outcome:
        return run_resource(session, validated(self.options, params), self.make, check)

    def changes(self, **params: Any) -> Outcome:
        """Check mode foretells the run and sends nothing, the run changes something, a repeat nothing."""
        before = len(self.cloud.changes())
        foretold = self.run(True, **params)
        assert len(self.cloud.changes()) == before, "check mode changed something"
        done = self.run(**params)
        assert done.changed
        assert report(foretold) == report(done)
        assert foretold.warnings == done.warnings
        after = len(self.cloud.changes())
        again = self.run(**params)
        assert not again.changed
        assert len(self.cloud.changes()) == after, "a repeat changed something"
        return done

    def refuses(self, **params: Any) -> Refused:
        """Check mode and run refuse for the same reasons, and nothing is sent."""
        before = len(self.cloud.changes())
        refusals = []
        for check in (True, False):
            try:
                self.run(check, **params)
            except Refused as refused:
                refusals.append(refused)
        assert len(refusals) == 2, "it was not refused"
        assert refusals[0].problems == refusals[1].problems
        assert len(self.cloud.changes()) == before
        return refusals[1]


def validated(options: Options, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with types converted and defaults filled in; a wrong one is a mistake of the test."""
    result = ArgumentSpecValidator(dict(options)).validate(dict(params))
    assert result.error_messages == []
    return dict(result.validated_parameters)
