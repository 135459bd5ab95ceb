# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role redis_server refuses of members that do not fit together, in a playbook over an inventory of three."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PLAYBOOK = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.include_role:
        name: redisops.cache.redis_server
        tasks_from: preflight_replication
"""
RENAMES = {"redis_server_renamed_commands": {"CONFIG": "CONFIG-of-test", "FLUSHALL": ""}}
OTHERS = {"redis_server_renamed_commands": {"CONFIG": "CONFIG-of-test"}, "redis_server_removed_commands": ["FLUSHDB"]}


def play(folder: Path, members: dict[str, dict[str, Any]], *options: str) -> subprocess.CompletedProcess[str]:
    common = {"ansible_connection": "local", "redis_server_members": list(members)}
    inventory = {"all": {"hosts": {name: {**common, **variables} for name, variables in members.items()}}}
    (folder / "hosts.json").write_text(json.dumps(inventory))
    (folder / "play.yml").write_text(PLAYBOOK)
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(folder / "hosts.json"), *options]
    return subprocess.run(
        [*command, str(folder / "play.yml")], env=dict(os.environ), capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("options", [(), ("--limit", "db1")], ids=["all", "one host alone"])
def test_members_with_other_names_are_refused(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Trap 11: a replica that does not know a command by its new name loses writes, and its link stays up."""
    done = play(tmp_path, {"db1": RENAMES, "db2": OTHERS, "db3": RENAMES}, *options)
    assert done.returncode != 0
    assert "commands of db2 are not those of db1" in " ".join(done.stdout.split())


def test_members_with_the_same_names_pass(tmp_path: Path) -> None:
    """In whatever order they are written down."""
    turned = {"redis_server_renamed_commands": dict(reversed(RENAMES["redis_server_renamed_commands"].items()))}
    done = play(tmp_path, {"db1": RENAMES, "db2": turned})
    assert done.returncode == 0, done.stdout


def test_a_sentinel_without_a_password_is_refused(tmp_path: Path) -> None:
    done = play(tmp_path, {"db1": {"redis_server_sentinel": True}})
    assert done.returncode != 0
    assert "redis_server_sentinel_own_password is missing" in done.stdout
