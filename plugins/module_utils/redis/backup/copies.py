# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two kinds of copy of a running server: its RDB file, saved for the purpose, or its append-only file as it is."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass

from ...reconcile.problems import Failure
from ..failures import CheckError
from ..local import LocalServer
from ..patience import Patience
from .append_only import ATTEMPTS, Moved, OpenedPart, base_name, opened, render_manifest
from .check_tools import CheckFailed, check_aof, check_rdb
from .contents import Key, Standing, look, pick_keys, read_samples, remember
from .disk import copy, sha256, write_text
from .headers import read_header
from .manifest import Contents, CopiedFile, Sample
from .places import Places
from .rewrites import held
from .saving import await_save

RDB_NAME = "dump.rdb"
AOF_FOLDER = "appendonlydir"
AOF_NAME = "appendonly.aof"
AOF_MANIFEST = f"{AOF_NAME}.manifest"


@dataclass(frozen=True)
class Copy:
    files: tuple[CopiedFile, ...]
    contents: Contents
    rdb_version: int | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """`samples` is the number of keys to remember."""

    server: LocalServer
    places: Places
    engine: str
    patience: Patience
    samples: int


class Watch:
    """Sees to it that the manifest tells what is in a copy: the server is read before and after the copy's moment."""

    def __init__(self, job: Job) -> None:
        self._server = job.server
        self.notes: list[str] = []
        self._keys: list[Key] = []
        try:
            self._keys = pick_keys(job.server, job.samples)
            self._first = read_samples(job.server, self._keys)
        except CheckError as error:
            if error.code != "NOPERM":
                raise
            self._keys, self._first = [], {}
            self.notes.append(f"no keys were sampled, since the user may not read them: {error.evidence}")

    def contents(self, before: Standing, after: Standing) -> Contents:
        """Of a copy whose moment lies between the two, and has passed."""
        second: dict[Key, Sample] = read_samples(self._server, self._keys)
        return remember(before, after, self._first, second)


def copy_rdb(job: Job, folder: str) -> Copy:
    watch = Watch(job)
    began = time.time()
    before, (answer,), after = look(job.server, ("BGSAVE",))
    if isinstance(answer, CheckError):
        raise Failure(f"BGSAVE was refused: {answer.evidence or answer.detail}") from answer
    contents = watch.contents(before, after)
    saved_at = await_save(job.server, began, job.patience)
    target = os.path.join(folder, RDB_NAME)
    with open(job.places.rdb, "rb") as saved:
        _require_ours(job, saved.fileno(), began, saved_at)
        file = copy(saved, target, os.fstat(saved.fileno()).st_size, RDB_NAME)
    total = check_rdb(job.engine, target)
    return Copy(
        (file,), contents.counted(total) if total else contents, read_header(target).version, tuple(watch.notes)
    )


def _require_ours(job: Job, opened_file: int, began: float, saved_at: str) -> None:
    if os.fstat(opened_file).st_mtime < int(began):
        raise Failure(
            f"the server saved, but not to {job.places.rdb}, which is what {job.server.configuration.path} says: "
            "was dir or dbfilename changed by CONFIG SET?"
        )
    told = job.server.info("persistence")
    if told["rdb_last_save_time"] != saved_at or told["rdb_bgsave_in_progress"] != "0":
        raise Failure("somebody else saved at the same time, so this is another copy than was looked at; run it again")


def copy_aof(job: Job, folder: str, record_folder: str) -> Copy:
    """Also right while it is written to: a last command that was copied by half is seen by the check tool."""
    with held(job.server, record_folder, os.path.basename(job.server.configuration.path)) as not_held:
        for _attempt in range(1, ATTEMPTS):
            try:
                return _copy_parts(job, folder, not_held)
            except (CheckFailed, Moved):
                shutil.rmtree(os.path.join(folder, AOF_FOLDER))
        return _copy_parts(job, folder, not_held)


def _copy_parts(job: Job, folder: str, not_held: str | None) -> Copy:
    target = os.path.join(folder, AOF_FOLDER)
    os.mkdir(target, 0o700)
    watch = Watch(job)
    before, _answers, _after = look(job.server)
    with opened(job.places.aof_dir, job.places.aof_manifest_name) as parts:
        sizes = _await_written(job, parts)
        _before, _answers, after = look(job.server)
        files = [
            copy(each.file, os.path.join(target, each.part.name), size, f"{AOF_FOLDER}/{each.part.name}")
            for each, size in zip(parts, sizes)
        ]
    path = os.path.join(target, AOF_MANIFEST)
    write_text(path, render_manifest([each.part for each in parts]))
    check_aof(job.engine, path)
    files.append(CopiedFile(f"{AOF_FOLDER}/{AOF_MANIFEST}", os.stat(path).st_size, sha256(path)))
    base = base_name([each.part for each in parts])
    version = read_header(os.path.join(target, base)).version if base else None
    notes = [*watch.notes, *filter(None, [not_held])]
    return Copy(tuple(files), watch.contents(before, after), version, tuple(notes))


def _await_written(job: Job, parts: list[OpenedPart]) -> list[int]:
    """Sizes at a moment when all that the server had answered was in the files, its own buffer included."""
    sizes: list[int] = []

    def has_all(told: dict[str, str]) -> bool:
        sizes[:] = [os.fstat(each.file.fileno()).st_size for each in parts]
        return sum(sizes) >= int(told["aof_current_size"]) + int(told["aof_buffer_length"])

    job.patience.await_persistence(job.server, has_all, "holds back what belongs into its append-only file")
    return sizes
