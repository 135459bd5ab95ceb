# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls to ElastiCache: every read pages, a missing resource is an empty answer, changes are sent in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..aws.errors import ServiceError, call, read_pages, read_whole_pages
from ..aws.session import Session
from ..aws.tags import from_api
from ..reconcile.plan import Step
from ..reconcile.secret import reveal
from .errors import NOT_FOUND, TAGS_UNAVAILABLE, as_conflict

SERVICE = "elasticache"


def describe(session: Session, operation: str, **arguments: Any) -> list[Any]:
    """All pages of a Describe call without the unset arguments; a resource that does not exist gives []."""
    given = {name: value for name, value in arguments.items() if value is not None}
    return unless_missing(lambda: read_pages(session.client(SERVICE), operation, given))


def unless_missing(read: Callable[[], list[Any]]) -> list[Any]:
    try:
        return read()
    except ServiceError as error:
        if error.code in NOT_FOUND:
            return []
        raise


def describe_cache_clusters(session: Session, cluster_id: str | None = None) -> list[dict[str, Any]]:
    return describe(session, "describe_cache_clusters", CacheClusterId=cluster_id, ShowCacheNodeInfo=True)


def describe_engine_default_parameters(session: Session, family: str) -> list[dict[str, Any]]:
    """Rows as of `describe_parameters`, with the values of a new group. Raises ServiceError for an unknown family."""
    arguments = {"CacheParameterGroupFamily": family}
    pages = read_whole_pages(session.client(SERVICE), "describe_engine_default_parameters", arguments)
    return parameter_rows(page["EngineDefaults"] for page in pages)


def describe_engine_versions(session: Session) -> list[dict[str, Any]]:
    return describe(session, "describe_cache_engine_versions")


def describe_events(session: Session, identifier: str | None, kind: str, minutes: int) -> list[dict[str, Any]]:
    """Newest last; of all sources of that kind without an `identifier`. `minutes`: how far back, 20,160 at most."""
    found = describe(session, "describe_events", SourceIdentifier=identifier, SourceType=kind, Duration=minutes)
    return sorted(found, key=lambda event: event["Date"])


def describe_parameter_groups(session: Session, name: str | None = None) -> list[dict[str, Any]]:
    return describe(session, "describe_cache_parameter_groups", CacheParameterGroupName=name)


def describe_parameters(session: Session, name: str) -> list[dict[str, Any]]:
    """The rows of a group; where the value depends on the node type, it is in `CacheNodeTypeSpecificValues`."""
    arguments = {"CacheParameterGroupName": name}
    return unless_missing(
        lambda: parameter_rows(read_whole_pages(session.client(SERVICE), "describe_cache_parameters", arguments))
    )


def describe_replication_groups(session: Session, identifier: str | None = None) -> list[dict[str, Any]]:
    return describe(session, "describe_replication_groups", ReplicationGroupId=identifier)


def describe_serverless_cache_snapshots(session: Session, name: str | None = None) -> list[dict[str, Any]]:
    return describe(session, "describe_serverless_cache_snapshots", ServerlessCacheSnapshotName=name)


def describe_serverless_caches(session: Session, name: str | None = None) -> list[dict[str, Any]]:
    return describe(session, "describe_serverless_caches", ServerlessCacheName=name)


def describe_snapshots(session: Session, name: str | None = None) -> list[dict[str, Any]]:
    """Node-based ones, with the slots of each shard. Never by source: of one that is gone the service tells nothing."""
    return describe(session, "describe_snapshots", SnapshotName=name, ShowNodeGroupConfig=True)


def describe_subnet_groups(session: Session, name: str | None = None) -> list[dict[str, Any]]:
    return describe(session, "describe_cache_subnet_groups", CacheSubnetGroupName=name)


def list_tags(session: Session, arn: str) -> dict[str, str] | None:
    """None where tags cannot be read now, or at all: the caller then leaves them as they are."""
    try:
        answer = call(session.client(SERVICE), "list_tags_for_resource", {"ResourceName": arn})
    except ServiceError as error:
        if error.code in TAGS_UNAVAILABLE or error.code in NOT_FOUND:
            return None
        raise
    return from_api(answer.get("TagList", []))


def parameter_rows(pages: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Both lists of all pages. The second is no part of the paging, so more than one page may hold it."""
    lists = ("Parameters", "CacheNodeTypeSpecificParameters")
    rows = {row["ParameterName"]: row for page in pages for each in lists for row in page.get(each, [])}
    return list(rows.values())


def execute(session: Session, step: Step) -> Mapping[str, Any]:
    """Send the call of a step. Raises Conflict, or ServiceError with the remedy where one is known."""
    session.progress(f"{step.operation}: {', '.join(step.because)}")
    try:
        answer: Mapping[str, Any] = call(session.client(SERVICE), step.operation, reveal(dict(step.arguments)))
    except ServiceError as error:
        raise as_conflict(error) from error
    return answer
