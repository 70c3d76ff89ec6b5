"""Waiting until CloudFormation is done with a stack, and saying what became of it."""

from studiogate.aws.patience import asked
from studiogate.deploy.patience import looks
from studiogate.deploy.stack.happened import Events, Failure
from studiogate.deploy.stack.standing import Standing, standing
from studiogate.deploy.world import Doing, World
from studiogate.errors import DeployError, StackFailed, Unreachable
from studiogate.foundation.stacks import StackKey

_TOLD_AFTER_S = 2.0
"""Seconds without a word of progress: the emulation is done by then."""


def settled(world: World, key: StackKey, id_: str, events: Events | None) -> Standing | None:
    """The stack with the ARN `id_` once nobody is at work on it; `None` when it is deleted.

    An AWS that cannot be reached is asked again: the work goes on without us.

    Raises:
        DeployError: it took longer than a stack may.
        AwsError: it could not be read.
    """
    for passed in looks(world, within_s=world.stack_s):
        try:
            there = standing(world, key, id_=id_)
        except Unreachable:
            continue
        if there is None or there.status == "DELETE_COMPLETE":
            return None
        if not there.in_progress:
            return there
        if events is not None and passed >= _TOLD_AFTER_S:
            _tell(world, key, events, passed)
    raise DeployError(
        f"{key}: CloudFormation is still at work on it after {world.stack_s:.0f} s",
        remedy="Look at its events; the same command waits for it again.",
    )


def deleted(world: World, there: Standing) -> None:
    """Delete a stack, and return when it is gone.

    Raises:
        StackFailed: it could not be deleted; with the first resource in the way.
        AwsError: CloudFormation refused, or did not answer.
    """
    key, client, token = there.key, world.cloudformation(there.key), world.token()
    events = Events(world, key, there.id)
    events.begin()
    asked(
        world,
        "cloudformation:DeleteStack",
        str(key),
        lambda: client.delete_stack(StackName=there.id, ClientRequestToken=token),
    )
    left = settled(world, key, there.id, events)
    if left is not None:
        raise failed(left, events.failure())


def protect(world: World, there: Standing, *, protected: bool) -> None:
    """Have the stack refuse to be deleted, or not any more.

    Raises:
        AwsError: CloudFormation refused, or did not answer.
    """
    client = world.cloudformation(there.key)
    asked(
        world,
        "cloudformation:UpdateTerminationProtection",
        str(there.key),
        lambda: client.update_termination_protection(
            StackName=there.key.name, EnableTerminationProtection=protected
        ),
    )


def failed(there: Standing, failure: Failure | None) -> StackFailed:
    """The error of a stack that ended where it should not."""
    said = failure and f"{failure.resource} ({failure.type}): {failure.reason}"
    return StackFailed(
        f"{there.key} is in {there.status}: {said or there.reason or 'AWS does not say why'}",
        remedy=(
            "Put right what AWS says and run the command again: it goes on from here. "
            f"All events: aws cloudformation describe-stack-events --stack-name {there.id}"
        ),
        stack=str(there.key),
        resource=failure.resource if failure else "",
    )


def _tell(world: World, key: StackKey, events: Events, passed: float) -> None:
    for what in events.news():
        world.tell(Doing(str(key), what, passed))
