# SPDX-License-Identifier: GPL-3.0-or-later
"""The module redis_check, run as Ansible runs it, against real redis-server processes."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from ansible.module_utils.testing import patch_module_args
from ansible_collections.redisops.cache.plugins.modules import redis_check

from tests.component.redis_servers import Authority, Servers, free_port
from tests.standin.engines.waiting import wait_until

TOKEN = "token-of-component-tests-2342"
USERS = {"app": "app-of-component-tests-6502", "blind": "blind-of-component-tests-8080"}
REFUSALS = {"refuse_unauthenticated": True, "refuse_wrong_password": True}

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")

Result = dict[str, Any]


def check(port: int, **params: Any) -> Result:
    """What the module prints."""
    arguments = {"host": "127.0.0.1", "port": port, "tls": False, "latency_samples": 5, **params}
    with (
        patch_module_args(arguments),
        contextlib.redirect_stdout(io.StringIO()) as printed,
        pytest.raises(SystemExit),
    ):
        redis_check.main()
    result: Result = json.loads(printed.getvalue())
    assert result["changed"] is False
    assert params.get("password") is None or params["password"] not in printed.getvalue()
    return result


def failure(port: int, **params: Any) -> tuple[str, str]:
    """Hop and code of the failure; its text is in the message, with what to look at."""
    result = check(port, **params)
    failed = next(entry for entry in result["checks"] if entry["ok"] is False)
    assert result["failed"]
    assert result["failed_hop"] == failed["check"]
    assert f"failed at {failed['check']} ({failed['code']})" in result["msg"]
    assert result["msg"].endswith(f": {failed['detail']}. Look at: {failed['hint']}.")
    return failed["check"], failed["code"]


def passed(port: int, **params: Any) -> Result:
    result = check(port, **params)
    assert "failed" not in result, result["msg"]
    assert all(entry["ok"] for entry in result["checks"])
    return result


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    found = Servers(tmp_path_factory.mktemp("redis"))
    yield found
    for port in list(found.processes):
        found.stop(port)


@pytest.fixture(scope="module")
def with_users(servers: Servers) -> int:
    """A token for default, an app that may do what the documentation asks for, and a user whom any password lets in."""
    return servers.start(
        f"requirepass {TOKEN}",
        "repl-diskless-sync-delay 0",
        f"user app on >{USERS['app']} ~app:* +@connection +set +get +del",
        "user anyone on nopass ~* +@all",
    )


@pytest.fixture(scope="module")
def replica(servers: Servers, with_users: int) -> int:
    """It does not know HELLO, as servers before 6.0 do not, and `blind` may not use INFO in its place."""
    port = servers.start(
        f"replicaof 127.0.0.1 {with_users}",
        f"masterauth {TOKEN}",
        f"requirepass {TOKEN}",
        f"user blind on >{USERS['blind']} ~* +@all -info",
        'rename-command HELLO ""',
    )
    with redis.Redis(port=port, password=TOKEN, protocol=2) as client:
        wait_until("the replica is linked", lambda: client.info("replication")["master_link_status"] == "up", within=20)
    return port


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def tls_port(servers: Servers, authority: Authority) -> int:
    return servers.start(*authority.settings("server"), f"requirepass {TOKEN}", "tls-auth-clients no")


class TestPlain:
    def test_all_of_it_and_nothing_is_left(self, with_users: int) -> None:
        result = passed(with_users, password=TOKEN, role="master", db=3, **REFUSALS)
        names = "dns tcp auth ping role write latency refuse_unauthenticated refuse_wrong_password"
        assert [entry["check"] for entry in result["checks"]] == names.split()
        assert result["role"] == "master"
        assert result["server"]["engine"] == "redis"
        assert result["server"]["mode"] == "standalone"
        assert result["latency"]["samples"] == 5
        assert 0 < result["latency"]["p50_ms"] <= result["latency"]["p95_ms"] <= result["latency"]["p99_ms"]
        with redis.Redis(port=with_users, password=TOKEN, decode_responses=True) as client:
            assert client.info("keyspace") == {}
            assert client.info("commandstats")["cmdstat_set"]["calls"] > 0

    def test_a_user_with_no_more_than_the_documentation_asks_for(self, with_users: int) -> None:
        result = passed(with_users, username="app", password=USERS["app"], key_prefix="app:check:", role="master")
        assert result["server"]["version"]

    @pytest.mark.parametrize(
        ("params", "expected"),
        [
            ({}, ("auth", "NOAUTH")),
            ({"password": "never-set-anywhere-1541"}, ("auth", "WRONGPASS")),
            ({"username": "app", "password": USERS["app"]}, ("write", "NOPERM")),
            ({"username": "app", "password": USERS["app"], "db": 99}, ("auth", "NO_SUCH_DATABASE")),
            ({"password": TOKEN, "role": "replica"}, ("role", "OTHER_ROLE")),
            (
                {"username": "anyone", "password": USERS["app"], "refuse_wrong_password": True},
                ("refuse_wrong_password", "ACCEPTED_WRONG_PASSWORD"),
            ),
            ({"password": TOKEN, "cluster_mode": True}, ("cluster", "NOT_A_CLUSTER")),
            ({"password": TOKEN, "tls": True, "timeout": 0.5}, ("tls", "PLAINTEXT_PORT")),
        ],
    )
    def test_failures(self, with_users: int, params: Result, expected: tuple[str, str]) -> None:
        assert failure(with_users, **params) == expected

    def test_an_open_server(self, servers: Servers) -> None:
        port = servers.start(f"user app on >{USERS['app']} ~* +@all", "maxmemory 1")
        login = {"username": "app", "password": USERS["app"], "write_test": False, "refuse_unauthenticated": True}
        assert failure(port, password=TOKEN) == ("auth", "NO_PASSWORD_SET")
        assert failure(port) == ("write", "OOM")
        assert failure(port, **login) == ("refuse_unauthenticated", "ACCEPTED_UNAUTHENTICATED")
        with redis.Redis(port=port) as client:
            client.config_set("maxclients", 1)
            assert failure(port) == ("auth", "MAX_CLIENTS")


@pytest.fixture(scope="module")
def trimmed(servers: Servers) -> int:
    return servers.start(
        'rename-command DEBUG ""',
        "rename-command SAVE keep",
        f"user app on >{USERS['app']} ~* +@all -@admin -@dangerous",
        f"user most on >{USERS['app']} ~* +@all -config|set",
    )


class TestCommands:
    """Renamed and removed commands, and those that a user may not run: none of them runs, whether refused or not."""

    def test_refused(self, trimmed: int) -> None:
        login = {"username": "app", "password": USERS["app"]}
        names = ["CONFIG", "FLUSHALL", "KEYS", "REPLICAOF", "SHUTDOWN", "DEBUG", "SAVE", "ACL", "CLIENT KILL ID 1"]
        assert passed(trimmed, **login, refuse_commands=names)
        most = {**login, "username": "most"}
        assert passed(trimmed, **most, refuse_commands=["CONFIG SET maxmemory 1", "debug"])

    def test_accepted(self, trimmed: int) -> None:
        with redis.Redis(port=trimmed) as client:
            client.set("kept", "value")
            names = ["FLUSHALL", "SHUTDOWN", "DEBUG", "CONFIG SET maxmemory 1", "keep"]
            result = check(trimmed, refuse_commands=names)
            assert result["checks"][-1]["code"] == "COMMAND_NOT_JUDGED", "no transaction takes SAVE"
            result = check(trimmed, refuse_commands=names[:-1])
            assert result["checks"][-1]["code"] == "ACCEPTED_COMMAND"
            assert result["checks"][-1]["detail"].endswith(": FLUSHALL, SHUTDOWN, CONFIG SET maxmemory 1")
            assert client.get("kept") == b"value"
            assert client.config_get("maxmemory") == {"maxmemory": "0"}


class TestConnection:
    def test_nobody_gets_in(self, servers: Servers) -> None:
        assert passed(free_port(), refuse_connection=True)
        port = servers.start()
        assert failure(port, refuse_connection=True) == ("refuse_connection", "ACCEPTED_CONNECTION")

    def test_a_server_that_asks_for_a_password_was_reached(self, with_users: int) -> None:
        assert failure(with_users, refuse_connection=True) == ("refuse_connection", "ACCEPTED_CONNECTION")


class TestReplica:
    def test_is_only_read_from(self, replica: int) -> None:
        result = passed(replica, password=TOKEN, role="replica", **REFUSALS)
        assert result["role"] == "replica"
        assert "read only" in next(entry["detail"] for entry in result["checks"] if entry["check"] == "write")

    def test_takes_no_writes(self, replica: int) -> None:
        assert failure(replica, password=TOKEN, role="master") == ("role", "OTHER_ROLE")

    def test_that_does_not_tell_its_role(self, replica: int) -> None:
        login = {"username": "blind", "password": USERS["blind"]}
        assert failure(replica, **login) == ("write", "READONLY")
        assert failure(replica, **login, role="replica") == ("role", "ROLE_UNKNOWN")


class TestTls:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_all_of_it(self, tls_port: int, authority: Authority, host: str) -> None:
        login = {"tls": True, "ca_path": str(authority.path), "password": TOKEN}
        result = passed(tls_port, host=host, refuse_plaintext=True, **REFUSALS, **login)
        assert result["checks"][2]["check"] == "tls"
        assert "certificate verified" in result["checks"][2]["detail"]

    @pytest.mark.parametrize(
        ("params", "expected"),
        [
            ({"host": "127.0.0.2"}, ("tls", "CERTIFICATE_OTHER_HOST")),
            ({"ca_path": None}, ("tls", "CERTIFICATE_UNKNOWN_AUTHORITY")),
            ({"ca_path": "/nowhere/ca.pem"}, ("tls", "CA_FILE")),
            ({"tls": False}, ("auth", "TLS_PORT")),
            ({"password": None}, ("auth", "NOAUTH")),
        ],
    )
    def test_failures(self, tls_port: int, authority: Authority, params: Result, expected: tuple[str, str]) -> None:
        login = {"tls": True, "ca_path": str(authority.path), "password": TOKEN}
        assert failure(tls_port, **{**login, **params}) == expected

    def test_certificates_of_server_and_client(self, servers: Servers, authority: Authority) -> None:
        login: Result = {"tls": True, "ca_path": str(authority.path), "password": TOKEN}
        expired = servers.start(*authority.settings("expired", days=-1), "tls-auth-clients no")
        assert failure(expired, **login) == ("tls", "CERTIFICATE_EXPIRED")
        strict = servers.start(*authority.settings("strict"), f"requirepass {TOKEN}", "tls-auth-clients yes")
        assert failure(strict, **login) == ("auth", "CLOSED_AFTER_HANDSHAKE")
        authority.settings("client")
        files = {name: str(authority.directory / f"client.{name}") for name in ("crt", "key")}
        own = {**login, "client_cert_path": files["crt"], "client_key_path": files["key"]}
        assert passed(strict, **own, refuse_no_certificate=True, refuse_plaintext=True, **REFUSALS)
        for other in ({"client_key_path": files["crt"]}, {"client_cert_path": "/nowhere.crt"}):
            assert failure(strict, **{**own, **other}) == ("tls", "CLIENT_CERTIFICATE")
        with redis.Redis(
            port=strict,
            password=TOKEN,
            ssl=True,
            ssl_ca_certs=login["ca_path"],
            ssl_certfile=files["crt"],
            ssl_keyfile=files["key"],
        ) as client:
            client.config_set("tls-auth-clients", "optional")
        assert failure(strict, **own, refuse_no_certificate=True) == (
            "refuse_no_certificate",
            "ACCEPTED_NO_CERTIFICATE",
        )


class TestNetwork:
    def test_nothing_there(self) -> None:
        assert failure(free_port()) == ("tcp", "CONNECTION_REFUSED")
        assert check(6379, host="no-such-cache.invalid")["failed_hop"] == "dns"

    def test_silence(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            assert failure(port, timeout=0.3) == ("auth", "ANSWER_TIMEOUT")
            assert failure(port, timeout=0.3, tls=True) == ("tls", "HANDSHAKE_TIMEOUT")

    def test_packets_that_are_dropped(self) -> None:
        with socket.socket() as full, socket.socket() as first, socket.socket() as second:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            for waiting in (first, second):  # what the queue of a listener without room does not take is not answered
                waiting.setblocking(False)
                waiting.connect_ex(full.getsockname())
            assert failure(full.getsockname()[1], timeout=0.3) == ("tcp", "CONNECTION_TIMEOUT")


def test_a_server_that_loads_is_waited_for(servers: Servers) -> None:
    port = servers.start()
    with redis.Redis(port=port) as client:
        client.mset({f"key-{number}": f"value of key {number}" for number in range(1500)})
        client.save()
    servers.stop(port)
    slowly = ["key-load-delay 1000", "loading-process-events-interval-bytes 1024"]
    loading = servers.start(*slowly, folder=servers.directory / str(port))
    assert failure(loading) == ("ping", "LOADING")
    assert passed(loading, wait_timeout=30)["attempts"] > 1


@pytest.fixture(scope="module")
def cluster(servers: Servers) -> list[int]:
    """Three masters with a third of the slots each."""
    settings = ["cluster-enabled yes", "cluster-node-timeout 2000", f"requirepass {TOKEN}", f"masterauth {TOKEN}"]
    buses = [free_port() for _node in range(3)]
    ports = [servers.start(*settings, f"cluster-port {bus}") for bus in buses]
    with contextlib.ExitStack() as closing:
        clients = [closing.enter_context(redis.Redis(port=port, password=TOKEN)) for port in ports]
        shares = itertools.pairwise([0, 5461, 10923, 16384])
        for number, (client, (start, end)) in enumerate(zip(clients, shares, strict=True)):
            client.cluster("ADDSLOTSRANGE", start, end - 1)
            client.cluster("SET-CONFIG-EPOCH", number + 1)
            clients[0].cluster("MEET", "127.0.0.1", ports[number], buses[number])
        wait_until("the cluster is up", lambda: all(is_up(client) for client in clients), within=20)
    return ports


def is_up(client: redis.Redis) -> bool:
    return bool(client.cluster("info")["cluster_state"] == "ok")


class TestCluster:
    def test_a_key_finds_its_node(self, cluster: list[int]) -> None:
        first, _second, last = cluster
        with redis.Redis(port=last, password=TOKEN, decode_responses=True) as owner:
            tag = next(tag for tag in "abcdefgh" if owner.cluster("keyslot", tag) >= 10923)
            result = passed(first, password=TOKEN, cluster_mode=True, key_prefix=f"{{{tag}}}:", role="master")
            stats = owner.info("commandstats")
            assert [stats[f"cmdstat_{word}"]["calls"] for word in ("set", "get", "del")] == [1, 1, 1]
            assert owner.dbsize() == 0
        assert result["server"]["mode"] == "cluster"
        assert failure(first, password=TOKEN, key_prefix=f"{{{tag}}}:") == ("write", "MOVED")

    def test_a_node_without_its_cluster(self, servers: Servers) -> None:
        port = servers.start("cluster-enabled yes", f"cluster-port {free_port()}")
        assert failure(port, cluster_mode=True) == ("cluster", "CLUSTERDOWN")
        assert failure(port) == ("write", "CLUSTERDOWN")


PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  vars:
    place: {host: 127.0.0.1, port: "{{ lookup('ansible.builtin.env', 'CHECK_PORT') }}", tls: false}
    login: "{{ place | combine({'password': lookup('ansible.builtin.env', 'CHECK_TOKEN')}) }}"
  tasks:
    - redisops.cache.redis_check: "{{ login | combine({'refuse_wrong_password': true}) }}"
      register: real
    - redisops.cache.redis_check: "{{ login }}"
      check_mode: true
      register: foretold
    - redisops.cache.redis_check: "{{ login | combine({'role': 'replica'}) }}"
      ignore_errors: true
      register: failed
    - ansible.builtin.assert:
        that:
          - real is success and real is not changed
          - real.checks | rejectattr('ok', 'true') | length == 0
          - foretold is success and foretold is not changed
          - foretold.checks | rejectattr('ok', 'true') | map(attribute='check') | list == ['write']
          - failed is failed and failed is not changed
          - failed.failed_hop == 'role'
"""


def test_in_a_playbook(with_users: int, tmp_path: Path) -> None:
    playbook = tmp_path / "check.yml"
    playbook.write_text(PLAYBOOK)
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-c", "local", "-vvvvv", str(playbook)]
    environment = {**os.environ, "CHECK_PORT": str(with_users), "CHECK_TOKEN": TOKEN}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "changed=0" in done.stdout
    assert TOKEN not in done.stdout + done.stderr


@pytest.mark.parametrize("version", [None, "3.5.3"], ids=["missing", "too old"])
def test_redis_py_is_asked_for(tmp_path: Path, version: str | None) -> None:
    library = tmp_path / "redis"
    library.mkdir()
    (library / "__init__.py").write_text(
        f"__version__ = {version!r}" if version else "raise ImportError('no redis-py')"
    )
    (library / "connection.py").write_text("AbstractConnection = Connection = object")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, sys.path)])}
    command = [sys.executable, "-m", redis_check.__name__]
    given = json.dumps({"ANSIBLE_MODULE_ARGS": {"host": "127.0.0.1"}})
    done = subprocess.run(command, input=given, env=environment, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["failed"]
    assert "Failed to import the required Python library (redis >= 4.3)" in done.stdout
