# SPDX-License-Identifier: GPL-3.0-or-later
"""What redis_keyspace_info costs in seconds and memory. `make bench` prints it.

Ratios of two things run in turn on one machine; nothing here fails for being slow.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from ansible_collections.redisops.cache.plugins.module_utils.redis.connection import Target
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.describe import KeyspaceOptions
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.nodes import describe_server
from ansible_collections.redisops.cache.plugins.modules import redis_keyspace_info

from tests.component.redis_servers import Servers

FEW = 1_000
SOME = 10_000
MANY = 100_000
PAIRS = 3
EXPIRY = 4_102_444_800_000

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")

Pipeline = Any


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    found = Servers(tmp_path_factory.mktemp("redis"))
    yield found
    for port in list(found.processes):
        found.stop(port)


@pytest.fixture(scope="module")
def many(servers: Servers) -> int:
    return filled(servers, MANY)


def filled(servers: Servers, keys: int) -> int:
    """A server with so many keys of all kinds; each fifth expires."""
    port = servers.start()
    drawn = random.Random(keys)
    kinds = [add_string, add_list, add_set, add_hash, add_sorted_set, add_stream]
    with redis.Redis(port=port) as client:
        pipeline = client.pipeline(transaction=False)
        for number in range(keys):
            name = b"key-%d" % number
            kinds[number % len(kinds)](pipeline, name, drawn)
            if number % 5 == 0:
                pipeline.pexpireat(name, EXPIRY + number)
            if number % 500 == 0:
                pipeline.execute()
        pipeline.execute()
    return port


def add_string(pipeline: Pipeline, name: bytes, drawn: random.Random) -> None:
    pipeline.set(name, drawn.randbytes(100))


def add_list(pipeline: Pipeline, name: bytes, drawn: random.Random) -> None:
    pipeline.rpush(name, *[drawn.randbytes(12) for _item in range(10)])


def add_set(pipeline: Pipeline, name: bytes, drawn: random.Random) -> None:
    pipeline.sadd(name, *[drawn.randbytes(12) for _member in range(10)])


def add_hash(pipeline: Pipeline, name: bytes, drawn: random.Random) -> None:
    pipeline.hset(name, mapping={drawn.randbytes(6): drawn.randbytes(12) for _field in range(10)})


def add_sorted_set(pipeline: Pipeline, name: bytes, drawn: random.Random) -> None:
    pipeline.zadd(name, {drawn.randbytes(12): drawn.random() for _member in range(10)})


def add_stream(pipeline: Pipeline, name: bytes, drawn: random.Random) -> None:
    for _entry in range(3):
        pipeline.xadd(name, {b"field": drawn.randbytes(12)})
    pipeline.xgroup_create(name, "group", id="0")
    pipeline.xreadgroup("group", "consumer", {name: ">"}, count=2)


def seconds(action: Callable[[], Any]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


def read(port: int, **options: Any) -> None:
    description, _nodes = describe_server(Target("127.0.0.1", port, tls=False), KeyspaceOptions(**options))
    assert description.is_quiet, description.movements


def tell(what: str, ratios: list[float]) -> None:
    listed = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"\n{what}: median {statistics.median(ratios):.2f} (pairs: {listed})")


RUN_AND_TELL_MEMORY = """
import pathlib, runpy, sys
try:
    runpy.run_module("{name}", run_name="__main__")
finally:
    sys.stderr.write(pathlib.Path("/proc/self/status").read_text())
"""


def module_memory(port: int) -> int:
    """Kilobytes that a whole run of the module occupied at most (proc(5), VmHWM)."""
    given = json.dumps({"ANSIBLE_MODULE_ARGS": {"host": "127.0.0.1", "port": port, "tls": False}})
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", RUN_AND_TELL_MEMORY.format(name=redis_keyspace_info.__name__)]
    done = subprocess.run(command, input=given, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["is_quiet"]
    peak = re.search(r"VmHWM:\s+(\d+) kB", done.stderr)
    assert peak is not None
    return int(peak[1])


def test_many_keys(many: int) -> None:
    took = [seconds(lambda: read(many)) for _run in range(PAIRS)]
    print(f"\n{MANY} keys of all kinds: {min(took):.1f} s at best, {statistics.median(took):.1f} s in the middle")


def test_at_once_and_one_by_one(servers: Servers) -> None:
    """Seconds in pipelines over seconds key by key: without a network, which would widen the gap."""
    some = filled(servers, SOME)
    pairs = [(seconds(lambda: read(some)), seconds(lambda: read(some, batch=1))) for _pair in range(PAIRS)]
    tell("pipelines over one by one", [pipelined / one_by_one for pipelined, one_by_one in pairs])


def test_memory_does_not_grow_with_the_keys(servers: Servers, many: int) -> None:
    few = filled(servers, FEW)
    small, large = module_memory(few), module_memory(many)
    print(f"\nmemory of a run: {small / 1024:.0f} MB for {FEW} keys, {large / 1024:.0f} MB for {MANY}")


def test_memory_does_not_grow_with_a_value(servers: Servers) -> None:
    few, large = filled(servers, FEW), filled(servers, FEW)
    with redis.Redis(port=large) as client:
        client.setrange("string", 200 * 1024 * 1024, b"end")
        for start in range(0, 500_000, 1000):
            client.hset("hash", mapping={b"field %d" % number: number for number in range(start, start + 1000)})
            client.rpush("list", *range(start, start + 1000))
    without, added = module_memory(few), module_memory(large)
    print(f"\nmemory of a run: {without / 1024:.0f} MB, {added / 1024:.0f} MB with values of 200 MB and 500,000 items")
