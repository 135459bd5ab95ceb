# SPDX-License-Identifier: GPL-3.0-or-later
"""The module redis_acl on real servers: Redis or Valkey, whichever redis-server is."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.secret import MARKER

from tests.component.acl_hosts import APP, COLLEAGUE, NEW, OLD, OPERATOR, OTHER, Host, Logins, a_host, may, sha256

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


class TestFirstTime:
    def test_before_the_server_runs(self, host: Host) -> None:
        """Trap 13: an ACL file without `default` lets everybody in, so it gets one that lets nobody in."""
        result = host.changes(users=[APP])
        assert result["loaded"] is False
        assert result["secrets_created"] == [str(host.secret_file)]
        assert [change["user"] for change in result["changes"]] == ["app", "default", OPERATOR]
        assert "user default off resetpass resetkeys resetchannels -@all\n" in host.acl_file.read_text()
        assert sha256(OLD) in host.acl_file.read_text()
        assert OLD not in host.acl_file.read_text()
        host.start_with_file("protected-mode no")
        assert not host.accepts(None, None)
        assert not host.accepts("default", "")
        assert host.accepts("app", OLD)
        assert host.operator().acl_whoami() == OPERATOR
        assert host.run(users=[APP])["loaded"] is True

    def test_files_for_root_and_the_server_alone(self, host: Host) -> None:
        exporter = {"name": "exporter", "preset": "exporter", "secret_file": str(host.directory / "exporter.secret")}
        host.changes(users=[exporter])
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [host.directory, *host.directory.iterdir()]}
        assert modes == {"redisops": 0o750, "users.acl": 0o640, "redisops.secret": 0o600, "exporter.secret": 0o600}
        secrets = {path.read_text().strip() for path in host.directory.glob("*.secret")}
        assert [len(secret) for secret in secrets] == [64, 64]

    def test_a_server_that_uses_another_way(self, host: Host) -> None:
        """Trap 14: inline users and requirepass exclude the file; it is made while the server still works by them."""
        host.start(f"requirepass {NEW}", f"user veteran on >{OTHER} ~* +@all", f"user app on >{OTHER} ~* +@all")
        result = host.changes(users=[APP])
        assert result["loaded"] is False
        assert "veteran" in result["warnings"][0]
        assert "app" not in result["warnings"][0].split()
        assert host.accepts("veteran", OTHER)
        assert host.accepts(None, NEW)
        host.stop()
        host.start_with_file()
        assert not host.accepts("veteran", OTHER)
        assert not host.accepts(None, NEW)
        assert host.accepts("app", OLD)

    def test_a_program_that_is_no_server(self, host: Host) -> None:
        assert "does not start" in host.refuses(users=[APP], server="/bin/false")
        assert "/nowhere/redis-server: No such file" in host.refuses(users=[APP], server="/nowhere/redis-server")

    def test_a_host_without_server(self, host: Host) -> None:
        assert "no group nobodies" in host.refuses(users=[APP], group="nobodies")
        assert "no user nobodies" in host.refuses(users=[APP], user="nobodies")
        host.config_file.unlink()
        assert f"{host.config_file}: No such file" in host.refuses(users=[APP])

    def test_the_servers_user_has_to_read_it(self, host: Host) -> None:
        """What systemd would tell at the next start is told now, and no file stays behind."""
        if os.geteuid() != 0:
            pytest.skip("only root starts a server as somebody else")
        host.home.parent.chmod(0o700)
        result = host.run(users=[APP], user="nobody", group="nogroup")
        assert "nobody cannot read" in result["msg"]
        assert not host.acl_file.exists()


class TestRotation:
    def test_no_login_is_refused_and_no_session_ends(self, running: Host) -> None:
        session, bystander = running.login("app", OLD), running.login("colleague", OTHER)
        numbers = [session.client_id(), bystander.client_id()]
        with Logins(running, "app", OLD) as by_old:
            both = running.run(users=[{**APP, "passwords": [NEW, OLD]}, COLLEAGUE])
            by_old.await_another()
            with Logins(running, "app", NEW) as by_new:
                by_old.await_another()
                by_old.__exit__()
                new = running.run(users=[{**APP, "passwords": [NEW]}, COLLEAGUE])
                by_new.await_another()
        assert (both["changed"], new["changed"]) == (True, True)
        assert by_old.refused + by_new.refused == []
        assert [session.client_id(), bystander.client_id()] == numbers
        assert not running.accepts("app", OLD)
        assert [both["changes"][0][word] for word in ("passwords_added", "passwords_removed")] == [1, 0]
        assert [new["changes"][0][word] for word in ("passwords_added", "passwords_removed")] == [0, 1]

    def test_another_password_at_once_ends_the_sessions_of_that_user(self, running: Host) -> None:
        session, bystander = running.login("app", OLD), running.login("colleague", OTHER)
        number = bystander.client_id()
        result = running.changes(users=[{**APP, "passwords": [NEW]}, COLLEAGUE])
        with pytest.raises(redis.ConnectionError):
            session.ping()
        assert bystander.client_id() == number
        assert result["changes"][0]["before"] == result["changes"][0]["after"]
        assert result["changes"][0]["before"].startswith(f"on #{MARKER} ~app:*")

    def test_by_hash(self, running: Host) -> None:
        unchanged = {**APP, "passwords": [], "password_hashes": [sha256(OLD).upper()]}
        assert running.run(users=[unchanged, COLLEAGUE])["changed"] is False
        running.changes(users=[{**unchanged, "passwords": [NEW]}, COLLEAGUE])
        assert running.accepts("app", NEW)
        assert running.accepts("app", OLD)

    def test_three_passwords_are_refused(self, running: Host) -> None:
        message = running.refuses(users=[{**APP, "passwords": [OLD, NEW], "password_hashes": [sha256(OTHER)]}])
        assert "'app': 3 passwords" in message


class TestUsers:
    def test_who_is_not_listed_goes(self, running: Host) -> None:
        session = running.login("colleague", OTHER)
        result = running.changes(users=[APP])
        assert running.change_of(result, "colleague")["after"] is None
        assert not running.accepts("colleague", OTHER)
        with pytest.raises(redis.ConnectionError):
            session.ping()

    def test_who_is_switched_off_is_logged_out(self, running: Host) -> None:
        session = running.login("colleague", OTHER)
        result = running.changes(users=[APP, {**COLLEAGUE, "enabled": False}])
        assert running.change_of(result, "colleague")["after"].startswith("off ")
        assert not running.accepts("colleague", OTHER)
        with pytest.raises(redis.ConnectionError):
            session.ping()

    def test_the_user_as_whom_the_module_is_logged_in_goes(self, running: Host) -> None:
        guest = {"name": "guest", "preset": "operator", "passwords": [NEW]}
        running.changes(users=[APP, guest])
        result = running.run(users=[APP, COLLEAGUE], login_username="guest", login_password=NEW)
        assert [change["user"] for change in result.get("changes", [])] == ["colleague", "guest"], result
        assert running.run(users=[APP, COLLEAGUE])["changed"] is False
        assert not running.accepts("guest", NEW)

    def test_a_user_without_password(self, running: Host) -> None:
        useless = {**COLLEAGUE, "passwords": []}
        assert "'colleague' is enabled, but has no password" in running.changes(users=[APP, useless])["warnings"][0]

    def test_an_open_default_user(self, host: Host) -> None:
        """Trap 17: connections of a `default` without password outlive its end, unless they are ended as well."""
        host.changes(users=[{"name": "default", "nopass": True, "preset": "operator"}])
        host.start_with_file()
        session = host.login(None, None)
        host.changes(users=[APP])
        with pytest.raises(redis.ConnectionError):
            session.ping()
        assert not host.accepts(None, None)
        with host.operator() as client:
            told = client.acl_getuser("default")
            assert "off" in told["flags"]
            assert "nopass" not in told["flags"]
            assert client.execute_command("ACL", "DRYRUN", "default", "PING") != "OK"

    def test_selectors_key_rights_and_channels(self, running: Host) -> None:
        rules = [
            "+ping +get +set",
            "+subscribe",
            "(~shared:* +@read -keys)",
            "(%R~log:*  +xrange)",
            "+config|get",
            "-config|get",
        ]
        reader = {"name": "reader", "keys": ["%R~in:*", "%W~out:*"], "channels": ["news:*"], "rules": rules}
        running.changes(users=[APP, {**reader, "passwords": [OTHER]}])
        running.stop()
        running.start_with_file()
        with running.operator() as client:
            tried = {
                words: client.execute_command("ACL", "DRYRUN", "reader", *words.split()) == "OK"
                for words in (
                    *(
                        "GET in:1",
                        "GET out:1",
                        "SET in:1 x",
                        "SET out:1 x",
                        "GET shared:1",
                        "LLEN shared:1",
                        "LLEN in:1",
                    ),
                    *("SUBSCRIBE news:1", "SUBSCRIBE other:1", "XRANGE log:1 - +", "CONFIG GET port"),
                )
            }
        allowed = ["GET in:1", "SET out:1 x", "GET shared:1", "LLEN shared:1", "SUBSCRIBE news:1", "XRANGE log:1 - +"]
        assert [words for words, may_be in tried.items() if may_be] == allowed

    def test_many_single_commands_compare_in_any_order(self, running: Host) -> None:
        commands = [
            "get",
            "set",
            "del",
            "exists",
            "expire",
            "ttl",
            "hget",
            "hset",
            "lpush",
            "rpush",
            "lrange",
            "config",
        ]
        words = [*(f"+{command}" for command in commands), "-config|set", "-config|rewrite"]
        running.changes(users=[APP, {"name": "many", "rules": words, "passwords": [OTHER]}])

    def test_renamed_and_removed_commands_keep_their_names_in_rules(self, host: Host) -> None:
        renames = ["rename-command CONFIG settings-of-host", 'rename-command FLUSHALL ""']
        host.config_file.write_text("\n".join(["port 1", *renames]) + "\n")
        users = [{"name": "keeper", "rules": ["+ping", "+config|get", "+flushall"], "passwords": [OTHER]}]
        host.changes(users=users)
        host.start_with_file(*renames)
        host.changes(users=[{**users[0], "passwords": [NEW]}])
        assert may(host.login("keeper", NEW), "settings-of-host", "GET", "port")
