# SPDX-License-Identifier: GPL-3.0-or-later
"""How our ElastiCache hangs in moto: the only file that knows moto's inside.

moto finds a service by two names, `moto.elasticache.models.elasticache_backends` and
`moto.elasticache.urls.url_paths`; `install` puts ours there. Everything else of moto stays as it is. The same
installation serves the HTTP server and, within one process, `mock_aws`.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import moto.core.errors
import moto.elasticache.models
import moto.elasticache.urls
from botocore.model import OperationNotFoundError
from moto.backends import get_backend
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.common_types import TYPE_RESPONSE
from moto.core.exceptions import ServiceException
from moto.core.model import OperationModel
from moto.core.responses import ActionResult, BaseResponse
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.exceptions import HTTPException

from tests.standin import behavior, wire
from tests.standin.core.clock import Clock
from tests.standin.core.durations import Durations
from tests.standin.core.errors import ApiError
from tests.standin.core.faults import FaultRule, Faults
from tests.standin.core.history import History
from tests.standin.core.names import partition_of
from tests.standin.core.registry import OPERATIONS, Handler
from tests.standin.core.request import Request
from tests.standin.core.world import Place, World
from tests.standin.engines.plan import EngineDriver
from tests.standin.neighbors import Ec2Subnet, split_object_arn
from tests.standin.scope import ScopedEngines

log = logging.getLogger(__name__)

SEEN_CALL = "standin.seen_call"
"""Key of the WSGI environment under which the decoded parameters are left for the call log."""

RESET_PATH = "/moto-api/reset"

NOT_BUILT = 501
"""SDKs do not repeat a call that was answered 501; 500 they repeat for minutes."""

# Codes without a shape in the service model: common to all services, or the stand-in's own.
_COMMON_CODES = (
    "InternalFailure",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "StandinAnswerMisfit",
    "StandinFailure",
    "StandinMissingOperation",
    "StandinUnknownMember",
    "StandinUnreadMember",
    "Throttling",
)
# Where a service signs with another name than its model has; an unsigned call is answered as ElastiCache would.
_MODEL_OF_SIGNING_NAME = {"": wire.SERVICE, "monitoring": "cloudwatch", "elasticloadbalancing": "elbv2"}
_READS = ("Describe", "List")
_IDLE_SECONDS = 60


@dataclass(frozen=True)
class Installation:
    """What all worlds of a stand-in share."""

    clock: Clock
    engines: EngineDriver
    durations: Durations = field(default_factory=Durations)
    faults: Faults = field(default_factory=Faults)


class ServiceFault(ServiceException):
    """An ApiError in the form that moto serializes."""


class ElastiCacheBackend(BaseBackend):
    """One world per account and region; moto's reset drops it, and the next request makes a new one.

    moto creates and resets backends under a lock of its own, and handlers that read neighbors take that lock inside
    the world's. So nothing here may take the world's lock while moto constructs: `ready` does the rest on first use.
    """

    installation: Installation

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        shared = self.installation
        self.world = World(
            shared.clock,
            ScopedEngines(shared.engines, account_id, region_name),
            MotoNeighbors(account_id, region_name),
            Place(account_id, region_name),
            shared.durations,
        )
        self.history = History(self.world, shared.faults)
        self._is_prepared = False
        self._is_closed = False

    def ready(self) -> None:
        """Called under the world's lock, before anything is asked."""
        if not self._is_prepared:
            behavior.prepare(self.world)
            self._is_prepared = True

    def close(self) -> None:
        """Stop everything that runs for this world."""
        if self._is_closed:
            return
        self._is_closed = True
        self.world.background.wait_idle(_IDLE_SECONDS)
        self.world.background.stop()
        self.history.close()
        self.world.clock.clear()
        self.world.engines.stop()

    def reset(self) -> None:
        """moto's word for it. A server has closed its worlds before (`close_worlds`)."""
        self.close()

    @property
    def _url_module(self) -> Any:
        return moto.elasticache.urls


class ElastiCacheResponse(BaseResponse):
    """Decodes a request by the service model, lets behavior answer, serializes by the service model."""

    def __init__(self) -> None:
        super().__init__(service_name=wire.SERVICE)
        self.automated_parameter_parsing = True

    def parse_parameters(self, request: Any) -> None:
        """Later, in `call_action`, where a refusal can be answered in the service's form."""
        self.params = {}

    def call_action(self) -> TYPE_RESPONSE:
        try:
            self._authenticate_and_authorize_normal_action()
        except HTTPException as refusal:
            return refusal.code or 403, dict(refusal.get_headers()), refusal.description or ""
        operation = self._get_action() or ""
        try:
            status, headers, body = self.serialized(ActionResult(self._answer(operation)))
        except ApiError as error:
            status, headers, body = self._refused(error)
        except Exception as error:
            log.exception("%s failed", operation)
            text = f"The stand-in itself failed in {operation}: {type(error).__name__}: {error}"
            status, headers, body = self._refused(ApiError("StandinFailure", text))
        headers, body = self._enrich_response(headers, body)
        return status, headers, body

    def _refused(self, error: ApiError) -> TYPE_RESPONSE:
        status, headers, body = self.serialized(ActionResult(ServiceFault(error.code, error.message)))
        return (NOT_BUILT if error.code.startswith("Standin") else status), headers, body

    def _answer(self, operation: str) -> dict[str, Any]:
        handler = OPERATIONS.get(operation)
        if handler is None:
            raise ApiError("StandinMissingOperation", f"The stand-in has no operation {operation}.")
        request = self._decoded(operation)
        backend: ElastiCacheBackend = _backends()[self.current_account][self.region]
        with backend.world.lock:
            answer = wire.paged(request, _handled(backend, handler, request))
        if request.unread():
            paths = ", ".join(request.unread())
            raise ApiError("StandinUnreadMember", f"{operation} of the stand-in does not look at {paths}.")
        output = wire.service_model().operation_model(operation).output_shape
        wrong = list(wire.misfits(output, answer))
        if wrong:
            raise ApiError("StandinAnswerMisfit", f"{operation} of the stand-in answers wrongly: {'; '.join(wrong)}")
        return answer

    def _decoded(self, operation: str) -> Request:
        shape = wire.service_model().operation_model(operation).input_shape
        try:
            super().parse_parameters(self.normalized_request)
        except (ValueError, OperationNotFoundError) as error:
            raise ApiError("InvalidParameterValue", f"The request cannot be decoded: {error}") from error
        members = wire.aware(self.params)
        self.normalized_request.environ[SEEN_CALL] = members
        wire.require_sound(shape, self.normalized_request.values, members)
        return Request(operation, members)


def _handled(backend: ElastiCacheBackend, handler: Handler, request: Request) -> dict[str, Any]:
    """What is due happens first; a change is remembered for stale reads."""
    world = backend.world
    backend.ready()
    world.clock.run_due()
    if request.operation.startswith(_READS):
        return handler(backend.history.world_for(request.operation), request)
    backend.history.keep(asked=True)
    return handler(world, request)


@dataclass(frozen=True)
class MotoNeighbors:
    """The other services of the same account and region, read where moto keeps them."""

    account: str
    region: str

    def subnet(self, subnet_id: str) -> Ec2Subnet | None:
        return next((found for found in self._subnets() if found.id == subnet_id), None)

    def default_subnets(self) -> list[Ec2Subnet]:
        default = self._backend("ec2").get_default_vpc()
        return [subnet for subnet in self._subnets() if default is not None and subnet.vpc_id == default.id]

    def security_group_vpc(self, group_id: str) -> str | None:
        group = self._backend("ec2").get_security_group_from_id(group_id)
        return group.vpc_id if group is not None else None

    def default_security_group(self, vpc_id: str) -> str | None:
        group = self._backend("ec2").get_security_group_from_name("default", vpc_id)
        return group.id if group is not None else None

    def zones(self) -> list[str]:
        return [zone.name for zone in self._backend("ec2").describe_availability_zones()]

    def has_kms_key(self, key: str) -> bool:
        backend = self._backend("kms")
        known = backend.any_id_to_key_id(key)
        return known in backend.keys and backend.keys[known].enabled

    def has_topic(self, arn: str) -> bool:
        return arn in self._backend("sns").topics

    def has_log_group(self, name: str) -> bool:
        return name in self._backend("logs").groups

    def has_delivery_stream(self, name: str) -> bool:
        return name in self._backend("firehose").delivery_streams

    def bucket_region(self, name: str) -> str | None:
        if name not in s3_backends.bucket_accounts:
            return None
        partition, account = s3_backends.bucket_accounts[name]
        region: str = s3_backends[account][partition].buckets[name].region_name
        return region

    def owns_bucket(self, name: str) -> bool:
        return name in self._s3().buckets

    def bucket_policy(self, name: str) -> str | None:
        policy = self._s3().get_bucket_policy(name)
        return policy.decode() if policy else None

    def put_object(self, bucket: str, key: str, path: Path, written: datetime) -> None:
        """moto stamps objects with the machine's time, which a clock that is stepped or runs fast leaves behind."""
        self._s3().put_object(bucket, key, path.read_bytes()).last_modified = written.replace(tzinfo=None)

    def read_object(self, arn: str) -> bytes | None:
        found = self._object(arn)
        return found.value if found is not None else None

    def object_encryption(self, arn: str) -> str | None:
        """Since 2023 S3 encrypts by itself what nobody asked to be encrypted; moto does not say so."""
        found = self._object(arn)
        return found.encryption or "AES256" if found is not None else None

    def _object(self, arn: str) -> Any:
        bucket, key = split_object_arn(arn)
        return self._s3().get_object(bucket, key) if self.owns_bucket(bucket) else None

    def _s3(self) -> Any:
        """S3's backends are of a partition, not of a region."""
        return s3_backends[self.account][partition_of(self.region)]

    def _subnets(self) -> Iterator[Ec2Subnet]:
        for subnet in self._backend("ec2").describe_subnets():
            yield Ec2Subnet(subnet.id, subnet.vpc_id, subnet.availability_zone)

    def _backend(self, service: Any) -> Any:
        return get_backend(service)[self.account][self.region]


def install(installation: Installation) -> None:
    """Put our ElastiCache in the place of moto's and empty all services. Before moto's first request.

    A second installation in one process takes the place of the first.
    """
    behavior.load()
    uninstall()
    backend_class = type("ElastiCacheBackend", (ElastiCacheBackend,), {"installation": installation})
    models: Any = moto.elasticache.models
    models.elasticache_backends = BackendDict(backend_class, wire.SERVICE)
    moto.elasticache.urls.url_paths = {"{0}/$": ElastiCacheResponse.dispatch}
    known = moto.core.errors.COMMON_ERROR_CODES
    known.extend(code for code in _COMMON_CODES if code not in known)


def uninstall() -> None:
    """End all worlds and empty all services of this process."""
    close_worlds()
    moto_api_backend.reset()


def close_worlds() -> None:
    """Before moto resets: it does so under its own lock, which the works of a world may want."""
    for backend in _installed():
        backend.close()


def application() -> Callable[..., Any]:
    """moto's WSGI application for all services."""
    return DomainDispatcherApplication(create_backend_app)


class RequestHandler(MotoRequestHandler):
    """Answers are dated by the stand-in's clock, as those of a service are by its own: clients may reckon from that.

    The call log says what came; a line per request on stderr says nothing more.
    """

    clock: Clock

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(self.clock.now().timestamp() if timestamp is None else timestamp)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return None

    def setup(self) -> None:
        """Answers are small and complete: send them at once."""
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def handler_of(clock: Clock) -> type[RequestHandler]:
    """The class is what a server wants."""
    return type("DatedRequestHandler", (RequestHandler,), {"clock": clock})


def worlds() -> list[World]:
    """Every world that somebody asked something of, so far."""
    return [backend.world for backend in _installed()]


def _installed() -> list[ElastiCacheBackend]:
    backends = [backend for regions in _backends().values() for backend in regions.values()]
    return [backend for backend in backends if isinstance(backend, ElastiCacheBackend)]


def _backends() -> BackendDict[Any]:
    models: Any = moto.elasticache.models
    backends: BackendDict[Any] = models.elasticache_backends
    return backends


def fault_answer(service: str, operation: str, rule: FaultRule) -> tuple[int, dict[str, str], bytes]:
    """HTTP status, headers and body of a fault, in the form of the service with that signing name."""
    model = get_service_model(_MODEL_OF_SIGNING_NAME.get(service, service))
    known = moto.core.errors.COMMON_ERROR_CODES
    if rule.code not in known:
        known.append(rule.code)
    serializer = get_serializer_class(model.service_name, str(model.protocol))
    serialized = serializer(operation_model=OperationModel({"name": operation}, model)).serialize(
        ServiceFault(rule.code, rule.message)
    )
    body = serialized["body"]
    return (
        rule.status or serialized["status_code"],
        dict(serialized["headers"]),
        body if isinstance(body, bytes) else body.encode(),
    )
