# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the service takes, in seconds of service time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass
class Durations:
    """Orders of magnitude seen in life; a clock's rate shortens them all, `change` any one of them."""

    create_group: float = 300
    member_lag: float = 10
    add_member: float = 180
    remove_member: float = 60
    modify: float = 60
    scale: float = 300
    reshard: float = 240
    failover: float = 30
    recover_node: float = 120
    upgrade: float = 300
    delete: float = 120
    snapshot: float = 60
    copy_snapshot: float = 60
    token: float = 60
    tag: float = 5
    parameter_apply: float = 20
    log_delivery: float = 20

    def change(self, values: Mapping[str, float]) -> None:
        """Set some of them. An unknown name or a negative time is a ValueError that says which."""
        known = {field.name for field in fields(self)}
        for name, seconds in values.items():
            if name not in known:
                raise ValueError(f"no duration is named {name}; there are {', '.join(sorted(known))}")
            if seconds < 0:
                raise ValueError(f"{name} cannot last {seconds} seconds")
        for name, seconds in values.items():
            setattr(self, name, float(seconds))
