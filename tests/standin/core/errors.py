# SPDX-License-Identifier: GPL-3.0-or-later
"""The one exception by which behavior refuses a request."""

from __future__ import annotations


class ApiError(Exception):
    """A refusal in the service's own words.

    `code` is the code on the wire ("ReplicationGroupNotFoundFault", "InvalidParameterCombination"); the HTTP
    status and the place of the fault (sender or receiver) come from the service model when it is serialized.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def invalid_value(message: str) -> ApiError:
    """A single parameter that cannot be as it is."""
    return ApiError("InvalidParameterValue", message)


def invalid_combination(message: str) -> ApiError:
    """Parameters that cannot go together."""
    return ApiError("InvalidParameterCombination", message)
