# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks as people run them: ansible-playbook by FQCN against an AWS whose caches answer, and ansible-runner."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.component.sites import NETWORK, RATE, SECRET, Ended, Site
from tests.demo.network import make_network
from tests.standin.core.clock import Clock
from tests.standin.server import Options, Standin

SHOP = {
    # The subnet group is shared, which is safe since both say the same about it.
    "carts": {"cache_subnet_group": "shop", "cache_tls": False, "cache_encryption_at_rest": False},
    "orders": {
        "cache_subnet_group": "shop",
        "cache_replicas": 1,
        "cache_auth_token": f"{{{{ lookup('amazon.aws.secretsmanager_secret', '{SECRET}', region=cache_region) }}}}",
        "cache_parameters": {"maxmemory-policy": "allkeys-lru"},
        "cache_parameter_group_family": "redis7",
    },
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Standin(Options(state=tmp_path / "aws", clock=Clock.accelerated(RATE))) as standin:
        make_network(standin.url, NETWORK)
        site = Site(standin, tmp_path)
        site.describe(SHOP)
        site.forget()
        yield site


def test_a_deployment_is_foretold_made_and_then_left_alone(site: Site) -> None:
    foretold = site.run("deploy_caches", "--check", "--diff")
    assert_foretold(site, foretold)
    made = site.run("deploy_caches", "-vvvvv")
    assert made.returncode == 0, made.output
    assert foretold.changed == {"carts": 3, "orders": 4}
    # The two share a subnet group: whoever comes second may find it made.
    assert sum(foretold.changed.values()) - sum(made.changed.values()) in (0, 1)
    assert site.token not in made.output
    assert_open_to_the_application(site)
    again = site.run("deploy_caches")
    assert (again.returncode, again.changed) == (0, {"carts": 0, "orders": 0}), again.output
    verify_through_runner(site)


def assert_foretold(site: Site, foretold: Ended) -> None:
    assert foretold.returncode == 0, foretold.output
    assert site.changes == []
    assert "orders: create, disruption none" in foretold.output
    assert "node_type: cache.t4g.micro (none)" in foretold.output


def assert_open_to_the_application(site: Site) -> None:
    groups = {each["GroupName"]: each for each in site.client("ec2").describe_security_groups()["SecurityGroups"]}
    for name in SHOP:
        (rule,) = groups[name]["IpPermissions"]
        assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 6379, 6379)
        assert [each["GroupId"] for each in rule["UserIdGroupPairs"]] == [groups["shop-servers"]["GroupId"]]
        assert (rule["IpRanges"], rule["Ipv6Ranges"], rule["PrefixListIds"]) == ([], [], [])


def verify_through_runner(site: Site) -> None:
    """As AWX does it, with everything that it keeps of a run searched for the token."""
    site.forget()
    kept = site.folder / "runner"
    (kept / "env").mkdir(parents=True)
    (kept / "env" / "envvars").write_text(json.dumps(site.environment), encoding="utf-8")
    (kept / "env" / "extravars").write_text(json.dumps({"cache_ca_path": str(site.standin.ca)}), encoding="utf-8")
    command = ["ansible-runner", "run", str(kept), "-p", "redisops.cache.verify_caches", "-vvvvv"]
    ended = site.call(*command, "--inventory", str(site.inventory))
    assert ended.returncode == 0, ended.output
    events = [json.loads(path.read_text(encoding="utf-8")) for path in kept.glob("artifacts/*/job_events/*.json")]
    found = {each["event_data"]["host"]: each["event_data"]["res"] for each in events if is_finding(each)}
    passed = {
        host: set(each["ansible_facts"]["elasticache_cluster_verified"]["passed"]) for host, each in found.items()
    }
    assert {"role", "write"} <= passed["carts"]
    assert {"tls", "refuse_unauthenticated", "refuse_wrong_password", "refuse_plaintext"} <= passed["orders"]
    assert site.changes == []
    assert [str(path) for path in kept.rglob("*") if path.is_file() and site.token in path.read_text()] == []


def is_finding(event: Mapping[str, Any]) -> bool:
    return event["event"] == "runner_on_ok" and "Remember what was found" in event["event_data"]["task"]


def test_a_bad_inventory_is_refused_as_a_whole(site: Site) -> None:
    bad = {
        "cache_name": "orders",
        "cache_engine_version": "9.9",
        "cache_multi_az": True,
        "cache_subnets": ["shop-a", "shop-z"],
        "cache_clients": ["servers of the shop", "0.0.0.0/0"],
        "cache_parameters": {"maxmemory-policy": "allkeys-lru", "requirepass": "not-a-parameter-of-the-service"},
        "cache_parameter_group_family": "redis7",
        "cache_auth_token": "too-short",
        "cache_snapshot_window": "03:00-05:00",
        "cache_maintenance_window": "sun:04:00-sun:05:00",
    }
    site.describe({**SHOP, "bad": bad})
    refused = site.run("deploy_caches", "--limit=orders,bad")
    told = " ".join(refused.output.split())
    assert refused.returncode != 0
    assert site.changes == []
    for problem in (
        "engine_version: redis 9.9",
        "elasticache_cluster_subnets: this region has no shop-z",
        "0.0.0.0/0",
        "parameters.requirepass",
        "auth_token: ",
        "snapshot_window: ",
        "multi_az_enabled: ",
        "replication group orders, eu-central-1: another host of this run means to make it too",
    ):
        assert problem in told, refused.output
    assert told.count("was left as it is") == 2 * 2  # each host's failure, as error and as result


def test_a_security_group_of_somebody_else_is_left_alone(site: Site) -> None:
    """Its rules are another's: taking them over would cut off whom they let in."""
    site.describe({"carts": {**SHOP["carts"], "cache_security_group": "shop-servers"}})
    refused = site.run("deploy_caches")
    assert refused.returncode != 0
    assert "shop-servers exists and belongs to no cache that this role has made" in " ".join(refused.output.split())
    assert site.changes == []


def test_one_cache_is_destroyed_when_its_name_is_said_twice(site: Site) -> None:
    made = site.run("deploy_caches")
    assert made.returncode == 0, made.output
    site.forget()
    assert_guarded(site)
    ended = site.run("destroy_cache", "--limit=orders", "-e", "confirm=orders")
    assert ended.returncode == 0, ended.output
    assert "Kept, since other caches use it: shop." in " ".join(ended.output.split())
    assert_destroyed(site)


def assert_guarded(site: Site) -> None:
    """Destroying wants one host, and the name of its cache."""
    for options, told in (
        ((), "This is about 2 caches; name the one with --limit."),
        (("--limit=orders",), "run this again with -e confirm=orders."),
        (("--limit=orders", "-e", "confirm=carts"), "(it was carts)"),
    ):
        refused = site.run("destroy_cache", *options)
        assert refused.returncode != 0
        assert told in " ".join(refused.output.split())
    assert site.changes == []


def assert_destroyed(site: Site) -> None:
    """What the other cache uses stays; the data is in a snapshot."""
    elasticache, ec2 = site.client("elasticache"), site.client("ec2")
    groups = elasticache.describe_replication_groups()["ReplicationGroups"]
    assert [each["ReplicationGroupId"] for each in groups] == ["carts"]
    (snapshot,) = elasticache.describe_snapshots()["Snapshots"]
    assert snapshot["SnapshotName"].startswith("orders-final-")
    parameter_groups = elasticache.describe_cache_parameter_groups()["CacheParameterGroups"]
    own = [each for each in parameter_groups if not each["CacheParameterGroupName"].startswith("default.")]
    assert own == []
    security_groups = {each["GroupName"] for each in ec2.describe_security_groups()["SecurityGroups"]}
    assert security_groups - {"default"} == {"carts", "shop-servers"}
