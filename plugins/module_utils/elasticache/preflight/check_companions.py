# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the group is tied to in other services: KMS key, notification topic, log destinations."""

from __future__ import annotations

from collections.abc import Iterable

from .documented import VENDED_LOGS
from .facts import Facts
from .outlook import Wanted

SYMMETRIC = "SYMMETRIC_DEFAULT"
"""The one kind of key that encrypts and decrypts without a pair; keys for signing and for HMAC have other specs.
https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html"""


def key_exists(wanted: Wanted, facts: Facts) -> Iterable[str]:
    if facts.keys == ():
        yield f"kms_key_id: {wanted.spec.kms_key_id} is no key of this region; name a key id, a key ARN or alias/NAME."


def key_usable(wanted: Wanted, facts: Facts) -> Iterable[str]:
    for key in facts.keys or ():
        if key.state != "Enabled":
            yield f"kms_key_id: {wanted.spec.kms_key_id} is {key.state}; enable it or name another key."
        if key.spec != SYMMETRIC:
            yield f"kms_key_id: {wanted.spec.kms_key_id} is no symmetric encryption key; ElastiCache takes no other."


def log_destination_exists(_wanted: Wanted, facts: Facts) -> Iterable[str]:
    for each in (*(facts.log_groups or ()), *(facts.delivery_streams or ())):
        if not each.exists:
            yield f"log_delivery_configurations: the {each.kind} {each.name} does not exist; create it first."


def log_group_prefix(_wanted: Wanted, facts: Facts) -> Iterable[str]:
    for each in facts.log_groups or ():
        if not each.name.startswith(VENDED_LOGS):
            yield (
                f"log_delivery_configurations: the log group {each.name} is outside of {VENDED_LOGS}, so its delivery "
                "takes room in a resource policy of 5,120 characters; prefer a name under that prefix."
            )


def topic_exists(wanted: Wanted, facts: Facts) -> Iterable[str]:
    if facts.topics == ():
        yield f"notification_topic_arn: {wanted.spec.notification_topic_arn} does not exist; create the topic first."


PROBLEMS = (key_exists, key_usable, log_destination_exists, topic_exists)
WARNINGS = (log_group_prefix,)
