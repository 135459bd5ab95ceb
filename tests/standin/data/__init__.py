# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service knows without being told: parameter families, node types, engine versions."""
