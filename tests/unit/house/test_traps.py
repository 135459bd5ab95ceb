# SPDX-License-Identifier: GPL-3.0-or-later
"""Each trap that the README of redis_server lists names the tests that prove it, and those tests exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.house.tree import ROOT, report

TRAPS = 33
ROW = re.compile(r"^\| (?P<number>\d+) \|.*\| (?P<proof>[^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`(?P<path>[\w./-]+\.py)::(?P<name>test_\w+)`")
NOT_OF_HOSTS = "not of hosts:"


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def row_problems(number: str, proof: str, root: Path) -> Iterator[str]:
    tests = list(TEST.finditer(proof))
    if not tests and not proof.startswith(NOT_OF_HOSTS):
        yield f"trap {number} names no test"
    for test in tests:
        path = root / test["path"]
        if not path.is_file() or test["name"] not in functions(path):
            yield f"trap {number}: there is no {test['path']}::{test['name']}"


def table_problems(text: str, root: Path = ROOT) -> list[str]:
    rows = {row["number"]: row["proof"].strip() for row in ROW.finditer(text)}
    missing = [f"trap {number} has no row" for number in map(str, range(1, TRAPS + 1)) if number not in rows]
    return missing + [problem for number, proof in rows.items() for problem in row_problems(number, proof, root)]


def test_every_trap_has_a_test() -> None:
    report(table_problems((ROOT / "roles/redis_server/README.md").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("proof", "problem"),
    [
        ("we are careful", "trap 33 names no test"),
        ("`tests/test_a.py::test_b`", "trap 33: there is no tests/test_a.py::test_b"),
        ("`tests/test_b.py::test_a`", "trap 33: there is no tests/test_b.py::test_a"),
        ("", "trap 33 has no row"),
    ],
)
def test_a_trap_without_a_test_is_found(proof: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_a.py").write_text("def test_a() -> None: ...\n")
    proven = dict.fromkeys(range(1, TRAPS), "`tests/test_a.py::test_a`")
    rows = [f"| {number} | a trap | {each} |" for number, each in {**proven, TRAPS: proof}.items()]
    assert table_problems("\n".join(rows), tmp_path) == [problem]


def test_a_trap_of_containers_needs_no_test(tmp_path: Path) -> None:
    rows = [f"| {number} | a trap | not of hosts: it is one of containers |" for number in range(1, TRAPS + 1)]
    assert table_problems("\n".join(rows), tmp_path) == []
