# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.facts import (
    Facts,
    Ingress,
    SecurityGroup,
)

from tests.unit.plugins.module_utils.elasticache.replication_group.samples import make_state

from .samples import (
    APPLICATION_GROUP,
    CACHE_GROUP,
    TOKEN,
    VPC,
    change,
    change_warnings,
    existing,
    facts,
    findings,
    ingress,
    problems,
    warnings,
)


def opened(*rules: Ingress) -> Facts:
    application = SecurityGroup(APPLICATION_GROUP, "phb-app", VPC)
    return facts(security_groups=(SecurityGroup(CACHE_GROUP, "phb-redis", VPC, rules), application))


@pytest.mark.parametrize("source", ["0.0.0.0/0", "::/0"])
@pytest.mark.parametrize("protocol", ["tcp", "6", "-1"])
def test_the_port_is_closed_to_the_world(source: str, protocol: str) -> None:
    port = None if protocol == "-1" else 6379
    assert problems(opened(Ingress(protocol, port, port, (source,)))) == [
        f"security_group_ids: {CACHE_GROUP} lets {source} in on port 6379; remove that rule and let the application's "
        "security groups in instead."
    ]


@pytest.mark.parametrize("rule", [ingress("0.0.0.0/0", port=22), ingress("10.0.0.0/8"), ingress(APPLICATION_GROUP)])
def test_other_openings_are_nobodys_business(rule: Ingress) -> None:
    assert problems(opened(rule)) == []


def test_the_port_asked_for_is_the_one_that_counts() -> None:
    assert problems(opened(ingress("0.0.0.0/0")), port=6380) == []
    assert len(problems(opened(ingress("0.0.0.0/0", port=6380)), port=6380)) == 1


def test_a_group_that_the_run_does_not_name_is_only_warned_about() -> None:
    state = make_state(security_group_ids=(CACHE_GROUP,), auth_token_enabled=True, transit_encryption_enabled=True)
    known = existing(state, security_groups=opened(ingress("0.0.0.0/0")).security_groups)
    assert change(known) == []
    assert any(told.startswith("security_group_ids: ") and "0.0.0.0/0" in told for told in change_warnings(known))


def test_a_multi_az_cache_without_tls_is_warned_about() -> None:
    params = {"transit_encryption_enabled": None, "auth_token": None}
    (told,) = warnings(**params)
    assert told.startswith("transit_encryption_enabled: off, so everybody whom the security groups let in")
    assert problems(**params) == []
    assert warnings(**params, multi_az_enabled=False) == []


def test_a_multi_az_cache_without_token_is_warned_about() -> None:
    (told,) = warnings(auth_token=None)
    assert told.startswith("auth_token: not set")
    assert warnings(auth_token=None, multi_az_enabled=False) == []


@pytest.mark.parametrize(
    ("token", "found"),
    [
        ("Zw8kQ2vXr5Lm9Tn", "auth_token: it holds 15 characters, the service wants 16 to 128."),
        (f"{TOKEN}@", "auth_token: only letters, digits and"),
    ],
)
def test_rules_of_the_token_without_the_token(token: str, found: str) -> None:
    result = findings(auth_token=token)
    assert result.problems[0].startswith(found)
    assert token not in repr(result)


def test_a_token_needs_tls() -> None:
    assert problems(transit_encryption_enabled=None) == ["auth_token: a token needs transit_encryption_enabled."]
