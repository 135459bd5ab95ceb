# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.connection import Target
from ansible_collections.redisops.cache.plugins.module_utils.redis.context import Context
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError, RedirectError
from ansible_collections.redisops.cache.plugins.module_utils.redis.keys import (
    KEY_SECONDS,
    MOST_REDIRECTS,
    read_only,
    write_read_delete,
)

from tests.unit.plugins.module_utils.redis.fakes import FakeSession, FakeSocket, context, options


def moved(port: int, host: str = "", asking: bool = False) -> RedirectError:
    return RedirectError(f"7 {host}:{port}", host, port, asking)


def cluster(nodes: dict[str, FakeSession], first: FakeSession) -> Context:
    """A context whose session is `first`, and in which the other nodes are found under their labels."""

    def log_in(target: Target, sock: socket.socket) -> FakeSession:
        return nodes[target.label]

    return context(first, options(cluster_mode=True), log_in=log_in)


def words(session: FakeSession) -> list[str | int]:
    return [sent[0] for sent in session.sent]


class TestWriteReadDelete:
    def test_leaves_nothing_and_would_not_stay(self) -> None:
        session = FakeSession()
        write_read_delete(context(session))
        (_set, key, value, *expiry), get, delete = session.sent
        assert expiry == ["EX", KEY_SECONDS]
        assert (get, delete) == (("GET", key), ("DEL", key))
        assert session.keys == {}
        assert str(key).startswith("redisops:check:")
        assert value

    def test_no_two_runs_share_a_key(self) -> None:
        session = FakeSession()
        for _run in range(2):
            write_read_delete(context(session, options(key_prefix="app:")))
        keys = {sent[1] for sent in session.sent}
        assert len(keys) == 2
        assert all(str(key).startswith("app:") for key in keys)

    @pytest.mark.parametrize("code", ["OOM", "READONLY", "MISCONF", "MOVED", "NOPERM"])
    def test_a_refused_write_leaves_nothing_to_delete(self, code: str) -> None:
        session = FakeSession({"SET": CheckError(code)})
        with pytest.raises(CheckError, match=code):
            write_read_delete(context(session))
        assert words(session) == ["SET"]

    def test_a_key_that_cannot_be_read_is_deleted(self) -> None:
        session = FakeSession({"GET": CheckError("NOPERM")})
        with pytest.raises(CheckError, match="NOPERM"):
            write_read_delete(context(session))
        assert session.keys == {}

    def test_the_first_failure_is_told(self) -> None:
        session = FakeSession({"GET": CheckError("ANSWER_TIMEOUT"), "DEL": CheckError("CONNECTION_CLOSED")})
        with pytest.raises(CheckError, match="ANSWER_TIMEOUT"):
            write_read_delete(context(session))

    def test_a_key_that_cannot_be_deleted_is_a_failure(self) -> None:
        with pytest.raises(CheckError, match="NOPERM"):
            write_read_delete(context(FakeSession({"DEL": CheckError("NOPERM")})))

    @pytest.mark.parametrize("value", [None, "of somebody else"])
    def test_another_value_is_a_failure_and_deleted(self, value: str | None) -> None:
        session = FakeSession({"GET": value})
        with pytest.raises(CheckError, match="WRONG_VALUE"):
            write_read_delete(context(session))
        assert session.keys == {}


class TestReadOnly:
    def test_sends_nothing_that_writes(self) -> None:
        session = FakeSession()
        read_only(context(session))
        assert words(session) == ["GET"]

    def test_a_key_that_nobody_wrote_cannot_be_there(self) -> None:
        with pytest.raises(CheckError, match="WRONG_VALUE"):
            read_only(context(FakeSession({"GET": "what?"})))


class TestClusterRoute:
    def test_the_node_that_has_the_key_is_found_and_kept(self) -> None:
        first = FakeSession({"SET": moved(6381, "192.0.2.9")})
        owner = FakeSession()
        write_read_delete(cluster({"192.0.2.9:6381": owner}, first))
        assert words(first) == ["SET"]
        assert words(owner) == ["SET", "GET", "DEL"]
        assert owner.keys == {}

    def test_a_node_without_a_name_is_on_the_same_host(self) -> None:
        owner = FakeSession()
        write_read_delete(cluster({"cache.example:6381": owner}, FakeSession({"SET": moved(6381)})))
        assert words(owner) == ["SET", "GET", "DEL"]

    def test_a_slot_that_is_on_its_way_is_asked_for(self) -> None:
        source = FakeSession({name: moved(6382, asking=True) for name in ("SET", "GET", "DEL")})
        target = FakeSession({"ASKING": "OK"})
        write_read_delete(cluster({"cache.example:6382": target}, source))
        assert words(target) == ["ASKING", "SET", "GET", "DEL"]

    def test_nodes_that_send_in_a_circle(self) -> None:
        first = FakeSession({"SET": moved(6381)})
        with pytest.raises(CheckError) as failure:
            write_read_delete(cluster({"cache.example:6381": first}, first))
        assert failure.value.code == "TOO_MANY_REDIRECTS"
        assert words(first) == ["SET"] * MOST_REDIRECTS

    def test_a_node_that_cannot_be_reached(self) -> None:
        def dial(address: str, port: int, timeout: float) -> FakeSocket:
            raise ConnectionRefusedError

        found = context(FakeSession({"SET": moved(6381)}), options(cluster_mode=True), dial=dial)
        with pytest.raises(CheckError, match="CONNECTION_REFUSED"):
            write_read_delete(found)

    def test_sessions_end_with_the_context(self) -> None:
        owner = FakeSession()
        found = cluster({"cache.example:6381": owner}, FakeSession({"SET": moved(6381)}))
        write_read_delete(found)
        assert not owner.closed
        found.closing.close()
        assert owner.closed
