# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server finds on disk when it starts: the RDB file, the files of the AOF, and the commands in the latter.

The RDB's format: https://rdb.fnordig.de/file_format.html; the AOF's directory and manifest came with Redis 7.0.
"""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from .files import read_text
from .lines import split

_HEADER_BYTES = 9
_READ_BYTES = 4096
_AUXILIARY, _END = 0xFA, 0xFF


@dataclass(frozen=True)
class DataFiles:
    """Where a server with these settings (as CONFIG GET tells them) has its data."""

    rdb: Path
    aof_directory: Path
    aof_name: str

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> DataFiles:
        """Before Redis 7.0 there is no `appenddirname`, and the AOF is one file."""
        directory = Path(settings["dir"])
        aof = directory / settings.get("appenddirname", "")
        return cls(directory / settings["dbfilename"], aof, settings.get("appendfilename", "appendonly.aof"))

    @property
    def aof(self) -> list[Path]:
        """Those that the manifest lists, history left out; or the single file of before 7.0, which 7.0 still loads."""
        manifest = self.aof_directory / f"{self.aof_name}.manifest"
        if not manifest.is_file():
            single = [self.aof_directory / self.aof_name, self.rdb.parent / self.aof_name]
            return [path for path in single if path.is_file()][:1]
        entries = (split(line) for line in read_text(str(manifest)).splitlines() if not line.startswith("#"))
        pairs = [dict(zip(words[::2], words[1::2])) for words in entries]
        return [self.aof_directory / pair["file"] for pair in pairs if pair["type"] != "h"]

    @property
    def rdb_has_data(self) -> bool:
        return holds_data(self.rdb)

    @property
    def aof_has_data(self) -> bool:
        return any(holds_data(path) for path in self.aof)


def holds_data(path: Path) -> bool:
    """Whether a server that loads this file has keys or functions afterwards. Doubtful cases count as yes."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        content = file.read(_READ_BYTES)
    if not content.startswith((b"REDIS", b"VALKEY")):
        return bool(content)
    position = _HEADER_BYTES
    try:
        while content[position] == _AUXILIARY:
            position = _after_string(content, _after_string(content, position + 1))
        return content[position] != _END
    except IndexError:
        return True


def find_commands(paths: Collection[Path], names: Collection[str]) -> frozenset[str]:
    """Those of `names` that stand in these AOF files as a command. A value that looks like one counts as well."""
    if not names:
        return frozenset()
    alternatives = b"|".join(b"%d\r\n%s" % (len(name.encode()), re.escape(name.encode())) for name in names)
    pattern = re.compile(rb"\*\d+\r\n\$(" + alternatives + rb")\r\n", re.IGNORECASE)
    found: set[str] = set()
    for path in paths:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size:
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                    found.update(each[1].partition(b"\r\n")[2].decode().upper() for each in pattern.finditer(content))
    return frozenset(name for name in names if name.upper() in found)


def _after_string(content: bytes, position: int) -> int:
    first = content[position]
    kind, low = first >> 6, first & 0x3F
    if kind == 0:
        return position + 1 + low
    if kind == 1:
        return position + 2 + (low << 8 | content[position + 1])
    if first == 0x80:
        return position + 5 + int.from_bytes(content[position + 1 : position + 5], "big")
    if kind == 3 and low < 3:  # an integer of 1, 2 or 4 bytes
        return position + 1 + (1 << low)
    raise IndexError(position)
