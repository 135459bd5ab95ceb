# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis import local
from ansible_collections.redisops.cache.plugins.module_utils.redis.host import instances
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.instances import build_instances

from tests.unit.plugins.module_utils.redis.host.samples import MIB, PASSWORD, PLATFORMS, WORDS, one, several


def user(name: str, **words: Any) -> dict[str, Any]:
    return next(each for each in one(**words).users() if each["name"] == name)


def test_the_operator_has_one_name() -> None:
    assert instances.OPERATOR == local.OPERATOR


class TestNames:
    def test_of_the_packaged_unit(self) -> None:
        found = one().as_dict()
        assert (found["unit"], found["main_file"]) == ("redis-server.service", "/etc/redis/redis.conf")
        assert found["socket"] == "/run/redis/redis-server.sock"
        assert found["include_dir"] == "/etc/redisops/default"

    def test_of_an_instance_of_the_packaged_template(self) -> None:
        found = several({"name": "sessions", "port": 6380})[0].as_dict()
        assert (found["unit"], found["main_file"]) == (
            "redis-server@sessions.service",
            "/etc/redis/redis-sessions.conf",
        )
        assert found["directives"]["unixsocket"] == "/run/redis-sessions/redis-server.sock"
        assert found["directives"]["pidfile"] == "/run/redis-sessions/redis-server.pid"
        assert found["directives"]["dir"] == "/var/lib/redis/sessions"
        assert {"path": "/var/lib/redis/sessions", "owner": "redis", "group": "redis", "mode": "0750"} in found[
            "directories"
        ]

    def test_of_valkey(self) -> None:
        (found,) = build_instances(WORDS, [], PLATFORMS["debian"]["valkey"])
        assert (found.unit, found.main_file) == ("valkey-server.service", "/etc/valkey/valkey.conf")
        assert found.socket == "/run/valkey/valkey-server.sock"

    def test_an_instance_takes_from_the_role_what_it_does_not_say(self) -> None:
        first, second = several({"name": "a", "port": 1, "save": None}, {"name": "b", "port": 2}, save=["60 1"])
        assert [first.directives()["save"], second.directives()["save"]] == [["60 1"], ["60 1"]]


class TestPorts:
    @pytest.mark.parametrize(
        ("words", "plain", "tls"),
        [
            ({}, 6379, 0),
            ({"tls": True}, 0, 6379),
            ({"tls": True, "tls_port": 6380}, 6379, 6380),
            ({"tls": True, "tls_port": 6380, "port": 0}, 0, 6380),
        ],
    )
    def test_tls_takes_the_port_unless_it_has_one_of_its_own(self, words: dict[str, Any], plain: int, tls: int) -> None:
        found = one(**words)
        assert found.directives()["port"] == plain
        assert found.directives().get("tls-port", 0) == tls
        assert found.as_dict()["ports"] == [port for port in (plain, tls) if port]


class TestDirectives:
    def test_what_is_not_given_is_not_managed(self) -> None:
        assert set(one().directives()) == {"port", "bind", "unixsocket", "unixsocketperm", "protected-mode", "aclfile"}

    def test_no_snapshots_are_asked_for_by_an_empty_list(self) -> None:
        """Trap 4: no save line at all would leave the server's own save points in force."""
        assert one(save=[]).directives()["save"] == []
        assert "save" not in one(save=None).directives()

    def test_any_other_directive_wins(self) -> None:
        found = one(appendfsync="always", settings={"appendfsync": "no", "timeout": 0}).directives()
        assert (found["appendfsync"], found["timeout"]) == ("no", 0)

    def test_a_share_of_the_memory(self) -> None:
        assert one(maxmemory="50%").directives()["maxmemory"] == str(512 * MIB)
        assert one(maxmemory="50%", memory_limit="512M").directives()["maxmemory"] == str(256 * MIB)
        assert one(maxmemory="100mb").directives()["maxmemory"] == "100mb"

    def test_replicas_log_in_and_so_does_a_primary_after_it_has_failed(self) -> None:
        """Trap 18: the primary needs masterauth as well."""
        found = one(replication_password="replication-of-tests-9034")
        assert found.directives()["masteruser"] == "replica"
        assert found.secret_directives() == {"masterauth": "replication-of-tests-9034"}
        password = {"name": "replica", "preset": "replica", "passwords": ["replication-of-tests-9034"]}
        assert password in found.users()

    def test_requirepass_comes_with_masterauth_and_without_a_file_of_users(self) -> None:
        """Traps 13 and 18."""
        found = one(auth="requirepass")
        assert found.secret_directives() == {"requirepass": PASSWORD, "masterauth": PASSWORD}
        assert "aclfile" not in found.directives()
        assert found.as_dict()["users"] == []

    def test_where_a_primary_is_never_stands_in_them(self) -> None:
        """Trap 19."""
        assert "replicaof" not in one(replica_of={"host": "10.0.0.8", "port": 6379}).directives()


class TestCommands:
    def test_what_the_operator_needs_is_denied_instead_of_removed(self) -> None:
        """Traps 8, 9, 12: Sentinel, exporter and live changes go on working."""
        found = one(removed_commands=["FLUSHALL", "config"])
        assert found.renamed_commands() == {"FLUSHALL": ""}
        assert user("default", removed_commands=["FLUSHALL", "config"])["rules"] == ["-config"]

    def test_with_one_password_everything_is_removed(self) -> None:
        found = one(auth="requirepass", removed_commands=["CONFIG", "FLUSHDB"])
        assert found.renamed_commands() == {"CONFIG": "", "FLUSHDB": ""}

    def test_a_denial_comes_after_the_rules_of_a_user(self) -> None:
        given = [{"name": "app", "rules": ["+@all"]}, {"name": "watch", "preset": "sentinel", "rules": []}]
        assert user("app", users=given, removed_commands=["CONFIG"])["rules"] == ["+@all", "-config"]
        assert user("watch", users=given, removed_commands=["CONFIG"])["rules"] == []

    def test_a_new_name_wins_over_a_removal(self) -> None:
        found = one(removed_commands=["KEYS"], renamed_commands={"keys": "ALLKEYS"})
        assert found.renamed_commands() == {"KEYS": "ALLKEYS"}


class TestUsers:
    def test_the_password_is_that_of_default(self) -> None:
        assert user("default")["passwords"] == [PASSWORD]
        assert user("default")["preset"] == "application"

    def test_default_can_be_said_in_full(self) -> None:
        given = [{"name": "default", "preset": "none", "passwords": ["another-of-the-tests-2207"]}]
        assert one(users=given).users() == given

    @pytest.mark.parametrize("service", ["backup", "exporter"])
    def test_what_stands_beside_the_server_has_a_user_and_a_secret_of_its_own(self, service: str) -> None:
        """Trap 16."""
        found = user(service, **{service: True})
        assert found == {"name": service, "preset": service, "secret_file": f"/etc/redisops/default/{service}.secret"}
        assert service not in [each["name"] for each in one().users()]

    def test_whoever_has_given_up_users_still_gets_in_as_one_of_them(self) -> None:
        found = one(auth="requirepass").as_dict()
        assert found["secret_file"] is None
        assert found["login_secret_file"] == "/etc/redisops/default/redisops.secret"


class TestMainFile:
    def test_of_a_further_one_says_where_it_listens(self) -> None:
        """Without it, the server would be looked for where the first one listens."""
        second = several({"name": "default"}, {"name": "second", "port": 6380, "tls": True})[1]
        assert second.main_file_text().splitlines()[1:] == ["port 0", "unixsocket /run/redis-second/redis-server.sock"]

    def test_of_the_packaged_unit_comes_with_the_package(self) -> None:
        assert one().main_file_text() == ""


class TestCertificates:
    def test_the_key_is_the_servers_to_read_and_nobody_elses(self) -> None:
        """Trap 32."""
        found = list(one(tls=True, tls_certificate="/a.crt", tls_key="/a.key").tls_files())
        key = next(file for file in found if file["word"] == "key")
        assert (key["owner"], key["group"], key["mode"]) == ("root", "redis", "0640")
        assert key["path"] == "/etc/redisops/default/tls/server.key"
        assert key["source"] == ""

    def test_files_of_the_host_are_copied_from_there(self) -> None:
        found = list(one(tls=True, tls_certificate="/a.crt", tls_key="/a.key", tls_files_on="host").tls_files())
        assert [file["source"] for file in found] == ["/a.crt", "/a.key"]

    def test_a_certificate_is_made_for_what_it_is_reached_by(self) -> None:
        found = one(bind=["10.0.0.7", "-::", "*"], tls_names=["cache.example.com"]).tls_all_names()
        assert found == ["10.0.0.7", "127.0.0.1", "::1", "cache.example.com", "cache1", "localhost"]

    def test_without_an_authority_none_is_named(self) -> None:
        given: dict[str, Any] = {"tls": True, "tls_certificate": "/a.crt", "tls_key": "/a.key"}
        assert "tls-ca-cert-file" not in one(**given).directives()
        assert "tls-ca-cert-file" in one(**given, tls_ca="/ca.crt").directives()
        assert "tls-ca-cert-file" in one(tls=True).directives()


class TestDropIn:
    def test_without_need_there_is_none(self) -> None:
        assert one().drop_in() == ""
        assert one(data_dir="/var/lib/redis/cache").drop_in() == ""

    def test_a_directory_elsewhere_is_made_writable(self) -> None:
        """Trap 27."""
        assert one(data_dir="/srv/cache").drop_in() == "[Service]\nReadWritePaths=/srv/cache\n"

    def test_limits(self) -> None:
        found = one(limit_nofile=20000, memory_limit="2G", start_timeout=900).drop_in()
        assert found == "[Service]\nLimitNOFILE=20000\nMemoryMax=2G\nTimeoutStartSec=900\n"


class TestForks:
    @pytest.mark.parametrize(
        ("words", "forks"),
        [
            ({"save": []}, False),
            ({"save": [], "appendonly": False}, False),
            ({}, True),
            ({"save": ["900 1"]}, True),
            ({"save": [], "appendonly": True}, True),
            ({"save": [], "settings": {"appendonly": "yes"}}, True),
            ({"save": [], "replica_of": {"host": "10.0.0.8"}}, True),
        ],
    )
    def test_persistence_and_replication_do(self, words: dict[str, Any], forks: bool) -> None:
        assert one(**words).forks is forks
