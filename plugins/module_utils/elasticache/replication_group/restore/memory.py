# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a node of the new group holds what a shard of it gets. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ...node_memory import GIB, MAXMEMORY, smallest_node_type, usable_memory
from ..spec import ReplicationGroupSpec
from .source import Source


def memory_problem(spec: ReplicationGroupSpec, source: Source, needed: int | None, what: str) -> Iterator[str]:
    """`needed`: bytes, of `what`. A restore for which memory does not suffice ends as `restore-failed`."""
    usable = usable_memory(spec.node_type or "", source.reserved_percent)
    if needed is None or usable is None or needed <= usable:
        return
    larger = smallest_node_type(needed, spec.node_type or "", MAXMEMORY, source.reserved_percent)
    advice = f"take {larger} or a larger one" if larger else "take a larger one"
    yield (
        f"node_type: {what} takes {show_bytes(needed)}, and {spec.node_type} has {show_bytes(usable)} for data "
        f"({source.reserved_percent} % of its memory is reserved); {advice}."
    )


def show_bytes(count: int) -> str:
    return f"{count / GIB:.3g} GiB"
