# SPDX-License-Identifier: GPL-3.0-or-later
"""One redis-server and the driver's way to command it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from tests.standin.engines.plan import EngineError
from tests.standin.engines.resp import Command, RespClient, RespError, Word
from tests.standin.engines.settings import SERVICE_USER, Access, Seat, render_configuration
from tests.standin.engines.waiting import wait_until

START_SECONDS = 30
SHUTDOWN_SECONDS = 30
DUMP_FILE = "dump.rdb"
LOG_FILE = "redis.log"
LOG_TAIL_LINES = 5

Answer = TypeVar("Answer")


class Spawner:
    """Starts programs that the kernel kills when this process ends, however it ends.

    The kernel watches the *thread* that forked, so one thread starts all of them and lives as long as they may.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="standin-spawner")

    def spawn(self, command: Sequence[str], directory: Path, configuration: str) -> subprocess.Popen[bytes]:
        """Start `command` in `directory` with `configuration` as its standard input. Raises EngineError."""
        try:
            return self._thread.submit(self._spawn, command, directory, configuration).result()
        except OSError as error:
            raise EngineError(f"cannot start {command[0]}: {error}") from error

    def stop(self) -> None:
        self._thread.shutdown()

    @staticmethod
    def _spawn(command: Sequence[str], directory: Path, configuration: str) -> subprocess.Popen[bytes]:
        log = os.open(directory / LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=directory,
                # An interrupt typed at the terminal is the stand-in's to handle.
                start_new_session=True,
            )
        finally:
            os.close(log)
        assert process.stdin is not None
        with process.stdin as stdin:
            stdin.write(configuration.encode())
        return process


class RedisProcess:
    """The engine of one node. It may be started again after it ended; `directory` is its own (0700)."""

    def __init__(self, seat: Seat, access: Access, directory: Path, spawner: Spawner) -> None:
        self.seat = seat
        self._access = access
        self._directory = directory
        self._spawner = spawner
        self._process: subprocess.Popen[bytes] | None = None
        self._defaults: dict[str, str] = {}
        self._client = RespClient(seat.address, seat.service_port, SERVICE_USER, access.password)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, parameters: Mapping[str, str], seed: Path | None = None) -> None:
        """Start anew and return at once, with the data of the file `seed` if there is one."""
        self.delete_files()
        self._directory.mkdir(mode=0o700, parents=True)
        if seed is not None:
            shutil.copy(seed, self._directory / DUMP_FILE)
        self.resume(parameters)

    def resume(self, parameters: Mapping[str, str]) -> None:
        """Start with what `shut_down` left, and return at once."""
        program = shutil.which("redis-server")
        if program is None:
            raise EngineError("redis-server is not on the PATH")
        self._defaults.clear()
        configuration = render_configuration(self.seat, self._access, parameters)
        self._process = self._spawner.spawn([program, "-"], self._directory, configuration)

    def await_ready(self) -> None:
        """Wait until the process answers and has loaded its data."""
        wait_until(f"{self.seat.node_id} answers", self._answers, START_SECONDS)
        (self._directory / DUMP_FILE).unlink(missing_ok=True)

    def kill(self) -> None:
        """End without warning; nothing happens when it has ended."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def shut_down(self) -> Path:
        """End with the data saved; returns the file that it is in."""
        assert self._process is not None, "only a started process is shut down"
        self._translated("SHUTDOWN", self._request_shutdown)
        try:
            self._process.wait(SHUTDOWN_SECONDS)
        except subprocess.TimeoutExpired:
            raise EngineError(f"{self.seat.node_id} did not shut down: {self._log_tail()}") from None
        dump = self._directory / DUMP_FILE
        if not dump.exists():
            raise EngineError(f"{self.seat.node_id} ended without saving: {self._log_tail()}")
        return dump

    def save(self, destination: Path) -> None:
        """Write the data set to the file `destination`."""
        self.call("SAVE")
        shutil.move(self._directory / DUMP_FILE, destination)

    def delete_files(self) -> None:
        if self._directory.exists():
            shutil.rmtree(self._directory)

    def configure(self, settings: Mapping[str, str], access_rules: Sequence[str]) -> None:
        """Set these; what an earlier call set and this one does not name goes back to what it was."""
        self._remember_defaults(sorted(settings.keys() - self._defaults.keys()))
        wanted = {**self._defaults, **settings}
        self.call("CONFIG", "SET", *(word for setting in wanted.items() for word in setting))
        self.call("ACL", "SETUSER", "default", *access_rules)

    def _remember_defaults(self, names: Sequence[str]) -> None:
        for name, answer in zip(names, self.call_all("CONFIG", [("GET", name) for name in names]), strict=True):
            if not answer:
                raise EngineError(f"{self.seat.node_id}: Redis knows no parameter {name}")
            self._defaults[name] = answer[1].decode()

    def call(self, command: str, *arguments: Word) -> Any:
        """Call by the command's own name; see RespClient for the answers. Raises EngineError."""
        return self._translated(command, lambda: self._client.call(self._secret(command), *arguments))

    def call_all(self, command: str, tails: Sequence[Command]) -> list[Any]:
        """Call `command` with each of `tails` in few round trips. Raises EngineError for the first error."""
        secret = self._secret(command)
        commands = [(secret, *tail) for tail in tails]
        return self._translated(command, lambda: self._client.call_all(commands))

    def info(self, section: str) -> dict[str, str]:
        lines = self.call("INFO", section).decode().splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def _request_shutdown(self) -> None:
        """A shutdown is answered by the end of the connection, and by words only when it fails."""
        with contextlib.suppress(ConnectionError):
            self._client.call(self._secret("SHUTDOWN"), "SAVE", "NOW")

    def _answers(self) -> bool:
        if not self.is_running:
            raise EngineError(f"{self.seat.node_id} ended at its start: {self._log_tail()}")
        try:
            return bool(self._client.call("PING") == b"PONG")
        except (RespError, OSError):
            return False

    def _secret(self, command: str) -> str:
        return self._access.names.get(command, command)

    def _translated(self, command: str, work: Callable[[], Answer]) -> Answer:
        try:
            return work()
        except (RespError, OSError) as error:
            raise EngineError(f"{self.seat.node_id}: {command}: {error}") from error

    def _log_tail(self) -> str:
        log = self._directory / LOG_FILE
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        return " | ".join(lines[-LOG_TAIL_LINES:])
