# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection.service import check_process, check_units

from tests.unit.plugins.module_utils.redis.inspection.samples import FRAGMENT, PID, UNIT, Host, by_name, verdicts


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


class TestUnits:
    def test_in_order(self, host: Host) -> None:
        found = verdicts(check_units(host.subject()))
        assert list(found) == [
            f"unit.{word} {UNIT}" for word in ("active", "enabled", "loaded", "restarts", "packaged", "sandbox")
        ]
        assert set(found.values()) == {True}

    @pytest.mark.parametrize(
        ("check", "changed"),
        [
            ("active", {"ActiveState": "failed", "SubState": "failed"}),
            ("active", {"SubState": "start"}),
            ("enabled", {"UnitFileState": "disabled"}),
            ("loaded", {"NeedDaemonReload": "yes"}),
            ("restarts", {"NRestarts": "3"}),
            ("packaged", {"FragmentPath": "/etc/systemd/system/redis-server.service"}),
            ("packaged", {"FragmentPath": ""}),
        ],
    )
    def test_one_thing_is_wrong(self, host: Host, check: str, changed: dict[str, str]) -> None:
        host.unit |= changed
        found = verdicts(check_units(host.subject()))
        assert [name for name, ok in found.items() if ok is False] == [f"unit.{check} {UNIT}"]

    def test_drop_ins_take_nothing_from_the_sandbox(self, host: Host) -> None:
        host.programs.prints[f"systemd-analyze security --no-pager --offline=true {UNIT}"] = (
            "-> Overall exposure level for redis-server.service: 1.6 OK :-)\n"
        )
        row = by_name(check_units(host.subject()))[f"unit.sandbox {UNIT}"]
        assert (row.ok, row.expected, row.found) == (False, "at most 1.2, the package's score", "1.6")

    def test_a_systemd_that_tells_no_score(self, host: Host) -> None:
        host.programs.prints["systemd-analyze security"] = ""
        assert verdicts(check_units(host.subject()))[f"unit.sandbox {UNIT}"] is None

    def test_drop_ins_that_have_to_be_loaded(self, host: Host) -> None:
        wanted = {"drop_ins": ("/etc/systemd/system/redis-server.service.d/redisops.conf", "/etc/b.conf")}
        host.unit["DropInPaths"] = wanted["drop_ins"][0]
        row = by_name(check_units(host.subject(**wanted)))["unit.drop_ins"]
        assert (row.ok, row.found) == (False, "without /etc/b.conf")
        host.unit["DropInPaths"] = " ".join(wanted["drop_ins"])
        assert by_name(check_units(host.subject(**wanted)))["unit.drop_ins"].ok

    def test_further_units_are_asked_for(self, host: Host) -> None:
        shown = {**host.unit, "ActiveState": "inactive", "SubState": "dead"}
        host.programs.prints["systemctl show"] = "\n".join(f"{name}={value}" for name, value in shown.items())
        found = verdicts(check_units(host.subject(units=("exporter.service",))))
        assert found[f"unit.active {UNIT}"] is True
        assert found["unit.active exporter.service"] is False

    def test_no_unit_was_named(self, host: Host) -> None:
        assert list(check_units(host.subject(service=None))) == []


class TestProcess:
    def test_in_order(self, host: Host) -> None:
        found = verdicts(check_process(host.subject()))
        assert found == dict.fromkeys(["process.program", "process.uid", "process.gid", "process.open_files"], True)

    def test_no_process(self, host: Host) -> None:
        host.unit["MainPID"] = "0"
        assert verdicts(check_process(host.subject())) == {"process": False}

    def test_the_server_tells_its_number_where_systemd_does_not(self, host: Host) -> None:
        host.unit.clear()
        host.info["process_id"] = str(PID)
        assert set(verdicts(check_process(host.subject())).values()) == {True}

    def test_another_user(self, host: Host) -> None:
        row = by_name(check_process(host.subject(user="daemon")))["process.uid"]
        assert (row.ok, row.expected, row.found) == (False, "daemon (1)", "0")
        assert by_name(check_process(host.subject(group="nobody-is-called-so")))["process.gid"].ok is False

    def test_a_program_that_was_upgraded_and_not_restarted(self, host: Host) -> None:
        (host.root / f"proc/{PID}/exe").symlink_to("/usr/bin/redis-server (deleted)")
        assert by_name(check_process(host.subject()))["process.program"].ok is False

    @pytest.mark.parametrize(("limit", "ok"), [("10031", False), ("10032", True), ("unlimited", True)])
    def test_descriptors_for_all_clients(self, host: Host, limit: str, ok: bool) -> None:
        host.write(f"/proc/{PID}/limits", f"Max open files            {limit}      65535     files\n")
        assert by_name(check_process(host.subject()))["process.open_files"].ok is ok

    def test_a_server_that_lowered_maxclients(self, host: Host) -> None:
        host.lines = "maxclients 20000\n"
        host.settings["maxclients"] = "19968"
        row = by_name(check_process(host.subject()))["process.maxclients"]
        assert (row.ok, row.expected, row.found) == (False, "20000, as configured", "19968")


def test_the_packaged_unit_is_scored_under_another_name(host: Host) -> None:
    """Else its drop-ins would count."""
    scored: list[str] = []
    programs = host.programs

    def call(words: list[str]) -> object:
        scored.append(words[-1])
        return programs(words)

    subject = host.subject()
    object.__setattr__(subject.machine, "call", call)
    assert subject.machine.packaged_exposure(UNIT, FRAGMENT) == 1.2
    assert scored[0].endswith("/redis-server-as-packaged.service")
