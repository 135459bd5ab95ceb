# SPDX-License-Identifier: GPL-3.0-or-later
"""A role's argument spec and its defaults tell the same story, and every role has a README."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from ansible.errors import AnsibleUndefinedVariable
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from tests.unit.house.tree import ROOT, load_yaml, report

Options = Mapping[str, Mapping[str, Any]]


def trusted(value: Any) -> Any:
    """Mark the strings of a value as the role's own templates, as loading them from its files does."""
    if isinstance(value, str):
        return trust_as_template(value)
    if isinstance(value, list):
        return [trusted(item) for item in value]
    if isinstance(value, dict):
        return {key: trusted(item) for key, item in value.items()}
    return value


def undescribed(options: Options, path: str = "") -> Iterator[str]:
    for name, option in options.items():
        for word in ("description", "type"):
            if not option.get(word):
                yield f"{path}{name} has no {word}"
        yield from undescribed(option.get("options") or {}, f"{path}{name}.")


def key_problems(options: Options, defaults: Mapping[str, Any]) -> Iterator[str]:
    required = {name for name, option in options.items() if option.get("required")}
    optional = options.keys() - required
    yield from (f"{name} is optional and has no default" for name in sorted(optional - defaults.keys()))
    yield from (f"{name} is required and has a default" for name in sorted(required & defaults.keys()))
    yield from (f"{name} has a default and is no option" for name in sorted(defaults.keys() - options.keys()))


def value_problems(options: Options, defaults: Mapping[str, Any]) -> Iterator[str]:
    """Hold each default against its option as Ansible does; one that only an inventory can complete is not judged."""
    templar = Templar(loader=DataLoader(), variables=trusted(dict(defaults)))
    for name in sorted(options.keys() & defaults.keys()):
        option = {**options[name], "required": False}
        try:
            value = templar.template(trusted(defaults[name]))
        except AnsibleUndefinedVariable:
            continue
        errors = ArgumentSpecValidator({name: option}).validate({name: value}).error_messages
        yield from (f"{name}: the default does not fit: {error}" for error in errors)
        if "default" in option and option["default"] != value:
            yield f"{name}: the spec says {option['default']!r}, the defaults say {value!r}"


def role_problems(entry_points: Mapping[str, Mapping[str, Any]], defaults: Mapping[str, Any]) -> list[str]:
    options = {name: option for entry in entry_points.values() for name, option in (entry.get("options") or {}).items()}
    return [*undescribed(options), *key_problems(options, defaults), *value_problems(options, defaults)]


def test_specs_and_defaults_agree() -> None:
    problems = []
    for role in sorted(ROOT.glob("roles/*/")):
        entry_points = load_yaml(role, "meta", "argument_specs.yml")["argument_specs"]
        defaults = load_yaml(role, "defaults", "main.yml") or {}
        problems += [f"{role.name}: {problem}" for problem in role_problems(entry_points, defaults)]
    report(problems)


def test_every_role_has_a_readme() -> None:
    roles = sorted(ROOT.glob("roles/*/"))
    report([f"{role.name} has no README.md" for role in roles if not (role / "README.md").is_file()])


PORT = {"type": "int", "description": "The port."}


@pytest.mark.parametrize(
    ("options", "defaults", "problem"),
    [
        ({"port": PORT}, {}, "port is optional and has no default"),
        ({"port": {**PORT, "required": True}}, {"port": 1}, "port is required and has a default"),
        ({}, {"port": 1}, "port has a default and is no option"),
        ({"port": {"description": "The port."}}, {"port": "1"}, "port has no type"),
        ({"port": {"type": "int"}}, {"port": 1}, "port has no description"),
        ({"port": PORT}, {"port": "none"}, "port: the default does not fit"),
        ({"port": PORT}, {"port": "{{ cache_port | default('none') }}"}, "port: the default does not fit"),
        ({"port": {**PORT, "choices": [1, 2]}}, {"port": 3}, "port: the default does not fit"),
        ({"port": {**PORT, "default": 1}}, {"port": 2}, "port: the spec says 1"),
        (
            {"node": {"type": "dict", "description": "A node.", "options": {"port": {"type": "int"}}}},
            {"node": {}},
            "node.port has no description",
        ),
    ],
)
def test_a_disagreement_is_found(options: Options, defaults: dict[str, Any], problem: str) -> None:
    (found,) = role_problems({"main": {"options": options}}, defaults)
    assert found.startswith(problem)


def test_agreement_passes() -> None:
    entry_points = {
        "main": {"options": {"port": {**PORT, "default": 6379}, "name": {"type": "str", "description": "The name."}}},
        "verify": {"options": {"port": PORT, "confirm": {"type": "str", "description": "The name.", "required": True}}},
    }
    defaults = {"port": "{{ cache_port | default(6379) }}", "name": "{{ inventory_hostname }}"}
    assert role_problems(entry_points, defaults) == []
