# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is let in, how, and to which commands and settings; and that nothing secret or open is left lying about."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from redis.exceptions import AuthenticationError, NoPermissionError, ResponseError
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import TimeoutError as Unanswered

from tests.component.standin.engines_subject import (
    PORT,
    TOKENS,
    Subject,
    lost,
    plain_nodes,
    plain_subject,
    running_driver,
)
from tests.standin.data.families import FAMILIES
from tests.standin.engines.driver import RedisDriver
from tests.standin.engines.plan import TlsMode
from tests.standin.engines.settings import DENIED_COMMANDS, REMOVED_COMMANDS, RENAMED_COMMANDS

FIRST, SECOND, THIRD = TOKENS


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    with plain_subject(tmp_path_factory.mktemp("engines"), "PR") as group:
        yield group


@pytest.fixture
def subject(group: Subject) -> Subject:
    """A primary with some data and one replica, open and in plain text."""
    subject = Subject(group.driver, group.plan)
    subject.reset(group.plan)
    return subject


def accepted(subject: Subject, password: str | None, *, protocol: int = 3) -> bool:
    """Whether a client is let in; protocol 2 sends AUTH with the password alone, 3 names the user in HELLO."""
    client = subject.client(password=password, protocol=protocol, tls=subject.plan.tls == "required")
    try:
        return client.set("key", "value") is True
    except AuthenticationError:
        return False


@pytest.mark.parametrize("protocol", [2, 3])
def test_tokens_come_and_go_as_in_a_rotation(subject: Subject, protocol: int) -> None:
    def who_is_let_in() -> list[bool]:
        return [accepted(subject, password, protocol=protocol) for password in (None, *TOKENS)]

    subject.change(tls="required", tokens=(FIRST,), open_access=True)
    assert who_is_let_in() == [True, True, False, False]
    subject.change(open_access=False)
    assert who_is_let_in() == [False, True, False, False]
    subject.change(tokens=(FIRST, SECOND))
    assert who_is_let_in() == [False, True, True, False]
    subject.change(tokens=(SECOND, THIRD))
    assert who_is_let_in() == [False, False, True, True]
    subject.change(tokens=(THIRD,))
    assert who_is_let_in() == [False, False, False, True]


def test_connections_survive_every_step_of_a_rotation(subject: Subject) -> None:
    subject.change(tls="required")
    client = subject.client(tls=True, single_connection_client=True)
    connection = client.client_id()
    subject.change(tokens=(FIRST,), open_access=True)
    subject.change(open_access=False)
    subject.change(tokens=(FIRST, SECOND))
    assert client.client_id() == connection


def test_replicas_follow_when_tokens_change(subject: Subject) -> None:
    subject.change(tokens=(FIRST,))
    subject.change(tokens=(SECOND,), nodes=plain_nodes("group", "PRR"))
    assert lost(subject.client(subject.node(3), password=SECOND)) == []


def test_primary_gives_its_data_away_under_tls_and_a_token(subject: Subject) -> None:
    subject.change(tls="required", tokens=(FIRST,))
    subject.change(nodes=tuple(replace(node, role="primary") for node in subject.plan.nodes[1:]))
    assert lost(subject.client(tls=True, password=FIRST)) == []


@pytest.mark.parametrize(
    ("tls", "plain", "encrypted"), [("off", True, False), ("preferred", True, True), ("required", False, True)]
)
@pytest.mark.parametrize("role", ["primary", "reader", "node"])
def test_transport_of_every_address(subject: Subject, role: str, tls: TlsMode, plain: bool, encrypted: bool) -> None:
    subject.change(tls=tls)
    address = subject.node(1) if role == "node" else getattr(subject.endpoints, role)
    for client, works in (
        (subject.client(address), plain),
        # An engine in plain text waits for the rest of what a TLS client has to say: that one gives up.
        (subject.client(address, patience=10 if encrypted else 0.5, tls=True), encrypted),
    ):
        if works:
            assert lost(client) == []
        else:
            with pytest.raises((Disconnected, Unanswered)):
                client.ping()


def test_tls_mode_goes_there_and_back_with_the_connections_that_it_allows(subject: Subject) -> None:
    plain = subject.client(single_connection_client=True)
    plain_id = plain.client_id()
    subject.change(tls="preferred")
    assert plain.client_id() == plain_id
    encrypted = subject.client(tls=True, single_connection_client=True)
    encrypted_id = encrypted.client_id()
    subject.change(tls="required")
    assert encrypted.client_id() == encrypted_id
    with pytest.raises(Disconnected):
        plain.ping()
    subject.change(tls="preferred")
    subject.change(tls="off")
    with pytest.raises(Disconnected):
        encrypted.ping()
    assert lost(subject.client()) == []


def test_certificate_carries_the_addresses_of_nodes_that_came_later(subject: Subject) -> None:
    subject.change(tls="required")
    client = subject.client(tls=True, single_connection_client=True)
    connection = client.client_id()
    subject.change(nodes=plain_nodes("group", "PRR"))
    assert lost(subject.client(subject.node(3), tls=True)) == []
    assert client.client_id() == connection


def test_certificate_is_refused_under_another_name_and_by_another_authority(subject: Subject, tmp_path: Path) -> None:
    subject.change(tls="required")
    context = ssl.create_default_context(cafile=subject.driver.ca_path)
    with socket.create_connection((subject.endpoints.primary, PORT)) as connection:
        with_another_name = partial(context.wrap_socket, connection, server_hostname="127.77.255.254")
        with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
            with_another_name()
    with running_driver(tmp_path) as stranger:
        client = subject.client(ssl=True, ssl_ca_certs=str(stranger.ca_path))
        with pytest.raises(Disconnected, match="certificate verify failed"):
            client.ping()


@pytest.mark.parametrize("command", sorted({*REMOVED_COMMANDS, *RENAMED_COMMANDS}))
def test_refused_command_is_unknown(subject: Subject, command: str) -> None:
    with pytest.raises(ResponseError, match=f"unknown command '{command}'"):
        subject.client().execute_command(command, "GET", "x")


@pytest.mark.parametrize("command", DENIED_COMMANDS)
def test_refused_subcommand_is_denied(subject: Subject, command: str) -> None:
    answers = []
    for arguments in ([], ["1"], ["1", "2"]):
        with pytest.raises(ResponseError) as refused:
            subject.client().execute_command(*command.split("|"), *arguments)
        answers.append(refused.type)
    # Redis counts the arguments before it looks at permissions.
    assert NoPermissionError in answers


def test_parameters_are_taken_live_and_given_back(subject: Subject) -> None:
    def events() -> list[str]:
        client = subject.client(single_connection_client=True)
        listener = subject.client().pubsub()
        listener.psubscribe("__keyevent@0__:*")
        listener.get_message(timeout=5)
        client.set("key", "value")
        message = listener.get_message(timeout=0.2)
        return [message["channel"]] if message else []

    assert events() == []
    subject.change(parameters={"notify-keyspace-events": "AKE", "maxmemory-policy": "allkeys-lfu"})
    assert events() == ["__keyevent@0__:set"]
    assert subject.client().info("memory")["maxmemory_policy"] == "allkeys-lfu"
    subject.change(parameters={})
    assert events() == []
    assert subject.client().info("memory")["maxmemory_policy"] == "noeviction"


def test_maxmemory_changes_live_on_every_node(subject: Subject) -> None:
    subject.change(maxmemory=200_000_000)
    subject.change(maxmemory=100_000_000, nodes=plain_nodes("group", "PRR"))
    limits = [subject.client(address).info("memory")["maxmemory"] for address in subject.endpoints.nodes.values()]
    assert limits == [100_000_000] * 3


@pytest.mark.parametrize("family", FAMILIES)
def test_every_parameter_of_every_family_can_be_told(subject: Subject, family: str) -> None:
    parameters = {name: value for name, value in FAMILIES[family].defaults().items() if value is not None}
    subject.change(parameters=parameters)
    assert subject.client().info("memory")["maxmemory_policy"] == "volatile-lru"


def engine_processes(driver: RedisDriver, subject: Subject) -> list[Path]:
    clients = [subject.client(address, password=FIRST) for address in subject.endpoints.nodes.values()]
    return [Path("/proc") / str(client.info("server")["process_id"]) for client in clients]


def test_no_secret_is_in_a_command_line_an_environment_or_an_open_file(subject: Subject) -> None:
    subject.change(tokens=(FIRST,))
    for process in engine_processes(subject.driver, subject):
        assert (process / "cmdline").read_text().split("\0")[0].startswith("/usr/bin/redis-server")
        for shown in ("cmdline", "environ"):
            assert FIRST not in (process / shown).read_text()
    state = subject.driver.ca_path.parent
    for file in [path for path in state.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]:
        assert file == subject.driver.ca_path
    assert (state / "engines").stat().st_mode & 0o777 == 0o700


def open_sockets(process: Path) -> set[str]:
    """Inodes; connections may end while we look."""
    inodes = set()
    for descriptor in (process / "fd").iterdir():
        with suppress(FileNotFoundError):
            inodes.add(str(descriptor.readlink()).removeprefix("socket:[").removesuffix("]"))
    return inodes


def test_engines_listen_on_loopback_only(subject: Subject) -> None:
    subject.change(tokens=(FIRST,))
    listening = [
        line.split() for table in ("tcp", "tcp6") for line in Path("/proc/net", table).read_text().splitlines()
    ]
    local = {fields[9]: fields[1] for fields in listening if fields[3] == "0A"}
    for process in engine_processes(subject.driver, subject):
        addresses = [address for inode, address in local.items() if inode in open_sockets(process)]
        # Little-endian hexadecimal: 127.77.x.y ends with 4D7F.
        assert addresses
        assert all(address.partition(":")[0].endswith("4D7F") for address in addresses)
