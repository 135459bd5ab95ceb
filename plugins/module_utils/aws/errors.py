# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a call to AWS can end with, as one exception that every layer above understands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule reports the missing library in its own words, before anything here is called

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

from ..reconcile.problems import Failure


class ServiceError(Failure):
    """A refused or failed call. `code` is the code on the wire; empty when no answer came at all."""

    def __init__(self, operation: str, code: str, message: str) -> None:
        self.operation = operation
        self.code = code
        self.message = message
        super().__init__(f"{operation}: {message} ({code})" if code else f"{operation}: {message}")


def call(client: Any, operation: str, arguments: Mapping[str, Any]) -> Any:
    """Call the client's method; throttling is retried with jitter. Raises ServiceError."""
    return translated(
        operation, lambda: AWSRetry.jittered_backoff(retries=6, delay=1)(getattr(client, operation))(**arguments)
    )


def read_pages(client: Any, operation: str, arguments: Mapping[str, Any]) -> list[Any]:
    """All items of a paginated call, whatever its pages call them. Raises ServiceError."""
    items = client.get_paginator(operation).result_keys[0]
    pages = read_whole_pages(client, operation, arguments)
    return [item for page in pages for item in items.search(page) or []]


def read_whole_pages(client: Any, operation: str, arguments: Mapping[str, Any]) -> list[Any]:
    """The pages themselves, for the answers that hold more than one list. Raises ServiceError."""

    def read() -> list[Any]:
        return list(client.get_paginator(operation).paginate(**arguments))

    found: list[Any] = translated(operation, AWSRetry.jittered_backoff(retries=6, delay=1)(read))
    return found


def translated(operation: str, send: Callable[[], Any]) -> Any:
    try:
        return send()
    except botocore.exceptions.ClientError as error:
        told = error.response.get("Error", {})
        raise ServiceError(operation, told.get("Code", ""), told.get("Message", str(error))) from error
    except botocore.exceptions.ParamValidationError as error:
        raise ServiceError(operation, "", f"the installed botocore does not accept this request: {error}") from error
    except botocore.exceptions.BotoCoreError as error:
        raise ServiceError(operation, "", str(error)) from error
