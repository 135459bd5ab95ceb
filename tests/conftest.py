# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for all tests, in whichever order and process they run.

No test may reach a real AWS account: whatever the developer's shell says about AWS is replaced. And a module that runs
in a test's process does so as on a host: once any test has imported Ansible's controller code, warnings would else go
to the controller's display, and be missing in the module's result. Signals are those of a terminal: what runs in the
background, or under nohup, has been told to ignore some.
"""

from __future__ import annotations

import importlib
import os
import signal

from ansible.module_utils import _internal

importlib.import_module("ansible.template")  # brings the controller code along, so that no later import can
_internal.is_controller = False
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
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
