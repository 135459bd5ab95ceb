# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses: stable, distinct, and never those of another stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

import pytest

from tests.standin.engines.addresses import BLOCK_COUNT, BLOCK_HOSTS, AddressBook, Release, lease_block, unshared_block
from tests.standin.engines.plan import Endpoints, EngineError


def all_of(endpoints: Endpoints) -> list[str]:
    return [endpoints.primary, endpoints.reader, endpoints.configuration, *endpoints.nodes.values()]


@pytest.fixture
def book() -> Iterator[AddressBook]:
    book = AddressBook()
    yield book
    book.close()


def test_addresses_are_distinct_and_in_the_stand_ins_network(book: AddressBook) -> None:
    addresses = [
        address for number in range(100) for address in all_of(book.endpoints(f"group-{number}", ["001", "002"]))
    ]
    assert len(set(addresses)) == 500
    assert all(ip_address(address) in ip_network("127.77.0.0/16") for address in addresses)


def test_addresses_stay_while_nodes_come_and_go(book: AddressBook) -> None:
    before = book.endpoints("group", ["001", "002"])
    book.endpoints("group", ["003"])
    after = book.endpoints("group", ["003", "002", "001"])
    assert {**after.nodes, **before.nodes} == after.nodes
    assert (after.primary, after.reader, after.configuration) == (before.primary, before.reader, before.configuration)


def test_freed_addresses_are_not_the_next_ones_given(book: AddressBook) -> None:
    before = all_of(book.endpoints("group", ["001"]))
    book.free("group")
    assert not set(before) & set(all_of(book.endpoints("group", ["001"])))


def test_freed_addresses_come_back_when_the_others_are_used_up() -> None:
    book = AddressBook(only_first_block)
    nodes = [f"{number:03}" for number in range(len(BLOCK_HOSTS) - 3)]
    book.endpoints("group", nodes)
    with pytest.raises(EngineError, match="no loopback addresses"):
        book.endpoints("other", [])
    book.free("group")
    assert len(set(all_of(book.endpoints("other", nodes)))) == len(BLOCK_HOSTS)


def test_two_books_of_one_machine_never_give_the_same_address(book: AddressBook) -> None:
    other = AddressBook()
    try:
        assert not set(all_of(book.endpoints("group", ["001"]))) & set(all_of(other.endpoints("group", ["001"])))
    finally:
        other.close()


def test_block_can_be_leased_again_after_its_release() -> None:
    block = BLOCK_COUNT - 1
    release = lease_block(block)
    assert release is not None
    assert lease_block(block) is None
    release()
    again = lease_block(block)
    assert again is not None
    again()


def test_books_that_share_start_alike() -> None:
    assert AddressBook(unshared_block).endpoints("a", ["001"]) == AddressBook(unshared_block).endpoints("b", ["001"])


def only_first_block(block: int) -> Release | None:
    return (lambda: None) if block == 0 else None
