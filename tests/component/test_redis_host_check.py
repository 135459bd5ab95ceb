# SPDX-License-Identifier: GPL-3.0-or-later
"""The module redis_host_check, run as Ansible runs it, against real redis-server processes of this machine."""

from __future__ import annotations

import contextlib
import grp
import io
import json
import os
import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from ansible.module_utils.testing import patch_module_args
from ansible_collections.redisops.cache.plugins.modules import redis_host_check

from tests.component.redis_servers import Servers

PASSWORD = "operator-of-component-tests-8128"
OTHER = "default-of-component-tests-6174"
USERS = (f"user default on >{OTHER} ~* +@all", f"user redisops on >{PASSWORD} ~* &* +@all")
ACCOUNT = {"user": pwd.getpwuid(os.geteuid()).pw_name, "group": grp.getgrgid(os.getegid()).gr_name}

# What is of the machine that the tests run on.
MACHINES_OWN = ["kernel.*", "process.open_files"]

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")

Result = dict[str, Any]


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    tmp_path.chmod(0o750)
    found = Servers(tmp_path)
    yield found
    for port in list(found.processes):
        found.stop(port)


@pytest.fixture
def secret(tmp_path: Path) -> str:
    path = tmp_path / "secrets" / "redisops.secret"
    path.parent.mkdir()
    path.touch(mode=0o600)
    path.write_text(PASSWORD + "\n")
    return str(path)


def start(servers: Servers, *settings: str) -> Path:
    """The configuration file of a server whose files are nobody else's."""
    port = servers.start(*settings)
    home = servers.directory / str(port)
    home.chmod(0o750)
    return home / "redis.conf"


def inspect(config_file: Path, check_mode: bool = False, **params: Any) -> Result:
    arguments = {"config_file": str(config_file), "tolerate": MACHINES_OWN, **ACCOUNT, **params}
    with (
        patch_module_args({**arguments, "_ansible_check_mode": check_mode}),
        contextlib.redirect_stdout(io.StringIO()) as printed,
        pytest.raises(SystemExit),
    ):
        redis_host_check.main()
    assert PASSWORD not in printed.getvalue()
    assert OTHER not in printed.getvalue()
    result: Result = json.loads(printed.getvalue())
    assert result["changed"] is False
    return result


def rows(result: Result) -> dict[str, bool | None]:
    return {row["check"]: row["ok"] for row in result["rows"]}


def failures(result: Result) -> list[str]:
    found = [row["check"] for row in result["rows"] if row["ok"] is False]
    assert result.get("failed", False) is bool(found)
    return found


def test_a_server_in_order(servers: Servers, secret: str) -> None:
    config_file = start(servers, *USERS, "appendonly yes", "maxmemory 64mb")
    result = inspect(config_file, login_secret_file=secret, include_dir=str(Path(secret).parent))
    include_dir = f"file.include_dir {Path(secret).parent}"
    assert failures(result) == [include_dir], "its own user could change what it only reads"
    judged = rows(result)
    assert all(judged[name] for name in ("login", "sockets.tcp", "acl.default", "persistence.aof_on_disk"))
    assert result["table"][0].split() == ["check", "expected", "found"]
    with redis.Redis(port=next(iter(servers.processes)), password=OTHER) as client:
        assert client.dbsize() == 0


def test_check_mode_writes_nothing(servers: Servers, secret: str) -> None:
    config_file = start(servers, *USERS, "appendonly yes")
    result = inspect(config_file, check_mode=True, login_secret_file=secret)
    assert failures(result) == []
    assert rows(result)["persistence.aof_on_disk"] is None
    with redis.Redis(port=next(iter(servers.processes)), password=OTHER) as client:
        assert "cmdstat_set" not in client.info("commandstats")


def test_an_open_server(servers: Servers) -> None:
    """Trap 13."""
    config_file = start(servers, "user anyone on nopass ~* +@all")
    assert failures(inspect(config_file)) == ["acl.default", "acl.nopass"]
    assert failures(inspect(config_file, nopass_users=["default", "anyone"])) == []


def test_an_acl_file_without_a_line_for_default(servers: Servers, tmp_path: Path) -> None:
    """Trap 13: requirepass does not count any more."""
    (tmp_path / "users.acl").write_text(f"user redisops on >{PASSWORD} ~* &* +@all\n")
    config_file = start(servers, f"aclfile {tmp_path}/users.acl", f"requirepass {OTHER}")
    found = failures(inspect(config_file, login_username="redisops", login_password=PASSWORD))
    assert "acl.default" in found


def test_a_password_in_a_command_line(servers: Servers, secret: str) -> None:
    """Trap 29."""
    config_file = start(servers, *USERS)
    port = str(next(iter(servers.processes)))
    arguments = ["redis-cli", "--user", "redisops", "-a", PASSWORD, "-p", port, "BLPOP", "nothing", "0"]
    number = os.posix_spawnp("redis-cli", arguments, os.environ)
    try:
        result = inspect(config_file, login_secret_file=secret, include_dir=str(Path(secret).parent))
    finally:
        os.kill(number, 9)
        os.waitpid(number, 0)
    assert "secrets.command_lines" in failures(result)
    assert f"redis-cli (process {number})" in result["msg"]


def test_sockets_that_are_not_wanted(servers: Servers) -> None:
    config_file = start(servers)
    result = inspect(config_file, nopass_users=["default"], bind=["127.0.0.1"])
    assert failures(result) == ["sockets.tcp"]
    assert "also 127.0.0.2:" in result["msg"]


def test_settings_that_only_the_running_server_has(servers: Servers) -> None:
    """Trap 1: the AOF was switched off behind the files, or the files were changed behind the server."""
    config_file = start(servers, "appendonly yes")
    with redis.Redis(port=next(iter(servers.processes))) as client:
        client.config_set("appendonly", "no")
        client.config_set("maxmemory", 1 << 50)
    assert failures(inspect(config_file, nopass_users=["default"])) == ["memory.maxmemory", "persistence.appendonly"]


def test_without_config(servers: Servers) -> None:
    config_file = start(servers, 'rename-command CONFIG ""', "appendonly yes", "appendfilename log.aof")
    result = inspect(config_file, nopass_users=["default"])
    assert failures(result) == []
    assert rows(result)["persistence.aof_on_disk"] is True


def test_nobody_gets_in(servers: Servers) -> None:
    config_file = start(servers, *USERS)
    result = inspect(config_file, login_password="never-set-anywhere-1729")
    assert failures(result)[0] == "login"
    assert rows(result)["acl"] is None
    assert "file.main" in " ".join(rows(result))


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    result = inspect(tmp_path / "none.conf")
    assert result["msg"] == f"{tmp_path}/none.conf: No such file or directory"
    assert "rows" not in result
