# SPDX-License-Identifier: GPL-3.0-or-later
"""The temporary group: its name, its marks, its node type, and how it is reached."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.node_memory import usable_memory
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.normalize import (
    Endpoint,
    Endpoints,
)
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.temporary import (
    TAG,
    Saved,
    choose_node_type,
    description_of,
    endpoint_of,
    is_own,
    restored_target,
    source_target,
    temporary_name,
    temporary_params,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.operations.recovery.samples import (
    GROUP,
    MEGABYTE,
    PASSWORD,
    group,
    request,
    snapshot,
)

TOKEN = "5a0c1f6e8b7d4923a1b2c3d4e5f60718"
IDENTIFIERS = st.from_regex(r"[a-z](-?[a-z0-9]){0,39}", fullmatch=True).filter(lambda name: len(name) <= 40)


class TestName:
    def test_a_short_one_is_kept_whole(self) -> None:
        assert temporary_name("orders") == "orders-recovery-test"
        assert temporary_name("a" * 26) == "a" * 26 + "-recovery-test"

    @given(IDENTIFIERS)
    def test_it_is_one_that_the_service_takes(self, identifier: str) -> None:
        name = temporary_name(identifier)
        assert re.fullmatch(r"[a-z](-?[a-z0-9])*", name)
        assert len(name) <= 40

    @given(IDENTIFIERS, IDENTIFIERS)
    def test_no_two_groups_share_it(self, one: str, other: str) -> None:
        assert (temporary_name(one) == temporary_name(other)) == (one == other)

    def test_long_ones_that_differ_at_the_end_stay_apart(self) -> None:
        assert temporary_name("a" * 39 + "b") != temporary_name("a" * 39 + "c")


class TestOwnership:
    def test_it_is_by_the_tag(self) -> None:
        assert is_own(group(tags={TAG: GROUP}), GROUP) is True
        assert is_own(group(tags={TAG: "orders"}), GROUP) is False
        assert is_own(group(tags={}), GROUP) is False

    def test_it_is_not_known_without_tags(self) -> None:
        assert is_own(group(tags=None, status="creating", description=description_of(GROUP)), GROUP) is None

    def test_one_that_failed_is_known_by_its_description(self) -> None:
        assert is_own(group(tags=None, status="create-failed", description=description_of(GROUP)), GROUP) is True
        assert is_own(group(tags=None, status="create-failed"), GROUP) is False


def choose(size: int | None, node_type: str = "cache.m6g.xlarge", reserved: int = 25, **params: Any) -> str:
    saved = Saved(snapshot(node_type=node_type, largest_node_bytes=size), reserved)
    return choose_node_type(request(**params), saved)


class TestNodeType:
    def test_the_smallest_of_the_family_that_holds_the_data(self) -> None:
        assert choose(100 * MEGABYTE) == "cache.m6g.large"
        assert choose((usable_memory("cache.m6g.large") or 0) + 1) == "cache.m6g.xlarge"

    def test_reserved_memory_holds_no_data(self) -> None:
        just = usable_memory("cache.m6g.large") or 0
        assert (choose(just), choose(just, reserved=50)) == ("cache.m6g.large", "cache.m6g.xlarge")

    def test_the_one_asked_for(self) -> None:
        assert choose(100 * MEGABYTE, node_type="cache.m6g.xlarge") == "cache.m6g.large"
        assert choose_node_type(request(node_type="cache.r7g.large"), Saved(snapshot())) == "cache.r7g.large"

    def test_that_of_the_snapshot_where_its_size_is_not_told(self) -> None:
        assert choose(None) == "cache.m6g.xlarge"

    def test_that_of_the_snapshot_where_no_documented_one_of_the_family_fits(self) -> None:
        assert choose(300 * 1024 * MEGABYTE, "cache.r7g.16xlarge") == "cache.r7g.16xlarge"
        assert choose(60 * 1024 * MEGABYTE, "cache.m6g.8xlarge") == "cache.m6g.8xlarge"

    def test_another_family_where_its_own_can_no_longer_be_had(self) -> None:
        assert choose(100 * MEGABYTE, "cache.t2.small") in ("cache.t3.micro", "cache.t4g.micro")


def params_for(source: Any, **changes: Any) -> dict[str, Any]:
    return temporary_params(request(), Saved(snapshot(**changes)), source, TOKEN)


class TestParams:
    def test_it_is_reached_as_the_source_is(self) -> None:
        source = group(
            subnet_group_name="private",
            security_group_ids=("sg-1", "sg-2"),
            transit_encryption_enabled=True,
            at_rest_encryption_enabled=True,
            kms_key_id="arn:aws:kms:us-east-1:123456789012:key/1",
        )
        params = params_for(source)
        assert (params["subnet_group_name"], params["security_group_ids"]) == ("private", ["sg-1", "sg-2"])
        assert params["kms_key_id"] == source.kms_key_id
        assert (params["transit_encryption_enabled"], params["auth_token"]) == (True, TOKEN)
        assert params["tags"] == {TAG: GROUP}

    def test_it_is_small_and_kept_by_nobody(self) -> None:
        params = params_for(group())
        assert (params["replicas_per_node_group"], params["snapshot_retention_limit"]) == (0, 0)
        assert (params["automatic_failover_enabled"], params["multi_az_enabled"]) == (False, False)

    def test_cluster_mode_takes_automatic_failover(self) -> None:
        assert params_for(group(), cluster_mode=True)["automatic_failover_enabled"] is True

    def test_without_tls_there_is_no_token(self) -> None:
        params = params_for(group(transit_encryption_enabled=False))
        assert params["transit_encryption_enabled"] is False
        assert "auth_token" not in params

    def test_without_a_source_it_is_protected_and_placed_as_the_snapshot_tells(self) -> None:
        params = params_for(None, kms_key_id="arn:aws:kms:us-east-1:123456789012:key/2")
        assert (params["transit_encryption_enabled"], params["at_rest_encryption_enabled"]) == (True, True)
        assert (params["auth_token"], params["subnet_group_name"]) == (TOKEN, "phb-redis-subnet")
        assert params["kms_key_id"].endswith("/2")
        assert "security_group_ids" not in params

    @pytest.mark.parametrize("node_type", ["cache.r6gd.xlarge", ""])
    def test_what_is_not_known_is_left_to_the_service(self, node_type: str) -> None:
        params = params_for(None, node_type=node_type or None, largest_node_bytes=MEGABYTE)
        assert params.get("node_type", "") == node_type


class TestTargets:
    def test_the_source_with_its_login(self) -> None:
        wanted = request(username="auditor", password=PASSWORD, ca_path="/etc/ca.pem")
        target = source_target(wanted, group(transit_encryption_enabled=True), Endpoint("cache.example.com", 6380))
        assert (target.label, target.tls, target.ca_path) == ("cache.example.com:6380", True, "/etc/ca.pem")
        assert (target.username, target.password) == ("auditor", PASSWORD)

    def test_the_restored_group_with_its_own_token(self) -> None:
        wanted = request(username="auditor", password=PASSWORD)
        encrypted, plain = group(transit_encryption_enabled=True), group(transit_encryption_enabled=False)
        endpoint = Endpoint("127.0.0.1", 6379)
        assert restored_target(wanted, encrypted, endpoint, TOKEN).password == TOKEN
        assert restored_target(wanted, encrypted, endpoint, TOKEN).username is None
        assert restored_target(wanted, plain, endpoint, "").password is None

    def test_the_endpoint_of_either_mode(self) -> None:
        primary, configuration = Endpoint("primary", 6379), Endpoint("configuration", 6379)
        assert endpoint_of(group(endpoints=Endpoints(primary=primary))) == primary
        assert endpoint_of(group(endpoints=Endpoints(configuration=configuration))) == configuration
        assert endpoint_of(group(endpoints=Endpoints())) is None
