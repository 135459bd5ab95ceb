# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports point one way, from the fronts down to the reconcile core."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.unit.house.tree import python_sources, report

COLLECTION = "ansible_collections.redisops.cache.plugins"
AMAZON = "ansible_collections.amazon.aws.plugins.module_utils"

FAMILIES = {"cloudwatch", "cost", "elasticache", "memorydb", "publish"}
BELOW_FRONTS = FAMILIES | {"aws", "operations", "reconcile", "redis"}

# Which layers of plugins/module_utils a layer may import, besides itself.
LAYERS: dict[str, set[str]] = {
    "action": BELOW_FRONTS,
    "callback": BELOW_FRONTS,
    "doc_fragments": set(),
    "filter": BELOW_FRONTS,
    "inventory": BELOW_FRONTS,
    "modules": BELOW_FRONTS,
    "operations": BELOW_FRONTS,
    **{family: {"aws", "reconcile"} for family in FAMILIES},
    "aws": {"reconcile"},
    "redis": {"reconcile"},
    "reconcile": set(),
}
FRONTS = {"action", "callback", "doc_fragments", "filter", "inventory", "modules"}

AWS_LIBRARIES = ("boto3", "botocore", "ansible_collections.amazon", "ansible_collections.community.aws")
# The core takes a session and plain parameters: only fronts, and the glue in aws/, see a module object.
MODULE_OBJECTS = ("ansible.module_utils.basic", f"{AMAZON}.modules")
# What amazon.aws promises to keep for other collections.
AMAZON_UTILS = {"botocore", "errors", "exceptions", "modules", "retries", "tagging", "waiter"}


def layer_of(path: PurePosixPath) -> str:
    """Return the folder that decides about a file's imports: "elasticache" for plugins/module_utils/elasticache/..."""
    return path.parts[2] if path.parts[1] == "module_utils" else path.parts[1]


def imported_names(path: PurePosixPath, source: str) -> Iterator[str]:
    """Yield the absolute dotted name of everything that a file imports, wherever in the file it does so."""
    package = [*COLLECTION.split("."), *path.parts[1:-1]]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = [*base, node.module] if node.module else base
            yield from (".".join([*module, alias.name]) for alias in node.names)


def is_within(name: str, *packages: str) -> bool:
    return any(f"{name}.".startswith(f"{package}.") for package in packages)


def objection(layer: str, name: str) -> str | None:
    """Return what speaks against a file of that layer importing that name."""
    top = name.partition(".")[0]
    if is_within(name, f"{COLLECTION}.module_utils"):
        target = name.removeprefix(f"{COLLECTION}.module_utils.").partition(".")[0]
        return None if target == layer or target in LAYERS[layer] else f"{layer} may not import {target}"
    if is_within(name, COLLECTION) and layer not in FRONTS:
        return "a front is imported by nothing below it"
    if top == "tests":
        return "the collection never imports its tests"
    if layer == "reconcile" and top not in sys.stdlib_module_names:
        return "reconcile knows the standard library only"
    if layer == "redis" and is_within(name, *AWS_LIBRARIES):
        return "redis/ also runs on hosts, without the AWS libraries"
    if layer not in FRONTS | {"aws"} and is_within(name, *MODULE_OBJECTS):
        return "the core never sees a module object"
    if is_within(name, "ansible_collections.amazon") and (
        not is_within(name, AMAZON) or name.removeprefix(f"{AMAZON}.").partition(".")[0] not in AMAZON_UTILS
    ):
        return "not one of the utils that amazon.aws keeps for others"
    return None


def import_problems(path: PurePosixPath, source: str) -> list[str]:
    layer = layer_of(path)
    if layer not in LAYERS:
        return [f"{path}: {layer} has no place in the order of the layers"]
    found = [(name, objection(layer, name)) for name in imported_names(path, source)]
    return [f"{path}: {name}: {reason}" for name, reason in found if reason]


def test_imports_point_one_way() -> None:
    sources = python_sources("plugins")
    assert sources
    report([problem for path, source in sources.items() for problem in import_problems(path, source)])


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("plugins/module_utils/reconcile/plan.py", "import yaml"),
        ("plugins/module_utils/reconcile/plan.py", "from ansible.module_utils.basic import AnsibleModule"),
        ("plugins/module_utils/reconcile/plan.py", "from ..aws import tags"),
        ("plugins/module_utils/reconcile/plan.py", "from .. import aws"),
        ("plugins/module_utils/aws/run.py", "from ..elasticache.api import describe"),
        ("plugins/module_utils/elasticache/api.py", "from ..memorydb import api"),
        ("plugins/module_utils/elasticache/subnet_group/spec.py", "from ...redis.connection import connect"),
        ("plugins/module_utils/elasticache/subnet_group/spec.py", "from ...operations import migration"),
        ("plugins/module_utils/elasticache/api.py", f"from {COLLECTION}.modules import elasticache_subnet_group"),
        ("plugins/module_utils/elasticache/api.py", "import ansible.module_utils.basic"),
        ("plugins/module_utils/elasticache/api.py", f"from {AMAZON}.modules import AnsibleAWSModule"),
        ("plugins/module_utils/elasticache/api.py", f"from {AMAZON}.ec2 import get_ec2_security_group_ids_from_names"),
        (
            "plugins/module_utils/elasticache/api.py",
            "from ansible_collections.amazon.aws.plugins.modules import s3_object",
        ),
        ("plugins/module_utils/redis/connection.py", "def late():\n    import botocore.session"),
        ("plugins/module_utils/redis/connection.py", f"from {AMAZON}.retries import AWSRetry"),
        ("plugins/module_utils/operations/rotation.py", "from tests.standin import server"),
        ("plugins/modules/elasticache_subnet_group.py", "if TYPE_CHECKING:\n    from tests.standin import server"),
        ("plugins/module_utils/misc/things.py", ""),
    ],
)
def test_a_wrong_import_is_found(path: str, source: str) -> None:
    assert len(import_problems(PurePosixPath(path), source)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("plugins/module_utils/reconcile/plan.py", "import dataclasses\nfrom .field import Field"),
        (
            "plugins/module_utils/aws/run.py",
            f"from ..reconcile import plan\nfrom {AMAZON}.modules import AnsibleAWSModule",
        ),
        ("plugins/module_utils/elasticache/subnet_group/spec.py", "from ...aws import tags\nfrom ..names import check"),
        ("plugins/module_utils/operations/rotation.py", "from ..elasticache import api\nfrom ..redis import acl"),
        ("plugins/modules/elasticache_subnet_group.py", f"from {COLLECTION}.module_utils.aws.run import run_module"),
    ],
)
def test_a_right_import_passes(path: str, source: str) -> None:
    assert import_problems(PurePosixPath(path), source) == []
