# SPDX-License-Identifier: GPL-3.0-or-later
"""elasticache_preflight against the stand-in: what it reads, what it says, and that it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.request import (
    argument_spec,
    build_request,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.run import Findings, preflight

from tests.component.playbooks import Playbooks
from tests.component.runs import READS, Cloud, validated

TODAY = date(2026, 11, 20)
GROUP: dict[str, Any] = {
    "replication_group_id": "phb-redis-cache",
    "description": "PHB Drug Database Cache",
    "engine_version": "7.1",
    "node_type": "cache.m7g.large",
    "replicas_per_node_group": 1,
    "automatic_failover_enabled": True,
    "multi_az_enabled": True,
    "transit_encryption_enabled": True,
    "auth_token": "Zw8kQ2vXr5Lm9TnB4yHd",
    "subnet_group_name": "phb-redis-subnet",
    "preferred_maintenance_window": "sun:05:00-sun:06:00",
    "snapshot_retention_limit": 7,
    "snapshot_window": "03:00-05:00",
}


@dataclass
class Surroundings:
    """A VPC with subnets in two zones, and security groups of the cache and of the application in it."""

    cloud: Cloud
    vpc_id: str
    subnet_ids: list[str]
    cache_group: str = ""
    application_group: str = ""

    def client(self, service: str) -> Any:
        return self.cloud.session.client(service)

    def security_group(self, name: str) -> str:
        made = self.client("ec2").create_security_group(GroupName=name, Description=name, VpcId=self.vpc_id)
        return str(made["GroupId"])

    def let_in(self, group_id: str, **sources: Any) -> None:
        rule = {"IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6379, **sources}
        self.client("ec2").authorize_security_group_ingress(GroupId=group_id, IpPermissions=[rule])

    def look(self, **params: Any) -> Findings:
        return preflight(self.cloud.session, build_request(validated(argument_spec(), params), TODAY))

    def operations(self) -> list[str]:
        """Of all services, oldest first."""
        return [call["operation"] for call in self.cloud.standin.control.calls()]


@pytest.fixture
def aws(cloud: Cloud) -> Surroundings:
    subnet_ids = cloud.make_subnets("a", "b")
    (first, _second) = cloud.session.client("ec2").describe_subnets(SubnetIds=subnet_ids)["Subnets"]
    built = Surroundings(cloud, first["VpcId"], subnet_ids)
    built.application_group = built.security_group("phb-app")
    built.cache_group = built.security_group("phb-redis")
    built.let_in(built.cache_group, UserIdGroupPairs=[{"GroupId": built.application_group}])
    cloud.standin.control.clear_calls()
    return built


def options(found: Findings) -> list[str]:
    """The options that problems name."""
    return [problem.partition(":")[0] for problem in found.problems]


def test_a_group_that_can_be_made(aws: Surroundings) -> None:
    params: dict[str, Any] = {
        "subnet_ids": aws.subnet_ids,
        "vpc_id": aws.vpc_id,
        "security_group_ids": [aws.cache_group],
        "application_security_groups": [aws.application_group, "phb-app"],
        "parameter_group_name": "phb-redis-params",
        "parameter_group_family": "redis7",
        "parameters": {"maxmemory-policy": "allkeys-lru", "timeout": 300},
    }
    found = aws.look(**GROUP, **params)
    assert found.problems == ()
    expected = {
        "exists": False,
        "vpc_id": aws.vpc_id,
        "engine_version": "7.1",
        "parameter_group_family": "redis7",
        "nodes": 2,
    }
    assert {**found.facts, **expected} == found.facts
    assert found.facts["availability_zones"] == ["us-east-1a", "us-east-1b"]
    assert found.facts["node_type"]["maxmemory"] == 6854542746


def test_nothing_is_changed(aws: Surroundings) -> None:
    aws.look(**GROUP, subnet_ids=aws.subnet_ids, application_security_groups=["phb-app"])
    assert aws.operations()
    assert [each for each in aws.operations() if not each.startswith(READS)] == []


def test_a_restore_is_held_against_its_snapshot(aws: Surroundings) -> None:
    saved = {"Tags": [{"Key": "standin:cache-size", "Value": "5 GB"}], "EngineVersion": "7.1"}
    aws.cloud.make_cache("phb-redis-old", **saved)
    aws.client("elasticache").create_snapshot(SnapshotName="before-migration", CacheClusterId="phb-redis-old-001")
    aws.cloud.standin.control.advance(3600)
    restored = {"replication_group_id": "phb-redis-restored", "description": "x", "snapshot_name": "before-migration"}
    found = aws.look(**restored, subnet_ids=aws.subnet_ids, engine_version="6.2", num_node_groups=2)
    assert options(found) == ["num_node_groups", "engine_version", "num_node_groups", "node_type"]
    fitting = aws.look(**restored, subnet_ids=aws.subnet_ids, node_type="cache.m7g.xlarge")
    assert fitting.problems == ()
    assert (fitting.facts["engine_version"], fitting.facts["node_type"]["name"]) == ("7.1", "cache.m7g.xlarge")
    assert options(aws.look(**{**restored, "snapshot_name": "nobodys"})) == ["snapshot_name"]


def test_everything_wrong_is_told_at_once(aws: Surroundings) -> None:
    stray = aws.client("ec2").create_security_group(GroupName="stray", Description="elsewhere")["GroupId"]
    found = aws.look(
        **{**GROUP, "engine_version": "7.2", "node_type": "cache.t2.micro", "snapshot_window": "05:30-06:30"},
        subnet_ids=aws.subnet_ids[:1],
        security_group_ids=[stray, "sg-0123456789abcdef0"],
        application_security_groups=["nobody"],
        parameter_group_name="nowhere",
        kms_key_id="alias/nowhere",
        at_rest_encryption_enabled=True,
        notification_topic_arn="arn:aws:sns:us-east-1:123456789012:nowhere",
        log_delivery_configurations=[
            {
                "log_type": "slow-log",
                "destination_type": "cloudwatch-logs",
                "destination": "/aws/vendedlogs/nowhere",
                "log_format": "json",
            }
        ],
    )
    assert sorted(options(found)) == [
        "application_security_groups",
        "engine_version",
        "kms_key_id",
        "log_delivery_configurations",
        "node_type",
        "notification_topic_arn",
        "parameter_group_name",
        "security_group_ids",
        "security_group_ids",
        "snapshot_window",
        "subnet_ids",
    ]


def test_companions_that_are_there(aws: Surroundings) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
    aws.client("kms").create_alias(AliasName="alias/caches", TargetKeyId=key)
    topic = aws.client("sns").create_topic(Name="cache-events")["TopicArn"]
    aws.client("logs").create_log_group(logGroupName="/aws/vendedlogs/caches")
    log = {"log_type": "slow-log", "destination_type": "cloudwatch-logs", "log_format": "json"}
    companions = {
        "at_rest_encryption_enabled": True,
        "notification_topic_arn": topic,
        "log_delivery_configurations": [{**log, "destination": "/aws/vendedlogs/caches"}],
    }
    for name in (key, "alias/caches"):
        assert aws.look(**GROUP, **companions, subnet_ids=aws.subnet_ids, kms_key_id=name).problems == ()
    aws.client("kms").disable_key(KeyId=key)
    assert options(aws.look(**GROUP, **companions, subnet_ids=aws.subnet_ids, kms_key_id=key)) == ["kms_key_id"]


def test_a_delivery_stream_that_is_not_there(aws: Surroundings) -> None:
    log = {"log_type": "slow-log", "destination_type": "kinesis-firehose", "log_format": "json"}
    found = aws.look(
        **GROUP, subnet_ids=aws.subnet_ids, log_delivery_configurations=[{**log, "destination": "nowhere"}]
    )
    assert options(found) == ["log_delivery_configurations"]


def test_a_port_that_is_open_to_the_world(aws: Surroundings) -> None:
    opened = aws.security_group("opened")
    aws.let_in(opened, IpRanges=[{"CidrIp": "0.0.0.0/0"}])
    found = aws.look(**GROUP, subnet_ids=aws.subnet_ids, security_group_ids=[opened])
    (problem,) = found.problems
    assert problem.startswith(f"security_group_ids: {opened} lets 0.0.0.0/0 in on port 6379")


def test_parameter_groups_and_cluster_mode(aws: Surroundings) -> None:
    shared: dict[str, Any] = {**GROUP, "subnet_ids": aws.subnet_ids}
    clustered = {"cluster_mode": "enabled", "num_node_groups": 2}
    assert aws.look(**shared, parameter_group_name="default.redis7").problems == ()
    assert aws.look(**shared, **clustered, parameter_group_name="default.redis7.cluster.on").problems == ()
    for wrong in (
        {"parameter_group_name": "default.redis7.cluster.on"},
        {"parameter_group_name": "default.redis7", **clustered},
        {"parameter_group_name": "default.redis6.x"},
    ):
        assert options(aws.look(**shared, **wrong)) == ["parameter_group_name"]


def test_parameters_that_the_service_does_not_offer(aws: Surroundings) -> None:
    coming = {"parameter_group_name": "vibewell-redis-params", "parameter_group_family": "redis7"}
    parameters = {"appendonly": True, "maxclients": 10000, "timeout": 300}
    found = aws.look(**GROUP, **coming, subnet_ids=aws.subnet_ids, parameters=parameters)
    assert options(found) == ["parameters.appendonly", "parameters.maxclients"]


def test_what_an_existing_group_meets(aws: Surroundings) -> None:
    aws.client("elasticache").create_cache_subnet_group(
        CacheSubnetGroupName="lived-in", CacheSubnetGroupDescription="x", SubnetIds=aws.subnet_ids
    )
    aws.cloud.make_cache(
        "lived-in",
        CacheNodeType="cache.t3.small",
        NumCacheClusters=2,
        AutomaticFailoverEnabled=True,
        MultiAZEnabled=True,
        CacheSubnetGroupName="lived-in",
        SecurityGroupIds=[aws.cache_group],
    )
    same = aws.look(replication_group_id="lived-in")
    assert same.problems == ()
    assert (same.facts["exists"], same.facts["vpc_id"], same.facts["nodes_in_region"]) == (True, aws.vpc_id, 2)
    assert any(told.startswith("engine_version: redis 6.2") for told in same.warnings)
    upgrade = {"engine_version": "7.1", "parameter_group_name": "default.redis7"}
    larger = aws.look(replication_group_id="lived-in", node_type="cache.t3.medium", **upgrade)
    assert larger.problems == ()
    assert larger.facts["node_type"]["offered"] is True
    wrong = aws.look(replication_group_id="lived-in", node_type="cache.t3.huge", engine_version="6.9", port=6380)
    assert sorted(options(wrong)) == ["engine_version", "node_type", "port"]


def test_the_version_that_the_service_takes(aws: Surroundings) -> None:
    found = aws.look(**{**GROUP, "engine_version": None}, subnet_ids=aws.subnet_ids)
    assert found.facts["engine_version"] in found.facts["engine_versions"]


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("ec2", "DescribeSecurityGroups", "UnauthorizedOperation"),
        ("ec2", "DescribeSubnets", "UnauthorizedOperation"),
        ("elasticache", "DescribeCacheEngineVersions", "AccessDenied"),
        ("elasticache", "DescribeReplicationGroups", "AccessDenied"),
        ("kms", "DescribeKey", "AccessDeniedException"),
    ],
)
def test_what_may_not_be_read_is_said(aws: Surroundings, service: str, operation: str, code: str) -> None:
    control = aws.cloud.standin.control
    control.add_fault("error", operation, service=service, code=code, message="not allowed", status=400)
    found = aws.look(
        **GROUP,
        subnet_ids=aws.subnet_ids,
        security_group_ids=[aws.cache_group],
        kms_key_id="alias/x",
        at_rest_encryption_enabled=True,
    )
    assert any(f"{service}:{operation} is not possible for this caller ({code})" in told for told in found.warnings)


def test_the_number_of_calls_does_not_depend_on_the_size(aws: Surroundings) -> None:
    def count(**params: Any) -> int:
        aws.cloud.standin.control.clear_calls()
        aws.look(**{**GROUP, **params})
        return len(aws.operations())

    small = count(subnet_ids=aws.subnet_ids)
    large = count(subnet_ids=[*aws.subnet_ids, "subnet-0"], cluster_mode="enabled", num_node_groups=40)
    assert small == large


def test_a_playbook_is_told_everything(playbooks: Playbooks) -> None:
    params = {**GROUP, "subnet_group_name": None, "node_type": "cache.t3.medium", "engine_version": "6.2"}
    good = {name: value for name, value in params.items() if value is not None}
    bad = {**good, "port": 0, "node_type": "cache.t2.micro"}
    told, only_returned, failed = playbooks.play(
        [
            {"redisops.cache.elasticache_preflight": good},
            {"redisops.cache.elasticache_preflight": {**bad, "fail": False}},
            {"redisops.cache.elasticache_preflight": bad},
        ],
        "--check",
    )
    assert (told["changed"], told["problems"]) == (False, [])
    assert any(": engine_version: redis 6.2" in each for each in told["warnings"])
    assert told["facts"]["engine_version"] == "6.2"
    assert len(only_returned["problems"]) == 2
    assert (failed["failed"], failed["problems"]) == (True, only_returned["problems"])
    assert failed["msg"].startswith("2 problems:\n1. port: ")
    assert GROUP["auth_token"] not in f"{told}{only_returned}{failed}"
