# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are carried, not shown."""

from __future__ import annotations

import copy
import json

from ansible_collections.redisops.cache.plugins.module_utils.reconcile.secret import MARKER, Secret, conceal, reveal

TOKEN = "Zw8kQ2vXr5Lm9TnB4yHd"
NESTED = {"a": [Secret(TOKEN), {"b": (Secret(TOKEN), 1)}], "c": "plain", "d": None}


def test_no_way_of_printing_shows_the_value() -> None:
    secret = Secret(TOKEN)
    held = {"a": secret}
    shown = f"{secret} {secret!r} {secret!s} {[secret]} {held}"
    assert TOKEN not in shown
    assert shown.count(MARKER) == 5


def test_the_value_is_had_by_asking_for_it() -> None:
    assert Secret(TOKEN).reveal() == TOKEN
    assert len(Secret(TOKEN)) == len(TOKEN)


def test_secrets_are_equal_by_value_and_tell_nothing_by_hash() -> None:
    assert Secret(TOKEN) == Secret(TOKEN)
    assert Secret(TOKEN) != Secret(TOKEN + "x")
    assert Secret(TOKEN) != TOKEN
    assert hash(Secret(TOKEN)) == hash(Secret("another0token0value0"))


def test_revealing_reaches_every_level() -> None:
    assert reveal(NESTED) == {"a": [TOKEN, {"b": [TOKEN, 1]}], "c": "plain", "d": None}


def test_concealing_makes_something_to_print() -> None:
    assert json.loads(json.dumps(conceal(NESTED))) == {"a": [MARKER, {"b": [MARKER, 1]}], "c": "plain", "d": None}
    assert conceal({1: "one"}) == {"1": "one"}


def test_neither_changes_what_it_is_given() -> None:
    before = copy.deepcopy(NESTED)
    conceal(NESTED)
    reveal(NESTED)
    assert before == NESTED
