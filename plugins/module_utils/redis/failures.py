# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong between a client and its server, and what to look at.

Codes are the server's own error words (NOAUTH, LOADING, ...) where it has one; the others name what the client saw.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """`transient`: may pass by itself, so that a caller with time left does well to try again."""

    meaning: str
    look_at: str
    transient: bool = False


_NETWORK_PATH = "the security group (or firewall) on both sides, VPC and routes, and whether the cache is available"

CAUSES: dict[str, Cause] = {
    "ACCEPTED_COMMAND": Cause(
        "commands are accepted that were to be refused",
        "the rules of the user (ACL GETUSER), the renamed and removed commands, and whether the server was restarted "
        "since they were set",
    ),
    "ACCEPTED_CONNECTION": Cause(
        "the server can be reached from here", "bind and protected-mode, and the firewall's rule for this address"
    ),
    "ACCEPTED_NO_CERTIFICATE": Cause(
        "a client without a certificate was let in", "tls-auth-clients, which is optional or no"
    ),
    "ACCEPTED_PLAINTEXT": Cause(
        "the port answers in plain text as well",
        "the transit encryption mode (preferred allows both, required only TLS); on a host, a second listener in front",
    ),
    "ACCEPTED_UNAUTHENTICATED": Cause(
        "a connection without a password may run commands",
        "the token: after ROTATE on a group that had none, open access ends only with SET; "
        "with users, whether the user default is off; on a host, requirepass or the ACL file",
    ),
    "ACCEPTED_WRONG_PASSWORD": Cause(
        "a login with a made-up password was accepted",
        "the user's password settings: nopass accepts any password",
    ),
    "ANSWER_TIMEOUT": Cause(
        "the server accepted the connection but did not answer in time",
        "load and slow commands on the server (SLOWLOG, EngineCPUUtilization), or something between that holds packets",
        transient=True,
    ),
    "CA_FILE": Cause("the CA file cannot be used", "ca_path: a readable PEM file with the authority's certificate"),
    "CERTIFICATE_EXPIRED": Cause(
        "the server's certificate is outside its period of validity", "the certificate's dates and this machine's clock"
    ),
    "CERTIFICATE_INVALID": Cause("the server's certificate cannot be verified", "the server's certificate chain"),
    "CERTIFICATE_OTHER_HOST": Cause(
        "the server's certificate is for another host name",
        "host: use the endpoint's own name, not an alias or an address that the certificate does not carry",
    ),
    "CERTIFICATE_UNKNOWN_AUTHORITY": Cause(
        "the server's certificate comes from an authority that is not trusted here",
        "ca_path for a private authority; for a managed cache, the system's CA certificates",
    ),
    "CLIENT_CERTIFICATE": Cause(
        "the client certificate or its key cannot be used",
        "client_cert_path and client_key_path: readable PEM files that belong together, the key without a passphrase",
    ),
    "CLOSED_AFTER_HANDSHAKE": Cause(
        "the server ended the connection right after the TLS handshake",
        "whether the server demands a client certificate (client_cert_path, tls-auth-clients), and the server's log",
        transient=True,
    ),
    "CLUSTERDOWN": Cause(
        "the cluster does not serve requests", "the state of every shard: CLUSTER INFO, CLUSTER SHARDS", transient=True
    ),
    "COMMAND_NOT_JUDGED": Cause(
        "whether the command is refused cannot be told without running it",
        "its arguments, which have to be as many as it takes; those that no transaction takes cannot be asked about",
    ),
    "COMMAND_REMOVED": Cause(
        "the server's configuration takes this command away (rename-command)",
        "the renamed commands: give it another name instead of none, or leave it to the rules of the ACL users",
    ),
    "CONNECTION_CLOSED": Cause(
        "the connection was closed before an answer came",
        "whether the port belongs to a Redis or Valkey server, its status and its log",
        transient=True,
    ),
    "CONNECTION_REFUSED": Cause(
        "nothing listens at the address and port",
        "the port, and whether the cache is available; on a host, the service's status and bind",
        transient=True,
    ),
    "CONNECTION_TIMEOUT": Cause("no answer from the address", _NETWORK_PATH, transient=True),
    "DENIED": Cause(
        "the server is in protected mode and refuses other hosts",
        "a password and bind on the server, or protected-mode",
    ),
    "HANDSHAKE_FAILED": Cause(
        "the TLS handshake failed", "the TLS versions and ciphers of the server, and whether the port speaks TLS"
    ),
    "HANDSHAKE_TIMEOUT": Cause(
        "the TLS handshake got no answer in time",
        "whether the port speaks TLS (transit encryption), and load on the server",
        transient=True,
    ),
    "LOADING": Cause(
        "the server is still loading its data set",
        "the size of the data set; wait_timeout waits for it",
        transient=True,
    ),
    "MASTERDOWN": Cause(
        "the replica has lost its master and serves no stale data",
        "the replication link and the master",
        transient=True,
    ),
    "MAX_CLIENTS": Cause(
        "the server has no connection left",
        "CurrConnections, connection pools of the applications, maxclients, timeout",
        transient=True,
    ),
    "MISCONF": Cause(
        "the server refuses writes since it cannot save to disk", "disk space and permissions of the server's directory"
    ),
    "MOVED": Cause(
        "the server runs in cluster mode and another node has the key", "cluster_mode: set it for this server"
    ),
    "NAME_NOT_FOUND": Cause(
        "the host name does not resolve",
        "the name's spelling, whether the cache exists (an endpoint's name comes with it), "
        "and whether this machine asks the VPC's name server",
        transient=True,
    ),
    "NAME_SERVER": Cause(
        "the name server did not answer", "name servers of this machine and the way to them", transient=True
    ),
    "NETWORK_ERROR": Cause("the connection failed", _NETWORK_PATH, transient=True),
    "NOAUTH": Cause("the server wants a password and none was given", "password (the token), and username with users"),
    "NOPERM": Cause(
        "the user may not do this", "the user's access string (ACL); for keys, key_prefix within the user's patterns"
    ),
    "NOREPLICAS": Cause(
        "the server refuses writes since it has too few replicas", "the replicas; min-replicas-to-write", transient=True
    ),
    "NOT_A_CLUSTER": Cause("the server does not run in cluster mode", "cluster_mode, and the endpoint"),
    "NOT_REDIS": Cause(
        "the answer is not in Redis' protocol", "the port: something other than Redis or Valkey answers there"
    ),
    "NO_PASSWORD_SET": Cause(
        "a password was given and the server has none",
        "whether the cache was created with its token; on a host, requirepass or the ACL file",
    ),
    "NO_SUCH_DATABASE": Cause("the server does not have this database", "db; in cluster mode there is only 0"),
    "OOM": Cause(
        "the server's memory is used up and nothing may be evicted",
        "DatabaseMemoryUsagePercentage, maxmemory and maxmemory-policy, keys without TTL",
    ),
    "OTHER_ROLE": Cause(
        "the server does not have the expected role",
        "the endpoint (primary or reader), and events: a failover moves the role",
        transient=True,
    ),
    "PLAINTEXT_PORT": Cause(
        "TLS was asked for, but the port speaks plain text", "tls, and whether in-transit encryption is on"
    ),
    "READONLY": Cause(
        "the server is a replica and takes no writes",
        "the endpoint (primary or reader), or role; after a failover, clients that still hold the old address",
        transient=True,
    ),
    "ROLE_UNKNOWN": Cause(
        "the server did not tell its role", "whether the server knows HELLO, or else the user's access string: +info"
    ),
    "SERVER_ERROR": Cause("the server answered with an error", "the error's text"),
    "SLOTS_NOT_SERVED": Cause(
        "not every slot of the cluster is served", "failed shards, a resharding that stopped", transient=True
    ),
    "TLS_PORT": Cause("plain text was asked for, but the port speaks TLS", "tls: set it for this server"),
    "TOO_MANY_REDIRECTS": Cause(
        "the nodes of the cluster send the client in a circle", "CLUSTER SHARDS as each node sees it", transient=True
    ),
    "UNREACHABLE": Cause("there is no way to the address", _NETWORK_PATH, transient=True),
    "WRONGPASS": Cause(
        "the server refuses user and password",
        "the token (which value is in use during a rotation?), the username, whether the user is on",
    ),
    "WRONG_VALUE": Cause(
        "the server gave back something else than was written", "what sits between client and server; eviction"
    ),
}


class CheckError(Exception):
    """`evidence` is what was seen: the server's or the system's own words, an address, a number."""

    def __init__(self, code: str, evidence: str = "") -> None:
        super().__init__(code, evidence)
        self.code = code
        self.evidence = evidence

    @property
    def cause(self) -> Cause:
        return CAUSES[self.code]

    @property
    def detail(self) -> str:
        """Without a full stop, as the start of a sentence that goes on."""
        return f"{self.cause.meaning}: {self.evidence}".rstrip(": .")


class RedirectError(CheckError):
    """A node of the cluster names another one. An empty `host` means the node's own (Redis Cluster specification).

    `asking`: for this one command only (ASK), rather than for good (MOVED).
    """

    def __init__(self, evidence: str, host: str, port: int, asking: bool) -> None:
        super().__init__("MOVED", evidence)
        self.host = host
        self.port = port
        self.asking = asking
