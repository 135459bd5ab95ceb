# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of cache_backup as people run them: foretold, done, repeated, refused, killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.component.sites import NETWORK, RATE, SECRET, Ended, Site
from tests.demo.fill import fill
from tests.demo.network import make_network
from tests.standin.core.clock import Clock
from tests.standin.engines.waiting import wait_until
from tests.standin.server import Options, Standin

CACHE = "orders"
DATABASE = 1
KEYS = 600
LONGEST_WAIT = 60
EXPIRING, LASTING = "drug:0", "drug:1"
DIGEST, COUNT = "redisops.cache/digest", "redisops.cache/key-count"
ORDERS = {
    "cache_replicas": 1,
    "cache_automatic_failover": True,
    "cache_subnet_group": "shop",
    "cache_security_group": CACHE,
    "cache_auth_token": f"{{{{ lookup('amazon.aws.secretsmanager_secret', '{SECRET}', region=cache_region) }}}}",
    "cache_flush_database": DATABASE,
    "cache_rpo": 86400,
    "cache_rto": 1800,
}
ONE = f"--limit={CACHE}"
CONFIRMED = (ONE, "-e", f"confirm={CACHE}")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A cache with keys of every type, and another one beside it in the inventory."""
    with Standin(Options(state=tmp_path / "aws", clock=Clock.accelerated(RATE))) as standin:
        make_network(standin.url, NETWORK)
        site = Site(standin, tmp_path)
        site.describe({CACHE: ORDERS, "carts": {}})
        make_cache(site)
        with connected(site) as client:
            fill(client, KEYS)
        site.forget()
        yield site


def make_cache(site: Site) -> None:
    """What deploy_caches would make, in a tenth of the time."""
    elasticache, ec2 = site.client("elasticache"), site.client("ec2")
    subnets = ec2.describe_subnets(Filters=[{"Name": "tag:Name", "Values": ["shop-a", "shop-b"]}])["Subnets"]
    elasticache.create_cache_subnet_group(
        CacheSubnetGroupName="shop",
        CacheSubnetGroupDescription="Subnets of shop",
        SubnetIds=[each["SubnetId"] for each in subnets],
    )
    elasticache.create_replication_group(
        ReplicationGroupId=CACHE,
        ReplicationGroupDescription="Cache orders",
        Engine="redis",
        EngineVersion="7.1",
        CacheNodeType="cache.t4g.micro",
        NumCacheClusters=2,
        AutomaticFailoverEnabled=True,
        CacheSubnetGroupName="shop",
        AtRestEncryptionEnabled=True,
        TransitEncryptionEnabled=True,
        AuthToken=site.token,
    )
    wait_until("the cache is available", lambda: status(site, CACHE) == "available", LONGEST_WAIT)


def groups(site: Site) -> dict[str, Any]:
    found = site.client("elasticache").describe_replication_groups()["ReplicationGroups"]
    return {each["ReplicationGroupId"]: each for each in found}


def status(site: Site, name: str) -> str:
    return str(groups(site)[name]["Status"])


def manual_snapshots(site: Site) -> dict[str, Any]:
    found = site.client("elasticache").describe_snapshots(SnapshotSource="user")["Snapshots"]
    return {each["SnapshotName"]: each for each in found}


@contextmanager
def connected(site: Site, name: str = CACHE) -> Iterator[redis.Redis]:
    endpoint = groups(site)[name]["NodeGroups"][0]["PrimaryEndpoint"]
    login: dict[str, Any] = {"host": endpoint["Address"], "port": endpoint["Port"], "protocol": 2}
    login.update(db=DATABASE, password=site.token, ssl=True, ssl_ca_certs=str(site.standin.ca))
    with redis.Redis(**login) as client:
        yield client


def told(ended: Ended) -> str:
    return " ".join(ended.output.split())


def foretold(site: Site, playbook: str, *options: str) -> Ended:
    """What check mode says. It changes nothing."""
    site.forget()
    ended = site.run(playbook, *options, "--check", "--diff")
    assert ended.returncode == 0, ended.output
    assert site.changes == []
    return ended


def done(site: Site, playbook: str, *options: str) -> Ended:
    """The run, whose output holds no token, however much of it there is."""
    ended = site.run(playbook, *options, "-vvvvv")
    assert ended.returncode == 0, ended.output
    assert site.token not in ended.output
    return ended


def repeated(site: Site, playbook: str, *options: str) -> Ended:
    site.forget()
    ended = site.run(playbook, *options)
    assert (ended.returncode, ended.changed) == (0, {CACHE: 0}), ended.output
    assert site.changes == []
    return ended


def refused(site: Site, playbook: str, *options: str) -> str:
    """Why. There is one message, and nothing was changed."""
    site.forget()
    ended = site.run(playbook, *options)
    assert ended.returncode != 0, ended.output
    assert "Traceback" not in ended.output
    assert ended.output.count("fatal: [") == 1, ended.output
    assert site.changes == []
    return told(ended)


def assert_one_confirmed_cache(site: Site, playbook: str) -> None:
    for options, text in (
        ((), "This is about 2 caches; name the one with --limit."),
        ((ONE,), "the cache's name once more: -e confirm=orders."),
        ((ONE, "-e", "confirm=carts"), "(it was carts)"),
    ):
        assert text in refused(site, playbook, *options)


def test_a_snapshot_is_recorded_and_restored_as_it_was_taken(site: Site) -> None:
    done(site, "take_snapshot", ONE, "-e", "cache_manual_snapshot_name=before-migration")
    tags = tags_of(site, manual_snapshots(site)["before-migration"]["ARN"])
    assert (tags["Project"], tags[COUNT], len(tags[DIGEST])) == ("Shop", str(KEYS), 64)

    assert "orders-restored would be made from before-migration" in told(foretold(site, "restore_snapshot", *CONFIRMED))
    restored = done(site, "restore_snapshot", *CONFIRMED)
    assert f"{KEYS} keys and the digest are as recorded: nothing is missing." in told(restored)
    with connected(site, "orders-restored") as client:
        assert client.dbsize() == KEYS
        assert client.delete(EXPIRING) == 1
    later = told(repeated(site, "restore_snapshot", *CONFIRMED))
    assert "orders-restored was there already" in later
    assert f"1 of {KEYS} keys are gone, all of them of those that were to expire" in later
    assert_what_was_written_since_is_told(site)


def tags_of(site: Site, arn: str) -> dict[str, str]:
    tags = site.client("elasticache").list_tags_for_resource(ResourceName=arn)["TagList"]
    return {each["Key"]: each["Value"] for each in tags}


def assert_what_was_written_since_is_told(site: Site) -> None:
    """Other data than recorded are a failure, and a cache of somebody else is none that was restored."""
    with connected(site, "orders-restored") as client:
        client.delete(LASTING)
    different = told(site.run("restore_snapshot", *CONFIRMED))
    assert f"orders-restored has other data than before-migration was recorded with: {KEYS - 2} keys" in different
    assert "It was there before this run" in different
    site.client("elasticache").modify_replication_group(
        ReplicationGroupId="orders-restored", ReplicationGroupDescription="Cache of somebody", ApplyImmediately=True
    )
    refusals = refused(site, "restore_snapshot", ONE, "-e", "restore_snapshot=another")
    assert "asks for the cache's name once more: -e confirm=orders." in refusals
    assert "another is no available snapshot of orders. There are before-migration." in refusals
    assert "it was not made from another (Cache of somebody)" in refusals


NAMELESS = (ONE, "-e", "cache_name=", "-e", "confirm=")


def test_a_name_that_is_none_confirms_nothing(site: Site) -> None:
    """An empty filter would find the snapshots of every cache."""
    nameless = refused(site, "restore_snapshot", *NAMELESS, "-e", "cache_restored_name=odd")
    assert "- cache_name: it is empty." in nameless
    for playbook in ("prune_snapshots", "test_recovery"):
        assert "- cache_name: it is empty." in refused(site, playbook, *NAMELESS)
    number = refused(site, "take_snapshot", ONE, "-e", '{"cache_name": 12, "cache_wait_timeout": null}')
    assert "- cache_name: it is no text (12)." in number
    target = (*CONFIRMED, "-e", "restore_snapshot=another")
    assert "- cache_restored_name: it is empty." in refused(
        site, "restore_snapshot", *target, "-e", "cache_restored_name="
    )
    same = refused(site, "restore_snapshot", *target, "-e", f"cache_restored_name={CACHE}")
    assert "a snapshot is restored into a new cache, never over the one it was taken of" in same


def test_a_snapshot_that_cannot_be_recorded_is_one_all_the_same(site: Site) -> None:
    """A client that waits for nothing writes all the time; a wrong token reads nothing."""
    with written_to(site):
        busy = done(site, "take_snapshot", ONE)
    assert "without a record of what is in it: the cache was in use" in told(busy)
    locked_out = site.run(
        "take_snapshot",
        ONE,
        "-e",
        "cache_auth_token=token-of-yesterday-8812",
        "-e",
        "cache_manual_snapshot_name=locked-out",
    )
    assert locked_out.returncode == 0, locked_out.output
    assert "locked-out has orders as of" in told(locked_out)
    assert "without a record of what is in it: " in told(locked_out)
    unwanted = done(
        site, "take_snapshot", ONE, "-e", "cache_record_digest=false", "-e", "cache_manual_snapshot_name=unwanted"
    )
    assert "without a record of what is in it: cache_record_digest is off." in told(unwanted)
    snapshots = manual_snapshots(site)
    assert len(snapshots) == 3
    assert all(DIGEST not in tags_of(site, each["ARN"]) for each in snapshots.values())


@contextmanager
def written_to(site: Site) -> Iterator[None]:
    endpoint = groups(site)[CACHE]["NodeGroups"][0]["PrimaryEndpoint"]
    place = ["-h", endpoint["Address"], "-p", str(endpoint["Port"]), "--tls", "--cacert", str(site.standin.ca)]
    command = ["redis-cli", *place, "--no-auth-warning", "-r", "-1", "-i", "0.05", "incr", "visits"]
    environment = {**os.environ, "REDISCLI_AUTH": site.token}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as writer:
        try:
            yield
        finally:
            writer.terminate()


def test_recovery_is_proven_and_reported(site: Site) -> None:
    done(site, "take_snapshot", ONE)
    reports = site.folder / "reports"
    options = (ONE, "-e", f"cache_report_dir={reports}")
    foretold(site, "test_recovery", *options)
    assert not reports.exists()
    no_directory = refused(site, "test_recovery", ONE, "-e", f"cache_report_dir={site.inventory}", "--check")
    assert f"- cache_report_dir: {site.inventory} is there, and is no directory." in no_directory
    cut_off = reports / CACHE / "2026-01-01T000000Z.json"
    cut_off.parent.mkdir(parents=True)
    cut_off.write_text('{"started": ', encoding="utf-8")
    passed = done(site, "test_recovery", *options)
    assert f"Warning: {cut_off} is left out of the history" in told(passed)
    cut_off.unlink()
    assert "orders from orders-backup-" in told(passed)
    assert "(objective 30 min), RPO" in told(passed)
    slow = site.run("test_recovery", *options, "-e", "cache_rto=1")
    assert slow.returncode != 0
    assert "The recovery test of orders failed; the cache itself was not touched." in told(slow)
    drills = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((reports / CACHE).glob("*.json"))]
    assert [each["passed"] for each in drills] == [True, False]
    assert drills[0]["comparison"]["identical"]
    page = (reports / f"{CACHE}.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert all(each["started"] in page for each in drills)
    assert set(groups(site)) == {CACHE}


def test_a_recovery_test_that_was_killed_leaves_nothing_to_the_next(site: Site) -> None:
    """Whatever it had begun, also at the end of the machine that it ran on."""
    done(site, "take_snapshot", ONE)
    options = (ONE, "-e", f"cache_report_dir={site.folder / 'reports'}")
    for operation in ("DescribeSnapshots", "CreateReplicationGroup", "DeleteReplicationGroup"):
        site.forget()
        with site.start(*site.command("test_recovery", *options)) as run:
            wait_until(f"{operation} was called", partial(was_called, site, operation), LONGEST_WAIT)
            kill(run)
    ended = site.run("test_recovery", *options)
    assert ended.returncode == 0, ended.output
    assert set(groups(site)) == {CACHE}


def was_called(site: Site, operation: str) -> bool:
    return bool(site.standin.control.calls(operation, service="elasticache"))


def kill(run: subprocess.Popen[str]) -> None:
    """The process group, and the workers, which Ansible puts into groups of their own."""
    family = [run.pid, *descendants(run.pid)]
    os.killpg(run.pid, signal.SIGKILL)
    for process in family:
        kill_if_there(process)


def descendants(pid: int) -> Iterator[int]:
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents: dict[int, int] = {int(line.split()[0]): int(line.split()[1]) for line in listed.splitlines()}
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        yield from more
        found |= more


def kill_if_there(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def test_a_failover_is_measured(site: Site) -> None:
    assert_one_confirmed_cache(site, "test_failover")
    foretold(site, "test_failover", *CONFIRMED)
    measured = told(done(site, "test_failover", *CONFIRMED))
    assert "orders-002 is the primary instead of orders-001" in measured
    assert "A client could not write for" in measured
    with connected(site) as client:
        assert client.dbsize() == KEYS


def test_a_flush_empties_what_was_named_after_a_snapshot(site: Site) -> None:
    assert_one_confirmed_cache(site, "flush_cache")
    assert "Nobody said what to delete." in refused(
        site, "flush_cache", *CONFIRMED, "-e", '{"cache_flush_database": null}'
    )
    foresaw = told(foretold(site, "flush_cache", *CONFIRMED))
    assert f"{KEYS} keys of database {DATABASE} would be deleted." in foresaw
    flushed = told(done(site, "flush_cache", *CONFIRMED))
    (snapshot,) = manual_snapshots(site)
    assert f"{KEYS} keys of database {DATABASE} are deleted. They are in the snapshot {snapshot} only." in flushed
    with connected(site) as client:
        assert client.dbsize() == 0
    again = site.run("flush_cache", *CONFIRMED)
    assert (again.returncode, again.changed) == (0, {CACHE: 0}), again.output


def test_pruning_deletes_what_was_named_and_nothing_else(site: Site) -> None:
    take(
        site,
        "orders-backup-20260101000000",
        "orders-backup-20260102000000",
        "orders-backup-20260103000000",
        "before-migration",
    )
    assert_one_confirmed_cache(site, "prune_snapshots")
    nothing = (*CONFIRMED, "-e", '{"cache_prune_prefixes": []}')
    assert "Nobody said which snapshots may be deleted." in refused(site, "prune_snapshots", *nothing)
    nobody = site.run("prune_snapshots", "--limit=carts", "-e", "confirm=carts", "-e", '{"cache_keep_last": null}')
    assert "carts: 0 snapshots were deleted." in told(nobody), "the snapshots of a cache outlive it"
    two = (*CONFIRMED, "-e", "cache_keep_last=2")
    first = "1 snapshots would be deleted, orders-backup-20260101000000."
    assert first in told(foretold(site, "prune_snapshots", *two))
    done(site, "prune_snapshots", *two)
    kept = {"orders-backup-20260102000000", "orders-backup-20260103000000", "before-migration"}
    assert set(manual_snapshots(site)) == kept
    repeated(site, "prune_snapshots", *two)


def take(site: Site, *names: str) -> None:
    client = site.client("elasticache")
    for name in names:
        client.create_snapshot(SnapshotName=name, CacheClusterId=f"{CACHE}-002")
        wait_until(f"{name} is there", partial(is_taken, site, name), LONGEST_WAIT)


def is_taken(site: Site, name: str) -> bool:
    return manual_snapshots(site)[name]["SnapshotStatus"] == "available" and status(site, CACHE) == "available"


@pytest.mark.parametrize("playbook", ["take_snapshot", "test_failover", "flush_cache"])
def test_a_cache_that_is_not_there_is_named(site: Site, playbook: str) -> None:
    assert "There is no cache carts (eu-central-1); deploy_caches makes it." in refused(
        site, playbook, "--limit=carts", "-e", "confirm=carts", "-e", "cache_flush_database=0"
    )
