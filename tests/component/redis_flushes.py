# SPDX-License-Identifier: GPL-3.0-or-later
"""The module redis_flush run as Ansible runs it: check mode and the run agree, and a refusal leaves everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.redisops.cache.plugins.modules import redis_flush

from tests.component.module_runs import run_module

Result = dict[str, Any]
FORETOLD = ("changed", "changes", "diff", "flushed", "nodes", "snapshot", "snapshot_path")
"""What check mode says as the run does."""


def flush(check: bool = False, **params: Any) -> Result:
    given = {"name": "shop", "confirm": "shop", "_ansible_check_mode": check, **params}
    return run_module(redis_flush.main, given)


def at(port: int, **params: Any) -> dict[str, Any]:
    """A server on loopback, flushed without a snapshot."""
    return {"host": "127.0.0.1", "port": port, "tls": False, "snapshot": False, **params}


def flushed(**params: Any) -> Result:
    """Check mode foretells the run, and a repeat finds nothing to do."""
    foretold = flush(True, **params)
    done = flush(**params)
    assert done.get("changed"), done
    assert {name: foretold[name] for name in FORETOLD} == {name: done[name] for name in FORETOLD}
    again = flush(**params)
    assert again["changed"] is False
    assert again["flushed"] == {}
    return done


def refused(look: Callable[[], Any], **params: Any) -> list[str]:
    """The problems, which are the same in check mode; `look` sees the same before and after."""
    before = look()
    said = [flush(check, **params) for check in (True, False)]
    assert look() == before
    assert said[0]["failed"] is True
    assert said[0]["problems"] == said[1]["problems"]
    return [str(problem) for problem in said[0]["problems"]]
