# SPDX-License-Identifier: GPL-3.0-or-later
"""Identifiers and ARNs. The service stores names in lower case, so two spellings of one name are one resource."""

from __future__ import annotations

import re
from typing import Literal

from tests.standin.core.errors import ApiError, invalid_value

ArnKind = Literal[
    "replicationgroup",
    "cluster",
    "subnetgroup",
    "parametergroup",
    "securitygroup",
    "snapshot",
    "user",
    "usergroup",
    "serverlesscache",
    "serverlesscachesnapshot",
    "reserved-instance",
    "globalreplicationgroup",
]

_IDENTIFIER = re.compile(r"[a-zA-Z](?:-?[a-zA-Z0-9])*")
_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):elasticache:(?P<region>[a-z0-9-]*):(?P<account>\d{12}):(?P<kind>[a-z-]+):(?P<name>.+)"
)
_GLOBAL_KINDS = frozenset({"globalreplicationgroup"})


def normalize_id(member: str, value: str, longest: int) -> str:
    """The stored form of an identifier that a request creates.

    Letter first; ASCII letters, digits and hyphens; no hyphen doubled or at the end; 1 to `longest` characters.
    `member` is the request's member, for the text of the refusal.
    """
    if not value.strip():
        raise invalid_value(f"The parameter {member} must be provided and must not be blank.")
    if not _IDENTIFIER.fullmatch(value):
        raise invalid_value(
            f"The parameter {member} is not a valid identifier. Identifiers must begin with a letter; must contain"
            " only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive"
            " hyphens."
        )
    if len(value) > longest:
        raise invalid_value(f"The parameter {member} must not be longer than {longest} characters.")
    return value.lower()


def partition_of(region: str) -> str:
    """The ARN partition that a region lies in."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def build_arn(kind: ArnKind, name: str, account: str, region: str) -> str:
    """A global datastore's ARN carries no region."""
    place = "" if kind in _GLOBAL_KINDS else region
    return f"arn:{partition_of(region)}:elasticache:{place}:{account}:{kind}:{name}"


def split_arn(arn: str, account: str, region: str) -> tuple[str, str]:
    """Kind and lower-case name of an ARN of this account and region; anything else is an InvalidARN."""
    match = _ARN.fullmatch(arn)
    kind = match["kind"] if match else ""
    here = {"", region} if kind in _GLOBAL_KINDS else {region}
    if match is None or match["account"] != account or match["region"] not in here:
        raise ApiError("InvalidARN", f"The ARN {arn} is not valid for this account and region.")
    return kind, match["name"].lower()
