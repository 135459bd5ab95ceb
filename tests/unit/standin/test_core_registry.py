# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.standin import behavior, wire
from tests.standin.core.registry import OPERATIONS, operation
from tests.standin.core.request import Request
from tests.standin.core.world import World


def test_an_operation_has_one_handler() -> None:
    behavior.load()
    with pytest.raises(ValueError, match="DescribeUsers has two handlers"):

        @operation("DescribeUsers")
        def again(world: World, request: Request) -> dict[str, Any]:
            return {}


def test_only_operations_of_the_model_are_registered() -> None:
    behavior.load()
    assert set(OPERATIONS) <= set(wire.service_model().operation_names)
