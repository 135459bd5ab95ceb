# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A restore from options to a result."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ..conf.files import Configuration
from ..local import Login
from ..patience import Patience
from ..service import Service
from .restore import Restoring, Wish
from .run import in_sentences


def restore(params: Mapping[str, Any], login: Login, service: Service, check_mode: bool = False) -> dict[str, Any]:
    """Raises Failure."""
    with in_sentences():
        wish = Wish(params["backup"], params["name"], params["confirm"], params["server"])
        configuration = Configuration.read(params["config_file"])
        return Restoring(configuration, login, service, wish, Patience(params["wait_timeout"], time)).run(check_mode)
