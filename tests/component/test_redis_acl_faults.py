# SPDX-License-Identifier: GPL-3.0-or-later
"""The module redis_acl where something is wrong: what is asked for, the server, or what somebody did to the files."""

from __future__ import annotations

import grp
import json
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.secret import MARKER

from tests.component.acl_hosts import APP, COLLEAGUE, NEW, OLD, OPERATOR, OTHER, Host, a_host, sha256

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with a_host(tmp_path) as found:
        yield found


@pytest.fixture
def running(host: Host) -> Host:
    host.changes(users=[APP, COLLEAGUE])
    host.start_with_file()
    return host


class TestRefusals:
    def test_what_the_server_does_not_take(self, running: Host) -> None:
        """Trap 15: with a bad line nothing is loaded and nothing is written, so the server starts the next time."""
        bad = {**APP, "rules": ["+nosuchcommand", f"~app:{OTHER}"]}
        message = running.refuses(users=[bad, {**COLLEAGUE, "rules": ["(~x", "+get)"]}])
        assert "'colleague'" in message
        message = running.refuses(users=[bad, {**COLLEAGUE, "rules": ["@nonsense"]}])
        assert "user 'app': the server says: Error in applying operation '+nosuchcommand'" in message
        assert "user 'colleague': the server says: Syntax error. Its rules: on resetpass resetkeys" in message
        assert f"#{MARKER} ~app:* +@all -@admin -@dangerous @nonsense" in message
        assert running.accepts("app", OLD)
        running.stop()
        running.start_with_file()
        assert running.accepts("app", OLD)

    def test_what_the_running_server_does_not_take(self, running: Host) -> None:
        """Trap 15: old rules and old file, also when it is the running server that refuses."""
        limited = {
            "name": "limited",
            "rules": ["+ping", "+info", "+config|get", "+acl|list", "+acl|whoami"],
            "passwords": [NEW],
        }
        running.changes(users=[APP, COLLEAGUE, limited])
        before = running.snapshot()
        login = {"login_username": "limited", "login_password": NEW}
        result = running.run(users=[APP, {**limited, "rules": ["+@all"]}], check=False, **login)
        assert result["failed"]
        assert "NOPERM" in result["msg"] or "no permissions" in result["msg"]
        assert running.snapshot()["rules"] == before["rules"]
        assert running.acl_file.read_bytes() == before["files"][str(running.acl_file)][0]
        running.stop()
        running.start_with_file()
        assert running.accepts("colleague", OTHER)

    def test_a_set_that_locks_the_module_out(self, running: Host) -> None:
        by_name = {"login_username": OPERATOR, "login_password": running.secret_file.read_text().strip()}
        message = running.refuses(users=[APP], **{**by_name, "login_secret_file": None})
        assert "nobody could manage the server" in message
        less = [APP, {"name": OPERATOR, "rules": ["+ping", "+info"]}]
        message = running.refuses(users=less)
        assert "user 'redisops': this module logs in as this user, and could not use CONFIG GET, CLIENT KILL" in message
        message = running.refuses(users=[APP, {"name": OPERATOR, "preset": "operator", "enabled": False}])
        assert "nobody could manage the server" in message

    def test_all_problems_at_once(self, running: Host) -> None:
        users = [
            APP,
            {**APP, "passwords": ["", OLD]},
            {"name": "two words", "rules": ["nopass", f">{NEW}", "on"]},
            {"name": "default", "rules": ["NOPASS"]},
            {"name": "line", "keys": ["a\nuser evil on nopass +@all"], "channels": ["a b"], "rules": ["+get\nuser x"]},
            {"name": "both", "nopass": True, "passwords": [NEW], "secret_file": "secret"},
            {"name": "hash", "password_hashes": ["abc"]},
        ]
        message = running.refuses(users=users)
        assert message.startswith("13 problems:")

    def test_an_empty_secret(self, running: Host) -> None:
        running.secret_file.write_text("\n")
        result = running.run(users=[APP], login_username="app", login_password=OLD)
        assert f"{running.secret_file} is empty" in result["msg"] or "no permissions" in result["msg"]

    def test_no_way_to_log_in(self, running: Host) -> None:
        message = running.run(users=[APP], login_secret_file="/nowhere/redisops.secret")["msg"]
        assert "wants a password and none was given" in message


class TestDrift:
    def test_rules_that_somebody_set(self, running: Host) -> None:
        with running.operator() as client:
            client.execute_command("ACL", "SETUSER", "app", "+@all", "~*")
            client.execute_command("ACL", "SETUSER", "intruder", "on", "nopass", "+@all", "~*")
        result = running.changes(users=[APP, COLLEAGUE])
        assert [change["user"] for change in result["changes"]] == ["app", "intruder"]
        assert result["files"] == []
        assert not running.accepts("intruder", "")

    def test_mode_and_owner(self, running: Host) -> None:
        running.acl_file.chmod(0o666)
        running.secret_file.chmod(0o644)
        secret = running.secret_file.read_text()
        result = running.changes(users=[APP, COLLEAGUE])
        assert result["changes"] == []
        assert [entry["before"].split()[0] for entry in result["files"]] == ["0666", "0644"]
        assert [entry["after"].split()[0] for entry in result["files"]] == ["0640", "0600"]
        assert "could be read by others" in result["warnings"][0]
        assert running.secret_file.read_text() == secret

    def test_a_file_that_somebody_wrote(self, running: Host) -> None:
        """With the meaning that it had, in clear text: it becomes hashes again."""
        text = running.acl_file.read_text()
        running.acl_file.write_text(text.replace(f"#{sha256(OLD)}", f">{OLD}"))
        result = running.changes(users=[APP, COLLEAGUE])
        assert result["changes"] == []
        assert "in other words" in result["files"][0]["before"]
        assert running.acl_file.read_text() == text
        running.acl_file.write_text(text + "user extra on nopass\n")
        result = running.changes(users=[APP, COLLEAGUE])
        assert [change["user"] for change in result["changes"]] == ["extra"]

    def test_a_file_with_which_no_server_starts(self, running: Host) -> None:
        running.acl_file.write_text(f"# {OTHER}\nuser app on >{OTHER} +nosuchcommand\n")
        running.changes(users=[APP, COLLEAGUE])
        running.stop()
        running.start_with_file()
        assert running.accepts("app", OLD)

    def test_secrets_are_never_made_anew(self, running: Host) -> None:
        before = running.secret_file.read_text()
        running.acl_file.unlink()
        result = running.changes(users=[APP, COLLEAGUE])
        assert result["secrets_created"] == []
        assert running.secret_file.read_text() == before
        assert running.operator().ping()


def test_secrets_are_in_no_argument_and_no_environment(host: Host, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    program = tmp_path / "server"
    program.write_text(f'#!/bin/sh\n(echo "$0" "$@"; env) >> {seen}\nexec {shutil.which("redis-server")} "$@"\n')
    program.chmod(0o755)
    host.changes(users=[APP], server=str(program))
    told = seen.read_text()
    assert str(program) in told
    assert OLD not in told
    assert sha256(OLD) not in told
    assert host.secret_file.read_text().strip() not in told


PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  vars:
    users:
      - {name: app, preset: application, keys: ["app:*"], passwords: ["{{ secret }}"]}
    secret: "{{ lookup('ansible.builtin.env', 'ACL_PASSWORD') }}"
    options: "{{ lookup('ansible.builtin.env', 'ACL_OPTIONS') | from_json }}"
  tasks:
    - redisops.cache.redis_acl: "{{ options | combine({'users': users}) }}"
      check_mode: true
      register: foretold
    - redisops.cache.redis_acl: "{{ options | combine({'users': users}) }}"
      register: done
    - redisops.cache.redis_acl: "{{ options | combine({'users': users}) }}"
      register: again
    - redisops.cache.redis_acl: "{{ options | combine({'users': [{'name': 'app', 'rules': ['>' ~ secret]}]}) }}"
      register: refused
      ignore_errors: true
    - ansible.builtin.assert:
        that:
          - done.diff == foretold.diff and done.changes == foretold.changes
          - done is changed and again is not changed
          - refused is failed
"""


def test_in_a_playbook(host: Host, tmp_path: Path) -> None:
    playbook = tmp_path / "users.yml"
    playbook.write_text(PLAYBOOK)
    options = {
        "config_file": str(host.config_file),
        "acl_file": str(host.acl_file),
        "login_secret_file": str(host.secret_file),
        "server": shutil.which("redis-server"),
        "user": pwd.getpwuid(os.geteuid()).pw_name,
        "group": grp.getgrgid(os.getegid()).gr_name,
    }
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-c", "local", "-D", "-vvv", str(playbook)]
    shown = {"ANSIBLE_INJECT_INVOCATION": "1", "ACL_OPTIONS": json.dumps(options), "ACL_PASSWORD": OLD}
    environment = {**os.environ, **shown}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    printed = done.stdout + done.stderr
    assert done.returncode == 0, printed
    assert "failed=0" in printed
    assert "module_args" in printed
    assert OLD not in printed
    assert sha256(OLD) not in printed
    assert host.secret_file.read_text().strip() not in printed
