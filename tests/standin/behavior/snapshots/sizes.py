# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of snapshots as the service words them: "12 MB"."""

from __future__ import annotations

import re

from tests.standin.core.errors import invalid_value

SIZE_TAG = "standin:cache-size"
"""A tag that makes a group's snapshots claim a size, such as "5 GB": so that "too small" needs no gigabytes."""

_UNITS = {unit: 1024**power for power, unit in enumerate(("B", "KB", "MB", "GB", "TB"))}
_SIZE = re.compile(rf"(\d+(?:\.\d+)?)\s*({'|'.join(_UNITS)})")


def show_size(size: int) -> str:
    """`size` bytes in whole megabytes, one at least."""
    return f"{max(1, -(-size // _UNITS['MB']))} MB"


def parse_size(text: str) -> int:
    """Bytes. Raises InvalidParameterValue, for what it reads is the value of a tag."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise invalid_value(f"{text} is no value for the tag {SIZE_TAG}; expected a size such as 5 GB.")
    return int(float(match[1]) * _UNITS[match[2]])
