# SPDX-License-Identifier: GPL-3.0-or-later
"""A session on stubbed clients, with a clock on which waiting costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
from ansible_collections.redisops.cache.plugins.module_utils.aws.session import Session
from botocore.config import Config
from botocore.stub import Stubber

KEY_ID = "AKIAQ7ZB3KDXVW6T2MNR"
SECRET_KEY = "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"


@dataclass
class FreeClock:
    """`naps` are the delays that were slept."""

    time: float = 0.0
    naps: list[float] = field(default_factory=list)
    on_sleep: Callable[[], None] = lambda: None

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.time += seconds
        self.on_sleep()


@dataclass
class StubbedSession:
    """`answers(service)` is the Stubber of that service's one client; `told` is the progress."""

    clock: FreeClock = field(default_factory=FreeClock)
    told: list[str] = field(default_factory=list)
    stubbers: dict[str, Stubber] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.session = Session(self.connect, self.clock, self.told.append)

    def connect(self, service: str) -> Any:
        make: Callable[..., Any] = boto3.client
        client = make(
            service,
            region_name="us-east-1",
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET_KEY,
            config=Config(retries={"total_max_attempts": 1}),
        )
        self.stubbers[service] = Stubber(client)
        self.stubbers[service].activate()
        return client

    def answers(self, service: str) -> Stubber:
        self.session.client(service)
        return self.stubbers[service]

    def assert_all_answered(self) -> None:
        for stubber in self.stubbers.values():
            stubber.assert_no_pending_responses()
