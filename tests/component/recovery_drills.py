# SPDX-License-Identifier: GPL-3.0-or-later
"""Recovery tests without engines: an account with a cache and its snapshots, and servers that say what a test wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.aws.session import Clock, Session
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.arguments import (
    argument_spec,
    build_request,
)
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.drill import run_drill
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.outcome import Drill
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.outlook import Outlook, Outside
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.servers import Counts, Reading
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.temporary import temporary_name
from ansible_collections.redisops.cache.plugins.module_utils.redis.connection import Target
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError

from tests.component.runs import Cloud, validated

GROUP = "phb-redis-cache"
TEMPORARY = temporary_name(GROUP)
TOKEN = "Rk3vWq8Zt5Yn2Lx7Bd4Mg9Pc"
DAY = 86400
DURATIONS = {"create_group": 40.0, "delete": 15.0, "member_lag": 1.0, "snapshot": 10.0}
"""Short, so that few looks are needed to see the end of something."""
ENCRYPTED = {"TransitEncryptionEnabled": True, "AuthToken": TOKEN, "AtRestEncryptionEnabled": True}


def nothing() -> None:
    return None


@dataclass
class FakeServer:
    """`failures` are raised by the first answers; `on_answer` and `on_read` are called before each. `reads` counts."""

    counts: Counts
    digest: str = "5" * 64
    movements: tuple[str, ...] = ()
    failures: list[CheckError] = field(default_factory=list)
    on_answer: Callable[[], None] = nothing
    on_read: Callable[[], None] = nothing
    reads: int = 0

    def answer(self) -> None:
        self.on_answer()
        if self.failures:
            raise self.failures.pop(0)

    def count(self) -> Counts:
        if self.failures:
            raise self.failures.pop(0)
        return self.counts

    def read(self, rate_limit: float = 0.0) -> Reading:
        self.reads += 1
        self.on_read()
        return Reading(self.counts.keys, self.digest, self.movements, self.counts)


@dataclass
class Drills:
    """Whoever logs in with the cache's own token, or to a group without one, talks to `source`."""

    cloud: Cloud
    source: FakeServer = field(default_factory=lambda: FakeServer(Counts(1000, 0)))
    restored: FakeServer = field(default_factory=lambda: FakeServer(Counts(1000, 0)))
    targets: list[Target] = field(default_factory=list)

    @property
    def outside(self) -> Outside:
        return Outside(self.connect)

    def connect(self, target: Target, _cluster_mode: bool, _clock: Clock) -> FakeServer:
        self.targets.append(target)
        return self.source if target.password == TOKEN else self.restored

    def now(self) -> datetime:
        return datetime.fromisoformat(self.cloud.standin.control.clock()["now"])

    @property
    def api(self) -> Any:
        return self.cloud.session.client("elasticache")

    def prepare(self, access: Mapping[str, Any] | None = None, **members: Any) -> None:
        """A cache that has been there for two of its windows; encrypted, unless `access` says otherwise."""
        given = ENCRYPTED if access is None else access
        self.cloud.standin.control.set_durations(**DURATIONS)
        self.cloud.make_cache(GROUP, SnapshotRetentionLimit=7, SnapshotWindow="03:00-05:00", **given, **members)
        self.cloud.standin.control.advance(2 * DAY)
        self.cloud.standin.control.clear_calls()

    def save(self, name: str) -> None:
        """A snapshot by hand."""
        self.api.create_snapshot(SnapshotName=name, CacheClusterId=f"{GROUP}-001")
        self.cloud.standin.control.advance(3600)

    def run(self, **params: Any) -> Drill:
        return self.run_with(self.cloud.session, **params)[0]

    def foretell(self, **params: Any) -> tuple[Drill, Outlook]:
        return self.run_with(self.cloud.session, True, **params)

    def run_with(self, session: Session, check: bool = False, /, **params: Any) -> tuple[Drill, Outlook]:
        given = {"replication_group_id": GROUP, "password": TOKEN, **params}
        return run_drill(session, build_request(validated(argument_spec(), given)), self.outside, check)

    def groups(self) -> dict[str, str]:
        """Status by name."""
        listed = self.api.describe_replication_groups()["ReplicationGroups"]
        return {each["ReplicationGroupId"]: each["Status"] for each in listed}

    def sent(self, operation: str) -> dict[str, Any]:
        """The parameters of the only call."""
        (call,) = self.cloud.standin.control.calls(operation)
        parameters: dict[str, Any] = call["parameters"]
        return parameters
