# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an inspection finds: one row per check, of which none hides another."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

_MARKS = {True: "ok", False: "FAILED", None: "-"}


@dataclass(frozen=True)
class Row:
    """`ok` is None for what was not judged; `found` then says why. `look_at` is of a failure."""

    check: str
    expected: str
    found: str
    ok: bool | None
    look_at: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def judge(check: str, expected: str, found: object, ok: bool | None, look_at: str) -> Row:
    """The hint only where there is something to look at."""
    return Row(check, expected, str(found), ok, look_at if ok is False else "")


def tolerate(rows: Iterable[Row], patterns: Sequence[str]) -> list[Row]:
    """Failures that were foreseen by name: they are told, and not counted."""
    return [
        replace(row, ok=None, found=f"{row.found} (tolerated)")
        if row.ok is False and any(fnmatch.fnmatchcase(row.check, pattern) for pattern in patterns)
        else row
        for row in rows
    ]


def failed(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row.ok is False]


def summarize(rows: Sequence[Row]) -> str:
    """One line when all is well; else a line for each failure."""
    wrong = failed(rows)
    if not wrong:
        judged = sum(row.ok is True for row in rows)
        return f"{judged} checks passed, {len(rows) - judged} not judged"
    lines = [f"{row.check}: expected {row.expected}, found {row.found}. Look at: {row.look_at}." for row in wrong]
    return "\n".join([f"{len(wrong)} of {len(rows)} checks failed:", *lines])


def table(rows: Sequence[Row]) -> list[str]:
    """Lines of aligned columns; what is to be looked at stands below the row that it is of."""
    columns = [
        ("", "check", "expected", "found"),
        *((_MARKS[row.ok], row.check, row.expected, row.found) for row in rows),
    ]
    widths = [max(len(each[index]) for each in columns) for index in range(3)]
    lines = ["  ".join([*(cell.ljust(width) for cell, width in zip(each, widths)), each[3]]) for each in columns]
    hints = ["", *(f"{' ' * (widths[0] + 2)}-> {row.look_at}" if row.look_at else "" for row in rows)]
    return [text.rstrip() for pair in zip(lines, hints) for text in pair if text]
