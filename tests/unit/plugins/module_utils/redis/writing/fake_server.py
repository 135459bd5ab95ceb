# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that can die, and a way to it; time passes with each command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError, RedirectError

COMMAND_SECONDS = 0.01


@dataclass
class FakeServer:
    """`failure` is what every command and login meets, as long as it is set. `replicas` is what WAIT answers, `info`
    what INFO is answered with.
    """

    time: float = 100.0
    failure: CheckError | None = None
    replicas: int | CheckError = 1
    info: str | CheckError = "run_id:79a1\r\nmaster_replid:c3d4\r\n"
    held: dict[str, str] = field(default_factory=dict)
    sent: list[tuple[Any, ...]] = field(default_factory=list)
    logins: int = 0
    closed: int = 0
    redirects: list[RedirectError] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def open(self) -> FakeServer:
        self.time += COMMAND_SECONDS
        if self.failure:
            raise self.failure
        self.logins += 1
        return self

    def redirect(self, to: RedirectError) -> None:
        self.redirects.append(to)

    def close(self) -> None:
        self.closed += 1

    def command(self, *words: str | int) -> Any:
        self.time += COMMAND_SECONDS
        self.sent.append(words)
        if self.failure:
            raise self.failure
        name, *arguments = words
        if name in ("INFO", "WAIT"):
            answer = self.info if name == "INFO" else self.replicas
            if isinstance(answer, CheckError):
                raise answer
            return answer
        if name == "DEL":
            return sum(self.held.pop(str(each), None) is not None for each in arguments)
        self.held[str(arguments[0])] = str(arguments[1])
        return "OK"

    def pipeline(self, commands: Sequence[Sequence[bytes | int | str]]) -> list[Any]:
        answers = (self.held.get(str(key)) for _get, key in commands)
        return [self.failure or (answer if answer is None else answer.encode()) for answer in answers]
