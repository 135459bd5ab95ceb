# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing, reading and deleting one key, which no run shares with another and which does not outlive its minute."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress

from .context import Context
from .failures import CheckError, RedirectError
from .session import Commands, Reply

# Time to live of the key: it goes by itself when a run is killed or loses its connection in between.
KEY_SECONDS = 60

MOST_REDIRECTS = 5


class ClusterRoute:
    """Commands on one key, sent to whichever node of the cluster has it (Redis Cluster specification, redirection)."""

    def __init__(self, first: Commands, open_node: Callable[[str, int], Commands]) -> None:
        self._session = first
        self._open_node = open_node
        self._nodes: dict[tuple[str, int], Commands] = {}

    def command(self, *words: str | int) -> Reply:
        last: CheckError | None = None
        for _attempt in range(MOST_REDIRECTS):
            try:
                return self._session.command(*words)
            except RedirectError as redirect:
                last = redirect
                self._session = self._node(redirect.host, redirect.port)
                if redirect.asking:
                    self._session.command("ASKING")
        raise CheckError("TOO_MANY_REDIRECTS", last.evidence if last else "") from last

    def _node(self, host: str, port: int) -> Commands:
        if (host, port) not in self._nodes:
            self._nodes[host, port] = self._open_node(host, port)
        return self._nodes[host, port]


def write_read_delete(context: Context) -> str:
    key, value = _new_key(context), uuid.uuid4().hex
    send = _sender(context)
    send("SET", key, value, "EX", KEY_SECONDS)
    try:
        found = send("GET", key)
    except CheckError:
        with suppress(CheckError):  # the failure to read is the one to tell; the key ends by itself
            send("DEL", key)
        raise
    send("DEL", key)
    if found != value:
        raise CheckError("WRONG_VALUE", f"{key} held {found!r}")
    return f"{key} written, read and deleted"


def read_only(context: Context) -> str:
    if context.options.cluster_mode:
        context.session.command("READONLY")
    key = _new_key(context)
    found = _sender(context)("GET", key)
    if found is not None:
        raise CheckError("WRONG_VALUE", f"{key} held {found!r}")
    return "read only, since this is a replica: a key that nobody wrote is not there"


def _new_key(context: Context) -> str:
    return f"{context.options.key_prefix}{uuid.uuid4().hex}"


def _sender(context: Context) -> Callable[..., Reply]:
    if not context.options.cluster_mode:
        return context.session.command
    return ClusterRoute(context.session, lambda host, port: context.open_session(context.target.at(host, port))).command
