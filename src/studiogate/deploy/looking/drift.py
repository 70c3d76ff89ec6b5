"""What somebody changed past CloudFormation: found by CloudFormation itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from studiogate.aws.patience import asked
from studiogate.deploy.patience import looks
from studiogate.deploy.stack.standing import Standing
from studiogate.deploy.world import Doing, World
from studiogate.errors import DeployError

_LONGEST: Final = 120


@dataclass(frozen=True, slots=True)
class Drift:
    """One resource that is not as its template says."""

    resource: str
    type: str
    how: str
    """`MODIFIED` or `DELETED`."""

    what: tuple[str, ...] = ()
    """As `/PolicyDocument: expected …, is …`."""


def drift(world: World, there: Standing) -> tuple[Drift, ...]:
    """Every resource of a stack that somebody changed; starts a detection, and waits for it.

    Raises:
        DeployError: CloudFormation could not find out.
        AwsError: it refused, or did not answer.
    """
    key, client = there.key, world.cloudformation(there.key)
    world.tell(Doing(str(key), "looking for what drifted"))
    begun = asked(
        world,
        "cloudformation:DetectStackDrift",
        str(key),
        lambda: client.detect_stack_drift(StackName=there.key.name),
    )
    _until_known(world, there, begun["StackDriftDetectionId"])
    return tuple(_read(one) for one in _drifted(world, there))


def _until_known(world: World, there: Standing, id_: str) -> None:
    client = world.cloudformation(there.key)
    found: Mapping[str, Any] = {}
    for _ in looks(world, within_s=world.stack_s):
        found = asked(
            world,
            "cloudformation:DescribeStackDriftDetectionStatus",
            str(there.key),
            lambda: client.describe_stack_drift_detection_status(StackDriftDetectionId=id_),
        )
        if found["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            break
    if found.get("DetectionStatus") != "DETECTION_COMPLETE":
        why = found.get("DetectionStatusReason") or "it takes too long"
        raise DeployError(
            f"{there.key}: CloudFormation cannot tell what drifted: {why}",
            remedy="Give the role what CloudFormation names, and run the command again.",
        )


def _drifted(world: World, there: Standing) -> list[Mapping[str, Any]]:
    """Over all pages; boto3 has no paginator for it."""
    client = world.cloudformation(there.key)
    told: dict[str, Any] = {
        "StackName": there.key.name,
        "StackResourceDriftStatusFilters": ["MODIFIED", "DELETED"],
    }
    found: list[Mapping[str, Any]] = []
    while True:
        answer = asked(
            world,
            "cloudformation:DescribeStackResourceDrifts",
            str(there.key),
            partial(client.describe_stack_resource_drifts, **told),
        )
        found += answer["StackResourceDrifts"]
        if not answer.get("NextToken"):
            return found
        told["NextToken"] = answer["NextToken"]


def _read(one: Mapping[str, Any]) -> Drift:
    return Drift(
        resource=one["LogicalResourceId"],
        type=one["ResourceType"],
        how=one["StackResourceDriftStatus"],
        what=tuple(
            f"{told['PropertyPath']}: expected {_short(told.get('ExpectedValue'))}, "
            f"is {_short(told.get('ActualValue'))}"
            for told in one.get("PropertyDifferences", ())
        ),
    )


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
