# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication groups and what their members share. Importing this registers all of their operations."""

from tests.standin.behavior.replication_groups import (
    create,
    delete,
    describe,
    failover,
    modify,
    parameters,
    replicas,
    reshard,
    tagging,
)

__all__ = ["create", "delete", "describe", "failover", "modify", "parameters", "replicas", "reshard", "tagging"]
