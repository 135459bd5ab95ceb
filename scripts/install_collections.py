# SPDX-License-Identifier: GPL-3.0-or-later
"""Install the collections of requirements.yml, and what they depend on, into the running virtualenv.

    install_collections.py PACKAGE

They are taken out of the wheel of the `ansible` community package, which comes from where all other Python requirements
come from. PACKAGE is a requirements file that pins it. What the wheel lacks, or carries in a version outside of the
wanted range, `ansible-galaxy` fetches; otherwise it finds that there is nothing left to do.
"""

from __future__ import annotations

import compileall
import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import yaml

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements.yml"
SITE_PACKAGES = Path(sysconfig.get_path("purelib"))


def wanted_collections() -> list[str]:
    listed = yaml.safe_load(REQUIREMENTS.read_text(encoding="utf-8"))["collections"]
    return [collection["name"] for collection in listed]


def download_wheel(package: Path, directory: Path) -> Path | None:
    # The wheel names a newer Python than the collections in it ask for, so pip is told of one that satisfies it.
    options = ("--no-deps", "--only-binary=:all:", "--python-version=3.14", f"--dest={directory}")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download")
    command = (*pip, *options, f"--requirement={package}")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
    return next(directory.glob("*.whl")) if done.returncode == 0 else None


def collection_info(manifest: bytes) -> dict[str, Any]:
    info: dict[str, Any] = json.loads(manifest)["collection_info"]
    return info


def is_installed(prefix: str, version: str) -> bool:
    manifest = SITE_PACKAGES / prefix / "MANIFEST.json"
    return manifest.is_file() and collection_info(manifest.read_bytes())["version"] == version


def extract(wheel: ZipFile, prefix: str) -> None:
    shutil.rmtree(SITE_PACKAGES / prefix, ignore_errors=True)
    wheel.extractall(SITE_PACKAGES, [member for member in wheel.namelist() if member.startswith(prefix)])
    compileall.compile_dir(SITE_PACKAGES / prefix / "plugins", quiet=2)


def install(wheel: ZipFile, names: list[str]) -> None:
    """Put the named collections, and those that they depend on, into site-packages in place of other versions."""
    members = set(wheel.namelist())
    waiting, seen = list(names), set(names)
    while waiting:
        prefix = f"ansible_collections/{waiting.pop().replace('.', '/')}/"
        if f"{prefix}MANIFEST.json" not in members:
            continue
        info = collection_info(wheel.read(f"{prefix}MANIFEST.json"))
        if not is_installed(prefix, info["version"]):
            extract(wheel, prefix)
        new = set(info["dependencies"]) - seen
        waiting += new
        seen |= new


def main(package: Path) -> int:
    with tempfile.TemporaryDirectory() as directory:
        path = download_wheel(package, Path(directory))
        if path:
            with ZipFile(path) as wheel:
                install(wheel, wanted_collections())
    galaxy = (Path(sys.executable).with_name("ansible-galaxy"), "collection", "install")
    command = (*galaxy, "--requirements-file", REQUIREMENTS, "--collections-path", SITE_PACKAGES)
    return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
