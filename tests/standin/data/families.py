# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameter group families: one base table, redis5.0, and what each later family takes away and adds.

redis5.0 is a whole answer of the service, printed in the AWS CLI's reference of describe-engine-default-parameters.
The later families follow the user guide's page "Engine specific parameters"; what it does not mention is taken over
from the family before. `rules.md` says which is which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

ChangeType = Literal["immediate", "requires-reboot"]


@dataclass(frozen=True)
class Parameter:
    """One row of a family. `allowed` None: the service shows no AllowedValues; `default` None: no ParameterValue."""

    name: str
    default: str | None
    allowed: str | None
    description: str
    data_type: Literal["string", "integer"] = "string"
    modifiable: bool = True
    change: ChangeType = "immediate"
    minimum: str = ""


@dataclass(frozen=True)
class Family:
    """`minimum` is the engine version that rows without one of their own carry."""

    name: str
    minimum: str
    parameters: Mapping[str, Parameter]

    def defaults(self) -> dict[str, str | None]:
        return {name: parameter.default for name, parameter in self.parameters.items()}


# IsModifiable reads false, but a custom group takes them as long as nothing uses it (user guide).
CONDITIONALLY_MODIFIABLE = frozenset({"activerehashing", "cluster-databases", "cluster-enabled", "databases"})

_POLICIES = "volatile-lru,allkeys-lru,volatile-lfu,allkeys-lfu,volatile-random,allkeys-random,volatile-ttl,noeviction"

_RENAMEABLE = (
    "APPEND,BITCOUNT,BITFIELD,BITOP,BITPOS,BLPOP,BRPOP,BRPOPLPUSH,BZPOPMIN,BZPOPMAX,CLIENT,COMMAND,DBSIZE,DECR,DECRBY,"
    "DEL,DISCARD,DUMP,ECHO,EVAL,EVALSHA,EXEC,EXISTS,EXPIRE,EXPIREAT,FLUSHALL,FLUSHDB,GEOADD,GEOHASH,GEOPOS,GEODIST,"
    "GEORADIUS,GEORADIUSBYMEMBER,GET,GETBIT,GETRANGE,GETSET,HDEL,HEXISTS,HGET,HGETALL,HINCRBY,HINCRBYFLOAT,HKEYS,HLEN,"
    "HMGET,HMSET,HSET,HSETNX,HSTRLEN,HVALS,INCR,INCRBY,INCRBYFLOAT,INFO,KEYS,LASTSAVE,LINDEX,LINSERT,LLEN,LPOP,LPUSH,"
    "LPUSHX,LRANGE,LREM,LSET,LTRIM,MEMORY,MGET,MONITOR,MOVE,MSET,MSETNX,MULTI,OBJECT,PERSIST,PEXPIRE,PEXPIREAT,PFADD,"
    "PFCOUNT,PFMERGE,PING,PSETEX,PSUBSCRIBE,PUBSUB,PTTL,PUBLISH,PUNSUBSCRIBE,RANDOMKEY,READONLY,READWRITE,RENAME,"
    "RENAMENX,RESTORE,ROLE,RPOP,RPOPLPUSH,RPUSH,RPUSHX,SADD,SCARD,SCRIPT,SDIFF,SDIFFSTORE,SELECT,SET,SETBIT,SETEX,"
    "SETNX,SETRANGE,SINTER,SINTERSTORE,SISMEMBER,SLOWLOG,SMEMBERS,SMOVE,SORT,SPOP,SRANDMEMBER,SREM,STRLEN,SUBSCRIBE,"
    "SUNION,SUNIONSTORE,SWAPDB,TIME,TOUCH,TTL,TYPE,UNSUBSCRIBE,UNLINK,UNWATCH,WAIT,WATCH,ZADD,ZCARD,ZCOUNT,ZINCRBY,"
    "ZINTERSTORE,ZLEXCOUNT,ZPOPMAX,ZPOPMIN,ZRANGE,ZRANGEBYLEX,ZREVRANGEBYLEX,ZRANGEBYSCORE,ZRANK,ZREM,ZREMRANGEBYLEX,"
    "ZREMRANGEBYRANK,ZREMRANGEBYSCORE,ZREVRANGE,ZREVRANGEBYSCORE,ZREVRANK,ZSCORE,ZUNIONSTORE,SCAN,SSCAN,HSCAN,ZSCAN,"
    "XINFO,XADD,XTRIM,XDEL,XRANGE,XREVRANGE,XLEN,XREAD,XGROUP,XREADGROUP,XACK,XCLAIM,XPENDING,GEORADIUS_RO,"
    "GEORADIUSBYMEMBER_RO,LOLWUT,XSETID,SUBSTR"
)


def _switch(name: str, default: str, description: str) -> Parameter:
    return Parameter(name, default, "yes,no", description)


def _number(name: str, default: int, allowed: str, description: str) -> Parameter:
    return Parameter(name, str(default), allowed, description, data_type="integer")


def _count(name: str, default: int, description: str) -> Parameter:
    return _number(name, default, "0-", description)


def _fixed(parameter: Parameter, change: ChangeType = "immediate") -> Parameter:
    return replace(parameter, modifiable=False, change=change)


_REDIS_5 = (
    _switch("activedefrag", "no", "Active memory defragmentation"),
    _number("active-defrag-cycle-max", 75, "1-75", "Most CPU percent spent on defragmentation"),
    _number("active-defrag-cycle-min", 5, "1-75", "Least CPU percent spent on defragmentation"),
    _number("active-defrag-ignore-bytes", 104857600, "1048576-", "Wasted bytes from which defragmentation begins"),
    _number("active-defrag-max-scan-fields", 1000, "1-1000000", "Fields of one collection scanned at once"),
    _number("active-defrag-threshold-lower", 10, "1-100", "Fragmentation percent from which defragmentation begins"),
    _number("active-defrag-threshold-upper", 100, "1-100", "Fragmentation percent of full effort"),
    _fixed(_switch("activerehashing", "yes", "Rehash the main dictionary in idle time"), "requires-reboot"),
    _fixed(Parameter("appendfsync", "everysec", "always,everysec,no", "How often the append-only file is synced")),
    _fixed(_switch("appendonly", "no", "Append-only file persistence")),
    _count("client-output-buffer-limit-normal-hard-limit", 0, "Hard output buffer limit of normal clients, bytes"),
    _count("client-output-buffer-limit-normal-soft-limit", 0, "Soft output buffer limit of normal clients, bytes"),
    _count("client-output-buffer-limit-normal-soft-seconds", 0, "Seconds above the soft limit of normal clients"),
    _count("client-output-buffer-limit-pubsub-hard-limit", 33554432, "Hard output buffer limit of subscribers, bytes"),
    _count("client-output-buffer-limit-pubsub-soft-limit", 8388608, "Soft output buffer limit of subscribers, bytes"),
    _count("client-output-buffer-limit-pubsub-soft-seconds", 60, "Seconds above the soft limit of subscribers"),
    _fixed(_count("client-output-buffer-limit-replica-soft-seconds", 60, "Seconds above the soft limit of replicas")),
    _number("client-query-buffer-limit", 1073741824, "1048576-1073741824", "Largest query buffer of a client, bytes"),
    _switch("close-on-replica-write", "yes", "Disconnect clients that write to a read-only replica"),
    _fixed(_switch("cluster-enabled", "no", "Cluster mode"), "requires-reboot"),
    _switch("cluster-require-full-coverage", "no", "Refuse queries while a slot is not covered"),
    _fixed(_number("databases", 16, "1-1200000", "Number of databases"), "requires-reboot"),
    _count("hash-max-ziplist-entries", 512, "Most entries of a compactly stored hash"),
    _count("hash-max-ziplist-value", 64, "Longest value of a compactly stored hash"),
    _number("hll-sparse-max-bytes", 3000, "1-16000", "Largest sparse HyperLogLog, bytes"),
    _switch("lazyfree-lazy-eviction", "no", "Free evicted keys in the background"),
    _switch("lazyfree-lazy-expire", "no", "Free expired keys in the background"),
    _switch("lazyfree-lazy-server-del", "no", "Free implicitly deleted keys in the background"),
    _count("lfu-decay-time", 1, "Minutes after which an LFU counter is decremented"),
    _number("lfu-log-factor", 10, "1-", "Logarithmic factor of LFU counters"),
    _count("list-compress-depth", 0, "List nodes at each end that are not compressed"),
    _fixed(_number("list-max-ziplist-size", -2, "-5,-4,-3,-2,-1,1-", "Entries per list node")),
    _switch("lua-replicate-commands", "yes", "Replicate the effects of scripts"),
    _fixed(_number("lua-time-limit", 5000, "5000", "Longest run of a script, milliseconds")),
    _fixed(_number("maxclients", 65000, "1-65000", "Most clients at a time"), "requires-reboot"),
    Parameter("maxmemory-policy", "volatile-lru", _POLICIES, "What is evicted when memory is full"),
    _number("maxmemory-samples", 3, "1-", "Keys sampled per eviction"),
    _count("min-replicas-max-lag", 10, "Longest lag of a replica that counts, seconds"),
    _count("min-replicas-to-write", 0, "Replicas without which writes are refused"),
    Parameter("notify-keyspace-events", None, None, "Keyspace events that subscribers are told"),
    _number("proto-max-bulk-len", 536870912, "1048576-536870912", "Largest element of a request, bytes"),
    replace(Parameter("rename-commands", "", _RENAMEABLE, "Commands under other names"), minimum="5.0.3"),
    _number("repl-backlog-size", 1048576, "16384-", "Replication backlog, bytes"),
    _count("repl-backlog-ttl", 3600, "Seconds without replicas after which the backlog is freed"),
    _fixed(_switch("replica-allow-chaining", "no", "Replicas of replicas")),
    _fixed(_switch("replica-ignore-maxmemory", "yes", "Replicas leave eviction to their primary")),
    _fixed(_switch("replica-lazy-flush", "no", "Flush in the background during synchronization")),
    _number("reserved-memory-percent", 25, "0-100", "Percent of memory kept for anything but data"),
    _count("set-max-intset-entries", 512, "Most entries of a compactly stored set of integers"),
    _number("slowlog-log-slower-than", 10000, "-", "Microseconds from which a command is slow"),
    _count("slowlog-max-len", 128, "Entries of the slow log"),
    _count("stream-node-max-bytes", 4096, "Largest node of a stream, bytes"),
    _count("stream-node-max-entries", 100, "Most entries of a stream's node"),
    _count("tcp-keepalive", 300, "Seconds between keepalive probes"),
    _number("timeout", 0, "0,20-", "Seconds after which an idle client is disconnected"),
    _count("zset-max-ziplist-entries", 128, "Most entries of a compactly stored sorted set"),
    _count("zset-max-ziplist-value", 64, "Longest value of a compactly stored sorted set"),
)

_REDIS_5_ADDED = (
    "active-defrag-max-scan-fields",
    "lua-replicate-commands",
    "rename-commands",
    "replica-ignore-maxmemory",
    "stream-node-max-bytes",
    "stream-node-max-entries",
)

_REDIS_6_ADDED = (
    replace(
        Parameter("acl-pubsub-default", "allchannels", "resetchannels,allchannels", "Channels of a new user"),
        minimum="6.2.0",
    ),
    _switch("cluster-allow-reads-when-down", "no", "Answer reads while the cluster is down"),
    _count("tracking-table-max-keys", 1000000, "Keys tracked for client-side caching"),
    _count("acllog-max-len", 128, "Entries of the ACL log"),
    _number("active-expire-effort", 1, "1-10", "Effort spent on finding expired keys"),
    _switch("lazyfree-lazy-user-del", "no", "Let DEL free in the background"),
    _fixed(_number("databases", 16, "1-10000", "Number of databases"), "requires-reboot"),
)

_REDIS_7_ADDED = (
    _switch("cluster-allow-pubsubshard-when-down", "yes", "Serve sharded channels while the cluster is down"),
    Parameter("cluster-preferred-endpoint-type", "tls-dynamic", "ip,tls-dynamic", "Endpoints told to cluster clients"),
    _switch("latency-tracking", "no", "Track latencies per command"),
    _count("hash-max-listpack-entries", 512, "Most entries of a compactly stored hash"),
    _count("hash-max-listpack-value", 64, "Longest value of a compactly stored hash"),
    _count("zset-max-listpack-entries", 128, "Most entries of a compactly stored sorted set"),
    _count("zset-max-listpack-value", 64, "Longest value of a compactly stored sorted set"),
)
_REDIS_7_REMOVED = (
    "hash-max-ziplist-entries",
    "hash-max-ziplist-value",
    "zset-max-ziplist-entries",
    "zset-max-ziplist-value",
    "list-max-ziplist-size",
    "activerehashing",
)

_VALKEY_8_1 = (
    _count("commandlog-request-larger-than", 1048576, "Bytes from which a request is large"),
    _count("commandlog-reply-larger-than", 1048576, "Bytes from which a reply is large"),
    _number("commandlog-large-request-max-len", 128, "0-1024", "Entries of the log of large requests"),
    _number("commandlog-large-reply-max-len", 128, "0-1024", "Entries of the log of large replies"),
)
_VALKEY_8_2 = (
    Parameter("search-fanout-target-mode", "client", "throughput,client", "Nodes that a search is sent to"),
    _number("search-default-timeout-ms", 50000, "1-60000", "Longest run of a search, milliseconds"),
    _switch("search-enable-partial-results", "yes", "Answer what was found when a search runs out of time"),
)
_VALKEY_8_ADDED = (
    _number("repl-backlog-size", 10485760, "16384-", "Replication backlog, bytes"),
    _number("maxmemory-samples", 3, "1-64", "Keys sampled per eviction"),
    _switch("extended-redis-compatibility", "yes", "Present itself to clients as Redis OSS"),
    *(replace(parameter, minimum="8.1.0") for parameter in _VALKEY_8_1),
    *(replace(parameter, minimum="8.2.0") for parameter in _VALKEY_8_2),
)
_VALKEY_8_REMOVED = (
    "lazyfree-lazy-eviction",
    "lazyfree-lazy-expire",
    "lazyfree-lazy-server-del",
    "lazyfree-lazy-user-del",
    "replica-lazy-flush",
)

_VALKEY_9_ADDED = (
    _fixed(_number("cluster-databases", 0, "1-10000", "Number of databases in cluster mode"), "requires-reboot"),
)


def _derive(
    parent: Family, name: str, minimum: str, added: Iterable[Parameter] = (), removed: Iterable[str] = ()
) -> Family:
    """A later family. What it takes over exists from its first version on, so older minimum versions go."""
    gone = set(removed)
    kept = {key: replace(row, minimum="") for key, row in parent.parameters.items() if key not in gone}
    rows = kept | {row.name: row for row in added}
    return Family(name, minimum, {key: rows[key] for key in sorted(rows)})


_redis5 = Family("redis5.0", "5.0.0", {row.name: row for row in sorted(_REDIS_5, key=lambda row: row.name)})
# Before redis5.0: its own additions taken back, and replicas called slaves.
_redis4 = Family(
    "redis4.0",
    "4.0.10",
    {
        row.name.replace("replica", "slave"): replace(row, name=row.name.replace("replica", "slave"))
        for row in sorted(_REDIS_5, key=lambda row: row.name.replace("replica", "slave"))
        if row.name not in _REDIS_5_ADDED
    },
)
_redis6 = _derive(_redis5, "redis6.x", "6.0.0", _REDIS_6_ADDED, ["lua-replicate-commands"])
_redis7 = _derive(_redis6, "redis7", "7.0.0", _REDIS_7_ADDED, _REDIS_7_REMOVED)
_valkey7 = _derive(_redis7, "valkey7", "7.2.0")
_valkey8 = _derive(_valkey7, "valkey8", "8.0.0", _VALKEY_8_ADDED, _VALKEY_8_REMOVED)
_valkey9 = _derive(_valkey8, "valkey9", "9.0.0", _VALKEY_9_ADDED)

FAMILIES: Mapping[str, Family] = {
    family.name: family for family in (_redis4, _redis5, _redis6, _redis7, _valkey7, _valkey8, _valkey9)
}
"""By name, oldest first."""

CLUSTER_ON = ".cluster.on"


def default_groups() -> dict[str, tuple[str, dict[str, str]]]:
    """The service's own groups: name -> (family, values that differ from the family's defaults)."""
    groups: dict[str, tuple[str, dict[str, str]]] = {}
    for family in FAMILIES:
        groups[f"default.{family}"] = (family, {})
        groups[f"default.{family}{CLUSTER_ON}"] = (family, {"cluster-enabled": "yes"})
    return groups
