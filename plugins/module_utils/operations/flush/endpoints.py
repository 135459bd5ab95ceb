# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Under which names and ports a managed cache is reached."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...aws.session import Session
from ...elasticache.api import describe_cache_clusters, describe_replication_groups, describe_serverless_caches

Endpoint = tuple[str, int]


def endpoints_of(session: Session, cache: str, serverless: bool) -> list[Endpoint] | None:
    """Those of the cache first, then those of its nodes. None for a cache that does not exist."""
    read = describe_serverless_caches if serverless else describe_replication_groups
    found = read(session, cache)
    if not found:
        return None
    nodes = [] if serverless else _nodes(found[0]["ReplicationGroupId"], describe_cache_clusters(session))
    return list(dict.fromkeys((each["Address"], each["Port"]) for each in [*_named(found[0]), *nodes]))


def is_one_of(endpoints: Iterable[Endpoint], host: str, port: int) -> bool:
    """By name, or by address for who uses a name of their own."""
    at_port = [name for name, number in endpoints if number == port]
    if host.lower().rstrip(".") in (name.lower().rstrip(".") for name in at_port):
        return True
    own = _addresses(host)
    return any(own & _addresses(name) for name in at_port)


def _named(cache: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for owner in (cache, *cache.get("NodeGroups", ())):
        for name in ("ConfigurationEndpoint", "PrimaryEndpoint", "ReaderEndpoint", "Endpoint"):
            if owner.get(name, {}).get("Address"):
                yield owner[name]


def _nodes(group: str, clusters: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for cluster in clusters:
        if cluster.get("ReplicationGroupId") == group:
            yield from (node["Endpoint"] for node in cluster.get("CacheNodes", ()) if node.get("Endpoint"))


def _addresses(host: str) -> set[str]:
    """None for a name that does not resolve here: then it is not known to be the same."""
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return set()
