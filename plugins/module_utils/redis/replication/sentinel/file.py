# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sentinel's own file. A running Sentinel writes it anew from what it knows, whenever it learns something: what another
hand wrote meanwhile is lost. So its own settings are edited only while it is stopped; it keeps what it starts with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ....reconcile.secret import Secret
from ...conf.files import Configuration
from ...conf.lines import parse, render
from ..addresses import Address

Lines = Sequence[Sequence[str]]
"""The arguments of each line of one directive."""

# What Sentinel leaves out of its file (sentinel.c).
DEFAULTS = {"down-after-milliseconds": "30000", "failover-timeout": "180000", "parallel-syncs": "1", "auth-user": ""}
OWN_DEFAULTS = {
    "announce-hostnames": "no",
    "announce-ip": "",
    "announce-port": "0",
    "resolve-hostnames": "no",
    "sentinel-pass": "",
    "sentinel-user": "",
}


@dataclass(frozen=True)
class Monitored:
    """A primary that the Sentinel looks after. `options` by their names in SENTINEL SET, `quorum` among them."""

    address: Address
    options: Mapping[str, str]
    password: Secret = field(default_factory=lambda: Secret(""))
    renamed_commands: Mapping[str, str] = field(default_factory=dict)


def monitored_by(configuration: Configuration) -> dict[str, Monitored]:
    """By name. It is what the Sentinel knows too, since it writes every change down before it answers."""
    found = {}
    for _monitor, name, host, port, quorum in _sentinel_lines(configuration, "monitor"):
        told = {
            words[0]: " ".join(words[2:])
            for words in (line.arguments for line in configuration.all("sentinel"))
            if len(words) > 2 and words[1] == name and words[0] != "rename-command"
        }
        options = {option: told.get(option, default) for option, default in DEFAULTS.items()}
        renames = {
            words[2].upper(): words[3] for words in _sentinel_lines(configuration, "rename-command") if words[1] == name
        }
        found[name] = Monitored(
            Address(host, int(port)), {**options, "quorum": quorum}, Secret(told.get("auth-pass", "")), renames
        )
    return found


def own_settings(configuration: Configuration) -> dict[str, str]:
    """What SENTINEL CONFIG sets."""
    lines = [line.arguments for line in configuration.all("sentinel")]
    told = {words[0]: words[1] for words in lines if len(words) == 2}
    return {name: told.get(name, default) for name, default in OWN_DEFAULTS.items()}


def differing(configuration: Configuration, wanted: Mapping[str, Lines]) -> dict[str, Lines]:
    """Those of the wanted directives that the file has otherwise."""
    return {name: lines for name, lines in wanted.items() if not _is_as_wanted(configuration, name, lines)}


def edit(text: str, wanted: Mapping[str, Lines]) -> str:
    """The text with each wanted directive where it stood first, or else at the end; everything else is Sentinel's.

    Users that Sentinel wrote down go with the password or ACL file that replaces them: loaded later, they would win.
    """
    rest = dict(wanted)
    kept = []
    for content in text.rstrip("\n").split("\n"):
        name = next((line.name for line in parse("", content)), "")
        if name in wanted:
            kept += [render(name, *words) for words in rest.pop(name, [])]
        elif not _is_replaced_user(content, wanted):
            kept.append(content)
    kept += [render(name, *words) for name, lines in rest.items() for words in lines]
    return "\n".join(kept) + "\n"


def _is_replaced_user(content: str, wanted: Mapping[str, Lines]) -> bool:
    words = content.split()[:2]
    if words[:1] != ["user"]:
        return False
    return "aclfile" in wanted or ("requirepass" in wanted and words[1:] == ["default"])


def _is_as_wanted(configuration: Configuration, name: str, lines: Lines) -> bool:
    return [tuple(line.arguments) for line in configuration.all(name)] == [tuple(words) for words in lines]


def _sentinel_lines(configuration: Configuration, word: str) -> list[tuple[str, ...]]:
    return [line.arguments for line in configuration.all("sentinel") if line.arguments[:1] == (word,)]
