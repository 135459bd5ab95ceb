# SPDX-License-Identifier: GPL-3.0-or-later
"""A host with a server, and the module redis_acl run on it as Ansible runs it."""

from __future__ import annotations

import contextlib
import grp
import hashlib
import io
import json
import os
import pwd
import re
import shutil
import threading
import unittest.mock
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args
from ansible_collections.redisops.cache.plugins.modules import redis_acl
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.component.redis_servers import Servers, free_port
from tests.standin.engines.waiting import wait_until

OLD, NEW, OTHER = "first-of-acl-tests-6502", "second-of-acl-tests-8080", "other-of-acl-tests-4004"
OPERATOR = "redisops"
APP = {"name": "app", "preset": "application", "keys": ["app:*"], "passwords": [OLD]}
COLLEAGUE = {"name": "colleague", "preset": "application", "keys": ["app:*"], "passwords": [OTHER]}

Result = dict[str, Any]


def sha256(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()


def may(client: redis.Redis, *words: str) -> bool:
    try:
        client.execute_command(*words)
    except redis.exceptions.NoPermissionError:
        return False
    return True


@dataclass
class Host:
    """A host with a server's configuration, on which a server may run."""

    servers: Servers
    home: Path
    port: int = 0

    def __post_init__(self) -> None:
        self.directory = self.home / "redisops"
        self.acl_file = self.directory / "users.acl"
        self.secret_file = self.directory / "redisops.secret"
        self.config_file = self.home / "redis.conf"
        self.config_file.write_text(f"port {free_port()}\ndir {self.home}\n")

    def start(self, *settings: str) -> None:
        """A server listens before it has read its ACL file; it answers when it has."""
        self.port = self.servers.start(*settings, folder=self.home)
        wait_until("the server answers", self._answers, within=20)

    def start_with_file(self, *settings: str) -> None:
        self.start(f"aclfile {self.acl_file}", *settings)

    def stop(self) -> None:
        self.servers.stop(self.port)

    def login(self, user: str | None, password: str | None) -> redis.Redis:
        """A client with one connection, which is open when it is returned and is not renewed when it is lost."""
        client = redis.Redis(
            port=self.port,
            username=user,
            password=password,
            single_connection_client=True,
            decode_responses=True,
            retry=Retry(NoBackoff(), 0),
            driver_info=None,
        )
        client.ping()
        return client

    def operator(self) -> redis.Redis:
        return self.login(OPERATOR, self.secret_file.read_text().strip())

    def accepts(self, user: str | None, password: str | None) -> bool:
        try:
            self.login(user, password).close()
        except redis.exceptions.AuthenticationError:
            return False
        return True

    def run(self, check: bool = False, **params: Any) -> Result:
        """What the module prints. No password and no hash is in it."""
        warnings: list[str] = []
        arguments = {
            "_ansible_check_mode": check,
            "config_file": str(self.config_file),
            "acl_file": str(self.acl_file),
            "login_secret_file": str(self.secret_file),
            "server": shutil.which("redis-server"),
            "user": pwd.getpwuid(os.geteuid()).pw_name,
            "group": grp.getgrgid(os.getegid()).gr_name,
            **params,
        }
        with (
            patch_module_args(arguments),
            unittest.mock.patch.object(AnsibleModule, "warn", lambda _module, text: warnings.append(text)),
            contextlib.redirect_stdout(io.StringIO()) as printed,
            pytest.raises(SystemExit),
        ):
            redis_acl.main()
        text = printed.getvalue() + "".join(warnings)
        made = [path.read_text().strip() for path in self.directory.glob("*.secret")]
        for secret in filter(None, [OLD, NEW, OTHER, *made]):
            assert secret not in text
        assert not re.search("[0-9a-f]{64}", text)
        result: Result = json.loads(printed.getvalue())
        result.pop("invocation", None)
        return {**result, "warnings": warnings}

    def changes(self, **params: Any) -> Result:
        """Check mode foretells the run and changes nothing, and a repeat has nothing to do."""
        before = self.snapshot()
        foretold = self.run(check=True, **params)
        assert self.snapshot() == before
        done = self.run(**params)
        assert "failed" not in done, done["msg"]
        assert done["changed"]
        assert foretold == done
        after = self.snapshot()
        again = self.run(**params)
        assert again == {
            **done,
            "changed": False,
            "changes": [],
            "diff": {side: {"files": {}, "users": {}} for side in ("before", "after")},
            "files": [],
            "secrets_created": [],
            "warnings": again["warnings"],
        }
        assert self.snapshot() == after
        return done

    def refuses(self, **params: Any) -> str:
        """The message; nothing is changed, nor is it by check mode, which says the same."""
        before = self.snapshot()
        refusals = [self.run(check=check, **params) for check in (True, False)]
        assert self.snapshot() == before
        assert refusals[0] == refusals[1]
        assert refusals[0]["failed"]
        return str(refusals[0]["msg"])

    def snapshot(self) -> dict[str, Any]:
        paths = sorted(self.directory.glob("**/*")) if self.directory.exists() else []
        files = {str(path): (path.read_bytes(), path.stat()) for path in paths}
        rules: list[str] = []
        if self.port in self.servers.processes and self.secret_file.exists() and self.accepts(*self._operator()):
            with self.operator() as client:
                rules = client.acl_list()
        return {"files": files, "rules": rules}

    def change_of(self, result: Result, user: str) -> Result:
        return next(change for change in result["changes"] if change["user"] == user)

    def _answers(self) -> bool:
        assert self.servers.accepts(self.port), "it does not listen any more"
        try:
            self.accepts(None, None)
        except redis.ConnectionError:
            return False
        return True

    def _operator(self) -> tuple[str, str]:
        return OPERATOR, self.secret_file.read_text().strip()


@contextlib.contextmanager
def a_host(directory: Path) -> Iterator[Host]:
    servers = Servers(directory)
    home = directory / "host"
    home.mkdir()
    yield Host(servers, home)
    for port in list(servers.processes):
        servers.stop(port)


class Logins:
    """Logs in with a password again and again, from another thread, and counts."""

    def __init__(self, host: Host, user: str, password: str) -> None:
        self.host, self.user, self.password = host, user, password
        self.count = 0
        self.refused: list[Exception] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._repeat)

    def __enter__(self) -> Logins:
        self._thread.start()
        self.await_another()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def await_another(self) -> None:
        seen = self.count
        wait_until("another login is accepted", lambda: self.count > seen or bool(self.refused), within=20)

    def _repeat(self) -> None:
        while not self._over.is_set() and not self.refused:
            try:
                with self.host.login(self.user, self.password) as client:
                    client.set("app:counter", self.count)
                self.count += 1
            except redis.RedisError as error:
                self.refused.append(error)
