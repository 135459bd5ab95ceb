# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import fields

from ansible_collections.redisops.cache.plugins.module_utils.redis.arguments import (
    check_arguments,
    check_options_from,
    connection_arguments,
    target_from,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.connection import Target
from ansible_collections.redisops.cache.plugins.module_utils.redis.context import CheckOptions

DEFAULTS = {name: argument.get("default") for name, argument in check_arguments().items()}


def test_every_option_arrives_and_none_is_made_up() -> None:
    assert connection_arguments().keys() == {field.name for field in fields(Target)}
    own = {field.name for field in fields(CheckOptions)} - {"target"}
    assert check_arguments().keys() == connection_arguments().keys() | own


def test_defaults_are_those_of_the_core() -> None:
    assert check_options_from({**DEFAULTS, "host": "cache.example"}) == CheckOptions(Target("cache.example"))


def test_values_go_where_they_belong() -> None:
    given = {name: object() for name in connection_arguments()}
    target = target_from(given)
    assert {name: getattr(target, name) for name in given} == given
    assert check_options_from({**DEFAULTS, "host": "h", "role": "replica", "wait_timeout": 3.0}).role == "replica"


def test_only_the_password_is_secret() -> None:
    assert [name for name, argument in check_arguments().items() if argument.get("no_log")] == ["password"]
