# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a plan before anything is done. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.standin.engines.plan import EngineError, GroupPlan
from tests.standin.engines.slots import check_cover


def check_plan(plan: GroupPlan, previous: GroupPlan | None) -> None:
    """Raise EngineError with everything that keeps `plan` from being applied after `previous`."""
    problems = [*_changes_refused(plan, previous), *_shape_problems(plan)]
    if problems:
        raise EngineError(f"group {plan.group_id} cannot be so: {'; '.join(problems)}")


def _changes_refused(plan: GroupPlan, previous: GroupPlan | None) -> Iterator[str]:
    if previous is None:
        return
    if plan.port != previous.port:
        yield f"its port is {previous.port} and stays"
    if plan.cluster_mode != previous.cluster_mode and {node.shard for node in (*plan.nodes, *previous.nodes)} != {
        previous.nodes[0].shard
    }:
        yield "cluster mode changes with one shard only, before and after"
    shards = {node.node_id: node.shard for node in previous.nodes}
    for node in plan.nodes:
        if shards.get(node.node_id, node.shard) != node.shard:
            yield f"node {node.node_id} belongs to shard {shards[node.node_id]}"


def _shape_problems(plan: GroupPlan) -> Iterator[str]:
    if not plan.nodes:
        yield "it has no nodes"
    for node_id, count in Counter(node.node_id for node in plan.nodes).items():
        if count > 1:
            yield f"node {node_id} is named {count} times"
    primaries = Counter(node.shard for node in plan.nodes if node.role == "primary")
    shards = sorted({node.shard for node in plan.nodes})
    for shard in shards:
        if primaries[shard] != 1:
            yield f"shard {shard} has {primaries[shard]} primaries"
    if not plan.cluster_mode and len(shards) > 1:
        yield "it has several shards without cluster mode"
    if plan.cluster_mode:
        cover = check_cover({node.shard: node.slots for node in plan.nodes})
        if cover:
            yield cover
