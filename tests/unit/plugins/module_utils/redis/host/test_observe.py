# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import platform
from importlib import metadata

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.host import observe


def test_the_version_of_redis_py_is_read_without_importing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def version(name: str) -> str:
        asked.append(name)
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)
    found = observe.observe_host(observe.Questions(sysctls=["vm.overcommit_memory"]))
    assert (asked, found["python"]) == (["redis"], {"version": platform.python_version(), "redis": None})
