# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a snapshot should be, and every rule that needs no request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...aws.run import TERMS_SPEC
from ...aws.tags import parse_tags, problems_of
from ...reconcile.problems import Refused
from ..names import name_problems
from ..tagging import TAGS_SPEC
from .fields import FIELDS, SOURCES

LONGEST_NAME = 255
AUTOMATIC = "automatic."
"""How the names of automatic snapshots begin: their dot is in no name that people may give."""
BUCKET = re.compile(r"(?=.{3,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
"""https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-exporting.html: DNS-compliant names alone."""


@dataclass(frozen=True)
class SnapshotSpec:
    """None: not given. Names are in lower case, as the service keeps them."""

    snapshot_name: str
    state: str = "present"
    replication_group_id: str | None = None
    cache_cluster_id: str | None = None
    serverless_cache_name: str | None = None
    source_snapshot_name: str | None = None
    serverless: bool = False
    kms_key_id: str | None = None
    target_bucket: str | None = None
    tags: Mapping[str, str] | None = None
    purge_tags: bool = True

    @property
    def source(self) -> tuple[str, str] | None:
        """The one of SOURCES that is given, and its value."""
        given = [(name, getattr(self, name)) for name in SOURCES if getattr(self, name) is not None]
        return given[0] if given else None

    @property
    def bucket(self) -> str | None:
        """Where to export to; nothing is exported of a snapshot that is to go."""
        return self.target_bucket if self.state == "present" else None


def argument_spec() -> dict[str, dict[str, Any]]:
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        **FIELDS.argument_spec(),
        "serverless": {"type": "bool", "default": False},
        **TAGS_SPEC,
        **TERMS_SPEC,
    }


def build_spec(params: Mapping[str, Any]) -> SnapshotSpec:
    """Raises Refused with every problem of the parameters."""
    spec = SnapshotSpec(
        **FIELDS.read(params),
        state=params.get("state", "present"),
        serverless=bool(params.get("serverless") or params.get("serverless_cache_name")),
        tags=parse_tags(params.get("tags")),
        purge_tags=params.get("purge_tags", True),
    )
    problems = [problem for rule in RULES for problem in rule(spec)]
    if problems:
        raise Refused(problems)
    return spec


def identifier_problems(spec: SnapshotSpec) -> list[str]:
    names = ("snapshot_name", "source_snapshot_name")
    return [
        problem for name in names for problem in name_problems(name, without_prefix(getattr(spec, name)), LONGEST_NAME)
    ] + [
        f"{name}: it is empty; leave the option out."
        for name in ("replication_group_id", "cache_cluster_id", "serverless_cache_name", "kms_key_id")
        if getattr(spec, name) is not None and not getattr(spec, name).strip()
    ]


def without_prefix(name: str | None) -> str | None:
    return name[len(AUTOMATIC) :] if name and name.startswith(AUTOMATIC) else name


def source_problems(spec: SnapshotSpec) -> list[str]:
    given = [name for name in SOURCES if getattr(spec, name) is not None]
    problems = []
    if len(given) > 1:
        problems.append(f"{', '.join(given)}: a snapshot is made of one thing; give one of them.")
    of_nodes = [name for name in given if name in ("replication_group_id", "cache_cluster_id")]
    if spec.serverless and of_nodes and len(given) == 1:
        problems.append(f"serverless: a snapshot of {of_nodes[0]} is one of nodes; leave out one of the two.")
    if spec.source_snapshot_name == spec.snapshot_name:
        problems.append("source_snapshot_name: a copy needs a name of its own.")
    if spec.state == "present" and given and spec.snapshot_name.startswith(AUTOMATIC):
        problems.append(f"snapshot_name: names that begin with {AUTOMATIC!r} are given by ElastiCache alone.")
    return problems


def bucket_problems(spec: SnapshotSpec) -> list[str]:
    if spec.target_bucket is None:
        return []
    if spec.state == "absent":
        return ["target_bucket: it belongs to state=present; what has been exported stays in its bucket."]
    if not BUCKET.fullmatch(spec.target_bucket):
        return [
            f"target_bucket: {spec.target_bucket!r} is no bucket's name that ElastiCache can use: 3 to 63 lower case "
            "letters, digits, hyphens and single dots, without a path."
        ]
    return []


def tag_problems(spec: SnapshotSpec) -> list[str]:
    return problems_of(spec.tags)


RULES = (identifier_problems, source_problems, bucket_problems, tag_problems)
