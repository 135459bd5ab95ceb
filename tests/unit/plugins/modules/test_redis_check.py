# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.redisops.cache.plugins.module_utils.redis.checks import CheckResult, Report
from ansible_collections.redisops.cache.plugins.module_utils.redis.context import CheckOptions
from ansible_collections.redisops.cache.plugins.modules import redis_check

TOKEN = "token-of-module-tests-0815"
PASSED = CheckResult("dns", True, "cache.example is 192.0.2.15", milliseconds=1.5)
FAILED = CheckResult("tcp", False, "no answer from the address", "CONNECTION_TIMEOUT", "the security group", 5000.0)


class Core:
    """Stands for check_server: keeps what it was asked and answers with the given results."""

    def __init__(self, *results: CheckResult) -> None:
        self.results = results
        self.options: CheckOptions | None = None
        self.may_write: bool | None = None

    def __call__(self, options: CheckOptions, may_write: bool) -> Report:
        self.options, self.may_write = options, may_write
        return Report(options.target.label, self.results, "master", {"engine": "redis"}, {})


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], core: Core, **params: Any
) -> tuple[int, dict[str, Any]]:
    monkeypatch.setattr(redis_check, "check_server", core)
    with patch_module_args({"host": "cache.example", **params}), pytest.raises(SystemExit) as end:
        redis_check.main()
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return int(end.value.code or 0), result


def test_success(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    status, result = run(monkeypatch, capsys, Core(PASSED))
    assert status == 0
    assert result["changed"] is False
    assert result["msg"] == "cache.example:6379 passed dns"
    assert result["checks"][0]["milliseconds"] == 1.5
    assert (result["role"], result["server"], result["failed_hop"]) == ("master", {"engine": "redis"}, None)


def test_failure(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    status, result = run(monkeypatch, capsys, Core(PASSED, FAILED))
    assert status == 1
    assert result["failed"] is True
    assert result["changed"] is False
    assert result["failed_hop"] == "tcp"
    assert result["msg"].startswith("cache.example:6379 failed at tcp (CONNECTION_TIMEOUT)")
    assert result["msg"].endswith("Look at: the security group.")


@pytest.mark.parametrize("check_mode", [True, False])
def test_check_mode_does_not_write(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], check_mode: bool
) -> None:
    core = Core(PASSED)
    run(monkeypatch, capsys, core, _ansible_check_mode=check_mode)
    assert core.may_write is not check_mode


def test_options_reach_the_core(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    core = Core(PASSED)
    run(monkeypatch, capsys, core, port=6390, password=TOKEN, role="replica", refuse_plaintext=True, wait_timeout=1.5)
    assert core.options is not None
    assert (core.options.target.label, core.options.target.password) == ("cache.example:6390", TOKEN)
    assert (core.options.role, core.options.refuse_plaintext, core.options.wait_timeout) == ("replica", True, 1.5)


def test_contradictions_are_told_together(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    core = Core(PASSED)
    status, result = run(monkeypatch, capsys, core, cluster_mode=True, db=2, refuse_unauthenticated=True)
    assert status == 1
    assert result["msg"] == "db: in cluster mode there is only database 0; refuse_unauthenticated: needs password"
    assert core.options is None


def test_without_redis_py(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(redis_check, "REDIS_IMPORT_ERROR", "ImportError: No module named 'redis'")
    core = Core(PASSED)
    status, result = run(monkeypatch, capsys, core)
    assert status == 1
    assert "Failed to import the required Python library (redis >= 4.3)" in result["msg"]
    assert core.options is None
