# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.secret import MARKER
from ansible_collections.redisops.cache.plugins.module_utils.redis.acl import proof
from ansible_collections.redisops.cache.plugins.module_utils.redis.acl.proof import Proof
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.files import Configuration
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.scratch import Engine, ScratchRefused
from ansible_collections.redisops.cache.plugins.module_utils.redis.local import Login

TEXT = f"user app on #{'a' * 64} +nosuch\nuser default off\n"
PROOF = Proof(Engine("redis-server", "redis", "redis"), Configuration("redis.conf", ()), Login(), None)


class RefusingScratch:
    """A scratch server that does not start, and says why."""

    words = ""

    def __init__(self, *_given: object, **_options: object) -> None: ...

    def __enter__(self) -> None:
        raise ScratchRefused(self.words)

    def __exit__(self, *_error: object) -> None: ...


@pytest.fixture(autouse=True)
def scratch(monkeypatch: pytest.MonkeyPatch) -> type[RefusingScratch]:
    monkeypatch.setattr(proof, "Scratch", RefusingScratch)
    return RefusingScratch


@pytest.mark.parametrize(
    ("words", "problems"),
    [
        (
            "Aborting Redis startup because of ACL errors: the ACL file:1: Error in applying operation '+nosuch': "
            "Unknown command or category name in ACL. the ACL file:2: Syntax error. WARNING: ACL errors detected, no "
            "change to the previously active ACL rules was performed",
            [
                "user 'app': the server says: Error in applying operation '+nosuch': Unknown command or category name "
                f"in ACL. Its rules: on #{MARKER} +nosuch",
                "user 'default': the server says: Syntax error. Its rules: off",
            ],
        ),
        ("'maxmemory x': argument must be a memory value", ["does not start"]),
        ("the ACL file:9: Syntax error.", ["does not start"]),
    ],
)
def test_the_servers_words(scratch: type[RefusingScratch], words: str, problems: list[str]) -> None:
    """Trap 15: lines become users, of whom the reader knows, and no hash is among the words."""
    scratch.words = words
    with pytest.raises(Refused) as refused:
        PROOF.entries(TEXT, ())
    assert all(problem in told for problem, told in zip(problems, refused.value.problems, strict=True))
    assert "a" * 64 not in str(refused.value)


def test_a_file_that_starts_no_server_says_nothing() -> None:
    assert PROOF.entries_of_old(TEXT) == {}
    assert PROOF.entries_of_old(None) == {}
