# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that is a dictionary, hands things out in an order of its own, and can be told to change meanwhile."""

from __future__ import annotations

import fnmatch
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import RawReply, Reply, Words

NOW = 1_800_000_000_000
WRONGTYPE = CheckError("SERVER_ERROR", "WRONGTYPE Operation against a key holding the wrong kind of value")


@dataclass
class Group:
    """`pending`: id, consumer and number of deliveries of each entry, by their ids."""

    last_id: bytes = b"0-0"
    consumers: tuple[bytes, ...] = ()
    pending: tuple[tuple[bytes, bytes, int], ...] = ()


@dataclass
class Stream:
    entries: tuple[tuple[bytes, tuple[bytes, ...]], ...] = ()
    last_id: bytes = b"0-0"
    groups: dict[bytes, Group] = field(default_factory=dict)


@dataclass
class Key:
    """A string's value is bytes, a hash's fields have value and expiry, a sorted set's members a score."""

    kind: str
    value: Any
    expiry: int | None = None


class FakeServer:
    """One database. `before` is called with each command's words; COMMAND INFO knows what `known` has."""

    def __init__(self, keys: dict[bytes, Key], seed: int = 0, known: Sequence[str] = ("PEXPIRETIME",)) -> None:
        self.keys = keys
        self.known = known
        self.facts: dict[str, int | str] = {"run_id": "a", "rdb_changes_since_last_save": 0, "rdb_last_save_time": 1}
        self.before: Callable[[Words], object] = lambda words: None
        self.names: Callable[[list[bytes]], list[bytes]] = lambda names: names
        self.sent: list[Words] = []
        self.widest = 0
        self.clock = NOW
        self.seed = seed

    def command(self, *words: str | int) -> Reply:
        self.sent.append(words)
        if words[0] == "SELECT":
            return "OK"
        assert words == ("INFO",)
        lines = [f"{name}:{value}" for name, value in self.facts.items()]
        expires = sum(key.expiry is not None for key in self.keys.values())
        held = [f"db0:keys={len(self.keys)},expires={expires},avg_ttl=0"] if self.keys else []
        return "\r\n".join(["# Everything", *lines, *held, ""])

    def pipeline(self, commands: Sequence[Words]) -> list[RawReply | CheckError]:
        self.widest = max(self.widest, len(commands))
        return [self._answer(words) for words in commands]

    def _answer(self, words: Words) -> Any:
        self.sent.append(words)
        self.before(words)
        name, *arguments = words
        try:
            return getattr(self, f"_{str(name).lower()}")(*arguments)
        except CheckError as error:
            return error

    def _command(self, _info: str, *names: str) -> list[Any]:
        return [[name.lower()] if name in self.known else None for name in names]

    def _dbsize(self) -> int:
        return len(self.keys)

    def _scan(self, cursor: bytes, *options: Any) -> list[Any]:
        """COUNT is of the keys that are looked at, whether they match or not."""
        given = dict(zip(options[::2], options[1::2], strict=True))
        following, names = self._page(self.names(self._shuffled(sorted(self.keys))), cursor, given["COUNT"])
        pattern = given.get("MATCH", "*")
        return [following, [name for name in names if fnmatch.fnmatchcase(name.decode("latin-1"), pattern)]]

    def _type(self, name: bytes) -> bytes:
        return self.keys[name].kind.encode() if name in self.keys else b"none"

    def _exists(self, name: bytes) -> int:
        return int(name in self.keys)

    def _pexpiretime(self, name: bytes) -> int:
        if name not in self.keys:
            return -2
        expiry = self.keys[name].expiry
        return -1 if expiry is None else expiry

    def _time(self) -> list[bytes]:
        return [b"%d" % (self.clock // 1000), b"%d" % (self.clock % 1000 * 1000 + 999)]

    def _pttl(self, name: bytes) -> int:
        expiry = self._pexpiretime(name)
        return expiry if expiry < 0 else expiry - self.clock

    def _strlen(self, name: bytes) -> int:
        return len(self._value(name, "string", b""))

    def _getrange(self, name: bytes, first: int, last: int) -> bytes:
        return bytes(self._value(name, "string", b"")[first : last + 1])

    def _llen(self, name: bytes) -> int:
        return len(self._value(name, "list", []))

    def _lrange(self, name: bytes, first: int, last: int) -> list[bytes]:
        return list(self._value(name, "list", [])[first : last + 1])

    def _scard(self, name: bytes) -> int:
        return len(self._value(name, "set", set()))

    def _sscan(self, name: bytes, cursor: bytes, _count: str, count: int) -> list[Any]:
        return self._page(self._shuffled(sorted(self._value(name, "set", set()))), cursor, count)

    def _hlen(self, name: bytes) -> int:
        return len(self._value(name, "hash", {}))

    def _hscan(self, name: bytes, cursor: bytes, _count: str, count: int) -> list[Any]:
        fields = self._value(name, "hash", {})
        following, names = self._page(self._shuffled(sorted(fields)), cursor, count)
        return [following, [word for each in names for word in (each, fields[each][0])]]

    def _hpexpiretime(self, name: bytes, _fields: str, _count: int, *fields: bytes) -> list[int]:
        held = self._value(name, "hash", {})
        return [-2 if each not in held else -1 if held[each][1] is None else held[each][1] for each in fields]

    def _zcard(self, name: bytes) -> int:
        return len(self._value(name, "zset", {}))

    def _zrange(self, name: bytes, first: int, last: int, _with: str) -> list[bytes]:
        ranked = sorted(self._value(name, "zset", {}).items(), key=lambda item: (item[1], item[0]))
        return [word for member, score in ranked[first : last + 1] for word in (member, b"%.17g" % score)]

    def _xinfo(self, what: str, name: bytes, *group: bytes) -> list[Any]:
        stream: Stream = self._value(name, "stream", None)
        if stream is None:
            raise CheckError("SERVER_ERROR", "no such key")
        if what == "STREAM":
            return [b"length", len(stream.entries), b"last-generated-id", stream.last_id]
        if what == "CONSUMERS":
            return [self._consumer(stream.groups[group[0]], consumer) for consumer in stream.groups[group[0]].consumers]
        return [
            [b"name", name, b"pending", len(each.pending), b"last-delivered-id", each.last_id]
            for name, each in stream.groups.items()
        ]

    def _consumer(self, group: Group, name: bytes) -> list[Any]:
        return [b"name", name, b"pending", sum(entry[1] == name for entry in group.pending), b"idle", self.clock]

    def _xrange(self, name: bytes, start: bytes, _end: str, _count: str, count: int) -> list[Any]:
        entries = self._value(name, "stream", Stream()).entries
        return [[entry_id, list(body)] for entry_id, body in _from(entries, start)][:count]

    def _xpending(self, name: bytes, group: bytes, start: bytes, _end: str, count: int) -> list[Any]:
        pending = self._value(name, "stream", Stream()).groups[group].pending
        return [[entry_id, who, self.clock, times] for entry_id, who, times in _from(pending, start)][:count]

    def _value(self, name: bytes, kind: str, missing: Any) -> Any:
        if name not in self.keys:
            return missing
        if self.keys[name].kind != kind:
            raise WRONGTYPE
        return self.keys[name].value

    def _shuffled(self, items: list[bytes]) -> list[bytes]:
        """The same at each call, so that pages fit together."""
        return random.Random(self.seed).sample(items, len(items))

    def _page(self, items: list[bytes], cursor: bytes, count: int) -> list[Any]:
        start = int(cursor)
        end = start + count
        return [b"%d" % end if end < len(items) else b"0", items[start:end]]


def _from(entries: Iterable[tuple[Any, ...]], start: bytes) -> list[tuple[Any, ...]]:
    return [entry for entry in entries if start == b"-" or _ordinal(entry[0]) >= _ordinal(start)]


def _ordinal(identifier: bytes) -> tuple[int, ...]:
    return tuple(map(int, identifier.split(b"-")))
