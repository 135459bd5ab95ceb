# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of API members is up to date, complete, and names tests that exist."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from scripts import api_coverage
from scripts.api_coverage import ROOT, USED, all_uses, members_of

COMPONENT = ROOT / "tests" / "component"


def functions_in(path: Path) -> set[str]:
    return {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}


def test_the_page_is_up_to_date() -> None:
    assert api_coverage.PAGE.read_text(encoding="utf-8") == api_coverage.page(), "run: python -m scripts.api_coverage"


@pytest.mark.parametrize("operation", USED)
def test_every_member_is_accounted_for(operation: str) -> None:
    assert set(all_uses(operation)) == set(members_of(operation))


@pytest.mark.parametrize("operation", USED)
def test_every_member_is_tested_or_explained(operation: str) -> None:
    for member, use in all_uses(operation).items():
        assert use.test or use.why_not, member
        if use.test:
            path, function = use.test.split("[")[0].split("::")
            assert function in functions_in(COMPONENT / path), use.test
