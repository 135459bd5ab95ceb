# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Sentinels on loopback, each with a file of its own, that look after the servers of a test."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis
from ansible_collections.redisops.cache.plugins.module_utils.redis.service import UnitFailed

from tests.component.redis_servers import free_port
from tests.standin.engines.waiting import wait_until

WITHIN = 30


class SentinelProcess:
    """In the place of a systemd unit: what starts and stops a Sentinel."""

    name = "sentinel-of-a-test"

    def __init__(self, folder: Path, *lines: str) -> None:
        folder.mkdir()
        self.file = folder / "sentinel.conf"
        self.socket = folder / "sentinel.sock"
        self.log = folder / "log"
        self.port = free_port()
        own = [f"port {self.port}", "bind 127.0.0.1", f"dir {folder}", f"unixsocket {self.socket}"]
        self.file.touch(mode=0o600)
        self.file.write_text("\n".join([*own, *lines]) + "\n")
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        self.starts += 1
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(["redis-server", str(self.file), "--sentinel"], stdout=log, stderr=log)
        wait_until("the Sentinel answers or has ended", lambda: self.has_ended or self.answers, within=WITHIN)
        if self.has_ended:
            raise UnitFailed(self.log.read_text()[-300:])

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.socket.unlink(missing_ok=True)

    @property
    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    @property
    def answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.AuthenticationError:
            return True
        except redis.ConnectionError:
            return False

    @contextlib.contextmanager
    def client(self, password: str | None = None) -> Iterator[Any]:
        with redis.Redis(unix_socket_path=str(self.socket), password=password, decode_responses=True) as client:
            yield client

    def lines(self) -> list[str]:
        return self.file.read_text().splitlines()
