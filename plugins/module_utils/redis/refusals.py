# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server must refuse. A refusal proves something only after the checks before it: the same way in works."""

from __future__ import annotations

import secrets

from .connection import Target, answer_in_plain_text, open_socket
from .context import Context
from .failures import CheckError
from .hops import prove_login
from .session import Commands

_REFUSALS = {"DENIED", "NOAUTH", "WRONGPASS"}
_NO_WAY_IN = {"CONNECTION_REFUSED", "CONNECTION_TIMEOUT", "UNREACHABLE"}
# Up to TLS 1.2 the handshake itself fails; with TLS 1.3 the client learns of it by what it reads next.
_CERTIFICATE_MISSED = {"CLOSED_AFTER_HANDSHAKE", "CONNECTION_CLOSED", "HANDSHAKE_FAILED"}

_UNKNOWN, _OTHER_COUNT, _NOT_QUEUED = "unknown command", "wrong number of arguments", "not allowed inside a transaction"
_MOST_ARGUMENTS = 5
_MADE_UP = "HELP"
"""An argument for what takes any, and a subcommand of whatever has some."""
_HARDEST = {
    "ACL": "SETUSER",
    "CLIENT": "KILL",
    "CLUSTER": "RESET",
    "CONFIG": "SET",
    "FUNCTION": "FLUSH",
    "LATENCY": "RESET",
    "MODULE": "LOAD",
    "SCRIPT": "FLUSH",
    "SLOWLOG": "RESET",
}
"""The subcommand that stands for its command: HELP is left even to those who may not use the others."""
_HARMLESS = {"SHUTDOWN"}
"""No transaction takes it, and it goes no further than to a made-up argument, which it calls a syntax error."""


def refuse_unauthenticated(context: Context) -> str:
    return _refused(context, context.target.without_login(), "ACCEPTED_UNAUTHENTICATED")


def refuse_wrong_password(context: Context) -> str:
    return _refused(context, context.target.with_password(secrets.token_urlsafe(24)), "ACCEPTED_WRONG_PASSWORD")


def refuse_plaintext(context: Context) -> str:
    answer = answer_in_plain_text(context.target, context.addresses, context.surroundings.dial)
    if answer:
        raise CheckError("ACCEPTED_PLAINTEXT", f"a PING was answered with {answer}")
    return "no answer in plain text"


def refuse_no_certificate(context: Context) -> str:
    """The same login as before, but for the client certificate."""
    try:
        prove_login(context.open_session(context.target.without_client_certificate()))
    except CheckError as error:
        if error.code not in _CERTIFICATE_MISSED:
            raise
        return f"refused: {error.evidence}"
    raise CheckError("ACCEPTED_NO_CERTIFICATE")


def refuse_commands(context: Context) -> str:
    """Every one that is not refused is told. None of them is run: see `_is_refused`."""
    judged = {command: _is_refused(context, command) for command in context.options.refuse_commands}
    accepted = [command for command, refused in judged.items() if not refused]
    if accepted:
        raise CheckError("ACCEPTED_COMMAND", ", ".join(accepted))
    return "refused: " + ", ".join(judged)


def refuse_connection(context: Context) -> str:
    """A port that nobody answers at, or a server in protected mode; a server that asks for a password was reached."""
    try:
        open_socket(context.target, context.addresses, context.surroundings.dial).close()
    except CheckError as error:
        if error.code not in _NO_WAY_IN:
            raise
        return f"no connection: {error.evidence}"
    try:
        prove_login(context.open_session(context.target.without_login()))
    except CheckError as error:
        if error.code == "DENIED":
            return f"refused: {error.evidence}"
        raise CheckError("ACCEPTED_CONNECTION", error.detail) from error
    raise CheckError("ACCEPTED_CONNECTION", "and commands run without a password")


def _is_refused(context: Context, command: str) -> bool:
    """Whether the server refuses the command, which is queued in a transaction that is then discarded.

    For queueing, the server looks the name up, counts the arguments and asks the ACL as it does to run it
    (processCommand in its server.c). So a name alone gets as many arguments as it takes. Commands that no transaction
    takes are told so before the ACL is asked.
    """
    session = context.session
    session.command("MULTI")
    try:
        answer = _queue(session, command.split())
    finally:
        session.command("DISCARD")
    if answer and _NOT_QUEUED in answer.evidence and command.upper() in _HARMLESS:
        answer = _error_of(session, [command, _MADE_UP])
        return answer is not None and answer.code == "NOPERM"
    if answer is None or answer.code == "NOPERM" or _UNKNOWN in answer.evidence:
        return answer is not None
    raise CheckError("COMMAND_NOT_JUDGED", f"{command} ({answer.evidence})") from answer


def _queue(session: Commands, words: list[str]) -> CheckError | None:
    answer = _error_of(session, words)
    if len(words) > 1:
        return answer
    arguments = [_HARDEST.get(words[0].upper(), _MADE_UP), *[_MADE_UP] * _MOST_ARGUMENTS]
    for count in range(1, len(arguments)):
        if answer is None or _OTHER_COUNT not in answer.evidence:
            break
        answer = _error_of(session, words + arguments[:count])
    return answer


def _error_of(session: Commands, words: list[str]) -> CheckError | None:
    """What the server says against the command, None if nothing."""
    try:
        session.command(*words)
    except CheckError as error:
        if error.code not in ("NOPERM", "SERVER_ERROR"):
            raise
        return error
    return None


def _refused(context: Context, stranger: Target, accepted: str) -> str:
    """Anything but a refusal and a success leaves the question open, and is raised as what it is."""
    try:
        prove_login(context.open_session(stranger))
    except CheckError as error:
        if error.code not in _REFUSALS:
            raise
        return f"refused: {error.evidence}"
    raise CheckError(accepted)
