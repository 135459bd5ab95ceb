# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server keeps when it is killed, stopped, switched over, backed up and restored; the figures are printed."""

from __future__ import annotations

import contextlib
import io
import json
import pwd
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis
from ansible.module_utils.testing import patch_module_args
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.manifest import read_manifest
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.run import take
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.run_restore import restore
from ansible_collections.redisops.cache.plugins.module_utils.redis.local import Login
from ansible_collections.redisops.cache.plugins.modules import redis_config
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.component.host_processes import HostServer
from tests.standin.engines.waiting import wait_until

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")

KILLS = 5
MANY = 1_000_000
BETWEEN_KILLS = 2000
"""Acknowledged writes, at least, before the next kill: more than a second's worth of fsyncs."""


@dataclass
class Writer:
    """Writes numbered keys, each in a transaction that also counts it twice, until told to stop or nobody answers."""

    server: HostServer
    acknowledged: list[float] = field(default_factory=list)
    """When each number was, by the monotonic clock."""
    stopping: threading.Event = field(default_factory=threading.Event)

    def write(self) -> None:
        with self.server.client(retry=Retry(NoBackoff(), 0)) as client, contextlib.suppress(redis.ConnectionError):
            while not self.stopping.is_set():
                number = len(self.acknowledged)
                transaction = client.pipeline(transaction=True)
                transaction.set(f"number:{number}", number).incr("one").incr("other").execute()
                self.acknowledged.append(time.monotonic())


@contextlib.contextmanager
def writing(server: HostServer) -> Iterator[Writer]:
    writer = Writer(server)
    thread = threading.Thread(target=writer.write)
    thread.start()
    try:
        yield writer
    finally:
        writer.stopping.set()
        thread.join()


def numbers(server: HostServer) -> int:
    """How many keys of a Writer are there. There is no gap, and no transaction is there by half."""
    with server.client() as client:
        found = sorted(int(key.split(":")[1]) for key in client.scan_iter("number:*", count=1000))
        one, other = client.get("one"), client.get("other")
    assert found == list(range(len(found)))
    assert int(one or 0) == int(other or 0) == len(found)
    return len(found)


@pytest.fixture
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[HostServer]:
    started = HostServer(tmp_path / "server", *request.param).start()
    yield started
    started.service.stop()


@pytest.mark.parametrize("server", [["appendonly yes", "appendfsync everysec"]], indirect=True)
def test_a_kill_loses_at_most_a_second_of_acknowledged_writes(server: HostServer) -> None:
    losses = [kill_under_load(server) for _kill in range(KILLS)]
    oldest = max(loss.seconds for loss in losses)
    rates = sorted(loss.rate for loss in losses)
    print(
        f"kill -9 under load, appendfsync everysec, {KILLS} times: {[loss.transactions for loss in losses]} "
        f"acknowledged transactions lost, the oldest {oldest:.3f} s old, "
        f"at {rates[0]:.0f} to {rates[-1]:.0f} transactions a second"
    )
    assert oldest <= 1.0


@dataclass(frozen=True)
class Loss:
    """`seconds`: how long before the kill the first lost transaction was acknowledged. `rate` per second."""

    transactions: int
    seconds: float
    rate: float


def kill_under_load(server: HostServer) -> Loss:
    with server.client() as client:
        client.flushall()
    with writing(server) as writer:
        began = time.monotonic()
        wait_until("there is something to keep and something to lose", lambda: is_ripe(writer, began), within=60)
        server.service.kill()
        killed = time.monotonic()
    server.service.start()
    lost = writer.acknowledged[numbers(server) :]
    return Loss(len(lost), killed - lost[0] if lost else 0.0, len(writer.acknowledged) / (killed - began))


def is_ripe(writer: Writer, began: float) -> bool:
    """Two rounds of fsync have passed."""
    return len(writer.acknowledged) >= BETWEEN_KILLS and time.monotonic() - began > 2.2


@pytest.mark.parametrize("server", [["save 3600 1", "enable-debug-command yes"]], indirect=True)
def test_the_switch_to_appendonly_loses_no_key(server: HostServer) -> None:
    """Trap 1: with appendonly in the file alone, the next start is an empty one."""
    with server.client(socket_timeout=120) as client:
        client.execute_command("DEBUG", "POPULATE", MANY)
        assert client.dbsize() == MANY
    began = time.monotonic()
    result = configure(server, {"appendonly": True})
    took = time.monotonic() - began
    assert result["aof_switch"] == {"keys_before": {"db0": MANY}, "keys_after": {"db0": MANY}}
    assert not result["restarted"]
    with server.client() as client:
        client.set("written", "after the switch")
    server.service.kill()
    server.service.start()
    with server.client() as client:
        found = client.dbsize()
        assert client.config_get("appendonly")["appendonly"] == "yes"
        assert client.get("written") == "after the switch"
    print(f"switch to appendonly on {MANY} keys: {MANY + 1 - found} lost, in {took:.1f} s")
    assert found == MANY + 1


def configure(server: HostServer, directives: dict[str, Any]) -> dict[str, Any]:
    """What the module redis_config prints."""
    (server.directory / "include").mkdir(exist_ok=True)
    owner = pwd.getpwuid(server.data.stat().st_uid)
    arguments = {
        "config_file": str(server.config_file),
        "include_dir": str(server.directory / "include"),
        "user": owner.pw_name,
        "group": owner.pw_name,
        "directives": directives,
    }
    with (
        patch_module_args(arguments),
        contextlib.redirect_stdout(io.StringIO()) as printed,
        pytest.raises(SystemExit),
    ):
        redis_config.main()
    result: dict[str, Any] = json.loads(printed.getvalue())
    assert "failed" not in result, result["msg"]
    return result


@pytest.mark.parametrize("server", [["save 3600 1", "enable-debug-command yes"]], indirect=True)
def test_a_stop_waits_for_the_save(server: HostServer) -> None:
    """Trap 5: on SIGTERM a server with save points saves before it ends; whoever kills it meanwhile loses it all."""
    with server.client(socket_timeout=120) as client:
        client.execute_command("DEBUG", "POPULATE", MANY)
    began = time.monotonic()
    server.service.stop()
    print(f"SIGTERM with save points and {MANY} keys: saved and ended in {time.monotonic() - began:.1f} s")
    server.service.start()
    with server.client() as client:
        assert client.dbsize() == MANY


@pytest.mark.parametrize("server", [["appendonly yes", "auto-aof-rewrite-min-size 64kb"]], indirect=True)
@pytest.mark.parametrize("target_form", ["appendonly yes", "appendonly no"])
@pytest.mark.parametrize("kind", ["rdb", "aof"])
def test_a_backup_under_load_is_of_one_moment(server: HostServer, tmp_path: Path, kind: str, target_form: str) -> None:
    """Trap 3: while the append-only file is written to and rewritten all the time."""
    params: dict[str, Any] = {
        "config_file": str(server.config_file),
        "path": str(tmp_path / "backups"),
        "name": kind,
        "kind": kind,
        "keep": None,
        "keep_days": None,
        "samples": 100,
        "wait_timeout": 60.0,
    }
    with writing(server) as writer:
        wait_until("much is written", lambda: len(writer.acknowledged) >= BETWEEN_KILLS, within=60)
        before = len(writer.acknowledged)
        take(params, Login())
        after = len(writer.acknowledged)
        with server.client() as client:
            rewrites = int(client.info("persistence")["aof_rewrites"])
    manifest = read_manifest(str(tmp_path / "backups" / kind))
    other = HostServer(tmp_path / "other", target_form).start()
    try:
        wish = {"backup": str(tmp_path / "backups" / kind), "name": "other", "confirm": "other"}
        common = {"config_file": str(other.config_file), "server": "/usr/bin/redis-server", "wait_timeout": 60.0}
        result = restore({**wish, **common}, Login(), other.service)
        kept = numbers(other)
    finally:
        other.service.stop()
    print(
        f"{kind} into {target_form}, {rewrites} rewrites before it: {kept} transactions in the backup, {before} "
        f"acknowledged before it began, {after} when it was complete, counted to ±{manifest.contents.uncertainty}"
    )
    assert before <= kept <= after + 1
    assert result["databases"] == {"0": kept + 2}
    assert abs(manifest.contents.keys - (kept + 2)) <= (manifest.contents.uncertainty or 0)
    assert after > before
