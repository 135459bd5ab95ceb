# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the stand-in meets moto and botocore: the seams that an upgrade of either could tear.

The tests over `OPERATIONS` take in every operation that is registered, whoever wrote it.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import moto
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import ListShape, Shape, StructureShape
from moto import mock_aws

from tests.standin import behavior, mount, wire
from tests.standin.core.clock import Clock
from tests.standin.core.registry import OPERATIONS, Handler
from tests.standin.engines.null import NullDriver
from tests.standin.engines.waiting import wait_until
from tests.standin.server import Options, Standin

behavior.load()

NEVER_BUILT = "CreateGlobalReplicationGroup"
PATIENCE = 60
COMMON_ERRORS = {"InvalidParameterValue", "InvalidParameterCombination"}
BEHAVIOR_SOURCES = sorted(Path(behavior.__file__).parent.rglob("*.py"))


@pytest.fixture(scope="module")
def standin() -> Iterator[Standin]:
    with Standin(Options(engines=False, clock=Clock.stepped())) as running:
        yield running


@pytest.fixture(scope="module")
def elasticache(standin: Standin) -> Any:
    """Without botocore's own checks, so that the stand-in's are seen; without retries, so that errors come at once."""
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return boto3.client("elasticache", endpoint_url=standin.url, region_name="us-east-1", config=config)


def sample(shape: Shape, only_required: bool) -> Any:
    """A value of a request's shape: the model's word for what is not told."""
    if isinstance(shape, StructureShape):
        names = shape.required_members if only_required else list(shape.members)
        return {name: sample(shape.members[name], only_required) for name in names}
    if isinstance(shape, ListShape):
        return [sample(shape.member, only_required)]
    if shape.type_name == "string":
        return (getattr(shape, "enum", None) or ["sample"])[0]
    return {"boolean": True, "timestamp": "2026-01-01T00:00:00Z", "double": 1.0}.get(shape.type_name, 20)


def outcome(client: Any, operation: str, request: dict[str, Any]) -> str:
    """ "ok" or the error code."""
    try:
        client._make_api_call(operation, request)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "ok"


def modelled_errors(operation: str) -> set[str]:
    shapes = wire.service_model().operation_model(operation).error_shapes
    return {str(shape.metadata.get("error", {}).get("code", shape.name)) for shape in shapes} | COMMON_ERRORS


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
@pytest.mark.parametrize("only_required", [True, False], ids=["required", "all"])
def test_operations_answer_in_the_models_words(elasticache: Any, operation: str, only_required: bool) -> None:
    """A sound answer or an error of the model: never an unread member, an answer that does not fit, or a crash."""
    shape = wire.service_model().operation_model(operation).input_shape
    assert shape is not None
    seen = outcome(elasticache, operation, sample(shape, only_required))
    assert seen == "ok" or seen in modelled_errors(operation)


@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) & set(wire.pagination())))
def test_paginated_operations_take_page_sizes_and_refuse_foreign_markers(elasticache: Any, operation: str) -> None:
    rule = wire.pagination()[operation]
    shape = wire.service_model().operation_model(operation).input_shape
    assert shape is not None
    if operation == "DescribeCacheSecurityGroups":
        assert outcome(elasticache, operation, {}) == "InvalidParameterValue"
        return
    required = {"CacheParameterGroupName": "default.redis7", "CacheParameterGroupFamily": "redis7"}
    request = {name: required[name] for name in shape.required_members}
    assert outcome(elasticache, operation, {**request, rule["limit_key"]: 20}) == "ok"
    for refused in ({rule["limit_key"]: 101}, {rule["limit_key"]: 0}, {rule["input_token"]: "nonsense"}):
        assert outcome(elasticache, operation, {**request, **refused}) == "InvalidParameterValue"


def raised_codes(source: Path) -> Iterator[str]:
    """Codes of `ApiError("Code", ...)` in a file."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ApiError" and node.args:
            code = node.args[0]
            if isinstance(code, ast.Constant):
                yield str(code.value)


@pytest.mark.parametrize("source", BEHAVIOR_SOURCES, ids=lambda path: path.stem)
def test_error_codes_are_the_models(source: Path) -> None:
    known = {
        str(shape.metadata.get("error", {}).get("code", shape.name)) for shape in wire.service_model().error_shapes
    }
    assert {code for code in raised_codes(source) if not code.startswith("Standin")} <= known


def test_error_statuses_are_the_models(elasticache: Any) -> None:
    statuses = {}
    for operation, request in {
        "DescribeCacheParameterGroups": {"CacheParameterGroupName": "none"},
        "DescribeCacheSubnetGroups": {"CacheSubnetGroupName": "none"},
        "DescribeUsers": {"UserId": "none"},
    }.items():
        with pytest.raises(ClientError) as caught:
            elasticache._make_api_call(operation, request)
        statuses[caught.value.response["Error"]["Code"]] = caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert statuses == {"CacheParameterGroupNotFound": 404, "CacheSubnetGroupNotFoundFault": 400, "UserNotFound": 404}


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_an_operation_that_is_not_built_is_answered_once_and_at_once(standin: Standin, mode: Any) -> None:
    config = Config(parameter_validation=False, retries={"mode": mode})
    client = boto3.client("elasticache", endpoint_url=standin.url, config=config)
    standin.control.clear_calls()
    with pytest.raises(ClientError) as caught:
        client._make_api_call(NEVER_BUILT, {"GlobalReplicationGroupIdSuffix": "a", "PrimaryReplicationGroupId": "b"})
    assert caught.value.response["Error"]["Code"] == "StandinMissingOperation"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert standin.control.call_counts() == {f"elasticache:{NEVER_BUILT}": 1}


def test_what_moto_cannot_do_is_answered_once_and_at_once(standin: Standin) -> None:
    client = boto3.client("ec2", endpoint_url=standin.url)
    with pytest.raises(ClientError) as caught:
        client.get_aws_network_performance_data()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0


@pytest.mark.parametrize(
    ("handler", "code"),
    [
        (lambda world, request: {"Users": []}, "StandinUnreadMember"),
        (lambda world, request: {"Users": [], "UserID": request["UserId"]}, "StandinAnswerMisfit"),
        (lambda world, request: {"Users": [request["UserID"]]}, "StandinFailure"),
    ],
)
def test_a_handler_that_is_wrong_never_looks_like_success(
    monkeypatch: pytest.MonkeyPatch, elasticache: Any, handler: Handler, code: str
) -> None:
    monkeypatch.setitem(OPERATIONS, "DescribeUsers", handler)
    with pytest.raises(ClientError) as caught:
        elasticache.describe_users(UserId="default")
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_moto_asks_ours_and_has_the_version_that_was_read() -> None:
    assert moto.__version__.startswith("5.2.")
    backends = sys.modules["moto.elasticache.models"].elasticache_backends
    assert issubclass(backends.backend, mount.ElastiCacheBackend)


def test_the_same_installation_serves_mock_aws() -> None:
    mount.install(mount.Installation(Clock.stepped(), NullDriver()))
    with mock_aws():
        client = boto3.client("elasticache", region_name="eu-west-1")
        groups = client.describe_cache_subnet_groups()["CacheSubnetGroups"]
        assert [group["CacheSubnetGroupName"] for group in groups] == ["default"]
        with pytest.raises(client.exceptions.UserNotFoundFault):
            client.describe_users(UserId="none")
    mount.uninstall()


@pytest.fixture(scope="module")
def command_line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The AWS CLI against a stand-in of its own process: a second client, sharing no state with this one."""
    state = tmp_path_factory.mktemp("standin")
    with (state / "out").open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.standin", "--state", str(state), "--no-engines", "--rate", "1000"],
            stdout=out,
            stderr=subprocess.STDOUT,
        )

    def is_answering() -> bool:
        assert process.poll() is None, (state / "out").read_text()
        return (state / "endpoint.json").exists()

    wait_until("it answers", is_answering, within=PATIENCE)
    url = json.loads((state / "endpoint.json").read_text())["url"]
    yield [str(Path(sys.executable).with_name("aws")), "--endpoint-url", url, "--region", "us-east-1"]
    stopped = subprocess.run([sys.executable, "-m", "tests.standin", "stop", "--state", str(state)], check=False)
    assert process.wait(PATIENCE) == 0
    assert stopped.returncode == 0
    assert not (state / "endpoint.json").exists()


def run(command: list[str], *arguments: str) -> Any:
    environment = {**os.environ, "AWS_PAGER": ""}
    done = subprocess.run([*command, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout or "null")


def test_the_cli_sets_and_reads_parameters(command_line: list[str]) -> None:
    create = ["elasticache", "create-cache-parameter-group", "--cache-parameter-group-name", "Cli"]
    made = run(command_line, *create, "--cache-parameter-group-family", "valkey8", "--description", "by the CLI")
    assert made["CacheParameterGroup"]["CacheParameterGroupName"] == "cli"
    pair = "ParameterName=maxmemory-policy,ParameterValue=allkeys-lru"
    named = ["--cache-parameter-group-name", "cli"]
    run(command_line, "elasticache", "modify-cache-parameter-group", *named, "--parameter-name-values", pair)
    shown = run(command_line, "elasticache", "describe-cache-parameters", *named, "--page-size", "20")
    by_user = [row for row in shown["Parameters"] if row["Source"] == "user"]
    assert [(row["ParameterName"], row["ParameterValue"]) for row in by_user] == [("maxmemory-policy", "allkeys-lru")]
    assert len(shown["Parameters"]) > 60


def test_the_cli_makes_and_tags_a_subnet_group(command_line: list[str]) -> None:
    subnets = run(command_line, "ec2", "describe-subnets", "--query", "Subnets[:2].SubnetId")
    create = ["elasticache", "create-cache-subnet-group", "--cache-subnet-group-name", "cli", "--subnet-ids", *subnets]
    made = run(command_line, *create, "--cache-subnet-group-description", "d", "--tags", "Key=owner,Value=team a")
    listed = run(
        command_line, "elasticache", "list-tags-for-resource", "--resource-name", made["CacheSubnetGroup"]["ARN"]
    )
    assert listed["TagList"] == [{"Key": "owner", "Value": "team a"}]
