# SPDX-License-Identifier: GPL-3.0-or-later
"""Three members and three Sentinels after two failovers and the converges that followed."""

from __future__ import annotations

import json
from typing import Any

import pytest

SOCKET = "/run/redis/redis-server.sock"
SENTINEL_SOCKET = "/run/sentinel/sentinel.sock"
KEY = "after the failovers"

Host = Any


@pytest.fixture
def variables(host: Host) -> dict[str, Any]:
    found: dict[str, Any] = host.ansible.get_variables()
    return found


def ask(host: Host, socket: str, password: str, *words: str) -> list[str]:
    quoted = " ".join(f"'{word}'" for word in words)
    done = host.run(f"REDISCLI_AUTH='{password}' redis-cli --no-auth-warning -s {socket} {quoted}")
    assert done.rc == 0, done.stderr
    return list(done.stdout.split("\n"))


def operate(host: Host, *words: str) -> list[str]:
    """As the operator, whose password is on the host."""
    quoted = " ".join(f"'{word}'" for word in words)
    secret = "$(cat /etc/redisops/default/redisops.secret)"
    done = host.run(f'REDISCLI_AUTH="{secret}" redis-cli --no-auth-warning --user redisops -s {SOCKET} {quoted}')
    return list(done.stdout.split("\n"))


def primary_of(host: Host, variables: dict[str, Any]) -> str:
    password = variables["redis_server_sentinel_own_password"]
    words = ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", variables["cache_name"])
    return ask(host, SENTINEL_SOCKET, password, *words)[0]


def test_each_member_has_the_part_that_the_sentinels_give_it(host: Host, variables: dict[str, Any]) -> None:
    """Trap 19."""
    told = operate(host, "ROLE")
    primary = primary_of(host, variables)
    if variables["ansible_host"] == primary:
        assert told[0] == "master"
    else:
        assert told[:4] == ["slave", primary, "6379", "connected"]


def test_the_part_is_in_the_main_file_alone(host: Host, variables: dict[str, Any]) -> None:
    """Traps 19 and 20: CONFIG REWRITE put it there, and Sentinel's next word replaces it."""
    is_primary = variables["ansible_host"] == primary_of(host, variables)
    lines = host.file("/etc/redis/redis.conf").content_string.splitlines()
    assert [line for line in lines if line.startswith("replicaof")] == (
        [] if is_primary else [f"replicaof {primary_of(host, variables)} 6379"]
    )
    assert not host.run(
        "grep -ri 'replicaof \\|slaveof ' /etc/redisops --include=*.conf | grep -v rename-command"
    ).stdout


def test_every_member_could_rejoin(host: Host) -> None:
    """Trap 18: the primary as well knows the password."""
    assert operate(host, "CONFIG-of-scenario", "GET", "masteruser")[1] == "replica"


def test_the_sentinels_see_one_another(host: Host, variables: dict[str, Any]) -> None:
    password = variables["redis_server_sentinel_own_password"]
    assert ask(host, SENTINEL_SOCKET, password, "SENTINEL", "CKQUORUM", variables["cache_name"])[0].startswith("OK 3")


def test_sentinel_knows_the_new_names(host: Host) -> None:
    """Trap 8: both failovers needed them."""
    lines = host.file("/etc/redis/sentinel.conf").content_string.splitlines()
    assert "sentinel rename-command shop SLAVEOF SLAVEOF-of-scenario" in lines
    assert not [line for line in lines if line.startswith("sentinel") and "mymaster" in line]


def test_strangers_are_refused_by_sentinel(host: Host) -> None:
    assert "NOAUTH" in host.run(f"redis-cli -s {SENTINEL_SOCKET} SENTINEL MASTERS").stdout


def test_no_key_was_lost(host: Host, variables: dict[str, Any]) -> None:
    """One key was written to each primary right before it was killed."""
    keys = [key for key in operate(host, "KEYS", "before the failover of *") if key]
    assert len(keys) >= 2, json.dumps(keys)


def test_secrets_are_readable_for_the_server_alone(host: Host) -> None:
    found = host.file("/etc/redis/sentinel.conf")
    assert (found.user, found.group, found.mode) == ("redis", "redis", 0o640)
