# SPDX-License-Identifier: GPL-3.0-or-later
"""Serverless caches and their snapshots. `data/rules_serverless.md` says where each rule comes from."""
