# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the repository, as the tests of the house look at them."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]


def project_files() -> list[PurePosixPath]:
    """Return what git tracks or would track, relative to the root."""
    command = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [PurePosixPath(name) for name in sorted(filter(None, listing.split("\0"))) if (ROOT / name).is_file()]


def python_sources(*folders: str) -> dict[PurePosixPath, str]:
    """Return the text of every Python file below the named folders."""
    return {
        path: (ROOT / path).read_text(encoding="utf-8")
        for path in project_files()
        if path.suffix == ".py" and any(path.is_relative_to(folder) for folder in folders)
    }


def load_yaml(*parts: str | Path) -> Any:
    return yaml.safe_load(ROOT.joinpath(*parts).read_text(encoding="utf-8"))


def report(problems: Sequence[str]) -> None:
    """Fail with all problems, one to a line, where pytest would shorten the list."""
    __tracebackhide__ = True
    assert not problems, "\n".join(["", *problems])
