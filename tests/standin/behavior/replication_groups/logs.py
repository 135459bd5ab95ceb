# SPDX-License-Identifier: GPL-3.0-or-later
"""Delivery of slow and engine logs to CloudWatch Logs and Firehose (user guide, "Log delivery")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.standin.behavior.replication_groups.state import LogDelivery, ReplicationGroup
from tests.standin.core.errors import invalid_combination, invalid_value
from tests.standin.core.request import Request
from tests.standin.core.world import World
from tests.standin.data.engine_versions import EngineVersion

FIRST_WITH = {"slow-log": (6, 0), "engine-log": (6, 2)}
FORMATS = ("json", "text")
_DETAILS = {
    "cloudwatch-logs": ("CloudWatchLogsDetails", "LogGroup"),
    "kinesis-firehose": ("KinesisFirehoseDetails", "DeliveryStream"),
}


def parse_logs(entries: Sequence[Request], version: EngineVersion) -> dict[str, LogDelivery | None]:
    """By log type; None asks for an end of it. At most one entry per type."""
    parsed: dict[str, LogDelivery | None] = {}
    for entry in entries:
        log_type = entry.get("LogType")
        if log_type not in FIRST_WITH:
            raise invalid_value(f"Invalid log type {log_type}. Must be slow-log or engine-log.")
        if log_type in parsed:
            raise invalid_combination(f"Only one log delivery configuration is allowed for log type {log_type}.")
        parsed[log_type] = _parse_log(entry, log_type, version)
    return parsed


def settle_logs(world: World, group: ReplicationGroup) -> None:
    """What was pending is in force; a destination that is not there shows as an error of the delivery."""
    for log_type, wanted in group.pending_logs.items():
        group.logs[log_type] = _settled(world, wanted)
    group.pending_logs = {}
    group.logs = {log_type: log for log_type, log in group.logs.items() if log.status != "disabling"}


def request_logs(group: ReplicationGroup, wanted: dict[str, LogDelivery | None]) -> None:
    """Show what was asked for as being on its way."""
    for log_type, log in wanted.items():
        current = group.logs.get(log_type)
        if log is not None:
            group.pending_logs[log_type] = log
        if current is not None:
            current.status = "disabling" if log is None else "modifying"
        elif log is not None:
            group.logs[log_type] = replace(log, status="enabling")


def changed_logs(group: ReplicationGroup, wanted: dict[str, LogDelivery | None]) -> dict[str, LogDelivery | None]:
    """Without what is already so."""
    return {log_type: log for log_type, log in wanted.items() if not _is_same(group.logs.get(log_type), log)}


def _parse_log(entry: Request, log_type: str, version: EngineVersion) -> LogDelivery | None:
    enabled = entry.get("Enabled", True)
    destination_type, details = entry.get("DestinationType"), entry.get("DestinationDetails")
    log_format = entry.get("LogFormat")
    destination = _destination(destination_type, details)
    if not enabled:
        return None
    if version.number < FIRST_WITH[log_type]:
        raise invalid_combination(f"Log type {log_type} is not supported for engine version {version.full}.")
    if destination_type not in _DETAILS or destination is None:
        raise invalid_combination(f"A destination type and its details must be provided for log type {log_type}.")
    if log_format not in FORMATS:
        raise invalid_value(f"Invalid log format {log_format}. Must be json or text.")
    return LogDelivery(log_type, destination_type, destination, log_format)


def _destination(destination_type: str | None, details: Request | None) -> str | None:
    """The one that the type names; details of another type stay unread, and are thereby refused."""
    structure, member = _DETAILS.get(destination_type or "", ("", ""))
    inner = details.get(structure) if details is not None else None
    name: str | None = inner.get(member) if inner is not None else None
    return name


def _settled(world: World, wanted: LogDelivery) -> LogDelivery:
    neighbors = world.neighbors
    if wanted.destination_type == "cloudwatch-logs":
        exists = neighbors.has_log_group(wanted.destination)
    else:
        exists = neighbors.has_delivery_stream(wanted.destination)
    if exists:
        return replace(wanted, status="active", message=None)
    return replace(wanted, status="error", message=f"Destination {wanted.destination} does not exist.")


def _is_same(current: LogDelivery | None, wanted: LogDelivery | None) -> bool:
    if current is None or wanted is None:
        return current is wanted
    return (current.destination_type, current.destination, current.log_format) == (
        wanted.destination_type,
        wanted.destination,
        wanted.log_format,
    )
