# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which snapshots of a cache are to stay, and every rule that needs no request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...aws.run import TERMS_SPEC
from ...reconcile.problems import Refused
from ..snapshot.observe import SnapshotQuery
from .fields import FIELDS, SOURCES


@dataclass(frozen=True)
class RetentionSpec:
    """`keep_days` is None where age does not matter. Names are in lower case, as the service keeps them."""

    replication_group_id: str | None = None
    cache_cluster_id: str | None = None
    serverless_cache_name: str | None = None
    keep_last: int = 1
    keep_days: int | None = None
    name_prefixes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def query(self) -> SnapshotQuery:
        """All snapshots of the cache, automatic ones too."""
        return SnapshotQuery(**{name: getattr(self, name) for name in SOURCES})

    @property
    def source(self) -> str:
        return next((getattr(self, name) for name in SOURCES if getattr(self, name)), "")

    def covers(self, name: str) -> bool:
        """Whether a snapshot of that name may be deleted at all."""
        return name in self.names or name.startswith(self.name_prefixes)


def argument_spec() -> dict[str, dict[str, Any]]:
    return {**FIELDS.argument_spec(), **TERMS_SPEC}


def build_spec(params: Mapping[str, Any]) -> RetentionSpec:
    """Raises Refused with every problem of the parameters."""
    given = {name: value for name, value in FIELDS.read(params).items() if value is not None}
    spec = RetentionSpec(**given)
    problems = [problem for rule in RULES for problem in rule(spec)]
    if problems:
        raise Refused(problems)
    return spec


def source_problems(spec: RetentionSpec) -> list[str]:
    given = [name for name in SOURCES if getattr(spec, name) is not None]
    if len(given) != 1:
        return [f"{', '.join(SOURCES)}: name the one cache whose snapshots are meant; {len(given)} are given."]
    return [] if spec.source.strip() else [f"{given[0]}: it is empty."]


def name_problems(spec: RetentionSpec) -> list[str]:
    if not spec.names and not spec.name_prefixes:
        return ["name_prefixes, names: at least one of them is needed; only what they name is ever deleted."]
    lists = (("name_prefixes", spec.name_prefixes), ("names", spec.names))
    return [
        f"{option}: one of them is empty; snapshots are deleted by name only."
        for option, values in lists
        if not all(value.strip() for value in values)
    ]


def number_problems(spec: RetentionSpec) -> list[str]:
    bounds = (("keep_last", spec.keep_last), ("keep_days", spec.keep_days))
    return [f"{option}: {value} is less than 1." for option, value in bounds if value is not None and value < 1]


RULES = (source_problems, name_problems, number_problems)
