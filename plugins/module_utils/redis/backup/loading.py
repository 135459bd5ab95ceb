# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server of our own that loads a backup where no client can reach it, before the service has it."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from ...reconcile.problems import Failure
from ..conf.files import Configuration
from ..conf.lines import Line
from ..failures import CheckError
from ..local import LocalServer, Login, connect_by
from ..patience import Patience
from ..processes import Started, end, start
from ..waiting import wait_until

LAST_LINES = 5
_KEPT = ("databases", "dbfilename", "appenddirname", "appendfilename", "loadmodule", "rename-command")
_ASKED = {
    "GET",
    "HGETALL",
    "INFO",
    "LRANGE",
    "MEMORY",
    "PING",
    "PTTL",
    "SELECT",
    "SMEMBERS",
    "TYPE",
    "XRANGE",
    "ZRANGE",
}
_OWN = {
    "port": "0",
    "unixsocketperm": "700",
    "auto-aof-rewrite-percentage": "0",
    "aof-load-truncated": "no",
}


@dataclass
class LoadedBackup:
    """Use as a context manager: entering gives a LocalServer that has loaded `folder`, as the folder's owner.

    `appends`: it loads the append-only file there instead of the RDB file. `saves`: at the end, it saves an RDB file
    there, as a server with save points does on SIGTERM. Raises Failure with the server's own words.
    """

    program: str
    configuration: Configuration
    folder: str
    patience: Patience
    appends: bool
    saves: bool = False

    def __enter__(self) -> LocalServer:
        self._private = tempfile.mkdtemp(prefix="redisops-")
        self._process: Started | None = None
        try:
            self._process = self._start()
            return self._await_loaded(self._process)
        except BaseException:
            self._end(signal.SIGKILL)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._server.close()
        code = self._end(signal.SIGTERM)
        if code and not error:
            raise Failure(f"{self.program} loaded the backup and failed at its end:\n{self._words}")

    def _start(self) -> Started:
        owner = os.stat(self.folder)
        os.chown(self._private, owner.st_uid, owner.st_gid)
        self._listening = private_configuration(self, self._private)
        with open(os.path.join(self._private, "log"), "wb") as log:
            return start([self.program, "-"], self._listening.text, self._private, log, _credentials(owner))

    def _await_loaded(self, process: Started) -> LocalServer:
        def has_ended() -> bool:
            return process.poll() is not None

        def connect() -> LocalServer | None:
            try:
                return connect_by(self._listening, Login())
            except CheckError as error:
                if error.code != "CONNECTION_REFUSED":
                    raise
                return None

        found, _attempts = wait_until(
            connect, lambda server: bool(server) or has_ended(), self.patience.seconds, self.patience.clock
        )
        if not found:
            raise Failure(f"{self.program} does not load the backup:\n{self._read_log()}")
        self._server = found
        self.patience.await_persistence(found, lambda told: told["loading"] == "0", "loads the backup")
        return found

    def _end(self, how: signal.Signals) -> int:
        code = 0
        if self._process is not None:
            code = end(self._process, how, self.patience.seconds)
        self._words = self._read_log()
        shutil.rmtree(self._private)
        return code

    def _read_log(self) -> str:
        path = Path(self._private, "log")
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
        return "\n".join([line for line in lines if line.strip()][-LAST_LINES:])


def _credentials(owner: os.stat_result) -> dict[str, Any]:
    """Who is not root can start a server only as oneself."""
    if os.geteuid() != 0:
        return {}
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}


def private_configuration(loaded: LoadedBackup, directory: str) -> Configuration:
    """What the data needs to be loaded, and nothing by which others could come in.

    Other names of commands stay, since the append-only file has them. One that is removed and that it has does not
    load, here as in the service (trap 10).
    """
    configuration = loaded.configuration
    kept = [line for line in configuration.lines if line.name in _KEPT and not _is_asked(line.arguments)]
    own = {
        **_OWN,
        "dir": loaded.folder,
        "unixsocket": os.path.join(directory, "socket"),
        "appendonly": "yes" if loaded.appends else "no",
    }
    save = ("3600", "1") if loaded.saves else ("",)
    lines = (*kept, *(Line.of(name, value) for name, value in own.items()), Line.of("save", *save))
    return Configuration(configuration.path, lines)


def _is_asked(words: Sequence[str]) -> bool:
    """`rename-command` that removes a command by which we look at what was loaded."""
    return len(words) == 2 and not words[1] and words[0].upper() in _ASKED
