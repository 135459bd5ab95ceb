# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying out a plan: the running server first, then the files, then a restart; and back when one of them fails."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...reconcile.problems import Conflict, Failure, Refused
from ..certain import certain
from ..failures import CheckError
from ..local import LocalServer, Login, connect
from ..patience import Patience
from ..service import Service
from ..waiting import wait_until
from .facts import Facts, State
from .lines import render
from .persistence import AofSwitch, rewrite_aof_without, save_snapshot, switch_aof_on
from .plan import Plan, Switch
from .scratch import hide_secrets, refusal_words
from .store import Owner, Snapshot, make_directory, write

_LOG_LINES = 20


class RolledBack(Failure):
    """Files, and service as far as possible, are as they were before."""


@dataclass(frozen=True)
class Host:
    """Where the plan is carried out. `owner` is that of our own files; the main file keeps its own."""

    config_file: str
    include_dir: str
    login: Login
    service: Service | None
    patience: Patience
    owner: Owner


@dataclass
class Applied:
    restarted: bool = False
    aof_switch: AofSwitch | None = None


@dataclass
class Application:
    """One run of a plan on a host. `server` is None when none runs, or none can be reached."""

    plan: Plan
    facts: Facts
    host: Host
    server: LocalServer | None
    applied: Applied = field(default_factory=Applied)

    def run(self) -> Applied:
        """Raises Refused when nothing was changed, RolledBack when what had been changed was undone, Failure."""
        plan = self.plan
        if self.server and plan.rewrite_first:
            rewrite_aof_without(self.server, plan.rewrite_first, self.host.patience)
        if self.server:
            self._set_live(self.server)
        snapshots = [Snapshot.take(path) for path in {*plan.written, self.host.config_file}]
        try:
            if plan.switch is Switch.AFTER_START:
                self._start_and_switch()
            else:
                self._write(plan.written)
            if plan.restart:
                self._restart()
        except (CheckError, Failure, OSError) as failure:
            self._roll_back(snapshots, failure)
        return self.applied

    def _set_live(self, server: LocalServer) -> None:
        plan = self.plan
        settings = {name: value for name, value in plan.settings.items() if name != "appendonly"}
        set_live(server, settings)
        try:
            if plan.switch is Switch.ON:
                self.applied.aof_switch = switch_aof_on(server, self.host.patience)
            elif "appendonly" in plan.settings:
                self._give_up_aof(server)
        except (CheckError, Failure):
            self._unset_live(server, settings)
            raise

    def _give_up_aof(self, server: LocalServer) -> None:
        """Before a restart the AOF stays on, as the way back; with save points the server saves as it ends."""
        if self.plan.restart:
            return
        if self.plan.switch is Switch.OFF and self.facts.candidate.observed.settings.get("save"):
            save_snapshot(server, self.host.patience)
        set_live(server, {"appendonly": self.plan.settings["appendonly"]})

    def _unset_live(self, server: LocalServer, settings: Mapping[str, str]) -> None:
        before = self.facts.present.observed.settings
        set_live(server, {name: before[name] for name in settings if name in before})

    def _write(self, texts: Mapping[str, str]) -> None:
        """Raises Conflict when the main file is no longer as it was read: servers and Sentinels write to it."""
        make_directory(self.host.include_dir, Owner(0o750, self.host.owner.uid, self.host.owner.gid))
        for path, text in texts.items():
            is_main = path == self.host.config_file
            if is_main and Snapshot.take(path).text != self.facts.texts[path]:
                raise Conflict(f"{path} was changed by another while this ran (CONFIG REWRITE?): run it again")
            write(path, text, Owner.of(path) if is_main else self.host.owner)

    def _restart(self) -> None:
        service = certain(self.host.service)
        log = _Log(self.facts)
        if self.server:
            self.server.close()
            self.server = None
        try:
            service.restart()
            self._await_server().close()
        except Failure as failure:
            raise Failure(f"{failure}\n{log.news()}".strip()) from failure
        self.applied.restarted = True

    def _start_and_switch(self) -> None:
        """The last line of the main file wins: with it, whatever starts the server on the way finds the RDB file."""
        service = certain(self.host.service)
        path, texts = self.host.config_file, self.plan.written
        final = texts.get(path, self.facts.written[path])
        self._write({path: without_aof(self.facts.texts[path] or "")})
        self._write({each: text for each, text in texts.items() if each != path})
        write(path, without_aof(final), Owner.of(path))
        try:
            service.start()
            server = self._await_server()
            self.applied.aof_switch = switch_aof_on(server, self.host.patience)
            server.close()
        except (CheckError, Failure):
            service.stop()
            raise
        write(path, final, Owner.of(path))

    def _await_server(self) -> LocalServer:
        """Logged in, and with all its data loaded. Raises Failure."""

        def attempt() -> LocalServer | CheckError:
            try:
                server = connect(self.host.config_file, self.host.login)
            except CheckError as error:
                return error
            if server.info("persistence").get("loading") == "1":
                server.close()
                return CheckError("LOADING")
            return server

        def is_final(outcome: LocalServer | CheckError) -> bool:
            return isinstance(outcome, LocalServer) or not outcome.cause.transient

        patience = self.host.patience
        outcome, _attempts = wait_until(attempt, is_final, patience.seconds, patience.clock)
        if isinstance(outcome, CheckError):
            raise Failure(f"the server cannot be used after its start: {outcome.detail}")
        return outcome

    def _roll_back(self, snapshots: list[Snapshot], failure: Exception) -> None:
        """Raises RolledBack, always."""
        for snapshot in snapshots:
            snapshot.restore()
        told = failure.detail if isinstance(failure, CheckError) else str(failure)
        told = hide_secrets(told, self.facts.candidate.configuration, self.facts.wanted.secrets)
        if self.server:
            try:
                self._unset_live(self.server, self.plan.settings)
            except (CheckError, Failure) as second:
                told = f"{told}\nThe files are as they were before, yet the settings of the server are not: {second}"
                raise RolledBack(told) from failure
            raise RolledBack(f"{told}\nFiles and settings are as they were before.") from failure
        service = self.host.service
        if service is None or self.facts.present.state is State.STOPPED:
            raise RolledBack(f"{told}\nThe files are as they were before, and the server is stopped.") from failure
        try:
            if self.plan.switch is Switch.ON:
                self._return_to_rdb()
            else:
                service.restart()
            self._await_server().close()
        except (CheckError, Failure) as second:
            told = f"{told}\nThe files are as they were before, yet with them the server does not start: {second}"
            raise RolledBack(told) from failure
        raise RolledBack(
            f"{told}\nThe files are as they were before, and the server runs with them again."
        ) from failure

    def _return_to_rdb(self) -> None:
        """The AOF, written a moment ago, has everything; the RDB file need not. So start with it, then switch."""
        service = certain(self.host.service)
        path = self.host.config_file
        before = Snapshot.take(path)
        write(path, with_last_line(certain(before.text), "appendonly", "yes"), certain(before.owner))
        try:
            service.restart()
            server = self._await_server()
            if self.facts.present.observed.settings.get("save"):
                save_snapshot(server, self.host.patience)
            set_live(server, {"appendonly": "no"})
            server.close()
        finally:
            before.restore()


def with_last_line(text: str, *words: str) -> str:
    return f"{text.rstrip()}\n{render(*words)}\n"


def without_aof(text: str) -> str:
    return with_last_line(text, "appendonly", "no")


class _Log:
    """What the server writes to its log file from now on; units of distributions do not send it to the journal."""

    def __init__(self, facts: Facts) -> None:
        self._path = facts.candidate.observed.settings.get("logfile", "")
        self._start = os.path.getsize(self._path) if os.path.isfile(self._path) else 0

    def news(self) -> str:
        if not os.path.isfile(self._path):
            return ""
        with open(self._path, "rb") as file:
            file.seek(self._start)
            lines = file.read().decode(errors="replace").splitlines()
        return refusal_words("\n".join(lines[-_LOG_LINES:]))


def set_live(server: LocalServer, settings: Mapping[str, str]) -> None:
    """All or nothing. Raises Refused with the server's words."""
    if not settings:
        return
    words = [word for name, value in sorted(settings.items()) for word in (name, value)]
    try:
        server.command("CONFIG", "SET", *words)
    except CheckError as error:
        raise Refused([f"the running server refuses {', '.join(sorted(settings))}: {error.evidence}"]) from error
