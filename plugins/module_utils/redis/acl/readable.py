# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the server may read a file: asked as the server's user, by the kernel."""

from __future__ import annotations

import grp
import os
import pwd

from ...reconcile.problems import Failure
from ..conf.scratch import Engine
from ..processes import run


def assert_readable(path: str, engine: Engine) -> None:
    """Raises Failure, since a server that cannot read its ACL file does not start the next time."""
    if os.geteuid() != 0:
        return  # the file belongs to whom the server will run as
    user = pwd.getpwnam(engine.user)
    group = grp.getgrnam(engine.group).gr_gid
    groups = os.getgrouplist(engine.user, group)
    asked = ["test", "-r", path]
    done = run(asked, user=user.pw_uid, group=group, extra_groups=groups)
    if done.returncode:
        raise Failure(
            f"the server's user {engine.user} cannot read {path}: give its directories to the group {engine.group}"
        )
