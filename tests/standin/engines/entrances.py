# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses of one group that clients come to: how they are let in, and where they are sent."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path

from tests.standin.engines.certificates import CertificateAuthority
from tests.standin.engines.forwarder import Forwarder, Front, Terms
from tests.standin.engines.link import Target
from tests.standin.engines.plan import Endpoints, GroupPlan
from tests.standin.engines.resp import encode


class Entrances:
    """Fronts of the group's endpoints, and of its nodes, which `node_front` makes and their nodes point.

    `bundle` is where the certificate and its key are kept.
    """

    def __init__(self, forwarder: Forwarder, authority: CertificateAuthority, bundle: Path) -> None:
        self._forwarder = forwarder
        self._authority = authority
        self._bundle = bundle
        self._cluster_mode = False
        self._endpoints: dict[str, Front] = {}
        self._terms = Terms()
        self._certified: frozenset[str] = frozenset()

    def node_front(self, address: str, port: int) -> Front:
        front = Front(self._forwarder, address, port)
        front.admit(self._terms)
        return front

    def admit(self, plan: GroupPlan, endpoints: Endpoints, node_fronts: Sequence[Front]) -> None:
        """Let clients in as `plan` says, at endpoints and at these nodes; endpoints listen once they are pointed."""
        self._cluster_mode = plan.cluster_mode
        listeners = _listeners(plan, endpoints)
        for role in self._endpoints.keys() - listeners.keys():
            self._endpoints.pop(role).close()
        for role in listeners.keys() - self._endpoints.keys():
            self._endpoints[role] = Front(self._forwarder, *listeners[role])
        self._terms = Terms(
            tls=plan.tls,
            context=None if plan.tls == "off" else self._certificate(plan.group_id, endpoints),
            # Of two tokens the engines know the first one already.
            greeting=encode(("AUTH", "default", plan.tokens[0])) if plan.open_access and plan.tokens else b"",
            # Nodes that the plan removes replicate until they have given their data away.
            peers=frozenset({*endpoints.nodes.values(), *(front.address for front in node_fronts)}),
        )
        for front in (*self._endpoints.values(), *node_fronts):
            front.admit(self._terms)

    def point(self, primaries: Sequence[Target], replicas: Sequence[Target]) -> None:
        """Send clients where the roles are now; connections to nodes that lost a role are closed."""
        # A replica in cluster mode would send plain clients away, to the primary.
        readable = primaries if self._cluster_mode else replicas or primaries
        for role, front in self._endpoints.items():
            front.point(readable if role == "reader" else primaries)

    def close_endpoints(self) -> None:
        for front in self._endpoints.values():
            front.close()
        self._endpoints.clear()

    def _certificate(self, group_id: str, endpoints: Endpoints) -> ssl.SSLContext:
        """A new one only when an address came that the last one does not carry; open connections keep theirs."""
        addresses = frozenset({endpoints.primary, endpoints.reader, endpoints.configuration, *endpoints.nodes.values()})
        if self._terms.context is not None and addresses <= self._certified:
            return self._terms.context
        self._certified = addresses
        return self._authority.server_context(group_id, sorted(addresses), self._bundle)


def _listeners(plan: GroupPlan, endpoints: Endpoints) -> dict[str, tuple[str, int]]:
    """Address and port of what listens. Cluster mode "compatible" has one shard and serves clients of both kinds."""
    plain = {"primary": (endpoints.primary, plan.port), "reader": (endpoints.reader, plan.port)}
    if not plan.cluster_mode:
        return plain
    clustered = {"configuration": (endpoints.configuration, plan.port)}
    if plan.reader_port:
        clustered["reading port"] = (endpoints.configuration, plan.reader_port)
    return clustered | (plain if len({node.shard for node in plan.nodes}) == 1 else {})
