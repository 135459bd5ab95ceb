# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The server that runs on this host, as far as its users are concerned."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from ...reconcile.compare import version_key
from ...reconcile.problems import Failure
from ..failures import CheckError
from ..local import LocalServer, Login, connect
from .compare import Entry, UserChange

GENTLE_SINCE = (7, 2)
"""Before, ACL LOAD ends every session but those of `default`, changed or not (redis#11986, redis#12171)."""


class RunningServer:
    """Raises CheckError as LocalServer does."""

    def __init__(self, server: LocalServer) -> None:
        self._server = server

    @property
    def listed(self) -> list[str]:
        """Lines such as stand in an ACL file."""
        return self._server.listed("ACL", "LIST")

    def uses(self, path: str) -> bool:
        """Whether this is the ACL file that it was started with, which may be another one than its files name now."""
        try:
            used = self._server.settings("aclfile").get("aclfile", "")
        except CheckError as error:
            if error.code != "COMMAND_REMOVED":
                raise
            used = self._server.configuration.last("aclfile")
        return bool(used) and os.path.realpath(used) == os.path.realpath(path)

    def load(self, changes: Sequence[UserChange]) -> None:
        """What the file says takes effect. Nobody is logged out whose login still holds.

        Valkey 8.1 crashes when ACL LOAD takes away the user of the very session (the fault of redis#13274).
        """
        own = str(self._server.command("ACL", "WHOAMI"))
        is_gone = any(change.user == own and change.after is None for change in changes)
        version = self._server.info("server")["redis_version"]
        if is_gone or version_key(version) < GENTLE_SINCE:
            self._set_one_by_one(changes, own)
        else:
            self._server.command("ACL", "LOAD")

    def end_sessions(self, user: str) -> None:
        self._server.command("CLIENT", "KILL", "USER", user)

    def close(self) -> None:
        self._server.close()

    def _set_one_by_one(self, changes: Iterable[UserChange], own: str) -> None:
        """All or nothing. The user of this very session comes last, since it may lose its rights."""
        done: list[UserChange] = []
        try:
            for change in sorted(changes, key=lambda change: change.user == own):
                self._set(change.user, change.after)
                done.append(change)
        except CheckError:
            for change in reversed(done):
                self._set(change.user, change.before)
            raise

    def _set(self, user: str, entry: Entry | None) -> None:
        if entry:
            self._server.command("ACL", "SETUSER", user, "reset", *entry.rules)
        else:
            self._server.command("ACL", "DELUSER", user)


def find_server(config_file: str, login: Login) -> RunningServer | None:
    """None when nothing listens. Raises Failure when there is no way to log in, or the configuration is unusable."""
    try:
        return RunningServer(connect(config_file, login))
    except CheckError as error:
        if error.code == "CONNECTION_REFUSED":
            return None
        raise Failure(f"{error.detail}. Look at: {error.cause.look_at}.") from error
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}") from error
    except ValueError as error:
        raise Failure(str(error)) from error
