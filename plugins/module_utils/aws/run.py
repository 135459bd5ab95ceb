# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an Ansible module to the core and back: session, parameters, results, failures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.common.warnings import warn

from ..reconcile.engine import Outcome, Resource, Terms, reconcile
from ..reconcile.plan import Disruption, Plan
from ..reconcile.problems import Failure, Interrupted, NotConverged, Refused
from ..reconcile.report import as_dict, describe_plan, report
from .errors import ServiceError
from .session import Session

TERMS_SPEC: dict[str, dict[str, Any]] = {
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 3600},
}
"""Options of every resource whose changes take time."""

GUARD_SPEC: dict[str, dict[str, Any]] = {
    "allow_disruption": {
        "type": "str",
        "default": Disruption.NONE.value,
        "choices": [each.value for each in Disruption if each is not Disruption.REPLACEMENT],
    },
}
"""Option of every resource whose changes can disturb clients."""

MakeResource = Callable[[Session, Mapping[str, Any]], Resource]


def session_of(module: Any) -> Session:
    """A session on the credentials, region and endpoint of an AnsibleAWSModule; progress goes to the debug log."""
    return Session(connect=module.client, progress=module.debug)


def terms_of(params: Mapping[str, Any], check: bool) -> Terms:
    return Terms(check, params.get("wait", True), Disruption(params.get("allow_disruption", "none")))


def run_resource(session: Session, params: Mapping[str, Any], make: MakeResource, check: bool) -> Outcome:
    """The whole of a resource module without Ansible. Raises Failure, of which Refused and Interrupted are kinds."""
    return reconcile(make(session, params), terms_of(params, check))


def run_module(module: Any, make: MakeResource, returns: str | None, *beside: str) -> None:
    """Run a resource module to its end. The State comes back as `returns` (None: not as a whole), the members named
    `beside` next to it."""
    try:
        outcome = run_resource(session_of(module), module.params, make, module.check_mode)
    except Refused as refused:
        module.fail_json(msg=str(refused), problems=list(refused.problems), **described(refused.plan))
    except Interrupted as interrupted:
        done = [step.operation for step in interrupted.done]
        told = describe_interruption(interrupted)
        module.fail_json(msg=told, changed=bool(done), steps_done=done, **described(interrupted.plan))
    except NotConverged as failure:
        module.fail_json(msg=f"{failure}. Its events tell why; run again to try once more.", changed=True)
    except Failure as failure:
        module.fail_json(msg=str(failure))
    for warning in outcome.warnings:
        warn(f"{outcome.name}: {warning}")
    members = {name: as_dict(getattr(outcome.after, name, None)) for name in beside}
    whole = {returns: as_dict(outcome.after)} if returns else {}
    module.exit_json(**report(outcome), **whole, **members)


def describe_interruption(interrupted: Interrupted) -> str:
    """What went wrong and what that leaves behind. A call without an answer may or may not have taken effect."""
    done = [step.operation for step in interrupted.done]
    if done:
        return f"{interrupted} Done before that: {', '.join(done)}. Run again to go on from there."
    if isinstance(interrupted.cause, ServiceError) and not interrupted.cause.code:
        return f"{interrupted} No answer came, so whether that took effect is not known. Run again to find out."
    return f"{interrupted} Nothing was changed."


def described(plan: Plan | None) -> dict[str, Any]:
    return describe_plan(plan) if plan else {}


def run_info(module: Any, read: Callable[[Session, Mapping[str, Any]], list[Any]], returns: str) -> None:
    """Run an `_info` module: `read` returns States."""
    try:
        found = read(session_of(module), module.params)
    except Refused as refused:
        module.fail_json(msg=str(refused), problems=list(refused.problems))
    except Failure as failure:
        module.fail_json(msg=str(failure))
    module.exit_json(changed=False, **{returns: as_dict(found)})
