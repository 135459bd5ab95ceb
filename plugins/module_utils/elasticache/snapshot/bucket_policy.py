# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a bucket lets ElastiCache in: its policy, and the older way, its access control list. Pure.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-exporting.html, "Grant ElastiCache access"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Statement = Mapping[str, Any]

BUCKET_ACTIONS = ("s3:GetBucketAcl", "s3:ListBucket", "s3:ListBucketMultipartUploads")
OBJECT_ACTIONS = ("s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject")

CANONICAL_IDS = {
    "aws": "540804c33a284a299d2547575ce1010f2312ef3da9b3a053c8bc45bf233e4353",
    "aws-us-gov": "40fa568277ad703bd160f66ae4f83fc9dfdfd06c2f1b5060ca22442ac3ef8be6",
}
"""ElastiCache's account as access control lists name it, by partition."""
LISTED = frozenset({"READ", "WRITE", "READ_ACP"})


@dataclass(frozen=True)
class Place:
    """Where the snapshot is: `partition` is `aws`, `aws-cn` or `aws-us-gov`."""

    region: str
    partition: str = "aws"

    @property
    def principal(self) -> str:
        return f"{self.region}.elasticache-snapshot.amazonaws.com"

    @property
    def spellings(self) -> frozenset[str]:
        """The principal, in China also as some services are spelled there: which one is right is not documented."""
        return frozenset({self.principal, f"{self.principal}.cn"} if self.partition == "aws-cn" else {self.principal})

    def arn(self, resource: str) -> str:
        return f"arn:{self.partition}:s3:::{resource}"


@dataclass(frozen=True)
class Verdict:
    """`missing` actions are granted by no statement; `denied` ones are taken away by the statement named first."""

    missing: tuple[str, ...] = ()
    denied: tuple[tuple[str, str], ...] = ()
    conditional: tuple[str, ...] = ()


def judge_policy(policy: Mapping[str, Any], place: Place, bucket: str, key: str) -> Verdict:
    """`key` is an object that the export will write."""
    wanted = [(action, place.arn(bucket)) for action in BUCKET_ACTIONS]
    wanted += [(action, place.arn(f"{bucket}/{key}")) for action in OBJECT_ACTIONS]
    statements = [each for each in listed(policy.get("Statement")) if is_about(each, place)]
    granting = {
        pair: [each for each in statements if each.get("Effect") == "Allow" and covers(each, pair)] for pair in wanted
    }
    # A condition on a Deny is mostly the demand for TLS, which ElastiCache meets.
    denying = [each for each in statements if each.get("Effect") == "Deny" and not each.get("Condition")]
    return Verdict(
        missing=tuple(sorted(action for (action, _arn), found in granting.items() if not found)),
        denied=tuple((name_of(each), pair[0]) for pair in wanted for each in denying if covers(each, pair)),
        conditional=tuple(
            sorted(action for (action, _arn), found in granting.items() if found and all(map(has_condition, found)))
        ),
    )


def listed(value: Any) -> list[Any]:
    """A policy spells one of something without the brackets."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def is_about(statement: Statement, place: Place) -> bool:
    """By name or as anybody. A NotPrincipal is left aside: it cannot be judged without knowing all others."""
    told = statement.get("Principal")
    if not isinstance(told, Mapping):
        return told == "*"
    return "*" in listed(told.get("AWS")) or not (place.spellings | {"*"}).isdisjoint(listed(told.get("Service")))


def covers(statement: Statement, wanted: tuple[str, str]) -> bool:
    action, arn = wanted
    return matches(listed(statement.get("Action")), action, re.IGNORECASE) and matches(
        listed(statement.get("Resource")), arn
    )


def matches(patterns: Iterable[str], text: str, flags: int = 0) -> bool:
    """With the two wildcards of policies, `*` and `?`."""
    return any(re.fullmatch(re.escape(each).replace(r"\*", ".*").replace(r"\?", "."), text, flags) for each in patterns)


def has_condition(statement: Statement) -> bool:
    return bool(statement.get("Condition"))


def name_of(statement: Statement) -> str:
    return str(statement.get("Sid") or "without Sid")


def statement_for(place: Place, bucket: str) -> dict[str, Any]:
    """The statement that grants it all, ready to be pasted into the bucket's policy."""
    return {
        "Sid": "ElastiCacheSnapshotExport",
        "Effect": "Allow",
        "Principal": {"Service": place.principal},
        "Action": sorted(BUCKET_ACTIONS + OBJECT_ACTIONS),
        "Resource": [place.arn(bucket), place.arn(f"{bucket}/*")],
    }


def is_listed(grants: Iterable[Mapping[str, Any]], place: Place) -> bool:
    """Whether the access control list grants it, the way of before bucket policies."""
    own = CANONICAL_IDS.get(place.partition)
    found = {each.get("Permission") for each in grants if own and each.get("Grantee", {}).get("ID") == own}
    return "FULL_CONTROL" in found or found >= LISTED
