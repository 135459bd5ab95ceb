# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""manifest.json, the file that makes a directory a backup: what is in it, where from, and how to recognize it again."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

FILE_NAME = "manifest.json"
WRITER = "redisops.cache"
FORMAT = 2
"""The second has digests of keys as redis_keyspace_info makes them."""


@dataclass(frozen=True)
class CopiedFile:
    """`name` is relative to the backup, `size` in bytes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Count:
    """Keys of one database, and how many of them expire. Those whose time has passed count until they are removed."""

    keys: int
    expires: int


@dataclass(frozen=True)
class Sample:
    """A key that must be there again. `expires_at` in milliseconds since 1970, None for a key that stays."""

    database: int
    key: str
    type: str
    digest: str
    expires_at: int | None


@dataclass(frozen=True)
class Contents:
    """`uncertainty`: changes that clients made while the moment of the copy was being fixed, so that the counts may be
    off by as many. None where that cannot be told."""

    databases: Mapping[int, Count]
    samples: tuple[Sample, ...] = ()
    uncertainty: int | None = 0

    @property
    def keys(self) -> int:
        return sum(count.keys for count in self.databases.values())

    def counted(self, total: Count) -> Contents:
        """With what the check tool counted in the file, which leaves no doubt where there is one database only."""
        if len(self.databases) != 1:
            return self
        return replace(self, databases=dict.fromkeys(self.databases, total), uncertainty=0)


@dataclass(frozen=True)
class Source:
    """`config_file` tells the servers of one host apart."""

    host: str
    config_file: str
    engine: str
    version: str


@dataclass(frozen=True)
class Manifest:
    """`kind` is rdb or aof, `created` a UTC time as 2026-01-31T02:00:00Z. `rdb_version` is None for an AOF
    without a file in RDB format."""

    name: str
    created: str
    kind: str
    source: Source
    rdb_version: int | None
    files: tuple[CopiedFile, ...]
    contents: Contents

    def to_json(self) -> str:
        document = {"writer": WRITER, "format": FORMAT, **asdict(self)}
        return json.dumps(document, indent=2, sort_keys=True) + "\n"

    def summary(self) -> dict[str, Any]:
        """What may be shown: everything but the names of sampled keys, which belong to the data."""
        shown = asdict(self)
        shown["databases"] = {str(number): asdict(count) for number, count in self.contents.databases.items()}
        contents = shown.pop("contents")
        return {**shown, "samples": len(self.contents.samples), "uncertainty": contents["uncertainty"]}


def read_manifest(directory: str) -> Manifest:
    """Raises ValueError for a directory that is no backup of ours, OSError for one that cannot be read."""
    path = os.path.join(directory, FILE_NAME)
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        if document["writer"] != WRITER or document["format"] != FORMAT:
            raise ValueError(f"written by {document['writer']} in format {document['format']}")
        return _manifest(document)
    except FileNotFoundError as error:
        raise ValueError(f"{directory} is no backup: it has no {FILE_NAME}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is not a manifest that this version reads: {error}") from error


def _manifest(document: Mapping[str, Any]) -> Manifest:
    contents = document["contents"]
    files = tuple(CopiedFile(**entry) for entry in document["files"])
    for file in files:
        _within(file.name)
    return Manifest(
        name=document["name"],
        created=document["created"],
        kind=document["kind"],
        source=Source(**document["source"]),
        rdb_version=document["rdb_version"],
        files=files,
        contents=Contents(
            databases={int(number): Count(**count) for number, count in contents["databases"].items()},
            samples=tuple(Sample(**sample) for sample in contents["samples"]),
            uncertainty=contents["uncertainty"],
        ),
    )


def _within(name: str) -> None:
    if os.path.isabs(name) or ".." in name.split("/"):
        raise ValueError(f"{name} leads out of the backup")
