# SPDX-License-Identifier: GPL-3.0-or-later
"""What INFO tells of all primaries, and when it tells of writes."""

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery import servers
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.servers import (
    Counts,
    counts_from,
    was_written,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.connection import Target
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.describe import KeyspaceDescription, Tally
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.keys import KeyRead
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.quiet import look_from

from tests.unit.plugins.module_utils.aws.fakes import FreeClock

INFO = """# Persistence
run_id:{run}
rdb_last_save_time:1763630000
rdb_changes_since_last_save:{changes}
rdb_last_load_keys_expired:{dropped}
# Stats
expired_keys:2
evicted_keys:1
expired_subkeys:4
# Keyspace
db0:keys=10,expires=5,avg_ttl=0
db3:keys=7,expires=0,avg_ttl=0
"""


def counts(run: str = "a", changes: int = 5, dropped: int = 3, nodes: int = 1) -> Counts:
    looks = [look_from(INFO.format(run=f"{run}{node}", changes=changes, dropped=dropped)) for node in range(nodes)]
    return counts_from(looks)


def test_the_sums_are_of_all_primaries_and_databases() -> None:
    found = counts(nodes=3)
    assert (found.keys, found.expired_at_load, found.expired_later, found.expired) == (51, 9, 6, 15)
    assert (found.expired_fields, found.evicted, found.expiring) == (12, 3, 15)


def test_a_server_that_does_not_tell_what_it_dropped() -> None:
    told = INFO.replace("rdb_last_load_keys_expired:{dropped}\n", "").format(run="b", changes=0)
    found = counts_from([look_from(INFO.format(run="a", changes=0, dropped=3)), look_from(told)])
    assert (found.expired_at_load, found.expired_later, found.expired) == (None, 4, None)


def test_an_empty_server() -> None:
    assert counts_from([look_from("# Keyspace\n")]).keys == 0


@pytest.mark.parametrize(
    ("after", "written"),
    [(counts(changes=5), False), (counts(changes=6), True), (counts(run="b", changes=6), False)],
)
def test_writes_are_known_by_the_count_of_one_server(after: Counts, written: bool) -> None:
    assert was_written(counts(), after) is written


def test_one_primary_that_was_written_to_is_enough() -> None:
    before = Counts(1, changes=(("a", "1", "5"), ("b", "1", "5")))
    assert was_written(before, Counts(1, changes=(("a", "1", "5"), ("b", "1", "6"))))


@pytest.mark.parametrize("told", [("a", "2", "6"), ("a", "1", ""), ("", "", "")])
def test_what_cannot_be_told_is_no_write(told: tuple[str, ...]) -> None:
    assert not was_written(Counts(1, changes=(("a", "1", "5"),)), Counts(1, changes=(told,)))


def test_types_whose_values_were_not_read_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    json, text = (KeyRead(1, kind, False, 9, kind == "string") for kind in ("ReJSON-RL", "string"))
    tally = Tally(0, keys=2)
    for each in (json, text):
        tally.add(each)
    monkeypatch.setattr(servers, "describe_server", lambda *_given, **_more: (KeyspaceDescription((tally,), (), 0), []))
    monkeypatch.setattr(servers.GroupServer, "count", lambda _self: counts())
    found = servers.GroupServer(Target("cache.example.com"), False, FreeClock()).read()
    assert (found.keys, found.unsupported, found.counts) == (2, ("ReJSON-RL",), counts())
