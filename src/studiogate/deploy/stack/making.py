"""One stack, from whatever state it is in to what it should be.

Read `made` top to bottom.  Each turn looks at the state and does the one thing that it calls
for; a run that was killed at any moment left a state, and the next run goes on from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from studiogate.aws.patience import asked
from studiogate.deploy.plan import Act, ResourceChange, is_allowed
from studiogate.deploy.stack.changesets import (
    APPLIES,
    ChangeSet,
    Wanted,
    discard,
    discard_left,
    execute,
    proposed,
)
from studiogate.deploy.stack.difference import same_parameters, same_text
from studiogate.deploy.stack.happened import Events
from studiogate.deploy.stack.losses import losses
from studiogate.deploy.stack.settling import deleted, failed, protect, settled
from studiogate.deploy.stack.standing import Standing, resources, standing, template_text
from studiogate.deploy.stack.states import SOUND, Call, call_for
from studiogate.deploy.world import Doing, World
from studiogate.errors import DeployError, PlanRefused, StackFailed

_TURNS: Final = 8
"""More than any chain of states needs; whoever changes the stack beside us must not hold us."""

Became = Literal["created", "changed", "nothing"]

Before = Callable[[World, Standing, tuple[ResourceChange, ...]], None]
"""What has to be done before a change set is executed on a stack that stands."""


def _nothing_before(
    _world: World, _there: Standing, _changes: tuple[ResourceChange, ...]
) -> None:
    """There is nothing that a change could meet."""


@dataclass(frozen=True, slots=True)
class Made:
    """A stack as it stands now."""

    became: Became
    outputs: Mapping[str, str]


def made(
    world: World,
    wanted: Wanted,
    *,
    allowed: frozenset[str] = frozenset(),
    before: Before = _nothing_before,
) -> Made:
    """Make the stack what it should be, and return when it stands.

    `allowed` are the names of what may be replaced or deleted although it holds data.
    `before` is done before a stack that stands is changed, and before a rollback of one that
    had stopped goes on.

    Raises:
        StackFailed: it did not become what it should.
        PlanRefused: it would lose data, and nobody allowed that.
        DeployError: it is in a state that only a person can end.
        AwsError: AWS refused, or did not answer.
    """
    key, done = wanted.stack.key, set[Call]()
    for _ in range(_TURNS):
        there = standing(world, key)
        call = call_for(there)
        if there is None:
            return _ended(world, _changed(world, wanted, None), "created", wanted)
        if not there.empty and not there.of(wanted.tags):
            raise _not_ours(there)
        if call is Call.UPDATE:
            return _updated(world, wanted, there, _Change(allowed, before))
        _come_to_rest(world, wanted, there, call, None if call in done else before)
        done.add(call)
    raise DeployError(
        f"{key} does not come to rest: somebody else is at work on it",
        remedy="See who else deploys into this account, and run the command again.",
    )


@dataclass(frozen=True, slots=True)
class _Change:
    """How a stack that stands may be changed."""

    allowed: frozenset[str]
    before: Before


def _come_to_rest(
    world: World, wanted: Wanted, there: Standing, call: Call, before: Before | None
) -> None:
    """Bring the stack one step nearer to a state from which it can be made or changed.

    `before` is `None` for what was tried already.
    """
    if call is Call.WAIT:
        world.tell(Doing(str(there.key), f"waiting for an earlier run: {there.status}"))
        settled(world, there.key, there.id, Events(world, there.key, there.id))
    elif call is Call.CLEAR:
        _clear(world, wanted, there)
    elif call is Call.CONTINUE and before is not None:
        before(world, there, _unfinished(world, there))
        _continue(world, there)
    else:
        raise _stuck(there)


def _updated(world: World, wanted: Wanted, there: Standing, how: _Change) -> Made:
    if is_as(world, wanted, there):
        return _ended(world, there, "nothing", wanted)
    discard_left(world, wanted.stack.key)
    after = _changed(world, wanted, there, how)
    return _ended(world, after or there, "changed" if after else "nothing", wanted)


def is_as(world: World, wanted: Wanted, there: Standing) -> bool:
    """Whether the stack is as it should be, without asking for a change set.

    Raises:
        AwsError: its template could not be read.
    """
    return (
        there.status in SOUND
        and same_parameters(there.parameters, wanted.parameters)
        and there.tags == wanted.tags
        and same_text(template_text(world, there), wanted.stack.template.text)
    )


def _changed(
    world: World, wanted: Wanted, there: Standing | None, how: _Change | None = None
) -> Standing | None:
    """The stack after a change set was executed; `None` when there was nothing to change."""
    key = wanted.stack.key
    kind: Literal["CREATE", "UPDATE"] = "CREATE" if there is None else "UPDATE"
    change_set = proposed(world, wanted, kind=kind, prefix=APPLIES)
    if change_set is None:
        return None
    if there is not None and how is not None:
        _look_before(world, wanted, there, change_set, how)
    events = Events(world, key, change_set.stack_id)
    events.begin()
    world.tell(Doing(str(key), "creating" if there is None else "changing"))
    execute(world, change_set)
    after = settled(world, key, change_set.stack_id, events)
    if after is None or after.status not in SOUND:
        raise failed(after, events.failure()) if after else _vanished(wanted)
    return after


def _look_before(
    world: World, wanted: Wanted, there: Standing, change_set: ChangeSet, how: _Change
) -> None:
    """Do what has to be done before it is executed, unless it would lose something."""
    lost = losses(wanted.stack, change_set.changes)
    if not all(is_allowed(one, how.allowed) for one in lost):
        discard(world, there.key, change_set.id)
        raise _loses(lost)
    how.before(world, there, change_set.changes)


def _ended(world: World, there: Standing | None, became: Became, wanted: Wanted) -> Made:
    if there is None:
        raise _vanished(wanted)
    missing = wanted.stack.template.outputs - there.outputs.keys()
    if missing:
        raise StackFailed(
            f"{there.key} stands and does not tell {', '.join(sorted(missing))}",
            remedy="Its template was changed by somebody else: run `studiogate plan`.",
            stack=str(there.key),
        )
    if wanted.stack.keeps and not there.protected:
        protect(world, there, protected=True)
    return Made(became, there.outputs)


def _clear(world: World, wanted: Wanted, there: Standing) -> None:
    """Delete what a failure left, unless something in it cannot be made again."""
    kept = [
        one["LogicalResourceId"]
        for one in ([] if there.empty else resources(world, there))
        if one["LogicalResourceId"] in wanted.stack.keeps
        and one["ResourceStatus"] not in {"DELETE_COMPLETE", "CREATE_FAILED"}
    ]
    if kept:
        raise DeployError(
            f"{there.key} is in {there.status}, and {', '.join(kept)} may hold data",
            remedy=(
                "Look into it, save what it holds, delete the stack, and run the command again."
            ),
        )
    world.tell(Doing(str(there.key), f"deleting what is left of it: {there.status}"))
    if there.protected:
        protect(world, there, protected=False)
    deleted(world, there)


def _unfinished(world: World, there: Standing) -> tuple[ResourceChange, ...]:
    """What a rollback that stopped still has to change; of what of it, nobody says."""
    return tuple(
        ResourceChange(one["LogicalResourceId"], one["ResourceType"], Act.MODIFY)
        for one in resources(world, there)
        if one["ResourceStatus"] == "UPDATE_FAILED"
    )


def _continue(world: World, there: Standing) -> None:
    client, token = world.cloudformation(there.key), world.token()
    world.tell(Doing(str(there.key), "finishing the rollback that had stopped"))
    asked(
        world,
        "cloudformation:ContinueUpdateRollback",
        str(there.key),
        lambda: client.continue_update_rollback(StackName=there.id, ClientRequestToken=token),
    )
    settled(world, there.key, there.id, None)


def _stuck(there: Standing) -> DeployError:
    said = f": {there.reason}" if there.reason else ""
    return DeployError(
        f"{there.key} is in {there.status}, which it does not leave by itself{said}",
        remedy=(
            "Put right what its events name; then `aws cloudformation continue-update-rollback`"
            " (with --resources-to-skip for what is beyond repair), and run the command again."
        ),
    )


def _loses(lost: tuple[str, ...]) -> PlanRefused:
    return PlanRefused(
        f"{', '.join(lost)}: would be replaced or deleted, and hold what cannot be made again",
        remedy="If that is what you want, name each with --allow-replacement.",
        reason="loses-data",
    )


def _not_ours(there: Standing) -> PlanRefused:
    return PlanRefused(
        f"{there.key} is there and is not of this landscape: it has not its tags",
        remedy="Give this landscape accounts of its own, or delete that stack.",
        reason="not-ours",
    )


def _vanished(wanted: Wanted) -> StackFailed:
    return StackFailed(
        f"{wanted.stack.key} is gone: somebody deleted it while it was made",
        remedy="See who else deploys into this account, and run the command again.",
        stack=str(wanted.stack.key),
    )
