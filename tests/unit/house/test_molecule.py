# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios do not get into each other's way, and a run says which of them this machine cannot have."""

from __future__ import annotations

import shutil
import subprocess
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from tests.bench.hosts.twins import ADDRESSES, counted
from tests.unit.house.tree import ROOT, load_yaml

NETWORK = ip_network("10.213.0.0/24")
LACKING = "This machine cannot boot the hosts of the tests: it has none."


def platforms() -> list[dict[str, Any]]:
    files = sorted(ROOT.glob("molecule/*/molecule.yml"))
    return [platform for file in files for platform in load_yaml(file)["platforms"] if "suite" in platform]


def test_every_host_has_a_name_and_an_address_of_its_own() -> None:
    hosts = [(platform["name"], platform["address"]) for platform in platforms()] + [*ADDRESSES.items()]
    names, addresses = zip(*hosts, strict=True)
    assert len(set(names)) == len(set(addresses)) == len(hosts) > len(ADDRESSES)
    assert all(ip_address(address) in NETWORK for address in addresses)


def test_a_network_device_can_be_named_after_each_address() -> None:
    """nshost names the machine's end of a host's network by the last number of its address."""
    endings = [platform["address"].rpartition(".")[2] for platform in platforms()]
    assert len(set(endings)) == len(endings)
    assert "1" not in endings


def script(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with one scenario of each kind, on a machine whose commands only tell that they were called."""
    for name in (".ci/run", "scripts/molecule.sh", "tests/hosts/nshost"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for name, platform in (("cloud", "- name: cloud"), ("linux", "- name: linux\n    suite: bookworm")):
        (tmp_path / "molecule" / name).mkdir(parents=True)
        (tmp_path / "molecule" / name / "molecule.yml").write_text(f"platforms:\n  {platform}\n", encoding="utf-8")
    for command in ("make", "molecule"):
        script(tmp_path / "bin" / command, f'echo "{command} $*"')
    for command in ("python", "python3"):
        script(tmp_path / "bin" / command, "exit 0")
    script(tmp_path / "tests/hosts/nshost", "exit 0")
    return tmp_path


def call(clone: Path, *command: str, step: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{clone}/bin:/usr/bin:/bin:/usr/sbin:/sbin", "STEP": step}
    return subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)


def calls_of_molecule(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("molecule ")]


CLOUD = "molecule test --scenario-name cloud"
LINUX = "molecule --base-config molecule/hosts/base.yml test --scenario-name linux"


@pytest.mark.parametrize(
    ("words", "called"),
    [
        ([], [CLOUD, LINUX]),
        (["hosts"], [LINUX]),
        (["standin"], [CLOUD]),
        (["linux", "cloud"], [LINUX, CLOUD]),
    ],
)
def test_the_scenarios_that_are_asked_for_are_run(clone: Path, words: list[str], called: list[str]) -> None:
    done = call(clone, "scripts/molecule.sh", *words)
    assert calls_of_molecule(done.stdout) == called
    assert done.returncode == 0


def test_one_step_of_a_scenario(clone: Path) -> None:
    done = call(clone, "scripts/molecule.sh", "linux", step="login --host linux")
    assert calls_of_molecule(done.stdout) == [LINUX.replace("test", "login --host linux")]


def test_a_scenario_that_is_not_there_is_named(clone: Path) -> None:
    done = call(clone, "scripts/molecule.sh", "cloud", "lunix")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "There is no scenario lunix in molecule/.\n"


def test_a_failure_does_not_keep_the_others_from_running(clone: Path) -> None:
    script(clone / "bin/molecule", 'echo "molecule $*"', 'test "${*%cloud}" = "$*"')
    done = call(clone, "scripts/molecule.sh")
    assert calls_of_molecule(done.stdout) == [CLOUD, LINUX]
    assert done.returncode == 1
    assert [line.split()[0] for line in done.stdout.splitlines()[-2:]] == ["FAILED", "ok"]


def test_without_hosts_nothing_is_run_and_the_reason_is_told(clone: Path) -> None:
    script(clone / "tests/hosts/nshost", f'echo "{LACKING}" >&2', "exit 1")
    done = call(clone, "scripts/molecule.sh")
    assert done.returncode == 1
    assert calls_of_molecule(done.stdout) == []
    assert done.stderr == f"{LACKING}\n"
    assert call(clone, "scripts/molecule.sh", "standin").returncode == 0


def test_everything_else_is_run_where_there_can_be_no_hosts(clone: Path) -> None:
    script(clone / "tests/hosts/nshost", f'echo "{LACKING}" >&2', "exit 1")
    done = call(clone, ".ci/run")
    assert f"\nNOT RUN: {LACKING}\n" in done.stdout
    assert "make --no-print-directory molecule SCENARIO=standin" in done.stdout
    assert "SCENARIO=hosts" not in done.stdout
    assert done.stdout.splitlines()[-2].startswith("NOT RUN")
    assert done.returncode == 0


def test_hosts_are_part_of_everything(clone: Path) -> None:
    done = call(clone, ".ci/run")
    assert "make --no-print-directory molecule SCENARIO=hosts" in done.stdout
    assert "NOT RUN" not in done.stdout


def test_a_failed_stage_fails_the_whole(clone: Path) -> None:
    script(clone / "bin/make", 'test "${*%hosts}" = "$*"')
    done = call(clone, ".ci/run")
    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if line.startswith("FAILED")] != []


@pytest.mark.parametrize(
    ("command", "answer", "sentence"),
    [
        ("id", "echo 1000", "that takes root, and this is 1000."),
        ("unshare", "exit 1", "it allows no mount and network namespaces."),
    ],
)
def test_what_a_machine_lacks_is_one_sentence(clone: Path, command: str, answer: str, sentence: str) -> None:
    shutil.copy(ROOT / "tests/hosts/nshost", clone / "tests/hosts/nshost")
    script(clone / "bin/id", "echo 0")
    for tool in ("systemd-nspawn", "mmdebstrap", "nft", "ip", "ssh", "ssh-keygen", "nsenter"):
        script(clone / "bin" / tool, "exit 0")
    script(clone / "bin" / command, answer)
    done = call(clone, "tests/hosts/nshost", "check")
    assert done.returncode == 1
    assert done.stderr == f"This machine cannot boot the hosts of the tests: {sentence}\n"


def test_a_skipped_task_is_not_counted_as_run() -> None:
    results: list[dict[str, Any]] = [{"changed": True}, {"changed": False}, {"changed": False, "skipped": True}]
    told = {"plays": [{"tasks": [{"hosts": {"ours": result}} for result in results] + [{"hosts": {}}]}]}
    assert counted(told, "ours") == (2, 1, 1)
