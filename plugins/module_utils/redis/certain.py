# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the types leave open and the code around it has made sure of."""

from __future__ import annotations

from typing import TypeVar

Value = TypeVar("Value")


def certain(value: Value | None) -> Value:
    if value is None:
        raise RuntimeError("a value that has to be there by now is missing: please report this")
    return value
