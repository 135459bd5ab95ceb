# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tag steps that every taggable ElastiCache resource shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..aws.tags import TagDelta, own_tags, tag_delta, to_api
from ..reconcile.plan import Change, Step

TAGS_SPEC: dict[str, dict[str, Any]] = {
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}

UNREADABLE = "tags cannot be read now, hence they are left as they are; a later run sees to them."


def tag_warnings(wanted: Mapping[str, str] | None, found: Mapping[str, str] | None) -> tuple[str, ...]:
    return (UNREADABLE,) if wanted is not None and found is None else ()


def delta_of(spec: Any, found: Mapping[str, str] | None) -> TagDelta | None:
    """`found` is None where tags cannot be read: nothing is then compared. `spec` has `tags` and `purge_tags`."""
    return None if found is None else tag_delta(spec.tags, found, spec.purge_tags)


def tag_change(delta: TagDelta | None, found: Mapping[str, str] | None) -> tuple[Change, ...]:
    return (Change("tags", own_tags(found or {}), dict(delta.wanted)),) if delta else ()


def tag_steps(arn: str, delta: TagDelta | None, settles: Mapping[str, Any]) -> tuple[Step, ...]:
    """Removal first, then what is new: one call at a time, since either turns a replication group to `modifying`."""
    if delta is None:
        return ()
    removal = Step(
        "remove_tags_from_resource", {"ResourceName": arn, "TagKeys": list(delta.removed)}, ("tags",), settles
    )
    addition = Step("add_tags_to_resource", {"ResourceName": arn, "Tags": to_api(delta.added)}, ("tags",), settles)
    return tuple(step for step, needed in ((removal, delta.removed), (addition, delta.added)) if needed)
