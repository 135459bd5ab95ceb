# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands behind the stand-in's endpoints: real Redis processes, or none."""
