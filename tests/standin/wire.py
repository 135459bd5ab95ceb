# SPDX-License-Identifier: GPL-3.0-or-later
"""What botocore's service model says about requests and answers: members, required ones, pages, shapes.

Sender and stand-in have the same model, but not every sender checks against it: raw requests arrive as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from tests.standin.core.errors import ApiError, invalid_value
from tests.standin.core.paging import cut_page
from tests.standin.core.request import Request

SERVICE = "elasticache"
# Members of the query protocol itself and of signatures in the query string.
_PROTOCOL_MEMBERS = frozenset({"Action", "Version", "ContentType", "AWSAccessKeyId", "Signature", "Timestamp"})
_PROTOCOL_PREFIXES = ("Signature", "X-Amz-")

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
    "boolean": (bool,),
    "timestamp": (datetime,),
}


@cache
def service_model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model(SERVICE, "service-2"), SERVICE)


@cache
def pagination() -> Mapping[str, Mapping[str, str]]:
    """The paginators file: input_token, output_token, limit_key and result_key per operation."""
    model: Mapping[str, Mapping[str, Mapping[str, str]]] = Loader().load_service_model(SERVICE, "paginators-1")
    return model["pagination"]


def unknown_members(shape: Shape | None, names: Iterable[str]) -> list[str]:
    """Names of a query-protocol request ("Tags.Tag.1.Key") that the model has no place for."""
    return sorted(name for name in names if not _is_protocol(name) and not _fits(shape, name.split(".")))


def missing_members(shape: Shape | None, values: Any, path: str = "") -> Iterator[str]:
    """Dotted paths of required members that are not there."""
    if isinstance(shape, StructureShape) and isinstance(values, Mapping):
        yield from (f"{path}{name}" for name in shape.required_members if name not in values)
        for name, value in values.items():
            yield from missing_members(shape.members[name], value, f"{path}{name}.")
    elif isinstance(shape, ListShape) and isinstance(values, list):
        for index, value in enumerate(values):
            yield from missing_members(shape.member, value, f"{path.rstrip('.')}[{index}].")


def misfits(shape: Shape | None, value: Any, path: str = "answer") -> Iterator[str]:
    """What an answer holds that its shape does not, or holds in another type; such things would vanish silently."""
    if isinstance(shape, StructureShape):
        if not isinstance(value, Mapping):
            yield f"{path} is {type(value).__name__}, not a structure"
            return
        for name, member in value.items():
            if name not in shape.members:
                yield f"{path}.{name} is not in {shape.name}"
            else:
                yield from misfits(shape.members[name], member, f"{path}.{name}")
    elif isinstance(shape, ListShape):
        if not isinstance(value, list | tuple):
            yield f"{path} is {type(value).__name__}, not a list"
            return
        for index, item in enumerate(value):
            yield from misfits(shape.member, item, f"{path}[{index}]")
    elif shape is None:
        yield from (f"{path}.{name}: the operation answers nothing" for name in value or ())
    else:
        yield from _scalar_misfit(shape, value, path)


def aware(value: Any) -> Any:
    """A decoded request with its times in UTC; moto's parser leaves the time zone out."""
    if isinstance(value, Mapping):
        return {name: aware(member) for name, member in value.items()}
    if isinstance(value, list):
        return [aware(item) for item in value]
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def read_page_size(request: Request) -> tuple[str | None, int | None, str]:
    """Marker, page size, and the name of the size's member, of a paginated operation's request."""
    rule = pagination()[request.operation]
    return request.get(rule["input_token"]), request.get(rule["limit_key"]), rule["limit_key"]


def paged(request: Request, answer: dict[str, Any]) -> dict[str, Any]:
    """The asked-for page of an answer that holds the whole list; other answers as they are."""
    rule = pagination().get(request.operation)
    if rule is None:
        return answer
    marker, size, size_member = read_page_size(request)
    *parents, list_name = rule["result_key"].split(".")
    holder = answer
    for parent in parents:
        holder = holder[parent]
    page, next_marker = cut_page(request.operation, holder[list_name], marker, size, size_member)
    cut = {**holder, list_name: page}
    if next_marker is not None:
        cut[rule["output_token"].split(".")[-1]] = next_marker
    for parent in reversed(parents):
        cut = {**answer, parent: cut}
    return cut


def require_sound(shape: Shape | None, names: Iterable[str], values: Mapping[str, Any]) -> None:
    """Refuse members that the model does not know, and the absence of required ones."""
    unknown = unknown_members(shape, names)
    if unknown:
        raise ApiError("StandinUnknownMember", f"The service model knows no request member {', '.join(unknown)}.")
    missing = list(missing_members(shape, values))
    if missing:
        raise invalid_value(f"The parameter {missing[0]} must be provided and must not be blank.")


def _is_protocol(name: str) -> bool:
    return name in _PROTOCOL_MEMBERS or name.startswith(_PROTOCOL_PREFIXES)


def _fits(shape: Shape | None, parts: list[str]) -> bool:
    if isinstance(shape, StructureShape):
        if not parts:
            return False
        by_wire_name = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        return parts[0] in by_wire_name and _fits(by_wire_name[parts[0]], parts[1:])
    if isinstance(shape, ListShape):
        return not parts or (
            len(parts) > 1
            and parts[0] == shape.member.serialization.get("name", "member")
            and parts[1].isdigit()
            and _fits(shape.member, parts[2:])
        )
    if isinstance(shape, MapShape):
        return len(parts) == 3 and parts[0] == "entry" and parts[1].isdigit() and parts[2] in ("key", "value")
    return shape is not None and not parts


def _scalar_misfit(shape: Shape, value: Any, path: str) -> Iterator[str]:
    expected = _PYTHON_TYPES.get(shape.type_name, (object,))
    is_bool_as_number = isinstance(value, bool) and bool not in expected and object not in expected
    if not isinstance(value, expected) or is_bool_as_number:
        yield f"{path} is {type(value).__name__}, not {shape.type_name}"
    elif isinstance(value, datetime) and value.tzinfo is None:
        yield f"{path} has no time zone"
