# SPDX-License-Identifier: GPL-3.0-or-later
"""No test may reach a real AWS account: whatever the developer's shell says about AWS is replaced."""

from __future__ import annotations

import os

for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_CA_BUNDLE"]:
    del os.environ[name]
os.environ.update(
    AWS_ACCESS_KEY_ID="AKIATESTONLY00000000",
    AWS_CONFIG_FILE=os.devnull,
    AWS_DEFAULT_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true",
    AWS_SECRET_ACCESS_KEY="no-account-anywhere-has-this-key",
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
)
