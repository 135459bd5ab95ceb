# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From facts to a plan: what is set on the running server, what waits for a restart, what must not be. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...reconcile.secret import Secret
from .compare import changes_of_files, changes_of_modules, changes_of_names, changes_of_settings
from .facts import Certificates, Facts, State
from .names import canonical
from .plan import Change, How, Plan, Switch
from .refusals import DOORS, Refusal, find_refusals, vanishing, warn


def plan_changes(facts: Facts) -> Plan:
    found = {change.directive: change for change in _changes(facts)}
    switch = _switch(facts, found)
    if switch is not Switch.NONE and facts.present.state is not State.UNREACHABLE:
        found["appendonly"] = _switched(found.get("appendonly"), switch)
    found = _doors_with_users(found)
    restarts = facts.terms.may_restart and any(change.how is How.RESTART for change in found.values())
    refusals = find_refusals(facts, found, switch, restarts)
    changes = _decided(facts, found, refusals)
    running = facts.present.state is State.RUNNING
    settings = facts.candidate.observed.settings if running else {}
    live = {change.directive for change in changes if change.how is How.LIVE} & settings.keys()
    return Plan(
        changes,
        tuple(f"{refusal.directive}: {refusal.why}" for refusal in refusals),
        tuple(warn(facts, restarts)),
        {name: settings[name] for name in sorted(live)},
        {path: text for path, text in facts.written.items() if facts.texts[path] != text or path in facts.loose},
        switch,
        frozenset(vanishing(facts.present.names, facts.candidate.configuration).values()) & facts.disk.dirty
        if running
        else frozenset(),
        restarts,
        _is_pending(facts, found),
    )


def _doors_with_users(found: dict[str, Change]) -> dict[str, Change]:
    """Users of an ACL file come with a restart. Until then nobody has to log in, so no door is opened before."""
    if "aclfile" not in found or found["aclfile"].how is not How.RESTART:
        return found
    why = "at once with the users of the ACL file"
    waiting = {name: change for name, change in found.items() if canonical(name) in DOORS and change.how is How.LIVE}
    return {**found, **{name: replace(change, how=How.RESTART, why=why) for name, change in waiting.items()}}


def _changes(facts: Facts) -> Iterator[Change]:
    named: set[str] = set()
    for change in (*changes_of_settings(facts), *changes_of_names(facts), *changes_of_modules(facts)):
        named.add(change.directive)
        yield change
    if facts.certificates and facts.certificates.served and "tls-cert-file" not in named:
        yield from _renewal(facts, facts.certificates)
    present = facts.present
    if present.is_stale or present.state is State.UNREACHABLE:
        why = "the files are newer than the process, which cannot be asked what it has read"
        yield Change("restart", None, None, How.RESTART, why)
    yield from changes_of_files(facts, named)


def _renewal(facts: Facts, certificates: Certificates) -> Iterator[Change]:
    if certificates.served != certificates.in_file and facts.present.state is State.RUNNING:
        before, after = (
            f"{certificates.path} (SHA-256 {each})" for each in (certificates.served, certificates.in_file)
        )
        how = How.LIVE if facts.present.has_config else How.RESTART
        yield Change("tls-cert-file", before, after, how, "the port serves another certificate than the file has")


def _switch(facts: Facts, found: dict[str, Change]) -> Switch:
    present, disk = facts.present, facts.disk
    now, then = (observed.settings.get("appendonly") for observed in (present.observed, facts.candidate.observed))
    would_be_empty = then == "yes" and disk.rdb_has_data and (now == "no" or not disk.aof_exists)
    if present.state is State.STOPPED:
        return Switch.AFTER_START if would_be_empty else Switch.NONE
    if present.state is State.UNREACHABLE:
        return Switch.ON if would_be_empty else Switch.NONE
    if now == then or "appendonly" not in found:
        return Switch.NONE
    if then == "no":
        return Switch.OFF if present.has_keys and present.has_config else Switch.NONE
    return Switch.ON if present.has_config or present.has_keys else Switch.NONE


def _switched(change: Change | None, switch: Switch) -> Change:
    why = {
        Switch.ON: "the running server writes all its data to the AOF before the files ask for one",
        Switch.OFF: "with save points, a snapshot is made before the AOF is given up",
        Switch.AFTER_START: "started without AOF it loads its RDB file, and is then told to switch",
    }[switch]
    return replace(change or Change("appendonly", "no", "yes", How.LIVE), how=How.LIVE, why=why)


def _decided(facts: Facts, found: dict[str, Change], refusals: list[Refusal]) -> tuple[Change, ...]:
    """With what may not be restarted left to the next start, and refusals in their place."""
    settled = {name: _settled(facts, change) for name, change in found.items()}
    for refusal in refusals:
        change = settled.get(refusal.directive) or Change(refusal.directive, None, _wanted(facts, refusal), How.REFUSED)
        settled[refusal.directive] = replace(change, how=How.REFUSED, why=refusal.why)
    return tuple(change for _name, change in sorted(settled.items()) if change is not None)


def _settled(facts: Facts, change: Change) -> Change | None:
    """None for what is in the files already and waits for a restart that this run may not do."""
    if change.how is not How.RESTART or facts.terms.may_restart:
        return change
    if all(facts.texts[path] == text for path, text in facts.written.items()):
        return None
    return replace(change, how=How.NEXT_START, why=f"{change.why}; this task may not restart the server")


def _wanted(facts: Facts, refusal: Refusal) -> str | Secret | None:
    directive = facts.wanted.directive(refusal.directive)
    return directive.shown if directive else facts.candidate.observed.settings.get(refusal.directive)


def _is_pending(facts: Facts, found: dict[str, Change]) -> bool:
    return any(change.how is How.RESTART for change in found.values()) and not facts.terms.may_restart
