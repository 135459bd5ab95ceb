# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions and files stay small enough to be read in one go."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.unit.house.tree import python_sources, report

FUNCTION_LINES = 40
PARAMETERS = 5
BRANCHES = 8
FILE_LINES = 400
ENTRY_FILE_LINES = 80

DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
BRANCHING = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def parameter_count(function: Function) -> int:
    """Count what a caller has to give or may give, `self` and `cls` aside."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    bound = 1 if named and named[0].arg in ("self", "cls") else 0
    return len(named) - bound + bool(arguments.vararg) + bool(arguments.kwarg)


def branch_count(function: Function) -> int:
    """Count the branches of the function itself; a nested function answers for its own."""
    count = 0
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Function):
            continue
        count += isinstance(node, BRANCHING)
        waiting += ast.iter_child_nodes(node)
    return count


def line_count(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def is_documentation(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id in DOCUMENTATION for target in node.targets
    )


def lines_of_code(source: str, tree: ast.Module) -> int:
    """Count the lines of a module's entry file that are neither documentation, comment nor blank."""
    documented: set[int] = set()
    for node in filter(is_documentation, tree.body):
        documented.update(range(node.lineno, node.lineno + line_count(node)))
    return sum(
        1
        for number, line in enumerate(source.splitlines(), start=1)
        if number not in documented and line.strip() and not line.strip().startswith("#")
    )


def function_problems(tree: ast.Module) -> Iterator[str]:
    for function in (node for node in ast.walk(tree) if isinstance(node, Function)):
        counts = (
            (line_count(function), FUNCTION_LINES, "lines"),
            (parameter_count(function), PARAMETERS, "parameters"),
            (branch_count(function), BRANCHES, "branches"),
        )
        yield from (
            f"{function.name} has {count} {what}, allowed are {limit}" for count, limit, what in counts if count > limit
        )


def size_problems(path: PurePosixPath, source: str) -> list[str]:
    tree = ast.parse(source)
    problems = list(function_problems(tree))
    entry_file = path.is_relative_to("plugins/modules")
    lines, limit = (lines_of_code(source, tree), ENTRY_FILE_LINES) if entry_file else (source.count("\n"), FILE_LINES)
    if lines > limit:
        problems.append(f"it has {lines} lines, allowed are {limit}")
    return [f"{path}: {problem}" for problem in problems]


@pytest.mark.parametrize("folder", ["plugins", "scripts", "tests/standin"])
def test_everything_is_small(folder: str) -> None:
    sources = python_sources(folder)
    assert sources
    report([problem for path, source in sources.items() for problem in size_problems(path, source)])


def test_no_test_file_is_long() -> None:
    lengths = {path: source.count("\n") for path, source in python_sources("tests").items()}
    report([f"{path}: it has {length} lines" for path, length in lengths.items() if length > FILE_LINES])


def function_with(body: str, signature: str = "") -> str:
    return f"def f({signature}):\n{body}"


@pytest.mark.parametrize(
    ("source", "what"),
    [
        (function_with("    x = 1\n" * FUNCTION_LINES), "lines"),
        (function_with("    pass\n", "a, b, /, c, *, d, e, f"), "parameters"),
        (function_with("    pass\n", "a, b, c, d, *rest, **options"), "parameters"),
        (
            function_with("    if x: pass\n" * 4 + "    for y in x: pass\n" * 3 + "    z = 1 if x else 2\n" * 2),
            "branches",
        ),
        ("class C:\n" + "    def f(self, a, b, c, d, e, f): pass\n", "parameters"),
        ("x = 1\n" * (FILE_LINES + 1), "it has"),
    ],
)
def test_what_is_too_large_is_found(source: str, what: str) -> None:
    (problem,) = size_problems(PurePosixPath("plugins/module_utils/aws/sample.py"), source)
    assert what in problem


def test_what_just_fits_passes() -> None:
    source = "class C:\n    def f(self, a, b, c, d, e):\n" + "        if a: pass\n" * BRANCHES
    assert size_problems(PurePosixPath("plugins/module_utils/aws/sample.py"), source) == []


def test_a_nested_function_answers_for_its_own_branches() -> None:
    inner = "    def g():\n" + "        if x: pass\n" * (BRANCHES - 1)
    assert (
        size_problems(PurePosixPath("plugins/module_utils/aws/sample.py"), function_with(inner + "    if x: pass\n"))
        == []
    )


def test_documentation_does_not_count_in_an_entry_file() -> None:
    path = PurePosixPath("plugins/modules/elasticache_sample.py")
    documented = 'DOCUMENTATION = """\n' + "text\n" * FILE_LINES + '"""\n# comment\n\n'
    assert size_problems(path, documented + "x = 1\n" * ENTRY_FILE_LINES) == []
    assert len(size_problems(path, documented + "x = 1\n" * (ENTRY_FILE_LINES + 1))) == 1
