# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passwords that are made on the host and stay there, each in a file of its own that only root can read."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ...reconcile.problems import Failure, Refused
from ...reconcile.secret import Secret
from ..conf.store import Owner
from .files import owner_of, owner_of_secrets, write_file
from .users import User

BYTES_OF_ENTROPY = 32


@dataclass(frozen=True)
class SecretFile:
    """`owner` is None for one that is still to be made, with `value` already chosen."""

    path: str
    value: Secret
    owner: Owner | None

    @property
    def is_missing(self) -> bool:
        return self.owner is None

    @property
    def differs(self) -> bool:
        return self.owner != owner_of_secrets()

    @property
    def was_exposed(self) -> bool:
        return self.owner is not None and bool(self.owner.mode & 0o077)

    def establish(self) -> None:
        """Makes the file, or repairs whose it is. A password that is there is never made anew."""
        if self.differs:
            write_file(self.path, f"{self.value.reveal()}\n", owner_of_secrets())


def read_secrets(users: Iterable[User]) -> dict[str, SecretFile]:
    """From a user's name to its file; of those that are missing, the password that they will have.

    Raises Refused for every file that has no password in it.
    """
    found = {user.name: _read(user.secret_path) for user in users if user.secret_path}
    empty = [secret.path for secret in found.values() if not secret.value.reveal()]
    if empty:
        raise Refused(f"{path} is empty: remove it, and a password is made in its place" for path in empty)
    return found


def _read(path: str) -> SecretFile:
    owner = owner_of(path)
    if owner is None:
        return SecretFile(path, Secret(secrets.token_hex(BYTES_OF_ENTROPY)), None)
    try:
        return SecretFile(path, Secret(Path(path).read_text(encoding="utf-8").strip()), owner)
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path} cannot be read: {error}") from error
