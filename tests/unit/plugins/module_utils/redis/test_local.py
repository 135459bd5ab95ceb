# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.files import Configuration
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError
from ansible_collections.redisops.cache.plugins.module_utils.redis.local import (
    OPERATOR,
    LocalServer,
    Login,
    connect,
    local_address,
)

PASSWORD = "local-of-unit-tests-1812"


class Wire:
    """Knows commands by the names it was started with, whatever the files say by now."""

    def __init__(self, **names: str) -> None:
        self.names = {"PING": "PING", "COMMAND": "COMMAND", **names}
        self.sent: list[list[str]] = []

    def command(self, *words: str | int) -> Any:
        spoken, *arguments = map(str, words)
        self.sent.append([spoken, *arguments])
        if self.names.get(spoken) == "COMMAND":
            return [[self.names[word].lower(), -2, ["write"]] if word in self.names else None for word in arguments[1:]]
        if spoken not in self.names:
            raise CheckError("SERVER_ERROR", f"unknown command '{spoken}'")
        return f"{self.names[spoken]}:{' '.join(arguments)}"

    def pipeline(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        return [self.command(*words) for words in commands]


def server(wire: Wire, *lines: str) -> LocalServer:
    session: Any = wire
    return LocalServer(session, Configuration.of("redis.conf", "\n".join(lines)))


def test_commands_go_by_their_new_names() -> None:
    wire = Wire(**{"our-config": "CONFIG"})
    found = server(wire, "rename-command CONFIG our-config")
    assert found.command("config", "GET", "*") == "CONFIG:GET *"
    assert found.command("CONFIG", "GET", "*") == "CONFIG:GET *"
    assert list(map(str, found.pipeline([("CONFIG", "GET", "*"), ("PING",)]))) == ["CONFIG:GET *", "PING:"]
    assert [words[0] for words in wire.sent].count("COMMAND") == 1


@pytest.mark.parametrize("renamed", ["our-config", '""'])
def test_files_that_are_newer_than_the_process(renamed: str) -> None:
    assert server(Wire(CONFIG="CONFIG"), f"rename-command CONFIG {renamed}").command("CONFIG", "GET") == "CONFIG:GET"


@pytest.mark.parametrize("lines", [[], ['rename-command CONFIG ""'], ["rename-command CONFIG our-config"]])
def test_commands_that_are_gone(lines: list[str]) -> None:
    found = server(Wire(), *lines)
    with pytest.raises(CheckError) as gone:
        found.command("CONFIG", "GET")
    assert gone.value.code == "COMMAND_REMOVED"


def test_another_commands_name() -> None:
    """A name that was taken from one command and given to another is not that of the first."""
    wire = Wire(CONFIG="DEBUG", **{"our-config": "CONFIG"})
    assert server(wire, "rename-command CONFIG our-config").command("CONFIG", "GET") == "CONFIG:GET"
    assert server(wire).known("CONFIG", "nothing")["CONFIG"].name == "DEBUG"


def test_command_itself_renamed() -> None:
    wire = Wire(**{"our-command": "COMMAND", "our-config": "CONFIG"})
    found = server(wire, "rename-command COMMAND our-command", "rename-command CONFIG our-config")
    assert found.command("CONFIG", "GET") == "CONFIG:GET"


def test_ways_to_log_in(tmp_path: Path) -> None:
    secret = tmp_path / "redisops.secret"
    secret.write_text(f"{PASSWORD}-2\n")
    configuration = Configuration.of("redis.conf", f'requirepass "{PASSWORD}-3"')
    login = Login("app", f"{PASSWORD}-1", str(secret))
    assert login.credentials(configuration) == [
        ("app", f"{PASSWORD}-1"),
        (OPERATOR, f"{PASSWORD}-2"),
        (None, f"{PASSWORD}-3"),
        (None, None),
    ]
    assert PASSWORD not in repr(login)
    secret.unlink()
    assert Login(secret_path=str(secret)).credentials(Configuration.of("redis.conf", "")) == [(None, None)]


def test_nothing_listens(tmp_path: Path) -> None:
    (tmp_path / "redis.conf").write_text(f"unixsocket {tmp_path}/socket\n")
    with pytest.raises(CheckError) as refused:
        connect(str(tmp_path / "redis.conf"), Login())
    assert refused.value.code == "CONNECTION_REFUSED"
    assert f"{tmp_path}/socket" in refused.value.evidence


@pytest.mark.parametrize(
    ("bind", "address"),
    [
        ("", "127.0.0.1"),
        ("* -::*", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("10.1.2.3 127.0.0.1", "10.1.2.3"),
        ("-::1", "::1"),
    ],
)
def test_where_a_server_is_reached_from_its_own_host(bind: str, address: str) -> None:
    assert local_address(bind) == address
