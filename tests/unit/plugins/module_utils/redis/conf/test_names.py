# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.names import canonical, is_secret


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("slave-priority", "replica-priority"),
        ("slaveof", "replicaof"),
        ("min-slaves-to-write", "min-replicas-to-write"),
        ("hash-max-ziplist-entries", "hash-max-listpack-entries"),
        ("primaryauth", "MasterAuth"),
        ("lua-time-limit", "busy-reply-threshold"),
        ("slowlog-max-len", "commandlog-slow-execution-max-len"),
    ],
)
def test_one_setting_of_several_names(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


def test_secrets_by_name() -> None:
    assert all(map(is_secret, ("requirepass", "primaryauth", "masterauth", "tls-key-file-pass", "user")))
    assert not any(map(is_secret, ("masteruser", "tls-key-file", "maxmemory")))
