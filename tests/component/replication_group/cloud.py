# SPDX-License-Identifier: GPL-3.0-or-later
"""An account with everything around a replication group: network, keys, topics, parameter groups."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.resource import (
    ReplicationGroup,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.spec import argument_spec
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.engine import Outcome

from tests.component.runs import READS, Cloud, Module

Params = Mapping[str, Any]


class Landscape(Cloud):
    @cached_property
    def module(self) -> Module:
        return Module(self, ReplicationGroup, argument_spec())

    def new_name(self) -> str:
        return f"cache-{next(self.numbers)}"

    def run(self, name: str, check: bool = False, **params: Any) -> Outcome:
        """Run the core of elasticache_replication_group as the module does."""
        return self.module.run(check, **{"replication_group_id": name, "wait_timeout": 7200, **params})

    def sent(self) -> list[tuple[str, Params]]:
        """What has arrived that is no read: operation and parameters, oldest first."""
        calls = self.standin.control.calls(service="elasticache")
        return [(call["operation"], call["parameters"]) for call in calls if not call["operation"].startswith(READS)]

    def remove_groups(self) -> None:
        """So that listings stay short for the next test."""
        elasticache = self.session.client("elasticache")
        self.standin.control.advance(12 * 3600)
        for group in elasticache.describe_replication_groups()["ReplicationGroups"]:
            elasticache.delete_replication_group(ReplicationGroupId=group["ReplicationGroupId"])
        self.standin.control.advance(3600)

    @cached_property
    def subnets(self) -> list[str]:
        """Of the default VPC, one per availability zone."""
        return [each["SubnetId"] for each in self.session.client("ec2").describe_subnets()["Subnets"]]

    @cached_property
    def security_groups(self) -> list[str]:
        ec2 = self.session.client("ec2")
        vpc = ec2.describe_subnets()["Subnets"][0]["VpcId"]
        names = ("first", "second")
        return [ec2.create_security_group(GroupName=each, Description=each, VpcId=vpc)["GroupId"] for each in names]

    @cached_property
    def subnet_groups(self) -> list[str]:
        elasticache = self.session.client("elasticache")
        for name in ("one", "other"):
            elasticache.create_cache_subnet_group(
                CacheSubnetGroupName=name, CacheSubnetGroupDescription=name, SubnetIds=self.subnets[:2]
            )
        return ["one", "other"]

    @cached_property
    def parameter_groups(self) -> dict[str, str]:
        """Name by family."""
        names = {"redis6.x": "own-redis6", "redis7": "own-redis7", "valkey8": "own-valkey8"}
        for family, name in names.items():
            self.session.client("elasticache").create_cache_parameter_group(
                CacheParameterGroupName=name, CacheParameterGroupFamily=family, Description=name
            )
        return names

    @cached_property
    def key(self) -> str:
        """ARN of a KMS key, also known as alias/caches."""
        kms = self.session.client("kms")
        metadata = kms.create_key()["KeyMetadata"]
        kms.create_alias(AliasName="alias/caches", TargetKeyId=metadata["KeyId"])
        return str(metadata["Arn"])

    @cached_property
    def topic(self) -> str:
        return str(self.session.client("sns").create_topic(Name="cache-events")["TopicArn"])

    @cached_property
    def log_group(self) -> str:
        name = "/aws/vendedlogs/caches"
        self.session.client("logs").create_log_group(logGroupName=name)
        return name
