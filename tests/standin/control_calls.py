# SPDX-License-Identifier: GPL-3.0-or-later
"""The control calls as the stand-in answers them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl

from tests.standin import mount
from tests.standin.behavior.serverless.engine import group_id_of
from tests.standin.control import PREFIX, Answer, Arguments
from tests.standin.core.calllog import CallLog
from tests.standin.core.clock import Clock
from tests.standin.core.durations import Durations
from tests.standin.core.faults import FaultRule, Faults
from tests.standin.core.world import World
from tests.standin.engines.plan import EngineError

_LARGEST_BODY = 1_000_000


class ControlCalls:
    """The WSGI side. Arguments come as JSON body or query string, answers are JSON; a refusal is HTTP 400."""

    def __init__(self, clock: Clock, durations: Durations, faults: Faults, calls: CallLog) -> None:
        self._clock = clock
        self._durations = durations
        self._faults = faults
        self._calls = calls
        self._routes: dict[str, Callable[[Arguments], Answer]] = {
            "GET ": lambda _other: {"pid": os.getpid(), "clock": clock.kind, "rate": clock.rate},
            "GET clock": lambda _other: self._show_clock(),
            "POST clock/advance": self._advance,
            "GET durations": lambda _other: asdict(durations),
            "POST durations": self._set_durations,
            "GET faults": lambda _other: {"faults": [rule.show() for rule in faults.rules()]},
            "POST faults": self._add_fault,
            "DELETE faults": lambda _other: self._clear_faults(),
            "GET calls": self._show_calls,
            "GET calls/counts": lambda _other: calls.counts(),
            "DELETE calls": lambda _other: self._clear_calls(),
            "POST nodes/crash": self._crash,
            "POST idle": self._wait_idle,
            "GET world": lambda _other: {"worlds": [_summary(world) for world in mount.worlds()]},
        }

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        route = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO'].removeprefix(PREFIX).rstrip('/')}"
        try:
            action = self._routes.get(route)
            if action is None:
                raise LookupError(f"no control call {route}; there are: {', '.join(sorted(self._routes))}")
            status, answer = "200 OK", action(_arguments(environ))
        except (ValueError, TypeError, LookupError, EngineError) as error:
            status, answer = "400 Bad Request", {"error": f"{type(error).__name__}: {error}"}
        body = json.dumps(answer, default=str).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _show_clock(self) -> Answer:
        waiting = [{"due": entry.due.isoformat(), "label": entry.label} for entry in self._clock.pending()]
        return {
            "now": self._clock.now().isoformat(),
            "kind": self._clock.kind,
            "rate": self._clock.rate,
            "pending": waiting,
        }

    def _advance(self, arguments: Arguments) -> Answer:
        ran = self._clock.advance(float(arguments["seconds"]))
        return {"now": self._clock.now().isoformat(), "ran": ran}

    def _set_durations(self, arguments: Arguments) -> Answer:
        self._durations.change({name: float(seconds) for name, seconds in arguments.items()})
        return asdict(self._durations)

    def _add_fault(self, arguments: Arguments) -> Answer:
        rule = FaultRule.parse(arguments)
        self._faults.add(rule)
        return rule.show()

    def _clear_faults(self) -> Answer:
        self._faults.clear()
        return {"faults": []}

    def _show_calls(self, arguments: Arguments) -> Answer:
        found = self._calls.calls(str(arguments.get("operation", "")), str(arguments.get("service", "")))
        return {"calls": [asdict(call) for call in found]}

    def _clear_calls(self) -> Answer:
        self._calls.clear()
        return {"calls": []}

    def _crash(self, arguments: Arguments) -> Answer:
        node_id = str(arguments["node_id"])
        region = str(arguments.get("region", "us-east-1"))
        for world in mount.worlds():
            if world.region == region:
                with world.lock:
                    world.crash_node(node_id)
                return {"crashed": node_id}
        raise LookupError(f"nothing was ever created in {region}")

    def _wait_idle(self, arguments: Arguments) -> Answer:
        timeout = float(arguments.get("timeout", 60))
        return {"idle": all(world.background.wait_idle(timeout) for world in mount.worlds())}


def _arguments(environ: Mapping[str, Any]) -> Arguments:
    query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
    length = min(int(environ.get("CONTENT_LENGTH") or 0), _LARGEST_BODY)
    body = json.loads(environ["wsgi.input"].read(length)) if length else {}
    if not isinstance(body, dict):
        raise ValueError("the body of a control call is a JSON object")
    return {**query, **body}


def _summary(world: World) -> Answer:
    with world.lock:
        groups = [*sorted(world.replication_groups), *map(group_id_of, sorted(world.serverless_caches))]
        counts = {
            "cache_parameter_groups": len(world.parameter_groups),
            "cache_subnet_groups": len(world.subnet_groups),
            "replication_groups": len(world.replication_groups),
            "serverless_cache_snapshots": len(world.serverless_cache_snapshots),
            "serverless_caches": len(world.serverless_caches),
            "snapshots": len(world.snapshots),
        }
    engines = {group_id: _usage(world, group_id) for group_id in groups}
    return {"account": world.account, "region": world.region, "counts": counts, "engines": engines}


def _usage(world: World, group_id: str) -> dict[str, int]:
    """Used memory by node; empty while the group's engines are not up."""
    try:
        return dict(world.engines.usage(group_id))
    except EngineError:
        return {}
