# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.lines import Line, parse, quote, render, split
from hypothesis import given
from hypothesis import strategies as st

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(st.lists(WORDS))
def test_what_is_quoted_is_read_back(words: list[str]) -> None:
    text = " ".join(map(quote, words))
    assert split(text) == words
    assert "\n" not in text


@given(st.binary())
def test_bytes_that_are_no_text_survive(content: bytes) -> None:
    word = content.decode(errors="surrogateescape")
    assert split(quote(word)) == [word]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("save 3600 1", ["save", "3600", "1"]),
        ('save ""', ["save", ""]),
        ("  a\t b  ", ["a", "b"]),
        (r'"a\"b\\c\n\x41"', ['a"b\\c\nA']),
        (r'"\xc3\xa4"', ["ä"]),
        (r"'it\'s \n'", [r"it's \n"]),
        ("a#b", ["a#b"]),
    ],
)
def test_words_as_the_server_splits_them(text: str, words: list[str]) -> None:
    assert split(text) == words


@pytest.mark.parametrize("text", ['"open', "'open", '"a"b', "'a'b"])
def test_quotes_that_are_not_balanced(text: str) -> None:
    with pytest.raises(ValueError, match="unbalanced quotes"):
        split(text)
    with pytest.raises(ValueError, match=r"redis.conf, line 2: unbalanced quotes"):
        parse("redis.conf", f"# fine\n{text}")


def test_directives_of_a_file() -> None:
    assert parse("redis.conf", "# comment\r\n\nMaxMemory 64mb\r\n  # another\nport 1") == [
        Line("redis.conf", 3, "maxmemory", ("64mb",)),
        Line("redis.conf", 5, "port", ("1",)),
    ]


def test_plain_words_stay_plain() -> None:
    assert render("requirepass", "plain", "two words", "", "#hash") == 'requirepass plain "two words" "" "#hash"'
