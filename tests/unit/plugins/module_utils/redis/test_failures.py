# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis import failures
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CAUSES, CheckError, RedirectError


def codes_in_use() -> set[str]:
    """Every string in capitals in the package's other files: codes, and the words of commands."""
    words = {RedirectError("", "", 0, asking=False).code}
    for path in Path(failures.__file__).parent.glob("*.py"):
        if path.name != "failures.py":
            nodes = ast.walk(ast.parse(path.read_text()))
            words |= {str(node.value) for node in nodes if isinstance(node, ast.Constant)}
    return {word for word in words if re.fullmatch(r"[A-Z_]{3,}", word)}


def test_every_cause_is_used_somewhere() -> None:
    assert CAUSES.keys() - codes_in_use() == set()


def test_causes_are_in_order_and_told_apart() -> None:
    assert list(CAUSES) == sorted(CAUSES)
    assert len({cause.meaning for cause in CAUSES.values()}) == len(CAUSES)
    assert all(cause.look_at for cause in CAUSES.values())


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (CheckError("OOM"), "the server's memory is used up and nothing may be evicted"),
        (CheckError("DENIED", "-DENIED."), "the server is in protected mode and refuses other hosts: -DENIED"),
        (
            RedirectError("3999 127.0.0.1:6381", "127.0.0.1", 6381, asking=False),
            "the server runs in cluster mode and another node has the key: 3999 127.0.0.1:6381",
        ),
    ],
)
def test_detail_is_the_meaning_with_what_was_seen(error: CheckError, detail: str) -> None:
    assert error.detail == detail
