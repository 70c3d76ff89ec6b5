"""Stacks made, changed and ended at once, without a change set; and what is set on them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from studiogate.local.cloudformation import words
from studiogate.local.cloudformation.engine import Ask, Engine
from studiogate.local.cloudformation.model import IDLE, Inputs, Stack
from studiogate.local.cloudformation.operations.given import inputs
from studiogate.local.cloudformation.operations.names import again, plain_name, remember
from studiogate.local.cloudformation.running import creating, deleting, updating
from studiogate.local.cloudformation.running.comparing import compare, moved_types
from studiogate.local.cloudformation.template.document import Document
from studiogate.local.cloudformation.words import invalid

Operation = Callable[[Engine, Ask], Awaitable[Mapping[str, Any]]]

_EMPTY = Inputs(Document("", None, {}, {}, {}, {}, {}, {}), {}, {})
"""The inputs of a stack that has none yet."""


def without_inputs(engine: Engine, ask: Ask, name: str) -> Stack:
    """A stack that is nowhere yet, to read a template for."""
    return Stack(
        ask.place.arn("cloudformation", f"stack/{name}/none"),
        name,
        ask.place,
        _EMPTY,
        engine.store.clock(),
    )


async def create_stack(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """CreateStack."""
    name = plain_name(ask.params, "StackName")
    if (same := again(engine, ask, "CreateStack")) is not None:
        return {"StackId": same.id}
    if engine.store.find(ask.place, name) is not None:
        raise words.stack_exists(name)
    on_failure = _on_failure(ask.params)
    found = await inputs(engine, ask, without_inputs(engine, ask, name), new=True)
    stack = engine.store.new_stack(ask.place, name, found)
    stack.protected = bool(ask.params.get("EnableTerminationProtection"))
    stack.rolls_back = on_failure != creating.DO_NOTHING
    remember(engine, ask, "CreateStack", stack)
    run = engine.run(stack, ask.cloud)
    creating.begin(run)
    engine.workers.start(stack, creating.create(run, on_failure))
    return {"StackId": stack.id}


async def update_stack(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """UpdateStack."""
    if (same := again(engine, ask, "UpdateStack")) is not None:
        return {"StackId": same.id}
    stack = to_change(engine, ask)
    if not stack.updatable:
        raise words.not_updatable(stack.id, stack.status)
    refuse_half_done(ask.params)
    found = await inputs(engine, ask, stack, new=False)
    check_update(stack, found)
    if compare(engine.store, engine.kinds, stack, found).empty:
        raise invalid("No updates are to be performed.")
    for one in stack.change_sets.values():
        one.execution = "OBSOLETE"
    remember(engine, ask, "UpdateStack", stack)
    run = engine.run(stack, ask.cloud)
    updating.begin(run, found)
    engine.workers.start(stack, updating.update(run))
    return {"StackId": stack.id}


def refuse_half_done(params: Mapping[str, Any]) -> None:
    """Return unless an update is to be left as it is when it fails.

    Raises:
        ApiError: ValidationError; here an update arrives, or is taken back.
    """
    if params.get("DisableRollback"):
        raise words.not_offered("DisableRollback of an update")


def check_update(stack: Stack, found: Inputs) -> None:
    """Return when the stack may be changed to `found` now.

    Raises:
        ApiError: ValidationError: it is busy, or a resource would become of another type.
    """
    if not stack.updatable:
        raise words.not_updatable(stack.id, stack.status)
    if moved := moved_types(stack, found.document.resources):
        raise invalid(
            "Update of resource type is not permitted. The new template modifies resource type "
            f"of the following resources: [{', '.join(moved)}]"
        )


async def delete_stack(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """DeleteStack; one that is not there is no error, as on AWS."""
    if again(engine, ask, "DeleteStack") is not None:
        return {}
    stack = engine.store.find(ask.place, ask.params["StackName"])
    if stack is None or stack.is_gone or stack.status == "DELETE_IN_PROGRESS":
        return {}
    if stack.protected:
        raise invalid(
            f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
        )
    retain = _retained(stack, ask.params.get("RetainResources", ()))
    if stack.status == "CREATE_IN_PROGRESS":
        remember(engine, ask, "DeleteStack", stack)
        stack.stopping, stack.ender = True, ask.cloud
        engine.store.tell(stack, "DELETE_IN_PROGRESS", "User Initiated")
        return {}
    if stack.status not in IDLE:
        raise words.not_deletable(stack.id, stack.status)
    remember(engine, ask, "DeleteStack", stack)
    run = engine.run(stack, ask.cloud)
    before = deleting.begin(run)
    engine.workers.start(stack, deleting.delete(run, before, retain))
    return {}


async def continue_update_rollback(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """ContinueUpdateRollback."""
    if again(engine, ask, "ContinueUpdateRollback") is not None:
        return {}
    stack = to_change(engine, ask)
    if stack.status != "UPDATE_ROLLBACK_FAILED":
        raise invalid(
            f"Stack:{stack.id} is in {stack.status} state and can not continue rolling back."
        )
    skip = frozenset(ask.params.get("ResourcesToSkip", ()))
    failed = {name for name, one in stack.resources.items() if one.status == "UPDATE_FAILED"}
    if strange := sorted(skip - failed):
        raise invalid(
            f"Invalid resources to skip: [{', '.join(strange)}] are not in the state "
            "UPDATE_FAILED."
        )
    remember(engine, ask, "ContinueUpdateRollback", stack)
    engine.store.tell(stack, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
    run = engine.run(stack, ask.cloud)
    engine.workers.start(stack, updating.take_back(run, skip))
    return {}


async def cancel_update_stack(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """CancelUpdateStack."""
    stack = to_change(engine, ask)
    if stack.status != "UPDATE_IN_PROGRESS":
        raise invalid("CancelUpdateStack cannot be called from current stack status")
    stack.stopping = True
    return {}


async def update_termination_protection(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """UpdateTerminationProtection."""
    stack = to_change(engine, ask)
    if stack.is_gone or stack.status == "DELETE_IN_PROGRESS":
        raise invalid(
            f"Stack [{stack.name}] cannot have its TerminationProtection changed while it is "
            f"in status {stack.status}"
        )
    stack.protected = ask.params["EnableTerminationProtection"]
    return {"StackId": stack.id}


def to_change(engine: Engine, ask: Ask) -> Stack:
    """The stack a change is asked for.

    Raises:
        ApiError: ValidationError: it does not exist.
    """
    name = str(ask.params["StackName"])
    found = engine.store.find(ask.place, name)
    if found is None or found.is_gone:
        raise words.no_stack_to_change(name)
    return found


def _on_failure(params: Mapping[str, Any]) -> str:
    if "OnFailure" in params and "DisableRollback" in params:
        raise invalid("Either DisableRollback or OnFailure can be specified, not both.")
    if params.get("DisableRollback"):
        return creating.DO_NOTHING
    return on_failure(params.get("OnFailure"))


def on_failure(asked: str | None) -> str:
    """What to do when a stack cannot be made.

    Raises:
        ApiError: ValidationError: a word that is none.
    """
    known = (creating.DO_NOTHING, creating.ROLLBACK, creating.DELETE)
    if asked is not None and asked not in known:
        raise words.constraint(
            "OnFailure", f"satisfy enum value set: [{', '.join(known)}]", asked
        )
    return asked or creating.ROLLBACK


def _retained(stack: Stack, asked: Any) -> frozenset[str]:
    names = frozenset(asked)
    if names and stack.status != "DELETE_FAILED":
        raise invalid(
            f"Invalid operation on stack [{stack.id}]. The resources to retain can only be "
            "named for a stack in the state DELETE_FAILED."
        )
    failed = {name for name, one in stack.resources.items() if one.status == "DELETE_FAILED"}
    if strange := sorted(names - failed):
        raise invalid(
            f"The following resources to retain are not in the state DELETE_FAILED: "
            f"[{', '.join(strange)}]"
        )
    return names


OPERATIONS: Mapping[str, Operation] = {
    "CancelUpdateStack": cancel_update_stack,
    "ContinueUpdateRollback": continue_update_rollback,
    "CreateStack": create_stack,
    "DeleteStack": delete_stack,
    "UpdateStack": update_stack,
    "UpdateTerminationProtection": update_termination_protection,
}
