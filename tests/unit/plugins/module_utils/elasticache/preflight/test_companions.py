# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.facts import Key, LogDestination

from .samples import facts, findings, problems, warnings

ARN = "arn:aws:kms:us-east-1:123456789012:key/1"
KEY = Key(ARN, "Enabled", "SYMMETRIC_DEFAULT")
SEALED = {"kms_key_id": "alias/caches", "at_rest_encryption_enabled": True}
TOPIC = "arn:aws:sns:us-east-1:123456789012:cache-events"
LOG = {"log_type": "slow-log", "destination_type": "cloudwatch-logs", "destination": "x", "log_format": "json"}


def test_a_usable_key_is_fine() -> None:
    assert problems(facts(keys=(KEY,)), **SEALED) == []


def test_a_key_must_exist() -> None:
    (found,) = problems(facts(keys=()), **SEALED)
    assert found.startswith("kms_key_id: alias/caches is no key of this region")


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
def test_a_key_must_be_enabled(state: str) -> None:
    (found,) = problems(facts(keys=(replace(KEY, state=state),)), **SEALED)
    assert found == f"kms_key_id: alias/caches is {state}; enable it or name another key."


@pytest.mark.parametrize("key", [replace(KEY, spec="RSA_2048"), replace(KEY, spec="HMAC_256")])
def test_a_key_must_be_for_symmetric_encryption(key: Key) -> None:
    (found,) = problems(facts(keys=(key,)), **SEALED)
    assert "is no symmetric encryption key" in found


def test_the_topic_must_exist() -> None:
    assert problems(facts(topics=(TOPIC,)), notification_topic_arn=TOPIC) == []
    assert problems(facts(topics=()), notification_topic_arn=TOPIC) == [
        f"notification_topic_arn: {TOPIC} does not exist; create the topic first."
    ]


def test_log_destinations_must_exist() -> None:
    here = LogDestination("log group", "/aws/vendedlogs/caches", exists=True)
    gone = LogDestination("delivery stream", "caches", exists=False)
    known = facts(log_groups=(here,), delivery_streams=(gone,))
    result = findings(known, log_delivery_configurations=[LOG])
    assert result.problems == (
        "log_delivery_configurations: the delivery stream caches does not exist; create it first.",
    )
    assert result.warnings == ()


def test_a_log_group_outside_of_the_prefix_is_warned_about() -> None:
    known = facts(log_groups=(LogDestination("log group", "/caches/slow", exists=True),))
    (told,) = warnings(known, log_delivery_configurations=[LOG])
    assert told.startswith("log_delivery_configurations: the log group /caches/slow is outside of /aws/vendedlogs/")


def test_what_could_not_be_read_is_not_judged() -> None:
    known = facts(keys=None, topics=None, log_groups=None, delivery_streams=None)
    assert problems(known, **SEALED, notification_topic_arn=TOPIC, log_delivery_configurations=[LOG]) == []
