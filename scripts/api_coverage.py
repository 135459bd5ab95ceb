# SPDX-License-Identifier: GPL-3.0-or-later
"""Write docs/api_coverage.md: each member of the requests in use, its option, and the test that changes it.

`python -m scripts.api_coverage` writes the page, with `--check` it only tells whether the page is up to date.
The members come from botocore's model of the service, so that a new botocore shows what we do not know yet.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import botocore.session

from tests.component.replication_group.cases import CHANGES, CREATION_MEMBERS, FIXED

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "api_coverage.md"
GROUP_TESTS = "replication_group/test_options.py"


@dataclass(frozen=True)
class Use:
    """`test` is a file below tests/component and a function in it; both are empty for a member that is not used."""

    option: str = ""
    test: str = ""
    why_not: str = ""


LATER = Use(why_not="not managed yet")
OLD = Use(why_not="EC2-Classic, retired by AWS")
SERVERLESS_RESTORE = Use(why_not="restoring a serverless snapshot is not managed yet; by an exported file it works")
USERS = Use(why_not="user groups are not managed yet")

UNUSED: Mapping[str, Mapping[str, Use]] = {
    "CreateReplicationGroup": {
        "CacheSecurityGroupNames": OLD,
        "Durability": LATER,
        "GlobalReplicationGroupId": LATER,
        "PreferredCacheClusterAZs": Use(
            why_not="zones are left to the service, which spreads members over the subnets'"
        ),
        "PrimaryClusterId": Use(why_not="adopting a stand-alone cluster is not managed"),
        "ServerlessCacheSnapshotName": SERVERLESS_RESTORE,
        "UserGroupIds": USERS,
    },
    "ModifyReplicationGroup": {
        "CacheSecurityGroupNames": OLD,
        "Durability": LATER,
        "IpDiscovery": Use("ip_discovery", why_not="sent; a group with ipv4 alone has no other value to change to"),
        "NodeGroupId": Use(why_not="deprecated by AWS"),
        "RemoveUserGroups": USERS,
        "UserGroupIdsToAdd": USERS,
        "UserGroupIdsToRemove": USERS,
    },
    "DecreaseReplicaCount": {"ReplicasToRemove": Use(why_not="which replicas go is left to the service")},
    "DeleteReplicationGroup": {"RetainPrimaryCluster": Use(why_not="would leave a stand-alone cluster unmanaged")},
    "ModifyReplicationGroupShardConfiguration": {
        "NodeGroupsToRetain": Use(why_not="NodeGroupsToRemove says the same"),
        "ReshardingConfiguration": Use(why_not="zones of new shards are left to the service"),
    },
    "ResetCacheParameterGroup": {
        "ResetAllParameters": Use(why_not="parameters are reset by name, so that a plan shows which"),
    },
}


def group_test(name: str) -> str:
    return f"replication_group/test_lifecycle.py::{name}"


IDENTIFIER = Use("replication_group_id", f"{GROUP_TESTS}::test_change")
BY_NAME = Use("replicas_per_node_group", "replication_group/test_uneven.py::test_shards_that_differ_become_alike")
EXPORT = "test_snapshot_export.py"
FAILOVER = "test_failover.py"
MEMBERS = "test_snapshot_members.py"
PARAMETER = "test_parameter_group.py"
RESTORE = "replication_group/test_restore.py"
SERVERLESS = "test_snapshot_serverless.py"
SERVERLESS_MEMBERS = f"{MEMBERS}::test_a_serverless_snapshot_and_its_copy_have_keys_and_tags"
SNAPSHOT = "test_snapshot.py"
SUBNET = "test_subnet_group.py"

USED: Mapping[str, Mapping[str, Use]] = {
    "CreateCacheSubnetGroup": {
        "CacheSubnetGroupName": Use("subnet_group_name", f"{SUBNET}::test_the_name_has_no_case"),
        "CacheSubnetGroupDescription": Use("description", f"{SUBNET}::test_a_group_is_created_with_everything"),
        "SubnetIds": Use("subnet_ids", f"{SUBNET}::test_a_group_is_created_with_everything"),
        "Tags": Use("tags", f"{SUBNET}::test_a_group_is_created_with_everything"),
    },
    "ModifyCacheSubnetGroup": {
        "CacheSubnetGroupName": Use("subnet_group_name", f"{SUBNET}::test_the_name_has_no_case"),
        "CacheSubnetGroupDescription": Use("description", f"{SUBNET}::test_description"),
        "SubnetIds": Use("subnet_ids", f"{SUBNET}::test_subnet_ids"),
    },
    "CreateCacheParameterGroup": {
        "CacheParameterGroupName": Use("parameter_group_name", f"{PARAMETER}::test_the_name_has_no_case"),
        "CacheParameterGroupFamily": Use("family", f"{PARAMETER}::test_every_family_of_the_service_will_do"),
        "Description": Use("description", f"{PARAMETER}::test_a_group_is_created_with_everything"),
        "Tags": Use("tags", f"{PARAMETER}::test_a_group_is_created_with_everything"),
    },
    "ModifyCacheParameterGroup": {
        "CacheParameterGroupName": Use("parameter_group_name", f"{PARAMETER}::test_the_name_has_no_case"),
        "ParameterNameValues": Use("parameters", f"{PARAMETER}::test_parameters_are_changed"),
    },
    "ResetCacheParameterGroup": {
        "CacheParameterGroupName": Use("parameter_group_name", f"{PARAMETER}::test_the_name_has_no_case"),
        "ParameterNameValues": Use("parameters, purge_parameters", f"{PARAMETER}::test_purge_parameters"),
    },
    "CreateReplicationGroup": {
        **{
            member: Use(option, f"{GROUP_TESTS}::test_creation_sends_every_member_that_we_know")
            for member, option in CREATION_MEMBERS.items()
        },
        "DataTieringEnabled": Use("snapshot_name", f"{MEMBERS}::test_tiered_data_goes_to_tiered_nodes"),
        "NodeGroupConfiguration": Use("snapshot_arns", f"{RESTORE}::test_more_files_than_shards"),
        "SnapshotArns": Use("snapshot_arns", f"{RESTORE}::test_one_file"),
        "SnapshotName": Use("snapshot_name", f"{RESTORE}::test_what_is_not_given_comes_from_the_snapshot"),
    },
    "ModifyReplicationGroup": {
        "ReplicationGroupId": IDENTIFIER,
        "PrimaryClusterId": Use("promote", f"{FAILOVER}::test_a_replica_is_promoted_by_name"),
    },
    "IncreaseReplicaCount": {"ReplicationGroupId": IDENTIFIER, "ReplicaConfiguration": BY_NAME},
    "DecreaseReplicaCount": {"ReplicationGroupId": IDENTIFIER, "ReplicaConfiguration": BY_NAME},
    "ModifyReplicationGroupShardConfiguration": {"ReplicationGroupId": IDENTIFIER},
    "DeleteReplicationGroup": {
        "ReplicationGroupId": Use("state", group_test("test_deletion_is_waited_for_and_keeps_a_snapshot")),
        "FinalSnapshotIdentifier": Use(
            "final_snapshot_identifier", group_test("test_deletion_is_waited_for_and_keeps_a_snapshot")
        ),
    },
    "TestFailover": {
        "ReplicationGroupId": Use("replication_group_id", f"{FAILOVER}::test_a_primary_is_failed_over"),
        "NodeGroupId": Use("node_group_id", f"{FAILOVER}::test_the_next_shard_waits_for_the_one_before"),
    },
    "CreateSnapshot": {
        "ReplicationGroupId": Use(
            "replication_group_id", f"{SNAPSHOT}::test_a_group_in_cluster_mode_is_saved_as_a_whole"
        ),
        "CacheClusterId": Use("cache_cluster_id", f"{SNAPSHOT}::test_a_member_chosen_by_hand"),
        "SnapshotName": Use("snapshot_name", f"{SNAPSHOT}::test_the_names_have_no_case"),
        "KmsKeyId": Use("kms_key_id", f"{SNAPSHOT}::test_a_key_by_alias"),
        "Tags": Use("tags", f"{SNAPSHOT}::test_a_group_with_cluster_mode_disabled_is_saved_from_a_replica"),
    },
    "CopySnapshot": {
        "SourceSnapshotName": Use("source_snapshot_name", f"{SNAPSHOT}::test_a_copy"),
        "TargetSnapshotName": Use("snapshot_name", f"{SNAPSHOT}::test_a_copy"),
        "TargetBucket": Use("target_bucket", f"{EXPORT}::test_a_snapshot_is_exported"),
        "KmsKeyId": Use("kms_key_id", f"{MEMBERS}::test_a_copy_gets_its_own_key_and_tags"),
        "Tags": Use("tags", f"{SNAPSHOT}::test_a_copy"),
    },
    "DeleteSnapshot": {"SnapshotName": Use("state", f"{SNAPSHOT}::test_state")},
    "CreateServerlessCacheSnapshot": {
        "ServerlessCacheSnapshotName": Use("snapshot_name", f"{SERVERLESS}::test_a_serverless_cache_is_saved"),
        "ServerlessCacheName": Use("serverless_cache_name", f"{SERVERLESS}::test_a_serverless_cache_is_saved"),
        "KmsKeyId": Use("kms_key_id", SERVERLESS_MEMBERS),
        "Tags": Use("tags", SERVERLESS_MEMBERS),
    },
    "CopyServerlessCacheSnapshot": {
        "SourceServerlessCacheSnapshotName": Use("source_snapshot_name", f"{SERVERLESS}::test_a_copy"),
        "TargetServerlessCacheSnapshotName": Use("snapshot_name", f"{SERVERLESS}::test_a_copy"),
        "KmsKeyId": Use("kms_key_id", SERVERLESS_MEMBERS),
        "Tags": Use("tags", SERVERLESS_MEMBERS),
    },
    "DeleteServerlessCacheSnapshot": {"ServerlessCacheSnapshotName": Use("state", SERVERLESS_MEMBERS)},
    "ExportServerlessCacheSnapshot": {
        "ServerlessCacheSnapshotName": Use("snapshot_name", f"{SERVERLESS}::test_it_is_exported"),
        "S3BucketName": Use("target_bucket", f"{SERVERLESS}::test_it_is_exported"),
    },
    "AddTagsToResource": {"ResourceName": Use("tags", f"{GROUP_TESTS}::test_change[tags]")},
    "RemoveTagsFromResource": {"ResourceName": Use("tags", f"{GROUP_TESTS}::test_change[tags]")},
}


def uses_of_cases() -> dict[str, dict[str, Use]]:
    """What each case of the replication group's options claims to send; the test itself holds it to that."""
    found: dict[str, dict[str, Use]] = {}
    for case in CHANGES:
        for claimed in case.members:
            operation, member = claimed.split(".")
            use = Use(case.option, f"{GROUP_TESTS}::test_change[{case.name}]")
            found.setdefault(operation, {}).setdefault(member, use)
    return found


def all_uses(operation: str) -> dict[str, Use]:
    return {**UNUSED.get(operation, {}), **uses_of_cases().get(operation, {}), **USED.get(operation, {})}


def members_of(operation: str) -> list[str]:
    model = botocore.session.get_session().get_service_model("elasticache")
    shape = model.operation_model(operation).input_shape
    return list(shape.members) if shape else []


def page() -> str:
    return "\n".join(lines()) + "\n"


def lines() -> Iterator[str]:
    yield "# ElastiCache API: member, option, test"
    yield ""
    yield "Written by `python -m scripts.api_coverage` from botocore's model; a test holds it up to date."
    yield "Tests are below `tests/component`."
    yield "A request member that the stand-in's handler does not read is an error there: none is sent in vain."
    for operation in USED:
        uses = all_uses(operation)
        yield ""
        yield f"## {operation}"
        yield ""
        yield "| member | option | test |"
        yield "|---|---|---|"
        for member in members_of(operation):
            use = uses.get(member, Use(why_not="**unknown to this collection**"))
            option = f"`{use.option}`" if use.option else "-"
            yield f"| `{member}` | {option} | {f'`{use.test}`' if use.test else use.why_not} |"
    yield ""
    yield "## Fixed at creation"
    yield ""
    yield "A change is refused, with what to do instead: " + ", ".join(f"`{option}`" for option, *_other in FIXED) + "."
    yield f"Test: `{GROUP_TESTS}::test_what_is_fixed_at_creation_is_refused`."


def main() -> int:
    if "--check" in sys.argv:
        return 0 if PAGE.read_text(encoding="utf-8") == page() else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
