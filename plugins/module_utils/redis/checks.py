# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sequence of checks, the run over it, and its report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from .context import SYSTEM, CheckOptions, Context, Surroundings
from .failures import CAUSES, CheckError
from .hops import (
    authenticate,
    check_cluster,
    determine_role,
    measure_latency,
    open_connection,
    ping,
    resolve_name,
    secure_connection,
    try_a_key,
)
from .refusals import (
    refuse_commands,
    refuse_connection,
    refuse_no_certificate,
    refuse_plaintext,
    refuse_unauthenticated,
    refuse_wrong_password,
)
from .waiting import wait_until


@dataclass(frozen=True)
class Check:
    """`run` returns what it saw or raises CheckError. `writes`: puts something into the server, if only briefly.

    `connects`: is left out where no connection may come about.
    """

    name: str
    run: Callable[[Context], str]
    wanted: Callable[[CheckOptions], bool] = lambda options: True
    writes: bool = False
    connects: bool = True

    def is_asked_for(self, options: CheckOptions) -> bool:
        return self.wanted(options) and not (self.connects and options.refuse_connection)


CHECKS: tuple[Check, ...] = (
    Check("dns", resolve_name, connects=False),
    Check("tcp", open_connection),
    Check("tls", secure_connection, wanted=lambda options: options.target.tls),
    Check("auth", authenticate),
    Check("ping", ping),
    Check("role", determine_role),
    Check("cluster", check_cluster, wanted=lambda options: options.cluster_mode),
    Check("write", try_a_key, wanted=lambda options: options.write_test, writes=True),
    Check("latency", measure_latency, wanted=lambda options: options.latency_samples > 0),
    Check("refuse_unauthenticated", refuse_unauthenticated, wanted=lambda options: options.refuse_unauthenticated),
    Check("refuse_wrong_password", refuse_wrong_password, wanted=lambda options: options.refuse_wrong_password),
    Check("refuse_plaintext", refuse_plaintext, wanted=lambda options: options.refuse_plaintext),
    Check("refuse_no_certificate", refuse_no_certificate, wanted=lambda options: options.refuse_no_certificate),
    Check("refuse_commands", refuse_commands, wanted=lambda options: bool(options.refuse_commands)),
    Check("refuse_connection", refuse_connection, lambda options: options.refuse_connection, connects=False),
)


@dataclass(frozen=True)
class CheckResult:
    """`ok` is None for a check that was skipped; `code` and `hint` are of a failure; `milliseconds` is what it took."""

    check: str
    ok: bool | None
    detail: str
    code: str | None = None
    hint: str | None = None
    milliseconds: float | None = None


@dataclass(frozen=True)
class Report:
    target: str
    checks: tuple[CheckResult, ...]
    role: str | None
    server: dict[str, str | None]
    latency: dict[str, float]
    attempts: int = 1

    @property
    def failure(self) -> CheckResult | None:
        return next((result for result in self.checks if result.ok is False), None)

    @property
    def may_pass_later(self) -> bool:
        failure = self.failure
        return failure is not None and failure.code is not None and CAUSES[failure.code].transient

    @property
    def message(self) -> str:
        """One sentence for a person: the hop that failed and what to look at, or what was found in order."""
        failure = self.failure
        if failure is None:
            passed = ", ".join(result.check for result in self.checks if result.ok)
            skipped = "".join(f"; {result.check}: {result.detail}" for result in self.checks if result.ok is None)
            return f"{self.target} passed {passed}{skipped}"
        attempts = f" after {self.attempts} attempts" if self.attempts > 1 else ""
        return (
            f"{self.target} failed at {failure.check} ({failure.code}){attempts}: {failure.detail}. "
            f"Look at: {failure.hint}."
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "attempts": self.attempts,
            "checks": [asdict(result) for result in self.checks],
            "failed_hop": self.failure.check if self.failure else None,
            "latency": self.latency,
            "role": self.role,
            "server": self.server,
        }


def check_server(
    options: CheckOptions,
    surroundings: Surroundings = SYSTEM,
    checks: Sequence[Check] = CHECKS,
    may_write: bool = True,
) -> Report:
    """Runs the checks, from the first one again while a failure may pass by itself and `wait_timeout` is not over."""
    report, attempts = wait_until(
        lambda: run_checks(options, surroundings, checks, may_write),
        lambda report: not report.may_pass_later,
        options.wait_timeout,
        surroundings.clock,
    )
    return replace(report, attempts=attempts)


def run_checks(options: CheckOptions, surroundings: Surroundings, checks: Sequence[Check], may_write: bool) -> Report:
    """Once through. The first failure stops the checks after it, which the report has as skipped."""
    context = Context(options, surroundings)
    results: list[CheckResult] = []
    failed: str | None = None
    with context.closing:
        for check in checks:
            if not check.is_asked_for(options):
                continue
            if failed:
                result = CheckResult(check.name, None, f"skipped, since {failed} failed")
            elif check.writes and not may_write:
                result = CheckResult(check.name, None, "skipped, since check mode writes nothing")
            else:
                result = _run_check(check, context)
            failed = check.name if result.ok is False else failed
            results.append(result)
    return Report(options.target.label, tuple(results), context.role, context.server, context.latency)


def _run_check(check: Check, context: Context) -> CheckResult:
    clock = context.surroundings.clock
    started = clock.monotonic()
    try:
        result = CheckResult(check.name, True, check.run(context))
    except CheckError as error:
        result = CheckResult(check.name, False, error.detail, error.code, error.cause.look_at)
    return replace(result, milliseconds=round((clock.monotonic() - started) * 1000, 3))
