# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a failover, and what can be said of them without a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...elasticache.names import name_problems

KEY_PREFIX = "redisops:failover:"


@dataclass(frozen=True)
class FailoverSpec:
    """`promote` is the member to be made primary; without it the service chooses, as it does when a primary fails."""

    replication_group_id: str
    confirm: str
    node_group_id: str | None
    promote: str | None
    username: str | None
    password: str | None = field(repr=False)
    ca_path: str | None
    key_prefix: str
    measure: bool
    wait: bool
    wait_timeout: int

    @property
    def kind(self) -> str:
        return "promotion" if self.promote else "test"


def argument_spec() -> dict[str, dict[str, Any]]:
    return {
        "replication_group_id": {"type": "str", "required": True, "aliases": ["name"]},
        "confirm": {"type": "str", "required": True},
        "node_group_id": {"type": "str"},
        "promote": {"type": "str"},
        "username": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "ca_path": {"type": "path"},
        "key_prefix": {"type": "str", "default": KEY_PREFIX, "no_log": False},
        "measure": {"type": "bool", "default": True},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 3600},
    }


def build_spec(params: Mapping[str, Any]) -> FailoverSpec:
    """The service keeps names in lower case. An empty text counts as not given, which it is in many inventories."""
    given = {name: None if params[name] == "" else params[name] for name in argument_spec()}
    promote = given["promote"]
    return FailoverSpec(
        **{
            **given,
            "replication_group_id": params["replication_group_id"].lower(),
            "confirm": params["confirm"].lower(),
            "key_prefix": params["key_prefix"],
            "promote": promote.lower() if promote else None,
        }
    )


def spec_problems(spec: FailoverSpec) -> list[str]:
    problems = name_problems("replication_group_id", spec.replication_group_id, 40)
    if spec.confirm != spec.replication_group_id:
        problems.append(
            f"confirm: it is {spec.confirm!r}. To interrupt the writes of this cache, repeat its name here: "
            f"{spec.replication_group_id}."
        )
    if not spec.key_prefix or {"{", "}"} & set(spec.key_prefix):
        problems.append("key_prefix: it must hold at least one character and no braces, which choose the shard.")
    if spec.wait_timeout <= 0:
        problems.append("wait_timeout: it must be more than 0 seconds.")
    return problems
