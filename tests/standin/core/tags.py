# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags by ARN, with the limits that all resources share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.standin.core.errors import ApiError, invalid_value

LARGEST_COUNT = 50
LONGEST_KEY = 128
LONGEST_VALUE = 256


class TagStore:
    """Keys in the order they were first set, as the service lists them."""

    def __init__(self) -> None:
        self._tags: dict[str, dict[str, str]] = {}

    def get(self, arn: str) -> dict[str, str]:
        return dict(self._tags.get(arn, {}))

    def replace(self, arn: str, tags: Mapping[str, str]) -> None:
        """Set exactly these: a resource was created, or has copied another's tags."""
        _require_within_limits(tags)
        self._tags[arn] = dict(tags)

    def merge(self, arn: str, tags: Mapping[str, str]) -> None:
        """Add these, values of known keys being exchanged. Raises ApiError when a limit is passed."""
        merged = self.get(arn) | dict(tags)
        _require_within_limits(merged)
        self._tags[arn] = merged

    def remove(self, arn: str, keys: Iterable[str]) -> None:
        """All or none: one absent key is a TagNotFound."""
        found = self.get(arn)
        wanted = list(keys)
        absent = [key for key in wanted if key not in found]
        if absent:
            raise ApiError("TagNotFound", f"The requested tag was not found on this resource: {', '.join(absent)}")
        self._tags[arn] = {key: value for key, value in found.items() if key not in wanted}

    def forget(self, arn: str) -> None:
        """The resource is gone."""
        self._tags.pop(arn, None)


def parse_tags(tag_list: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """A request's `Tags` (Key and optional Value each), checked for what the service refuses."""
    tags: dict[str, str] = {}
    for tag in tag_list:
        key, value = tag.get("Key") or "", tag.get("Value") or ""
        _require_valid(key, value)
        if key in tags:
            raise invalid_value(f"Duplicate tag key: {key}")
        tags[key] = value
    _require_within_limits(tags)
    return tags


def show_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """In API shape."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _require_valid(key: str, value: str) -> None:
    if not 1 <= len(key) <= LONGEST_KEY:
        raise invalid_value(f"Tag keys must be between 1 and {LONGEST_KEY} characters in length.")
    if len(value) > LONGEST_VALUE:
        raise invalid_value(f"Tag values must be at most {LONGEST_VALUE} characters in length.")
    if key.lower().startswith("aws:"):
        raise invalid_value("aws: prefixed tag key names are not allowed for external use.")


def _require_within_limits(tags: Mapping[str, str]) -> None:
    if len(tags) > LARGEST_COUNT:
        raise ApiError(
            "TagQuotaPerResourceExceeded",
            "The request cannot be processed because it would cause the resource to have more than"
            f" {LARGEST_COUNT} tags.",
        )
