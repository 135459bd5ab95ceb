# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.errors import ServiceError
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.facts import (
    EngineVersion,
    Facts,
    Ingress,
    Key,
    LogDestination,
    ParameterGroup,
    SecurityGroup,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.read import READS, read_facts
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.run import preflight

from tests.unit.plugins.module_utils.elasticache.replication_group.samples import api_cluster, api_group

from .answers import Answers
from .samples import APPLICATION_GROUP, CACHE_GROUP, NAME, VPC, request

KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/1"
TOPIC = "arn:aws:sns:us-east-1:123456789012:cache-events"
LOGS = [
    {
        "log_type": "slow-log",
        "destination_type": "cloudwatch-logs",
        "destination": "/aws/vendedlogs/a",
        "log_format": "json",
    },
    {"log_type": "engine-log", "destination_type": "kinesis-firehose", "destination": "caches", "log_format": "json"},
]
VERSION = {"Engine": "redis", "EngineVersion": "7.1", "CacheParameterGroupFamily": "redis7"}
ANSWERS: dict[str, Any] = {
    "DescribeCacheEngineVersions": {"CacheEngineVersions": [VERSION]},
    "DescribeCacheParameterGroups": {
        "CacheParameterGroups": [{"CacheParameterGroupName": "phb-redis-params", "CacheParameterGroupFamily": "redis7"}]
    },
    "DescribeCacheParameters": {"Parameters": [{"ParameterName": "cluster-enabled", "ParameterValue": "no"}]},
    "DescribeReservedCacheNodesOfferings": {
        "ReservedCacheNodesOfferings": [{"CacheNodeType": "cache.m7g.large"}, {"CacheNodeType": "cache.m7g.large"}]
    },
    "DescribeSubnets": {
        "Subnets": [
            {"SubnetId": "subnet-a", "VpcId": VPC, "AvailabilityZone": "us-east-1a"},
            {"SubnetId": "subnet-b", "VpcId": VPC, "AvailabilityZone": "us-east-1b"},
        ]
    },
    "DescribeSecurityGroups": {
        "SecurityGroups": [
            {
                "GroupId": CACHE_GROUP,
                "GroupName": "phb-redis",
                "VpcId": VPC,
                "IpPermissions": [
                    {
                        "IpProtocol": "tcp",
                        "FromPort": 6379,
                        "ToPort": 6379,
                        "IpRanges": [{"CidrIp": "10.0.0.0/16"}],
                        "Ipv6Ranges": [{"CidrIpv6": "fd00::/8"}],
                        "PrefixListIds": [{"PrefixListId": "pl-1"}],
                        "UserIdGroupPairs": [{"GroupId": APPLICATION_GROUP}],
                    },
                    {"IpProtocol": "-1"},
                ],
            },
            {"GroupId": APPLICATION_GROUP, "GroupName": "phb-app", "VpcId": VPC},
        ]
    },
    "DescribeKey": {
        "KeyMetadata": {
            "Arn": KEY_ARN,
            "KeyState": "Enabled",
            "KeyUsage": "ENCRYPT_DECRYPT",
            "KeySpec": "SYMMETRIC_DEFAULT",
        }
    },
    "DescribeLogGroups": {"logGroups": [{"logGroupName": "/aws/vendedlogs/a"}, {"logGroupName": "/aws/vendedlogs/ab"}]},
}
EVERYTHING: dict[str, Any] = {
    "at_rest_encryption_enabled": True,
    "kms_key_id": "alias/caches",
    "notification_topic_arn": TOPIC,
    "log_delivery_configurations": LOGS,
    "application_security_groups": [APPLICATION_GROUP, "phb-app"],
}


def read(answers: Mapping[str, Any] | None = None, **params: Any) -> tuple[Facts, list[str]]:
    """The facts, and the calls that they took."""
    source = Answers({**ANSWERS, **(answers or {})})
    return read_facts(source.session(), request(**params)), source.calls


def test_everything_about_a_new_group_takes_fourteen_calls() -> None:
    found, calls = read(**EVERYTHING)
    assert calls == [
        "DescribeCacheClusters",
        "DescribeReplicationGroups",
        "DescribeCacheEngineVersions",
        "DescribeSubnets",
        "DescribeCacheSubnetGroups",
        "DescribeSecurityGroups",
        "DescribeSecurityGroups",
        "DescribeCacheParameterGroups",
        "DescribeCacheParameters",
        "DescribeReservedCacheNodesOfferings",
        "DescribeKey",
        "GetTopicAttributes",
        "DescribeLogGroups",
        "DescribeDeliveryStream",
    ]
    assert found.unread == ()
    assert found.engine_versions == (EngineVersion("redis", "7.1", "redis7"),)
    assert found.keys == (Key(KEY_ARN, "Enabled", "SYMMETRIC_DEFAULT"),)
    assert found.topics == (TOPIC,)
    assert found.log_groups == (LogDestination("log group", "/aws/vendedlogs/a", exists=True),)
    assert found.delivery_streams == (LogDestination("delivery stream", "caches", exists=True),)
    assert found.parameter_groups == (ParameterGroup("phb-redis-params", "redis7"),)
    assert found.node_types_reservable == ("cache.m7g.large",)


def test_rules_of_security_groups() -> None:
    found, _other = read()
    assert found.security_groups is not None
    cache, application = found.security_groups
    sources = ("10.0.0.0/16", "fd00::/8", "pl-1", APPLICATION_GROUP)
    rules = (Ingress("tcp", 6379, 6379, sources), Ingress("-1", None, None, ()))
    assert cache == SecurityGroup(CACHE_GROUP, "phb-redis", VPC, rules)
    assert application == SecurityGroup(APPLICATION_GROUP, "phb-app", VPC, ())


def test_only_what_is_asked_for_is_read() -> None:
    nothing = dict.fromkeys(
        ("application_security_groups", "node_type", "parameter_group_name", "security_group_ids", "subnet_ids")
    )
    found, calls = read(**nothing, subnet_group_name=None)
    assert calls == [
        "DescribeCacheClusters",
        "DescribeReplicationGroups",
        "DescribeCacheEngineVersions",
        "DescribeCacheSubnetGroups",
    ]
    assert (found.subnet_groups, found.parameter_groups, found.security_groups) == ((), None, None)


def test_the_default_version_is_asked_for_where_none_is_named() -> None:
    found, calls = read(engine_version=None)
    assert calls.count("DescribeCacheEngineVersions") == 2
    assert found.default_versions == ("7.1",)


def test_a_parameter_group_to_come_has_the_table_of_its_family() -> None:
    absent = {
        "DescribeCacheParameterGroups": "CacheParameterGroupNotFound",
        "DescribeEngineDefaultParameters": {"EngineDefaults": {"Parameters": [{"ParameterName": "timeout"}]}},
    }
    params: dict[str, Any] = {"parameter_group_family": "redis7", "parameters": {"timeout": 300}}
    found, calls = read(absent, **params)
    assert found.parameter_groups == ()
    assert [each["ParameterName"] for each in found.parameter_rows or ()] == ["timeout"]
    assert "DescribeCacheParameters" not in calls
    _other, calls = read(absent, **{**params, "parameter_group_family": "redis7.1"})
    assert "DescribeEngineDefaultParameters" not in calls


def test_an_existing_group_is_read_with_its_members() -> None:
    group = api_group()
    answers = {
        "DescribeReplicationGroups": {"ReplicationGroups": [group]},
        "DescribeCacheClusters": {"CacheClusters": [api_cluster(name) for name in group["MemberClusters"]]},
        "ListAllowedNodeTypeModifications": {
            "ScaleUpModifications": ["cache.t3.medium"],
            "ScaleDownModifications": ["cache.t3.micro"],
        },
    }
    found, calls = read(answers, node_type="cache.t3.medium")
    assert found.group is not None
    assert (found.group.replication_group_id, found.group.engine_version) == (NAME, "7.0.7")
    assert found.node_types_reachable == ("cache.t3.medium", "cache.t3.micro")
    assert "DescribeReservedCacheNodesOfferings" not in calls
    assert calls.count("DescribeCacheClusters") == 1
    _other, calls = read(answers, node_type="cache.t3.small")
    assert "ListAllowedNodeTypeModifications" not in calls


def test_a_group_without_readable_members_is_unknown() -> None:
    there = {"DescribeReplicationGroups": {"ReplicationGroups": [api_group()]}}
    found, _other = read({**there, "DescribeCacheClusters": "AccessDenied"})
    assert (found.groups, found.is_new) == (None, False)
    assert read({"DescribeCacheClusters": "AccessDenied"})[0].is_new


def test_an_unknown_group_is_not_looked_for_in_the_default_subnet_group() -> None:
    found, _other = read({"DescribeReplicationGroups": "AccessDenied"}, subnet_group_name=None, subnet_ids=None)
    assert found.subnet_groups is None


@pytest.mark.parametrize(
    ("operation", "code", "fact"),
    [
        ("DescribeKey", "NotFoundException", "keys"),
        ("DescribeKey", "InvalidArnException", "keys"),
        ("GetTopicAttributes", "NotFound", "topics"),
        ("GetTopicAttributes", "InvalidParameter", "topics"),
    ],
)
def test_what_is_not_there(operation: str, code: str, fact: str) -> None:
    found, _other = read({operation: code}, **EVERYTHING)
    assert getattr(found, fact) == ()
    assert found.unread == ()


def test_log_destinations_that_are_not_there() -> None:
    gone = {"DescribeLogGroups": {"logGroups": [{"logGroupName": "/aws/vendedlogs/ab"}]}}
    found, _other = read({**gone, "DescribeDeliveryStream": "ResourceNotFoundException"}, **EVERYTHING)
    assert [each.exists for each in (*(found.log_groups or ()), *(found.delivery_streams or ()))] == [False, False]


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("DescribeCacheClusters", "AccessDenied"),
        ("DescribeReplicationGroups", "AccessDenied"),
        ("DescribeCacheEngineVersions", "AccessDenied"),
        ("DescribeSubnets", "UnauthorizedOperation"),
        ("DescribeCacheSubnetGroups", "AccessDenied"),
        ("DescribeSecurityGroups", "UnauthorizedOperation"),
        ("DescribeCacheParameterGroups", "AccessDenied"),
        ("DescribeCacheParameters", "AccessDenied"),
        ("DescribeReservedCacheNodesOfferings", "UnknownOperation"),
        ("DescribeKey", "AccessDeniedException"),
        ("GetTopicAttributes", "AuthorizationError"),
        ("DescribeLogGroups", "AccessDeniedException"),
        ("DescribeDeliveryStream", "AccessDeniedException"),
    ],
)
def test_a_missing_permission_is_a_warning(operation: str, code: str) -> None:
    source = Answers({**ANSWERS, operation: code})
    found = preflight(source.session(), request(**EVERYTHING))
    assert found.problems == ()
    told = [each for each in found.warnings if each.startswith("not checked: ")]
    assert told
    assert all(f":{operation} is not possible for this caller ({code})" in each for each in told)


def test_any_other_failure_ends_the_run() -> None:
    with pytest.raises(ServiceError, match="InvalidParameterValue"):
        read({"DescribeSubnets": "InvalidParameterValue"})


def test_every_read_names_its_permission() -> None:
    assert [each.fact for each in READS if ":" not in each.needs or each.fact not in Facts.__annotations__] == []
