# SPDX-License-Identifier: GPL-3.0-or-later
"""The module redis_config as Ansible runs it, and what it leaves behind."""

from __future__ import annotations

import contextlib
import grp
import io
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf import scratch
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.files import Configuration
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.scratch import Engine, Scratch, ScratchRefused
from ansible_collections.redisops.cache.plugins.modules import redis_config

from tests.component.redis_config.conftest import MakePlace
from tests.component.redis_config.place import BINARY, GROUP, USER, Place

PASSWORD = "module-of-component-tests-2001"


def run(place: Place, **params: Any) -> dict[str, Any]:
    """What the module prints."""
    own = {"config_file": str(place.main), "include_dir": str(place.includes), "user": USER, "group": GROUP}
    with (
        patch_module_args({**own, **params}),
        contextlib.redirect_stdout(io.StringIO()) as printed,
        pytest.raises(SystemExit),
    ):
        redis_config.main()
    assert PASSWORD not in printed.getvalue()
    result: dict[str, Any] = json.loads(printed.getvalue())
    return result


def test_options_and_results(place: Place) -> None:
    wanted = {"directives": {"maxmemory": "64mb"}, "secret_directives": {"requirepass": PASSWORD}}
    foretold = run(place, **wanted, _ansible_check_mode=True)
    result = run(place, **wanted)
    assert foretold["changes"] == result["changes"]
    assert foretold["diff"] == result["diff"]
    assert result["changed"]
    assert result["running"]
    assert not result["restarted"]
    assert not result["restart_required"]
    assert result["aof_switch"] is None
    assert result["config"]["maxmemory"] == str(64 * 1024**2)
    assert result["diff"]["after"]["requirepass"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert result["version"].count(".") == 2
    assert run(place, **wanted)["changed"] is False


def test_failures_are_one_message(place: Place) -> None:
    refused = run(place, directives={"maxmemory": "lots"})
    assert refused["failed"]
    assert refused["msg"].endswith("'maxmemory lots': argument must be a memory value. Nothing was changed")
    planned = run(place, directives={"bind": "0.0.0.0", "hz": 20})
    assert planned["failed"]
    assert {change["directive"]: change["how"] for change in planned["changes"]}["bind"] == "refused"
    assert "there is no user nobody-at-all" in run(place, user="nobody-at-all")["msg"]
    assert "there is no group nobodys-group" in run(place, group="nobodys-group")["msg"]
    assert "redis_replication" in run(place, directives={"replicaof": "10.0.0.1 6379"})["msg"]
    place.main.write_text('maxmemory "64mb\n')
    assert "line 1: unbalanced quotes" in run(place)["msg"]


def test_a_secret_in_the_wrong_option_is_not_shown_either(place: Place) -> None:
    """Older lines of ansible-core print with the result what the module was given, newer ones at -vvv."""
    refused = run(place, directives={"requirepass": PASSWORD})
    assert "give it in secret_directives" in refused["msg"]


def test_login_refused(make_place: MakePlace) -> None:
    place = make_place(f"requirepass {PASSWORD}-other", "rename-command CONFIG our-config")
    place.service.start()
    place.main.write_text(place.main.read_text().replace(f"{PASSWORD}-other", PASSWORD))
    assert "the server wants a password" in run(place)["msg"] or "refuses user and password" in run(place)["msg"]


PROBE = """#!/bin/sh
id > "$0.seen"; tr '\\0' ' ' < /proc/$$/cmdline >> "$0.seen"; env >> "$0.seen"; pwd >> "$0.seen"; ls -la . >> "$0.seen"
find . -type f -exec cat {} + >> "$0.seen"
exec redis-server "$@"
"""


@pytest.fixture
def probe() -> Iterator[Path]:
    """A server's program that writes down what it was started with."""
    folder = Path(tempfile.mkdtemp(prefix="probe-"))
    folder.chmod(0o777)
    program = folder / "redis-server"
    program.write_text(PROBE)
    program.chmod(0o755)
    yield program
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a server as somebody else")
def test_the_scratch_server_is_the_servers_user(probe: Path) -> None:
    """Neither argv nor environment nor a file of it has a secret, and its directory is nobody else's, and goes."""
    user = pwd.getpwnam("nobody")
    group = grp.getgrgid(user.pw_gid).gr_name
    configuration = Configuration.of("redis.conf", f"requirepass {PASSWORD}\nappendonly yes\n")
    with Scratch(Engine(str(probe), "nobody", group), configuration) as server:
        assert server.settings("requirepass") == {"requirepass": PASSWORD}
        directory = Path(server.configuration.last("dir"))
        assert directory.stat().st_uid == user.pw_uid
        assert directory.stat().st_mode & 0o777 == 0o700
    assert not directory.exists()
    seen = (probe.parent / "redis-server.seen").read_text()
    assert f"uid={user.pw_uid}(nobody)" in seen
    assert str(directory) in seen
    assert PASSWORD not in seen


def test_the_scratch_server_touches_nothing_of_the_services(place: Place) -> None:
    """No port, no data, no log, no pid file, no cluster's nodes.conf, no primary, whatever the files say."""
    used = place.directory / "used"
    lines = [
        f"pidfile {used}",
        f"logfile {used}",
        "appendonly yes",
        "cluster-enabled yes",
        f"cluster-config-file {used}",
    ]
    lines += [
        "replicaof 127.0.0.1 1",
        f"unixsocket {used}",
        f"port {place.port}",
        "syslog-enabled yes",
        "daemonize yes",
    ]
    configuration = Configuration.of("redis.conf", "\n".join([*lines, f"dir {place.data}", "supervised systemd"]))
    with Scratch(Engine(BINARY, USER, GROUP), configuration) as server:
        server.command("SET", "key", "value")
        server.command("SAVE")
        assert server.info("replication")["role"] == "master"
    assert not used.exists()
    assert list(place.data.iterdir()) == []


def test_users_for_the_scratch_server() -> None:
    configuration = Configuration.of("redis.conf", f"requirepass {PASSWORD}\nuser old on nopass +@all\n")
    users = f"user default off -@all\nuser app on #{'ab' * 32} ~* +@all\n"
    with Scratch(Engine(BINARY, USER, GROUP), configuration, users=users) as server:
        listed = server.command("ACL", "LIST")
    assert isinstance(listed, list)
    names = {line.split()[1] for line in listed}
    assert names == {"default", "app", scratch.SCRATCH_USER}


def test_a_hash_in_an_acl_error_is_not_told() -> None:
    users = f"user default off -@all\nuser app on #{'ab' * 31}zz ~* +@all\n"
    with pytest.raises(ScratchRefused) as refused:
        Scratch(Engine(BINARY, USER, GROUP), Configuration.of("redis.conf", ""), users=users).__enter__()
    assert "ab" * 31 not in str(refused.value)
    assert "the ACL file:2" in str(refused.value)


def test_a_program_that_says_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    silent = tmp_path / "silent-server"
    silent.write_text("#!/bin/sh\nexec sleep 60\n")
    silent.chmod(0o755)
    monkeypatch.setattr(scratch, "START_SECONDS", 0.2)
    with pytest.raises(ScratchRefused, match=re.escape("not ready after 0.2 seconds; it said nothing")):
        Scratch(Engine(str(silent), USER, GROUP), Configuration.of("redis.conf", "")).__enter__()


PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  vars:
    server: "{{ lookup('ansible.builtin.env', 'CONFIG_SERVER') | from_json }}"
    secret: {requirepass: "{{ lookup('ansible.builtin.env', 'CONFIG_TOKEN') }}"}
  module_defaults:
    redisops.cache.redis_config:
      config_file: "{{ server.config_file }}"
      include_dir: "{{ server.include_dir }}"
      user: "{{ server.user }}"
      group: "{{ server.group }}"
      directives: {maxmemory: 64mb, hz: 20}
      secret_directives: "{{ secret }}"
  tasks:
    - redisops.cache.redis_config:
      check_mode: true
      diff: true
      register: foretold
    - redisops.cache.redis_config:
      diff: true
      register: real
    - redisops.cache.redis_config:
      register: again
    - ansible.builtin.assert:
        that:
          - foretold.changes == real.changes
          - foretold.diff == real.diff
          - real is changed
          - again is not changed
"""


def test_in_a_playbook(place: Place, tmp_path: Path) -> None:
    playbook = tmp_path / "configure.yml"
    playbook.write_text(PLAYBOOK)
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-c", "local", "-vvvvv", str(playbook)]
    server = {"config_file": str(place.main), "include_dir": str(place.includes), "user": USER, "group": GROUP}
    environment = {**os.environ, "CONFIG_SERVER": json.dumps(server), "CONFIG_TOKEN": PASSWORD}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert PASSWORD not in done.stdout + done.stderr
