# SPDX-License-Identifier: GPL-3.0-or-later
"""Vibewell's parameter group, as its guide wants it and as ElastiCache can have it, and the module that makes it."""

from __future__ import annotations

from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.resource import ParameterGroup
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.spec import argument_spec

from tests.component.runs import Cloud, Module

NAME = "vibewell-redis-params"
GROUP: dict[str, Any] = {"parameter_group_name": NAME, "family": "redis6.x", "description": "VibeWell production"}
POSSIBLE = {
    "maxmemory-policy": "allkeys-lru",
    "timeout": 300,
    "tcp-keepalive": 60,
    "notify-keyspace-events": "AKE",
}
SELF_HOSTED = {**POSSIBLE, "appendonly": True, "appendfsync": "everysec", "maxclients": 10000}
AS_SET = {name: str(value) for name, value in POSSIBLE.items()}
CHANGED = """
    acllog-max-len active-defrag-cycle-max active-defrag-cycle-min active-defrag-max-scan-fields
    active-defrag-threshold-lower active-defrag-threshold-upper client-output-buffer-limit-normal-hard-limit
    client-output-buffer-limit-normal-soft-limit client-output-buffer-limit-normal-soft-seconds
    client-output-buffer-limit-pubsub-hard-limit client-output-buffer-limit-pubsub-soft-limit
    client-output-buffer-limit-pubsub-soft-seconds hash-max-ziplist-entries hash-max-ziplist-value
    hll-sparse-max-bytes lfu-decay-time lfu-log-factor list-compress-depth maxmemory-samples min-replicas-max-lag
    min-replicas-to-write repl-backlog-ttl reserved-memory-percent set-max-intset-entries slowlog-log-slower-than
    slowlog-max-len stream-node-max-bytes stream-node-max-entries tcp-keepalive timeout tracking-table-max-keys
    zset-max-ziplist-entries zset-max-ziplist-value
"""
MANY: dict[str, Any] = {
    **dict.fromkeys(CHANGED.split(), 42),
    **dict.fromkeys(
        (
            "activedefrag",
            "cluster-allow-reads-when-down",
            "cluster-require-full-coverage",
            "lazyfree-lazy-eviction",
            "lazyfree-lazy-expire",
            "lazyfree-lazy-server-del",
            "lazyfree-lazy-user-del",
        ),
        True,
    ),
    "acl-pubsub-default": "resetchannels",
    "close-on-replica-write": False,
    "active-expire-effort": 5,
    "databases": 32,
    "maxmemory-policy": "noeviction",
}
"""45 parameters, none with the value that it has in redis6.x by default."""


def module_on(cloud: Cloud) -> Module:
    return Module(cloud, ParameterGroup, argument_spec())


def with_vibewell(cloud: Cloud) -> Module:
    """The module, and the group as vibewell has it, with nothing pending."""
    module = module_on(cloud)
    module.run(**GROUP, parameters=POSSIBLE, tags={"Project": "vibewell"})
    cloud.standin.control.advance(60)
    return module
