# SPDX-License-Identifier: GPL-3.0-or-later
"""Every call that arrived: for tests that ask what a client did, and for people who ask why."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any, TextIO

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
_SECRET_NAME = re.compile(
    r"password|authtoken|secretstring|secretbinary|plaintext|sharedsecret|privatekey", re.IGNORECASE
)
# SSM's PutParameter says `Value` for secrets and for plain text alike.
_SECRET_BY_OPERATION = {"PutParameter": frozenset({"Value"})}
_NOT_SECRET = frozenset({"AuthTokenUpdateStrategy", "NoPasswordRequired", "AuthTokenEnabled"})


@dataclass(frozen=True)
class Call:
    """`time` is service time, ISO 8601; `outcome` "ok", an error code, or "dropped"; `status` the HTTP status."""

    number: int
    time: str
    service: str
    operation: str
    parameters: Mapping[str, Any]
    outcome: str
    status: int


class CallLog:
    """In memory, and as JSON lines in a file that only its owner reads."""

    def __init__(self, path: Path | None = None) -> None:
        self._calls: list[Call] = []
        self._number = 0
        self._lock = Lock()
        self._file: TextIO | None = None
        if path is not None:
            self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8")

    def add(self, call: Mapping[str, Any]) -> Call:
        """Number and keep a call; its parameters are masked here, whoever collected them."""
        with self._lock:
            self._number += 1
            parameters = mask(call["operation"], call["parameters"])
            entry = Call(number=self._number, **{**call, "parameters": parameters})
            self._calls.append(entry)
            if self._file is not None:
                print(json.dumps(asdict(entry), default=str), file=self._file, flush=True)
            return entry

    def calls(self, operation: str = "", service: str = "") -> list[Call]:
        """Those of an operation and a service; the empty string means all."""
        with self._lock:
            return [call for call in self._calls if operation in ("", call.operation) and service in ("", call.service)]

    def counts(self) -> dict[str, int]:
        """Calls per "service:operation"."""
        return dict(sorted(Counter(f"{call.service}:{call.operation}" for call in self.calls()).items()))

    def clear(self) -> None:
        """Forget what is in memory; the file keeps everything."""
        with self._lock:
            self._calls.clear()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def mask(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with every secret exchanged for the marker, at any depth."""
    secret = _SECRET_BY_OPERATION.get(operation, frozenset())
    return {name: MASK if _is_secret(name, secret) else _masked(operation, value) for name, value in parameters.items()}


def _is_secret(name: str, also: frozenset[str]) -> bool:
    return name in also or (name not in _NOT_SECRET and bool(_SECRET_NAME.search(name)))


def _masked(operation: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return mask(operation, value)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_masked(operation, item) for item in value]
    return value
