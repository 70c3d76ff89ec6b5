"""Drift: asked for, waited for, and read."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import uuid4

from studiogate.local.cloudformation.engine import Ask, Engine
from studiogate.local.cloudformation.model import STANDING, Detection
from studiogate.local.cloudformation.operations.paging import PAGE, page
from studiogate.local.cloudformation.operations.shown import drift_shown
from studiogate.local.cloudformation.operations.stacks import to_change
from studiogate.local.cloudformation.running.drift import NOT_CHECKED, detect
from studiogate.local.cloudformation.words import invalid

Operation = Callable[[Engine, Ask], Awaitable[Mapping[str, Any]]]

_MAY_DRIFT = STANDING | {"UPDATE_ROLLBACK_FAILED"}


async def detect_stack_drift(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """DetectStackDrift: begun; `DescribeStackDriftDetectionStatus` tells when it is done."""
    stack = to_change(engine, ask)
    if stack.status not in _MAY_DRIFT:
        raise invalid(
            f"Drift detection is not supported while stack [{stack.name}] is in state "
            f"{stack.status}"
        )
    some = frozenset(ask.params.get("LogicalResourceIds", ()))
    if strange := sorted(some - stack.resources.keys()):
        raise invalid(f"Resources [{', '.join(strange)}] do not exist in stack {stack.name}")
    found = Detection(str(uuid4()), stack.id, engine.store.clock())
    engine.store.room(ask.place).detections[found.id] = found
    run = engine.run(stack, ask.cloud)
    engine.workers.start(stack, detect(run, found, some))
    return {"StackDriftDetectionId": found.id}


async def describe_detection(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """DescribeStackDriftDetectionStatus."""
    wanted = ask.params["StackDriftDetectionId"]
    found = engine.store.room(ask.place).detections.get(wanted)
    if found is None:
        raise invalid(f"Drift detection [{wanted}] does not exist")
    done = found.status != "DETECTION_IN_PROGRESS"
    return {
        "StackId": found.stack_id,
        "StackDriftDetectionId": found.id,
        "StackDriftStatus": found.result if done else None,
        "DetectionStatus": found.status,
        "DetectionStatusReason": found.reason,
        "DriftedStackResourceCount": found.drifted if done else None,
        "Timestamp": found.at,
    }


async def describe_resource_drifts(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """DescribeStackResourceDrifts: only those whose kind can tell, as on AWS."""
    stack = to_change(engine, ask)
    wanted = set(ask.params.get("StackResourceDriftStatusFilters", ()))
    drifts = [
        one
        for one in stack.drifts.values()
        if one.status != NOT_CHECKED and (not wanted or one.status in wanted)
    ]
    size = min(int(ask.params.get("MaxResults") or PAGE), PAGE)
    shown, more = page(
        drifts, ask.params.get("NextToken"), key=lambda one: one.logical_id, size=size
    )
    return {"StackResourceDrifts": [drift_shown(stack, one) for one in shown], **more}


OPERATIONS: Mapping[str, Operation] = {
    "DescribeStackDriftDetectionStatus": describe_detection,
    "DescribeStackResourceDrifts": describe_resource_drifts,
    "DetectStackDrift": detect_stack_drift,
}
