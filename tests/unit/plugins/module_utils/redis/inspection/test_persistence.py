# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection.persistence import check_persistence

from tests.unit.plugins.module_utils.redis.inspection.samples import Host, by_name, verdicts


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """It appends to its file whenever something is set."""
    found = Host(tmp_path, lines="appendonly yes\n")
    found.info["aof_enabled"] = "1"
    found.settings |= {"dir": str(tmp_path), "dbfilename": "dump.rdb", "appenddirname": "aof", "appendfilename": "a"}
    found.write("/aof/a.manifest", "file a.1.base.rdb seq 1 type b\nfile a.1.incr.aof seq 1 type i\n")
    found.write("/aof/a.1.base.rdb", "REDIS")
    growing = found.write("/aof/a.1.incr.aof", "")
    found.server.answers["SET"] = lambda: growing.write_text("SET")
    return found


def test_in_order(host: Host) -> None:
    rows = by_name(check_persistence(host.subject()))
    assert {row.ok for row in rows.values()} == {True}
    assert rows["persistence.aof_on_disk"].found == "3 bytes more"


def test_the_key_is_removed(host: Host) -> None:
    list(check_persistence(host.subject(key_prefix="app:check:")))
    written, removed = host.server.sent
    assert written[0] == "SET"
    assert str(written[1]).startswith("app:check:")
    assert written[-2:] == ("EX", 60)
    assert removed == ("DEL", written[1])


def test_files_that_do_not_grow(host: Host) -> None:
    """What is copied or restored beside the running server is not what it writes."""
    host.server.answers["SET"] = "OK"
    row = by_name(check_persistence(host.subject()))["persistence.aof_on_disk"]
    assert (row.ok, row.found) == (False, "0 bytes more")
    assert host.server.sent[-1][0] == "DEL"


def test_without_an_append_only_file(host: Host) -> None:
    host.lines = ""
    host.info["aof_enabled"] = "0"
    names = ["persistence.appendonly", "persistence.loading", "persistence.rdb_last_bgsave_status"]
    assert verdicts(check_persistence(host.subject())) == dict.fromkeys(names, True)
    assert host.server.sent == []


def test_files_that_say_something_else_than_the_server_does(host: Host) -> None:
    """Trap 1: a server that is told only by its file starts with an empty AOF the next time."""
    host.info["aof_enabled"] = "0"
    row = by_name(check_persistence(host.subject()))["persistence.appendonly"]
    assert (row.ok, row.expected, row.found) == (False, "yes, as configured", "no")


@pytest.mark.parametrize(
    ("name", "value"),
    [("rdb_last_bgsave_status", "err"), ("aof_last_write_status", "err"), ("aof_last_bgrewrite_status", "err")],
)
def test_the_last_attempt_failed(host: Host, name: str, value: str) -> None:
    host.info[name] = value
    assert [each for each, ok in verdicts(check_persistence(host.subject())).items() if not ok] == [
        f"persistence.{name}"
    ]


def test_loading(host: Host) -> None:
    host.info["loading"] = "1"
    assert by_name(check_persistence(host.subject()))["persistence.loading"].ok is False


def test_what_is_not_written(host: Host) -> None:
    host.info["role"] = "slave"
    assert by_name(check_persistence(host.subject()))["persistence.aof_on_disk"].found == "a replica takes no writes"
    host.may_write = False
    row = by_name(check_persistence(host.subject()))["persistence.aof_on_disk"]
    assert (row.ok, row.found) == (None, "check mode writes nothing")
    assert host.server.sent == []


def test_a_write_that_is_refused_ends_in_its_own_words(host: Host) -> None:
    host.server.answers["SET"] = CheckError("OOM", "command not allowed when used memory > 'maxmemory'")
    with pytest.raises(CheckError, match="OOM"):
        list(check_persistence(host.subject()))
