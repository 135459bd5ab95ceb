# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test sanity, all of it, under every Python of this machine that the collection supports.

ansible-test insists on a path ending in ansible_collections/NAMESPACE/NAME, so it gets a copy of the tree, outside of
the tree itself: there, git would call the copy ignored. Its virtualenvs are kept from run to run, for all clones, apart
from those that the user's other projects have in ~/.ansible.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from scripts.setup import BUILD, ROOT, find_interpreter

PYTHONS = BUILD / "pythons"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "redisops-cache" / "ansible-test"

# ansible-test bootstraps pip with a script that it downloads from its own CI, under the first of these names in
# ansible-core 2.21 and the second in 2.19. Every Python brings pip along, so this does without the download.
GET_PIP_NAMES = ("get_pip_25_2.py", "get_pip_24_2.py")
GET_PIP = """\
import subprocess, sys
packages = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"], stdout=subprocess.DEVNULL)
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", "--quiet", *packages]))
"""


def copy_tree(destination: Path) -> None:
    listing = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).exists():  # not so for a file that was deleted since the last commit
            (destination / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, destination / name, follow_symlinks=False)


def link_dependencies(destination: Path) -> None:
    """Put the other collections where the copy's imports and documentation fragments look for them."""
    for namespace in Path(sysconfig.get_path("purelib"), "ansible_collections").iterdir():
        if namespace.is_dir() and namespace.name != "redisops":
            (destination / namespace.name).symlink_to(namespace)


def make_home() -> Path:
    """Return a home directory for ansible-test, which keeps the user's settings of pip in sight."""
    downloads = CACHE / ".ansible" / "test" / "cache"
    downloads.mkdir(parents=True, exist_ok=True)
    for name in GET_PIP_NAMES:
        (downloads / name).write_text(GET_PIP, encoding="utf-8")
    for name in (".config", ".netrc", ".pip"):
        if (Path.home() / name).exists() and not (CACHE / name).is_symlink():
            (CACHE / name).symlink_to(Path.home() / name)
    return CACHE


def search_path() -> str:
    """Return a PATH of plain interpreters: a pyenv shim answers to versions that it then cannot run."""
    shutil.rmtree(PYTHONS, ignore_errors=True)
    PYTHONS.mkdir(parents=True)
    for minor in range(9, 15):
        interpreter = find_interpreter(f"3.{minor}")
        if interpreter:
            (PYTHONS / f"python3.{minor}").symlink_to(interpreter)
    others = [folder for folder in os.environ["PATH"].split(os.pathsep) if Path(folder).name != "shims"]
    return os.pathsep.join([str(Path(sys.executable).parent), str(PYTHONS), *others])


def main() -> int:
    environment = {**os.environ, "HOME": str(make_home()), "PATH": search_path()}
    for name in ("ANSIBLE_CONFIG", "ANSIBLE_HOME"):  # ansible-test brings its own and warns of others
        environment.pop(name, None)
    command = (str(Path(sys.executable).with_name("ansible-test")), "sanity", "--venv", *sys.argv[1:])
    with tempfile.TemporaryDirectory() as directory:
        collections = Path(directory) / "ansible_collections"
        copy = collections / "redisops" / "cache"
        copy_tree(copy)
        link_dependencies(collections)
        done = subprocess.run(command, cwd=copy, env=environment, stdin=subprocess.DEVNULL, check=False)
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
