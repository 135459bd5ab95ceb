# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups with cluster mode enabled: slots and keys that move while clients use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from tests.component.standin.engines_subject import (
    PORT,
    TOKENS,
    Subject,
    Writer,
    cluster_nodes,
    fill,
    lost,
    plain_nodes,
    running_driver,
)
from tests.standin.engines.plan import SLOT_COUNT, EngineError, GroupPlan, NodePlan, SlotRange

ONE = {"0001": ((0, 16383),)}
TWO = {"0001": ((0, 8191),), "0002": ((8192, 16383),)}
THREE = {"0001": ((0, 7191),), "0002": ((8192, 15383),), "0003": ((7192, 8191), (15384, 16383))}


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    with running_driver(tmp_path_factory.mktemp("engines")) as driver:
        yield Subject(driver, GroupPlan("group", 7000, "off", cluster_mode=True, nodes=nodes("PR", TWO)))


@pytest.fixture
def subject(group: Subject) -> Subject:
    """Two shards of two nodes with some data, whatever the last test left."""
    subject = Subject(group.driver, group.plan)
    subject.change()
    fill(subject.cluster_client())
    return subject


def nodes(roles: str, slots: Mapping[str, tuple[SlotRange, ...]]) -> tuple[NodePlan, ...]:
    return cluster_nodes("group", roles, slots)


def owners(subject: Subject) -> dict[SlotRange, str]:
    """Slot ranges and the addresses of their primaries, as the configuration endpoint tells a client."""
    shown = subject.client(subject.endpoints.configuration).execute_command("CLUSTER SLOTS")
    return {(first, last): primary[0] for first, last, primary, *_replicas in shown}


def planned_owners(subject: Subject) -> dict[SlotRange, str]:
    addresses = subject.endpoints.nodes
    return {
        slot_range: addresses[node.node_id]
        for node in subject.plan.nodes
        if node.role == "primary"
        for slot_range in node.slots
    }


def test_clients_are_shown_the_planned_nodes_and_reach_them(subject: Subject) -> None:
    assert owners(subject) == planned_owners(subject)
    client = subject.cluster_client()
    assert {(node.host, node.port) for node in client.get_nodes()} == {
        (address, 7000) for address in subject.endpoints.nodes.values()
    }
    assert lost(client) == []


def test_shard_takes_its_keys_when_it_comes_and_leaves_them_when_it_goes(subject: Subject) -> None:
    with Writer(subject.cluster_client()) as writer:
        subject.change(nodes=nodes("PR", THREE))
        assert owners(subject) == planned_owners(subject)
        assert all(subject.client(address).dbsize() for address in subject.endpoints.nodes.values())
        subject.change(nodes=nodes("PR", TWO))
    assert owners(subject) == planned_owners(subject)
    client = subject.cluster_client()
    assert lost(client) == []
    assert writer.acknowledged
    assert writer.missing(client) == []
    assert len(client.get_nodes()) == 4


def test_planned_failover_loses_no_acknowledged_write(subject: Subject) -> None:
    with Writer(subject.cluster_client()) as writer:
        subject.change(nodes=nodes("RP", TWO))
        assert owners(subject) == planned_owners(subject)
        subject.change(nodes=nodes("PR", TWO))
    assert owners(subject) == planned_owners(subject)
    assert writer.acknowledged
    assert writer.missing(subject.cluster_client()) == []


def test_replica_takes_over_from_a_crashed_primary(subject: Subject) -> None:
    subject.client(subject.node(1)).execute_command("WAIT", 1, 10_000)
    subject.driver.crash("group-0001-001")
    subject.change(nodes=(*nodes("RP", TWO)[:2], *nodes("PR", TWO)[2:]))
    assert owners(subject) == planned_owners(subject)
    assert lost(subject.cluster_client()) == []
    assert subject.client(subject.node(1)).info("replication")["master_link_status"] == "up"


def test_shard_that_lost_all_nodes_starts_empty_and_the_others_keep_theirs(subject: Subject) -> None:
    for number in (1, 2):
        subject.driver.crash(f"group-0001-00{number}")
    kept = subject.client(subject.node(3)).dbsize()
    subject.change()
    assert owners(subject) == planned_owners(subject)
    assert [subject.client(subject.node(number)).dbsize() for number in (1, 3)] == [0, kept]
    client = subject.cluster_client()
    assert {client.keyslot(key) < 8192 for key in lost(client)} == {True}


def test_replicas_come_and_go_in_every_shard(subject: Subject) -> None:
    subject.change(nodes=nodes("PRR", TWO))
    replica = subject.client(subject.node(3), single_connection_client=True)
    replica.execute_command("READONLY")
    assert replica.dbsize() == subject.client(subject.node(1)).dbsize() > 0
    subject.change(nodes=nodes("P", TWO))
    assert len(subject.cluster_client().get_nodes()) == 2


def test_new_generation_keeps_slots_and_keys(subject: Subject) -> None:
    subject.change(nodes=tuple(replace(node, generation=1) for node in subject.plan.nodes))
    assert owners(subject) == planned_owners(subject)
    assert lost(subject.cluster_client()) == []


def test_cluster_moves_slots_under_tls_and_a_token(subject: Subject) -> None:
    subject.change(tls="required", tokens=TOKENS[:1])
    subject.change(nodes=nodes("PR", {"0001": ((0, 7999),), "0002": ((8000, 16383),)}))
    client = subject.cluster_client(tls=True, password=TOKENS[0])
    assert lost(client) == []
    assert len(client.nodes_manager.slots_cache) == SLOT_COUNT


class TestSwitch:
    """Cluster mode of a group that has one shard."""

    @pytest.fixture
    def single(self, group: Subject) -> Iterator[Subject]:
        plan = GroupPlan("single", PORT, "off", cluster_mode=False, nodes=plain_nodes("single", "PR"))
        single = Subject(group.driver, plan)
        single.reset(plan)
        yield single
        group.driver.remove("single")

    def test_data_is_kept_there_and_back(self, single: Subject) -> None:
        plain = single.plan.nodes
        single.change(cluster_mode=True, nodes=tuple(replace(node, slots=ONE["0001"]) for node in plain))
        assert lost(single.cluster_client()) == []
        for endpoint in (single.endpoints.primary, single.endpoints.reader):
            assert single.client(endpoint).get("key-1") == "value-1"
        single.change(cluster_mode=False, nodes=plain)
        assert lost(single.client()) == []

    def test_keys_outside_database_0_forbid_it(self, single: Subject) -> None:
        single.client(db=3).set("key", "value")
        with pytest.raises(EngineError, match="db3"):
            single.change(
                cluster_mode=True, nodes=tuple(replace(node, slots=ONE["0001"]) for node in single.plan.nodes)
            )
        assert lost(single.client()) == []
