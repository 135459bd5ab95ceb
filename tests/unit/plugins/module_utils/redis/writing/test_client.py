# SPDX-License-Identifier: GPL-3.0-or-later
"""The writing client: what it notes of each write, when it connects anew, and what counts as confirmed."""

from __future__ import annotations

import contextlib

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError, RedirectError
from ansible_collections.redisops.cache.plugins.module_utils.redis.writing.client import WritingClient, WritingTask
from ansible_collections.redisops.cache.plugins.module_utils.redis.writing.names import KeyNames

from tests.unit.plugins.module_utils.redis.writing.fake_server import FakeServer

NAMES = KeyNames("drill")
TASK = WritingTask(NAMES, seconds_to_live=900, replicas=1)
GONE = CheckError("CONNECTION_REFUSED")


class Broken(FakeServer):
    def open(self) -> FakeServer:
        raise RuntimeError("a mistake")


def write(client: WritingClient, times: int) -> list[bool]:
    return [client.write() for _time in range(times)]


def test_each_write_has_a_number_and_an_end() -> None:
    server = FakeServer()
    client = WritingClient(server, TASK, server)
    assert write(client, 3) == [True, True, True]
    assert [each.number for each in client.journal.acknowledgments] == [1, 2, 3]
    assert server.held == {"drill:1": "1", "drill:2": "2", "drill:3": "3"}
    assert ("SET", "drill:1", 1, "EX", 900) in server.sent
    assert server.logins == 1


def test_after_an_error_it_connects_anew_and_goes_on() -> None:
    server = FakeServer()
    client = WritingClient(server, TASK, server)
    write(client, 2)
    server.failure = GONE
    assert write(client, 3) == [False, False, False]
    server.failure = None
    assert write(client, 1) == [True]
    assert [each.number for each in client.journal.acknowledgments] == [1, 2, 6]
    assert [(each.number, each.code) for each in client.journal.refusals] == [
        (3, "CONNECTION_REFUSED"),
        (4, "CONNECTION_REFUSED"),
        (5, "CONNECTION_REFUSED"),
    ]
    assert (server.logins, server.closed) == (2, 1)
    assert all(each.began < each.ended for each in client.journal.refusals)


def test_a_node_that_names_another_one_is_believed() -> None:
    server = FakeServer(failure=None)
    client = WritingClient(server, TASK, server)
    write(client, 1)
    server.failure = moved = RedirectError("MOVED 1 10.0.0.2:6379", "10.0.0.2", 6379, asking=False)
    write(client, 1)
    assert server.redirects == [moved]
    assert client.journal.refusals[0].code == "MOVED"


def test_confirmed_is_what_all_replicas_had_of_one_session() -> None:
    server = FakeServer()
    client = WritingClient(server, TASK, server)
    write(client, 2)  # the first one is confirmed, the next confirmation is not due yet
    assert client.journal.confirmed == {1: 1}
    server.sleep(5)
    write(client, 1)
    assert client.journal.confirmed == {1: 3}
    server.failure = GONE
    write(client, 1)
    server.failure = None
    server.sleep(5)
    write(client, 1)
    assert client.journal.confirmed == {1: 3, 5: 5}
    assert [number for number in range(1, 7) if client.journal.is_confirmed(number)] == [1, 2, 3, 5]


@pytest.mark.parametrize(("replicas", "confirmed"), [(0, {}), (1, {}), (2, {1: 1})])
def test_too_few_replicas_confirm_nothing(replicas: int, confirmed: dict[int, int]) -> None:
    server = FakeServer(replicas=replicas)
    client = WritingClient(server, WritingTask(NAMES, 900, replicas=2), server)
    write(client, 1)
    assert client.journal.confirmed == confirmed


def test_a_user_who_may_not_ask_for_confirmations_asks_once() -> None:
    server = FakeServer(replicas=CheckError("NOPERM"))
    client = WritingClient(server, TASK, server)
    for _second in range(3):
        server.sleep(2)
        assert client.write()
    assert [words for words in server.sent if words[0] == "WAIT"] == [("WAIT", 1, 50)]
    assert server.logins == 1


def test_a_connection_that_breaks_while_replicas_are_asked() -> None:
    server = FakeServer(replicas=CheckError("CONNECTION_CLOSED"))
    client = WritingClient(server, TASK, server)
    assert write(client, 1) == [True]
    assert server.closed == 1
    server.replicas = 1
    assert write(client, 1) == [True]
    assert client.journal.refusals == []
    assert server.logins == 2


def test_it_writes_in_a_thread_until_it_is_stopped() -> None:
    server = FakeServer()
    with WritingClient(server, TASK, server) as client:
        assert client.await_acknowledged(3, seconds=30)
    written = len(client.journal.acknowledgments)
    assert written == client.journal.attempted >= 3
    assert server.closed == 1
    assert not client.await_acknowledged(written + 1, seconds=0)


def test_a_mistake_of_its_own_is_told_by_the_one_who_stops_it() -> None:
    client = WritingClient(Broken(), TASK)
    with pytest.raises(RuntimeError, match="a mistake"), client:
        pass


def test_nobody_waits_for_a_client_that_has_ended() -> None:
    told: list[bool] = []
    with contextlib.suppress(RuntimeError), WritingClient(Broken(), TASK) as client:
        told.append(client.await_acknowledged(1, seconds=30))
    assert told == []
