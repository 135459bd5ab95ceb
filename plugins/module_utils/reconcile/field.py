# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One declaration per option: argument spec, comparison, payload and diff all come from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .compare import equal
from .plan import Change, Disruption

Sameness = Callable[[Any, Any], bool]
DisruptionOf = Callable[[Any, Any], Disruption]


def unchanged(value: Any) -> Any:
    return value


def unique(values: Iterable[Any]) -> tuple[Any, ...]:
    """The values without repetition, in their order."""
    return tuple(dict.fromkeys(values))


@dataclass(frozen=True)
class Field:
    """An option of a resource.

    `name` is the option, the attribute of the Spec and of the State; `api_name` the member of the service's requests
    (empty where the value takes another road); `option` the argument spec entry; `on_change` the disruption of a
    change, or a function of (before, after); `same` tells whether (wanted, found) mean the same; `parse` turns the
    parameter into the Spec's value, `encode` that into the request's.
    """

    name: str
    option: Mapping[str, Any]
    api_name: str = ""
    on_change: Disruption | DisruptionOf = Disruption.NONE
    same: Sameness = equal
    parse: Callable[[Any], Any] = unchanged
    encode: Callable[[Any], Any] = unchanged
    secret: bool = False

    def disruption(self, before: Any, after: Any) -> Disruption:
        return self.on_change if isinstance(self.on_change, Disruption) else self.on_change(before, after)


@dataclass(frozen=True)
class Fields:
    """The fields of one resource, in the order in which plans and documentation list them."""

    declared: tuple[Field, ...]
    by_name: Mapping[str, Field] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {each.name: each for each in self.declared})

    def argument_spec(self) -> dict[str, dict[str, Any]]:
        return {each.name: dict(each.option) for each in self.declared}

    def read(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The Spec's values for all fields; an option that is not set stays None."""
        return {
            each.name: None if params.get(each.name) is None else each.parse(params[each.name])
            for each in self.declared
        }

    def payload(self, spec: Any, names: Iterable[str]) -> dict[str, Any]:
        """Request members for those of `names` that the Spec sets and that have an `api_name`."""
        chosen = [self.by_name[name] for name in names]
        return {
            each.api_name: each.encode(getattr(spec, each.name))
            for each in chosen
            if each.api_name and getattr(spec, each.name) is not None
        }


def differences(fields: Iterable[Field], wanted: Any, state: Any) -> tuple[Change, ...]:
    """Changes for the fields that the Spec sets, whose wanted value is neither the current nor the pending one.

    Secret fields are never compared: their changes come from the resource's planner.
    """
    return tuple(
        Change(
            each.name,
            getattr(state, each.name),
            getattr(wanted, each.name),
            each.disruption(getattr(state, each.name), getattr(wanted, each.name)),
        )
        for each in fields
        if not each.secret and getattr(wanted, each.name) is not None and not is_converged(each, wanted, state)
    )


def is_converged(field: Field, wanted: Any, state: Any) -> bool:
    asked = getattr(wanted, field.name)
    pending: Mapping[str, Any] = state.pending
    return field.same(asked, getattr(state, field.name)) or (
        field.name in pending and field.same(asked, pending[field.name])
    )
