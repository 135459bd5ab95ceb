# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Questions to servers: to the scratch server about what is to be, to the running one about what is."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ...reconcile.problems import Failure
from ..failures import CheckError
from ..local import LocalServer, Login
from .facts import Candidate, Observed, Present, Spoken, State
from .files import Configuration
from .names import canonical
from .scratch import PRIVATE, Engine, Scratch, ScratchRefused

_KEYS = re.compile(r"keys=(\d+)")
_OF_SENTINEL = re.compile(r"\bname=sentinel-")

NEVER_LIVE = {"dbfilename", "dir"}
"""CONFIG SET may be allowed to set these, but what is in memory and what lies in the new place are then two things."""


@dataclass(frozen=True)
class Questions:
    """About managed settings, by canonical names. `copies`: words of the lines that say something about them again."""

    names: frozenset[str]
    copies: Mapping[str, str] = field(default_factory=dict)


def observe_candidate(engine: Engine, configuration: Configuration, questions: Questions, login: Login) -> Candidate:
    """Start it and ask.

    Raises ScratchRefused when the server does not start, Failure when then none of the ways to log in works.
    """
    try:
        with Scratch(engine, configuration, login) as server:
            settings = server.settings()
            managed = {name: value for name, value in settings.items() if canonical(name) in questions.names}
            fixed = {canonical(name): _refusal(server, name, value) for name, value in managed.items()}
            observed = observe(server, as_in_files(settings, configuration))
            is_open = _is_open(server, settings)
            agreed = frozenset(name for name, copy in questions.copies.items() if _agrees(server, observed, name, copy))
            return Candidate(
                configuration, observed, {name: words for name, words in fixed.items() if words}, is_open, agreed
            )
    except CheckError as error:
        raise Failure(f"with this configuration none of the ways to log in works ({error.detail})") from error


def observe_files(engine: Engine, configuration: Configuration, login: Login) -> Observed:
    """What the files would give, for a server that is stopped or has no CONFIG. Nothing when they give no server."""
    try:
        with Scratch(engine, configuration, login) as server:
            return observe(server, as_in_files(server.settings(), configuration))
    except (CheckError, ScratchRefused):
        return Observed({})


def observe(server: LocalServer, settings: Mapping[str, str]) -> Observed:
    info = server.info("server")
    return Observed(settings, _modules(server), version=info.get("valkey_version") or info.get("redis_version", ""))


def observe_running(server: LocalServer, from_files: Observed | None, files: Iterable[str]) -> Present:
    """`from_files` is what to tell of its settings when the server has no CONFIG; None: raise COMMAND_REMOVED then."""
    info = server.info("server", "replication", "persistence", "keyspace")
    settings = from_files.settings if from_files else server.settings()
    return Present(
        State.RUNNING,
        server.configuration,
        observe(server, settings),
        has_config=from_files is None,
        is_stale=from_files is not None and _is_older_than(int(info["process_id"]), files),
        info=info,
        keys=count_keys(info),
    )


def count_keys(info: Mapping[str, str]) -> dict[str, int]:
    """From INFO keyspace: by database, such as `db0`."""
    found = ((name, _KEYS.match(value)) for name, value in info.items())
    return {name: int(keys[1]) for name, keys in found if keys}


def spoken_names(server: LocalServer, possible: Mapping[str, Iterable[str]]) -> dict[str, Spoken]:
    """From commands to the names that the server knows them by, of the `possible` ones."""
    words = sorted({word for names in possible.values() for word in names if word})
    known = server.known(*words) if words else {}
    spoken = {command.name: Spoken(word, command.writes) for word, command in known.items()}
    return {own: spoken.get(own, Spoken("")) for own in possible}


def is_watched(server: LocalServer) -> bool:
    """Whether a Sentinel has connected: it names its connections."""
    return bool(_OF_SENTINEL.search(str(server.command("CLIENT", "LIST", "TYPE", "normal"))))


def as_in_files(settings: Mapping[str, str], configuration: Configuration) -> dict[str, str]:
    """What a scratch server tells, with the configuration's own values where it had others."""
    private = {name: configuration.last(name, PRIVATE[name]) for name in PRIVATE if name in settings}
    return {**settings, **{name: _normal(name, value) for name, value in private.items()}}


def _normal(name: str, value: str) -> str:
    """As CONFIG GET words it."""
    if name == "dir":
        return os.path.realpath(value)
    if name == "unixsocketperm" and re.fullmatch("[0-7]+", value):
        return f"{int(value, 8):o}"
    if value.isdecimal():
        return str(int(value))
    return value.lower() if value.lower() in {"yes", "no"} or name == "loglevel" else value


def _refusal(server: LocalServer, name: str, value: str) -> str:
    """Why CONFIG SET does not take the value that is set already, in the server's words; "" if it does."""
    if canonical(name) in NEVER_LIVE:
        return "data in memory and on disk would part"
    try:
        server.command("CONFIG", "SET", name, value)
    except CheckError as error:
        return error.evidence.rpartition(" - ")[2] or error.detail
    return ""


def _agrees(server: LocalServer, observed: Observed, name: str, copy: str) -> bool:
    """Whether the server makes the same of both. What it cannot be told now has to be the same word for word."""
    spoken = next((each for each in observed.settings if canonical(each) == name), "")
    wanted = observed.settings.get(spoken)
    if spoken not in PRIVATE:
        with suppress(CheckError):
            server.command("CONFIG", "SET", spoken, copy)
            return server.settings(spoken).get(spoken) == wanted
    return _normal(spoken, copy) == wanted


def _is_open(server: LocalServer, settings: Mapping[str, str]) -> bool:
    with suppress(CheckError):  # before 6.0 there are no users
        reply = server.listed("ACL", "GETUSER", "default")
        return {"on", "nopass"} <= set(dict(zip(reply[::2], reply[1::2]))["flags"])
    return not settings.get("requirepass")


def _modules(server: LocalServer) -> tuple[str, ...] | None:
    try:
        reply = server.listed("MODULE", "LIST")
    except CheckError:
        return None
    found = (dict(zip(module[::2], module[1::2])) for module in reply)
    return tuple(sorted(" ".join([each.get("path") or each["name"], *each.get("args", [])]) for each in found))


def _is_older_than(pid: int, files: Iterable[str]) -> bool:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    since_boot = int(fields[19]) / os.sysconf("SC_CLK_TCK")  # proc(5): starttime is field 22, two are cut off
    uptime = float(Path("/proc/uptime").read_text(encoding="utf-8").split()[0])
    started = time.time() - uptime + since_boot
    return any(os.stat(path).st_mtime > started for path in files if os.path.exists(path))
