# SPDX-License-Identifier: GPL-3.0-or-later
"""A place with an AWS and an inventory, where playbooks are run as people run them: ansible-playbook, by FQCN."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from tests.standin.server import Standin

ROOT = Path(__file__).parents[2]
REGION = "eu-central-1"
SECRET = "shop/orders-token"
RATE = 200
LONGEST_RUN = 300
READS = ("Describe", "Get", "List")
RECAP = re.compile(r"^(?P<host>\S+) +: ok=\d+ +changed=(?P<changed>\d+)", re.MULTILINE)

NETWORK = {
    "name": "shop-vpc",
    "region": REGION,
    "range": "10.0.0.0/16",
    "subnets": [
        {"name": "shop-a", "zone": "eu-central-1a", "range": "10.0.1.0/24"},
        {"name": "shop-b", "zone": "eu-central-1b", "range": "10.0.2.0/24"},
    ],
    "application": {"name": "shop-servers", "tag": "servers of the shop"},
    "secret": SECRET,
}
COMMON = {
    "ansible_connection": "local",
    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    "cache_region": REGION,
    "cache_engine_version": "7.1",
    "cache_node_type": "cache.t4g.micro",
    "cache_subnets": ["shop-a", "shop-b"],
    "cache_clients": ["servers of the shop"],
    "cache_tags": {"Project": "Shop"},
}


@dataclass(frozen=True)
class Ended:
    returncode: int
    output: str

    @property
    def changed(self) -> dict[str, int]:
        """How many tasks changed something, by host, as the recap says."""
        return {found["host"]: int(found["changed"]) for found in RECAP.finditer(self.output)}


@dataclass(frozen=True)
class Site:
    """A stand-in, and a folder for inventory and logs."""

    standin: Standin
    folder: Path

    @property
    def inventory(self) -> Path:
        return self.folder / "inventory.json"

    def describe(self, hosts: Mapping[str, Any]) -> None:
        group = {"hosts": hosts, "vars": COMMON}
        self.inventory.write_text(json.dumps({"elasticache_clusters": group}), encoding="utf-8")

    def run(self, playbook: str, *options: str) -> Ended:
        return self.call(*self.command(playbook, *options))

    def command(self, playbook: str, *options: str) -> tuple[str, ...]:
        common = (f"--inventory={self.inventory}", f"--extra-vars=cache_ca_path={self.standin.ca}")
        return ("ansible-playbook", *common, f"redisops.cache.{playbook}", *options)

    def call(self, command: str, *arguments: str) -> Ended:
        """A command of the virtualenv that the tests run in."""
        with self.start(command, *arguments) as process:
            output, _errors = process.communicate(timeout=LONGEST_RUN)
        return Ended(process.returncode, output)

    def start(self, command: str, *arguments: str) -> subprocess.Popen[str]:
        """The same, for whoever does not want to wait for its end. It is the first of a process group."""
        commands = Path(sys.executable).parent
        return subprocess.Popen(
            [str(commands / command), *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment, "PATH": f"{commands}:{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    @property
    def environment(self) -> dict[str, str]:
        return {
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "local"),
            "ANSIBLE_REMOTE_TEMP": str(self.folder / "remote"),
            "ANSIBLE_PIPELINING": "true",
            "AWS_ENDPOINT_URL": self.standin.url,
        }

    def client(self, service: str) -> Any:
        session: Any = boto3.Session(region_name=REGION)
        return session.client(service, endpoint_url=self.standin.url)

    @property
    def token(self) -> str:
        return str(self.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"])

    @property
    def changes(self) -> list[str]:
        """The operations since `forget` that were more than reads."""
        calls = self.standin.control.calls()
        return [call["operation"] for call in calls if not call["operation"].startswith(READS)]

    def forget(self) -> None:
        self.standin.control.clear_calls()
