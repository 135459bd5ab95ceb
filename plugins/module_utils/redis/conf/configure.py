# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""directives → candidate → scratch start → facts → plan → apply → look again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...reconcile.problems import Failure, Refused
from ...reconcile.secret import Secret, conceal
from ..failures import CheckError
from ..local import LocalServer, connect
from ..waiting import wait_until
from .apply import Application, Applied, Host
from .certificate import compare_certificates
from .disk import DataFiles, find_commands
from .document import Claim, edit_main, render_file, without_ours
from .facts import Candidate, Certificates, Disk, Facts, Observed, Present, Spoken, State, Terms
from .files import Configuration
from .lines import parse
from .names import ADDING, canonical, is_secret
from .observe import Questions, is_watched, observe_candidate, observe_files, observe_running, spoken_names
from .plan import How, Plan, PlanRefused
from .planner import plan_changes
from .refusals import vanishing
from .scratch import Engine, ScratchRefused, hide_secrets
from .store import Owner, Snapshot
from .wanted import Wanted

RESTART_FILE = "restart.conf"
LIVE_FILE = "live.conf"


@dataclass(frozen=True)
class Request:
    engine: Engine
    wanted: Wanted
    terms: Terms


@dataclass(frozen=True)
class Result:
    plan: Plan
    facts: Facts
    applied: Applied
    settings: Mapping[str, str] = field(repr=False)
    is_running: bool

    def to_dict(self) -> dict[str, Any]:
        """All but the last four are functions of the plan alone, hence equal in check mode and in the run after it."""
        secret = {directive.name for directive in self.facts.wanted.directives if directive.secret}
        settings = {
            name: Secret(value) if value and (name in secret or is_secret(name)) else value
            for name, value in sorted(self.settings.items())
        }
        restarts = self.plan.restart and not self.applied.restarted
        return {
            "changed": bool(self.plan.changes),
            "changes": [change.to_dict() for change in self.plan.changes],
            "diff": self.plan.diff,
            "version": self.facts.candidate.observed.version,
            "restart_required": self.plan.pending or restarts,
            "restarted": self.applied.restarted,
            "aof_switch": self.applied.aof_switch.to_dict() if self.applied.aof_switch else None,
            "running": self.is_running,
            "config": conceal(settings),
        }


def configure(request: Request, host: Host, check: bool) -> Result:
    """Raises Refused (of it PlanRefused and what the scratch server says), RolledBack, Failure, OSError, ValueError."""
    server, current = _connect(host)
    try:
        facts = gather(request, host, server, current)
        plan = plan_changes(facts)
        if plan.refusals:
            raise PlanRefused(plan)
        if check or not plan.changes:
            settings = facts.present.observed.settings if server else facts.candidate.observed.settings
            return Result(plan, facts, Applied(), settings, is_running=facts.present.state is not State.STOPPED)
        application = Application(plan, facts, host, server)
        application.run()
        return _confirm(application)
    except CheckError as error:
        raise Failure(f"{host.config_file}: {error.detail}. Look at: {error.cause.look_at}") from error
    finally:
        if server:
            server.close()


def gather(request: Request, host: Host, server: LocalServer | None, current: Configuration) -> Facts:
    """Everything that the plan depends on. Nothing is changed; a scratch server or two have been started and ended."""
    texts = {path: Snapshot.take(path).text for path in (*_includes(host), host.config_file)}
    claim = _claim(request.wanted, host, texts, current)
    text = texts[host.config_file] or ""
    rest = Configuration.of(host.config_file, without_ours(host.config_file, text, claim))
    candidate = _candidate(request, rest.followed_by(*request.wanted.lines), _questions(text, claim, host), host)
    claim = replace(claim, agreed=candidate.agreed)
    main = edit_main(host.config_file, text, claim)
    present = _present(request, host, server, current, candidate)
    present = _with_names(present, server, candidate, claim)
    wanted = request.wanted
    fixed = [directive for directive in wanted.included if canonical(directive.name) in candidate.fixed]
    fixed += [directive for directive in wanted.included if directive.name not in candidate.observed.settings]
    restart_path, live_path = claim.includes
    written = {
        restart_path: render_file(fixed, wanted.renamed.items()),
        live_path: render_file(directive for directive in wanted.included if directive not in fixed),
        host.config_file: main.text,
    }
    loose = {path: str(Owner.of(path)) for path in claim.includes if texts[path] is not None}
    return Facts(
        wanted,
        claim,
        request.terms,
        candidate,
        present,
        _disk(present, candidate),
        _certificates(present, candidate, host),
        texts,
        written,
        {path: owner for path, owner in loose.items() if owner != str(host.owner)},
        str(host.owner),
    )


def _includes(host: Host) -> tuple[str, str]:
    return os.path.join(host.include_dir, RESTART_FILE), os.path.join(host.include_dir, LIVE_FILE)


def _connect(host: Host) -> tuple[LocalServer | None, Configuration]:
    """The running server, once it has loaded its data, and the configuration of the files."""
    current = Configuration.read(host.config_file)
    try:
        server = connect(host.config_file, host.login)
    except CheckError as error:
        is_active = host.service is not None and host.service.is_active()
        if error.code == "CONNECTION_REFUSED" or (host.service and not is_active):  # what refuses us is another server
            return None, current
        raise Failure(f"{host.config_file}: {error.detail}. Look at: {error.cause.look_at}") from error
    patience = host.patience
    wait_until(
        lambda: server.info("persistence").get("loading", "0"),
        lambda loading: loading == "0",
        patience.seconds,
        patience.clock,
    )
    return server, current


def _claim(wanted: Wanted, host: Host, texts: Mapping[str, str | None], current: Configuration) -> Claim:
    """What was ours in the last run is so in this one, too: it is taken back."""
    old = [line for path in _includes(host) for line in parse(path, texts[path] or "")]
    commands = {line.arguments[0].upper() for line in old if line.name == "rename-command"}
    names = {canonical(line.name) for line in old if line.name != "rename-command"}
    modules = wanted.directive("loadmodule")
    passwords = wanted.directive("requirepass")
    password = passwords.lines[0][0] if passwords else None
    loaded = [line for line in current.all("loadmodule") if line.path != host.config_file and line.arguments]
    return Claim(
        _includes(host),
        frozenset(names | wanted.names),
        frozenset(commands | wanted.renamed.keys()),
        modules.rendered if modules else None,
        frozenset(line.arguments[0] for line in loaded),
        password and hashlib.sha256(password.encode(errors="surrogateescape")).hexdigest(),
    )


def _questions(text: str, claim: Claim, host: Host) -> Questions:
    copies: dict[str, str] = {}
    for line in edit_main(host.config_file, text, claim).removed:
        name = canonical(line.name)
        copies[name] = " ".join([copies[name], *line.arguments] if name in ADDING & copies.keys() else line.arguments)
    return Questions(claim.names, {name: copy for name, copy in copies.items() if name in claim.names})


def _candidate(request: Request, configuration: Configuration, questions: Questions, host: Host) -> Candidate:
    try:
        return observe_candidate(request.engine, configuration, questions, host.login)
    except ScratchRefused as refused:
        words = hide_secrets(str(refused), configuration, request.wanted.secrets)
        raise Refused([f"{words.rstrip('.')}. Nothing was changed"]) from None  # the cause has the words as they came


def _present(
    request: Request, host: Host, server: LocalServer | None, current: Configuration, candidate: Candidate
) -> Present:
    def from_files() -> Observed:
        if current.lines == candidate.configuration.lines:
            return candidate.observed
        return observe_files(request.engine, current, host.login)

    if server is None:
        is_active = host.service is not None and host.service.is_active()
        return Present(State.UNREACHABLE if is_active else State.STOPPED, current, from_files())
    try:
        return observe_running(server, None, ())
    except CheckError as error:
        if error.code != "COMMAND_REMOVED":
            raise
        return observe_running(server, from_files(), (*_includes(host), host.config_file))


def _with_names(present: Present, server: LocalServer | None, candidate: Candidate, claim: Claim) -> Present:
    """What the commands are called of which we change the names, or did."""
    now, then = present.configuration.renamed_commands, candidate.configuration.renamed_commands
    if server is None:
        return replace(present, names={own: Spoken(now.get(own, own)) for own in claim.commands})
    possible = {own: {own, now.get(own, ""), then.get(own, "")} for own in claim.commands}
    names = spoken_names(server, possible)
    return replace(
        present, names=names, is_watched=bool(vanishing(names, candidate.configuration)) and is_watched(server)
    )


def _disk(present: Present, candidate: Candidate) -> Disk:
    if "dbfilename" not in present.observed.settings:
        return Disk()
    files, moved = (DataFiles.of(observed.settings) for observed in (present.observed, candidate.observed))
    aof = files.aof
    has_aof = present.observed.settings.get("appendonly") == "yes"
    lost = vanishing(present.names, candidate.configuration) if has_aof else {}
    return Disk(
        files.rdb_has_data,
        bool(aof),
        files.aof_has_data,
        moved != files and (moved.rdb_has_data or moved.aof_has_data),
        find_commands(aof, frozenset(lost.values())),
    )


def _certificates(present: Present, candidate: Candidate, host: Host) -> Certificates | None:
    path = candidate.observed.settings.get("tls-cert-file", "")
    if present.state is not State.RUNNING or present.observed.settings.get("tls-cert-file") != path:
        return None
    return compare_certificates(present.observed.settings, path, host.login.timeout)


def _confirm(application: Application) -> Result:
    """Look again. Raises Failure when something that was to be in effect is not."""
    plan, facts, host, applied = application.plan, application.facts, application.host, application.applied
    has_started = applied.restarted or applied.aof_switch is not None
    wanted = facts.candidate.observed.settings
    if application.server is None and not has_started:
        return Result(plan, facts, applied, wanted, is_running=False)
    server = application.server or connect(host.config_file, host.login)
    try:
        settings = server.settings()
    except CheckError as error:
        if error.code != "COMMAND_REMOVED":
            raise
        return Result(plan, facts, applied, wanted, is_running=True)
    finally:
        server.close()
    due = {How.LIVE, How.RESTART} if applied.restarted else {How.LIVE}
    named = {change.directive for change in plan.changes if change.how in due}
    differing = sorted(name for name in named & wanted.keys() if settings.get(name) != wanted[name])
    if differing:
        raise Failure(
            f"still not as wanted after the run: {', '.join(differing)}; does the unit's command line set it?"
        )
    return Result(plan, facts, applied, settings, is_running=True)
