# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between that which runs and that which the files are to say. Pure.

Values are compared as servers word them: what the scratch server made of the candidate, and what the running one says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ...reconcile.secret import Secret
from .document import edit_main
from .facts import Facts, State
from .files import Configuration
from .lines import Line, parse
from .names import canonical, is_secret
from .plan import Change, How
from .wanted import Text, shown

_ONLY_FILES = "it is so already; now the files say it too"


def changes_of_settings(facts: Facts) -> Iterator[Change]:
    now, then = facts.present.observed.settings, facts.candidate.observed.settings
    for name in sorted(facts.claim.names - {"loadmodule"}):
        spoken = _spoken(facts, name)
        if spoken in then and now.get(spoken) != then[spoken]:
            how, why = _how(facts, name)
            yield Change(spoken, _value(facts, spoken, now.get(spoken)), _value(facts, spoken, then[spoken]), how, why)
        elif [line.text for line in _old(facts) if canonical(line.name) == name] != _new(facts, name):
            before, after = (_text(facts, name, after=after) for after in (False, True))
            yield Change(spoken, before, after, How.NEXT_START, _ONLY_FILES)


def changes_of_names(facts: Facts) -> Iterator[Change]:
    """Of commands. A server learns their names only when it starts."""
    renamed = facts.candidate.configuration.renamed_commands
    for own, spoken in sorted(facts.present.names.items()):
        if spoken.name != renamed.get(own, own):
            how = How.NEXT_START if facts.present.state is State.STOPPED else How.RESTART
            yield Change(f"rename-command {own}", spoken.name, renamed.get(own, own), how, "known from the start only")


def changes_of_modules(facts: Facts) -> Iterator[Change]:
    if facts.claim.modules is None:
        return
    now, then = facts.present.observed.modules, facts.candidate.observed.modules
    texts = [_loaded(configuration) for configuration in (facts.present.configuration, facts.candidate.configuration)]
    if now is not None and then is not None and now != then and facts.present.state is State.RUNNING:
        yield Change("loadmodule", list(now), list(then), How.RESTART, "modules come with their settings at the start")
    elif texts[0] != texts[1]:
        yield Change("loadmodule", texts[0], texts[1], How.NEXT_START, _ONLY_FILES)


def changes_of_files(facts: Facts, named: Collection[str]) -> Iterator[Change]:
    """What no other change tells: lines of the main file that go, and the includes."""
    path = facts.present.configuration.path
    told = {canonical(name) for name in named}
    text = facts.texts[path] or ""
    for line in edit_main(path, text, facts.claim).removed:
        directive = f"{line.name} {line.arguments[0]}" if line.name in {"rename-command", "user"} else line.name
        if canonical(directive) not in told and directive not in told:
            told.add(directive)
            yield Change(directive, _hidden(line), None, How.NEXT_START, f"{path} contradicts what is managed here")
    differing = sorted(each for each, wanted in facts.written.items() if facts.texts[each] != wanted)
    if differing and (not told or None in facts.texts.values()):
        yield Change("include", None, differing, How.NEXT_START, "these files are written")
    for each, mode in facts.loose.items():
        yield Change(each, mode, facts.tight, How.LIVE, "what is in this file is nobody else's business")


def _how(facts: Facts, name: str) -> tuple[How, str]:
    present = facts.present
    if present.state is State.STOPPED:
        return How.NEXT_START, "the server is stopped"
    if not present.has_config or present.state is State.UNREACHABLE:
        return How.RESTART, "the server cannot be told by CONFIG SET"
    refusal = facts.candidate.fixed.get(name)
    return (How.RESTART, f"CONFIG SET: {refusal}") if refusal else (How.LIVE, "by CONFIG SET")


def _spoken(facts: Facts, name: str) -> str:
    """The name as it was given, now or before."""
    directive = facts.wanted.directive(name)
    given = [directive.name] if directive else [line.name for line in _old(facts) if canonical(line.name) == name]
    return given[-1] if given else name


def _old(facts: Facts) -> list[Line]:
    return [line for path in facts.claim.includes for line in parse(path, facts.texts[path] or "")]


def _new(facts: Facts, name: str) -> list[str]:
    directive = facts.wanted.directive(name)
    return list(directive.rendered) if directive else []


def _text(facts: Facts, name: str, after: bool) -> Text | None:
    configuration = facts.candidate.configuration if after else facts.present.configuration
    found = [line for line in configuration.lines if canonical(line.name) == name]
    directive = facts.wanted.directive(name)
    if directive and after:
        return directive.shown
    return _value(facts, name, shown(name, [found[-1].arguments], is_secret(name)) if found else None)


def _value(facts: Facts, name: str, value: Text | None) -> Text | None:
    directive = facts.wanted.directive(canonical(name))
    secret = is_secret(name) or bool(directive and directive.secret)
    return Secret(value) if secret and isinstance(value, str) else value


def _hidden(line: Line) -> Text:
    return shown(line.name, [line.arguments])


def _loaded(configuration: Configuration) -> list[str]:
    return [" ".join(line.arguments) for line in configuration.all("loadmodule")]
