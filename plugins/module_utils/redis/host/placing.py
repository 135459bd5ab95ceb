# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files and directories of the host, made what they should be: all in one call, each of them in one step."""

from __future__ import annotations

import difflib
import grp
import os
import pwd
import shlex
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...reconcile.problems import Failure
from ...reconcile.secret import MARKER
from ..conf.store import Owner, make_directory, write
from ..processes import run
from .files import read_paths
from .wanted import find_differing

_OTHERS = 0o077


SHOWN_AT_MOST = 40
"""Lines of one file's difference."""


@dataclass(frozen=True)
class Entry:
    """One that differs: a file by its text, a file that should not be there by empty text, a directory by None."""

    path: str
    content: str | None
    owner: Owner
    validate: str = ""

    @property
    def is_private(self) -> bool:
        """Nobody but its owner may read it, so its text is shown to nobody else."""
        return not self.owner.mode & _OTHERS

    def place(self) -> None:
        if self.content is None:
            make_directory(self.path, self.owner)
            os.chown(self.path, self.owner.uid, self.owner.gid)
            os.chmod(self.path, self.owner.mode)
        elif self.content:
            os.makedirs(os.path.dirname(self.path), mode=0o755, exist_ok=True)
            write(self.path, self.content, self.owner)
        else:
            os.unlink(self.path)


@dataclass(frozen=True)
class Placement:
    """What a call changes, the same whether it has been done or not."""

    changes: list[dict[str, str]]
    diff: list[dict[str, str]]

    def to_dict(self) -> dict[str, Any]:
        return {"changed": bool(self.changes), "changes": self.changes, "diff": self.diff}


def place_files(files: Sequence[Mapping[str, Any]], contents: Mapping[str, str], check_mode: bool = False) -> Placement:
    """Directories before what is in them; `contents` by path, as `as_arguments` has both. Raises Failure and OSError.

    Every command that has to accept a text is asked before anything is changed.
    """
    wanted = [{**file, "content": contents.get(file["path"])} for file in files]
    strangers = contents.keys() - {file["path"] for file in files}
    if strangers:
        raise Failure(f"contents has {', '.join(sorted(strangers))}, which files has not")
    found = read_paths(entry["path"] for entry in wanted)
    entries = [_entry(each) for each in find_differing(wanted, found)]
    for entry in entries:
        _validate(entry)
    placement = Placement(
        [{"path": entry.path, "how": _how(entry, found[entry.path])} for entry in entries],
        [_difference(entry, found[entry.path]) for entry in entries],
    )
    for entry in () if check_mode else entries:
        entry.place()
    return placement


def _entry(wanted: Mapping[str, Any]) -> Entry:
    path, content = wanted["path"], wanted.get("content")
    if content is None and os.path.islink(path):
        raise Failure(f"{path} is a link, and should be a directory: remove it, or name the directory that it leads to")
    try:
        uid, gid = pwd.getpwnam(wanted["owner"]).pw_uid, grp.getgrnam(wanted["group"]).gr_gid
    except KeyError as error:
        raise Failure(f"{path} should be {wanted['owner']}:{wanted['group']}: {error.args[0]}") from error
    return Entry(path, content, Owner(int(wanted["mode"], 8), uid, gid), wanted.get("validate") or "")


def _validate(entry: Entry) -> None:
    if not entry.validate or not entry.content:
        return
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=f"-{os.path.basename(entry.path)}") as file:
        file.write(entry.content)
        file.flush()
        words = [file.name if word == "%s" else word for word in shlex.split(entry.validate)]
        done = run(words)
        if done.returncode:
            said = (done.stderr or done.stdout).strip().replace(file.name, entry.path)
            raise Failure(
                f"{entry.path}: {words[0]} does not accept what it should be, and nothing was changed: {said}"
            )


def _how(entry: Entry, found: Mapping[str, Any]) -> str:
    if entry.content == "":
        return "removed"
    return "changed" if found["exists"] else "created"


def _difference(entry: Entry, found: Mapping[str, Any]) -> dict[str, str]:
    """As text that is ready to be shown: what was given as `content` is taken out of all other results."""
    before, after = _lines(entry, found), (entry.content or "").splitlines()
    if before != after and (entry.is_private or _is_private(found)):
        before, after = [MARKER][: len(before)], [MARKER][: len(after)]
        changed: Iterable[str] = [*(f"-{line}" for line in before), *(f"+{line}" for line in after)]
    else:
        changed = _abridged(list(difflib.unified_diff(before, after, lineterm="", n=1))[2:])
    attributes = [] if entry.content == "" else _attributes(entry, found)
    return {"prepared": "\n".join([f"{entry.path}: {_how(entry, found)}", *attributes, *changed, ""])}


def _abridged(lines: list[str]) -> list[str]:
    """A whole program would bury what a reader looks for."""
    further = len(lines) - SHOWN_AT_MOST
    return [*lines[:SHOWN_AT_MOST], f"({further} further lines)"] if further > 0 else lines


def _is_private(found: Mapping[str, Any]) -> bool:
    return bool(found["exists"]) and not int(found["mode"], 8) & _OTHERS


def _lines(entry: Entry, found: Mapping[str, Any]) -> list[str]:
    if entry.content is None or not found["exists"] or found["kind"] != "file":
        return []
    return Path(entry.path).read_text(encoding="utf-8", errors="replace").splitlines()


def _attributes(entry: Entry, found: Mapping[str, Any]) -> list[str]:
    after = str(entry.owner)
    before = f"{found['mode']} {found['owner']}:{found['group']}" if found["exists"] else "missing"
    return [f"{before} -> {after}"] if before != after else []
