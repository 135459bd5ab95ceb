# SPDX-License-Identifier: GPL-3.0-or-later
"""Make this clone ready to work in: system packages, a virtualenv, the collections that ours builds on.

    setup.py LINE [COMMAND...]      make LINE ("newest" or "oldest") ready, and see that every COMMAND can be found;
                                    "hosts" stands for those that tests/hosts works with
    setup.py --describe LINE        only print the Python and the ansible-core that LINE has on this machine

Needs nothing but a Python's standard library, and says nothing when there is nothing to do.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
COLLECTIONS = BUILD / "ansible" / "collections"
ENVIRONMENT = {**os.environ, "ANSIBLE_HOME": str(BUILD / "ansible"), "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
LOCK_FILE = BUILD / "setup.lock"

# Which Debian or Ubuntu package brings a command.
PACKAGES = {
    "git": "git",
    "ip": "iproute2",
    "mmdebstrap": "mmdebstrap",
    "nft": "nftables",
    "redis-server": "redis-server",
    "shellcheck": "shellcheck",
    "ssh": "openssh-client",
    "systemd-nspawn": "systemd-container",
}
GROUPS = {"hosts": ("ip", "mmdebstrap", "nft", "ssh", "systemd-nspawn")}


class Pair(NamedTuple):
    """A list of pinned requirements, and the Pythons that it is for, the preferred one first."""

    requirements: str
    pythons: tuple[str, ...]


# A machine with nothing newer than 3.11 has the old pair as its newest: ansible-core 2.21 wants 3.12.
LINES = {
    "newest": (Pair("newest", ("3.13", "3.12", "3.14")), Pair("oldest", ("3.11",))),
    "oldest": (Pair("oldest", ("3.11", "3.12", "3.13")),),
}
VIRTUALENVS = {"newest": ROOT / ".venv", "oldest": ROOT / ".venv-oldest"}


class Choice(NamedTuple):
    """What a line is on this machine."""

    requirements: str
    version: str
    interpreter: Path


def fail(*sentences: str) -> NoReturn:
    sys.exit("\n".join(sentences))


def say(sentence: str) -> None:
    print(sentence, flush=True)


def run(*command: str | Path) -> None:
    """Run quietly; when it fails, show what it printed and stop."""
    done = subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        fail(f"{done.stdout}{done.stderr}", f"This failed: {' '.join(map(str, command))}")


def answer(*command: str | Path) -> str | None:
    """Return what a command prints, None when it fails or is not there (a pyenv shim without its Python does so)."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def find_interpreter(version: str) -> Path | None:
    """Return the real path of a Python of that version ("3.12"), looked for on PATH and among pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    installed = sorted(map(str, pyenv.glob(f"versions/{version}.*/bin/python{version}")))
    for candidate in (f"python{version}", "python3", *reversed(installed)):
        found = answer(candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2], sys._base_executable)")
        if found and found.startswith(f"{version} "):
            return Path(found.partition(" ")[2])
    return None


def choose(line: str) -> Choice:
    for pair in LINES[line]:
        for version in pair.pythons:
            interpreter = find_interpreter(version)
            if interpreter:
                return Choice(pair.requirements, version, interpreter)
    wanted = ", ".join(version for pair in LINES[line] for version in pair.pythons)
    fail(f"No Python was found for the {line} line of ansible-core: it runs on {wanted}. Please install one of them.")


def describe(line: str) -> str:
    choice = choose(line)
    pins = (ROOT / "requirements" / f"{choice.requirements}.txt").read_text(encoding="utf-8").split()
    core = next(pin for pin in pins if pin.startswith("ansible-core=="))
    return f"Python {choice.version}, {core.replace('==', ' ')}"


def install_packages(packages: Sequence[str]) -> None:
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        fail(f"Please install {names} (so called on Debian and Ubuntu) and run this again.")
    administrator: tuple[str, ...] = ()
    if os.geteuid() != 0:
        if answer("sudo", "-n", "true") is None:
            fail(f"Please run `sudo apt-get install {names}` and then this again: it may not be done from here.")
        administrator = ("sudo", "-n")
    say(f"Installing {names} by apt-get")
    run(*administrator, "sh", ROOT / "scripts" / "install_packages.sh", *packages)


def provide_commands(names: Sequence[str]) -> None:
    """Install what brings the named commands, or those of a named group, as far as it is missing."""
    commands = [command for name in names for command in GROUPS.get(name, (name,))]
    missing = [PACKAGES[command] for command in commands if not shutil.which(command)]
    if missing:
        install_packages(missing)


def make_virtualenv(directory: Path, choice: Choice) -> None:
    """Make the virtualenv anew unless it is one of the right Python that was made at this very place."""
    pip = directory / "bin" / "pip"
    version = answer(directory / "bin" / "python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
    if version == choice.version and pip.is_file() and f"{directory}/" in pip.read_text(encoding="utf-8"):
        return
    if answer(choice.interpreter, "-c", "import ensurepip") is None:  # Debian packs it separately
        install_packages([f"python{choice.version}-venv"])
    say(f"Making {directory.name} with Python {choice.version}")
    run(choice.interpreter, "-m", "venv", "--clear", directory)


def install_requirements(directory: Path, requirements: Path) -> None:
    """Install the pinned list: by uv, which takes seconds, or else by pip."""
    say(f"Installing {requirements.relative_to(ROOT)}")
    python = directory / "bin" / "python"
    pip = (python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    if answer(*pip, "--constraint", requirements, "uv") is not None:
        # Byte code at once: where none is written later, each of Ansible's many short processes compiles its imports.
        run(directory / "bin" / "uv", "pip", "install", "--compile-bytecode", "--python", python, "-r", requirements)
    else:
        say("uv cannot be had here: pip does it, which takes a minute")
        run(*pip, "--requirement", requirements)


def collection_links(directory: Path) -> list[Path]:
    """Return where the tree must appear as redisops.cache.

    The virtualenv's site-packages serves Python itself; the place below .build is the first one that every Ansible
    tool looks at, and a link there keeps molecule and ansible-lint from installing a copy that would grow stale.
    """
    roots = [*directory.glob("lib/python3.*/site-packages"), COLLECTIONS]
    return [root / "ansible_collections" / "redisops" / "cache" for root in roots]


def is_link_to_tree(link: Path) -> bool:
    return link.is_symlink() and link.resolve() == ROOT


def link_collection(directory: Path) -> None:
    for link in collection_links(directory):
        if is_link_to_tree(link):
            continue
        link.parent.mkdir(parents=True, exist_ok=True)
        if link.is_symlink() or link.is_file():
            link.unlink()
        elif link.is_dir():
            shutil.rmtree(link)
        link.symlink_to(os.path.relpath(ROOT, link.parent))


def fingerprint() -> str:
    """Return what a finished set-up depends on: where the clone is, and everything that says what to install."""
    digest = hashlib.sha256(str(ROOT).encode())
    scripts = [ROOT / "scripts" / name for name in ("install_collections.py", "setup.py")]
    for path in sorted([ROOT / "requirements.yml", *ROOT.glob("requirements/*.txt"), *scripts]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_ready(directory: Path) -> bool:
    stamp = directory / "ready"
    return (
        stamp.is_file()
        and stamp.read_text(encoding="utf-8") == fingerprint()
        and (directory / "bin" / "python").exists()
        and all(map(is_link_to_tree, collection_links(directory)))
    )


@contextmanager
def alone() -> Iterator[None]:
    """Keep a second set-up of the same clone waiting until the first is done."""
    BUILD.mkdir(exist_ok=True)
    with LOCK_FILE.open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare(line: str) -> None:
    directory = VIRTUALENVS[line]
    if is_ready(directory):
        return
    with alone():
        if is_ready(directory):
            return
        choice = choose(line)
        make_virtualenv(directory, choice)
        install_requirements(directory, ROOT / "requirements" / f"{choice.requirements}.txt")
        link_collection(directory)
        say("Installing the collections of requirements.yml")
        source = ROOT / "requirements" / f"collections-{choice.requirements}.txt"
        run(directory / "bin" / "python", ROOT / "scripts" / "install_collections.py", source)
        (directory / "ready").write_text(fingerprint(), encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    if arguments[:1] == ["--describe"] and len(arguments) == 2 and arguments[1] in LINES:
        say(describe(arguments[1]))
    elif arguments and arguments[0] in LINES and set(arguments[1:]) <= {*PACKAGES, *GROUPS}:
        provide_commands(arguments[1:])
        prepare(arguments[0])
    else:
        fail(__doc__ or "")


if __name__ == "__main__":
    main(sys.argv[1:])
