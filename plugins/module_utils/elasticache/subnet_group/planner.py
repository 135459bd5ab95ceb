# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to a subnet group. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ...aws.tags import to_api
from ...reconcile.field import differences
from ...reconcile.plan import Change, Plan, Step
from ..tagging import delta_of, tag_change, tag_steps, tag_warnings
from .fields import COMPARED, FIELDS
from .normalize import SubnetGroupState
from .spec import SubnetGroupSpec

Networks = Mapping[str, str]
"""VPC by subnet id, of the wanted subnets that exist; empty when it could not be read or nothing is to change."""


def plan_changes(spec: SubnetGroupSpec, state: SubnetGroupState | None, networks: Networks | None) -> Plan:
    """`networks` is None where the subnets' VPCs are not known; the service then judges alone."""
    if spec.state == "absent":
        return plan_deletion(spec, state)
    refusals = network_refusals(spec, state, networks)
    if state is None:
        return plan_creation(spec, refusals)
    return plan_modification(spec, state, refusals)


def plan_deletion(spec: SubnetGroupSpec, state: SubnetGroupState | None) -> Plan:
    if state is None:
        return Plan()
    step = Step("delete_cache_subnet_group", {"CacheSubnetGroupName": spec.subnet_group_name}, ("state",))
    return Plan("delete", (Change("state", "present", "absent"),), (step,))


def plan_creation(spec: SubnetGroupSpec, refusals: tuple[str, ...]) -> Plan:
    given = [name for name in COMPARED if getattr(spec, name) is not None]
    missing = tuple(f"{name}: required to create {spec.subnet_group_name}." for name in COMPARED if name not in given)
    arguments = FIELDS.payload(spec, ("subnet_group_name", *given))
    if spec.tags:
        arguments["Tags"] = to_api(spec.tags)
        given.append("tags")
    changes = tuple(Change(name, None, getattr(spec, name)) for name in given)
    return Plan(
        "create",
        (Change("state", "absent", "present"), *changes),
        (Step("create_cache_subnet_group", arguments, tuple(given)),),
        refusals=missing + refusals,
    )


def plan_modification(spec: SubnetGroupSpec, state: SubnetGroupState, refusals: tuple[str, ...]) -> Plan:
    changes = differences((FIELDS.by_name[name] for name in COMPARED), spec, state)
    names = tuple(change.field for change in changes)
    # One call replaces the subnets as a set: what is not named goes, what is new comes.
    modify = Step("modify_cache_subnet_group", FIELDS.payload(spec, ("subnet_group_name", *names)), names)
    delta = delta_of(spec, state.tags)
    steps = ((modify,) if names else ()) + tag_steps(state.arn, delta, {})
    changes += tag_change(delta, state.tags)
    return Plan(
        "modify" if steps else "none", changes, steps, tag_warnings(spec.tags, state.tags), refusals if names else ()
    )


def network_refusals(
    spec: SubnetGroupSpec, state: SubnetGroupState | None, networks: Networks | None
) -> tuple[str, ...]:
    """A subnet group lives in one VPC, for ever.
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SubnetGroups.html"""
    if networks is None or spec.subnet_ids is None:
        return ()
    unknown = tuple(
        f"subnet_ids: {each} does not exist in this region." for each in spec.subnet_ids if each not in networks
    )
    vpcs = sorted(set(networks.values()))
    if len(vpcs) > 1:
        listed = "; ".join(f"{each} in {vpc}" for each, vpc in sorted(networks.items()))
        return (*unknown, f"subnet_ids: a subnet group lives in one VPC, these are in {len(vpcs)} ({listed}).")
    if state and vpcs and vpcs[0] != state.vpc_id:
        moved = f"the group {state.subnet_group_name} is in {state.vpc_id} and cannot move; create one of another name."
        return (*unknown, f"subnet_ids: they are in {vpcs[0]}, {moved}")
    return unknown
