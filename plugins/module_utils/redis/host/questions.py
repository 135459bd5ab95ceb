# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a role has to ask a host, all at once, and what it makes of the variables and of the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..backup.installation import program_paths
from .companions import (
    BACKUP_UNITS,
    EXPORTER_TEMPLATE,
    FIREWALL_PATHS,
    FIREWALL_UNIT,
    HEALTH_CHECK,
    KERNEL_PATHS,
    PACKAGED_EXPORTER,
    SYSCTLS,
    Options,
    backup_timer,
    build_exporters,
    drop_in_of,
    exporter_unit,
    self_made_certificates,
    wanted_packages,
)
from .instances import Instance
from .problems import find_problems


def ask(instances: Sequence[Instance], elsewhere: Sequence[Instance], options: Options) -> dict[str, Any]:
    """The options of redis_host_info. `elsewhere` are the servers as another family of distributions names them."""
    other_packages = dict.fromkeys(elsewhere[0].platform["packages"]) if elsewhere else {}
    return {
        "packages": {**other_packages, **wanted_packages(instances, options)},
        "units": list(dict.fromkeys([*_units(instances, options), *(instance.unit for instance in elsewhere)])),
        "sysctls": list(SYSCTLS) if options["kernel"] else [],
        "paths": list(dict.fromkeys(_paths(instances, options))),
        "certificates": list(self_made_certificates(instances).values()),
    }


def build_plan(instances: Sequence[Instance], host: Mapping[str, Any], options: Options) -> dict[str, Any]:
    """What follows for each server; `host` is what redis_host_info returned, empty as long as nobody has looked."""
    described = [instance.as_dict() for instance in instances]
    return {
        "instances": described,
        "names": [each["name"] for each in described],
        "by_name": {each["name"]: each for each in described},
        "packaged_unit": instances[0].platform["unit"],
        "problems": find_problems(instances, host, options["allowed"]) if host else [],
        "packages": wanted_packages(instances, options),
        "exporters": build_exporters(instances, options),
        "self_made_certificates": self_made_certificates(instances),
    }


def _units(instances: Sequence[Instance], options: Options) -> Iterator[str]:
    platform = instances[0].platform
    yield from (instance.unit for instance in instances)
    yield from (*platform["other_units"], platform["unit"])
    if options["firewall"]:
        yield FIREWALL_UNIT
    if options["exporter"]:
        yield from (*map(exporter_unit, instances), PACKAGED_EXPORTER)
    if options["backup"]:
        yield from (backup_timer(instance.name) for instance in instances)


def _paths(instances: Sequence[Instance], options: Options) -> Iterator[str]:
    yield HEALTH_CHECK
    if options["kernel"]:
        yield from KERNEL_PATHS
    if options["firewall"]:
        yield from FIREWALL_PATHS
    if options["exporter"]:
        yield EXPORTER_TEMPLATE
    if options["backup"]:
        yield from (*BACKUP_UNITS, *program_paths(), options["backup_dir"])
    for instance in instances:
        yield from _paths_of(instance, options)


def _paths_of(instance: Instance, options: Options) -> Iterator[str]:
    yield from (instance.main_file, instance.drop_in_path)
    yield from (directory["path"] for directory in instance.directories())
    for file in instance.tls_files():
        yield from filter(None, (file["path"], file["source"]))
    if options["exporter"]:
        yield from (f"{instance.include_dir}/exporter.secret", drop_in_of(exporter_unit(instance)))
    if options["backup"]:
        yield from (f"{instance.include_dir}/backup.json", f"{options['backup_dir']}/{instance.name}")
