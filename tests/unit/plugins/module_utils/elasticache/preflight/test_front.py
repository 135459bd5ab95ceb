# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, NoReturn

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.request import (
    argument_spec,
    build_request,
)
from ansible_collections.redisops.cache.plugins.modules import elasticache_preflight

from .answers import Answers
from .samples import PARAMS, TODAY, TOKEN, findings
from .test_read import ANSWERS


class Ended(Exception):
    """The module has ended; `failed` and the results are told as attributes."""

    def __init__(self, failed: bool, results: dict[str, Any]) -> None:
        super().__init__(str(results))
        self.failed = failed
        self.results = results


class FakeModule:
    def __init__(self, answers: Answers, params: dict[str, Any]) -> None:
        defaults = {name: option.get("default") for name, option in argument_spec().items()}
        self.params = {**defaults, **params}
        self.client = answers.connect
        self.warned: list[str] = []

    def made_with(self, argument_spec: Any, supports_check_mode: bool) -> FakeModule:
        assert supports_check_mode
        return self

    def debug(self, message: str) -> None:
        raise AssertionError(f"nothing is waited for, hence nothing to tell: {message}")

    def fail_json(self, **results: Any) -> NoReturn:
        raise Ended(True, results)

    def exit_json(self, **results: Any) -> NoReturn:
        raise Ended(False, results)


def run(answers: dict[str, Any] | None = None, **params: Any) -> tuple[FakeModule, Ended]:
    module = FakeModule(Answers({**ANSWERS, **(answers or {})}), {**PARAMS, **params})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(elasticache_preflight, "AnsibleAWSModule", module.made_with)
        patch.setattr(elasticache_preflight, "warn", module.warned.append)
        with pytest.raises(Ended) as ended:
            elasticache_preflight.main()
    return module, ended.value


def test_nothing_wrong() -> None:
    module, ended = run()
    assert not ended.failed
    assert ended.results == {"changed": False, "problems": [], "facts": ended.results["facts"]}
    assert ended.results["facts"]["parameter_group_family"] == "redis7"
    assert module.warned == []


def test_problems_fail_the_task_all_at_once() -> None:
    _other, ended = run(port=0, node_type="cache.t2.micro")
    assert ended.failed
    assert ended.results["msg"].startswith("2 problems:\n1. port: 0 is outside of")
    assert len(ended.results["problems"]) == 2
    assert ended.results["facts"]["node_type"]["name"] == "cache.t2.micro"


def test_problems_can_be_returned_instead() -> None:
    _other, ended = run(port=0, fail=False)
    assert not ended.failed
    assert ended.results["changed"] is False
    assert len(ended.results["problems"]) == 1


def test_warnings_are_shown() -> None:
    module, _other = run(auth_token=None)
    (told,) = module.warned
    assert told.startswith("phb-redis-cache: auth_token: not set")


def test_a_failing_read_fails_the_task() -> None:
    _other, ended = run({"DescribeCacheClusters": "InvalidParameterValue"})
    assert ended.failed
    assert "InvalidParameterValue" in ended.results["msg"]


def test_the_token_is_never_seen() -> None:
    _other, ended = run(auth_token=f"{TOKEN}@", fail=False)
    assert TOKEN not in f"{ended.results} {build_request(PARAMS, TODAY)} {findings()}"
