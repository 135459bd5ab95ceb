# SPDX-License-Identifier: GPL-3.0-or-later
"""One declaration gives the argument spec, the Spec's values and the request's members."""

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.field import unique
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.secret import Secret

from tests.unit.plugins.module_utils.reconcile.toy import FIELDS, build


def test_the_argument_spec_has_every_field_in_order() -> None:
    spec = FIELDS.argument_spec()
    assert list(spec) == ["text", "size", "zones", "version", "home", "token"]
    assert spec["token"]["no_log"] is True


def test_the_argument_spec_is_a_copy() -> None:
    FIELDS.argument_spec()["text"]["type"] = "int"
    assert FIELDS.argument_spec()["text"]["type"] == "str"


def test_reading_parses_what_is_set_and_leaves_the_rest_unset() -> None:
    spec = build({"zones": ["b", "a", "b"], "text": "", "size": None, "unrelated": 1})
    assert spec.zones == ("b", "a")
    assert spec.text == ""
    assert spec.size is None
    assert spec.version is None


def test_the_payload_has_what_is_set_among_the_names() -> None:
    spec = build({"zones": ["a"], "size": 0})
    assert FIELDS.payload(spec, ("text", "zones", "size")) == {"Zones": ["a"], "Size": 0}
    assert FIELDS.payload(spec, ("size",)) == {"Size": 0}


def test_a_secret_stays_wrapped_in_the_payload() -> None:
    assert FIELDS.payload(build({"token": "Zw8kQ2vXr5Lm9TnB4yHd"}), ("token",)) == {
        "Token": Secret("Zw8kQ2vXr5Lm9TnB4yHd")
    }


def test_an_unknown_name_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        FIELDS.payload(build({}), ("txet",))


def test_unique_keeps_the_order() -> None:
    assert unique(["b", "a", "b", "c", "a"]) == ("b", "a", "c")
