# SPDX-License-Identifier: GPL-3.0-or-later
"""The module redis_keyspace_info, run as Ansible runs it, against real redis-server processes."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import redis
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.describe import (
    KeyspaceOptions,
    describe_keyspace,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.local import Login, connect
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import RawReply, Reply, Session, Words

from tests.component.redis_keyspaces import (
    EXPIRY,
    KEYS,
    TOKEN,
    Command,
    Result,
    described,
    digest_at,
    fill,
    opened,
    quiet,
    run,
)
from tests.component.redis_servers import Authority, Servers, free_port
from tests.standin.engines.waiting import wait_until

AUDITOR = "auditor-of-component-tests-7724"

# What a person whose access string is the documented one may do, on a server that knows less than most, as a managed
# cache does.
RIGHTS = "~* +@read +@connection +info +time +dbsize +command|info +cluster|slots"
MANAGED = [f'rename-command {name} ""' for name in ("CONFIG", "DEBUG", "MEMORY", "OBJECT", "DUMP", "KEYS", "MONITOR")]

# Other limits between the encodings of Redis: every kind of value is kept otherwise than by default.
OTHER_ENCODINGS = [
    "hash-max-listpack-entries 0",
    "set-max-intset-entries 0",
    "zset-max-listpack-entries 0",
    "list-max-listpack-size 1",
    "stream-node-max-entries 1",
]

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    found = Servers(tmp_path_factory.mktemp("redis"))
    yield found
    for port in list(found.processes):
        found.stop(port)


@pytest.fixture(scope="module")
def started(servers: Servers) -> int:
    return servers.start(
        "repl-diskless-sync-delay 0", f"requirepass {TOKEN}", f"user auditor on >{AUDITOR} {RIGHTS}", *MANAGED
    )


@pytest.fixture
def port(started: int) -> int:
    fill(started)
    return started


class TestEqualData:
    def test_counts(self, port: int) -> None:
        result = quiet(port, password=TOKEN)
        assert result["nodes"] == [f"127.0.0.1:{port}"]
        (database,) = result["databases"]
        assert (database["db"], database["key_count"], database["covered"], database["expires"]) == (0, 12, 12, 2)
        assert database["types"] == {"hash": 1, "list": 1, "set": 2, "stream": 2, "string": 4, "zset": 2}
        assert database["bytes"] > 3_000_003

    def test_filled_otherwise_and_kept_otherwise(self, servers: Servers, port: int) -> None:
        other = servers.start(f"requirepass {TOKEN}", *OTHER_ENCODINGS)
        fill(other, [*KEYS[:10][::-1], *KEYS[10:]])
        assert [run(other, "OBJECT", "ENCODING", name) for name in ("hash", "integers", "zset")] == [
            b"hashtable",
            b"hashtable",
            b"skiplist",
        ]
        assert digest_at(other, password=TOKEN) == digest_at(port, password=TOKEN)

    def test_restored_from_the_snapshot(self, servers: Servers, port: int) -> None:
        run(port, "SAVE")
        folder = servers.directory / "restored"
        folder.mkdir()
        shutil.copy(servers.directory / str(port) / "dump.rdb", folder)
        restored = servers.start(f"requirepass {TOKEN}", *OTHER_ENCODINGS, folder=folder)
        assert quiet(restored, password=TOKEN)["databases"] == quiet(port, password=TOKEN)["databases"]

    def test_on_a_replica(self, servers: Servers, port: int) -> None:
        replica = servers.start(f"replicaof 127.0.0.1 {port}", f"masterauth {TOKEN}", f"requirepass {TOKEN}")
        wait_until("the replica has it all", lambda: run(replica, "DBSIZE") == run(port, "DBSIZE"), within=20)
        assert digest_at(replica, password=TOKEN) == digest_at(port, password=TOKEN)

    @pytest.mark.parametrize("batch", [1, 3, 10000])
    def test_read_in_other_portions(self, port: int, batch: int) -> None:
        assert digest_at(port, password=TOKEN, batch=batch) == digest_at(port, password=TOKEN)

    def test_by_a_user_with_no_more_than_the_documentation_asks_for(self, port: int) -> None:
        login = {"username": "auditor", "password": AUDITOR}
        assert digest_at(port, **login) == digest_at(port, password=TOKEN)
        assert digest_at(port, **login, sample=3, match="*s*", expiry="presence", rate_limit=1000)

    def test_over_an_existing_session_whose_commands_are_renamed(self, servers: Servers, port: int) -> None:
        renamed = servers.start(f"requirepass {TOKEN}", "rename-command SCAN look-around", "rename-command HGETALL ''")
        fill(renamed)
        with contextlib.closing(connect(str(servers.directory / str(renamed) / "redis.conf"), Login())) as local:
            description = describe_keyspace([local], KeyspaceOptions())
        assert (description.is_quiet, description.total["digest"]) == (True, digest_at(port, password=TOKEN))

    def test_values_before_7_0_expire_at_the_same_moments(self, port: int) -> None:
        class Older(Through):
            """COMMAND INFO of 6.2 knows neither PEXPIRETIME nor HPEXPIRETIME."""

            def pipeline(self, commands: Sequence[Words]) -> list[RawReply | CheckError]:
                return [[None, None]] if commands[0][0] == "COMMAND" else super().pipeline(commands)

        with contextlib.closing(opened(port)) as session:
            description = describe_keyspace([Older(session)], KeyspaceOptions())
        assert description.total["digest"] == digest_at(port, password=TOKEN)


class TestAlteredData:
    @pytest.mark.parametrize(
        "command",
        [
            ("SETRANGE", "large", 1_500_000, "x"),
            ("APPEND", "empty", "x"),
            ("INCR", "number"),
            ("RENAME", "empty", "emptY"),
            ("LSET", "list", 150, "x"),
            ("LMOVE", "list", "list", "LEFT", "RIGHT"),
            ("SREM", "integers", 7),
            ("SADD", "set", "further"),
            ("HSET", "hash", 0, 2),
            ("HDEL", "hash", 0),
            ("ZINCRBY", "zset", 1e-13, "1"),
            ("ZADD", "scores", 0.10000000000000002, "tenth"),
            ("XADD", "stream", "400-1", "field", "value"),
            ("XDEL", "stream", "100-1"),
            ("XSETID", "stream", "301-1"),
            ("XACK", "stream", "workers", "7-1"),
            ("XCLAIM", "stream", "workers", "lazy", 0, "8-1"),
            ("XCLAIM", "stream", "workers", "busy", 0, "8-1", "RETRYCOUNT", 9),
            ("XGROUP", "SETID", "stream", "idlers", "7-1"),
            ("XGROUP", "DESTROY", "stream", "idlers"),
            ("XGROUP", "DELCONSUMER", "stream", "workers", "lazy"),
            ("XGROUP", "CREATE", "unborn", "another", "$"),
            ("PEXPIREAT", "number", EXPIRY + 1),
            ("PERSIST", "number"),
            ("PEXPIREAT", "set", EXPIRY),
            ("DEL", "set"),
            ("MOVE", "set", 1),
        ],
        ids=lambda command: " ".join(map(str, command)),
    )
    def test_is_noticed(self, port: int, command: Command) -> None:
        before = digest_at(port, password=TOKEN)
        run(port, *command)
        assert digest_at(port, password=TOKEN) != before

    def test_of_another_type(self, port: int) -> None:
        fill(port, [("SADD", "key", "member")])
        before = digest_at(port, password=TOKEN)
        fill(port, [("RPUSH", "key", "member")])
        assert digest_at(port, password=TOKEN) != before

    @pytest.mark.parametrize(("expiry", "differs"), [("exact", True), ("presence", False), ("ignore", False)])
    def test_an_expiry_counts_as_asked_for(self, port: int, expiry: str, differs: bool) -> None:
        before = digest_at(port, password=TOKEN, expiry=expiry)
        run(port, "PEXPIREAT", "number", EXPIRY - 5)
        assert (digest_at(port, password=TOKEN, expiry=expiry) != before) == differs


class TestDatabases:
    def test_each_by_itself(self, port: int) -> None:
        fill(port, [("SET", "a", 1), ("SELECT", 3), ("SET", "b", 2), ("SELECT", 0)])
        result = quiet(port, password=TOKEN)
        assert [(entry["db"], entry["key_count"]) for entry in result["databases"]] == [(0, 1), (3, 1)]
        (third,) = quiet(port, password=TOKEN, databases=[3])["databases"]
        assert third == result["databases"][1]
        assert quiet(port, password=TOKEN, databases=[5])["total"]["key_count"] == 0

    @pytest.mark.parametrize(
        ("params", "code"),
        [
            ({}, "NOAUTH"),
            ({"password": "never-set-anywhere-9402"}, "WRONGPASS"),
            ({"password": TOKEN, "databases": [99]}, "NO_SUCH_DATABASE"),
            ({"password": TOKEN, "cluster_mode": True}, "NOT_A_CLUSTER"),
        ],
    )
    def test_failures(self, port: int, params: Result, code: str) -> None:
        result = described(port, **params)
        assert (result["failed"], result["code"]) == (True, code)
        assert result["msg"].startswith(f"127.0.0.1:{port}: ")

    def test_contradictions_are_told_before_anything_is_sent(self) -> None:
        result = described(free_port(), batch=0, sample=-1)
        assert "batch" in result["msg"]
        assert "sample" in result["msg"]


class Through:
    """A session during which something happens."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.happening: Callable[[Words], object] = lambda words: None

    def command(self, *words: str | int) -> Reply:
        return self._session.command(*words)

    def pipeline(self, commands: Sequence[Words]) -> list[RawReply | CheckError]:
        for words in commands:
            self.happening(words)
        return self._session.pipeline(commands)


class TestMovingData:
    @pytest.mark.parametrize(
        "command",
        [("SET", "new", 1), ("INCR", "number"), ("LMOVE", "list", "list", "LEFT", "RIGHT"), ("DEL", "set")],
        ids=lambda command: " ".join(map(str, command)),
    )
    def test_is_not_called_quiet(self, port: int, command: Command) -> None:
        with contextlib.closing(opened(port)) as session:
            through = Through(session)
            through.happening = lambda words: run(port, *command) if words[0] == "TYPE" else None
            description = describe_keyspace([through], KeyspaceOptions())
        assert not description.is_quiet
        assert description.movements

    def test_a_key_that_is_deleted_after_scan_named_it(self, port: int) -> None:
        with contextlib.closing(opened(port)) as session:
            through = Through(session)
            through.happening = lambda words: run(port, "DEL", "set") if words[:2] == ("TYPE", b"set") else None
            description = describe_keyspace([through], KeyspaceOptions())
        assert (description.is_quiet, description.total["key_count"], description.total["covered"]) == (False, 11, 11)


def test_over_tls(servers: Servers, tmp_path: Path, port: int) -> None:
    authority = Authority(tmp_path)
    secured = servers.start(*authority.settings("server"), f"requirepass {TOKEN}", "tls-auth-clients no")
    with redis.Redis(port=secured, password=TOKEN, ssl=True, ssl_ca_certs=str(authority.path)) as client:
        client.set("key", "value")
    fill(port, [("SET", "key", "value")])
    login = {"password": TOKEN, "tls": True, "ca_path": str(authority.path)}
    assert digest_at(secured, **login) == digest_at(port, password=TOKEN)


PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  module_defaults:
    redisops.cache.redis_keyspace_info:
      host: 127.0.0.1
      port: "{{ lookup('ansible.builtin.env', 'KEYSPACE_PORT') }}"
      password: "{{ lookup('ansible.builtin.env', 'KEYSPACE_TOKEN') }}"
      tls: false
  tasks:
    - redisops.cache.redis_keyspace_info:
        rate_limit: 5000
      register: old
    - redisops.cache.redis_keyspace_info:
      register: new
      check_mode: true
    - ansible.builtin.assert:
        that:
          - old.is_quiet and new.is_quiet
          - new.total.digest == old.total.digest
          - old is not changed
    - redisops.cache.redis_keyspace_info:
        match: "caroud:*"
        sample: 1000
        expiry: presence
      register: sampled
    - redisops.cache.redis_keyspace_info:
        databases: [0, 3]
      register: two
    - ansible.builtin.assert:
        that:
          - sampled.total.covered == 0
          - two.databases | map(attribute='db') | list == [0, 3]
          - two.databases[0].digest == old.databases[0].digest
"""


def test_in_a_playbook(port: int, tmp_path: Path) -> None:
    playbook = tmp_path / "keyspace.yml"
    playbook.write_text(PLAYBOOK)
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-c", "local", "-vvvvv", str(playbook)]
    environment = {**os.environ, "KEYSPACE_PORT": str(port), "KEYSPACE_TOKEN": TOKEN}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert TOKEN not in done.stdout + done.stderr
