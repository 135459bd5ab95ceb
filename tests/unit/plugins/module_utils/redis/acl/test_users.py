# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import string
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused
from ansible_collections.redisops.cache.plugins.module_utils.redis.acl.render import render
from ansible_collections.redisops.cache.plugins.module_utils.redis.acl.users import (
    DEFAULT,
    User,
    build_users,
    credentials_in_rules,
    hash_of,
)
from hypothesis import given
from hypothesis import strategies as st

OLD, NEW, THIRD = "first-of-acl-tests-6502", "second-of-acl-tests-8080", "third-of-acl-tests-4004"
SECRET = "/etc/redisops/default/redisops.secret"


def user(operator_secret: str | None = None, **entry: Any) -> User:
    name = entry.setdefault("name", "app")
    return next(each for each in build_users([entry], operator_secret) if each.name == name)


def problems(*entries: dict[str, Any], operator_secret: str | None = None) -> list[str]:
    with pytest.raises(Refused) as refused:
        build_users(entries, operator_secret)
    return list(refused.value.problems)


class TestSet:
    def test_default_is_locked_unless_it_is_listed(self) -> None:
        """Trap 13."""
        assert render(build_users([], None)) == "user default off resetpass resetkeys resetchannels -@all\n"
        assert render(build_users([{"name": DEFAULT, "nopass": True, "keys": ["*"]}], None)) == (
            "user default on resetpass resetkeys resetchannels -@all nopass ~*\n"
        )

    def test_the_operator_is_there_with_its_secret(self) -> None:
        operator = user(name="redisops", operator_secret=SECRET, rules=["-flushall"])
        assert (operator.secret_path, operator.rules) == (SECRET, ("-flushall",))
        added = build_users([], SECRET)[1]
        assert (added.name, added.secret_path, added.keys, added.rules) == ("redisops", SECRET, ("~*",), ("+@all",))
        assert [each.name for each in build_users([], None)] == [DEFAULT]

    def test_the_operators_secret_is_one_file(self) -> None:
        other = {"name": "redisops", "secret_file": "/other"}
        assert problems(other, operator_secret=SECRET) == [
            f"user 'redisops': secret_file /other differs from login_secret_file {SECRET}, which holds its password"
        ]

    def test_sorted_by_name(self) -> None:
        assert [each.name for each in build_users([{"name": "z"}, {"name": "a"}], SECRET)] == [
            *("a", "default", "redisops", "z")
        ]


class TestUser:
    def test_all_of_it(self) -> None:
        rules = ["+info  +role", "(~other:* +get)", "-@scripting"]
        keys = ["app:*", "%R~log:*", "~x"]
        found = user(preset="application", keys=keys, channels=["app:*", "&y"], rules=rules, passwords=[NEW, OLD])
        assert render([found]) == (
            f"user app on resetpass resetkeys resetchannels -@all #{hash_of(NEW)} #{hash_of(OLD)} "
            "~app:* %R~log:* ~x &app:* &y +@all -@admin -@dangerous +info +role (~other:* +get) -@scripting\n"
        )

    def test_keys_and_channels_of_the_preset_give_way(self) -> None:
        assert user(preset="backup").keys == ("%R~*",)
        assert user(preset="backup", keys=["app:*"]).keys == ("~app:*",)
        assert user(preset="sentinel").channels == ("&__sentinel__:hello",)

    def test_one_password_given_twice_is_one(self) -> None:
        assert user(passwords=[OLD, OLD, NEW], password_hashes=[hash_of(OLD).upper()]).hashes == (
            *(hash_of(OLD), hash_of(NEW)),
        )

    def test_who_is_let_in(self) -> None:
        assert user(passwords=[OLD]).accepts(OLD)
        assert not user(passwords=[OLD]).accepts(NEW)
        assert not user(passwords=[OLD], enabled=False).accepts(OLD)
        assert user(nopass=True).accepts(NEW)
        assert user(secret_file="/secret").with_password(NEW).accepts(NEW)

    def test_no_password_in_its_representation(self) -> None:
        assert OLD not in repr(user(passwords=[OLD]))


class TestRefusals:
    @pytest.mark.parametrize(
        ("entry", "problem"),
        [
            ({"preset": "root"}, "preset root is none of"),
            ({"passwords": [OLD, NEW, THIRD]}, "3 passwords, of which 2 can be in effect"),
            ({"passwords": [OLD, NEW], "secret_file": "/secret"}, "3 passwords"),
            ({"passwords": [OLD], "nopass": True}, "nopass, which lets everybody in"),
            ({"passwords": [""]}, "passwords has an empty one"),
            ({"password_hashes": ["0" * 63]}, "password_hashes takes SHA-256"),
            ({"secret_file": "secret"}, "no absolute path"),
            ({"keys": [""]}, "keys: '' is no pattern"),
            ({"keys": ["a b"]}, "keys: 'a b' is no pattern"),
            ({"channels": ["a\nb"]}, r"channels: 'a\nb' is no pattern"),
            ({"rules": [" "]}, "rules: number 1 is empty"),
            ({"rules": ["+get", "+get\nuser evil on nopass"]}, "rules: number 2 is empty, or more than one line"),
            ({"rules": ["(~a +get"]}, "parentheses that do not fit together"),
            ({"rules": ["((~a +get))"]}, "parentheses that do not fit together"),
            ({"rules": ["+get nopass"]}, "rules: nopass is said by the options"),
            ({"rules": ["(~a ON)"]}, "rules: ON is said by the options"),
            ({"rules": ["reset"]}, "rules: reset is said by the options"),
            ({"rules": [f">{OLD}"]}, "rules: >... is a password"),
            ({"rules": [f"(#{hash_of(OLD)})"]}, "rules: #... is a password"),
        ],
    )
    def test_of_one_user(self, entry: dict[str, Any], problem: str) -> None:
        (found,) = problems({"name": "app", **entry})
        assert found.startswith("user 'app': ")
        assert problem in found
        assert OLD not in found

    @pytest.mark.parametrize("name", ["", "a b", "a\n", 'a"b', "a\\b", "(a", "a\u2003b", "a\x7f"])
    def test_names(self, name: str) -> None:
        (found,) = problems({"name": name})
        assert found.startswith(f"user {name!r}: a name has at least one character")

    def test_twice(self) -> None:
        shared = {"secret_file": "/secret"}
        assert problems({"name": "app", **shared}, {"name": "app"}, {"name": "other", **shared}) == [
            "users: app is listed 2 times",
            "users: 2 users share the secret_file /secret",
        ]

    def test_a_password_in_unbalanced_rules_is_not_shown(self) -> None:
        found = problems({"name": "app", "rules": [f"(>{OLD} +get", f">{OLD}\n"]})
        assert len(found) == 3
        assert OLD not in str(found)

    def test_credentials_in_rules_are_known_as_such(self) -> None:
        entries: list[dict[str, Any]] = [{"name": "app", "rules": [f"(+get >{OLD}", "on"]}, {"name": "other"}]
        assert credentials_in_rules(entries) == {OLD, f">{OLD}"}


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LINES = string.ascii_letters + " \t\n\r()~&%+-@#><!\"'\\\x00\x0b\u2028"


@given(st.lists(st.text(st.sampled_from(LINES), max_size=12), max_size=3), WORDS, WORDS, WORDS)
def test_whatever_is_given_a_user_is_one_line(rules: list[str], name: str, key: str, password: str) -> None:
    """An accepted set renders as one line for each user, which the server splits into the same words."""
    try:
        users = build_users([{"name": name, "rules": rules, "keys": [key], "passwords": [password]}], None)
    except Refused:
        return
    lines = render(users).split("\n")
    assert len(lines) == len(users) + 1
    for line, each in zip(lines, users, strict=False):
        assert line.split(" ")[:3] == ["user", each.name, "on" if each.enabled else "off"]
        assert "nopass" not in line.lower().split(" ")
        assert not any(character in line for character in "\0\r\t\x0b")
