# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that writes numbers one by one to whoever the Sentinels call the primary, and reports what became of them.

writer.py REPORT SENTINEL,SENTINEL,... NAME     It ends when REPORT.stop is there. Passwords come by the environment.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from redis.sentinel import MasterNotFoundError, Sentinel

PAUSE = 0.005
LONG = 0.1
"""Seconds without an acknowledged write that count as an interruption."""


@dataclass
class Seen:
    acknowledged: list[int] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    primaries: list[str] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)
    last: float = 0.0

    def acknowledge(self, number: int, primary: str) -> None:
        now = time.monotonic()
        if self.last and now - self.last > LONG:
            self.gaps.append(round(now - self.last, 3))
        self.last = now
        self.acknowledged.append(number)
        if self.primaries[-1:] != [primary]:
            self.primaries.append(primary)

    def fail(self, error: Exception) -> None:
        name = type(error).__name__
        self.errors[name] = self.errors.get(name, 0) + 1


def write(sentinel: Any, name: str, report: Path) -> Seen:
    seen = Seen()
    number = 0
    primary = sentinel.master_for(name, password=os.environ["SERVER_PASSWORD"], socket_timeout=35)
    while not report.with_name(f"{report.name}.stop").exists():
        number += 1
        try:
            connection = sentinel.discover_master(name) if not seen.primaries else None
            primary.set(f"number:{number}", number)
            address = connection or primary.connection_pool.master_address
            seen.acknowledge(number, f"{address[0]}:{address[1]}")
        except (redis.RedisError, MasterNotFoundError) as error:
            seen.fail(error)
        if number == 1:
            report.write_text("{}")
        time.sleep(PAUSE)
    return seen


def lost_of(sentinel: Any, name: str, seen: Seen) -> int:
    client = sentinel.master_for(name, password=os.environ["SERVER_PASSWORD"])
    found = 0
    for start in range(0, len(seen.acknowledged), 1000):
        found += client.exists(*(f"number:{number}" for number in seen.acknowledged[start : start + 1000]))
    return len(seen.acknowledged) - found


def main() -> None:
    report, addresses, name = Path(sys.argv[1]), sys.argv[2].split(","), sys.argv[3]
    password = {"password": os.environ["SENTINEL_PASSWORD"], "socket_timeout": 2}
    sentinel = Sentinel([(address, 26379) for address in addresses], sentinel_kwargs=password)
    seen = write(sentinel, name, report)
    told = {
        "acknowledged": len(seen.acknowledged),
        "errors": seen.errors,
        "interruptions_in_seconds": seen.gaps,
        "primaries": seen.primaries,
        "lost": lost_of(sentinel, name, seen),
    }
    report.write_text(json.dumps(told))


if __name__ == "__main__":
    main()
