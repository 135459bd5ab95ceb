# SPDX-License-Identifier: GPL-3.0-or-later
"""What the running server takes, and goes on running."""

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused

from tests.component.redis_config.conftest import MakePlace
from tests.component.redis_config.place import Place, by_directive, hows

TUNING = {"maxmemory": "64mb", "maxmemory-policy": "allkeys-lru", "slowlog-log-slower-than": 20000, "hz": 20}


def test_settings_are_set_and_written_without_a_restart(place: Place) -> None:
    pid = place.pid
    result = place.converge(TUNING)
    assert set(hows(result).values()) == {"live", "next_start"}
    assert by_directive(result)["maxmemory"] == {
        "directive": "maxmemory",
        "before": "0",
        "after": str(64 * 1024**2),
        "how": "live",
        "why": "by CONFIG SET",
    }
    assert not result.applied.restarted
    assert place.pid == pid
    assert place.service.starts == 1
    with place.client() as client:
        assert client.config_get("maxmemory*")["maxmemory-policy"] == "allkeys-lru"
    place.service.restart()
    assert not place.configure(TUNING).plan.changes


def test_the_servers_words_are_compared_not_ours(place: Place) -> None:
    place.converge({"maxmemory": "64mb", "appendfsync": "EverySec", "save": ["3600 1", "300 100"]})
    result = place.converge({"maxmemory": 64 * 1024**2, "appendfsync": "everysec", "save": "3600 1 300 100"})
    assert set(hows(result).values()) == {"next_start"}


def test_a_directive_that_is_no_longer_given_is_as_if_it_never_had_been(place: Place) -> None:
    place.converge({"maxmemory": "64mb", "hz": 20})
    with place.client() as client:
        client.config_rewrite()
    result = place.converge({"hz": 20})
    assert by_directive(result)["maxmemory"]["after"] == "0"
    with place.client() as client:
        assert client.config_get("maxmemory")["maxmemory"] == "0"


@pytest.mark.parametrize("before", [(), ("save 900 1", "save 60 10")])
def test_no_save_points_and_other_save_points(make_place: MakePlace, before: tuple[str, ...]) -> None:
    """Trap 4: without `save ""` there are the default's points, and a line after it brings points back."""
    place = make_place(*before)
    place.service.start()
    place.converge({"save": []})
    place.service.restart()
    with place.client() as client:
        assert client.config_get("save")["save"] == ""
    place.converge({"save": ["1800 7", ""]})
    place.service.restart()
    with place.client() as client:
        assert client.config_get("save")["save"] == "1800 7"


def test_what_one_line_holds_and_what_many(place: Place) -> None:
    limits = ["normal 1mb 0 0", "replica 512mb 128mb 60"]
    place.converge(
        {"bind": ["127.0.0.1", "-::1"], "client-output-buffer-limit": limits, "oom-score-adj-values": "0 1 2"}
    )
    with place.client() as client:
        assert client.config_get("bind")["bind"] == "127.0.0.1 -::1"
        buffers = client.config_get("client-output-buffer-limit")["client-output-buffer-limit"]
    assert buffers == "normal 1048576 0 0 slave 536870912 134217728 60 pubsub 33554432 8388608 60"


def test_a_value_that_the_running_server_alone_refuses(place: Place) -> None:
    """None of the other settings is left behind, nor is a file."""
    before = place.files()
    with pytest.raises(Refused, match=r"the running server refuses bind, maxmemory, requirepass: .*'bind'"):
        place.configure({"maxmemory": "64mb", "bind": "127.0.0.1 192.0.2.7", "protected-mode": True}, secret=PASSWORD)
    assert place.files() == before
    with place.client() as client:
        assert client.config_get("maxmemory")["maxmemory"] == "0"


PASSWORD = {"requirepass": "live-of-component-tests-4711"}


def test_a_setting_from_the_command_line_of_another(place: Place) -> None:
    with place.client() as client:
        client.config_set("maxmemory", "32mb")
        client.config_set("hz", "50")
    result = place.converge({"maxmemory": "64mb"})
    assert by_directive(result)["maxmemory"]["before"] == str(32 * 1024**2)
    with place.client() as client:
        assert client.config_get("hz")["hz"] == "50"


def test_names_that_are_older_or_newer(place: Place) -> None:
    """Trap 21: CONFIG REWRITE appends `replica-priority` after an include that says `slave-priority`."""
    place.converge({"slave-priority": 10, "hash-max-ziplist-entries": 64})
    with place.client() as client:
        client.config_set("replica-priority", 20)
        client.config_rewrite()
    place.converge({"slave-priority": 10, "hash-max-ziplist-entries": 64})
    place.service.restart()
    with place.client() as client:
        assert client.config_get("replica-priority")["replica-priority"] == "10"


def test_no_service_is_needed_for_what_is_live(place: Place) -> None:
    result = place.converge({"maxmemory": "64mb"}, service=False)
    assert hows(result)["maxmemory"] == "live"
