# SPDX-License-Identifier: GPL-3.0-or-later
"""Who owns which lines of the main file."""

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf import apply
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.document import BLOCK
from ansible_collections.redisops.cache.plugins.module_utils.redis.local import LocalServer

from tests.component.redis_config.conftest import MakePlace
from tests.component.redis_config.place import Place, by_directive, hows


def test_what_config_rewrite_wrote_stays_and_ours_wins(place: Place) -> None:
    """Traps 19 and 21: the file is not templated, and copies of managed directives after the include are taken out."""
    place.converge({"maxmemory": "64mb", "databases": 4})
    with place.client() as client:
        client.config_set("maxmemory", "32mb")
        client.config_set("timeout", "77")
        client.config_rewrite()
    text = place.main.read_text()
    assert text.index("maxmemory 32mb") > text.index("include ")
    result = place.converge({"maxmemory": "64mb", "databases": 4})
    assert hows(result)["maxmemory"] == "live"
    text = place.main.read_text()
    assert "maxmemory" not in text
    assert "timeout 77" in text
    assert "# As the package brought it." in text
    ends = [line for line in text.splitlines() if line][-3:]
    assert ends == [BLOCK, f"include {place.includes}/restart.conf", f"include {place.includes}/live.conf"]
    place.service.restart()
    with place.client() as client:
        assert client.config_get("maxmemory")["maxmemory"] == str(64 * 1024**2)
        assert client.config_get("timeout")["timeout"] == "77"


def test_a_promoted_primary_and_a_replica_are_left_what_they_are(make_place: MakePlace) -> None:
    """Trap 19: who follows whom was written by REPLICAOF and Sentinel, and is in no file of ours."""
    primary = make_place()
    replica = make_place(f"replicaof 127.0.0.1 {primary.port}")
    primary.service.start()
    replica.service.start()
    with replica.client() as client:
        client.replicaof("no", "one")
        client.config_rewrite()
    with primary.client() as client:
        client.replicaof("127.0.0.1", replica.port)
        client.config_rewrite()
    for place in (primary, replica):
        place.converge({"maxmemory": "64mb", "databases": 4})
    with replica.client() as promoted, primary.client() as demoted:
        assert promoted.role()[0] == "master"
        assert demoted.role()[0] == "slave"
    assert f"replicaof 127.0.0.1 {replica.port}" in primary.main.read_text()


def test_lines_that_contradict_without_coming_after(make_place: MakePlace) -> None:
    place = make_place('rename-command FLUSHALL ""', "rename-command DEBUG old-debug", "maxmemory 16mb")
    place.service.start()
    result = place.converge({"maxmemory": "64mb"}, renamed={"FLUSHALL": "new-flushall"})
    assert by_directive(result)["rename-command FLUSHALL"]["before"] == ""
    text = place.main.read_text()
    assert "FLUSHALL" not in text
    assert "rename-command DEBUG old-debug" in text
    assert "maxmemory 16mb" in text  # ours comes later and wins


def test_nothing_is_written_that_another_wrote_meanwhile(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    real = apply.set_live

    def rewritten_meanwhile(server: LocalServer, settings: dict[str, str]) -> None:
        real(server, settings)
        with place.main.open("a") as main:
            main.write("timeout 77\n")

    monkeypatch.setattr(apply, "set_live", rewritten_meanwhile)
    with pytest.raises(apply.RolledBack, match="was changed by another while this ran"):
        place.configure({"maxmemory": "64mb"})


def test_several_instances_know_nothing_of_each_other(make_place: MakePlace) -> None:
    first, second = make_place(), make_place()
    first.service.start()
    second.service.start()
    first.converge({"maxmemory": "64mb"})
    second.converge({"maxmemory": "32mb", "databases": 4})
    assert not first.configure({"maxmemory": "64mb"}).plan.changes
    assert first.service.starts == 1


def test_a_rewrite_that_says_nothing_against_us_changes_nothing(place: Place) -> None:
    """Trap 19: after each failover the servers have rewritten their files, and all is well."""
    place.converge({"maxmemory": "64mb"})
    with place.client() as client:
        client.config_set("timeout", "77")
        client.config_rewrite()
    assert "timeout 77" in place.main.read_text()
    assert not place.configure({"maxmemory": "64mb"}).plan.changes


def test_a_password_that_config_rewrite_kept(place: Place) -> None:
    """Trap 14: CONFIG REWRITE makes a line of the user default, which would bring the old password back."""
    old, new = ({"requirepass": f"ownership-of-component-tests-{number}"} for number in (1, 2))
    place.converge({}, secret=old)
    with place.client(password=old["requirepass"]) as client:
        client.config_rewrite()
    assert "user default on" in place.main.read_text()
    assert not place.configure({}, secret=old).plan.changes
    with place.client(password=old["requirepass"]) as client:
        client.config_set("requirepass", new["requirepass"])
    place.configure({}, secret=new, password=new["requirepass"])
    assert "user default on" not in place.main.read_text()
    place.service.restart()
    with place.client(password=new["requirepass"]) as client:
        assert client.ping()


def test_a_file_that_was_copied_from_another_instance(make_place: MakePlace) -> None:
    """What listens at its port is the other instance's server, which is left alone."""
    first, second = make_place(), make_place()
    first.service.start()
    second.main.write_text(first.main.read_text())
    result = second.configure(
        {"maxmemory": "64mb", "dir": str(second.data), "unixsocket": f"{second.directory}/socket"}
    )
    assert hows(result)["maxmemory"] == "next_start"
    with first.client() as client:
        assert client.config_get("maxmemory")["maxmemory"] == "0"
        client.config_set("requirepass", "another-of-component-tests-1789")
    other = second.configure({"maxmemory": "32mb", "dir": str(second.data), "unixsocket": f"{first.directory}/socket"})
    assert hows(other)["maxmemory"] == "next_start"
