# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters that the role redis_server is made of, called one after the other as its tasks do."""

from __future__ import annotations

from typing import Any

from ansible_collections.redisops.cache.plugins.filter.redis_backup_files import FilterModule as BackupFiles
from ansible_collections.redisops.cache.plugins.filter.redis_differing_paths import FilterModule as DifferingPaths
from ansible_collections.redisops.cache.plugins.filter.redis_host_due import FilterModule as Due
from ansible_collections.redisops.cache.plugins.filter.redis_host_plan import FilterModule as Plan
from ansible_collections.redisops.cache.plugins.filter.redis_host_questions import FilterModule as Questions

from tests.unit.plugins.module_utils.redis.host.samples import DEBIAN, MIB, OPTIONS, PLATFORMS, WORDS

GIVEN = [{"name": "default"}, {"name": "second", "port": 6380, "users": None}]
SHARED = {**WORDS, "maxmemory": "20%"}
UNIT = {"active": "inactive", "enabled": "", "needs_reload": False, "binary_replaced": False, "newer_drop_ins": []}


def ask(options: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = Questions().filters()["redis_host_questions"](
        GIVEN, SHARED, DEBIAN, options, PLATFORMS["redhat"]["redis"]
    )
    return found


def bare_host(options: dict[str, Any]) -> dict[str, Any]:
    """A host that has nothing yet."""
    questions = ask(options)
    return {
        "os": {"id": "debian", "version_id": "12", "codename": "bookworm", "family": "debian"},
        "memory": {"effective": 1000 * MIB},
        "packages": {name: {"installed": None, "comparison": None} for name in questions["packages"]},
        "units": dict.fromkeys(questions["units"], UNIT),
        "paths": {path: {"exists": False} for path in questions["paths"]},
        "certificates": {},
    }


def plan(host: dict[str, Any] | None = None, options: dict[str, Any] = OPTIONS) -> dict[str, Any]:
    found: dict[str, Any] = Plan().filters()["redis_host_plan"](GIVEN, SHARED, DEBIAN, options, host)
    return found


def test_a_plan_before_and_after_the_host_was_looked_at() -> None:
    before, after = plan(), plan(bare_host(OPTIONS))
    assert before["names"] == after["names"] == ["default", "second"]
    assert "maxmemory" not in before["by_name"]["second"]["directives"]
    assert after["by_name"]["second"]["directives"]["maxmemory"] == str(192 * MIB)
    assert after["problems"] == []


def test_problems_are_those_of_the_host_as_well() -> None:
    host = bare_host(OPTIONS)
    host["units"]["valkey-server.service"] = {**UNIT, "active": "active"}
    assert [problem for problem in plan(host)["problems"] if "valkey-server.service runs" in problem]


def test_on_a_bare_host_everything_is_due() -> None:
    options = {**OPTIONS, "backup": True}
    host = bare_host(options)
    wanted = BackupFiles().filters()["redis_backup_files"](
        plan(host, options)["instances"], {"keep": 7}, "/var/backups/redisops"
    )
    files = {"health": [], "firewall": [], "exporter": [], "backup": wanted}
    due = Due().filters()["redis_host_due"](plan(host, options), host, files, options)
    assert due["install"]
    assert due["fresh"] == due["stopped"] == due["disabled"] == ["default", "second"]
    assert due["wrong"]["backup"] == DifferingPaths().filters()["redis_differing_paths"](wanted, host["paths"])
    assert {entry["path"] for entry in wanted} <= host["paths"].keys()
