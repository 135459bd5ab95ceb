# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from types import ModuleType

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.request import (
    argument_spec,
    build_request,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.run import (
    CONCERNS,
    PROBLEMS,
    WARNINGS,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group import spec

from .samples import NAME, TODAY


def test_options_are_those_of_the_replication_group() -> None:
    own = {
        "allow_disruption",
        "application_security_groups",
        "fail",
        "parameter_group_family",
        "parameters",
        "subnet_ids",
        "support_warning_days",
        "unsupported_parameters",
        "vpc_id",
    }
    theirs = spec.argument_spec()
    left_out = {
        "allow_disruption",
        "apply_immediately",
        "final_snapshot_identifier",
        "purge_tags",
        "state",
        "wait",
        "wait_timeout",
    }
    shared = {name: option for name, option in argument_spec().items() if name not in own}
    assert shared == {name: option for name, option in theirs.items() if name not in left_out}


@pytest.mark.parametrize("concern", CONCERNS, ids=lambda each: each.__name__.rpartition(".")[2])
def test_registries_are_alphabetical(concern: ModuleType) -> None:
    for registry in (concern.PROBLEMS, concern.WARNINGS):
        names = [check.__name__ for check in registry]
        assert names == sorted(names)


def test_no_check_is_registered_twice() -> None:
    assert len({*PROBLEMS, *WARNINGS}) == len(PROBLEMS) + len(WARNINGS)


def test_the_request_of_a_bare_name() -> None:
    bare = build_request({"replication_group_id": NAME}, TODAY)
    assert (bare.subnet_ids, bare.application_security_groups, bare.support_warning_days) == (None, (), 180)
