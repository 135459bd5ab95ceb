# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the engine version is to be had, what it can do, and how long it is supported."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ...reconcile.compare import same_version, version_key
from .documented import (
    COMPATIBLE_MODE_FROM,
    LATE_SURCHARGE,
    LOG_DELIVERY_FROM,
    SUPPORT_TERMS,
    SURCHARGE,
    YEARS_OF_SURCHARGE,
    SupportTerm,
)
from .facts import Facts
from .outlook import Outlook, Wanted
from .versions import nearest, newest, resolve


def version_offered(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """A version that the group runs already is not asked for again: what is no longer offered runs on."""
    wish, engine, offered = wanted.spec.engine_version, wanted.group.engine, facts.engine_versions
    if not wish or not offered or resolve(engine, wish, offered) is not None:
        return
    state = facts.group
    if state and engine == state.engine and same_version(wish, state.engine_version):
        return
    close = nearest(engine, wish, offered)
    elsewhere = [each.engine for each in offered if each.version == wish and each.engine in ("redis", "valkey")]
    advice = f"; nearest is {close}" if close else ""
    advice += f", and {elsewhere[0]} has {wish}" if elsewhere else ""
    yield f"engine_version: {engine} {wish} is not offered in this region{advice}."


def log_delivery(wanted: Wanted, _facts: Facts) -> Iterable[str]:
    for each in wanted.spec.log_delivery_configurations or ():
        first = LOG_DELIVERY_FROM[each["log_type"]]
        if is_older(wanted.group, first):
            needed = ".".join(map(str, first))
            yield (
                f"log_delivery_configurations: redis {wanted.group.engine_version} delivers no {each['log_type']}; it "
                f"takes {needed} or newer."
            )


def compatible_mode(wanted: Wanted, facts: Facts) -> Iterable[str]:
    is_change = facts.group is not None and facts.group.cluster_mode != wanted.group.cluster_mode
    if is_change and is_older(wanted.group, COMPATIBLE_MODE_FROM):
        yield f"cluster_mode: redis {wanted.group.engine_version} cannot change it; it takes 7.0 or newer."


def is_older(group: Outlook, first: tuple[int, ...]) -> bool:
    """Whether the version is known to be one of Redis before `first`; Valkey came later than everything asked about."""
    version = version_key(group.engine_version or "")[:2]
    return group.engine == "redis" and version < first[: len(version)]


def support_ends(wanted: Wanted, facts: Facts) -> Iterable[str]:
    group, today = wanted.group, wanted.request.today
    major = version_key(group.engine_version or "")[:1]
    for term in SUPPORT_TERMS:
        days = (term.standard_ends - today).days
        if (term.engine, term.major) == (group.engine, *major) and days <= wanted.request.support_warning_days:
            version = f"{group.engine} {group.engine_version}"
            yield f"engine_version: {version} {support_story(term, today)}; {upgrade(facts)}."


def support_story(term: SupportTerm, today: date) -> str:
    days = (term.standard_ends - today).days
    if days >= 0:
        return (
            f"leaves standard support on {term.standard_ends} (in {days} days), and a node then costs about "
            f"{SURCHARGE} % more"
        )
    third_year = term.standard_ends.replace(year=term.standard_ends.year + YEARS_OF_SURCHARGE)
    surcharge = SURCHARGE if today <= third_year else LATE_SURCHARGE
    if today <= term.extended_ends:
        return (
            f"left standard support on {term.standard_ends}, a node costs about {surcharge} % more for it, and after "
            f"{term.extended_ends} the service upgrades it to Valkey by itself"
        )
    return f"left all support on {term.extended_ends}, and the service upgrades it to Valkey by itself"


def upgrade(facts: Facts) -> str:
    """Redis OSS moves to any newer version of its own and to any Valkey, in place.
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/VersionManagement.HowTo.html"""
    offered = facts.engine_versions or ()
    targets = [f"{engine} {version}" for engine in ("redis", "valkey") if (version := newest(engine, offered))]
    return f"upgrade to {' or '.join(targets)}" if targets else "upgrade to a newer major version"


PROBLEMS = (compatible_mode, log_delivery, version_offered)
WARNINGS = (support_ends,)
