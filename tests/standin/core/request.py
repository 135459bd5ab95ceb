# SPDX-License-Identifier: GPL-3.0-or-later
"""A decoded request that knows which of its members were looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class Request(Mapping[str, Any]):
    """Members of one request, in API shape, recording what is read.

    Item access, `get`, `in`, and iteration over `items()` or `values()` mark a member as read. Structures, and
    structures in lists, come back as requests of their own that record likewise; the same object every time.
    A member that is sent and never read is an error of the stand-in: silent acceptance hides a missing feature.
    """

    def __init__(self, operation: str, members: Mapping[str, Any]) -> None:
        self.operation = operation
        self._members = {name: _wrapped(operation, value) for name, value in members.items()}
        self._read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        value = self._members[name]
        self._read.add(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __repr__(self) -> str:
        return f"Request({self.operation}: {', '.join(self._members)})"

    def filled(self, defaults: Mapping[str, Any]) -> Request:
        """The same request with `defaults` for members that are not sent; reading it counts as reading this one."""
        filled = Request(self.operation, defaults)
        filled._members.update(self._members)
        filled._read = self._read
        return filled

    def plain(self) -> dict[str, Any]:
        """All members as ordinary dicts and lists; everything in them counts as read."""
        return {name: _plain(value) for name, value in self.items()}

    def unread(self) -> list[str]:
        """Dotted paths of the members that nothing looked at, such as "NodeGroupConfiguration[0].Slots"."""
        paths: list[str] = []
        for name, value in self._members.items():
            if name not in self._read:
                paths.append(name)
            else:
                paths.extend(f"{name}{path}" for path in _unread_below(value))
        return paths


def _wrapped(operation: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return Request(operation, value)
    if isinstance(value, list):
        return [_wrapped(operation, item) for item in value]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Request):
        return value.plain()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _unread_below(value: Any) -> Iterator[str]:
    if isinstance(value, Request):
        yield from (f".{path}" for path in value.unread())
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from (f"[{index}]{path}" for path in _unread_below(item))
