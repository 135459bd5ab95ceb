# SPDX-License-Identifier: GPL-3.0-or-later
"""What two looks at INFO tell of the time between them."""

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.quiet import look_from, movements

INFO = {
    "run_id": "a",
    "master_replid": "b",
    "master_repl_offset": "100",
    "rdb_changes_since_last_save": "7",
    "rdb_last_save_time": "1",
    "expired_keys": "1",
    "evicted_keys": "2",
    "db0": "keys=5,expires=1,avg_ttl=9",
}
NOT_TOLD: dict[str, str | None] = {"rdb_changes_since_last_save": None, "rdb_last_save_time": None}


def info(**changed: str | None) -> str:
    told = {**INFO, **changed}
    return "".join(f"{name}:{value}\r\n" for name, value in told.items() if value is not None)


def moved(before: dict[str, str | None], **after: str | None) -> list[str]:
    return movements(look_from(info(**before)), look_from(info(**{**before, **after})))


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ({"db0": "keys=6,expires=1,avg_ttl=9"}, "database 0 went from 5 keys (1 with an expiry) to 6 (1)"),
        ({"db1": "keys=1,expires=1"}, "database 1 went from 0 keys (0 with an expiry) to 1 (1)"),
        ({"evicted_keys": "5"}, "keys were evicted: 3"),
        ({"expired_keys": "2"}, "keys expired: 1"),
        ({"expired_subkeys": "4"}, "hash fields expired: 4"),
        ({"master_replid": "c"}, "the server got another replication id, and so perhaps other data"),
        ({"rdb_changes_since_last_save": "9"}, "changes were made: 2"),
        ({"run_id": "c", "master_replid": "c"}, "the server was restarted"),
    ],
)
def test_what_moved(after: dict[str, str], told: str) -> None:
    assert moved({}, **after) == [told]


@pytest.mark.parametrize("after", [{}, {"db0": "keys=5,expires=1,avg_ttl=3"}, {"master_repl_offset": "114"}])
def test_what_stood_still(after: dict[str, str]) -> None:
    assert moved({}, **after) == []


def test_a_save_in_between_leaves_the_offset() -> None:
    saved = {"rdb_last_save_time": "2", "rdb_changes_since_last_save": "0"}
    assert moved({}, **saved) == []
    assert moved({}, **saved, master_repl_offset="114") == ["the replication stream moved, by changes or by PINGs"]


def test_a_server_that_tells_nothing_is_not_taken_for_quiet() -> None:
    assert moved({**NOT_TOLD, "master_repl_offset": None}) == ["the server does not tell whether anything was written"]
    assert moved(NOT_TOLD) == []


def test_the_look() -> None:
    look = look_from("# Cluster\r\ncluster_enabled:1\r\n# Keyspace\r\ndb0:keys=5,expires=1,avg_ttl=9,subexpiry=0\r\n")
    assert look.is_cluster_node
    assert look.databases == {0: (5, 1)}
