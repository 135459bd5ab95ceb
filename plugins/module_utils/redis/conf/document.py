# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The main file with what we add to it and what contradicts us taken out; everything else in it is somebody else's.

CONFIG REWRITE knows nothing of included files. It rewrites the lines that it finds in the main file and appends what
else differs from the defaults: after our includes, where it wins over them. Sentinel has servers do this.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from .lines import Line, parse
from .names import canonical
from .wanted import Directive

HEADER = "# Written by Ansible (redisops.cache.redis_config); changes by hand are overwritten."
BLOCK = "# Written by Ansible (redisops.cache.redis_config): what is included here wins over the lines above."


@dataclass(frozen=True)
class Claim:
    """What is ours: the files that are included, settings by their canonical names, commands, and module lines.

    `elsewhere`: paths of the modules that other included files load already. `password_hash`: SHA-256 of `requirepass`.
    `agreed`: settings of which what comes after the includes says the same as we do.
    """

    includes: tuple[str, ...]
    names: frozenset[str]
    commands: frozenset[str] = frozenset()
    modules: tuple[str, ...] | None = None
    elsewhere: frozenset[str] = frozenset()
    password_hash: str | None = None
    agreed: frozenset[str] = frozenset()

    @property
    def takes_users(self) -> bool:
        """With an ACL file, a server with `user` lines does not start, and `requirepass` protects nothing."""
        return "aclfile" in self.names


@dataclass(frozen=True)
class Edited:
    """`removed` are lines that said something else than we do, not our own."""

    text: str
    removed: tuple[Line, ...]


def render_file(directives: Iterable[Directive], renamed: Iterable[tuple[str, str]] = ()) -> str:
    lines = [line for directive in directives for line in directive.rendered]
    lines += [Line.of("rename-command", name, alias).text for name, alias in renamed]
    return "\n".join([HEADER, *lines, ""])


def edit_main(path: str, text: str, claim: Claim) -> Edited:
    """Raises ValueError for a file that is no configuration.

    Lines after the includes that say nothing against them stay there: a server that rewrites its file, as after each
    failover, is no reason to write it again.
    """
    lines = parse(path, text)
    own = {line.number for line in lines if _is_own(line, claim)}
    removed = tuple(_contradictions(lines, claim, min(own, default=0)))
    if not removed and _is_complete(lines, claim):
        return Edited(text, ())
    gone = own | {line.number for line in removed}
    kept = [raw for number, raw in enumerate(text.split("\n"), 1) if number not in gone and raw.rstrip("\r") != BLOCK]
    present = {line.text for line in lines if line.name == "loadmodule" and line.number not in gone}
    added = [module for module in claim.modules or () if module not in present]
    includes = [Line.of("include", include).text for include in claim.includes]
    body = "\n".join(kept).rstrip("\n")
    return Edited("\n".join([*([body] if body else []), *added, "", BLOCK, *includes, ""]), removed)


def without_ours(path: str, text: str, claim: Claim) -> str:
    """What others want: without the includes, and without what is in their place or contradicts them."""
    edited = edit_main(path, text, claim).text
    own = {line.number for line in parse(path, edited) if _is_own(line, claim)}
    return "\n".join(raw for number, raw in enumerate(edited.split("\n"), 1) if number not in own)


def _is_complete(lines: Iterable[Line], claim: Claim) -> bool:
    included = [line.arguments for line in lines if _is_own(line, claim)]
    loaded = {line.text for line in lines if line.name == "loadmodule"}
    return included == [(path,) for path in claim.includes] and loaded.issuperset(claim.modules or ())


def _is_own(line: Line, claim: Claim) -> bool:
    return line.name == "include" and bool(line.arguments) and set(line.arguments) <= set(claim.includes)


def _contradictions(lines: Collection[Line], claim: Claim, first_include: int) -> Iterator[Line]:
    loaded = set(claim.elsewhere)
    for line in lines:
        first = line.arguments[0] if line.arguments else ""
        if line.name == "loadmodule":
            is_unwanted = first in loaded or (claim.modules is not None and line.text not in claim.modules)
            loaded.add(first)
        elif line.name == "rename-command":
            is_unwanted = first.upper() in claim.commands
        elif line.name in {"user", "requirepass"} and claim.takes_users:
            is_unwanted = True
        elif line.name == "user" and first == "default":
            is_unwanted = claim.password_hash is not None and not _has_password(line, claim.password_hash)
        else:
            is_later = 0 < first_include < line.number
            is_unwanted = is_later and canonical(line.name) in claim.names - claim.agreed
        if is_unwanted:
            yield line


def _has_password(line: Line, password_hash: str) -> bool:
    """A `user default` line wins over `requirepass` at the next start, so it must not have another password."""
    return {word for word in line.arguments if word[0] in "#>" or word == "nopass"} == {f"#{password_hash}"}
