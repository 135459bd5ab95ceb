# SPDX-License-Identifier: GPL-3.0-or-later
"""Encryption in transit and at rest, and AUTH tokens (user guide, "Authenticating with AUTH")."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tests.standin.behavior.replication_groups.choices import read_choice
from tests.standin.behavior.replication_groups.state import Access
from tests.standin.core.errors import invalid_combination, invalid_value
from tests.standin.core.request import Request
from tests.standin.core.world import World
from tests.standin.data.engine_versions import EngineVersion
from tests.standin.engines.plan import TlsMode

TOKEN = re.compile(r"[A-Za-z0-9!&#$^<>-]{16,128}")
# The service's own text names 7.0.5; 7.0 is offered from 7.0.7 on.
FIRST_TLS_MODE = (7, 0, 5)
FIRST_TOKEN_CHANGE = (5, 0, 6)


@dataclass(frozen=True)
class AtRest:
    enabled: bool
    kms_key: str | None


def choose_access(request: Request, version: EngineVersion) -> Access:
    """Of a CreateReplicationGroup."""
    enabled, mode = request.get("TransitEncryptionEnabled"), read_choice(request, "TransitEncryptionMode")
    if enabled is None and version.engine == "valkey":
        raise invalid_combination(
            "The parameter TransitEncryptionEnabled must be explicitly specified for engine valkey."
        )
    if mode is not None:
        require_tls_mode(version)
        if not enabled:
            raise invalid_combination("To modify transit encryption mode, set encryption-in-transit as enabled.")
    tls: TlsMode = "off"
    if enabled:
        tls = "preferred" if mode == "preferred" else "required"
    token = request.get("AuthToken")
    if token is None:
        return Access(tls)
    require_token(token, tls)
    return Access(tls, tokens=(token,))


def choose_at_rest(world: World, request: Request, version: EngineVersion) -> AtRest:
    """Of a CreateReplicationGroup; Valkey is encrypted unless told otherwise, Redis OSS is not."""
    enabled = request.get("AtRestEncryptionEnabled", version.engine == "valkey")
    key = request.get("KmsKeyId")
    if key is not None:
        if not enabled:
            raise invalid_combination("KmsKeyId can only be used when AtRestEncryptionEnabled is true.")
        require_kms_key(world, key)
    return AtRest(enabled, key)


def require_kms_key(world: World, key: str) -> None:
    if not world.neighbors.has_kms_key(key):
        raise invalid_value(f"The KMS key {key} does not exist, is not enabled, or cannot be used.")


def require_tls_mode(version: EngineVersion) -> None:
    """Versions that can change encryption in transit, or have a mode of it."""
    if version.number < FIRST_TLS_MODE:
        raise invalid_combination(
            f"Transit encryption mode is not supported for engine version {version.full}."
            " Please use engine version 7.0.5 or higher."
        )


def require_token(token: str, tls: TlsMode) -> None:
    """A token that could be one, on a group where everybody comes encrypted."""
    if not TOKEN.fullmatch(token):
        raise invalid_value("Invalid AuthToken provided.")
    if tls == "off":
        raise invalid_combination(
            "The AUTH token requires encryption-in-transit to be enabled on the replication group."
        )
    if tls == "preferred":
        raise invalid_combination("Transit encryption preferred is not supported with redis access control.")


def rotate_token(access: Access, token: str) -> Access:
    """Accept one token more, and drop the oldest of three; without any, logging in without one stays possible.

    A token that is already accepted only becomes the newest: a resumed rotation sends the pending one again.
    """
    others = tuple(known for known in access.tokens if known != token)
    if token in access.tokens:
        return replace(access, tokens=(*others, token), rotated=token)
    is_first = not access.tokens
    return replace(access, tokens=(*others[-1:], token), open_access=is_first, rotated=token)


def require_settable(access: Access, token: str) -> None:
    """SET follows a ROTATE, with that one's value, while there is something to end."""
    if access.rotated is None or not (access.open_access or len(access.tokens) > 1):
        raise invalid_combination("The auth token update strategy SET is allowed only after ROTATE.")
    if token != access.rotated:
        raise invalid_combination("The AUTH token must be the one of the last ROTATE for the update strategy SET.")


def set_token(access: Access, token: str) -> Access:
    """Only this one from now on."""
    return replace(access, tokens=(token,), open_access=False, rotated=None)
