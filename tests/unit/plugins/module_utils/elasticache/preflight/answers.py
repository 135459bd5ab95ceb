# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS as a table of answers: real boto3 clients whose calls never leave the process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

import boto3
from ansible_collections.redisops.cache.plugins.module_utils.aws.session import Session

HANDLER = "answers"


@cache
def made_once(service: str) -> Any:
    """Making a client takes longer than all its calls here."""
    connect: Any = boto3.client
    return connect(service)


@dataclass
class Answers:
    """`given`: by operation, the answer, or the code of an error; an operation that is not named answers nothing."""

    given: Mapping[str, Mapping[str, Any] | str]
    calls: list[str] = field(default_factory=list)

    def session(self) -> Session:
        return Session(connect=self.connect)

    def connect(self, service: str) -> Any:
        client = made_once(service)
        client.meta.events.unregister("before-call", unique_id=HANDLER)
        client.meta.events.register("before-call", self.answer, unique_id=HANDLER)
        return client

    def answer(self, model: Any, **_more: Any) -> tuple[SimpleNamespace, dict[str, Any]]:
        self.calls.append(model.name)
        found = self.given.get(model.name, {})
        status, body = (400, {"Error": {"Code": found, "Message": "no"}}) if isinstance(found, str) else (200, found)
        return SimpleNamespace(status_code=status), {**body, "ResponseMetadata": {"HTTPStatusCode": status}}
