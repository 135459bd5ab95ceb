# SPDX-License-Identifier: GPL-3.0-or-later
"""What every request passes before moto sees it: control calls, faults, and the log of calls."""

from __future__ import annotations

import io
import json
import logging
import re
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Event
from typing import Any
from urllib.parse import parse_qsl

from tests.standin import mount
from tests.standin.control import PREFIX
from tests.standin.core.calllog import CallLog
from tests.standin.core.clock import Clock
from tests.standin.core.faults import FaultRule, Faults

log = logging.getLogger(__name__)

StartResponse = Callable[..., Any]
WsgiApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

_LARGEST_READ = 1_000_000
_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/[^/]+/(?P<service>[^/]+)/aws4_request")
_ERROR_CODE = re.compile(rb"<Code>([^<]+)</Code>|\"__type\": ?\"(?:[^\"#]*#)?([^\"]+)\"")


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer, so that it can be looked at, replaced, or kept back."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def code(self) -> int:
        return int(self.status.split(" ", 1)[0])

    @property
    def outcome(self) -> str:
        """ "ok", or the service's error code."""
        if self.code < 400:
            return "ok"
        match = _ERROR_CODE.search(self.body)
        return (match[1] or match[2]).decode() if match else f"HTTP {self.code}"


@dataclass(frozen=True)
class Identity:
    """Which call a request is. A REST call is named by its method and path."""

    service: str
    operation: str
    parameters: Mapping[str, Any]


class Front:
    """The WSGI application of the stand-in."""

    def __init__(self, moto_app: WsgiApp, control: WsgiApp, clock: Clock, faults: Faults, calls: CallLog) -> None:
        self._moto_app = moto_app
        self._control = control
        self._clock = clock
        self._faults = faults
        self._calls = calls
        self.stopping = Event()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(PREFIX):
            return self._control(environ, start_response)
        if environ["PATH_INFO"] == mount.RESET_PATH:
            mount.close_worlds()
        identity = identify(environ)
        rule = self._faults.take(
            identity.service, identity.operation, ["throttle", "error", "delay", "drop_before", "drop_after"]
        )
        answer = self._answer(environ, identity, rule)
        seen = environ.get(mount.SEEN_CALL, identity.parameters)
        dropped = rule is not None and rule.kind in ("drop_before", "drop_after")
        self._calls.add(
            {
                "time": self._clock.now().isoformat(),
                "service": identity.service,
                "operation": identity.operation,
                "parameters": seen,
                "outcome": "dropped" if dropped else answer.outcome,
                "status": 0 if dropped else answer.code,
            }
        )
        if dropped:
            _drop(environ)
        start_response(answer.status, answer.headers)
        return [answer.body]

    def _answer(self, environ: dict[str, Any], identity: Identity, rule: FaultRule | None) -> Answer:
        kind = rule.kind if rule is not None else None
        if rule is not None and kind in ("throttle", "error"):
            return _faulty(identity, rule)
        if rule is not None and kind == "delay":
            self.stopping.wait(rule.seconds)
        if kind == "drop_before":
            return Answer("0 Dropped", [], b"")
        try:
            return _collected(self._moto_app, environ)
        except Exception as error:
            log.exception("%s %s failed", identity.service, identity.operation)
            return _failed(identity, error)


def _faulty(identity: Identity, rule: FaultRule) -> Answer:
    status, headers, body = mount.fault_answer(identity.service, identity.operation, rule)
    return Answer(f"{status} Fault", list(headers.items()), body)


def _failed(identity: Identity, error: Exception) -> Answer:
    """moto's own answer would be a 500, which SDKs repeat for minutes."""
    code = "StandinMissingOperation" if isinstance(error, NotImplementedError) else "StandinFailure"
    message = f"{identity.operation} of {identity.service}: {type(error).__name__}: {error}"
    return _faulty(identity, FaultRule("error", code=code, message=message, status=mount.NOT_BUILT))


def identify(environ: dict[str, Any]) -> Identity:
    """Service by the signature's scope, operation by target header or Action; the body stays readable."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    service = scope["service"] if scope else ""
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    parameters = _parameters(environ)
    operation = target.rsplit(".", 1)[-1] or str(parameters.get("Action", ""))
    if not operation:
        operation = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
    return Identity(service, operation, parameters)


def _parameters(environ: dict[str, Any]) -> dict[str, Any]:
    parameters: dict[str, Any] = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    content_type = environ.get("CONTENT_TYPE", "")
    length = int(environ.get("CONTENT_LENGTH") or 0)
    is_form = content_type.startswith("application/x-www-form-urlencoded")
    is_json = content_type.startswith("application/x-amz-json")
    if not (is_form or is_json) or not 0 < length <= _LARGEST_READ:
        return parameters
    body = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = io.BytesIO(body)
    if is_form:
        return parameters | dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    return parameters | _json_object(body)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {"unreadable": True}
    return value if isinstance(value, dict) else {"value": value}


def _collected(app: WsgiApp, environ: dict[str, Any]) -> Answer:
    said: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        said[:] = [status, headers]

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    return Answer(said[0], said[1], body)


def _drop(environ: Mapping[str, Any]) -> None:
    """Close the connection without an answer, as a broken network would. The server expects this exception."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("a fault rule drops this connection")
