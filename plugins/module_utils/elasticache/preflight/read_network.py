# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of security groups with their rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...aws.errors import read_pages
from ...aws.session import Session
from ...reconcile.field import unique
from .facts import Facts, Ingress, SecurityGroup
from .outlook import foresee
from .request import Request


def read_security_groups_by_id(session: Session, request: Request, facts: Facts) -> tuple[SecurityGroup, ...] | None:
    """The cache's and the application's in one call."""
    wanted = unique((*foresee(request, facts).group.security_group_ids, *request.application_group_ids))
    return find_security_groups(session, "group-id", wanted)


def read_named_security_groups(session: Session, request: Request, _facts: Facts) -> tuple[SecurityGroup, ...] | None:
    """In all VPCs of the region: that a name exists elsewhere is worth telling."""
    return find_security_groups(session, "group-name", request.application_group_names)


def find_security_groups(session: Session, name: str, values: Sequence[str]) -> tuple[SecurityGroup, ...] | None:
    """By filter, since a list with one unknown id is answered with an error alone."""
    if not values:
        return None
    filters = [{"Name": name, "Values": list(values)}]
    found = read_pages(session.client("ec2"), "describe_security_groups", {"Filters": filters})
    return tuple(parse_security_group(each) for each in found)


def parse_security_group(answer: Mapping[str, Any]) -> SecurityGroup:
    rules = tuple(parse_ingress(each) for each in answer.get("IpPermissions", ()))
    return SecurityGroup(answer["GroupId"], answer.get("GroupName", ""), answer.get("VpcId", ""), rules)


def parse_ingress(rule: Mapping[str, Any]) -> Ingress:
    sources = (
        *(each["CidrIp"] for each in rule.get("IpRanges", ())),
        *(each["CidrIpv6"] for each in rule.get("Ipv6Ranges", ())),
        *(each["PrefixListId"] for each in rule.get("PrefixListIds", ())),
        *(each["GroupId"] for each in rule.get("UserIdGroupPairs", ())),
    )
    return Ingress(rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort"), sources)
