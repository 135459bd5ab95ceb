# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's time of day. Moments that it tells, such as a snapshot's, are held against its own clock: the one of
the machine may be off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any


class ServiceTime:
    """What the latest answer said in HTTP's header Date, which counts whole seconds, and what has passed since.
    `moment` is what a session's clock told at that time."""

    def __init__(self) -> None:
        self._heard: tuple[datetime, float] | None = None

    def hear(self, answer: Mapping[str, Any], moment: float) -> None:
        """`answer` as botocore parses it. One whose header is missing, or is none, says nothing."""
        header = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
        try:
            told = parsedate_to_datetime(header)
        except (TypeError, ValueError):
            return
        if told.tzinfo is not None:
            self._heard = (told, moment)

    def at(self, moment: float) -> datetime:
        """With a time zone. As long as no answer has told it, that of the machine."""
        if self._heard is None:
            return datetime.now(timezone.utc)
        told, then = self._heard
        return told.astimezone(timezone.utc) + timedelta(seconds=moment - then)
