# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading back and removing what was written."""

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError
from ansible_collections.redisops.cache.plugins.module_utils.redis.writing.afterwards import (
    BATCH,
    find_written,
    remove_written,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.writing.names import KeyNames

from tests.unit.plugins.module_utils.redis.writing.fake_server import FakeServer

NAMES = KeyNames("drill")


def holding(*numbers: int) -> FakeServer:
    return FakeServer(held={NAMES.of(number): str(number) for number in numbers})


def test_found_is_what_holds_its_number() -> None:
    server = holding(1, 2, 4)
    server.held[NAMES.of(2)] = "something else"
    assert find_written(server, NAMES, [1, 2, 3, 4]) == {1, 4}


def test_more_than_a_batch() -> None:
    numbers = range(1, 2 * BATCH + 2)
    server = holding(*numbers)
    assert find_written(server, NAMES, numbers) == set(numbers)
    remove_written(server, NAMES, numbers[-1])
    assert server.held == {}
    assert max(len(words) for words in server.sent) == 1 + BATCH


def test_nothing_else_is_removed() -> None:
    server = holding(0, 1, 2)
    server.held["drug:1"] = "aspirin"
    remove_written(server, NAMES, attempted=2)
    assert server.held == {"drug:1": "aspirin"}


def test_an_answer_that_is_an_error_is_no_loss() -> None:
    server = holding(1)
    server.failure = CheckError("NOPERM")
    with pytest.raises(CheckError):
        find_written(server, NAMES, [1])
