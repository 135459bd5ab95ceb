# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KMS keys as people name them."""

from __future__ import annotations

import re

from ..aws.errors import call
from ..aws.session import Session

ALIAS = re.compile(r"(^|:)alias/")


def resolve_key(session: Session, key: str | None) -> str | None:
    """The ARN of the key that an alias stands for, since the service tells keys by ARN; anything else as it is.

    Raises ServiceError (needs `kms:DescribeKey`).
    """
    if key is None or not ALIAS.search(key):
        return key
    answer = call(session.client("kms"), "describe_key", {"KeyId": key})
    return str(answer["KeyMetadata"]["Arn"])
