# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups that somebody else has shaped."""

from __future__ import annotations

from tests.component.replication_group.cases import SHARDED
from tests.component.replication_group.cloud import Landscape


def test_shards_that_differ_become_alike(cloud: Landscape) -> None:
    name = cloud.new_name()
    cloud.run(name, **{**SHARDED, "num_node_groups": 3})
    elasticache = cloud.session.client("elasticache")
    wanted = [{"NodeGroupId": "0001", "NewReplicaCount": 3}, {"NodeGroupId": "0002", "NewReplicaCount": 2}]
    elasticache.increase_replica_count(ReplicationGroupId=name, ApplyImmediately=True, ReplicaConfiguration=wanted)
    cloud.standin.control.advance(3600)
    cloud.standin.control.clear_calls()

    done = cloud.module.changes(
        replication_group_id=name, replicas_per_node_group=2, allow_disruption="connections", wait_timeout=7200
    )

    (change,) = done.plan.changes
    assert (change.before, change.after) == ([3, 2, 1], 2)
    assert done.after.replicas_per_node_group == 2
    assert {operation for operation, _other in cloud.sent()} == {"IncreaseReplicaCount", "DecreaseReplicaCount"}
    assert all("ReplicaConfiguration" in parameters for _other, parameters in cloud.sent())
