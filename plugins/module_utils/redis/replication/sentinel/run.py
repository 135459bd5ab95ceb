# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making a Sentinel what it should be: look, plan, refuse or carry out, look again."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from ....reconcile.plan import Plan, Step
from ....reconcile.problems import Failure, NotConverged, Refused
from ....reconcile.secret import reveal
from ...certain import certain
from ...conf.files import Configuration
from ...conf.store import Snapshot, write
from ...failures import CheckError
from ...local import LocalServer, Login, connect
from ...session import Reply
from ...waiting import Clock
from ..addresses import Address
from ..polling import await_outcome
from ..sentinels import fields_of
from .file import Lines, Monitored, differing, edit, monitored_by, own_settings
from .planner import RESTART, Spec, State, plan_sentinel

_TLS_FILES = ("tls-ca-cert-file", "tls-cert-file", "tls-key-file")
_SHOWN_BY_SENTINEL = ("down-after-milliseconds", "failover-timeout", "parallel-syncs", "quorum")


class Unit(Protocol):
    """What of a service is needed here. Both raise UnitFailed."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True)
class Outcome:
    """`known` is what the Sentinel says of the primary, as in SENTINEL MASTER; empty where it was not asked."""

    plan: Plan
    known: Mapping[str, str]
    has_quorum: bool

    def as_dict(self) -> dict[str, Any]:
        known = self.known
        return {
            "primary": {"host": known["ip"], "port": int(known["port"])} if known else None,
            "replicas": int(known["num-slaves"]) if known else None,
            "sentinels": int(known["num-other-sentinels"]) + 1 if known else None,
            "has_quorum": self.has_quorum,
            "restarted": any(step.operation == RESTART for step in self.plan.steps),
        }


@dataclass(frozen=True)
class SentinelRun:
    """`service` None: the Sentinel is not restarted. `wait_timeout` in seconds."""

    config_file: str
    login: Login
    service: Unit | None
    clock: Clock
    wait_timeout: float = 60.0

    def run(self, spec: Spec, check: bool) -> Outcome:
        """Raises Refused, with nothing changed, and Failure."""
        state, outcome = self._look(spec)
        plan = plan_sentinel(spec, state)
        if plan.refusals:
            raise Refused(plan.refusals, plan)
        if check:
            return replace(outcome, plan=plan)
        if not plan.is_empty:
            outcome = self._carry_out(plan, spec, outcome.has_quorum)
        if spec.await_quorum and not outcome.has_quorum:
            self._await_quorum(spec.name)
            outcome = replace(outcome, has_quorum=True)
        return replace(outcome, plan=plan)

    def _carry_out(self, plan: Plan, spec: Spec, had_quorum: bool) -> Outcome:
        for step in plan.steps:
            self._execute(step, spec, had_quorum)
        state, outcome = self._look(spec)
        left = plan_sentinel(spec, state)
        if left.unsettled:
            raise NotConverged(left)
        return outcome

    def _look(self, spec: Spec) -> tuple[State, Outcome]:
        configuration = Configuration.read(self.config_file)
        state = State(
            running=True,
            monitored=monitored_by(configuration),
            own=own_settings(configuration),
            differing={
                name: [line.arguments for line in configuration.all(name)]
                for name in differing(configuration, spec.directives)
            },
        )
        try:
            server = connect(self.config_file, self.login)
        except CheckError as error:
            if error.code != "CONNECTION_REFUSED":
                raise self._failure(error) from error
            return replace(state, running=False), Outcome(Plan(), {}, has_quorum=False)
        try:
            return self._ask(server, spec.name, state)
        except CheckError as error:
            raise self._failure(error) from error
        finally:
            server.close()

    def _ask(self, server: LocalServer, name: str, state: State) -> tuple[State, Outcome]:
        reply = server.command("SENTINEL", "MASTERS")
        told = {each["name"]: each for each in map(fields_of, reply if isinstance(reply, list) else [])}
        monitored = {key: _as_told(found, told[key]) for key, found in state.monitored.items() if key in told}
        stale = tuple(_files_newer_than_process(server.configuration, int(server.info("server")["process_id"])))
        known = told.get(name, {})
        outcome = Outcome(Plan(), known, has_quorum=bool(known) and _has_quorum(server, name))
        return replace(state, monitored=monitored, stale=stale), outcome

    def _execute(self, step: Step, spec: Spec, had_quorum: bool) -> None:
        if step.operation == RESTART:
            self._restart({name: spec.directives[name] for name in step.arguments["directives"]})
            if had_quorum:
                self._await_quorum(spec.name)
            return
        server = self._connect()
        try:
            server.command(*step.operation.split(), *_words(step))
        except CheckError as error:
            # Never the words themselves, among which are passwords.
            raise Failure(f"{step.operation} {', '.join(step.because)}: {error.evidence}") from error
        finally:
            server.close()

    def _restart(self, wanted: Mapping[str, Lines]) -> None:
        """Stopped first, lest Sentinel writes its own idea of the file over the new one."""
        service = certain(self.service)
        service.stop()
        before = Snapshot.take(self.config_file)
        try:
            write(self.config_file, edit(certain(before.text), wanted), certain(before.owner))
            service.start()
        except (Failure, OSError) as error:
            before.restore()
            try:
                service.start()
            except (Failure, OSError) as second:
                told = "the new settings were taken back, yet Sentinel does not start with those before either"
                raise Failure(f"{error}\n{told}: {second}") from error
            raise Failure(f"the new settings were taken back, and Sentinel runs with those before: {error}") from error

    def _connect(self) -> LocalServer:
        try:
            return connect(self.config_file, self.login)
        except CheckError as error:
            raise self._failure(error) from error

    def _await_quorum(self, name: str) -> None:
        """So that the next Sentinel is not stopped before this one has found the others again."""
        server = self._connect()
        try:
            if not await_outcome(lambda: _has_quorum(server, name), bool, self.wait_timeout, self.clock):
                raise Failure(
                    f"Sentinel sees too few Sentinels of {name} after {self.wait_timeout:g} seconds: no quorum"
                )
        finally:
            server.close()

    def _failure(self, error: CheckError) -> Failure:
        return Failure(f"the Sentinel of {self.config_file}: {error.detail}. Look at: {error.cause.look_at}")


def _words(step: Step) -> list[str]:
    arguments = reveal(dict(step.arguments))
    if step.operation == "SENTINEL CONFIG SET":
        return [word for pair in arguments.items() for word in pair]
    if step.operation == "SENTINEL SET":
        return [arguments["name"], *arguments["words"]]
    return [str(word) for word in arguments.values()]


def _as_told(found: Monitored, told: Mapping[str, str]) -> Monitored:
    """What is in effect, where the Sentinel tells it."""
    options = {**found.options, **{name: told[name] for name in _SHOWN_BY_SENTINEL}}
    return replace(found, address=Address(told["ip"], int(told["port"])), options=options)


def _has_quorum(server: LocalServer, name: str) -> bool:
    try:
        reply: Reply = server.command("SENTINEL", "CKQUORUM", name)
    except CheckError:
        return False
    return str(reply).startswith("OK")


def _files_newer_than_process(configuration: Configuration, pid: int) -> list[str]:
    """What the process read when it began, and what has changed since: TLS files (redis#12691), its own program."""
    paths = [configuration.last(name) for name in _TLS_FILES]
    began = _began(pid)
    newer = [path for path in paths if path and os.path.exists(path) and os.stat(path).st_ctime > began]
    program, deleted, _nothing = os.readlink(f"/proc/{pid}/exe").partition(" (deleted)")
    return [*newer, program] if deleted else newer


def _began(pid: int) -> float:
    """When the process was started, in seconds since the epoch; proc(5), field 22, rounds down to a tick."""
    ticks = int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
    since_boot = time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.time() - since_boot + (ticks + 1) / os.sysconf("SC_CLK_TCK")
