# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots: RDB files of a group's engines, and what is told of them. Importing this registers the operations."""

from tests.standin.behavior.snapshots import calls, copying

__all__ = ["calls", "copying"]
