# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.normalize import normalize

from .samples import api_cluster, api_group


def state_of(group: dict[str, Any], **member: Any) -> Any:
    return normalize(group, [api_cluster(name, **member) for name in group["MemberClusters"]], {"Project": "PHB"})


def test_the_state_speaks_the_words_of_the_options() -> None:
    state = state_of(api_group())
    assert (state.engine, state.engine_version, state.node_type) == ("redis", "7.0.7", "cache.t3.small")
    assert (state.num_node_groups, state.replicas_per_node_group, state.port) == (1, 1, 6379)
    assert (state.automatic_failover_enabled, state.multi_az_enabled) == (True, True)
    assert state.security_group_ids == ("sg-1",)
    assert state.endpoints.primary.address == "127.77.0.1"
    assert [member.role for member in state.members] == ["primary", "replica"]
    assert state.transitions == ()
    assert state.tags == {"Project": "PHB"}


def test_shards_that_differ_are_listed() -> None:
    state = state_of(api_group((1, 2), clustered=True))
    assert (state.num_node_groups, state.replicas_per_node_group) == (2, [1, 2])


def test_the_engine_is_compared_in_lower_case() -> None:
    assert state_of(api_group(Engine="Redis")).engine == "redis"


@pytest.mark.parametrize(
    ("encrypted", "mode", "expected"),
    [(False, None, None), (True, None, "required"), (True, "preferred", "preferred")],
)
def test_the_mode_of_groups_that_do_not_report_one(encrypted: bool, mode: str | None, expected: str | None) -> None:
    told: dict[str, Any] = {"TransitEncryptionMode": mode} if mode else {}
    state = state_of(api_group(TransitEncryptionEnabled=encrypted, **told))
    assert state.transit_encryption_mode == expected


def test_node_type_and_version_are_pending_on_the_members() -> None:
    state = state_of(api_group(), PendingModifiedValues={"CacheNodeType": "cache.t3.medium", "EngineVersion": "7.1"})
    assert state.pending == {"node_type": "cache.t3.medium", "engine_version": "7.1"}
    assert state.transitions == ()


def test_everything_else_is_pending_on_the_group() -> None:
    told = {"AutomaticFailoverStatus": "disabled", "TransitEncryptionMode": "preferred", "AuthTokenStatus": "ROTATING"}
    state = state_of(api_group(PendingModifiedValues=told))
    assert state.pending["automatic_failover_enabled"] is False
    assert state.pending["transit_encryption_mode"] == "preferred"
    assert state.transitions == ("the token is ROTATING",)


def test_an_available_group_is_not_settled_while_a_member_is_not() -> None:
    group = api_group()
    first, second = group["MemberClusters"]
    modifying = api_cluster(second, CacheClusterStatus="modifying")
    assert normalize(group, [api_cluster(first), modifying], {}).transitions == (f"{second} is modifying",)


def test_a_member_that_cannot_be_read_yet_is_a_transition() -> None:
    group = api_group()
    first, second = group["MemberClusters"]
    assert normalize(group, [api_cluster(first)], {}).transitions == (f"{second} cannot be read yet",)


def test_moving_slots_are_a_transition() -> None:
    resharding = {"Resharding": {"SlotMigration": {"ProgressPercentage": 40.0}}}
    assert state_of(api_group(PendingModifiedValues=resharding)).transitions == ("slots are moving (40 %)",)


@pytest.mark.parametrize(("status", "topic"), [("active", "arn:aws:sns:x"), ("inactive", "")])
def test_an_inactive_topic_is_none(status: str, topic: str) -> None:
    told = {"TopicArn": "arn:aws:sns:x", "TopicStatus": status}
    assert state_of(api_group(), NotificationConfiguration=told).notification_topic_arn == topic


def test_log_deliveries_and_their_errors() -> None:
    delivery = {
        "LogType": "slow-log",
        "DestinationType": "cloudwatch-logs",
        "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": "/aws/vendedlogs/x"}},
        "LogFormat": "json",
        "Status": "error",
        "Message": "no permission",
    }
    state = state_of(api_group(LogDeliveryConfigurations=[delivery]))
    assert state.log_delivery_configurations[0]["destination"] == "/aws/vendedlogs/x"
    assert state.log_delivery_errors == ("slow-log is not delivered: no permission",)
    changing = state_of(api_group(LogDeliveryConfigurations=[{**delivery, "Status": "enabling"}]))
    assert changing.transitions == ("delivery of the slow-log is changing",)
