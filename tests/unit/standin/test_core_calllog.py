# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

from tests.standin.core.calllog import MASK, CallLog, mask

SECRET = "correct-horse-battery-staple-9241"


def entry(operation: str, service: str = "elasticache", **parameters: Any) -> dict[str, Any]:
    return {
        "time": "2026-01-01T00:00:00+00:00",
        "service": service,
        "operation": operation,
        "parameters": parameters,
        "outcome": "ok",
        "status": 200,
    }


def test_calls_are_numbered_listed_and_counted() -> None:
    log = CallLog()
    log.add(entry("DescribeUsers"))
    log.add(entry("DescribeVpcs", service="ec2"))
    log.add(entry("DescribeUsers"))
    assert [call.number for call in log.calls()] == [1, 2, 3]
    assert [call.number for call in log.calls("DescribeUsers")] == [1, 3]
    assert [call.number for call in log.calls(service="ec2")] == [2]
    assert log.counts() == {"ec2:DescribeVpcs": 1, "elasticache:DescribeUsers": 2}


def test_clearing_keeps_numbers_and_file(tmp_path: Path) -> None:
    log = CallLog(tmp_path / "calls.jsonl")
    log.add(entry("DescribeUsers"))
    log.clear()
    log.add(entry("DescribeEvents"))
    log.close()
    assert [call.number for call in log.calls()] == [2]
    lines = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()]
    assert [line["operation"] for line in lines] == ["DescribeUsers", "DescribeEvents"]


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    CallLog(tmp_path / "calls.jsonl").close()
    assert stat.S_IMODE((tmp_path / "calls.jsonl").stat().st_mode) == 0o600


def test_secrets_are_masked_at_any_depth_and_in_the_flat_form() -> None:
    parameters = {
        "AuthToken": SECRET,
        "Passwords": [SECRET],
        "AuthenticationMode": {"Type": "password", "Passwords": [SECRET]},
        "Users": [{"Name": "app", "Password": SECRET}],
        "Passwords.member.1": SECRET,
        "SecretString": SECRET,
    }
    assert SECRET not in json.dumps(mask("CreateUser", parameters))
    assert mask("CreateUser", parameters)["AuthenticationMode"]["Type"] == "password"


def test_what_only_sounds_secret_is_shown() -> None:
    parameters = {"AuthTokenUpdateStrategy": "ROTATE", "NoPasswordRequired": "true", "UserName": "app"}
    assert mask("ModifyReplicationGroup", parameters) == parameters


def test_a_parameter_stores_value_is_masked_only_where_it_is_one() -> None:
    assert mask("PutParameter", {"Name": "/a", "Value": SECRET}) == {"Name": "/a", "Value": MASK}
    assert mask("AddTagsToResource", {"Tags": [{"Key": "a", "Value": "b"}]}) == {"Tags": [{"Key": "a", "Value": "b"}]}
