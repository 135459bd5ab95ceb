# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to go wrong: rules that are told through the control calls and looked up for every request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from threading import Lock
from typing import Any, Literal, get_args

FaultKind = Literal["throttle", "error", "delay", "drop_before", "drop_after", "stale"]
KINDS: tuple[str, ...] = get_args(FaultKind)

_DEFAULT_ERRORS = {"throttle": ("Throttling", "Rate exceeded", 400), "error": ("InternalFailure", "", 500)}


@dataclass
class FaultRule:
    """One kind of fault for the operations that match.

    `operation` and `service` are shell patterns ("Modify*", "elasticache"). `times` is how often the rule still
    acts, None for always. `seconds`: of a delay, real ones; of a stale read, how old the answer is in service
    time. A stale rule without seconds answers the state before the latest change that was asked for since the
    rule was set; while there is none, reads are fresh and not counted. `status` 0 leaves the HTTP status to the
    service model.
    """

    kind: FaultKind
    operation: str = "*"
    service: str = "elasticache"
    times: int | None = None
    code: str = ""
    message: str = ""
    seconds: float | None = None
    status: int = 0

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> FaultRule:
        """From a control call. Whatever is not understood is a ValueError, so that no fault is silently missing."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"a fault rule has no {', '.join(unknown)}; it has {', '.join(sorted(known))}")
        if values.get("kind") not in KINDS:
            raise ValueError(f"a fault is of kind {', '.join(KINDS)}, not {values.get('kind')}")
        rule = cls(**values)
        if rule.kind == "delay" and rule.seconds is None:
            raise ValueError("a delay needs seconds")
        if rule.times is not None and rule.times < 1:
            raise ValueError(f"a fault acts at least once, not {rule.times} times")
        code, message, status = _DEFAULT_ERRORS.get(rule.kind, ("", "", 0))
        rule.code, rule.message, rule.status = rule.code or code, rule.message or message, rule.status or status
        return rule

    def matches(self, service: str, operation: str) -> bool:
        return fnmatchcase(service, self.service) and fnmatchcase(operation, self.operation)

    def show(self) -> dict[str, Any]:
        return asdict(self)


class Faults:
    """The rules in force, first match first."""

    def __init__(self) -> None:
        self._rules: list[FaultRule] = []
        self._lock = Lock()

    def add(self, rule: FaultRule) -> None:
        with self._lock:
            self._rules.append(rule)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def rules(self) -> list[FaultRule]:
        with self._lock:
            return list(self._rules)

    def has(self, kind: FaultKind) -> bool:
        """Whether a rule of that kind is in force for anything."""
        return any(rule.kind == kind for rule in self.rules())

    def find(self, service: str, operation: str, kinds: Iterable[FaultKind]) -> FaultRule | None:
        """The rule that would act, without counting it."""
        wanted = set(kinds)
        return next((rule for rule in self.rules() if rule.kind in wanted and rule.matches(service, operation)), None)

    def count(self, rule: FaultRule) -> None:
        """The rule has acted once; one whose times are used up goes."""
        with self._lock:
            if rule.times is not None:
                rule.times -= 1
                if rule.times <= 0 and rule in self._rules:
                    self._rules.remove(rule)

    def take(self, service: str, operation: str, kinds: Iterable[FaultKind]) -> FaultRule | None:
        """Find and count."""
        rule = self.find(service, operation, kinds)
        if rule is not None:
            self.count(rule)
        return rule
