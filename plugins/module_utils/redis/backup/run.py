# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A backup from options to a result, for the module and for the timer's program alike; errors become sentences."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from typing import Any

from ...reconcile.problems import Failure
from ..failures import CheckError
from ..local import Login, connect
from ..patience import Patience
from .arguments import request_from
from .take import Taken, Taking


def take(params: Mapping[str, Any], login: Login, check_mode: bool = False) -> Taken:
    """Raises Failure."""
    with in_sentences():
        request = request_from(params)
        server = connect(params["config_file"], login)
        try:
            return Taking(server, request, Patience(params["wait_timeout"], time)).run(check_mode)
        finally:
            server.close()


@contextlib.contextmanager
def in_sentences() -> Iterator[None]:
    """Turns what the server, the files and the system say into a Failure that tells what to look at."""
    try:
        yield
    except CheckError as error:
        raise Failure(f"{error.detail}. Look at: {error.cause.look_at}.") from error
    except (OSError, ValueError) as error:
        raise Failure(str(error)) from error
