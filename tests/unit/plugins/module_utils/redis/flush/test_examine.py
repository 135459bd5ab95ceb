# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent before a flush, and what each answer of a server means for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError
from ansible_collections.redisops.cache.plugins.module_utils.redis.flush.examine import (
    Wish,
    examine,
    examine_all,
    sum_of,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.flush.nodes import Node
from ansible_collections.redisops.cache.plugins.module_utils.redis.flush.run import FlushFailed, count_left, flush_all

from tests.unit.plugins.module_utils.redis.fakes import FakeSession

PRIMARY = "redis_version:7.0.15\r\nrole:master\r\ncluster_enabled:0\r\ndb0:keys=5,expires=1\r\ndb3:keys=2,expires=0\r\n"
ALL, ONE = Wish(None, "async"), Wish(3, "async")
FREE: dict[str, Any] = {"INFO": PRIMARY, "SELECT": "OK", "DBSIZE": 2, "MULTI": "OK", "DISCARD": "OK"}
FLUSHES: dict[str, Any] = {"FLUSHALL": "QUEUED", "FLUSHDB": "QUEUED"}


class Conversation(FakeSession):
    """With a server that has nothing against a flush unless `answers` says otherwise."""

    def __init__(self, answers: Mapping[str, Any] | None = None) -> None:
        super().__init__({**FREE, **FLUSHES, **(answers or {})})

    def pipeline(self, commands: Any) -> Any:
        raise AssertionError(f"{commands}: none of this needs more than one command at a time")

    def names(self) -> list[str]:
        return [str(words[0]) for words in self.sent]


def node(answers: Mapping[str, Any] | None = None, label: str = "cache.example:6379") -> tuple[Node, Conversation]:
    session = Conversation(answers)
    return Node(label, session), session


def problems(answers: Mapping[str, Any], wish: Wish = ALL) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        examine(node(answers)[0], wish, cluster_mode=False)
    return refused.value.problems


class TestWords:
    @pytest.mark.parametrize(
        ("wish", "release", "words"),
        [
            (ALL, "7.0.15", ("FLUSHALL", "ASYNC")),
            (ONE, "6.0.5", ("FLUSHDB", "ASYNC")),
            (Wish(None, "sync"), "6.2.0", ("FLUSHALL", "SYNC")),
            (Wish(0, "sync"), "6.0.16", ("FLUSHDB",)),
        ],
    )
    def test_sync_is_a_word_only_since_6_2(self, wish: Wish, release: str, words: tuple[str, ...]) -> None:
        found = examine(node({"INFO": PRIMARY.replace("7.0.15", release)})[0], wish, cluster_mode=False)
        assert found.words == words

    def test_a_server_that_tells_no_release_is_taken_for_a_recent_one(self) -> None:
        found = examine(node({"INFO": "role:master\r\n"})[0], Wish(None, "sync"), cluster_mode=False)
        assert found.words == ("FLUSHALL", "SYNC")


class TestAsking:
    def test_a_flush_is_queued_with_a_word_too_many_and_discarded(self) -> None:
        asked, session = node()
        examine(asked, ALL, cluster_mode=False)
        at = session.names().index("MULTI")
        assert session.names()[at : at + 3] == ["MULTI", "FLUSHALL", "DISCARD"]
        assert session.sent[at + 1] == ("FLUSHALL", "ASYNC", "redisops-asks-only")
        assert session.names().count("FLUSHALL") == 1

    @pytest.mark.parametrize("code", ["NOPERM", "COMMAND_REMOVED"])
    def test_without_transactions_no_flush_is_sent(self, code: str) -> None:
        asked, session = node({"MULTI": CheckError(code, "multi")})
        examine(asked, ALL, cluster_mode=False)
        assert not {"FLUSHALL", "FLUSHDB", "DISCARD"} & set(session.names())

    def test_what_no_transaction_takes_is_not_judged(self) -> None:
        answer = CheckError("SERVER_ERROR", "Command not allowed inside a transaction")
        assert examine(node({"FLUSHALL": answer})[0], ALL, cluster_mode=False).keys == {0: 5, 3: 2}

    @pytest.mark.parametrize("code", ["NOPERM", "READONLY", "MISCONF", "NOREPLICAS", "LOADING"])
    def test_what_the_server_has_against_it(self, code: str) -> None:
        asked, session = node({"FLUSHALL": CheckError(code, "in its own words")})
        with pytest.raises(Refused, match="in its own words"):
            examine(asked, ALL, cluster_mode=False)
        assert session.names()[-1] == "DISCARD"

    def test_a_transaction_that_cannot_be_left(self) -> None:
        (problem,) = problems({"DISCARD": CheckError("CONNECTION_CLOSED", "reset")})
        assert "the connection was closed" in problem


class TestProblems:
    def test_all_of_a_node_at_once(self) -> None:
        replica = PRIMARY.replace("role:master", "role:slave\r\nmaster_host:primary.example\r\nmaster_port:6380")
        answers = {
            "INFO": replica.replace("cluster_enabled:0", "cluster_enabled:1"),
            "SELECT": CheckError("NO_SUCH_DATABASE", "DB index is out of range"),
            "FLUSHDB": CheckError("COMMAND_REMOVED", "FLUSHDB"),
        }
        found = problems(answers, ONE)
        assert [word in told for word, told in zip(WORDS, found, strict=True)] == [True] * 4

    def test_of_all_nodes_at_once(self) -> None:
        denied = {"FLUSHALL": CheckError("NOPERM", "flushall")}
        nodes = [node(denied, "one:1")[0], node({}, "two:2")[0], node(denied, "three:3")[0]]
        with pytest.raises(Refused) as refused:
            examine_all(nodes, ALL, cluster_mode=False)
        assert [problem.partition(": ")[0] for problem in refused.value.problems] == ["one:1", "three:3"]

    @pytest.mark.parametrize("command", ["INFO", "SELECT", "DBSIZE"])
    def test_a_question_that_is_not_answered(self, command: str) -> None:
        (problem,) = problems({command: CheckError("NOPERM", f"no {command}")}, ONE)
        assert problem.startswith(f"cache.example:6379: the user may not do this: no {command}. Look at: ")


WORDS = ("from primary.example:6380", "give cluster_mode", "has no database 3", "knows no command FLUSHDB")


class TestCounts:
    def test_all_databases(self) -> None:
        assert examine(node()[0], ALL, cluster_mode=False).keys == {0: 5, 3: 2}

    def test_one_database(self) -> None:
        assert examine(node()[0], ONE, cluster_mode=False).keys == {3: 2}

    def test_keys_that_info_leaves_out(self) -> None:
        """An empty answer must not pass for an empty cache."""
        assert examine(node({"INFO": "role:master\r\n"})[0], ALL, cluster_mode=False).keys == {0: 2}

    def test_an_empty_one(self) -> None:
        assert examine(node({"DBSIZE": 0})[0], ONE, cluster_mode=False).keys == {}

    def test_of_a_cluster(self) -> None:
        assert sum_of([{0: 5}, {}, {0: 7, 3: 1}]) == {0: 12, 3: 1}


class TestFlush:
    def examined(self, *answers: Mapping[str, Any]) -> tuple[list[Any], list[Conversation]]:
        """Answers of each node from the flush on."""
        pairs = [node(label=f"node-{number}") for number, _each in enumerate(answers)]
        found = [examine(each, ALL, cluster_mode=True) for each, _session in pairs]
        for (_each, session), later in zip(pairs, answers, strict=True):
            session.answers.update({"FLUSHALL": "OK", **later})
            session.sent.clear()
        return found, [session for _each, session in pairs]

    def test_each_of_them(self) -> None:
        found, sessions = self.examined({}, {})
        flush_all(found, ALL)
        assert [session.sent for session in sessions] == [[("FLUSHALL", "ASYNC")]] * 2

    def test_one_database_is_selected_first(self) -> None:
        each, session = node({"FLUSHDB": "OK"})
        found = examine(each, ONE, cluster_mode=False)
        session.sent.clear()
        flush_all([found], ONE)
        assert session.sent == [("SELECT", 3), ("FLUSHDB", "ASYNC")]

    def test_the_first_failure_ends_it(self) -> None:
        found, sessions = self.examined({}, {"FLUSHALL": CheckError("READONLY", "replica now")}, {})
        with pytest.raises(FlushFailed) as failed:
            flush_all(found, ALL)
        assert failed.value.flushed == ("node-0",)
        assert "it was not flushed; flushed before it: node-0; not flushed: node-2." in str(failed.value)
        assert sessions[2].sent == []

    @pytest.mark.parametrize("code", ["ANSWER_TIMEOUT", "CONNECTION_CLOSED"])
    def test_no_answer_is_no_failure_to_flush(self, code: str) -> None:
        found, _sessions = self.examined({"FLUSHALL": CheckError(code)})
        with pytest.raises(FlushFailed, match="whether it took effect is not known"):
            flush_all(found, ALL)

    def test_a_count_that_fails_does_not_hide_the_flush(self) -> None:
        found, _sessions = self.examined({"INFO": CheckError("CONNECTION_CLOSED")})
        with pytest.raises(FlushFailed, match="All was flushed") as failed:
            count_left(found, ALL)
        assert failed.value.flushed == ("node-0",)
