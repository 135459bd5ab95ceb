# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server must refuse. A refusal proves something only after the checks before it: the same way in works."""

from __future__ import annotations

import secrets

from .connection import Target, answer_in_plain_text
from .context import Context
from .failures import CheckError
from .hops import prove_login

_REFUSALS = {"DENIED", "NOAUTH", "WRONGPASS"}


def refuse_unauthenticated(context: Context) -> str:
    return _refused(context, context.target.without_login(), "ACCEPTED_UNAUTHENTICATED")


def refuse_wrong_password(context: Context) -> str:
    return _refused(context, context.target.with_password(secrets.token_urlsafe(24)), "ACCEPTED_WRONG_PASSWORD")


def refuse_plaintext(context: Context) -> str:
    answer = answer_in_plain_text(context.target, context.addresses, context.surroundings.dial)
    if answer:
        raise CheckError("ACCEPTED_PLAINTEXT", f"a PING was answered with {answer}")
    return "no answer in plain text"


def _refused(context: Context, stranger: Target, accepted: str) -> str:
    """Anything but a refusal and a success leaves the question open, and is raised as what it is."""
    try:
        prove_login(context.open_session(stranger))
    except CheckError as error:
        if error.code not in _REFUSALS:
            raise
        return f"refused: {error.evidence}"
    raise CheckError(accepted)
