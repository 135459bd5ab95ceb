# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of hosts, run in the test's process as Ansible runs them."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args


def run_module(main: Callable[[], None], params: Mapping[str, Any]) -> dict[str, Any]:
    """What the module prints; no password that was given is in it."""
    with (
        patch_module_args(dict(params)),
        contextlib.redirect_stdout(io.StringIO()) as printed,
        pytest.raises(SystemExit),
    ):
        main()
    result: dict[str, Any] = json.loads(printed.getvalue())
    shown = json.dumps({name: value for name, value in result.items() if name != "invocation"})
    assert not [name for name, value in params.items() if name.endswith("password") and value and value in shown]
    return result
