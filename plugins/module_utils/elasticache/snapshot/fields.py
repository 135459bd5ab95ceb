# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a snapshot. Nothing about one can be changed but its tags."""

from __future__ import annotations

from ...reconcile.field import Field, Fields
from ...reconcile.plan import Disruption
from ..replication_group.fields import same_key

TEXT = {"type": "str"}

FIELDS = Fields(
    (
        Field("snapshot_name", {**TEXT, "required": True, "aliases": ["name"]}, parse=str.lower),
        Field("replication_group_id", TEXT, parse=str.lower),
        Field("cache_cluster_id", TEXT, parse=str.lower),
        Field("serverless_cache_name", TEXT, parse=str.lower),
        Field("source_snapshot_name", TEXT, parse=str.lower),
        Field("kms_key_id", TEXT, "KmsKeyId", Disruption.REPLACEMENT, same_key),
        Field("target_bucket", TEXT),
    )
)
SOURCES = ("replication_group_id", "cache_cluster_id", "serverless_cache_name", "source_snapshot_name")
"""Of what a snapshot is made: at most one is given, exactly one to create it."""
