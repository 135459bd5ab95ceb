# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the core in processes of their own, which kill themselves after their n-th call to AWS."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import boto3
from ansible_collections.redisops.cache.plugins.module_utils.aws.run import run_resource
from ansible_collections.redisops.cache.plugins.module_utils.aws.session import Session
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.resource import (
    ReplicationGroup,
)

from tests.component.runs import CREDENTIALS, REGION
from tests.standin.control import Control

FORKS = multiprocessing.get_context("forkserver")
"""Children come from a process that has this module loaded and runs no threads."""
FORKS.set_forkserver_preload([__name__])
SECONDS_TO_LIVE = 60


@dataclass
class RemoteClock:
    control: Control
    passed: float = 0.0

    def now(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds
        self.control.advance(seconds)


@dataclass
class Ending:
    """How a run ended: `exit_code` is -9 for a killed one; `calls` is how many it made, 0 where it could not tell."""

    exit_code: int | None
    changed: bool = False
    calls: int = 0


def run_apart(url: str, params: Mapping[str, Any], last_call: int = 0) -> Ending:
    """Run the core in a process; with `last_call` it dies when that call's answer has arrived."""
    here, there = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=run_and_tell, args=(url, dict(params), last_call, there))
    process.start()
    there.close()
    process.join(SECONDS_TO_LIVE)
    if process.is_alive():
        process.kill()
        raise AssertionError(f"the run did not end within {SECONDS_TO_LIVE} seconds")
    told = here.recv() if here.poll() and process.exitcode == 0 else {}
    here.close()
    return Ending(process.exitcode, **told)


def run_and_tell(url: str, params: dict[str, Any], last_call: int, there: Connection) -> None:
    calls = CallCount(last_call)

    credentials: dict[str, Any] = dict(CREDENTIALS)
    boto: Any = boto3.session.Session(region_name=REGION, **credentials)

    def connect(service: str) -> Any:
        client = boto.client(service, endpoint_url=url)
        client.meta.events.register("after-call.*.*", calls)
        return client

    session = Session(connect=connect, clock=RemoteClock(Control(url)))
    outcome = run_resource(session, params, ReplicationGroup, False)
    there.send({"changed": outcome.changed, "calls": calls.made})


class CallCount:
    """A handler of botocore events that ends the process at the chosen one."""

    def __init__(self, last_call: int) -> None:
        self.last_call = last_call
        self.made = 0

    def __call__(self, **_event: Any) -> None:
        self.made += 1
        if self.made == self.last_call:
            os.kill(os.getpid(), signal.SIGKILL)
