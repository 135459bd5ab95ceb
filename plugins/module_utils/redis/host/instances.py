# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The servers of one host: everything about each that follows from the role's variables and from the platform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .memory import is_share, share_in_bytes, systemd_size_in_bytes

MAIN = "default"
"""The instance that the package's own unit runs."""
ROOT = "/etc/redisops"
OPERATOR = "redisops"
"""The same as in local.py, whose import brings a Redis client along: too slow for what every task evaluates."""

OPERATORS_COMMANDS = frozenset(
    {"ACL", "BGREWRITEAOF", "BGSAVE", "CLIENT", "CONFIG", "DBSIZE", "INFO", "LASTSAVE"}
    | {"PSYNC", "REPLCONF", "REPLICAOF", "ROLE", "SHUTDOWN", "SLAVEOF", "SYNC", "WAIT"}
)
"""Commands without which this collection, a replica or Sentinel cannot do its work: where there are users, they are
denied to all others instead of being removed."""
SERVICE_PRESETS = frozenset({"backup", "exporter", "operator", "replica", "sentinel"})

# From the word of an instance to the directive that has its value as it is.
_PLAIN_DIRECTIVES = {
    "protected_mode": "protected-mode",
    "maxmemory_policy": "maxmemory-policy",
    "appendonly": "appendonly",
    "appendfsync": "appendfsync",
    "aof_rewrite_percentage": "auto-aof-rewrite-percentage",
    "aof_rewrite_min_size": "auto-aof-rewrite-min-size",
    "save": "save",
}

_PEM = "-----BEGIN"
# File and mode by the word that gives its content. The server, which is in the group, reads them; nobody else the key.
_TLS_FILES = {"certificate": ("server.crt", "0640"), "key": ("server.key", "0640"), "ca": ("ca.crt", "0644")}

Words = Mapping[str, Any]
"""What one instance was given, by the names of the role's variables without their prefix."""


@dataclass(frozen=True)
class Instance:
    """`memory` is the host's, in bytes; None as long as nobody has looked."""

    words: Words
    platform: Mapping[str, Any]
    memory: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """What the role's tasks and templates read."""
        return {
            **self.words,
            "main_file": self.main_file,
            "include_dir": self.include_dir,
            "unit": self.unit,
            "run_dir": self.run_dir,
            "socket": self.socket,
            "data_dir": self.data_dir,
            "log_file": self.log_file,
            "acl_file": self.acl_file,
            "main_file_text": self.main_file_text(),
            "main_file_attributes": {"path": self.main_file, **self._servers_own, "mode": "0640"},
            "secret_file": self.login_secret_file if self.acl_file else None,
            "login_secret_file": self.login_secret_file,
            "plain_port": self.plain_port,
            "tls_port": self.tls_port,
            "ports": self.ports,
            "forks": self.forks,
            "maxmemory_bytes": self.maxmemory,
            "directives": self.directives(),
            "secret_directives": self.secret_directives(),
            "renamed_commands": self.renamed_commands(),
            "users": self.users() if self.acl_file else [],
            "drop_in": {"path": self.drop_in_path, "content": self.drop_in()},
            "directories": list(self.directories()),
            "tls_files": list(self.tls_files()),
            "tls_all_names": self.tls_all_names(),
        }

    @property
    def name(self) -> str:
        return str(self.words["name"])

    @property
    def is_main(self) -> bool:
        return self.name == MAIN

    @property
    def include_dir(self) -> str:
        return f"{ROOT}/{self.name}"

    @property
    def main_file(self) -> str:
        suffix = "" if self.is_main else f"-{self.name}"
        return f"{self.platform['config_dir']}/{self.platform['engine']}{suffix}.conf"

    @property
    def unit(self) -> str:
        template = str(self.platform["template_unit"])
        return str(self.platform["unit"]) if self.is_main else template.replace("@", f"@{self.name}")

    @property
    def drop_in_path(self) -> str:
        return f"/etc/systemd/system/{self.unit}.d/redisops.conf"

    @property
    def run_dir(self) -> str:
        return f"/run/{self.platform['engine']}" + ("" if self.is_main else f"-{self.name}")

    @property
    def socket(self) -> str:
        return str(self.words.get("unixsocket") or f"{self.run_dir}/{self.platform['engine']}-server.sock")

    @property
    def data_dir(self) -> str:
        own = str(self.platform["data_dir"]) + ("" if self.is_main else f"/{self.name}")
        return str(self.words.get("data_dir") or own)

    @property
    def log_file(self) -> str:
        suffix = "" if self.is_main else f"-{self.name}"
        return f"{self.platform['log_dir']}/{self.platform['engine']}-server{suffix}.log"

    @property
    def acl_file(self) -> str | None:
        return f"{self.include_dir}/users.acl" if self.words["auth"] == "acl" else None

    @property
    def login_secret_file(self) -> str:
        """The password of this collection's own user. It may be there, and be needed, when users are given up."""
        return f"{self.include_dir}/{OPERATOR}.secret"

    @property
    def plain_port(self) -> int:
        """0 when nothing speaks plain text."""
        return 0 if self.words["tls"] and not self.words.get("tls_port") else int(self.words["port"])

    @property
    def tls_port(self) -> int:
        return int(self.words.get("tls_port") or self.words["port"]) if self.words["tls"] else 0

    @property
    def ports(self) -> list[int]:
        return [port for port in (self.plain_port, self.tls_port) if port]

    @property
    def forks(self) -> bool:
        """Whether the server copies itself: to save, to rewrite its file, or for the first copy of a replica."""
        settings: Mapping[str, Any] = self.words.get("settings") or {}
        saves = settings.get("save", self.words.get("save"))
        appends = settings.get("appendonly", self.words.get("appendonly")) not in (None, False, "no")
        replicates = bool(self.words.get("replica_of") or self.words.get("replication_password"))
        # Not given, the save points are those that the server has by itself.
        return appends or replicates or saves is None or saves not in ([], "")

    @property
    def available_memory(self) -> int:
        limit = self.words.get("memory_limit")
        return min(self.memory or 0, systemd_size_in_bytes(str(limit))) if limit else self.memory or 0

    @property
    def maxmemory(self) -> str | None:
        wanted = self.words.get("maxmemory")
        if wanted is None or not is_share(str(wanted)):
            return None if wanted is None else str(wanted)
        return str(share_in_bytes(str(wanted), self.available_memory)) if self.memory else None

    def main_file_text(self) -> str:
        """Where there is none yet, as the package brings one for its own unit only; empty for that one.

        It says where the server will listen: without that, it would be looked for where the first one is.
        """
        if self.is_main:
            return ""
        return f"# Main file of {self.unit}.\nport {self.plain_port}\nunixsocket {self.socket}\n"

    def directives(self) -> dict[str, Any]:
        words = self.words
        wanted: dict[str, Any] = {
            "port": self.plain_port,
            "bind": list(words["bind"]),
            "unixsocket": self.socket,
            "unixsocketperm": 700,
            **{name: words[word] for word, name in _PLAIN_DIRECTIVES.items() if words.get(word) is not None},
        }
        if not self.is_main or words.get("data_dir"):
            wanted["dir"] = self.data_dir
        if not self.is_main:
            wanted |= {"pidfile": f"{self.run_dir}/{self.platform['engine']}-server.pid", "logfile": self.log_file}
        if self.maxmemory is not None:
            wanted["maxmemory"] = self.maxmemory
        if self.acl_file:
            wanted["aclfile"] = self.acl_file
        return {**wanted, **self._tls_directives(), **self._replica_directives(), **(words.get("settings") or {})}

    def _tls_directives(self) -> dict[str, Any]:
        if not self.words["tls"]:
            return {}
        folder = f"{self.include_dir}/tls"
        wanted = {
            "tls-port": self.tls_port,
            "tls-cert-file": f"{folder}/server.crt",
            "tls-key-file": f"{folder}/server.key",
            "tls-auth-clients": self.words["tls_auth_clients"],
            "tls-replication": True,
        }
        # A certificate of one's own without its authority: then nothing here is checked against one.
        if self.words.get("tls_ca") or not self.words.get("tls_certificate"):
            wanted["tls-ca-cert-file"] = f"{folder}/ca.crt"
        return wanted

    def tls_files(self) -> Iterator[dict[str, str]]:
        """Those whose content is given: `source` is a path on the host, or empty for what comes from the controller."""
        for word, (name, mode) in _TLS_FILES.items():
            given = self.words.get(f"tls_{word}")
            if given and self.words["tls"] and self.words.get("tls_certificate"):
                is_on_host = self.words["tls_files_on"] == "host" and _PEM not in given
                yield {
                    "instance": self.name,
                    "word": word,
                    "path": f"{self.include_dir}/tls/{name}",
                    "source": str(given) if is_on_host else "",
                    "owner": "root",
                    "group": str(self.platform["group"]),
                    "mode": mode,
                }

    def tls_all_names(self) -> list[str]:
        """What a certificate that is made for this server is good for, sorted as redis_host_info tells it."""
        bound = [address.lstrip("-") for address in self.words["bind"]]
        names = {"localhost", "127.0.0.1", "::1", *bound, *self.words["host_names"], *(self.words["tls_names"] or [])}
        return sorted(names - {"*", "0.0.0.0", "::", "::*", ""})

    def _replica_directives(self) -> dict[str, Any]:
        return {"masteruser": "replica"} if self.acl_file and self.words.get("replication_password") else {}

    def secret_directives(self) -> dict[str, str]:
        if not self.acl_file:
            password = self.words.get("password")
            return {"requirepass": str(password), "masterauth": str(password)} if password else {}
        password = self.words.get("replication_password")
        return {"masterauth": str(password)} if password else {}

    def renamed_commands(self) -> dict[str, str]:
        removed = dict.fromkeys(self._removed - self._denied, "")
        renamed = {name.upper(): new or "" for name, new in (self.words.get("renamed_commands") or {}).items()}
        return {**dict(sorted(removed.items())), **renamed}

    @property
    def _removed(self) -> set[str]:
        return {name.upper() for name in self.words.get("removed_commands") or []}

    @property
    def _denied(self) -> set[str]:
        return self._removed & OPERATORS_COMMANDS if self.acl_file else set()

    def users(self) -> list[dict[str, Any]]:
        """All entries of the ACL file but those that redis_acl makes by itself."""
        words = self.words
        given = [{**user} for user in words.get("users") or []]
        if words.get("password") and not any(user["name"] == "default" for user in given):
            everything = {"keys": ["*"], "channels": ["*"]}
            password = {"passwords": [words["password"]]}
            given.insert(0, {"name": "default", "preset": "application", **everything, **password})
        denials = [f"-{name.lower()}" for name in sorted(self._denied)]
        for user in given:
            if denials and user.get("preset") not in SERVICE_PRESETS:
                user["rules"] = [*(user.get("rules") or []), *denials]
        return [*given, *self._service_users({user["name"] for user in given})]

    def _service_users(self, taken: set[str]) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = [
            {"name": name, "preset": name, "secret_file": f"{self.include_dir}/{name}.secret"}
            for name in ("backup", "exporter")
            if self.words.get(name)
        ]
        for name, word in (("replica", "replication_password"), ("sentinel", "sentinel_password")):
            if self.words.get(word):
                made.append({"name": name, "preset": name, "passwords": [self.words[word]]})
        return [user for user in made if user["name"] not in taken]

    def directories(self) -> Iterator[dict[str, str]]:
        """What the package does not bring."""
        own = {**self._servers_own, "mode": "0750"}
        theirs = {**own, "owner": "root"}
        yield {"path": ROOT, "owner": "root", "group": "root", "mode": "0755"}
        yield {"path": self.include_dir, **theirs}
        if self.words["tls"]:
            yield {"path": f"{self.include_dir}/tls", **theirs}
        if self.data_dir != self.platform["data_dir"]:
            yield {"path": self.data_dir, **own}

    @property
    def _servers_own(self) -> dict[str, str]:
        return {"owner": str(self.platform["user"]), "group": str(self.platform["group"])}

    def drop_in(self) -> str:
        """What differs from the packaged unit, as the [Service] section of a drop-in; empty when nothing does."""
        words = self.words
        data_dir = words.get("data_dir")
        lines = [
            f"ReadWritePaths={data_dir}" if data_dir and not is_below(data_dir, self.platform["data_dir"]) else "",
            f"LimitNOFILE={words['limit_nofile']}" if words.get("limit_nofile") else "",
            f"MemoryMax={words['memory_limit']}" if words.get("memory_limit") else "",
            f"TimeoutStartSec={words['start_timeout']}" if words.get("start_timeout") else "",
        ]
        return "\n".join(["[Service]", *filter(None, lines), ""]) if any(lines) else ""


def is_below(path: str, folder: str) -> bool:
    return f"{path.rstrip('/')}/".startswith(f"{folder.rstrip('/')}/")


def build_instances(
    words: Words, given: Sequence[Words], platform: Mapping[str, Any], memory: int | None = None
) -> list[Instance]:
    """One for each that is given, which takes from `words` what it does not say; one of `words` alone for none."""
    known = [{name: value for name, value in each.items() if value is not None} for each in given or [{"name": MAIN}]]
    return [Instance({**words, **each}, platform, memory) for each in known]
