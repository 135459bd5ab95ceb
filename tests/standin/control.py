# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test may tell and ask a running stand-in itself, under /_standin/. Needs nothing but Python."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

PREFIX = "/_standin/"
ENDPOINT_FILE = "endpoint.json"
"""In the state directory while a stand-in answers: url, pid, and ca (path of the engines' authority, or null)."""

_ANSWER_SECONDS = 120

Answer = dict[str, Any]
Arguments = Mapping[str, Any]


class ControlError(Exception):
    """The stand-in refused a control call; the text says why."""


class Control:
    """The client side: one method per control call. Raises ControlError."""

    def __init__(self, url: str) -> None:
        self._base = url.rstrip("/") + PREFIX

    def hello(self) -> Answer:
        """Process id, kind and rate of the clock."""
        return self._call("GET", "")

    def clock(self) -> Answer:
        """Service time (`now`), kind, rate, and what waits for its time (`pending`)."""
        return self._call("GET", "clock")

    def advance(self, seconds: float) -> Answer:
        """Move a stepped clock on; answers when everything on the way has run."""
        return self._call("POST", "clock/advance", {"seconds": seconds})

    def durations(self) -> Answer:
        return self._call("GET", "durations")

    def set_durations(self, **seconds: float) -> Answer:
        """For example `set_durations(create_group=30)`; counts for what begins from now on."""
        return self._call("POST", "durations", seconds)

    def faults(self) -> list[Answer]:
        return list(self._call("GET", "faults")["faults"])

    def add_fault(self, kind: str, operation: str = "*", **rule: Any) -> Answer:
        """See `core.faults.FaultRule` for the members of a rule."""
        return self._call("POST", "faults", {"kind": kind, "operation": operation, **rule})

    def clear_faults(self) -> None:
        self._call("DELETE", "faults")

    def calls(self, operation: str = "", service: str = "") -> list[Answer]:
        """What arrived, oldest first; secrets are masked."""
        query = urlencode({"operation": operation, "service": service})
        return list(self._call("GET", f"calls?{query}")["calls"])

    def call_counts(self) -> dict[str, int]:
        """Calls per "service:operation"."""
        return self._call("GET", "calls/counts")

    def clear_calls(self) -> None:
        self._call("DELETE", "calls")

    def crash_node(self, node_id: str, region: str = "us-east-1") -> None:
        """Kill one node's engine."""
        self._call("POST", "nodes/crash", {"node_id": node_id, "region": region})

    def wait_idle(self, timeout: float = 60) -> bool:
        """Wait until no engine work is under way; False when `timeout` seconds were not enough."""
        return bool(self._call("POST", "idle", {"timeout": timeout})["idle"])

    def world(self) -> list[Answer]:
        """Per account and region: how many of each resource, and the groups with their nodes' used memory."""
        return list(self._call("GET", "world")["worlds"])

    def _call(self, method: str, path: str, arguments: Arguments | None = None) -> Answer:
        body = None if arguments is None else json.dumps(arguments).encode()
        request = urllib.request.Request(self._base + path, data=body, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as response:
                answer: Answer = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            raise ControlError(f"{method} {path}: {error.read().decode(errors='replace')}") from error
        except OSError as error:
            raise ControlError(f"{method} {self._base}{path}: {error}") from error
