# SPDX-License-Identifier: GPL-3.0-or-later
"""What is counted, what is told of data that moves, and how gently a server is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError, RedirectError
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace import names
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.describe import (
    MOST_SCANS,
    KeyspaceDescription,
    KeyspaceOptions,
    describe_keyspace,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.digest import DigestSum
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.keys import TRIES
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.reading import ROUND_BYTES
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import RawReply, Words

from tests.unit.plugins.module_utils.redis.fakes import SteppedClock
from tests.unit.plugins.module_utils.redis.keyspace.fake_server import NOW, FakeServer, Key, Stream

LATER = NOW + 60_000
HELD = {
    b"h": Key("hash", {b"field": (b"value", None)}),
    b"l": Key("list", [b"one", b"two"], LATER),
    b"s": Key("set", {b"one", b"two"}, LATER),
    b"string": Key("string", b"\xff\x00"),
    b"x": Key("stream", Stream(((b"1-0", (b"f", b"v")),), b"1-0")),
    b"z": Key("zset", {b"one": 0.1}),
}


def described(*servers: FakeServer, **options: Any) -> KeyspaceDescription:
    return describe_keyspace(servers, KeyspaceOptions(**options), SteppedClock())


def strings(count: int) -> dict[bytes, Key]:
    return {b"key-%d" % number: Key("string", b"value-%d" % number) for number in range(count)}


def scans(server: FakeServer) -> int:
    return sum(words[:2] == ("SCAN", b"0") for words in server.sent)


class TestCounts:
    def test_of_a_database(self) -> None:
        result = described(FakeServer(HELD)).as_dict()
        (database,) = result["databases"]
        assert database.pop("db") == 0
        assert len(database.pop("digest")) == 64
        assert database == {
            "bytes": 1 + 10 + 1 + 6 + 1 + 6 + 6 + 2 + 1 + 5 + 1 + 3 + 8,
            "covered": 6,
            "expires": 2,
            "key_count": 6,
            "types": {"hash": 1, "list": 1, "set": 1, "stream": 1, "string": 1, "zset": 1},
            "unsupported": {},
        }
        assert (result["is_quiet"], result["movements"]) == (True, [])
        assert result["total"] == {**database, "digest": result["total"]["digest"]}

    def test_of_no_database_at_all(self) -> None:
        result = described(FakeServer({})).as_dict()
        assert (result["databases"], result["is_quiet"], result["total"]["key_count"]) == ([], True, 0)

    def test_an_empty_database_that_was_asked_for_by_number(self) -> None:
        assert described(FakeServer({}), databases=(3,)).as_dict()["databases"][0]["digest"] == "0" * 64

    def test_a_module_s_type_is_told(self) -> None:
        held = {b"a": Key("ReJSON-RL", None), b"b": Key("ReJSON-RL", None, NOW), b"c": Key("string", b"")}
        (tally,) = described(FakeServer(held)).databases
        assert tally.as_dict()["unsupported"] == {"ReJSON-RL": 2}
        assert (tally.digest.count, tally.expires) == (3, 1)
        assert tally.digest != described(FakeServer({**held, b"b": Key("TSDB-TYPE", None, NOW)})).databases[0].digest

    def test_nodes_of_a_cluster_count_together(self) -> None:
        whole, parts = strings(20), [strings(20), strings(20)]
        for number, name in enumerate(whole):
            del parts[number % 2][name]
        assert described(*map(FakeServer, parts)).as_dict()["total"] == described(FakeServer(whole)).as_dict()["total"]

    def test_the_number_of_the_database_is_in_the_digest_of_all(self) -> None:
        one, other = (described(FakeServer(HELD), databases=(number,)) for number in (0, 1))
        assert one.databases[0].digest == other.databases[0].digest
        assert one.total["digest"] != other.total["digest"]

    def test_of_a_pattern(self) -> None:
        (tally,) = described(FakeServer({**HELD, **strings(7)}), match="key-*").databases
        assert (tally.keys, tally.digest) == (7, described(FakeServer(strings(7))).databases[0].digest)


class TestSample:
    def test_servers_choose_the_same_keys(self) -> None:
        one, other = (described(FakeServer(strings(100), seed), sample=10).databases[0] for seed in (1, 2))
        assert one.digest == other.digest
        assert (one.keys, one.digest.count, one.types["string"]) == (100, 10, 10)

    def test_a_cluster_chooses_as_a_server_does(self) -> None:
        whole, parts = strings(40), [strings(40), strings(40)]
        for number, name in enumerate(whole):
            del parts[number % 2][name]
        cluster = described(*map(FakeServer, parts), sample=10).databases[0]
        assert cluster.digest == described(FakeServer(whole), sample=10).databases[0].digest

    def test_a_sample_of_more_than_there_are(self) -> None:
        assert described(FakeServer(HELD), sample=99).databases == described(FakeServer(HELD)).databases

    def test_only_the_chosen_values_are_read(self) -> None:
        server = FakeServer(strings(100))
        described(server, sample=10)
        assert sum(words[0] == "TYPE" for words in server.sent) == 10


def on(command: str, act: Callable[[], Any]) -> Callable[[Any], None]:
    return lambda words: act() if words[0] == command else None


class TestMovement:
    @pytest.mark.parametrize(
        ("fact", "told"),
        [
            ("rdb_changes_since_last_save", "changes were made: 1"),
            ("expired_keys", "keys expired: 1"),
            ("evicted_keys", "keys were evicted: 1"),
            ("run_id", "the server was restarted"),
        ],
    )
    def test_of_the_server(self, fact: str, told: str) -> None:
        server = FakeServer(dict(HELD))
        server.before = on("DBSIZE", lambda: server.facts.update({fact: 1}))
        description = described(server)
        assert (description.is_quiet, description.movements) == (False, (told,))

    def test_a_key_that_vanishes_is_not_counted(self) -> None:
        server = FakeServer(dict(HELD))
        server.before = on("TYPE", lambda: server.keys.pop(b"z", None))
        description = described(server)
        assert (description.databases[0].digest.count, description.total["key_count"]) == (5, 5)
        assert "database 0: keys that expired or were deleted before they were read: 1" in description.movements

    @pytest.mark.parametrize("name", HELD)
    def test_a_key_that_vanishes_after_its_type_is_known(self, name: bytes) -> None:
        server = FakeServer(dict(HELD))
        server.before = lambda words: server.keys.pop(name, None) if name in words and words[0] in READS else None
        description = described(server)
        assert (description.total["covered"], description.total["key_count"], description.is_quiet) == (5, 5, False)

    @pytest.mark.parametrize("name", HELD)
    def test_a_key_that_becomes_another_type_is_read_as_that(self, name: bytes) -> None:
        other = Key("list", [b"new"]) if name != b"l" else Key("string", b"new")
        server = FakeServer(dict(HELD))
        server.before = lambda words: server.keys.update({name: other}) if name in words and words[0] in READS else None
        assert described(server).databases[0].digest == described(FakeServer({**HELD, name: other})).databases[0].digest

    def test_a_key_that_changes_all_the_time_is_told_not_guessed(self) -> None:
        server = FakeServer({b"l": Key("list", [b"item"] * 2000), b"k": Key("string", b"")})
        server.before = on("LRANGE", server.keys[b"l"].value.pop)
        description = described(server)
        assert "database 0: keys that changed each time that they were read: 1" in description.movements
        assert description.total["types"] == {"string": 1}
        assert sum(words[0] == "TYPE" for words in server.sent) == TRIES + 1

    def test_a_key_of_another_node_is_told(self) -> None:
        class Importing(FakeServer):
            def _type(self, name: bytes) -> bytes:
                raise RedirectError("MOVED 1 192.0.2.1:6379", "192.0.2.1", 6379, asking=False)

        description = described(Importing(dict(HELD)))
        assert description.movements == ("database 0: keys that belong to another node of the cluster: 6",)
        assert description.total["key_count"] == 0

    def test_a_key_that_may_not_be_read_fails(self) -> None:
        class Limited(FakeServer):
            def _getrange(self, name: bytes, first: int, last: int) -> bytes:
                raise CheckError("NOPERM", "No permissions to access a key")

        with pytest.raises(CheckError, match="NOPERM"):
            described(Limited(dict(HELD)))


READS = {"GETRANGE", "HLEN", "LRANGE", "SCARD", "XINFO", "ZRANGE"}


class TestNamesThatComeTwice:
    def test_soon_after_one_another(self) -> None:
        server = FakeServer(strings(50))
        server.names = lambda found: [*found[:20], *found[10:]]
        description = described(server, batch=7)
        assert description.as_dict() == described(FakeServer(strings(50)), batch=7).as_dict()
        assert description.databases[0].repeated == 10

    def test_too_far_apart_to_be_noticed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(names.RecentNames.__init__, "__defaults__", (5,))
        server = FakeServer(strings(50))
        server.names = lambda found: [*found, *found[:10]] if scans(server) < 2 else found
        description = described(server, batch=7)
        assert (description.is_quiet, description.total["key_count"]) == (True, 50)

    def test_again_and_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(names.RecentNames.__init__, "__defaults__", (5,))
        server = FakeServer(strings(50))
        server.names = lambda found: [*found, *found[:10]]
        description = described(server, batch=100)
        assert description.movements == ("database 0: SCAN named 60 keys, DBSIZE counts 50",)
        assert scans(server) == MOST_SCANS

    def test_in_a_sample_they_count_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(names.RecentNames.__init__, "__defaults__", (1,))
        sample = names.Sample(3)
        for name in [b"a", b"b", b"c", b"d", b"a", b"b", b"c", b"d"]:
            sample.offer(name, node=0)
        assert len(sample.of_node(0)) == len(set(sample.of_node(0))) == 3

    def test_members_that_come_twice_are_read_again(self) -> None:
        class Resizing(FakeServer):
            times = 0

            def _sscan(self, name: bytes, cursor: bytes, _count: str, count: int) -> list[Any]:
                self.times += 1
                following, found = super()._sscan(name, cursor, _count, count)
                return [following, found + found[:1] if self.times == 1 else found]

        assert described(Resizing(HELD)).databases == described(FakeServer(HELD)).databases


class TestOldServers:
    """Before 7.0 only PTTL tells an expiry."""

    def test_the_moment_is_exact(self) -> None:
        server = FakeServer(HELD, known=())
        assert described(server).databases == described(FakeServer(HELD)).databases

    def test_a_millisecond_that_ends_in_between_is_asked_again(self) -> None:
        server = FakeServer(HELD, known=())
        ticking = iter([*[1] * 6, *[0] * 1000])
        server.before = on("PTTL", lambda: setattr(server, "clock", server.clock + next(ticking)))
        assert described(server, batch=1).databases == described(FakeServer(HELD)).databases

    def test_without_moments_no_time_is_asked(self) -> None:
        server = FakeServer(HELD, known=())
        described(server, expiry="presence")
        assert not any(words[0] == "TIME" for words in server.sent)


class TestGentleness:
    def test_never_more_keys_per_second_than_allowed(self) -> None:
        clock = SteppedClock()
        server = FakeServer(strings(100))
        describe_keyspace([server], KeyspaceOptions(rate_limit=20), clock)
        assert 4.8 < clock.now - SteppedClock().now < 5.2
        assert max(clock.pauses) < 0.2
        assert server.widest <= 2 * 2

    def test_keys_that_the_pattern_leaves_out_cost_as_well(self) -> None:
        clock = SteppedClock()
        describe_keyspace([FakeServer(strings(100))], KeyspaceOptions(rate_limit=20, match="none"), clock)
        assert clock.now - SteppedClock().now > 4.8

    def test_without_a_limit_there_is_no_pause(self) -> None:
        clock = SteppedClock()
        describe_keyspace([FakeServer(strings(100))], KeyspaceOptions(), clock)
        assert clock.pauses == []

    def test_pipelines_are_as_wide_as_the_batch_and_no_wider(self) -> None:
        server = FakeServer(strings(1000))
        described(server, batch=64)
        assert 64 < server.widest <= 128

    def test_large_items_make_pipelines_narrow(self) -> None:
        small = {b"a%d" % number: Key("list", [b"."]) for number in range(500)}
        large = {b"b%d" % number: Key("list", [b"." * 200_000]) for number in range(500)}
        server = Measured({**small, **large})
        server.names = sorted
        described(server, batch=200)
        assert max(server.came[:5]) < 1000
        surprising = max(server.came)
        after = server.came[server.came.index(surprising) + 4 :]
        assert max(after) <= 2 * ROUND_BYTES < surprising
        assert sum(server.came) > 500 * 200_000


class Measured(FakeServer):
    """`came`: how many bytes of lists each pipeline brought."""

    def __init__(self, keys: dict[bytes, Key]) -> None:
        super().__init__(keys)
        self.came: list[int] = []

    def pipeline(self, commands: Sequence[Words]) -> list[RawReply | CheckError]:
        replies = super().pipeline(commands)
        lists = [reply for words, reply in zip(commands, replies, strict=True) if words[0] == "LRANGE"]
        self.came += [sum(len(item) for items in lists if isinstance(items, list) for item in items)] if lists else []
        return replies


def test_all_contradictions_are_told_at_once() -> None:
    with pytest.raises(ValueError, match="databases") as told:
        KeyspaceOptions((-1, -1), match="", expiry="never", sample=-1, batch=0, rate_limit=-1)
    for word in ("each once", "match", "expiry", "sample", "batch", "rate_limit"):
        assert word in str(told.value)


def test_sums_do_not_overflow() -> None:
    total = DigestSum()
    total.add((1 << 256) - 1)
    total.add(2)
    assert total.hexadecimal == f"{1:064x}"
