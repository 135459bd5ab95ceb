# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.instances import build_instances
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.problems import find_problems

from tests.unit.plugins.module_utils.redis.host.samples import HOST, MIB, PLATFORMS, WORDS, one, several

OPEN = [{"name": "default", "preset": "application", "nopass": True}]


def problems(**words: Any) -> list[str]:
    return find_problems([one(**words)], HOST)


def test_what_the_defaults_give_is_fine() -> None:
    assert problems() == []
    assert find_problems(several({"name": "default"}, {"name": "sessions", "port": 6380}), HOST) == []


class TestAccess:
    def test_beyond_loopback_needs_a_password(self) -> None:
        """Trap 13."""
        (found,) = problems(bind=["127.0.0.1", "10.0.0.7"], users=OPEN)
        assert "it listens at 10.0.0.7 with user default, who needs no password" in found
        assert problems(users=OPEN) == []

    @pytest.mark.parametrize("address", ["*", "-::*", "0.0.0.0", "10.0.0.7", "cache.example.com"])
    def test_of_the_single_password_as_well(self, address: str) -> None:
        """Trap 13."""
        (found,) = problems(bind=[address], auth="requirepass", password=None)
        assert "with no password" in found

    def test_protected_mode_stays_on_without_a_password(self) -> None:
        """Trap 13."""
        (found,) = problems(protected_mode=False, users=OPEN)
        assert "protected_mode is off" in found
        assert problems(protected_mode=False) == []

    def test_a_user_who_is_off_opens_nothing(self) -> None:
        users = [{**OPEN[0], "enabled": False}, {"name": "app", "preset": "application", "passwords": ["x" * 16]}]
        assert problems(bind=["10.0.0.7"], users=users, password=None) == []

    def test_somebody_has_to_get_in(self) -> None:
        (found,) = problems(password=None)
        assert "nobody could log in" in found


class TestSecrets:
    """Refused before any module is given them, which the host's journal would keep."""

    @pytest.mark.parametrize(
        ("name", "word"),
        [("masterauth", "replication_password"), ("REQUIREPASS", "password"), ("tls-key-file-pass", "a file")],
    )
    def test_in_the_settings(self, name: str, word: str) -> None:
        (found,) = problems(settings={name: "Zw8kQ2vXr5Lm9TnB", "timeout": 5})
        assert f"{name} is a secret" in found
        assert f"it belongs to {word}" in found
        assert "Zw8kQ2vXr5Lm9TnB" not in found

    @pytest.mark.parametrize("rule", [">Zw8kQ2vXr5Lm9TnB", "<Zw8kQ2vXr5Lm9TnB"])
    def test_in_a_rule(self, rule: str) -> None:
        (found,) = problems(users=[{"name": "app", "preset": "application", "rules": ["+info", rule]}])
        assert "a rule of app holds a password" in found
        assert rule not in found
        assert problems(users=[{"name": "app", "preset": "application", "rules": ["+info"]}]) == []


class TestMemory:
    @pytest.mark.parametrize(
        ("words", "is_refused"),
        [
            ({"maxmemory": "61%"}, True),
            ({"maxmemory": "60%"}, False),
            ({"maxmemory": "700mb"}, True),
            ({"maxmemory": "700mb", "save": []}, False),
            ({"maxmemory": "80%", "save": []}, False),
            ({"maxmemory": "90%", "save": []}, True),
            ({"maxmemory": "200mb", "memory_limit": "256M"}, True),
            ({"maxmemory": "60%", "memory_limit": "256M"}, False),
        ],
    )
    def test_a_fork_needs_room(self, words: dict[str, Any], is_refused: bool) -> None:
        """Trap 26."""
        assert ["maxmemory" in problem for problem in problems(**words)] == [True] * is_refused

    def test_instances_are_added_up(self) -> None:
        """Trap 26."""
        both = several({"name": "a", "port": 1}, {"name": "b", "port": 2}, maxmemory="40%")
        (found,) = find_problems(both, HOST)
        assert found.startswith("maxmemory (a, b) is 78 % of the 1024 MiB")
        assert find_problems(both, HOST, ["unsafe_memory"]) == []

    @pytest.mark.parametrize("size", ["lots", "0%", "101%", "12 mb", "-1"])
    def test_a_size_has_to_be_one(self, size: str) -> None:
        (found,) = problems(maxmemory=size)
        assert found.startswith("instance default: maxmemory: ")


class TestHost:
    def test_a_downgrade_is_refused(self) -> None:
        """Trap 33."""
        package = {"installed": "5:7.0.15-1~deb12u10", "wanted": "5:7.0.15-1~deb12u7", "comparison": "newer"}
        host = {**HOST, "packages": {"redis-server": package}}
        (found,) = find_problems([one()], host)
        assert "redis_server_allow_downgrade=true" in found
        assert find_problems([one()], host, ["downgrade"]) == []

    def test_the_other_engine_is_not_taken_over(self) -> None:
        """Trap 33."""
        host = {**HOST, "units": {"valkey-server.service": {"active": "active"}}}
        (found,) = find_problems([one()], host)
        assert found.startswith("valkey-server.service runs on this host, of the other engine")

    def test_red_hat_10_has_no_redis(self) -> None:
        host = {**HOST, "os": {"id": "rhel", "version_id": "10.1", "codename": "", "family": "redhat"}}
        servers = build_instances(WORDS, [], PLATFORMS["redhat"]["redis"], 1024 * MIB)
        (found,) = find_problems(servers, host)
        assert found == "rhel 10.1 has no package of redis; engine: valkey is there"

    def test_without_a_template_unit_there_is_one_instance(self) -> None:
        given = [{"name": "sessions"}]
        host = {**HOST, "os": {"id": "rhel", "version_id": "9.6", "codename": "", "family": "redhat"}}
        (found,) = find_problems(build_instances(WORDS, given, PLATFORMS["redhat"]["redis"], 1024 * MIB), host)
        assert "has no unit for several instances" in found


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ([{"name": "a", "port": 1}, {"name": "b", "port": 1}], "port 1 is claimed by 2 instances (a, b)"),
        ([{"name": "a", "port": 1}, {"name": "a", "port": 2}], "name a is claimed by 2 instances (a, a)"),
        ([{"name": "../a"}], "its name has other characters"),
        ([{"name": "a", "data_dir": "/home/redis"}], "the packaged unit sees nothing"),
        ([{"name": "a", "data_dir": "redis"}], "data_dir redis is not an absolute path"),
        ([{"name": "a", "tls_key": "/a.key"}], "tls_key is given without tls_certificate"),
        (
            [{"name": "a", "tls": True, "tls_certificate": "/c", "tls_key": "/k", "tls_auth_clients": "yes"}],
            "tls_ca has to say which authority's",
        ),
        ([{"name": "a", "memory_limit": "2 gigs"}], "memory_limit: '2 gigs' is no size"),
    ],
)
def test_what_cannot_be(given: list[dict[str, Any]], problem: str) -> None:
    assert any(problem in found for found in find_problems(several(*given), HOST))


def test_all_are_told_at_once() -> None:
    assert len(problems(password=None, data_dir="/home/redis", maxmemory="many")) == 3
