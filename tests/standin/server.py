# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in as one object: in a test's process, or as a process of its own (`__main__`)."""

from __future__ import annotations

import json
import logging
import os
import socket
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event, Thread

from werkzeug.serving import BaseWSGIServer, make_server

from tests.standin import mount
from tests.standin.control import ENDPOINT_FILE, Control
from tests.standin.control_calls import ControlCalls
from tests.standin.core.calllog import CallLog
from tests.standin.core.clock import Clock
from tests.standin.core.durations import Durations
from tests.standin.core.faults import Faults
from tests.standin.engines.driver import RedisDriver
from tests.standin.engines.null import NullDriver
from tests.standin.engines.plan import EngineDriver
from tests.standin.front import Front

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
CALLS_FILE = "calls.jsonl"
_LONGEST_SLEEP = 1.0
_POLL_SECONDS = 0.05


@dataclass
class Options:
    """How a stand-in is to be.

    `port` 0 picks a free one. `state` is a directory for its files (made when absent; without one, a temporary
    directory that goes with it). Without `engines` endpoints are addresses on which nothing listens. `durations`
    overrides seconds of service time by name.
    """

    port: int = 0
    state: Path | None = None
    clock: Clock = field(default_factory=Clock.real)
    engines: bool = True
    durations: Mapping[str, float] = field(default_factory=dict)


class Standin:
    """A running stand-in: `with Standin(Options(engines=False)) as standin: ... standin.url`.

    One at a time in a process, for moto's state is the process's. It is started once. `state` is its directory, `ca`
    the certificate authority that signed the engines' certificates (None without engines).
    """

    state: Path
    ca: Path | None
    calls: CallLog
    engines: EngineDriver

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self.clock = self.options.clock
        self.durations = Durations()
        self.durations.change(self.options.durations)
        self.faults = Faults()
        self._stopping = Event()
        self._stack = ExitStack()

    def __enter__(self) -> Standin:
        self.start()
        return self

    def __exit__(self, *_other: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Endpoint URL of all services."""
        return f"http://{LOOPBACK}:{self._server.port}"

    @property
    def control(self) -> Control:
        return Control(self.url)

    def start(self) -> None:
        """Answer requests. Raises OSError when the port is taken; what had begun is ended then."""
        with ExitStack() as stack:
            listening = stack.enter_context(socket.create_server((LOOPBACK, self.options.port)))
            self.state = self._state_directory(stack)
            self.calls = CallLog(self.state / CALLS_FILE)
            stack.callback(self.calls.close)
            self.engines, self.ca = self._driver()
            stack.callback(self.engines.stop)
            mount.install(mount.Installation(self.clock, self.engines, self.durations, self.faults))
            stack.callback(mount.uninstall)
            self._serve(stack, listening)
            if self.clock.kind != "stepped":
                self._tick_in(stack)
            self._announce(stack)
            self._stack = stack.pop_all()
        log.info("answering at %s, clock %s, rate %s", self.url, self.clock.kind, self.clock.rate)

    def stop(self) -> None:
        """End the answering, then the engines; files that only make sense while it runs go."""
        self._stack.close()
        log.info("stopped")

    def _state_directory(self, stack: ExitStack) -> Path:
        if self.options.state is None:
            return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="standin-")))
        self.options.state.mkdir(parents=True, exist_ok=True)
        return self.options.state.resolve()

    def _driver(self) -> tuple[EngineDriver, Path | None]:
        if not self.options.engines:
            return NullDriver(), None
        driver = RedisDriver(self.state)
        return driver, driver.ca_path

    def _serve(self, stack: ExitStack, listening: socket.socket) -> None:
        control = ControlCalls(self.clock, self.durations, self.faults, self.calls)
        front = Front(mount.application(), control, self.clock, self.faults, self.calls)
        self._server: BaseWSGIServer = make_server(
            LOOPBACK, 0, front, threaded=True, request_handler=mount.handler_of(self.clock), fd=listening.fileno()
        )
        stack.callback(self._server.server_close)
        serve = partial(self._server.serve_forever, poll_interval=_POLL_SECONDS)
        _run_in(stack, "standin-server", serve)
        stack.callback(self._server.shutdown)
        stack.callback(front.stopping.set)

    def _tick_in(self, stack: ExitStack) -> None:
        _run_in(stack, "standin-clock", self._tick)
        stack.callback(self._wake_to_stop)

    def _wake_to_stop(self) -> None:
        self._stopping.set()
        with self.clock.changed:
            self.clock.changed.notify_all()

    def _tick(self) -> None:
        """Run what is due, and wait for what comes next or something new."""
        while not self._stopping.is_set():
            with self.clock.changed:
                seconds = self.clock.seconds_to_next()
                if seconds != 0:
                    self.clock.changed.wait(_LONGEST_SLEEP if seconds is None else min(seconds, _LONGEST_SLEEP))
            try:
                self.clock.run_due()
            except Exception:
                log.exception("an action of the clock failed")

    def _announce(self, stack: ExitStack) -> None:
        """Say where it answers, in a file that appears whole and only once it does answer."""
        self.control.hello()
        content = {"url": self.url, "pid": os.getpid(), "ca": str(self.ca) if self.ca else None}
        draft = self.state / f"{ENDPOINT_FILE}.{os.getpid()}"
        draft.write_text(json.dumps(content) + "\n", encoding="utf-8")
        draft.replace(self.state / ENDPOINT_FILE)
        stack.callback((self.state / ENDPOINT_FILE).unlink, missing_ok=True)


def _run_in(stack: ExitStack, name: str, target: Callable[[], None]) -> None:
    """A thread that is waited for when the stack ends; what makes it end is pushed after it."""
    thread = Thread(target=target, name=name, daemon=True)
    thread.start()
    stack.callback(thread.join)
