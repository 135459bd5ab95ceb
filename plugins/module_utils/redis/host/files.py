# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of the host: what and whose they are, what is in them (as a hash), until when a certificate is good."""

from __future__ import annotations

import grp
import hashlib
import pwd
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

_LARGEST_HASHED = 4 * 1024**2
_KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link", stat.S_IFSOCK: "socket"}


def read_paths(paths: Iterable[str]) -> dict[str, dict[str, Any]]:
    """A link is described as such, and not followed."""
    return {path: _describe(Path(path)) for path in paths}


def _describe(path: Path) -> dict[str, Any]:
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return {"exists": False}
    is_small_file = stat.S_ISREG(found.st_mode) and found.st_size <= _LARGEST_HASHED
    return {
        "exists": True,
        "kind": _KINDS.get(stat.S_IFMT(found.st_mode), "other"),
        "mode": f"{stat.S_IMODE(found.st_mode):04o}",
        "owner": _name(lambda: pwd.getpwuid(found.st_uid).pw_name, found.st_uid),
        "group": _name(lambda: grp.getgrgid(found.st_gid).gr_name, found.st_gid),
        "size": found.st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest() if is_small_file else None,
    }


def _name(look_up: Callable[[], str], number: int) -> str:
    try:
        return look_up()
    except KeyError:
        return str(number)


def read_certificates(paths: Iterable[str]) -> dict[str, dict[str, Any] | None]:
    """None for one that is missing or cannot be read as a certificate, here or without python3-cryptography."""
    return {path: _certificate(Path(path)) for path in paths}


def _certificate(path: Path) -> dict[str, Any] | None:
    try:
        from cryptography import x509
        from cryptography.hazmat.backends import default_backend

        certificate = x509.load_pem_x509_certificate(path.read_bytes(), default_backend())
    except (ImportError, OSError, ValueError):
        return None
    names: list[str] = []
    with suppress(x509.ExtensionNotFound):
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = sorted(str(name.value) for name in found)
    # Since cryptography 42 the time has a zone, and the attribute without one is deprecated.
    if hasattr(certificate, "not_valid_after_utc"):
        ends = certificate.not_valid_after_utc
    else:
        ends = certificate.not_valid_after.replace(tzinfo=timezone.utc)
    return {
        "not_after": f"{ends:%Y-%m-%dT%H:%M:%SZ}",
        "days_left": (ends - datetime.now(timezone.utc)).days,
        "names": names,
    }
