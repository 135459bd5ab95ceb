# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users as lines of an ACL file. It has no comments: servers before Redis 8.8 refuse a file with one."""

from __future__ import annotations

from collections.abc import Iterable

from .users import User


def rules_of(user: User) -> list[str]:
    """All that holds for the user, beginning with nothing, so that no default of the server matters."""
    login = ["nopass"] if user.nopass else [f"#{value}" for value in user.hashes]
    nothing = ["resetpass", "resetkeys", "resetchannels", "-@all"]
    return ["on" if user.enabled else "off", *nothing, *login, *user.keys, *user.channels, *user.rules]


def render(users: Iterable[User]) -> str:
    return "".join(f"user {user.name} {' '.join(rules_of(user))}\n" for user in users)
