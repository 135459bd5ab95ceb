# SPDX-License-Identifier: GPL-3.0-or-later
"""What the presets of redis_acl are for works with them, on real servers, and what they are to prevent does not."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from ansible_collections.redisops.cache.plugins.module_utils.redis.acl.presets import PRESETS
from ansible_collections.redisops.cache.plugins.module_utils.redis.acl.render import render
from ansible_collections.redisops.cache.plugins.module_utils.redis.acl.users import build_users

from tests.component.redis_servers import Servers, free_port
from tests.standin.engines.waiting import wait_until

PASSWORD = "preset-of-acl-tests-6502"
QUORUM = 1
GROUP = "shop"

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")


@pytest.fixture(scope="module")
def acl_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user of each preset, who has its name. Applications have keys and channels of their own."""
    entries = [{"name": name, "preset": name, "passwords": [PASSWORD]} for name in PRESETS]
    for entry in entries:
        if entry["name"] == "application":
            entry.update(keys=["app:*"], channels=["app:*"])
    path = tmp_path_factory.mktemp("acl") / "users.acl"
    path.write_text(render(build_users(entries, operator_secret=None)))
    return path


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    found = Servers(tmp_path_factory.mktemp("redis"))
    yield found
    for port in list(found.processes):
        found.stop(port)


@pytest.fixture(scope="module")
def port(servers: Servers, acl_file: Path) -> int:
    """With a password of its own that CONFIG GET would show."""
    return servers.start(
        f"aclfile {acl_file}", "repl-diskless-sync-delay 0", "masteruser replica", f"masterauth {PASSWORD}"
    )


@pytest.fixture(scope="module")
def operator(port: int) -> Iterator[redis.Redis]:
    with redis.Redis(port=port, username="operator", password=PASSWORD, decode_responses=True) as client:
        yield client


def allows(operator: redis.Redis, user: str, command: str) -> bool:
    return bool(operator.execute_command("ACL", "DRYRUN", user, *command.split()) == "OK")


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_nobody_else_reads_or_changes_the_configuration(operator: redis.Redis, name: str) -> None:
    """Trap 16: CONFIG GET shows requirepass and masterauth in clear text, to monitoring as to anybody."""
    dangerous = ["CONFIG GET masterauth", "CONFIG SET dir /", "ACL LIST", "DEBUG SLEEP 0", "FLUSHALL", "SHUTDOWN"]
    assert [allows(operator, name, command) for command in dangerous] == [name == "operator"] * len(dangerous)


@pytest.mark.parametrize(
    ("name", "may", "may_not"),
    [
        (
            "application",
            ["SET app:1 x", "GET app:1", "PUBLISH app:1 x", "EVAL return 0", "MULTI", "SCAN 0", "CLIENT SETNAME x"],
            ["SET other x", "GET other", "PUBLISH other x", "KEYS *", "INFO", "CLIENT LIST", "REPLICAOF NO ONE"],
        ),
        (
            "backup",
            ["BGSAVE", "LASTSAVE", "INFO", "DBSIZE", "SELECT 1", "SCAN 0", "MEMORY USAGE x", "DUMP x", "ZRANGE x 0 -1"],
            ["SET x y", "DEL x", "KEYS *", "REPLICAOF NO ONE", "PUBLISH x y"],
        ),
        (
            "exporter",
            ["INFO ALL", "SLOWLOG LEN", "SLOWLOG GET 1", "LATENCY LATEST", "LATENCY HISTOGRAM", "CLIENT SETNAME x"],
            ["GET x", "SET x y", "SCAN 0", "SLOWLOG RESET", "LATENCY RESET", "CLIENT LIST", "CLIENT KILL x", "MONITOR"],
        ),
        ("none", [], ["PING", "GET x"]),
        ("replica", ["PSYNC ? -1", "SYNC", "REPLCONF ACK 0", "PING"], ["GET x", "SET x y", "INFO", "REPLICAOF NO ONE"]),
        (
            "sentinel",
            ["SLAVEOF NO ONE", "CONFIG REWRITE", "PUBLISH __sentinel__:hello x", "CLIENT KILL TYPE normal", "INFO"],
            ["GET x", "SET x y", "PUBLISH other x", "PSYNC ? -1"],
        ),
        ("default", [], ["PING", "GET x"]),
    ],
)
def test_what_a_preset_allows(operator: redis.Redis, name: str, may: list[str], may_not: list[str]) -> None:
    assert {command for command in [*may, *may_not] if allows(operator, name, command)} == set(may)


class Group:
    """A primary and a replica that know each other by the preset for replicas, and a Sentinel by its own."""

    def __init__(self, servers: Servers, primary: int, acl_file: Path) -> None:
        self.servers = servers
        self.primary = primary
        login = [f"aclfile {acl_file}", "masteruser replica", f"masterauth {PASSWORD}", "repl-diskless-sync-delay 0"]
        self.replica = servers.start(*login, f"replicaof 127.0.0.1 {primary}")
        wait_until("the replica is linked", lambda: self.role(self.replica)[3:4] == ["connected"], within=20)

    def role(self, port: int) -> list[object]:
        with redis.Redis(port=port, username="operator", password=PASSWORD, decode_responses=True) as client:
            return list(client.role())


@pytest.fixture
def sentinel(servers: Servers, port: int, acl_file: Path, tmp_path: Path) -> Iterator[tuple[Group, redis.Redis]]:
    group = Group(servers, port, acl_file)
    listens_at = free_port()
    lines = [
        f"port {listens_at}",
        f"dir {tmp_path}",
        f"sentinel monitor {GROUP} 127.0.0.1 {port} {QUORUM}",
        f"sentinel auth-user {GROUP} sentinel",
        f"sentinel auth-pass {GROUP} {PASSWORD}",
        f"sentinel down-after-milliseconds {GROUP} 60000",
    ]
    configuration = tmp_path / "sentinel.conf"
    configuration.write_text("\n".join(lines) + "\n")
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(["redis-server", str(configuration), "--sentinel"], stdout=log)
    client = redis.Redis(port=listens_at, decode_responses=True)
    yield group, client
    client.close()
    process.terminate()
    process.wait()


def test_sentinel_fails_over_with_its_preset(sentinel: tuple[Group, redis.Redis], operator: redis.Redis) -> None:
    group, client = sentinel

    def knows_the_replica() -> bool:
        try:
            replicas = client.execute_command("SENTINEL", "REPLICAS", GROUP)
        except redis.ConnectionError:
            return False
        return [replica["flags"] for replica in replicas] == ["slave"]

    wait_until("Sentinel knows the replica", knows_the_replica, within=30)
    client.execute_command("SENTINEL", "FAILOVER", GROUP)
    wait_until("the replica was promoted", lambda: group.role(group.replica)[0] == "master", within=30)
    wait_until("the old primary follows", lambda: group.role(group.primary)[3:4] == ["connected"], within=30)
    with redis.Redis(port=group.replica, username="operator", password=PASSWORD, decode_responses=True) as promoted:
        log = [*operator.acl_log(), *promoted.acl_log()]
    assert [entry for entry in log if entry["username"] in ("sentinel", "replica")] == []
