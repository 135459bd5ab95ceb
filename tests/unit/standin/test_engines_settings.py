# SPDX-License-Identifier: GPL-3.0-or-later
"""What engines are told at their start and later."""

from __future__ import annotations

import pytest

from tests.standin.data.families import FAMILIES
from tests.standin.engines.settings import (
    REMOVED_COMMANDS,
    SKIPPED_PARAMETERS,
    Access,
    Seat,
    access_rules,
    live_settings,
    render_configuration,
)

TOKENS = ("Wd8-first-90b3e1c7a4", "Wd8-second-5f6a2d81e0")


def seat(*, cluster_mode: bool = False, port: int = 6379) -> Seat:
    return Seat.at("group-001", "127.77.0.4", port, cluster_mode)


def configured(text: str) -> dict[str, str]:
    """Directives that appear once, by name."""
    lines = [line.partition(" ") for line in text.splitlines()]
    return {name: value for name, _other, value in lines if name not in {"user", "rename-command"}}


@pytest.mark.parametrize("port", [6379, 7000, 21000, 21001, 22000, 65535])
def test_private_ports_leave_the_clients_port_free(port: int) -> None:
    assert len({port, seat(port=port).service_port, seat(port=port).bus_port}) == 3


def test_engine_is_bound_to_its_address_and_keeps_nothing_on_disk() -> None:
    settings = configured(render_configuration(seat(), Access(), {}))
    assert settings["bind"] == settings["bind-source-addr"] == "127.77.0.4"
    assert (settings["save"], settings["appendonly"]) == ('""', "no")
    assert "cluster-enabled" not in settings


def test_cluster_node_announces_the_clients_port() -> None:
    settings = configured(render_configuration(seat(cluster_mode=True, port=7000), Access(), {}))
    assert settings["cluster-enabled"] == "yes"
    assert settings["cluster-announce-port"] == settings["replica-announce-port"] == "7000"
    assert settings["cluster-replica-no-failover"] == "yes"


def test_clients_are_kept_out_until_their_access_is_set() -> None:
    lines = render_configuration(seat(), Access(), {}).splitlines()
    assert "user default off" in lines
    assert all(f'rename-command {command} ""' in lines for command in REMOVED_COMMANDS)


def test_startup_parameters_are_rendered_and_not_set_live() -> None:
    parameters = {"databases": "32", "timeout": "60"}
    assert configured(render_configuration(seat(), Access(), parameters))["databases"] == "32"
    assert "databases" not in live_settings(parameters, 0)
    assert live_settings(parameters, 0)["timeout"] == "60"


def test_output_buffer_limits_are_joined_and_completed() -> None:
    parameters = {
        "client-output-buffer-limit-pubsub-hard-limit": "1000",
        "client-output-buffer-limit-replica-soft-seconds": "90",
    }
    assert live_settings(parameters, 5) == {
        "maxmemory": "5",
        "client-output-buffer-limit": "normal 0 0 0 replica 268435456 67108864 90 pubsub 1000 8388608 60",
    }


def test_slaves_of_old_families_are_replicas() -> None:
    assert live_settings({"min-slaves-to-write": "1"}, 0)["min-replicas-to-write"] == "1"


def test_skipped_parameters_have_no_effect() -> None:
    assert live_settings(dict.fromkeys(SKIPPED_PARAMETERS, "1"), 7)["maxmemory"] == "7"
    assert not set(live_settings(dict.fromkeys(SKIPPED_PARAMETERS, "1"), 0)) & set(SKIPPED_PARAMETERS) - {"maxmemory"}


def test_skipped_parameters_exist_in_some_family_or_are_older() -> None:
    known = {name for family in FAMILIES.values() for name in family.parameters}
    assert set(SKIPPED_PARAMETERS) - known <= {"maxmemory", "reserved-memory"}


def test_access_rules_carry_no_token_in_the_clear() -> None:
    rules = access_rules(TOKENS)
    assert not any(token in " ".join(rules) for token in TOKENS)
    assert len([rule for rule in rules if rule.startswith("#")]) == 2
    assert "nopass" not in rules


def test_no_token_lets_everybody_in_and_keeps_the_refused_commands() -> None:
    rules = access_rules(())
    assert "nopass" in rules
    assert {"-psync", "-acl|setuser", "-cluster|failover"} <= set(rules)


def test_access_shows_no_secret_and_is_new_for_every_group() -> None:
    access = Access()
    assert access.password not in repr(access)
    assert not any(name in repr(access) for name in access.names.values())
    assert access.password != Access().password
