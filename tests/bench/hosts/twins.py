# SPDX-License-Identifier: GPL-3.0-or-later
"""Two hosts that are alike, booted by tests/hosts, and plays on them that are timed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
TOOLS = ROOT / "tests" / "hosts"
SUITE = "bookworm"
ADDRESSES = {"bench-ours": "10.213.0.55", "bench-other": "10.213.0.56"}
LONGEST_RUN = 600

SSH = (
    "-o ControlMaster=auto -o ControlPersist=60s -o IdentitiesOnly=yes -o LogLevel=ERROR"
    " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
)


@dataclass(frozen=True)
class Contender:
    """A role and how it is played: its name or path, on which of the twins, with which file of variables, if any."""

    host: str
    role: str
    gather_facts: bool
    variables: Path | None = None


@dataclass(frozen=True)
class Run:
    """A play that went well. `tasks` are those that were not skipped."""

    seconds: float
    tasks: int
    skipped: int
    changed: int


def lacking() -> str:
    """Return why this machine cannot boot hosts, nothing when it can."""
    checked = subprocess.run([TOOLS / "nshost", "check"], capture_output=True, text=True, check=False)
    return checked.stderr.strip() if checked.returncode else ""


def counted(told: Mapping[str, Any], host: str) -> tuple[int, int, int]:
    """Return how many tasks of a run ran, were skipped, and changed something, out of what the json callback told."""
    results = [task["hosts"][host] for play in told["plays"] for task in play["tasks"] if host in task["hosts"]]
    skipped = sum(1 for result in results if result.get("skipped"))
    return len(results) - skipped, skipped, sum(1 for result in results if result.get("changed"))


@dataclass(frozen=True)
class Twins:
    """The hosts; `folder` takes their files and those of the plays."""

    folder: Path

    @property
    def key(self) -> Path:
        return self.folder / "id_ed25519"

    def nshost(self, command: str, arguments: Iterable[str]) -> None:
        state = {"NSHOST_STATE": str(self.folder / "hosts"), "NSHOST_PUBKEY": f"{self.key}.pub"}
        called = [str(TOOLS / "nshost"), command, *arguments]
        subprocess.run(called, env={**os.environ, **state}, stdout=subprocess.DEVNULL, check=True)

    def boot(self) -> None:
        """Boot both from nothing, whatever was there before."""
        if not self.key.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key)], check=True)
        base = subprocess.run([TOOLS / "mkbase", SUITE], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        self.shut_down()
        self.nshost("up", [f"{name}={address}={base}" for name, address in ADDRESSES.items()])

    def shut_down(self) -> None:
        self.nshost("down", ADDRESSES)

    def play(self, contender: Contender) -> Run:
        """Play a role on its host. One that fails raises, with what Ansible printed."""
        path = self.folder / f"{contender.host}.yml"
        files = [str(contender.variables)] if contender.variables else []
        play = {"hosts": contender.host, "gather_facts": contender.gather_facts, "vars_files": files}
        path.write_text(json.dumps([{**play, "roles": [contender.role]}]), encoding="utf-8")
        command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(self.inventory()), str(path)]
        started = time.monotonic()
        ended = subprocess.run(
            command, cwd=ROOT, env=self.environment(), capture_output=True, text=True, timeout=LONGEST_RUN, check=False
        )
        seconds = time.monotonic() - started
        if ended.returncode:
            raise AssertionError(f"{contender.role} failed:\n{ended.stdout}{ended.stderr}")
        ran, skipped, changed = counted(json.loads(ended.stdout[ended.stdout.index("{") :]), contender.host)
        return Run(seconds, ran, skipped, changed)

    def inventory(self) -> Path:
        variables = {
            "ansible_user": "root",
            "ansible_ssh_private_key_file": str(self.key),
            "ansible_ssh_common_args": SSH,
            "ansible_python_interpreter": "/usr/bin/python3",
        }
        hosts = {name: {"ansible_host": address} for name, address in ADDRESSES.items()}
        path = self.folder / "hosts.json"
        path.write_text(json.dumps({"all": {"hosts": hosts, "vars": variables}}), encoding="utf-8")
        return path

    def environment(self) -> dict[str, str]:
        own = {"ANSIBLE_PIPELINING": "true", "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}
        return {**os.environ, **own, "ANSIBLE_LOCAL_TEMP": str(self.folder / "local")}
