# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.document import (
    BLOCK,
    Claim,
    edit_main,
    render_file,
    without_ours,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.wanted import build_wanted

CLAIM = Claim(("/ours/restart.conf", "/ours/live.conf"), frozenset({"maxmemory", "replica-priority"}))
OURS = f"{BLOCK}\ninclude /ours/restart.conf\ninclude /ours/live.conf\n"


def edited(text: str, claim: Claim = CLAIM) -> str:
    return edit_main("redis.conf", text, claim).text


def removed(text: str, claim: Claim = CLAIM) -> list[str]:
    return [line.text for line in edit_main("redis.conf", text, claim).removed]


@pytest.mark.parametrize("text", ["", "port 1", "# comment\r\nport 1\r\n", "port 1\n\n\n\n", "maxmemory 1\n"])
def test_the_includes_come_last_and_all_else_stays(text: str) -> None:
    result = edited(text)
    assert result.endswith(f"\n{OURS}")
    assert result.startswith(text.rstrip("\n"))
    assert edited(result) == result


def test_what_comes_after_and_contradicts_goes() -> None:
    """Trap 21: it would win over the includes."""
    after = "maxmemory 1gb\ntimeout 7\nslave-priority 1\n"
    text = f"maxmemory 2gb\n\n{OURS}{after}"
    assert removed(text) == ["maxmemory 1gb", "slave-priority 1"]
    assert edited(text) == f"maxmemory 2gb\n\ntimeout 7\n\n{OURS}"
    assert edited(edited(text)) == edited(text)


def test_what_comes_after_and_agrees_stays() -> None:
    text = f"port 1\n\n{OURS}timeout 7\nmaxmemory 64mb\n"
    assert edited(text, replace(CLAIM, agreed=frozenset({"maxmemory"}))) == text


@pytest.mark.parametrize(
    "text",
    [
        "include /ours/live.conf\n",
        "include /ours/live.conf\ninclude /ours/restart.conf\n",
        f"{OURS}include /ours/live.conf\n",
        "include /ours/restart.conf /ours/live.conf\n",
    ],
)
def test_includes_that_are_not_whole_are_written_anew(text: str) -> None:
    assert edited(text) == f"\n{OURS}"


def test_other_includes_are_not_ours() -> None:
    text = "include /theirs/*.conf\n"
    assert edited(text) == f"{text}\n{OURS}"
    assert without_ours("redis.conf", edited(text), CLAIM).split() == ["include", "/theirs/*.conf", *BLOCK.split()]


def test_users_and_passwords_beside_an_acl_file() -> None:
    """Traps 13 and 14."""
    claim = replace(CLAIM, names=frozenset({"aclfile"}))
    assert removed("user app on\nrequirepass x\nmasterauth y\n", claim) == ["user app on", "requirepass x"]
    assert removed("user app on\nrequirepass x\n") == []


def test_a_user_default_that_has_another_password() -> None:
    """Trap 14: CONFIG REWRITE made the line, and it wins over `requirepass` at the next start."""
    ours, theirs = (hashlib.sha256(word).hexdigest() for word in (b"ours", b"theirs"))
    claim = replace(CLAIM, password_hash=ours)
    assert removed(f"user default on #{ours} ~* +@all", claim) == []
    for line in (f"user default on #{theirs}", "user default on nopass", f"user default on #{ours} #{theirs}"):
        assert len(removed(line, claim)) == 1
        assert removed(line) == []


def test_commands_that_have_a_new_name() -> None:
    claim = replace(CLAIM, commands=frozenset({"CONFIG"}))
    assert removed("rename-command config x\nrename-command DEBUG y\n", claim) == ["rename-command config x"]


def test_modules() -> None:
    """Trap 20: CONFIG REWRITE keeps them in the main file, so that is where they are."""
    claim = replace(CLAIM, modules=("loadmodule /a.so x", "loadmodule /b.so"))
    text = "loadmodule /a.so x\nloadmodule /c.so\n"
    assert removed(text, claim) == ["loadmodule /c.so"]
    assert edited(text, claim) == f"loadmodule /a.so x\nloadmodule /b.so\n\n{OURS}"
    assert edited(edited(text, claim), claim) == edited(text, claim)
    assert removed("loadmodule /a.so\nloadmodule /a.so y\n") == ["loadmodule /a.so y"]
    assert removed(text, replace(CLAIM, elsewhere=frozenset({"/c.so"}))) == ["loadmodule /c.so"]


def test_files_of_ours() -> None:
    wanted = build_wanted({"save": ["60 1"], "hz": 20}, {}, {"DEBUG": ""})
    text = render_file(wanted.included, wanted.renamed.items())
    assert text.splitlines()[1:] == ["hz 20", 'save ""', "save 60 1", 'rename-command DEBUG ""']
