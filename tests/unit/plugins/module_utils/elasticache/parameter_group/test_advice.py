# SPDX-License-Identifier: GPL-3.0-or-later
"""What to use instead."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.advice import (
    ADVICE,
    advice_for,
)

REDIS_6 = ("hash-max-ziplist-entries", "min-replicas-to-write", "repl-backlog-size", "rename-commands", "timeout")
REDIS_7 = ("hash-max-listpack-entries", "min-replicas-to-write", "timeout")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("requirepass", "auth_token"),
        ("masterauth", "auth_token"),
        ("aclfile", "user groups"),
        ("save", "snapshot_retention_limit"),
        ("dir", "snapshot_window"),
        ("dbfilename", "snapshot"),
        ("rdbcompression", "snapshot"),
        ("stop-writes-on-bgsave-error", "snapshot"),
        ("appendonly", "MemoryDB"),
        ("appendfsync", "multi_az_enabled"),
        ("auto-aof-rewrite-min-size", "durability on Valkey 9"),
        ("maxclients", "46,000"),
        ("maxmemory", "reserved-memory-percent"),
        ("rename-command", "rename-commands"),
        ("bind", "security_group_ids"),
        ("bind-source-addr", "security_group_ids"),
        ("protected-mode", "security_group_ids"),
        ("port", "`port` of the replication group"),
        ("tls-port", "transit_encryption_enabled"),
        ("tls-cert-file", "transit_encryption_enabled"),
        ("replicaof", "replicas_per_node_group"),
        ("repl-timeout", "keeps this fixed"),
        ("replica-priority", "keeps this fixed"),
        ("client-output-buffer-limit", "client-output-buffer-limit-pubsub-hard-limit"),
        ("cluster-enabled", "cluster_mode"),
        ("databases", "restore"),
        ("cluster-node-timeout", "num_node_groups"),
        ("io-threads", "vCPUs"),
        ("io-threads-do-reads", "vCPUs"),
        ("logfile", "log_delivery_configurations"),
        ("loglevel", "log_delivery_configurations"),
        ("loadmodule", "built in"),
        ("daemonize", "runs the process"),
        ("server_cpulist", "runs the process"),
        ("lazyfree-lazy-eviction", "Valkey 8"),
    ],
)
def test_a_setting_of_a_self_hosted_redis_has_a_counterpart_or_a_reason(name: str, told: str) -> None:
    assert told in advice_for(name, ("timeout",))


@pytest.mark.parametrize(
    ("name", "known", "told"),
    [
        ("hash-max-ziplist-entries", REDIS_7, "`hash-max-listpack-entries`"),
        ("hash-max-listpack-entries", REDIS_6, "`hash-max-ziplist-entries`"),
        ("min-slaves-to-write", REDIS_7, "`min-replicas-to-write`"),
        ("min-replicas-to-write", ("min-slaves-to-write",), "`min-slaves-to-write`"),
    ],
)
def test_a_name_of_another_age_is_translated(name: str, known: tuple[str, ...], told: str) -> None:
    assert told in advice_for(name, known)


def test_a_slip_of_the_pen_is_recognized() -> None:
    assert advice_for("timeuot", REDIS_7) == "Is `timeout` meant?"


def test_nothing_is_said_about_what_nobody_knows() -> None:
    assert advice_for("frobnicate", REDIS_7) == ""


def test_no_advice_is_hidden_behind_another() -> None:
    earlier: list[str] = []
    for patterns, _text in ADVICE:
        hidden = [name for name in patterns if "*" not in name and any(fnmatchcase(name, each) for each in earlier)]
        assert hidden == []
        earlier += patterns
