# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS documents and no request tells, each table with its source and the date of its reading.

Where a check rests on a table of this file alone, it warns and leaves the judgment to the service, which may have moved
on since; only what AWS has taken out of sale is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class SupportTerm:
    """The last days of standard support, and of the paid support that follows it, of a major version."""

    engine: str
    major: int
    standard_ends: date
    extended_ends: date


SUPPORT_TERMS = (
    SupportTerm("redis", 4, date(2026, 1, 31), date(2029, 1, 31)),
    SupportTerm("redis", 5, date(2026, 1, 31), date(2029, 1, 31)),
    SupportTerm("redis", 6, date(2027, 1, 31), date(2030, 1, 31)),
)
"""https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/extended-support.html, read 2026-04-13. No date is published
for redis 7 and for valkey."""

SURCHARGE, LATE_SURCHARGE = 80, 160
"""Percent that paid support adds to the price of a node: in its first two years, and in its third.
https://aws.amazon.com/elasticache/pricing/, Price List of 2026-10-01."""
YEARS_OF_SURCHARGE = 2

USUAL_CLIENTS = 65000
FEW_CLIENTS = {
    "cache.t2.micro": 20000,
    "cache.t2.small": 20000,
    "cache.t2.medium": 20000,
    "cache.t3.micro": 20000,
    "cache.t3.small": 46000,
    "cache.t3.medium": 46000,
    "cache.t4g.micro": 20000,
}
"""`maxclients`, which nobody can change, where it is lower than usual.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html, read mid 2026."""

NODES_PER_REGION, NODES_PER_GROUP = 300, 90
"""Quotas of an account that has asked for none.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/quota-limits.html, read 2026."""

LOG_DELIVERY_FROM = {"slow-log": (6, 0), "engine-log": (6, 2)}
"""Redis versions; Valkey has had both from its first.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Log_Delivery.html"""

COMPATIBLE_MODE_FROM = (7, 0)
"""Redis version from which cluster mode can be changed; Valkey always.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/modify-cluster-mode.html"""

VENDED_LOGS = "/aws/vendedlogs/"
"""Prefix of log groups that one short resource policy covers; others add to a policy that ends at 5,120 characters.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html"""
