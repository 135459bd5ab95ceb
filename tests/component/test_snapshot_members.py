# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of snapshot requests that the tests of what snapshots do leave out: keys and tags on every road."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.resource import (
    ReplicationGroup,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.spec import argument_spec

from tests.component.runs import Cloud, Module
from tests.component.snapshots import make_cluster, make_serverless, snapshot_module


@pytest.fixture
def key(cloud: Cloud) -> str:
    """ARN of a KMS key."""
    return str(cloud.session.client("kms").create_key()["KeyMetadata"]["Arn"])


def sent(cloud: Cloud, operation: str) -> dict[str, Any]:
    """The parameters of the one call of that operation."""
    (call,) = cloud.standin.control.calls(operation)
    parameters: dict[str, Any] = call["parameters"]
    return parameters


def test_a_copy_gets_its_own_key_and_tags(cloud: Cloud, key: str) -> None:
    make_cluster(cloud, "orders")
    module = snapshot_module(cloud)
    module.run(snapshot_name="plain", replication_group_id="orders")
    copied = module.changes(snapshot_name="locked", source_snapshot_name="plain", kms_key_id=key, tags={"A": "b"}).after
    assert (copied.kms_key_id, copied.tags) == (key, {"A": "b"})
    assert sent(cloud, "CopySnapshot")["KmsKeyId"] == key


def test_a_serverless_snapshot_and_its_copy_have_keys_and_tags(cloud: Cloud, key: str) -> None:
    make_serverless(cloud, "sessions")
    module = snapshot_module(cloud)
    options = {"kms_key_id": key, "tags": {"Project": "storefront"}}
    taken = module.changes(snapshot_name="first", serverless_cache_name="sessions", **options).after
    copied = module.changes(snapshot_name="second", source_snapshot_name="first", serverless=True, **options).after
    assert (taken.kms_key_id, taken.tags) == (copied.kms_key_id, copied.tags) == (key, {"Project": "storefront"})
    assert sent(cloud, "CreateServerlessCacheSnapshot")["KmsKeyId"] == key
    assert sent(cloud, "CopyServerlessCacheSnapshot")["KmsKeyId"] == key
    assert module.changes(snapshot_name="first", serverless=True, state="absent").after is None
    assert sent(cloud, "DeleteServerlessCacheSnapshot")["ServerlessCacheSnapshotName"] == "first"


def test_tiered_data_goes_to_tiered_nodes(cloud: Cloud) -> None:
    tiered = {"CacheNodeType": "cache.r6gd.xlarge", "EngineVersion": "7.1", "DataTieringEnabled": True}
    cloud.make_cache("tiered", **tiered)
    snapshot_module(cloud).run(snapshot_name="tiered-saved", replication_group_id="tiered")
    cloud.standin.control.clear_calls()
    restored = Module(cloud, ReplicationGroup, argument_spec()).changes(
        replication_group_id="tiered-restored", description="restored", snapshot_name="tiered-saved"
    )
    assert restored.after.node_type == "cache.r6gd.xlarge"
    assert sent(cloud, "CreateReplicationGroup")["DataTieringEnabled"] in (True, "true")
