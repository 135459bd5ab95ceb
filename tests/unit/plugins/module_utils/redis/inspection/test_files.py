# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection.files import check_files
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection.secrets import check_secrets

from tests.unit.plugins.module_utils.redis.inspection.samples import FRAGMENT, Host, by_name, verdicts

SECRET = "operator-of-the-tests-1123581321"
FOLDER = "/etc/redisops/default"
DAEMON = 1


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """With an ACL file, an include and a secret; the server runs as daemon."""
    found = Host(tmp_path)
    found.write(f"{FOLDER}/live.conf", "maxclients 100\n", 0o640)
    found.write(f"{FOLDER}/users.acl", "user default off\n", 0o640)
    found.write(f"{FOLDER}/redisops.secret", f"{SECRET}\n", 0o600)
    (tmp_path / FOLDER[1:]).chmod(0o750)
    for name in ("", "/live.conf", "/users.acl"):
        os.chown(f"{tmp_path}{FOLDER}{name}", 0, DAEMON)
    found.lines = f"include {tmp_path}{FOLDER}/live.conf\n"
    return found


def judged(host: Host) -> dict[str, bool | None]:
    return verdicts(check_files(host.subject(user="daemon", group="daemon", include_dir=FOLDER)))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give files to others")
class TestFiles:
    def test_in_order(self, host: Host) -> None:
        host.settings["aclfile"] = f"{FOLDER}/users.acl"
        names = ["main /etc/redis/redis.conf", f"include_dir {FOLDER}", f"include {FOLDER}/live.conf"]
        names += [f"aclfile {FOLDER}/users.acl", f"secret {FOLDER}/redisops.secret"]
        assert judged(host) == dict.fromkeys([f"file.{name}" for name in names], True)

    def test_a_configuration_for_everybody(self, host: Host) -> None:
        (host.root / FOLDER[1:] / "live.conf").chmod(0o644)
        assert [name for name, ok in judged(host).items() if not ok] == [f"file.include {FOLDER}/live.conf"]

    @pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
    def test_a_secret_for_more_than_its_owner(self, host: Host, mode: int) -> None:
        """Trap 30."""
        host.write(f"{FOLDER}/redisops.secret", SECRET, mode)
        assert judged(host)[f"file.secret {FOLDER}/redisops.secret"] is False

    @pytest.mark.parametrize(
        ("mode", "owner", "group", "ok"),
        [
            (0o640, 0, DAEMON, True),
            (0o400, DAEMON, 0, False),
            (0o660, 0, DAEMON, False),
            (0o600, 0, DAEMON, False),
            (0o640, 0, 0, False),
            (0o644, 0, 0, False),
        ],
        ids=["the group reads", "the server owns", "the group writes", "nobody reads", "no group", "everybody reads"],
    )
    def test_a_key_that_the_server_reads_and_no_more(
        self, host: Host, mode: int, owner: int, group: int, ok: bool
    ) -> None:
        """Trap 32: a key that only root may read is of no use to the server."""
        path = host.write(f"{FOLDER}/tls/server.key", "key", mode)
        os.chown(path, owner, group)
        host.settings["tls-key-file"] = f"{FOLDER}/tls/server.key"
        assert judged(host)[f"file.tls-key-file {FOLDER}/tls/server.key"] is ok

    def test_data_for_everybody(self, host: Host) -> None:
        host.settings["dir"] = "/var/lib/redis"
        (host.root / "var/lib/redis").mkdir(parents=True, mode=0o755)
        assert judged(host)["file.data /var/lib/redis"] is False
        (host.root / "var/lib/redis").chmod(0o750)
        assert judged(host)["file.data /var/lib/redis"] is True

    def test_a_missing_file(self, host: Host) -> None:
        host.settings["aclfile"] = "/nowhere/users.acl"
        assert judged(host)["file.aclfile /nowhere/users.acl"] is False


def secrets(host: Host) -> dict[str, str]:
    """What was found, of those that failed."""
    rows = by_name(check_secrets(host.subject(include_dir=FOLDER)))
    assert SECRET not in repr(rows)
    return {name: row.found for name, row in rows.items() if row.ok is False}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give files to others")
class TestSecrets:
    def test_none_is_shown(self, host: Host) -> None:
        assert secrets(host) == {}

    @pytest.mark.parametrize("argument", [SECRET, f"--requirepass={SECRET}"])
    def test_in_a_command_line(self, host: Host, argument: str) -> None:
        """Trap 29."""
        host.write("/proc/4711/comm", "redis-cli\n")
        host.write("/proc/4711/cmdline", f"redis-cli\0-a\0{argument}\0ping\0")
        assert secrets(host) == {"secrets.command_lines": "redis-cli (process 4711)"}

    @pytest.mark.parametrize(("mode", "told"), [(0o644, True), (0o600, False)])
    def test_in_a_file_of_a_unit(self, host: Host, mode: int, told: bool) -> None:
        """Trap 30: a unit is readable by all, and so is what it says."""
        host.write("/etc/default/exporter", f"REDIS_PASSWORD={SECRET}\n", mode)
        host.unit["EnvironmentFiles"] = "/etc/default/exporter (ignore_errors=no)"
        assert secrets(host) == ({"secrets.units": "/etc/default/exporter"} if told else {})

    def test_in_the_unit_itself(self, host: Host) -> None:
        """Trap 30."""
        host.write(FRAGMENT, f"[Service]\nEnvironment=REDIS_PASSWORD={SECRET}\n")
        assert secrets(host) == {"secrets.units": FRAGMENT}

    def test_a_short_password_is_no_part_of_a_longer_word(self, host: Host) -> None:
        host.lines = "requirepass redis\n"
        assert secrets(host) == {}
        host.write("/proc/4711/cmdline", "redis-cli\0-a\0redis\0")
        host.write("/proc/4711/comm", "redis-cli\n")
        assert "secrets.command_lines" in secrets(host)

    def test_no_secret_is_known(self, tmp_path: Path) -> None:
        assert verdicts(check_secrets(Host(tmp_path).subject())) == {"secrets": None}
