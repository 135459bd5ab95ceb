# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.acl.compare import UserChange, read_entries
from ansible_collections.redisops.cache.plugins.module_utils.redis.acl.running import RunningServer
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.files import Configuration
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError
from ansible_collections.redisops.cache.plugins.module_utils.redis.local import LocalServer

OLD, NEW = (read_entries([f"user x on #{letter * 64} ~*"])["x"] for letter in "ab")
CHANGES = (UserChange("admin", OLD, NEW), UserChange("gone", OLD, None), UserChange("new", None, NEW))
DENIED = CheckError("NOPERM", "no permissions to run the 'acl|setuser' command")


class RecordedServer(LocalServer):
    """Answers from `answers`, by a command's words; raises what is an exception."""

    def __init__(self, answers: Mapping[str, Any], *lines: str) -> None:
        self.configuration = Configuration.of("/etc/redis/redis.conf", "\n".join(lines))
        self.answers = {"ACL WHOAMI": "admin", **answers}
        self.sent: list[str] = []

    def command(self, *words: str | int) -> Any:
        text = " ".join(map(str, words))
        self.sent.append(text)
        answer = next((answer for start, answer in self.answers.items() if text.startswith(start)), "OK")
        if isinstance(answer, Exception):
            raise answer
        return answer


def of_version(version: str, **answers: Any) -> RecordedServer:
    named = {name.replace("_", " "): answer for name, answer in answers.items()}
    return RecordedServer({"INFO server": f"# Server\r\nredis_version:{version}\r\n", **named})


class TestLoading:
    @pytest.mark.parametrize("version", ["7.2.4", "7.4.0", "8.0.2"])
    def test_the_file(self, version: str) -> None:
        server = of_version(version)
        RunningServer(server).load(CHANGES)
        assert server.sent[2:] == ["ACL LOAD"]

    def test_not_the_file_that_takes_away_the_user_of_the_session(self) -> None:
        """Valkey 8.1 would crash; and its own user comes last."""
        server = of_version("7.2.4", ACL_WHOAMI="gone")
        RunningServer(server).load(CHANGES)
        assert "ACL LOAD" not in server.sent
        assert server.sent[-1] == "ACL DELUSER gone"

    @pytest.mark.parametrize("version", ["7.0.15", "6.2.7"])
    def test_user_by_user_where_loading_ends_all_sessions(self, version: str) -> None:
        server = of_version(version)
        RunningServer(server).load(CHANGES)
        assert server.sent[2:] == [
            "ACL DELUSER gone",
            f"ACL SETUSER new reset on ~* #{'b' * 64}",
            f"ACL SETUSER admin reset on ~* #{'b' * 64}",
        ]

    def test_all_or_nothing(self) -> None:
        server = of_version("7.0.15", **{"ACL_SETUSER_admin": DENIED})
        with pytest.raises(CheckError) as error:
            RunningServer(server).load(CHANGES)
        assert error.value is DENIED
        assert server.sent[-2:] == ["ACL DELUSER new", f"ACL SETUSER gone reset on ~* #{'a' * 64}"]


class TestFileInUse:
    @pytest.mark.parametrize(
        ("used", "uses"),
        [("", False), ("/etc/redis/users.acl", True), ("/etc/redis/../redis/users.acl", True), ("/x", False)],
    )
    def test_by_the_servers_word(self, used: str, uses: bool) -> None:
        server = RecordedServer({"CONFIG GET aclfile": ["aclfile", used]}, "aclfile /x/y")
        assert RunningServer(server).uses("/etc/redis/users.acl") is uses

    def test_by_its_files_when_config_is_removed(self) -> None:
        server = RecordedServer({"CONFIG": CheckError("COMMAND_REMOVED", "CONFIG")}, "aclfile /etc/redis/users.acl")
        assert RunningServer(server).uses("/etc/redis/users.acl")

    def test_another_error_is_one(self) -> None:
        with pytest.raises(CheckError):
            RunningServer(RecordedServer({"CONFIG": DENIED})).uses("/etc/redis/users.acl")
