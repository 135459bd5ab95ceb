# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups with cluster mode disabled, seen by their clients while nodes and roles change."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import ReadOnlyError

from tests.component.standin.engines_subject import (
    KEY_COUNT,
    PORT,
    Subject,
    Writer,
    lost,
    plain_nodes,
    plain_subject,
    running_driver,
)
from tests.standin.engines.plan import EngineError, GroupPlan


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    with plain_subject(tmp_path_factory.mktemp("engines"), "PRR") as group:
        yield group


@pytest.fixture
def subject(group: Subject) -> Subject:
    """A primary with some data, and two replicas."""
    subject = Subject(group.driver, group.plan)
    subject.reset(group.plan)
    return subject


def process_ids(subject: Subject) -> list[str]:
    addresses = subject.endpoints.nodes.values()
    return [subject.client(address).info("server")["run_id"] for address in addresses]


def test_primary_endpoint_writes_and_reader_endpoint_reads(subject: Subject) -> None:
    reader = subject.client(subject.endpoints.reader)
    assert lost(reader) == []
    with pytest.raises(ReadOnlyError):
        reader.set("key", "value")


def test_reader_endpoint_takes_replicas_in_turn(subject: Subject) -> None:
    reached = {subject.client(subject.endpoints.reader).info("server")["run_id"] for _other in range(4)}
    assert reached == set(process_ids(subject)[1:])


def test_reader_endpoint_of_a_single_node_is_its_primary(subject: Subject) -> None:
    subject.change(nodes=plain_nodes("group", "P"))
    subject.client(subject.endpoints.reader).set("key", "value")


def test_replicas_that_come_have_the_data_and_those_that_go_stop_answering(subject: Subject) -> None:
    gone = subject.node(3)
    subject.change(nodes=plain_nodes("group", "PR"))
    with pytest.raises(Disconnected):
        subject.client(gone).ping()
    subject.change(nodes=plain_nodes("group", "PRRR"))
    assert lost(subject.client(subject.node(4))) == []
    assert subject.client().info("replication")["connected_slaves"] == 3


def test_applying_the_same_plan_again_touches_nothing(subject: Subject) -> None:
    client, before = subject.client(), process_ids(subject)
    connection = client.client_id()
    subject.change()
    assert process_ids(subject) == before
    assert client.client_id() == connection


def test_planned_failover_loses_no_acknowledged_write(subject: Subject) -> None:
    with Writer(subject.client()) as writer:
        subject.change(nodes=plain_nodes("group", "RPR"))
        subject.change(nodes=plain_nodes("group", "PRR"))
    assert writer.acknowledged
    assert writer.missing(subject.client()) == []
    assert lost(subject.client()) == []


def test_planned_failover_closes_connections_to_the_former_primary(subject: Subject) -> None:
    client = subject.client(single_connection_client=True)
    client.ping()
    subject.change(nodes=plain_nodes("group", "RPR"))
    with pytest.raises(Disconnected):
        client.ping()
    assert subject.client().info("server")["run_id"] == process_ids(subject)[1]


def test_removing_the_primary_moves_the_role_first(subject: Subject) -> None:
    subject.change(nodes=tuple(replace(node, role="primary") for node in subject.plan.nodes[1:2]))
    assert lost(subject.client()) == []


def test_crashed_node_is_refused_until_it_is_replaced(subject: Subject) -> None:
    subject.driver.crash("group-002")
    with pytest.raises(Disconnected):
        subject.client(subject.node(2)).ping()
    subject.change()
    assert lost(subject.client(subject.node(2))) == []


def test_replica_takes_over_from_a_crashed_primary(subject: Subject) -> None:
    subject.driver.crash("group-001")
    with pytest.raises(Disconnected):
        subject.client().ping()
    subject.change(nodes=plain_nodes("group", "RPR"))
    assert lost(subject.client()) == []
    assert lost(subject.client(subject.node(1))) == []
    assert subject.client(subject.node(1)).info("replication")["role"] == "slave"


def test_crashed_primary_that_stays_planned_gets_its_data_back_from_a_replica(subject: Subject) -> None:
    subject.driver.crash("group-001")
    subject.change()
    assert lost(subject.client(subject.node(1))) == []
    assert subject.client(subject.node(1)).info("replication")["role"] == "master"


def test_data_is_gone_when_every_node_crashed(subject: Subject) -> None:
    for node in subject.plan.nodes:
        subject.driver.crash(node.node_id)
    subject.change()
    assert subject.client().dbsize() == 0


def test_crash_of_a_node_that_does_not_run_is_refused(subject: Subject) -> None:
    with pytest.raises(EngineError, match="group-009"):
        subject.driver.crash("group-009")
    subject.driver.crash("group-003")
    with pytest.raises(EngineError, match="group-003"):
        subject.driver.crash("group-003")


@pytest.mark.parametrize("roles", ["P", "PRR"])
def test_new_generation_replaces_every_process_and_keeps_the_data(subject: Subject, roles: str) -> None:
    subject.change(nodes=plain_nodes("group", roles))
    before = process_ids(subject)
    subject.change(nodes=tuple(replace(node, generation=1) for node in subject.plan.nodes))
    assert not set(before) & set(process_ids(subject))
    assert lost(subject.client()) == []
    assert subject.client(subject.node(1)).info("replication")["role"] == "master"


def test_save_writes_a_whole_data_set(subject: Subject, tmp_path: Path) -> None:
    [file] = subject.driver.save("group", tmp_path)
    assert file == tmp_path / "0001.rdb"
    checked = subprocess.run(["redis-check-rdb", file], capture_output=True, text=True, check=True).stdout
    assert f"{KEY_COUNT} keys read" in checked


def test_usage_grows_with_the_data(subject: Subject) -> None:
    before = subject.driver.usage("group")
    assert set(before) == {"group-001", "group-002", "group-003"}
    subject.client().set("large", "x" * 3_000_000)
    assert subject.driver.usage("group")["group-001"] > before["group-001"] + 2_000_000


def test_removed_group_is_gone_and_its_name_starts_empty(subject: Subject) -> None:
    addresses = [subject.endpoints.primary, *subject.endpoints.nodes.values()]
    subject.driver.remove("group")
    for address in addresses:
        with pytest.raises(Disconnected):
            subject.client(address).ping()
    subject.change()
    assert subject.client().dbsize() == 0


def test_groups_are_applied_at_the_same_time(group: Subject) -> None:
    driver = group.driver
    groups = [f"parallel-{number}" for number in range(3)]
    subjects = [
        Subject(driver, GroupPlan(name, PORT, "off", cluster_mode=False, nodes=plain_nodes(name, "PR")))
        for name in groups
    ]
    with ThreadPoolExecutor(len(groups)) as pool:
        list(pool.map(Subject.change, subjects))
    for subject in subjects:
        subject.client().set("name", subject.plan.group_id)
    assert [subject.client().get("name") for subject in subjects] == groups
    for name in groups:
        driver.remove(name)


def test_two_drivers_share_the_machine(subject: Subject, tmp_path: Path) -> None:
    with running_driver(tmp_path) as other:
        twin = Subject(other, subject.plan)
        twin.change()
        assert twin.client().dbsize() == 0
        assert lost(subject.client()) == []


def test_taken_address_is_an_error_that_names_it(subject: Subject) -> None:
    late = replace(subject.plan.nodes[0], node_id="group-009", role="replica")
    address = subject.driver.endpoints("group", ["group-009"]).nodes["group-009"]
    with socket.create_server((address, PORT)), pytest.raises(EngineError, match=f"{address}:{PORT}"):
        subject.change(nodes=(*subject.plan.nodes, late))
    subject.change()
    assert lost(subject.client(address)) == []


def test_port_of_a_running_group_stays(subject: Subject) -> None:
    with pytest.raises(EngineError, match="its port is 6379"):
        subject.change(port=PORT + 1)
