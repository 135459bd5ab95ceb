# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of main files and of Sentinel's own."""

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.files import Configuration
from ansible_collections.redisops.cache.plugins.module_utils.redis.replication.addresses import (
    Address,
    is_of_this_host,
    is_same_place,
    parse_address,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.replication.main_file import with_part_of
from ansible_collections.redisops.cache.plugins.module_utils.redis.replication.sentinel.file import (
    differing,
    edit,
    monitored_by,
    own_settings,
)

WRITTEN = """protected-mode no
port 26379
dir "/var/lib/redis"
user default on nopass ~* &* +@all
user shop on nopass ~* &* +@all
sentinel myid 064b128f6f63aa9447c9eb36408cc14138e9f05f
sentinel current-epoch 4
sentinel announce-ip "10.20.1.11"
sentinel monitor shop 10.20.1.12 6379 2
sentinel auth-user shop sentinel
sentinel rename-command shop SLAVEOF FOLLOW
sentinel known-replica shop 10.20.1.11 6379
"""


def test_what_sentinel_wrote_is_read() -> None:
    configuration = Configuration.of("/etc/redis/sentinel.conf", WRITTEN)
    shop = monitored_by(configuration)["shop"]
    assert shop.address == Address("10.20.1.12", 6379)
    assert shop.options["quorum"] == "2"
    assert shop.options["failover-timeout"] == "180000"
    assert shop.options["auth-user"] == "sentinel"
    assert shop.renamed_commands == {"SLAVEOF": "FOLLOW"}
    assert own_settings(configuration)["announce-ip"] == "10.20.1.11"


def test_an_edit_touches_its_own_lines_only() -> None:
    wanted = {"port": [("0",)], "tls-port": [("26379",)], "protected-mode": []}
    edited = edit(WRITTEN, wanted)
    lines = edited.splitlines()
    assert lines[0] == "port 0"
    assert lines[-1] == "tls-port 26379"
    assert lines[1:-1] == WRITTEN.splitlines()[2:]
    assert not differing(Configuration.of("/etc/redis/sentinel.conf", edited), wanted)


@pytest.mark.parametrize(("name", "left"), [("requirepass", ["shop"]), ("aclfile", [])])
def test_users_go_with_what_replaces_them(name: str, left: list[str]) -> None:
    """Trap 14: Sentinel does not start with users in its file and an ACL file."""
    lines = edit(WRITTEN, {name: [("value-of-a-unit-test",)]}).splitlines()
    assert [line.split()[1] for line in lines if line.startswith("user ")] == left


def test_of_a_rewritten_main_file_only_the_part_is_kept() -> None:
    """Trap 21: what CONFIG REWRITE appends would win over the includes."""
    text = 'dir /srv\nreplicaof 10.20.1.9 6379\n\n# ours\ninclude "/etc/redisops/default/live.conf"\n'
    rewritten = f"{text.replace('1.9', '1.12')}maxmemory 100mb\n"
    assert with_part_of(text, rewritten) == text.replace("1.9", "1.12").replace(
        "replicaof 10.20.1.12 6379\n\n# ours\n", "\n# ours\nreplicaof 10.20.1.12 6379\n"
    )
    assert "replicaof" not in with_part_of(text, "dir /srv\n")
    assert with_part_of("dir /srv\n", rewritten) == "dir /srv\nreplicaof 10.20.1.12 6379\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.20.1.11", Address("10.20.1.11", 26379)),
        ("shop.example:5000", Address("shop.example", 5000)),
        ("[2001:db8::1]:5000", Address("2001:db8::1", 5000)),
        ("2001:db8::1", Address("2001:db8::1", 26379)),
    ],
)
def test_addresses(text: str, expected: Address) -> None:
    assert parse_address(text, 26379) == expected


@pytest.mark.parametrize("text", [":6379", "host:port"])
def test_no_addresses(text: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        parse_address(text, 26379)


def test_places() -> None:
    assert is_same_place(Address("localhost", 1), Address("127.0.0.1", 1))
    assert not is_same_place(Address("127.0.0.1", 1), Address("127.0.0.1", 2))
    assert is_of_this_host("127.0.0.1")
    assert not is_of_this_host("198.51.100.1")
