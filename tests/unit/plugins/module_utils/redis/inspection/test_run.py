# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.arguments import login_arguments
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection import run
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection.arguments import (
    inspection_arguments,
    inspection_from,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection.machine import Machine
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection.rows import (
    Row,
    failed,
    judge,
    summarize,
    table,
    tolerate,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection.run import GROUPS, Group, Inspection
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection.subject import Subject, Wanted
from ansible_collections.redisops.cache.plugins.module_utils.redis.local import Login
from ansible_collections.redisops.cache.plugins.module_utils.redis.processes import Finished

GOOD = Row("kernel.a", "1", "1", True)
BAD = Row("kernel.b", "1", "0", False, "sysctl b")
OPEN = Row("memory.c", "a limit", "no limit is set", None)
PASSWORD = "inspection-of-unit-tests-4669"
DEFAULTS = {name: argument.get("default") for name, argument in inspection_arguments().items()}


@pytest.fixture
def unreachable(tmp_path: Path) -> Inspection:
    """The configuration of a server that does not run."""
    path = tmp_path / "redis.conf"
    path.write_text(f"unixsocket {tmp_path}/none.sock\n")
    return Inspection(str(path), Login(), Wanted())


class TestRows:
    def test_only_a_failure_has_something_to_look_at(self) -> None:
        assert [judge("c", "1", 1, ok, "here").look_at for ok in (True, None, False)] == ["", "", "here"]

    def test_tolerated_by_name(self) -> None:
        rows = tolerate([GOOD, BAD, OPEN], ["kernel.*"])
        assert [row.ok for row in rows] == [True, None, None]
        assert rows[1].found == "0 (tolerated)"
        assert failed(tolerate([BAD], ["kernel.a", "memory.*"])) == [BAD]

    def test_summary(self) -> None:
        assert summarize([GOOD, OPEN]) == "1 checks passed, 1 not judged"
        assert summarize([GOOD, BAD, OPEN]) == (
            "1 of 3 checks failed:\nkernel.b: expected 1, found 0. Look at: sysctl b."
        )

    def test_table_is_aligned(self) -> None:
        assert table([GOOD, BAD, OPEN]) == [
            "        check     expected  found",
            "ok      kernel.a  1         1",
            "FAILED  kernel.b  1         0",
            "        -> sysctl b",
            "-       memory.c  a limit   no limit is set",
        ]


class TestRun:
    def test_a_server_that_does_not_run_hides_nothing_else(self, unreachable: Inspection) -> None:
        rows = unreachable.run()
        assert rows[0].check == "login"
        assert rows[0].found.startswith("CONNECTION_REFUSED: ")
        unasked = [row.check for row in rows if row.found == "not asked: the login failed"]
        assert unasked == [group.name for group in GROUPS if group.speaks] == ["acl", "memory", "persistence"]
        assert {row.check.split(".")[0].split(" ")[0] for row in rows} >= {"process", "file", "kernel"}

    def test_a_group_that_fails_keeps_what_it_had_found(
        self, unreachable: Inspection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def rows(_subject: Subject) -> Iterator[Row]:
            yield GOOD
            raise CheckError("NOPERM", "this user has no permissions")

        monkeypatch.setattr(run, "GROUPS", (Group("first", rows), Group("second", lambda _subject: iter([OPEN]))))
        _login, kept, broken, last = unreachable.run()
        assert (kept, last) == (GOOD, OPEN)
        assert (broken.check, broken.ok) == ("first", False)
        assert broken.found.startswith("NOPERM: ")

    def test_what_the_system_denies_is_a_row(self, unreachable: Inspection, monkeypatch: pytest.MonkeyPatch) -> None:
        """As to whoever is not root."""

        def rows(_subject: Subject) -> Iterator[Row]:
            yield GOOD
            raise PermissionError(13, "Permission denied", "/proc/1/fd")

        monkeypatch.setattr(run, "GROUPS", (Group("sockets", rows), Group("second", lambda _subject: iter([OPEN]))))
        _login, kept, denied, last = unreachable.run()
        assert (kept, last) == (GOOD, OPEN)
        assert (denied.check, denied.ok) == ("sockets", False)
        assert "/proc/1/fd" in denied.found
        assert "root" in denied.look_at

    def test_a_host_without_systemd(self, unreachable: Inspection) -> None:
        def call(_words: object) -> Finished:
            raise FileNotFoundError(2, "No such file or directory", "systemctl")

        inspection = replace(unreachable, wanted=Wanted(service="redis"), machine=Machine(call=call))
        with pytest.raises(Failure, match="is this a host with systemd"):
            inspection.run()

    @pytest.mark.parametrize("text", [None, 'requirepass "unbalanced\n'], ids=["missing", "no configuration"])
    def test_a_configuration_that_cannot_be_read(self, tmp_path: Path, text: str | None) -> None:
        path = tmp_path / "redis.conf"
        if text:
            path.write_text(text)
        with pytest.raises(Failure, match=str(path)):
            Inspection(str(path), Login(), Wanted()).run()

    def test_what_is_tolerated_is_no_failure(self, unreachable: Inspection) -> None:
        tolerant = Inspection(unreachable.config_file, Login(), Wanted(tolerate=("*",)))
        assert failed(unreachable.run())
        assert failed(tolerant.run()) == []


class TestArguments:
    def test_every_option_arrives_and_none_is_made_up(self) -> None:
        own = inspection_arguments().keys() - login_arguments().keys()
        assert own == {field.name for field in fields(Wanted)}

    def test_defaults_are_those_of_the_core(self) -> None:
        given = {**DEFAULTS, "config_file": "/etc/redis/redis.conf"}
        assert inspection_from(given).wanted == Wanted()

    def test_the_login_is_a_secret_to_look_for(self) -> None:
        given = {**DEFAULTS, "config_file": "/c", "login_password": PASSWORD, "ports": [6379], "passwords": ["other"]}
        inspection = inspection_from(given)
        assert inspection.wanted.passwords == ("other", PASSWORD)
        assert inspection.wanted.ports == (6379,)
        assert PASSWORD not in repr(inspection)

    def test_secrets(self) -> None:
        secret = [name for name, argument in inspection_arguments().items() if argument.get("no_log")]
        assert secret == ["login_password", "passwords"]
