# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to use instead of a setting that ElastiCache does not offer. It explains refusals; it never causes one.

Options named without more are those of elasticache_replication_group.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from fnmatch import fnmatchcase

ADVICE: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("requirepass", "masterauth", "masteruser"),
        "A password is the `auth_token` of the replication group, or belongs to the users of a user group.",
    ),
    (("user", "aclfile"), "Access rules are users and user groups of ElastiCache."),
    (
        ("append*", "aof-*", "auto-aof-*", "no-appendfsync-on-rewrite"),
        "ElastiCache has had no append-only file since Redis 2.8.22. What is to outlive a node needs replicas with "
        "`multi_az_enabled` and snapshots, durability on Valkey 9, or MemoryDB.",
    ),
    (
        ("save", "dir", "dbfilename", "rdb*", "sanitize-dump-payload", "stop-writes-on-bgsave-error"),
        "Saving is done by snapshots: `snapshot_retention_limit` and `snapshot_window`.",
    ),
    (
        ("maxclients",),
        "It is fixed by the node type: 65,000; on t3.small and t3.medium 46,000; on t3.micro, t4g.micro and t2 20,000.",
    ),
    (
        ("maxmemory", "maxmemory-clients", "maxmemory-eviction-tenacity"),
        "Memory comes with the `node_type`, less `reserved-memory-percent`; `maxmemory-policy` says what goes when it "
        "is full.",
    ),
    (
        ("rename-command",),
        "It is called `rename-commands` here: one value of pairs, such as `FLUSHALL blocked1 FLUSHDB blocked2`.",
    ),
    (
        ("bind*", "protected-mode", "unixsocket*"),
        "Who can connect is decided by `security_group_ids` and the subnet group.",
    ),
    (("port",), "It is the `port` of the replication group, fixed at its creation."),
    (
        ("tls-*",),
        "TLS is `transit_encryption_enabled` and `transit_encryption_mode`; the certificates are the service's.",
    ),
    (
        ("replicaof", "slaveof"),
        "Replicas are counted, not configured: `replicas_per_node_group`.",
    ),
    (
        ("repl-*", "replica-*", "slave-*", "propagation-error-behavior"),
        "The service runs replication itself and keeps this fixed.",
    ),
    (
        ("client-output-buffer-limit*",),
        "Limits are parameters of their own, such as `client-output-buffer-limit-pubsub-hard-limit`; those of replicas "
        "are fixed by the node type.",
    ),
    (
        ("cluster-enabled",),
        "Give the cache another parameter group and change `cluster_mode`.",
    ),
    (
        ("activerehashing",),
        "From Redis 7 on it is hidden, and on; before, another value takes a backup, a new group and a restore.",
    ),
    (("databases",), "For a cache with data, another value takes a backup, a new group and a restore."),
    (("cluster-*",), "Clustering is the service's: `cluster_mode`, `num_node_groups`, `replicas_per_node_group`."),
    (("io-threads*",), "The service sets I/O threads by the vCPUs of the `node_type`."),
    (("sentinel*",), "There is no Sentinel: `automatic_failover_enabled`, and the primary endpoint follows."),
    (("log*", "syslog*"), "Logs come through `log_delivery_configurations`."),
    (("include", "loadmodule", "module*"), "Modules cannot be loaded; what an engine version has is built in."),
    (("latency-monitor-threshold",), "Latency is seen in CloudWatch and in the slow log (`slowlog-log-slower-than`)."),
    (("lua-time-limit", "busy-reply-threshold"), "It is fixed at 5,000 milliseconds."),
    (("lazyfree-lazy-*",), "Valkey 8 and later free lazily by themselves."),
    (
        ("enable-debug-command", "enable-module-command", "enable-protected-configs"),
        "Administrative commands are closed to clients of ElastiCache.",
    ),
    (
        (
            "always-show-logo",
            "crash-*",
            "daemonize",
            "*cpulist",
            "disable-thp",
            "dynamic-hz",
            "hz",
            "jemalloc-bg-thread",
            "oom-score-adj*",
            "pidfile",
            "proc-title-template",
            "set-proc-title",
            "supervised",
            "tcp-backlog",
        ),
        "The service runs the process and the machine; leave it out.",
    ),
)

WORDS_RENAMED = (("slave", "replica"), ("ziplist", "listpack"))
"""Redis 5 and Redis 7 renamed parameters by these words."""


def advice_for(name: str, known: Iterable[str] = ()) -> str:
    """One or two sentences, possibly none. `known` are the names that the family does have, for a name it has not."""
    renamed = renaming(name, set(known))
    if renamed:
        return f"In this family it is called `{renamed}`."
    told = next((text for patterns, text in ADVICE if any(fnmatchcase(name, each) for each in patterns)), "")
    if told:
        return told
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.8)
    return f"Is `{close[0]}` meant?" if close else ""


def renaming(name: str, known: set[str]) -> str | None:
    """The name that a family of another age has for the same parameter."""
    candidates = [name.replace(*words) for pair in WORDS_RENAMED for words in (pair, pair[::-1])]
    return next((each for each in candidates if each != name and each in known), None)
