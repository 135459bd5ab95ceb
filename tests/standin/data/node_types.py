# SPDX-License-Identifier: GPL-3.0-or-later
"""Node types: memory, processors, oldest engines.

`maxmemory` is the parameter of that name in bytes ("Engine specific parameters", 2026). Sizes marked derived have no
published figure here: M5 and R5 above large and R6gd follow M6g and R6g of the same size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

Number = tuple[int, ...]


@dataclass(frozen=True)
class NodeType:
    """`oldest_redis` is None for types that run Valkey only. A retired type runs on, but cannot be created."""

    name: str
    vcpus: int
    maxmemory: int
    oldest_redis: Number | None
    is_retired: bool = False

    @cached_property
    def family(self) -> str:
        """Such as "t4g"."""
        return self.name.split(".")[1]

    @property
    def has_data_tiering(self) -> bool:
        return self.family == "r6gd"

    def runs(self, engine: str, number: Number) -> bool:
        """Whether it can run that version."""
        if engine != "redis":
            return not self.is_retired
        return self.oldest_redis is not None and number >= self.oldest_redis


_MICRO, _SMALL, _MEDIUM = 536870912, 1471026299, 3317862236
_M = {"large": 6854542746, "xlarge": 13891921715, "2xlarge": 27966669210}
_R = {"large": 14037181030, "xlarge": 28261849702, "2xlarge": 56711183565, "4xlarge": 113609865216}
_VCPUS = {"micro": 2, "small": 2, "medium": 2, "large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16}
_T = {"micro": _MICRO, "small": _SMALL, "medium": _MEDIUM}
_ANY: Number = (0,)
_FROM_5_0_6: Number = (5, 0, 6)
_FROM_6_2: Number = (6, 2)


def _sizes(
    family: str, memory: dict[str, int], oldest_redis: Number | None, is_retired: bool = False
) -> list[NodeType]:
    return [
        NodeType(f"cache.{family}.{size}", _VCPUS[size], maxmemory, oldest_redis, is_retired)
        for size, maxmemory in memory.items()
    ]


_TABLE = [
    *_sizes("t1", {"micro": 142606336}, _ANY, is_retired=True),
    *_sizes("t2", {"micro": 581959680, "small": 1665138688, "medium": 3461349376}, _ANY, is_retired=True),
    *_sizes("t3", _T, (3, 2, 4)),
    *_sizes("t4g", _T, _FROM_5_0_6),
    *_sizes("c7gn", {"large": _MEDIUM}, _FROM_6_2),
    *_sizes("m5", _M, _ANY),  # above large: derived
    *_sizes("m6g", _M, _FROM_5_0_6),
    *_sizes("m7g", _M, _FROM_6_2),
    *_sizes("m8g", {"large": 7294178820}, None),
    *_sizes("r5", _R, _ANY),  # above large: derived
    *_sizes("r6g", _R, _FROM_5_0_6),
    *_sizes("r6gd", {size: memory for size, memory in _R.items() if size != "large"}, _FROM_6_2),  # derived
    *_sizes("r7g", _R, _FROM_6_2),
    *_sizes("r8g", {"large": 15222495510}, None),
]

NODE_TYPES: dict[str, NodeType] = {node_type.name: node_type for node_type in _TABLE}
