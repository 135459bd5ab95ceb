# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done on a host: what it should be, held against what redis_host_info has read of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .companions import FIREWALL_UNIT, PACKAGED_EXPORTER, Options, backup_timer
from .wanted import as_arguments, find_differing

Host = Mapping[str, Any]
Entries = Sequence[Mapping[str, Any]]

_RUNNING = ("active", "reloading")


@dataclass(frozen=True)
class Difference:
    """`plan` is that of `build_plan`; `files` are by part of the role, as `find_differing` takes them."""

    plan: Mapping[str, Any]
    host: Host
    files: Mapping[str, Entries]
    options: Options

    def as_dict(self) -> dict[str, Any]:
        """`wrong` has the files by part, as redis_host_files takes them. `fresh` servers are not made yet."""
        wrong = {part: find_differing(entries, self.host["paths"]) for part, entries in self.files.items()}
        wrong["service"] = find_differing(self._service_files(), self.host["paths"])
        packages = [(name, self.host["packages"][name]) for name in self.plan["packages"]]
        due = {
            "wrong": {part: as_arguments(entries) for part, entries in wrong.items()},
            "missing": [name for name, package in packages if not package["installed"]],
            "fresh": [name for name, path in self._main_files() if not self.host["paths"][path]["exists"]],
            "disabled": [name for name, unit in self._servers() if unit["enabled"] != "enabled"],
            "stopped": [name for name, unit in self._servers() if unit["active"] not in _RUNNING],
            "outdated": self._outdated({entry["path"] for entry in wrong["service"]}),
            "certificates": list(self._certificates()),
            "reload": any(unit["needs_reload"] for _name, unit in self._servers()),
            "stray": self._has_stray_unit(),
        }
        others = any(package["comparison"] in ("older", "newer") for _name, package in packages)
        return {**due, **self._parts(due, wrong), "install": bool(due["missing"]) or others}

    def _parts(self, due: Mapping[str, Any], wrong: Mapping[str, Entries]) -> dict[str, bool]:
        """Whether anything is to be done for a part of the role."""
        options = self.options
        timers = [backup_timer(name) for name in self.plan["names"]]
        exporters = [each["exporter_unit"] for each in self.plan["exporters"]]
        return {
            "service": any(map(due.get, ("disabled", "reload", "stray"))) or bool(wrong["service"]),
            "health": bool(wrong["health"]),
            "firewall": options["firewall"] and (bool(wrong["firewall"]) or self._needs_care([FIREWALL_UNIT])),
            "backup": options["backup"] and (bool(wrong["backup"]) or self._needs_care(timers)),
            "exporter": options["exporter"]
            and (bool(wrong["exporter"]) or self._needs_care(exporters) or self._has_stray_exporter(exporters)),
        }

    def _servers(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for instance in self.plan["instances"]:
            yield instance["name"], self.host["units"][instance["unit"]]

    def _main_files(self) -> Iterator[tuple[str, str]]:
        return ((instance["name"], instance["main_file"]) for instance in self.plan["instances"])

    def _service_files(self) -> Iterator[Mapping[str, Any]]:
        for instance in self.plan["instances"]:
            yield from instance["directories"]
            # Only the first time: from then on it is the server's own.
            if instance["main_file_text"] and not self.host["paths"][instance["main_file"]]["exists"]:
                yield {**instance["main_file_attributes"], "content": instance["main_file_text"]}
            yield instance["drop_in"]

    def _outdated(self, wrong: set[str]) -> list[str]:
        """They run what is not on the disk any more: another program, or under another drop-in."""
        outdated = []
        for instance, (name, unit) in zip(self.plan["instances"], self._servers()):
            path = instance["drop_in"]["path"]
            if unit["binary_replaced"] or path in unit["newer_drop_ins"] or path in wrong:
                outdated.append(name)
        return outdated

    def _certificates(self) -> Iterator[str]:
        """Missing, about to end, or for other names than it should be."""
        for name, path in self.plan["self_made_certificates"].items():
            found = self.host["certificates"][path]
            names = self.plan["by_name"][name]["tls_all_names"]
            if not found or found["days_left"] < self.options["tls_renew_days"] or found["names"] != names:
                yield name

    def _has_stray_unit(self) -> bool:
        """The packaged unit, installed and neither started nor stopped here, would take the port at the next boot."""
        unit = self.host["units"][self.plan["packaged_unit"]]
        return "default" not in self.plan["names"] and unit["enabled"] == "enabled" and unit["active"] != "active"

    def _has_stray_exporter(self, exporters: Sequence[str]) -> bool:
        return PACKAGED_EXPORTER not in exporters and self.host["units"][PACKAGED_EXPORTER]["active"] == "active"

    def _needs_care(self, units: Sequence[str]) -> bool:
        """Whether one of them does not run, does not start at boot, or is older than its file."""
        found = [self.host["units"][unit] for unit in units]
        return any(unit["active"] != "active" or unit["enabled"] != "enabled" or unit["needs_reload"] for unit in found)
