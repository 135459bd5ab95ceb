# SPDX-License-Identifier: GPL-3.0-or-later
"""A server of a host without a host: configuration, data directory, and a process in place of its systemd unit."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from ansible_collections.redisops.cache.plugins.module_utils.redis.service import UnitFailed
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.standin.engines.waiting import wait_until


@dataclass
class ProcessService:
    """What starts and stops the server, as a systemd unit would. `failing` makes the next starts fail."""

    config_file: Path
    name: str = "redis-server.service"
    failing: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def is_active(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        if self.is_active():
            return
        if self.failing:
            raise UnitFailed(f"systemctl start {self.name}: it was made to fail")
        log = self.config_file.with_suffix(".log").open("ab")
        with log:
            self.process = subprocess.Popen(["redis-server", str(self.config_file)], stdout=log)
        wait_until(f"the server answers, see {log.name}", self._answers, within=60)

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

    def _answers(self) -> bool:
        if not self.is_active():
            raise UnitFailed(self.config_file.with_suffix(".log").read_text()[-500:])
        once = Retry(NoBackoff(), 0)
        with redis.Redis(unix_socket_path=str(self.config_file.with_name("socket")), retry=once) as client:
            try:
                client.ping()
            except (redis.AuthenticationError, redis.exceptions.NoPermissionError):
                return True
            except (redis.ConnectionError, redis.BusyLoadingError):
                return False
            return True


class HostServer:
    """One server in `directory`; settings are lines of its configuration."""

    def __init__(self, directory: Path, *settings: str) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.data = directory / "data"
        self.data.mkdir(exist_ok=True)
        self.config_file = directory / "redis.conf"
        self.configure(*settings)
        self.service = ProcessService(self.config_file)

    def configure(self, *settings: str) -> None:
        """Later lines win, except for `save`."""
        own = ["port 0", f"unixsocket {self.directory}/socket", f"dir {self.data}"]
        saves = [] if any(line.startswith("save ") for line in settings) else ['save ""']
        self.config_file.touch(mode=0o600)
        self.config_file.write_text("\n".join([*own, *saves, *settings]) + "\n")

    def start(self) -> HostServer:
        self.service.start()
        return self

    def client(self, db: int = 0, **login: Any) -> redis.Redis:
        return redis.Redis(unix_socket_path=f"{self.directory}/socket", db=db, decode_responses=True, **login)

    def keys(self, **login: Any) -> dict[str, int]:
        with self.client(**login) as client:
            return {name: count["keys"] for name, count in client.info("keyspace").items()}


def fill(client: redis.Redis, count: int = 200, prefix: str = "key") -> None:
    """Values of every type, and keys that expire long after the test."""
    client.mset({f"{prefix}:{number}": f"value {number}" for number in range(count)})
    client.hset(f"{prefix}:hash", mapping={f"field {number}": number for number in range(20)})
    client.rpush(f"{prefix}:list", *range(20))
    client.sadd(f"{prefix}:set", *range(20))
    client.zadd(f"{prefix}:zset", {f"member {number}": number / 3 for number in range(20)})
    client.xadd(f"{prefix}:stream", {"field": "value"})
    client.set(f"{prefix}:expiring", "value", ex=3600)


def contents(client: redis.Redis) -> dict[str, Any]:
    """All that a database holds, in a form that can be compared."""
    return {str(key): _value(client, str(key)) for key in client.scan_iter(count=1000)}


def _value(client: redis.Redis, key: str) -> Any:
    readers: dict[str, Callable[[str], Any]] = {
        "hash": client.hgetall,
        "list": lambda name: client.lrange(name, 0, -1),
        "set": client.smembers,
        "stream": client.xrange,
        "string": client.get,
        "zset": lambda name: client.zrange(name, 0, -1, withscores=True),
    }
    return readers[str(client.type(key))](key)
