# SPDX-License-Identifier: GPL-3.0-or-later
"""Equal data gives equal digests, whatever the order and the pieces; data that differs in anything gives others."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace import reading
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.describe import (
    KeyspaceOptions,
    Tally,
    describe_keyspace,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.digest import DigestSum, score_bytes
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.redis.keyspace.fake_server import NOW, FakeServer, Group, Key, Stream

FIELD_EXPIRIES = ("PEXPIRETIME", "HPEXPIRETIME")


def described(keys: dict[bytes, Key], seed: int = 0, batch: int = 500, expiry: str = "exact") -> Tally:
    server = FakeServer(keys, seed, known=FIELD_EXPIRIES)
    description = describe_keyspace([server], KeyspaceOptions((0,), batch=batch, expiry=expiry))
    assert description.is_quiet, description.movements
    return description.databases[0]


def digest_of(key: Key, **options: Any) -> str:
    return described({b"key": key}, **options).digest.hexadecimal


# Few and short words: what differs only by where one item ends and the next begins is then drawn often.
words = st.binary(max_size=3) | st.sampled_from([b"a", b"ab", b"b", b"1:a,", b"", b",", b"a,b", b"\xff\x00"])
expiries = st.none() | st.integers(NOW, NOW + 3)
identifiers = st.tuples(st.integers(1, 3), st.integers(0, 3)).map(lambda parts: b"%d-%d" % parts)


def by_id(*parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Entries in their order, each with an id of its own."""
    drawn = st.lists(st.tuples(identifiers, *parts), unique_by=lambda entry: entry[0], max_size=4)
    return drawn.map(lambda entries: tuple(sorted(entries, key=lambda entry: tuple(map(int, entry[0].split(b"-"))))))


bodies = st.lists(st.tuples(words, words), min_size=1, max_size=2).map(lambda pairs: tuple(w for p in pairs for w in p))
consumers = st.sampled_from([b"c1", b"c2", b"c"])
groups = st.builds(
    Group,
    last_id=identifiers,
    consumers=st.sampled_from([(b"c1", b"c2", b"c"), (b"c", b"c2", b"c1")]),
    pending=by_id(consumers, st.integers(1, 3)),
)
streams = st.builds(
    Stream,
    entries=by_id(bodies),
    last_id=identifiers,
    groups=st.dictionaries(words, groups, max_size=2),
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "hash": st.dictionaries(words, st.tuples(words, expiries), min_size=1, max_size=4),
    "list": st.lists(words, min_size=1, max_size=4),
    "set": st.sets(words, min_size=1, max_size=4),
    "stream": streams,
    "string": words,
    "zset": st.dictionaries(words, st.floats(allow_nan=False) | st.sampled_from([0.1, 0.2]), min_size=1, max_size=4),
}
keys = st.sampled_from(sorted(VALUES)).flatmap(lambda kind: st.builds(Key, st.just(kind), VALUES[kind], expiries))


def comparable(key: Key) -> Any:
    """The order in which a server lists the consumers of a group is no difference."""
    if key.kind != "stream":
        return key
    alike = {
        name: dataclasses.replace(group, consumers=tuple(sorted(group.consumers)))
        for name, group in key.value.groups.items()
    }
    return dataclasses.replace(key, value=dataclasses.replace(key.value, groups=alike))


@pytest.mark.parametrize("kind", VALUES)
def test_digests_are_equal_where_the_values_are_and_only_there(kind: str) -> None:
    @settings(max_examples=150, deadline=None)
    @given(VALUES[kind], VALUES[kind])
    def check(one: Any, other: Any) -> None:
        first, second = Key(kind, one), Key(kind, other)
        assert (digest_of(first) == digest_of(second)) == (comparable(first) == comparable(second))

    check()


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(words, keys, max_size=6), st.integers(0, 9), st.integers(1, 4), st.randoms(use_true_random=False)
)
def test_neither_order_nor_pieces_matter(held: dict[bytes, Key], seed: int, batch: int, random: Any) -> None:
    names = sorted(held)
    random.shuffle(names)
    other = described({name: held[name] for name in names}, seed, batch)
    assert other == described(held)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(words, keys, max_size=4), st.dictionaries(words, keys, max_size=4))
def test_keyspaces_are_told_apart(one: dict[bytes, Key], other: dict[bytes, Key]) -> None:
    same = {name: comparable(key) for name, key in one.items()} == {
        name: comparable(key) for name, key in other.items()
    }
    assert (described(one).digest == described(other).digest) == same


@settings(max_examples=100, deadline=None)
@given(keys, expiries)
def test_expiry_counts_as_told(key: Key, expiry: int | None) -> None:
    other = dataclasses.replace(key, expiry=expiry)
    assert (digest_of(key) == digest_of(other)) == (key.expiry == expiry)
    alike = (key.expiry is None) == (expiry is None)
    assert (digest_of(key, expiry="presence") == digest_of(other, expiry="presence")) == alike
    assert digest_of(key, expiry="ignore") == digest_of(other, expiry="ignore")


@pytest.mark.parametrize(
    "change",
    [
        lambda stream, group: setattr(stream, "last_id", b"9-0"),
        lambda stream, group: setattr(stream, "entries", ((b"1-0", (b"f", b"w")),)),
        lambda stream, group: stream.groups.update({b"h": Group()}),
        lambda stream, group: setattr(group, "last_id", b"0-1"),
        lambda stream, group: setattr(group, "consumers", (b"c", b"d", b"e")),
        lambda stream, group: setattr(group, "consumers", (b"c", b"e")),
        lambda stream, group: setattr(group, "pending", ((b"1-0", b"c", 2),)),
        lambda stream, group: setattr(group, "pending", ((b"1-0", b"d", 1),)),
        lambda stream, group: setattr(group, "pending", ()),
    ],
)
def test_all_of_a_stream_counts(change: Callable[[Stream, Group], None]) -> None:
    def stream() -> Stream:
        group = Group(b"1-0", (b"c", b"d"), ((b"1-0", b"c", 1),))
        return Stream(((b"1-0", (b"f", b"v")),), b"1-0", {b"g": group})

    changed = stream()
    change(changed, changed.groups[b"g"])
    assert digest_of(Key("stream", changed)) != digest_of(Key("stream", stream()))


@pytest.mark.parametrize(("expiry", "same"), [("exact", []), ("presence", [NOW + 1]), ("ignore", [None, NOW + 1])])
def test_expiries_of_hash_fields_count_as_told(expiry: str, same: list[int | None]) -> None:
    digests = {at: digest_of(Key("hash", {b"f": (b"v", at)}), expiry=expiry) for at in (NOW, None, NOW + 1)}
    assert [at for at in (None, NOW + 1) if digests[at] == digests[NOW]] == same


@pytest.mark.parametrize("kind", ["list", "set", "zset", "hash"])
def test_where_an_item_ends_counts(kind: str) -> None:
    def value(*items: bytes) -> Any:
        made = {"list": list(items), "set": set(items), "zset": dict.fromkeys(items, 1.0)}
        return made.get(kind, {items[0]: (items[1], None)})

    assert digest_of(Key(kind, value(b"a", b"b,c"))) != digest_of(Key(kind, value(b"a,b", b"c")))


def test_a_hash_field_that_does_not_expire_is_as_on_a_server_whose_fields_cannot() -> None:
    held = {b"key": Key("hash", {b"f": (b"v", None), b"g": (b"w", None)})}
    old = describe_keyspace([FakeServer(held)], KeyspaceOptions())
    assert old.databases[0].digest == described(held).digest


@pytest.mark.parametrize("kind", VALUES)
def test_values_that_come_in_many_pieces(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [b"item-%d" % number for number in range(300)]
    entries = tuple((b"%d-0" % (number + 1), (b"f", item)) for number, item in enumerate(items))
    pending = tuple((entry[0], b"c", 1) for entry in entries)
    value = {
        "hash": {item: (item, NOW) for item in items},
        "list": items,
        "set": set(items),
        "stream": Stream(entries, b"300-0", {b"g": Group(b"300-0", (b"c",), pending)}),
        "string": b"".join(items),
        "zset": {item: number / 3 for number, item in enumerate(items)},
    }[kind]
    whole = digest_of(Key(kind, value))
    monkeypatch.setattr(reading, "_SMALLEST_SHARE", 64)
    monkeypatch.setattr(reading, "ROUND_BYTES", 64)
    server = FakeServer({b"key": Key(kind, value)}, known=FIELD_EXPIRIES)
    assert describe_keyspace([server], KeyspaceOptions()).databases[0].digest.hexadecimal == whole
    assert len([words for words in server.sent if len(words) > 1 and words[1] == b"key"]) > 20


@pytest.mark.parametrize(
    ("one", "other"),
    [(b"0.10000000000000001", b"0.1"), (b"-0", b"0"), (b"1e+20", b"100000000000000000000"), (b"inf", b"+inf")],
)
def test_texts_of_one_score(one: bytes, other: bytes) -> None:
    assert score_bytes(one) == score_bytes(other)


def test_neighboring_scores_are_told_apart() -> None:
    assert score_bytes(b"0.1") != score_bytes(b"0.10000000000000002")


def test_an_item_that_comes_twice_does_not_cancel_itself() -> None:
    once, twice, none = DigestSum(), DigestSum(), DigestSum()
    once.add_items([b"a"])
    twice.add_items([b"a", b"a"])
    assert len({each.digest() for each in (once, twice, none)}) == 3
    assert len({each.hexadecimal for each in (once, twice, none)}) == 3
