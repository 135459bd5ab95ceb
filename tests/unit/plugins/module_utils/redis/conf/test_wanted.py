# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.wanted import (
    build_wanted,
    misplaced_secrets,
)

PASSWORD = "wanted-of-unit-tests-1984"


@pytest.mark.parametrize(
    ("name", "value", "lines"),
    [
        ("appendonly", True, ["appendonly yes"]),
        ("appendfsync", False, ["appendfsync no"]),
        ("maxmemory", 0, ["maxmemory 0"]),
        ("bind", "127.0.0.1 -::1", ["bind 127.0.0.1 -::1"]),
        ("bind", ["127.0.0.1", "-::1"], ["bind 127.0.0.1 -::1"]),
        ("bind", [], ['bind ""']),
        ("notify-keyspace-events", "", ['notify-keyspace-events ""']),
        ("proc-title-template", '"{title} {listen-addr}"', ['proc-title-template "{title} {listen-addr}"']),
        ("save", [], ['save ""']),
        ("save", "", ['save ""']),
        ("save", ["3600 1", "300 100"], ['save ""', "save 3600 1", "save 300 100"]),
        ("save", "3600 1 300 100", ['save ""', "save 3600 1 300 100"]),
        ("loadmodule", [], []),
        ("loadmodule", ["/a.so x", "/b.so"], ["loadmodule /a.so x", "loadmodule /b.so"]),
        ("client-output-buffer-limit", ["normal 0 0 0"], ["client-output-buffer-limit normal 0 0 0"]),
        ("client-output-buffer-limit", [], ['client-output-buffer-limit ""']),
    ],
)
def test_lines_of_a_directive(name: str, value: Any, lines: list[str]) -> None:
    """Trap 4 among them: `save ""` comes first, since points would be added to those of the file before."""
    (directive,) = build_wanted({name: value}, {}, {}).directives
    assert list(directive.rendered) == lines


def test_a_secret_is_one_word_and_never_shown() -> None:
    wanted = build_wanted({}, {"requirepass": f'{PASSWORD} "with" spaces'}, {})
    assert wanted.directives[0].rendered == (f'requirepass "{PASSWORD} \\"with\\" spaces"',)
    assert PASSWORD not in repr(wanted)
    assert PASSWORD not in str(wanted.directives[0].shown)


def test_what_is_not_given_is_not_managed() -> None:
    wanted = build_wanted({"maxmemory": None}, {"requirepass": None}, {"config": None, "debug": ""})
    assert wanted.directives == ()
    assert wanted.renamed == {"DEBUG": ""}
    assert [line.text for line in wanted.lines] == ['rename-command DEBUG ""']


@pytest.mark.parametrize(
    ("directives", "secrets", "renamed", "problem"),
    [
        ({"replicaof": "10.0.0.1 6379"}, {}, {}, "redis_replication"),
        ({"slaveof": "10.0.0.1 6379"}, {}, {}, "redis_replication"),
        ({"user": "app on"}, {}, {}, "redis_acl"),
        ({"include": "/a.conf"}, {}, {}, "the main file"),
        ({"rename-command": "CONFIG x"}, {}, {}, "renamed_commands"),
        ({"daemonize": True}, {}, {}, "command line"),
        ({"requirepass": PASSWORD}, {}, {}, "secret_directives"),
        ({"a b": 1}, {}, {}, "no directive"),
        ({"maxmemory": {"a": 1}}, {}, {}, "scalar or a list"),
        ({}, {"masterauth": ["a"]}, {}, "must be a scalar"),
        ({"replica-priority": 1, "slave-priority": 2}, {}, {}, "given twice"),
        ({"masterauth": None}, {"masterauth": "x", "primaryauth": "y"}, {}, "given twice"),
        ({"maxmemory": '"64mb'}, {}, {}, "unbalanced quotes"),
        ({}, {}, {"CON FIG": "x"}, "no command"),
        ({}, {}, {"DEBUG": False}, "no name"),
        ({}, {}, {"DEBUG": ["x"]}, "no name"),
    ],
)
def test_what_is_refused(
    directives: dict[str, Any], secrets: dict[str, Any], renamed: dict[str, Any], problem: str
) -> None:
    with pytest.raises(Refused, match=problem) as refused:
        build_wanted({"hz": 10, **directives}, secrets, renamed)
    assert PASSWORD not in str(refused.value)


def test_secrets_in_the_wrong_option_are_known() -> None:
    """For those who print what was given."""
    given = {"requirepass": PASSWORD, "masterauth": None, "tls-key-file-pass": "", "primaryauth": 7, "hz": 10}
    assert misplaced_secrets(given) == {PASSWORD, "7"}


def test_all_problems_at_once() -> None:
    with pytest.raises(Refused) as refused:
        build_wanted({"user": "app on", "daemonize": True}, {}, {"CON FIG": "x"})
    assert len(refused.value.problems) == 3
