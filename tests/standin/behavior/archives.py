# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the files of snapshots are: the driver's directories, and second names of the files in them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path


def archive_name(kind: str, snapshot_name: str) -> str:
    """The driver's name for the files of a snapshot: a directory's, which cannot be as long as a snapshot's."""
    return f"{kind}.{hashlib.sha256(snapshot_name.encode()).hexdigest()}"


def link_files(files: Sequence[Path], directory: Path) -> tuple[Path, ...]:
    """Second names of files that nobody writes to again: at once, and whatever becomes of the first ones."""
    linked = tuple(directory / file.name for file in files)
    for file, link in zip(files, linked, strict=True):
        link.hardlink_to(file)
    return linked
