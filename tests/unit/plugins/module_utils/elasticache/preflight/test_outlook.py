# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.facts import Facts
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.outlook import Outlook, foresee
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.request import build_request

from tests.unit.plugins.module_utils.elasticache.replication_group.samples import make_state

from .samples import NAME, TODAY, existing, facts


def outlook(known: Facts, /, **params: Any) -> Outlook:
    return foresee(build_request({"replication_group_id": NAME, **params}, TODAY), known).group


def test_what_the_service_takes_for_a_new_group() -> None:
    assert outlook(facts(default_versions=("7.1",))) == Outlook(engine_version="7.1")
    assert outlook(facts(default_versions=None)) == Outlook()


def test_what_is_asked_for_comes_first() -> None:
    found = outlook(existing(make_state()), node_type="cache.r7g.large", port=6380)
    assert (found.node_type, found.port) == ("cache.r7g.large", 6380)


def test_what_exists_stays() -> None:
    found = outlook(existing(make_state()))
    assert found == Outlook(
        engine_version="7.0.7",
        node_type="cache.t3.small",
        replicas_per_node_group=1,
        automatic_failover_enabled=True,
        multi_az_enabled=True,
        subnet_group_name="phb-redis-subnet",
        security_group_ids=("sg-1",),
        parameter_group_name="default.redis7",
        preferred_maintenance_window="sun:05:00-sun:06:00",
        snapshot_retention_limit=1,
        snapshot_window="03:00-05:00",
    )
    assert found.nodes == 2


def test_what_is_pending_has_been_decided() -> None:
    assert outlook(existing(make_state(pending={"node_type": "cache.r7g.large"}))).node_type == "cache.r7g.large"


def test_uneven_shards_count_as_the_smallest() -> None:
    assert outlook(existing(make_state((2, 1), clustered=True))).replicas_per_node_group == 1
    assert outlook(existing(make_state(replicas_per_node_group=[], engine_version=""))).engine_version is None


def test_a_wish_for_the_newest_of_a_major_version() -> None:
    assert outlook(facts(), engine_version="6.x").engine_version == "6.2"
    assert outlook(facts(engine_versions=None), engine_version="6.x").engine_version == "6.x"
