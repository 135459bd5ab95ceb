# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of what a replication group is tied to in other services: KMS, SNS, CloudWatch Logs, Firehose."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from ...aws.errors import ServiceError, call, read_pages
from ...aws.session import Session
from ...reconcile.field import unique
from .facts import Facts, Key, LogDestination
from .request import Request

Found = TypeVar("Found")

NO_SUCH_KEY = frozenset({"InvalidArnException", "NotFoundException", "ValidationException"})
NO_SUCH_TOPIC = frozenset({"InvalidParameter", "NotFound", "NotFoundException"})
NO_SUCH_STREAM = frozenset({"ResourceNotFoundException", "ValidationException"})
"""Codes for what is not there, or cannot be anywhere since its name is malformed."""


def absent_as_empty(read: Callable[[], Found], absent: Collection[str]) -> tuple[Found, ...]:
    try:
        return (read(),)
    except ServiceError as error:
        if error.code in absent:
            return ()
        raise


def read_keys(session: Session, request: Request, _facts: Facts) -> tuple[Key, ...] | None:
    name = request.spec.kms_key_id
    if name is None:
        return None
    return absent_as_empty(
        lambda: parse_key(call(session.client("kms"), "describe_key", {"KeyId": name})["KeyMetadata"]), NO_SUCH_KEY
    )


def parse_key(answer: Mapping[str, Any]) -> Key:
    return Key(answer["Arn"], answer["KeyState"], answer["KeySpec"])


def read_topics(session: Session, request: Request, _facts: Facts) -> tuple[str, ...] | None:
    topic = request.spec.notification_topic_arn
    if not topic:
        return None

    def read() -> str:
        call(session.client("sns"), "get_topic_attributes", {"TopicArn": topic})
        return topic

    return absent_as_empty(read, NO_SUCH_TOPIC)


def destinations(request: Request, kind: str) -> tuple[str, ...]:
    configurations = request.spec.log_delivery_configurations or ()
    return unique(each["destination"] for each in configurations if each["destination_type"] == kind)


def read_log_groups(session: Session, request: Request, _facts: Facts) -> tuple[LogDestination, ...]:
    def exists(name: str) -> bool:
        found = read_pages(session.client("logs"), "describe_log_groups", {"logGroupNamePrefix": name})
        return any(each["logGroupName"] == name for each in found)

    return tuple(LogDestination("log group", name, exists(name)) for name in destinations(request, "cloudwatch-logs"))


def read_delivery_streams(session: Session, request: Request, _facts: Facts) -> tuple[LogDestination, ...]:
    def exists(name: str) -> bool:
        client = session.client("firehose")
        found = absent_as_empty(
            lambda: call(client, "describe_delivery_stream", {"DeliveryStreamName": name}), NO_SUCH_STREAM
        )
        return bool(found)

    return tuple(
        LogDestination("delivery stream", name, exists(name)) for name in destinations(request, "kinesis-firehose")
    )
