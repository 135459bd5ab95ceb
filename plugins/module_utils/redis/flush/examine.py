# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What would be flushed, and everything that speaks against it. Nothing here changes a server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...reconcile.problems import Refused
from ..failures import CheckError
from ..keyspace.nodes import ClosableSession
from ..keyspace.quiet import Look, look_at
from .nodes import Node, sentence_of

MODES = ("async", "sync")

_MADE_UP = "redisops-asks-only"
_NO_TRANSACTIONS = ("COMMAND_REMOVED", "NOPERM")
_NOT_QUEUED = "not allowed inside a transaction"
_SYNC_SINCE = (6, 2)
"""Releases before have no word for what was then the only other way."""

Keys = dict[int, int]
"""By number of the database, how many keys it has. Empty databases are left out."""


@dataclass(frozen=True)
class Wish:
    """`database`: None is all of them. `mode`: one of MODES."""

    database: int | None
    mode: str

    @property
    def name(self) -> str:
        return "FLUSHALL" if self.database is None else "FLUSHDB"


@dataclass(frozen=True)
class Examined:
    """A primary that would be flushed by these words, nothing known speaking against it."""

    node: Node
    keys: Keys
    words: tuple[str, ...]


def examine_all(nodes: Sequence[Node], wish: Wish, cluster_mode: bool) -> list[Examined]:
    """Raises Refused with the problems of all of them."""
    examined: list[Examined] = []
    problems: list[str] = []
    for node in nodes:
        try:
            examined.append(examine(node, wish, cluster_mode))
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    return examined


def examine(node: Node, wish: Wish, cluster_mode: bool) -> Examined:
    """Raises Refused."""
    try:
        look = look_at(node.session)
        words = words_of(wish, look)
        problems = [
            *_objections(node, look, cluster_mode),
            *_absence(node, look, wish.database),
            *_refusal(node, words),
        ]
        keys = {} if problems else count_keys(node.session, wish.database)
    except CheckError as error:
        raise Refused([sentence_of(node.label, error)]) from error
    if problems:
        raise Refused(problems)
    return Examined(node, keys, words)


def words_of(wish: Wish, look: Look) -> tuple[str, ...]:
    """Valkey tells the release of Redis that it is compatible with."""
    release = tuple(int(part) for part in look.facts.get("redis_version", "7.0").split(".")[:2])
    if wish.mode == "sync" and release < _SYNC_SINCE:
        return (wish.name,)
    return wish.name, wish.mode.upper()


def count_keys(session: ClosableSession, database: int | None) -> Keys:
    """Raises CheckError, with code NO_SUCH_DATABASE for one that the server does not have."""
    found = {}
    if database is None:
        found = {number: keys for number, (keys, _expires) in look_at(session).databases.items()}
    if database is not None or 0 not in found:  # a cache may leave its keys out of INFO
        session.command("SELECT", database or 0)
        found[database or 0] = int(str(session.command("DBSIZE")))
    return {number: keys for number, keys in sorted(found.items()) if keys}


def sum_of(counts: Iterable[Keys]) -> Keys:
    """Of a cluster whose primaries have so many each."""
    total: Counter[int] = Counter()
    for keys in counts:
        total.update(keys)
    return dict(sorted(total.items()))


def _objections(node: Node, look: Look, cluster_mode: bool) -> Iterator[str]:
    if look.facts.get("role") == "slave":
        primary = f"{look.facts.get('master_host')}:{look.facts.get('master_port')}"
        yield f"{node.label} is a replica, which gets its data from {primary}: flush that one, and it follows."
    if look.is_cluster_node and not cluster_mode:
        yield (
            f"{node.label} is one node of a cluster, and the others have keys as well: give cluster_mode, with one of "
            "them as host, and all primaries are flushed."
        )


def _absence(node: Node, look: Look, database: int | None) -> Iterator[str]:
    error = None if database is None else _error_of(node.session, ("SELECT", database))
    if error and error.code != "NO_SUCH_DATABASE":
        raise error
    if error:
        there_is = (
            "in cluster mode there is only 0" if look.is_cluster_node else "there are 16 (0 to 15) unless set otherwise"
        )
        yield f"database: {node.label} has no database {database}; {there_is}."


def _refusal(node: Node, words: Sequence[str]) -> Iterator[str]:
    error = _asked(node.session, words)
    if error is None:
        return
    if error.code != "COMMAND_REMOVED":
        yield sentence_of(node.label, error)
        return
    yield (
        f"{node.label} knows no command {words[0]}. If it goes by another name there, say so by renamed_commands "
        f"({{{words[0]}: ITS_NAME}}). If it was taken away from everybody (rename-command to nothing), nobody can run "
        "it before the configuration gives it a name again and the server is restarted."
    )


def _asked(session: ClosableSession, words: Sequence[str]) -> CheckError | None:
    """What the server has against the command, which is queued in a transaction that is then discarded.

    For queueing, a server looks the name up, and asks the ACL, its role and its state, as it does to run it
    (processCommand in its server.c). It is queued with one word more than it takes, so that whoever took it for no
    transaction would only see a mistake. Where no transaction can be had, nothing is known before the flush.
    """
    begun = _error_of(session, ("MULTI",))
    if begun:
        return None if begun.code in _NO_TRANSACTIONS else begun
    refused = _error_of(session, (*words, _MADE_UP))
    ended = _error_of(session, ("DISCARD",))
    return ended if refused is None or _NOT_QUEUED in refused.evidence else refused


def _error_of(session: ClosableSession, words: Sequence[str | int]) -> CheckError | None:
    try:
        session.command(*words)
    except CheckError as error:
        return error
    return None
