# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host needs to make backups by a timer: this very code, without Ansible, and options for each server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..host.instances import OPERATOR

LIBRARY = "/usr/local/lib/redisops"
START = f"{LIBRARY}/redisops-backup"
PACKAGE = "redisops_host"
"""What module_utils/ is called there: relative imports hold under any name."""

ENTRY = "redis/backup/program.py"
PRESET = "backup"
_RELATIVE_IMPORT = re.compile(r"^\s*from (\.+)([\w.]*) import (\([^)]*\)|.*)", re.MULTILINE)
_MODULE_UTILS = Path(__file__).resolve().parents[2]
_OPTIONS = ("keep", "keep_days", "kind", "samples", "wait_timeout")


def program_files() -> list[dict[str, Any]]:
    """Directories and files as the filter redis_differing_paths takes them."""
    sources = imported_sources(ENTRY)
    folders = {parent.as_posix() for name in sources for parent in Path(name).parents} - {"."}
    package = f"{LIBRARY}/{PACKAGE}"
    return [
        *({"path": path, "mode": "0755"} for path in (LIBRARY, package)),
        *({"path": f"{package}/{folder}", "mode": "0755"} for folder in sorted(folders)),
        *({"path": f"{package}/{name}", "content": text} for name, text in sorted(sources.items())),
    ]


def program_paths() -> list[str]:
    return [START, *(entry["path"] for entry in program_files())]


def options_file(instance: Mapping[str, Any], words: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Of one server, as the role knows it; its backups are below `path`. The password itself stays in its own file."""
    given = {name: words[name] for name in _OPTIONS if words.get(name) is not None}
    options = {"config_file": instance["main_file"], "path": f"{path}/{instance['name']}", **given, **_login(instance)}
    text = json.dumps(options, indent=2, sort_keys=True) + "\n"
    return {"path": f"{instance['include_dir']}/backup.json", "content": text, "mode": "0600"}


def _login(instance: Mapping[str, Any]) -> dict[str, str]:
    """The user who may make backups and no more, if there is one; else the one as whom the modules work on the host."""
    made_for_it = (user for user in instance["users"] if user.get("preset") == PRESET and user.get("secret_file"))
    user = next(made_for_it, None)
    if user:
        return {"login_username": user["name"], "login_secret_file": user["secret_file"]}
    if instance["secret_file"]:
        return {"login_username": OPERATOR, "login_secret_file": instance["secret_file"]}
    return {}


def imported_sources(entry: str) -> dict[str, str]:
    """The text of a file of module_utils and of all others there that it comes to import, by relative path."""
    found: dict[str, str] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = (_MODULE_UTILS / name).read_text(encoding="utf-8")
            waiting += _imports(name, found[name])
    return found


def _imports(name: str, text: str) -> Iterator[str]:
    """By their form, not by parsing: that would take longer than all else that a run without a change computes."""
    package = list(Path(name).parts[:-1])
    for dots, module, names in _RELATIVE_IMPORT.findall(text):
        base = [*package[: len(package) - len(dots) + 1], *module.split(".")]
        candidates = (base, *([*base, alias] for alias in re.findall(r"\w+", names)))
        for parts in (list(filter(None, candidate)) for candidate in candidates):
            if _MODULE_UTILS.joinpath(*parts).with_suffix(".py").is_file():
                yield "/".join(parts) + ".py"
