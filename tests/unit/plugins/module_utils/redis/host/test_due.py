# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done, by the answers of a host on which at first nothing is."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.due import Difference
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.instances import Instance
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.questions import ask, build_plan
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.wanted import as_arguments

from tests.unit.plugins.module_utils.redis.host.samples import HOST, OPTIONS, PLATFORMS, one, several

PARTS = ("install", "service", "health", "firewall", "backup", "exporter")
EVERYTHING = {**OPTIONS, "firewall": True, "backup": True, "exporter": True, "sentinel": True}
UNIT = {"active": "active", "enabled": "enabled", "needs_reload": False, "binary_replaced": False, "newer_drop_ins": []}


def found(instances: list[Instance], options: dict[str, Any]) -> dict[str, Any]:
    """A host on which everything is as it should be, as redis_host_info tells it."""
    questions = ask(instances, [], options)
    entries = [entry for instance in instances for entry in (*instance.directories(), {"path": instance.main_file})]
    there = {each["path"]: {"exists": True, "kind": "directory", "sha256": None, **each} for each in entries}
    names = {instance.name: instance.tls_all_names() for instance in instances}
    return {
        **HOST,
        "packages": {name: {"installed": "1", "comparison": None} for name in questions["packages"]},
        "units": dict.fromkeys(questions["units"], UNIT),
        "paths": {**{path: {"exists": False} for path in questions["paths"]}, **there},
        "certificates": {
            path: {"days_left": 90, "names": names[path.split("/")[3]]} for path in questions["certificates"]
        },
    }


def due(instances: list[Instance], host: dict[str, Any], **options: Any) -> dict[str, Any]:
    given = {**EVERYTHING, **options}
    host = {"memory": {"effective": None}, **host}
    return Difference(
        build_plan(instances, host, given), host, {"health": [], "firewall": [], "backup": [], "exporter": []}, given
    ).as_dict()


def due_with(instance: Instance, kind: str, name: str, **differing: Any) -> dict[str, Any]:
    """When one answer about a package, unit, path or certificate is another."""
    host = found([instance], EVERYTHING)
    host[kind][name] = {**(host[kind][name] or {}), **differing}
    return due([instance], host)


def parts(result: dict[str, Any]) -> list[str]:
    return [part for part in PARTS if result[part]]


def test_nothing_is_due_where_everything_is_as_it_should_be() -> None:
    result = due([one(tls=True)], found([one(tls=True)], EVERYTHING))
    assert set(map(str, result.pop("wrong").values())) == {str(as_arguments([]))}
    assert not any(result.values())


@pytest.mark.parametrize(
    ("unit", "part"),
    [
        ("redisops-firewall.service", "firewall"),
        ("redisops-backup@default.timer", "backup"),
        ("prometheus-redis-exporter.service", "exporter"),
    ],
)
@pytest.mark.parametrize("differing", [{"active": "failed"}, {"enabled": "disabled"}, {"needs_reload": True}])
def test_a_unit_that_needs_care(unit: str, part: str, differing: dict[str, Any]) -> None:
    assert parts(due_with(one(), "units", unit, **differing)) == [part]


def test_what_is_not_wanted_is_never_due() -> None:
    host = found([one()], EVERYTHING)
    for unit in ("redisops-firewall.service", "redisops-backup@default.timer", "prometheus-redis-exporter.service"):
        host["units"][unit] = {**UNIT, "active": "inactive"}
    assert parts(due([one()], host, firewall=False, backup=False, exporter=False)) == []


@pytest.mark.parametrize("part", ["health", "firewall", "backup", "exporter"])
def test_a_file_that_differs(part: str) -> None:
    host = found([one()], EVERYTHING)
    plan = build_plan([one()], {**host, "memory": {"effective": None}}, EVERYTHING)
    nothing: dict[str, list[Any]] = {name: [] for name in ("health", "firewall", "backup", "exporter")}
    files = {**nothing, part: [{"path": "/etc/a", "content": "b"}]}
    result = Difference(plan, host, files, EVERYTHING).as_dict()
    assert parts(result) == [part]
    assert [entry["path"] for entry in result["wrong"][part]["files"]] == ["/etc/a"]


class TestPackages:
    def test_one_is_missing(self) -> None:
        result = due_with(one(), "packages", "nftables", installed=None)
        assert (result["missing"], parts(result)) == (["nftables"], ["install"])

    @pytest.mark.parametrize("comparison", ["older", "newer"])
    def test_one_has_another_version(self, comparison: str) -> None:
        result = due_with(one(), "packages", "redis-server", comparison=comparison)
        assert (result["missing"], parts(result)) == ([], ["install"])

    def test_those_of_another_family_do_not_count(self) -> None:
        elsewhere = [Instance(one().words, PLATFORMS["redhat"]["redis"])]
        questions = ask([one()], elsewhere, EVERYTHING)
        assert "redis" in questions["packages"]
        assert "redis.service" in questions["units"]
        assert "redis" not in build_plan([one()], {}, EVERYTHING)["packages"]

    def test_versions_are_those_of_the_server_alone(self) -> None:
        packages = build_plan([one(tls=True)], {}, {**EVERYTHING, "version": "1.2"})["packages"]
        assert {name for name, version in packages.items() if version == "1.2"} == {
            "redis-server",
            "redis-tools",
            "redis-sentinel",
        }
        assert {"python3-redis", "python3-cryptography", "nftables", "prometheus-redis-exporter"} < packages.keys()


class TestServers:
    def test_one_does_not_run(self) -> None:
        result = due_with(one(), "units", "redis-server.service", active="failed")
        assert (result["stopped"], parts(result)) == (["default"], [])

    def test_one_does_not_start_at_boot(self) -> None:
        result = due_with(one(), "units", "redis-server.service", enabled="disabled")
        assert (result["disabled"], parts(result)) == (["default"], ["service"])

    @pytest.mark.parametrize(
        "differing",
        [{"binary_replaced": True}, {"newer_drop_ins": ["/etc/systemd/system/redis-server.service.d/redisops.conf"]}],
    )
    def test_one_runs_what_is_not_on_the_disk_any_more(self, differing: dict[str, Any]) -> None:
        assert due_with(one(), "units", "redis-server.service", **differing)["outdated"] == ["default"]

    def test_another_drop_in_is_for_the_next_start_only_when_it_differs(self) -> None:
        limited = one(limit_nofile=9000)
        result = due([limited], found([limited], EVERYTHING))
        assert [entry["path"] for entry in result["wrong"]["service"]["files"]] == [limited.drop_in_path]
        assert (result["outdated"], parts(result)) == (["default"], ["service"])

    def test_systemd_has_to_read_a_unit_anew(self) -> None:
        result = due_with(one(), "units", "redis-server.service", needs_reload=True)
        assert (result["reload"], parts(result)) == (True, ["service"])

    def test_a_further_one_gets_a_main_file_once(self) -> None:
        servers = several({"name": "default"}, {"name": "second", "port": 6380})
        host = found(servers, EVERYTHING)
        assert due(servers, host)["wrong"]["service"]["files"] == []
        host["paths"]["/etc/redis/redis-second.conf"] = {"exists": False}
        assert due(servers, host)["fresh"] == ["second"]
        (entry,) = due(servers, host)["wrong"]["service"]["files"]
        assert (entry["path"], entry["owner"], entry["group"], entry["mode"]) == (
            "/etc/redis/redis-second.conf",
            "redis",
            "redis",
            "0640",
        )
        assert (
            "unixsocket /run/redis-second/redis-server.sock"
            in due(servers, host)["wrong"]["service"]["contents"][entry["path"]].splitlines()
        )

    def test_the_packages_own_is_left_to_the_package(self) -> None:
        host = found([one()], EVERYTHING)
        host["paths"]["/etc/redis/redis.conf"] = {"exists": False}
        assert due([one()], host)["wrong"]["service"]["files"] == []

    def test_the_packaged_unit_that_nobody_wants(self) -> None:
        servers = several({"name": "second"})
        host = found(servers, EVERYTHING)
        assert not due(servers, host)["stray"]
        host["units"]["redis-server.service"] = {**UNIT, "active": "inactive"}
        assert due(servers, host)["stray"]
        host["units"]["redis-server.service"] = {**UNIT, "active": "inactive", "enabled": "disabled"}
        assert not due(servers, host)["stray"]

    def test_the_packaged_exporter_that_nobody_wants(self) -> None:
        servers = several({"name": "second"})
        host = found(servers, EVERYTHING)
        assert parts(due(servers, host)) == ["exporter"]
        host["units"]["prometheus-redis-exporter.service"] = {**UNIT, "active": "inactive"}
        assert parts(due(servers, host)) == []


class TestCertificates:
    """Trap 32."""

    PATH = "/etc/redisops/default/tls/server.crt"

    @pytest.mark.parametrize("differing", [{"days_left": 29}, {"names": ["another"]}])
    def test_one_that_ends_or_is_for_others(self, differing: dict[str, Any]) -> None:
        assert due_with(one(tls=True), "certificates", self.PATH, **differing)["certificates"] == ["default"]

    def test_one_that_is_missing(self) -> None:
        host = {**found([one(tls=True)], EVERYTHING), "certificates": {self.PATH: None}}
        assert due([one(tls=True)], host)["certificates"] == ["default"]

    def test_one_that_is_given(self) -> None:
        given = one(tls=True, tls_certificate="/a", tls_key="/b")
        assert ask([given], [], EVERYTHING)["certificates"] == []
        assert {self.PATH, "/etc/redisops/default/tls/server.key"} < set(ask([given], [], EVERYTHING)["paths"])


def test_everything_that_is_judged_was_asked_for() -> None:
    questions = ask(several({"name": "a"}, {"name": "b", "port": 6380}), [], {**EVERYTHING, "kernel": True})
    assert {"redisops-backup@b.timer", "prometheus-redis-exporter@b.service", "valkey-server.service"} < set(
        questions["units"]
    )
    assert {
        "/etc/redisops/firewall.nft",
        "/etc/sysctl.d/60-redisops.conf",
        "/etc/redisops/b/backup.json",
        "/usr/local/lib/redisops/redisops-backup",
        "/var/backups/redisops/b",
        "/usr/local/bin/redis-health",
    } < set(questions["paths"])
    assert len(questions["paths"]) == len(set(questions["paths"]))
    assert questions["sysctls"] == ["net.core.somaxconn", "vm.overcommit_memory"]


def test_an_unmanaged_kernel_is_not_asked_about() -> None:
    assert ask([one()], [], {**OPTIONS, "kernel": False})["sysctls"] == []
