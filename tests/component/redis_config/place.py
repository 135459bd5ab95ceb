# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's server in a directory of its own: its files, and a process where a host has a systemd unit."""

from __future__ import annotations

import grp
import os
import pwd
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.apply import Host
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.configure import Request, Result, configure
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.facts import Terms
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.scratch import Engine
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.store import Owner
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.wanted import build_wanted
from ansible_collections.redisops.cache.plugins.module_utils.redis.local import Login
from ansible_collections.redisops.cache.plugins.module_utils.redis.patience import Patience
from ansible_collections.redisops.cache.plugins.module_utils.redis.service import UnitFailed

from tests.component.redis_servers import free_port
from tests.standin.engines.waiting import wait_until

BINARY = "/usr/bin/redis-server"
USER = pwd.getpwuid(os.geteuid()).pw_name
GROUP = grp.getgrgid(os.getegid()).gr_name

Changes = dict[str, dict[str, Any]]


@dataclass
class ProcessService:
    """Starts what the main file says. A start that fails is told with what the process said."""

    config_file: Path
    name: str = "process"
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0

    def is_active(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        if self.is_active():
            return
        self.starts += 1
        output = self.config_file.with_name("output")
        with output.open("wb") as log:
            self.process = subprocess.Popen([BINARY, str(self.config_file)], stdout=log, stderr=log)
        wait_until("the server is up or has ended", lambda: self._is_settled(output), within=30)
        if not self.is_active():
            raise UnitFailed(f"start {self.name}: it ended\n{output.read_text(errors='replace')[-2000:]}")

    def restart(self) -> None:
        self.stop()
        self.start()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def _is_settled(self, output: Path) -> bool:
        return not self.is_active() or b"ready to accept connections" in output.read_bytes().lower()


class Brisk:
    """A clock for servers that are done in milliseconds: looks again sooner than asked for."""

    monotonic = staticmethod(time.monotonic)

    def sleep(self, seconds: float, /) -> None:
        time.sleep(min(seconds, 0.02))


@dataclass
class Place:
    """`settings` are the lines of the main file that a package would have brought."""

    directory: Path
    settings: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.main = self.directory / "redis.conf"
        self.includes = self.directory / "ours"
        self.data = self.directory / "data"
        self.data.mkdir()
        lines = ["# As the package brought it.", f"port {self.port}", "bind 127.0.0.1", f"dir {self.data}"]
        lines += [f"unixsocket {self.directory}/socket", "daemonize no", *self.settings]
        self.main.touch(mode=0o640)
        self.main.write_text("\n".join([*lines, ""]))
        self.service = ProcessService(self.main)

    def configure(self, directives: dict[str, Any] | None = None, check: bool = False, **options: Any) -> Result:
        """Options: secret, renamed, restart, service (False: there is none), password, user_secret."""
        wanted = build_wanted(directives or {}, options.get("secret", {}), options.get("renamed", {}))
        service = self.service if options.get("service", True) else None
        terms = Terms(service.name if service else None, options.get("restart", True))
        login = Login(password=options.get("password"), secret_path=options.get("user_secret"), timeout=5.0)
        host = Host(
            str(self.main),
            str(self.includes),
            login,
            service,
            Patience(30.0, Brisk()),
            Owner(0o640, os.geteuid(), os.getegid()),
        )
        return configure(Request(Engine(BINARY, USER, GROUP), wanted, terms), host, check)

    def converge(self, directives: dict[str, Any] | None = None, **options: Any) -> Result:
        """As configure, after a check that foretells it and touches nothing, before a run that finds it all done."""
        before = self.files()
        foretold = self.configure(directives, check=True, **options).to_dict()
        assert self.files() == before
        result = self.configure(directives, **options)
        told = result.to_dict()
        assert {each: told[each] for each in ("changed", "changes", "diff")} == {
            each: foretold[each] for each in ("changed", "changes", "diff")
        }
        again = self.configure(directives, **options).to_dict()
        assert again["changes"] == []
        assert not again["changed"]
        return result

    def files(self) -> dict[str, tuple[str, int, int]]:
        """Content, mode and inode of everything but the data."""
        paths = [self.main, *self.includes.glob("*")] if self.includes.exists() else [self.main]
        return {str(path): (path.read_text(), path.stat().st_mode, path.stat().st_ino) for path in paths}

    @contextmanager
    def client(self, **login: Any) -> Iterator[redis.Redis]:
        socket = self.directory / "socket"
        with redis.Redis(unix_socket_path=str(socket), decode_responses=True, **login) as client:
            yield client

    @property
    def pid(self) -> int:
        assert self.service.process is not None
        return self.service.process.pid


def by_directive(result: Result) -> Changes:
    return {change["directive"]: change for change in result.to_dict()["changes"]}


def hows(result: Result) -> dict[str, str]:
    return {name: change["how"] for name, change in by_directive(result).items()}
