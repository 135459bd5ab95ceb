# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Sentinel is to be, what it is, and what has to be done to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ....reconcile.plan import Change, Disruption, Plan, Step
from ....reconcile.secret import Secret, reveal
from ...conf.names import is_secret
from ..addresses import Address, is_same_place
from ..planner import SENTINEL_NEEDS, SENTINEL_SAYS_TO_ALL
from .file import DEFAULTS, Lines, Monitored

# What Debian's package gives its users as an example.
EXAMPLE_NAME = "mymaster"
EXAMPLE_ADDRESS = Address("127.0.0.1", 6379)

RESTART = "restart"
_NOT_A_DIRECTIVE = {
    "include": "what is included would be written a second time into Sentinel's own file (redis#1980)",
    "rename-command": "Sentinel's commands have no other names",
    "sentinel": "the other options say what is monitored, and Sentinel itself writes it down",
    "user": "name an aclfile, or set requirepass",
}
_LIMITED = " \t\"'\\#"


@dataclass(frozen=True)
class Spec:
    """None and what is missing in the mappings is not managed.

    `directives` of the Sentinel itself, which need a restart, with the arguments of each line. `own` is what SENTINEL
    CONFIG sets, `options` what SENTINEL SET sets, both by the names that those commands have.
    """

    name: str
    present: bool = True
    primary: Address | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    password: Secret | None = None
    renamed_commands: Mapping[str, str] | None = None
    own: Mapping[str, str | Secret] = field(default_factory=dict)
    directives: Mapping[str, Lines] = field(default_factory=dict, repr=False)
    secret_directives: frozenset[str] = frozenset()
    may_restart: bool = False
    await_quorum: bool = False


@dataclass(frozen=True)
class State:
    """`differing` are the wanted directives that the file has otherwise, with the lines that it has.

    `stale` are files that are newer than the process, which reads them only at its start: TLS files, its own program.
    """

    running: bool
    monitored: Mapping[str, Monitored]
    own: Mapping[str, str]
    differing: Mapping[str, Lines] = field(default_factory=dict)
    stale: tuple[str, ...] = ()


def renames_for_sentinel(renamed_commands: Mapping[str, str]) -> dict[str, str]:
    """Of the servers' new names those that Sentinel has to know. It looks for SLAVEOF, never for REPLICAOF."""
    upper = {name.upper(): alias for name, alias in renamed_commands.items()}
    return {name: upper[name] for name in SENTINEL_NEEDS if upper.get(name) and upper[name].upper() != name}


def plan_sentinel(spec: Spec, state: State) -> Plan:
    parts = [*_restarts(spec, state), *_own(spec, state), *_removals(spec, state), *_monitoring(spec, state)]
    changes = tuple(change for part in parts for change in part.changes)
    return Plan(
        action="modify" if parts else "none",
        changes=changes,
        steps=tuple(part.step for part in parts),
        warnings=tuple(_warnings(spec, state)),
        refusals=tuple(_refusals(spec, state)),
    )


@dataclass(frozen=True)
class _Part:
    changes: tuple[Change, ...]
    step: Step


def _restarts(spec: Spec, state: State) -> Iterator[_Part]:
    changes = [
        Change(name, _shown(spec, name, lines), _shown(spec, name, spec.directives[name]), Disruption.NONE)
        for name, lines in state.differing.items()
    ]
    changes += [Change(path, "read when Sentinel started", "read anew", observable=False) for path in state.stale]
    if not state.running:
        changes.append(Change("running", before=False, after=True))
    if changes:
        arguments = {"directives": list(state.differing)}
        yield _Part(tuple(changes), Step(RESTART, arguments, tuple(change.field for change in changes)))


def _own(spec: Spec, state: State) -> Iterator[_Part]:
    for name, value in spec.own.items():
        if reveal(value) != state.own[name]:
            before = Secret(state.own[name]) if isinstance(value, Secret) else state.own[name]
            yield _part("SENTINEL CONFIG SET", Change(name, before, value), {name: value})


def _removals(spec: Spec, state: State) -> Iterator[_Part]:
    for name, found in state.monitored.items():
        is_unwanted = name == spec.name and not spec.present
        if is_unwanted or _is_example(spec, name, found):
            yield _part("SENTINEL REMOVE", Change(f"monitor {name}", str(found.address), None), {"name": name})


def _monitoring(spec: Spec, state: State) -> Iterator[_Part]:
    found = state.monitored.get(spec.name)
    if not spec.present:
        return
    if found is None or _is_example(spec, spec.name, found):
        if spec.primary is None:
            return
        quorum = spec.options.get("quorum", "1")
        arguments = {"name": spec.name, "host": spec.primary.host, "port": spec.primary.port, "quorum": quorum}
        yield _part("SENTINEL MONITOR", Change(f"monitor {spec.name}", None, str(spec.primary)), arguments)
        found = Monitored(spec.primary, {**DEFAULTS, "quorum": quorum})
    changes, words = _settings(spec, found)
    if changes:
        yield _Part(changes, Step("SENTINEL SET", words, tuple(change.field for change in changes)))


def _settings(spec: Spec, found: Monitored) -> tuple[tuple[Change, ...], dict[str, Any]]:
    """The changes, and the words that follow the name in SENTINEL SET."""
    changes = [
        Change(name, found.options[name], value) for name, value in spec.options.items() if found.options[name] != value
    ]
    words: list[str | Secret] = [word for change in changes for word in (change.field, str(change.after))]
    if spec.password is not None and spec.password != found.password:
        changes.append(Change("auth-pass", found.password, spec.password))
        words += ["auth-pass", spec.password]
    if spec.renamed_commands is not None:
        wanted = renames_for_sentinel(spec.renamed_commands)
        for name in sorted(wanted.keys() | found.renamed_commands.keys()):
            # A command that is renamed to itself is forgotten.
            before, after = found.renamed_commands.get(name, name), wanted.get(name, name)
            if before != after:
                changes.append(Change(f"rename-command {name}", before, after))
                words += ["rename-command", name, after]
    return tuple(changes), {"name": spec.name, "words": words}


def _warnings(spec: Spec, state: State) -> Iterator[str]:
    found = state.monitored.get(spec.name)
    if not (found and spec.present and spec.primary) or _is_example(spec, spec.name, found):
        return
    if not is_same_place(found.address, spec.primary):
        yield f"Sentinel has {found.address} as the primary of {spec.name}, not {spec.primary}: kept"


def _refusals(spec: Spec, state: State) -> Iterator[str]:
    for name in sorted(spec.directives.keys() & _NOT_A_DIRECTIVE.keys()):
        yield f"directives: {name} is not to be set here: {_NOT_A_DIRECTIVE[name]}"
    if (state.differing or state.stale or not state.running) and not spec.may_restart:
        what = ", ".join([*state.differing, *state.stale]) or "it does not run"
        yield f"Sentinel has to be started anew ({what}): name its service, or start it yourself"
    if spec.present and spec.primary is None and spec.name not in state.monitored:
        yield f"Sentinel does not monitor {spec.name} yet: primary_host is needed"
    secrets = {"auth_password": spec.password, "sentinel_password": spec.own.get("sentinel-pass")}
    for option, secret in secrets.items():
        if isinstance(secret, Secret) and any(character in _LIMITED for character in secret.reveal()):
            yield f"{option}: Sentinel writes it without quotes: there cannot be blanks, quotes, # or \\ in it"
    for name in sorted(filter(is_secret, spec.directives.keys() - spec.secret_directives - _NOT_A_DIRECTIVE.keys())):
        yield f"directives: {name}: give it in secret_directives, so that it appears in no output"
    yield from _rename_refusals(spec.renamed_commands or {})


def _rename_refusals(renamed_commands: Mapping[str, str]) -> Iterator[str]:
    upper = {name.upper(): alias for name, alias in renamed_commands.items()}
    removed = [name for name in SENTINEL_NEEDS if upper.get(name) == ""]
    if removed:
        yield f"renamed_commands: Sentinel cannot do without {', '.join(removed)}: a new name would do"
    common = [name for name in SENTINEL_SAYS_TO_ALL if name in upper]
    if common:
        yield f"renamed_commands: Sentinel says {', '.join(common)} to servers and Sentinels alike: leave the name"


def _is_example(spec: Spec, name: str, found: Monitored) -> bool:
    is_it = name == EXAMPLE_NAME and found.address == EXAMPLE_ADDRESS
    return is_it and (name != spec.name or spec.primary not in (None, EXAMPLE_ADDRESS))


def _part(operation: str, change: Change, arguments: Mapping[str, Any]) -> _Part:
    return _Part((change,), Step(operation, arguments, (change.field,)))


def _shown(spec: Spec, name: str, lines: Lines) -> Any:
    if name in spec.secret_directives or is_secret(name):
        return Secret(str(lines))
    return [" ".join(words) for words in lines]
