# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks run as a person runs them: ansible-playbook in a process of its own, modules in theirs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.component.runs import CREDENTIALS, REGION
from tests.standin.server import Standin

ROOT = Path(__file__).parents[2]
LONGEST_RUN = 120

Task = Mapping[str, Any]
Result = dict[str, Any]


@dataclass(frozen=True)
class Playbooks:
    """Plays against a stand-in; `folder` takes the files."""

    standin: Standin
    folder: Path

    def play(self, tasks: Sequence[Task], *options: str) -> list[Result]:
        """The tasks' results, in order. A failed task is a result too, and the last one."""
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": sys.executable},
            "tasks": [{"name": f"Task {number}", **task} for number, task in enumerate(tasks, 1)],
        }
        path = self.folder / "play.yml"
        path.write_text(json.dumps([play]), encoding="utf-8")
        command = [str(Path(sys.executable).with_name("ansible-playbook")), str(path), *options]
        ended = subprocess.run(
            command, cwd=ROOT, env=self.environment(), capture_output=True, text=True, timeout=LONGEST_RUN, check=False
        )
        try:
            told = json.loads(ended.stdout)
        except ValueError as error:
            raise AssertionError(f"ansible-playbook ended with {ended.returncode}: {ended.stderr}") from error
        return [task["hosts"]["localhost"] for played in told["plays"] for task in played["tasks"]]

    def environment(self) -> dict[str, str]:
        own = {
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "local"),
            "ANSIBLE_REMOTE_TEMP": str(self.folder / "remote"),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_ENDPOINT_URL": self.standin.url,
            "AWS_REGION": REGION,
            "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {**inherited, **own}
