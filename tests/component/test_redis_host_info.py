# SPDX-License-Identifier: GPL-3.0-or-later
"""The module redis_host_info, run as Ansible runs it, on the machine of the tests."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.redisops.cache.plugins.modules import redis_host_info


def read(**params: Any) -> dict[str, Any]:
    with (
        patch_module_args(params),
        contextlib.redirect_stdout(io.StringIO()) as printed,
        pytest.raises(SystemExit),
    ):
        redis_host_info.main()
    result = json.loads(printed.getvalue())
    assert result["changed"] is False
    found: dict[str, Any] = result["host"]
    return found


def test_nothing_asked_is_still_a_host() -> None:
    found = read()
    assert found["memory"]["effective"] > 0
    assert found["os"]["id"]
    assert found["packages"] == found["units"] == found["paths"] == {}


def test_what_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("text")
    found = read(
        packages={"dpkg": "0.1", "no-such-package": None},
        sysctls=["vm.overcommit_memory"],
        paths=[str(tmp_path / "a"), str(tmp_path / "b")],
        certificates=[str(tmp_path / "c")],
    )
    assert found["kernel"]["sysctls"]["vm.overcommit_memory"] in {"0", "1", "2"}
    assert [each["exists"] for each in found["paths"].values()] == [True, False]
    assert found["certificates"] == {str(tmp_path / "c"): None}
    if found["os"]["family"] == "debian":
        assert found["packages"]["dpkg"]["comparison"] == "newer"
    assert found["packages"]["no-such-package"]["installed"] is None
