# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to a snapshot. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...aws.tags import to_api
from ...reconcile.field import differences
from ...reconcile.plan import Change, Plan, Step
from ..tagging import delta_of, tag_change, tag_steps, tag_warnings
from .bucket import Bucket, bucket_refusals, bucket_warnings
from .fields import FIELDS, SOURCES
from .normalize import SnapshotState
from .source import Source
from .spec import SnapshotSpec

AVAILABLE = {"status": "available"}
GONE = {"status": "gone"}


@dataclass(frozen=True)
class Facts:
    """What a plan needs to know besides the State. `exported` are the files of its export that are there, `stale` those
    that bear its name and are of an earlier snapshot."""

    source: Source | None = None
    bucket: Bucket | None = None
    exported: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()


def plan_changes(spec: SnapshotSpec, state: SnapshotState | None, facts: Facts = Facts()) -> Plan:
    if spec.state == "absent":
        return plan_deletion(spec, state, facts)
    return plan_creation(spec, facts) if state is None else plan_modification(spec, state, facts)


def plan_deletion(spec: SnapshotSpec, state: SnapshotState | None, facts: Facts) -> Plan:
    if state is None:
        return Plan()
    operation = "delete_serverless_cache_snapshot" if spec.serverless else "delete_snapshot"
    step = Step(operation, {own_name(spec): spec.snapshot_name}, ("state",), GONE)
    refusals = tuple(source_refusals(spec, state, facts))
    return Plan("delete", (Change("state", "present", "absent"),), (step,), refusals=refusals)


def plan_creation(spec: SnapshotSpec, facts: Facts) -> Plan:
    given = [name for name in (*SOURCES, "kms_key_id", "target_bucket") if getattr(spec, name) is not None]
    given += ["tags"] if spec.tags else []
    refusals = (*creation_refusals(spec, facts), *export_refusals(spec, None, facts))
    steps: tuple[Step, ...] = ()
    if facts.source:
        steps = (creation_step(spec, facts.source, given),)
        steps += (export_step(spec, facts.source.files),) if spec.bucket else ()
    changes = tuple(Change(name, None, getattr(spec, name)) for name in given)
    warnings = tuple(export_warnings(spec, facts))
    return Plan("create", (Change("state", "absent", "present"), *changes), steps, warnings, refusals)


def plan_modification(spec: SnapshotSpec, state: SnapshotState, facts: Facts) -> Plan:
    refusals = (
        *source_refusals(spec, state, facts),
        *key_refusals(spec, state),
        *export_refusals(spec, state, facts),
    )
    delta = delta_of(spec, state.tags)
    changes = tag_change(delta, state.tags)
    steps = tag_steps(state.arn, delta, {})
    if spec.bucket and not facts.exported:
        changes += (Change("target_bucket", None, spec.bucket),)
        steps += (export_step(spec, state.num_node_groups),)
    warnings = (*tag_warnings(spec.tags, state.tags), *export_warnings(spec, facts))
    return Plan("modify" if changes or refusals else "none", changes, steps, warnings, refusals)


def own_name(spec: SnapshotSpec) -> str:
    """The member of requests that names the snapshot itself."""
    return "ServerlessCacheSnapshotName" if spec.serverless else "SnapshotName"


def creation_step(spec: SnapshotSpec, source: Source, given: list[str]) -> Step:
    verb = "create" if spec.source_snapshot_name is None else "copy"
    name = own_name(spec) if verb == "create" else f"Target{own_name(spec)}"
    arguments = {name: spec.snapshot_name, **source.arguments, **FIELDS.payload(spec, ("kms_key_id",))}
    if spec.tags:
        arguments["Tags"] = to_api(spec.tags)
    operation = f"{verb}_serverless_cache_snapshot" if spec.serverless else f"{verb}_snapshot"
    because = ("state", *(option for option in given if option != "target_bucket"))
    return Step(operation, arguments, because, AVAILABLE)


def export_step(spec: SnapshotSpec, files: int) -> Step:
    """A copy into a bucket is no snapshot: its name is the prefix of the files, hence the snapshot's own."""
    if spec.serverless:
        arguments = {"ServerlessCacheSnapshotName": spec.snapshot_name, "S3BucketName": spec.target_bucket}
        return Step("export_serverless_cache_snapshot", arguments, ("target_bucket",), {"files": files})
    arguments = {
        "SourceSnapshotName": spec.snapshot_name,
        "TargetSnapshotName": spec.snapshot_name,
        "TargetBucket": spec.target_bucket,
    }
    return Step("copy_snapshot", arguments, ("target_bucket",), {"files": files})


def creation_refusals(spec: SnapshotSpec, facts: Facts) -> Iterator[str]:
    if spec.source is None:
        yield f"{', '.join(SOURCES)}: there is no snapshot {spec.snapshot_name}; one of them is required to create it."
    if facts.source and facts.source.problem:
        yield facts.source.problem
    if facts.stale:
        yield (
            f"target_bucket: {spec.target_bucket} already holds files of an earlier snapshot {spec.snapshot_name} "
            f"({', '.join(facts.stale)}), and none is overwritten; choose another name, or move them away."
        )


def source_refusals(spec: SnapshotSpec, state: SnapshotState, facts: Facts) -> Iterator[str]:
    """A snapshot of that name is taken for the wanted one only when it is of the same cache."""
    if spec.source is None or is_from(spec.source, state, facts):
        return
    option, name = spec.source
    of = state.replication_group_id or state.source or "a source that is not told"
    kept = "choose another name; a snapshot is never overwritten" if spec.state == "present" else "it is not deleted"
    yield f"{option}: the snapshot {state.snapshot_name} that exists is not of {name} but of {of}: {kept}."


def is_from(source: tuple[str, str], state: SnapshotState, facts: Facts) -> bool:
    """A copy is known by the cache and the moment of its data; once the original is gone, by its name alone."""
    option, name = source
    if option == "replication_group_id" and facts.source and state.cache_cluster_id in facts.source.members:
        return True
    if option != "source_snapshot_name":
        return bool(getattr(state, option) == name)
    original = facts.source.original if facts.source else None
    if original is None:
        return True
    is_older = bool(state.created) and state.created < original.created
    return state.source == original.source and not is_older


def key_refusals(spec: SnapshotSpec, state: SnapshotState) -> Iterator[str]:
    for change in differences((FIELDS.by_name["kms_key_id"],), spec, state):
        found = f"with the key {change.before}" if change.before else "without a key of yours"
        yield (
            f"kms_key_id: the snapshot {state.snapshot_name} is encrypted {found}, which is fixed at its creation; "
            f"make a copy of another name with {change.after}."
        )


def export_refusals(spec: SnapshotSpec, state: SnapshotState | None, facts: Facts) -> Iterator[str]:
    """What is exported already needs the bucket no more."""
    if state and facts.stale:
        yield (
            f"target_bucket: {spec.target_bucket} holds files that were written before {state.snapshot_name} was taken "
            f"({', '.join(facts.stale)}): they are of an earlier snapshot of that name, and none is overwritten. Move "
            "them away, or make a copy of another name and export that."
        )
    if facts.bucket is None or (state is not None and (facts.exported or facts.stale)):
        return
    tiered = state.data_tiering if state else bool(facts.source and facts.source.data_tiering)
    if tiered:
        yield "target_bucket: snapshots of nodes with data tiering (r6gd) cannot be exported."
    yield from bucket_refusals(facts.bucket, spec.snapshot_name)


def export_warnings(spec: SnapshotSpec, facts: Facts) -> Iterator[str]:
    if facts.bucket is not None and not facts.exported:
        yield from bucket_warnings(facts.bucket, spec.snapshot_name)
