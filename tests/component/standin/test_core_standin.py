# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in in this process, seen by boto3 and through its control calls."""

from __future__ import annotations

import json
import os
import socket
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.standin import mount
from tests.standin.control import ControlError
from tests.standin.core.clock import Clock
from tests.standin.core.names import ArnKind, build_arn
from tests.standin.server import Options, Standin

SECRET = "purple-monkey-dishwasher-5521"
NEIGHBORS = (
    "cloudwatch",
    "ec2",
    "ecs",
    "iam",
    "kms",
    "lambda",
    "logs",
    "s3",
    "secretsmanager",
    "sns",
    "ssm",
    "sts",
)


@pytest.fixture
def standin() -> Iterator[Standin]:
    with Standin(Options(engines=False, clock=Clock.stepped())) as running:
        yield running


def client(standin: Standin, service: Any = "elasticache", region: str = "us-east-1", attempts: int = 1) -> Any:
    config = Config(retries={"total_max_attempts": attempts, "mode": "standard"})
    return boto3.client(service, endpoint_url=standin.url, region_name=region, config=config)


def make_parameter_group(elasticache: Any, name: str = "mine") -> None:
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName=name, CacheParameterGroupFamily="redis7", Description="d"
    )


def set_timeout(elasticache: Any, seconds: int) -> None:
    elasticache.modify_cache_parameter_group(
        CacheParameterGroupName="mine",
        ParameterNameValues=[{"ParameterName": "timeout", "ParameterValue": str(seconds)}],
    )


def timeout_of(elasticache: Any) -> str:
    rows = elasticache.describe_cache_parameters(CacheParameterGroupName="mine")["Parameters"]
    return str(next(row["ParameterValue"] for row in rows if row["ParameterName"] == "timeout"))


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


@pytest.mark.parametrize("service", NEIGHBORS)
def test_the_other_services_answer_at_the_same_url(standin: Standin, service: str) -> None:
    reads = {
        "cloudwatch": "describe_alarms",
        "ec2": "describe_vpcs",
        "ecs": "list_clusters",
        "iam": "list_roles",
        "kms": "list_keys",
        "lambda": "list_functions",
        "logs": "describe_log_groups",
        "s3": "list_buckets",
        "secretsmanager": "list_secrets",
        "sns": "list_topics",
        "ssm": "describe_parameters",
        "sts": "get_caller_identity",
    }
    answer = getattr(client(standin, service), reads[service])()
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def own_listening_addresses() -> set[str]:
    """Hexadecimal "address:port" of this process's listening sockets."""
    own = {os.readlink(handle) for handle in Path("/proc/self/fd").iterdir() if handle.is_symlink()}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in own}


def test_nothing_listens_beyond_loopback(standin: Standin) -> None:
    port = int(standin.url.rsplit(":", 1)[1])
    assert f"0100007F:{port:04X}" in own_listening_addresses()
    assert {address.split(":")[0] for address in own_listening_addresses()} == {"0100007F"}


def test_regions_are_worlds_of_their_own(standin: Standin) -> None:
    make_parameter_group(client(standin))
    elsewhere = client(standin, region="eu-west-1")
    with pytest.raises(elsewhere.exceptions.CacheParameterGroupNotFoundFault):
        elsewhere.describe_cache_parameter_groups(CacheParameterGroupName="mine")
    assert {world["region"] for world in standin.control.world()} == {"us-east-1", "eu-west-1"}


def test_unknown_members_of_a_raw_request_are_refused_loudly(standin: Standin) -> None:
    body = b"Action=DescribeUsers&Version=2015-02-02&UserID=default"
    scope = "AWS4-HMAC-SHA256 Credential=AKIATEST/20260101/us-east-1/elasticache/aws4_request, Signature=0"
    request = urllib.request.Request(standin.url, data=body, headers={"Authorization": scope})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 501
    assert b"<Code>StandinUnknownMember</Code>" in caught.value.read()


def test_a_number_that_is_none_is_refused_in_the_services_form(standin: Standin) -> None:
    elasticache = boto3.client("elasticache", endpoint_url=standin.url, config=Config(parameter_validation=False))
    with pytest.raises(ClientError) as caught:
        elasticache.describe_events(MaxRecords="many")
    assert code_of(caught) == "InvalidParameterValue"


def test_many_at_a_time_lose_nothing(standin: Standin) -> None:
    elasticache = client(standin)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: make_parameter_group(elasticache, f"group{number}"), range(40)))
    pages = elasticache.get_paginator("describe_cache_parameter_groups").paginate(PaginationConfig={"PageSize": 20})
    names = [group["CacheParameterGroupName"] for page in pages for group in page["CacheParameterGroups"]]
    assert len([name for name in names if name.startswith("group")]) == 40
    assert len(standin.control.calls("CreateCacheParameterGroup")) == 40


def test_throttling_is_what_sdks_repeat(standin: Standin) -> None:
    standin.control.add_fault("throttle", "DescribeUsers", times=1)
    answer = client(standin, attempts=3).describe_users()
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    outcomes = [call["outcome"] for call in standin.control.calls("DescribeUsers")]
    assert outcomes == ["Throttling", "ok"]


def test_an_error_is_made_to_order_in_the_services_form(standin: Standin) -> None:
    standin.control.add_fault(
        "error",
        "Create*",
        code="InsufficientCacheClusterCapacity",
        message="no room in us-east-1a",
        status=400,
        times=1,
    )
    elasticache = client(standin)
    with pytest.raises(ClientError, match="no room in us-east-1a") as caught:
        make_parameter_group(elasticache)
    assert code_of(caught) == "InsufficientCacheClusterCapacity"
    make_parameter_group(elasticache)


def test_faults_reach_the_other_services_in_their_own_form(standin: Standin) -> None:
    standin.control.add_fault("error", "GetSecretValue", service="secretsmanager", code="DecryptionFailure", status=400)
    standin.control.add_fault("throttle", "DescribeVpcs", service="ec2")
    with pytest.raises(ClientError) as caught:
        client(standin, "secretsmanager").get_secret_value(SecretId="a")
    assert code_of(caught) == "DecryptionFailure"
    with pytest.raises(ClientError) as caught:
        client(standin, "ec2").describe_vpcs()
    assert code_of(caught) == "Throttling"
    standin.control.clear_faults()
    assert client(standin, "ec2").describe_vpcs()["Vpcs"]


def test_an_answer_that_is_dropped_leaves_the_action_done(standin: Standin) -> None:
    standin.control.add_fault("drop_after", "CreateCacheParameterGroup", times=1)
    elasticache = client(standin)
    with pytest.raises(ConnectionClosedError):
        make_parameter_group(elasticache)
    with pytest.raises(elasticache.exceptions.CacheParameterGroupAlreadyExistsFault):
        make_parameter_group(elasticache)
    outcomes = [call["outcome"] for call in standin.control.calls("CreateCacheParameterGroup")]
    assert outcomes == ["dropped", "CacheParameterGroupAlreadyExists"]


def test_a_request_that_is_dropped_does_nothing(standin: Standin) -> None:
    standin.control.add_fault("drop_before", "CreateCacheParameterGroup", times=1)
    elasticache = client(standin)
    with pytest.raises(ConnectionClosedError):
        make_parameter_group(elasticache)
    make_parameter_group(elasticache)


def test_reads_may_be_stale_after_a_change(standin: Standin) -> None:
    elasticache = client(standin)
    make_parameter_group(elasticache)
    standin.control.add_fault("stale", "Describe*", times=2)
    assert timeout_of(elasticache) == "0"
    set_timeout(elasticache, 300)
    assert [timeout_of(elasticache) for _other in range(3)] == ["0", "0", "300"]


def test_a_group_that_was_just_made_may_not_be_seen_yet(standin: Standin) -> None:
    elasticache = client(standin)
    standin.control.add_fault("stale", "DescribeCacheParameterGroups", seconds=30)
    make_parameter_group(elasticache)
    with pytest.raises(elasticache.exceptions.CacheParameterGroupNotFoundFault):
        elasticache.describe_cache_parameter_groups(CacheParameterGroupName="mine")
    standin.control.advance(31)
    assert elasticache.describe_cache_parameter_groups(CacheParameterGroupName="mine")["CacheParameterGroups"]


def test_a_delay_holds_one_request_and_no_other(standin: Standin) -> None:
    standin.control.add_fault("delay", "DescribeUsers", seconds=600)
    with ThreadPoolExecutor(1) as pool:
        delayed = pool.submit(client(standin).describe_users)
        assert client(standin).describe_events()["Events"] == []
        assert not delayed.done()
        standin.stop()
        assert wait([delayed], timeout=60).done


def test_service_time_is_stepped_from_outside(standin: Standin) -> None:
    elasticache = client(standin)
    make_parameter_group(elasticache)
    set_timeout(elasticache, 300)
    assert [entry["label"] for entry in standin.control.clock()["pending"]] == ["apply parameters of mine"]
    with pytest.raises(elasticache.exceptions.InvalidCacheParameterGroupStateFault):
        set_timeout(elasticache, 60)
    standin.control.advance(20)
    assert standin.control.clock()["pending"] == []
    set_timeout(elasticache, 60)


def test_durations_are_set_from_outside(standin: Standin) -> None:
    standin.control.set_durations(parameter_apply=0)
    assert standin.control.durations()["parameter_apply"] == 0
    elasticache = client(standin)
    make_parameter_group(elasticache)
    set_timeout(elasticache, 300)
    set_timeout(elasticache, 60)


@pytest.mark.parametrize(
    "call",
    [
        lambda control: control.set_durations(nothing=1),
        lambda control: control.add_fault("earthquake"),
        lambda control: control.advance(-1),
        lambda control: control.crash_node("none", region="ap-south-1"),
        lambda control: control._call("GET", "nothing"),
    ],
)
def test_control_calls_that_make_no_sense_are_refused(standin: Standin, call: Any) -> None:
    with pytest.raises(ControlError, match=r"400|error"):
        call(standin.control)


def test_the_log_of_calls_holds_no_secrets(standin: Standin) -> None:
    client(standin, "ssm").put_parameter(Name="/a", Value=SECRET, Type="SecureString")
    client(standin, "secretsmanager").create_secret(Name="a", SecretString=SECRET)
    with pytest.raises(ClientError):
        client(standin).create_user(UserId="a", UserName="a", Engine="redis", AccessString="on", Passwords=[SECRET])
    calls = standin.control.calls()
    assert [call["operation"] for call in calls] == ["PutParameter", "CreateSecret", "CreateUser"]
    assert SECRET not in json.dumps(calls)
    assert SECRET not in (standin.state / "calls.jsonl").read_text()


def test_neighbors_are_read_where_moto_keeps_them(standin: Standin) -> None:
    ec2, kms = client(standin, "ec2"), client(standin, "kms")
    subnet = ec2.describe_subnets()["Subnets"][0]
    group = ec2.describe_security_groups()["SecurityGroups"][0]
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/mine", TargetKeyId=key["KeyId"])
    topic = client(standin, "sns").create_topic(Name="alerts")["TopicArn"]
    client(standin, "logs").create_log_group(logGroupName="/aws/vendedlogs/redis")
    neighbors = mount.MotoNeighbors("123456789012", "us-east-1")
    found = neighbors.subnet(subnet["SubnetId"])
    assert found is not None
    assert (found.vpc_id, found.zone) == (subnet["VpcId"], subnet["AvailabilityZone"])
    assert neighbors.subnet("subnet-none") is None
    assert found in neighbors.default_subnets()
    assert found.zone in neighbors.zones()
    assert neighbors.security_group_vpc(group["GroupId"]) == group["VpcId"]
    assert neighbors.security_group_vpc("sg-none") is None
    assert all(neighbors.has_kms_key(name) for name in (key["KeyId"], key["Arn"], "alias/mine"))
    assert not neighbors.has_kms_key("none")
    assert neighbors.has_topic(topic)
    assert not neighbors.has_topic("none")
    assert neighbors.has_log_group("/aws/vendedlogs/redis")
    assert not neighbors.has_log_group("none")
    assert not neighbors.has_delivery_stream("none")


@pytest.mark.parametrize("kind", ["subnetgroup", "parametergroup", "user"])
def test_tags_by_arn(standin: Standin, kind: ArnKind) -> None:
    names = {"subnetgroup": "default", "parametergroup": "default.valkey9", "user": "default"}
    arn = build_arn(kind, names[kind], "123456789012", "us-east-1")
    elasticache = client(standin)
    elasticache.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "owner", "Value": "a"}])
    assert elasticache.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "owner", "Value": "a"}]


def test_motos_reset_empties_this_service_too(standin: Standin) -> None:
    make_parameter_group(client(standin))
    set_timeout(client(standin), 300)
    urllib.request.urlopen(urllib.request.Request(f"{standin.url}/moto-api/reset", method="POST")).close()
    assert standin.control.clock()["pending"] == []
    make_parameter_group(client(standin))
    assert timeout_of(client(standin)) == "0"


def test_regions_may_be_opened_while_others_are_busy(standin: Standin) -> None:
    regions = ("us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1")

    def ask(region: str) -> int:
        elasticache = client(standin, region=region)
        made = [
            elasticache.create_cache_subnet_group(
                CacheSubnetGroupName=f"group{number}",
                CacheSubnetGroupDescription="d",
                SubnetIds=[subnet["SubnetIdentifier"]],
            )
            for number, subnet in enumerate(
                elasticache.describe_cache_subnet_groups()["CacheSubnetGroups"][0]["Subnets"][:2]
            )
        ]
        return len(made)

    with ThreadPoolExecutor(len(regions)) as pool:
        assert list(pool.map(ask, regions)) == [2] * len(regions)


def test_a_taken_port_is_an_error_that_leaves_nothing_behind(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        options = Options(port=taken.getsockname()[1], state=tmp_path, engines=False)
        with pytest.raises(OSError, match="in use"):
            Standin(options).start()
    assert list(tmp_path.iterdir()) == []


def test_stopping_ends_threads_and_the_announcement(tmp_path: Path) -> None:
    standin = Standin(Options(state=tmp_path, engines=False))
    standin.start()
    endpoint = json.loads((tmp_path / "endpoint.json").read_text())
    assert endpoint["url"] == standin.url
    assert endpoint["ca"] is None
    control = standin.control
    standin.stop()
    assert not (tmp_path / "endpoint.json").exists()
    with pytest.raises(ControlError):
        control.hello()


def test_answers_are_dated_by_the_clock_of_the_stand_in_and_signing_and_repeats_do_not_mind(standin: Standin) -> None:
    """botocore estimates from the header by how much the machine's clock is off, and says so when it repeats a call."""
    standin.control.advance(400 * 24 * 3600)
    standin.control.add_fault("throttle", "DescribeEvents", times=1)
    asked = client(standin, attempts=2).describe_events()
    assert asked["ResponseMetadata"]["RetryAttempts"] == 1
    header = asked["ResponseMetadata"]["HTTPHeaders"]["date"]
    assert parsedate_to_datetime(header).isoformat() == standin.control.clock()["now"]
    assert client(standin, "s3").list_buckets()["ResponseMetadata"]["HTTPHeaders"]["date"] == header
