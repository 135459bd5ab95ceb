# SPDX-License-Identifier: GPL-3.0-or-later
"""Make what caches need around them, on the stand-in: `python -m tests.demo.network URL tests/demo/networks.yml`.

VPC, subnets, the application's security group, the token in Secrets Manager, a KMS key, as the file says. The URL is an
argument, and not left to the environment, so that nothing of this is ever made in a real account by mistake.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import yaml

Network = Mapping[str, Any]


def main(url: str, path: str) -> None:
    for network in yaml.safe_load(Path(path).read_text(encoding="utf-8"))["networks"]:
        make_network(url, network)
        print(f"{network['name']} in {network['region']}: {', '.join(each['name'] for each in network['subnets'])}")


def make_network(url: str, network: Network) -> None:
    """Everything in the network's region, under its name."""
    session: Any = boto3.Session(region_name=network["region"])

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=url)

    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock=network["range"], TagSpecifications=named("vpc", network["name"]))["Vpc"]["VpcId"]
    for subnet in network["subnets"]:
        ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=subnet["range"],
            AvailabilityZone=subnet["zone"],
            TagSpecifications=named("subnet", subnet["name"]),
        )
    application = network["application"]
    ec2.create_security_group(
        GroupName=application["name"],
        Description="Servers of the application",
        VpcId=vpc,
        TagSpecifications=named("security-group", application["tag"]),
    )
    if "secret" in network:
        # 32 hexadecimal digits, which is what ElastiCache takes as a token.
        client("secretsmanager").create_secret(Name=network["secret"], SecretString=secrets.token_hex(16))
    if "key" in network:
        kms = client("kms")
        key = kms.create_key(KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=network["key"], TargetKeyId=key)


def named(resource: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": resource, "Tags": [{"Key": "Name", "Value": name}]}]


if __name__ == "__main__":
    main(*sys.argv[1:])
