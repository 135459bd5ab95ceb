# SPDX-License-Identifier: GPL-3.0-or-later
"""Fill a cache with keys of every type, a fifth of which expire, none of them within a day.

    python -m tests.demo.fill HOST PORT DATABASE KEYS [CA_FILE]

With CA_FILE over TLS. The token, where there is one, is in the environment as REDISCLI_AUTH, as redis-cli has it.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from typing import Any

import redis

BATCH = 5000
DAY = 86_400

Command = tuple[str | int | float, ...]


def main(host: str, port: str, database: str, keys: str, ca: str | None = None) -> None:
    login: dict[str, Any] = {"host": host, "port": int(port), "protocol": 2}
    login.update(password=os.environ.get("REDISCLI_AUTH") or None, ssl=ca is not None, ssl_ca_certs=ca)
    with redis.Redis(db=int(database), **login) as server:
        is_cluster = bool(server.info("cluster")["cluster_enabled"])
        with redis.RedisCluster(**login) if is_cluster else server as client:
            fill(client, int(keys))
            print(f"{client.dbsize()} keys in database {database}")


def fill(client: redis.Redis | redis.RedisCluster, keys: int) -> None:
    """Thousands of commands to a round trip: else the trips would be what takes the time."""
    pipeline = client.pipeline(transaction=False)
    commands = itertools.chain.from_iterable(commands_of(number) for number in range(keys))
    while batch := list(itertools.islice(commands, BATCH)):
        for command in batch:
            pipeline.execute_command(*command)
        pipeline.execute()


def commands_of(number: int) -> Iterator[Command]:
    """What makes the key of this number: drugs, their names and interactions, who looked at them."""
    key = f"drug:{number}"
    yield (
        ("SET", key, f"label of drug {number} " * 3),
        ("HSET", key, "name", f"drug {number}", "form", "tablet", "strength", number % 1000),
        ("RPUSH", key, number, number * 7 % 1000, "last"),
        ("SADD", key, f"interacts with {number * 31 % 9973}", f"interacts with {number * 37 % 9973}"),
        ("ZADD", key, number / 7, "looked up", -number / 3, "withdrawn"),
        ("XADD", key, f"{number + 1}-1", "looked up by", f"pharmacy {number % 101}"),
    )[number % 6]
    if number % 5 == 0:
        yield ("EXPIRE", key, DAY + number)


if __name__ == "__main__":
    main(*sys.argv[1:])
