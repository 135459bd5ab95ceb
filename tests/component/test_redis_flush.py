# SPDX-License-Identifier: GPL-3.0-or-later
"""The module redis_flush against real servers: what goes, what stays, and everything that it refuses beforehand."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from ansible_collections.redisops.cache.plugins.module_utils.operations.flush import run
from ansible_collections.redisops.cache.plugins.module_utils.redis.flush.run import flush_all
from ansible_collections.redisops.cache.plugins.modules import redis_flush

from tests.component.redis_flushes import at, flush, flushed, refused
from tests.component.redis_servers import Authority, Servers, free_port
from tests.standin.engines.waiting import wait_until

TOKEN = "flush-of-component-tests-8263"
OTHER_NAME = "flush-by-8f0c71d2"

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")

Login = dict[str, Any]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    found = Servers(tmp_path_factory.mktemp("redis"))
    yield found
    for port in list(found.processes):
        found.stop(port)


@pytest.fixture(scope="module")
def shared(servers: Servers) -> int:
    return servers.start(f"requirepass {TOKEN}", f"masterauth {TOKEN}")


@pytest.fixture
def port(shared: int) -> int:
    """A server with keys in databases 0 and 3."""
    fill(shared, password=TOKEN)
    return shared


def client(port: int, **login: Any) -> redis.Redis:
    return redis.Redis(port=port, decode_responses=True, protocol=2, **login)


def fill(port: int, flushall: str = "FLUSHALL", **login: Any) -> None:
    with client(port, **login) as own, client(port, db=3, **login) as other:
        own.execute_command(flushall)
        own.mset({f"key {number}": number for number in range(20)})
        other.mset({f"key {number}": number for number in range(5)})


def keys(port: int, **login: Any) -> Callable[[], dict[str, int]]:
    def count() -> dict[str, int]:
        with client(port, **login) as own:
            return {name: told["keys"] for name, told in own.info("keyspace").items()}

    return count


class TestFlush:
    def test_one_database(self, port: int) -> None:
        done = flushed(**at(port, password=TOKEN, database=3))
        assert (done["flushed"], done["remaining"]) == ({"3": 5}, {})
        assert done["nodes"] == [f"127.0.0.1:{port}"]
        assert done["changes"] == [{"change": "flushed", "database": "3", "keys": 5}]
        assert done["diff"] == {"before": {"keys": {"3": 5}}, "after": {"keys": {"3": 0}}}
        assert keys(port, password=TOKEN)() == {"db0": 20}

    @pytest.mark.parametrize("mode", ["async", "sync"])
    def test_all_databases(self, port: int, mode: str) -> None:
        with client(port, password=TOKEN) as own:
            own.config_resetstat()
            done = flushed(**at(port, password=TOKEN, all_databases=True, flush_mode=mode))
            assert own.info("commandstats")["cmdstat_flushall"]["calls"] == 1
        assert done["flushed"] == {"0": 20, "3": 5}
        assert done["snapshot"] is None
        assert keys(port, password=TOKEN)() == {}

    def test_check_mode_changes_nothing(self, port: int) -> None:
        look = keys(port, password=TOKEN)
        before = look()
        told = flush(True, **at(port, password=TOKEN, all_databases=True))
        assert (told["changed"], told["flushed"]) == (True, {"0": 20, "3": 5})
        assert "remaining" not in told
        assert look() == before

    def test_what_is_written_meanwhile_is_counted(self, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """A client that goes on writing is no failure."""

        def flush_and_write(*arguments: Any) -> None:
            flush_all(*arguments)
            with client(port, password=TOKEN) as own:
                own.set("new", "life")

        monkeypatch.setattr(run, "flush_all", flush_and_write)
        done = flush(**at(port, password=TOKEN, all_databases=True))
        assert (done["flushed"], done["remaining"]) == ({"0": 20, "3": 5}, {"0": 1})

    def test_tls(self, servers: Servers) -> None:
        authority = Authority(servers.directory)
        port = servers.start(*authority.settings("flushed"), "tls-auth-clients no", f"requirepass {TOKEN}")
        login: Login = {"password": TOKEN, "ssl": True, "ssl_ca_certs": str(authority.path)}
        fill(port, **login)
        given = at(port, password=TOKEN, all_databases=True)
        problems = refused(keys(port, **login), **{**given, "tls": True})
        assert "an authority that is not trusted here" in problems[0]
        assert flushed(**{**given, "tls": True, "ca_path": str(authority.path)})["flushed"] == {"0": 20, "3": 5}

    def test_other_names(self, servers: Servers) -> None:
        renames = {"FLUSHALL": OTHER_NAME, "MULTI": "begin-8f0c71d2"}
        port = servers.start(*[f"rename-command {name} {new}" for name, new in renames.items()])
        fill(port, flushall=OTHER_NAME)
        given = at(port, all_databases=True)
        problems = refused(keys(port), **given, renamed_commands={"multi": renames["MULTI"]})
        assert "knows no command FLUSHALL" in problems[0]
        assert "renamed_commands ({FLUSHALL: ITS_NAME})" in problems[0]
        done = flushed(**given, renamed_commands={name.lower(): new for name, new in renames.items()})
        assert done["flushed"] == {"0": 20, "3": 5}

    def test_a_user_for_it_alone(self, port: int) -> None:
        """The rights that the documentation names are enough."""
        rights = "+flushdb +ping +info +select +dbsize +multi +discard"
        with client(port, password=TOKEN) as own:
            own.execute_command("ACL", "SETUSER", "janitor", "reset", "on", f">{TOKEN}", *rights.split())
        assert flushed(**at(port, username="janitor", password=TOKEN, database=3))["flushed"] == {"3": 5}


class TestRefused:
    def test_every_mistake_at_once(self, port: int) -> None:
        wrong = {"confirm": "Shop", "all_databases": True, "database": -1, "config_file": "/etc/redis.conf"}
        problems = refused(keys(port, password=TOKEN), **at(port, password=TOKEN, **wrong, snapshot=True))
        begins = [problem.partition(":")[0] for problem in problems]
        assert begins == ["confirm", "database, all_databases", "database", "host, config_file", "snapshot"]
        assert "confirm has to be 'shop'; it was 'Shop'" in problems[0]

    @pytest.mark.parametrize("nothing", ["", " ", None])
    def test_a_cache_that_nobody_has_named(self, port: int, nothing: str | None) -> None:
        """As when the variables of both options are empty, which makes them equal."""
        wrong = {"name": nothing, "confirm": nothing, "all_databases": True}
        (problem,) = refused(keys(port, password=TOKEN), **at(port, password=TOKEN, **wrong))
        assert problem.startswith("name: it is empty")

    def test_one_flush_by_the_name_of_the_other(self, port: int) -> None:
        given = {"database": 3, "renamed_commands": {"FLUSHDB": "FLUSHALL"}}
        (problem,) = refused(keys(port, password=TOKEN), **at(port, password=TOKEN, **given))
        assert problem.startswith("renamed_commands: FLUSHDB cannot be called FLUSHALL")

    def test_a_replica(self, servers: Servers, port: int) -> None:
        replica = servers.start(f"replicaof 127.0.0.1 {port}", f"masterauth {TOKEN}", "replica-read-only no")
        look = keys(replica)
        wait_until("the replica has the keys", lambda: look() == {"db0": 20, "db3": 5}, within=20)
        (problem,) = refused(look, **at(replica, all_databases=True))
        assert problem.endswith(
            f"is a replica, which gets its data from 127.0.0.1:{port}: flush that one, and it follows."
        )

    @pytest.mark.parametrize("rights", ["+multi +discard", ""])
    def test_a_user_who_may_not(self, port: int, rights: str) -> None:
        """Who may use transactions is told before anything is done, and everybody in one sentence."""
        with client(port, password=TOKEN) as own:
            words = f"+ping +info +select +dbsize {rights}".split()
            own.execute_command("ACL", "SETUSER", "reader", "reset", "on", f">{TOKEN}", *words)
        before = keys(port, password=TOKEN)()
        told = flush(**at(port, username="reader", password=TOKEN, all_databases=True))
        assert "the user may not do this" in told["msg"]
        assert "'flushall'" in told["msg"]
        assert told["changed"] is False
        assert ("problems" in told) == bool(rights)
        assert keys(port, password=TOKEN)() == before

    def test_a_login_that_is_refused(self, port: int) -> None:
        (problem,) = refused(keys(port, password=TOKEN), **at(port, password=f"{TOKEN}-no", all_databases=True))
        assert "the server refuses user and password" in problem
        (problem,) = refused(keys(port, password=TOKEN), **at(port, all_databases=True))
        assert "the server wants a password" in problem

    def test_no_such_database(self, port: int) -> None:
        (problem,) = refused(keys(port, password=TOKEN), **at(port, password=TOKEN, database=16))
        assert problem == f"database: 127.0.0.1:{port} has no database 16; there are 16 (0 to 15) unless set otherwise."

    def test_a_command_that_nobody_has(self, servers: Servers) -> None:
        port = servers.start('rename-command FLUSHDB ""')
        with client(port, db=1) as own:
            own.set("key", "value")
        (problem,) = refused(keys(port), **at(port, database=1))
        assert "taken away from everybody" in problem

    def test_a_server_that_cannot_write(self, servers: Servers) -> None:
        """It would refuse the flush, and does so before a snapshot is taken."""
        port = servers.start("min-replicas-to-write 1")
        with client(port) as own:
            own.config_set("min-replicas-to-write", 0)
            own.set("key", "value")
            own.config_set("min-replicas-to-write", 1)
        (problem,) = refused(keys(port), **at(port, all_databases=True))
        assert "it has too few replicas" in problem

    def test_nobody_there(self) -> None:
        (problem,) = refused(lambda: None, **at(free_port(), all_databases=True))
        assert "nothing listens" in problem


def test_boto3_is_missing_only_where_it_is_needed(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_flush, "HAS_BOTO3", False)
    given = at(port, password=TOKEN, database=3, replication_group_id="shop")
    told = flush(**{**given, "snapshot": True})
    assert "botocore and boto3" in told["msg"]
    assert "A snapshot of a managed cache needs it" in told["msg"]
    assert keys(port, password=TOKEN)() == {"db0": 20, "db3": 5}
    assert flush(**given)["flushed"] == {"3": 5}
