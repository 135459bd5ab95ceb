# SPDX-License-Identifier: GPL-3.0-or-later
"""A keyspace with everything in it, and the module redis_keyspace_info run as Ansible runs it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import redis
from ansible_collections.redisops.cache.plugins.module_utils.redis.connection import Target
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.nodes import open_session
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import Session
from ansible_collections.redisops.cache.plugins.modules import redis_keyspace_info

from tests.component.module_runs import run_module

TOKEN = "token-of-component-tests-6151"
EXPIRY = 4_102_444_800_000
"""In milliseconds, as Unix time: a moment that no test will see."""

Result = dict[str, Any]
Command = Sequence[Any]


KEYS: list[Command] = [
    ("SET", b"string \xff\x00", b"\x00\xfe value"),
    ("SET", "number", 1234567890),
    ("SET", "empty", ""),
    ("SETRANGE", "large", 3_000_000, "end"),
    ("RPUSH", "list", *range(300), b"\xff"),
    ("SADD", "integers", *range(300)),
    ("SADD", "set", *[f"member {number}" for number in range(300)]),
    ("HSET", "hash", *range(600)),
    ("ZADD", "zset", *itertools.chain.from_iterable((number / 3, number) for number in range(300))),
    ("ZADD", "scores", "inf", "most", "-inf", "least", "-0", "zero", 0.1, "tenth", 1e300, "much"),
    *[("XADD", "stream", f"{number}-1", "field", f"value {number}", "other", b"\xff") for number in range(1, 200)],
    ("XADD", "stream", "300-1", "field", "deleted"),
    ("XDEL", "stream", "300-1"),
    ("XGROUP", "CREATE", "stream", "workers", "5-1"),
    ("XGROUP", "CREATE", "stream", "idlers", "$"),
    ("XREADGROUP", "GROUP", "workers", "busy", "COUNT", 20, "STREAMS", "stream", ">"),
    ("XACK", "stream", "workers", "6-1"),
    ("XGROUP", "CREATECONSUMER", "stream", "workers", "lazy"),
    ("XGROUP", "CREATE", "unborn", "group", "$", "MKSTREAM"),
    ("PEXPIREAT", "number", EXPIRY),
    ("PEXPIREAT", "list", EXPIRY + 1),
]


def fill(port: int, commands: Sequence[Command] = KEYS) -> None:
    with redis.Redis(port=port, password=TOKEN, protocol=2) as client:
        client.flushall()
        pipeline = client.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        pipeline.execute()


def run(port: int, *command: Any) -> Any:
    with redis.Redis(port=port, password=TOKEN, protocol=2) as client:
        return client.execute_command(*command)


def described(port: int, **params: Any) -> Result:
    return run_module(redis_keyspace_info.main, {"host": "127.0.0.1", "port": port, "tls": False, **params})


def quiet(port: int, **params: Any) -> Result:
    result = described(port, **params)
    assert result.get("is_quiet"), result
    assert result["changed"] is False
    return result


def digest_at(port: int, **params: Any) -> str:
    return str(quiet(port, **params)["total"]["digest"])


def opened(port: int) -> Session:
    return open_session(Target("127.0.0.1", port, tls=False, password=TOKEN))
