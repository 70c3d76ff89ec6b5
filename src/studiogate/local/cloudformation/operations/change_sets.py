"""Change sets: what would change, said first, and done when somebody says so."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from studiogate.local.call import ApiError
from studiogate.local.cloudformation import words
from studiogate.local.cloudformation.engine import Ask, Engine
from studiogate.local.cloudformation.model import ChangeSet, Inputs, Stack
from studiogate.local.cloudformation.operations.given import inputs
from studiogate.local.cloudformation.operations.names import again, plain_name, remember
from studiogate.local.cloudformation.operations.paging import page
from studiogate.local.cloudformation.operations.shown import (
    change_set_shown,
    change_set_summary,
    change_shown,
)
from studiogate.local.cloudformation.operations.stacks import (
    check_update,
    on_failure,
    refuse_half_done,
    without_inputs,
)
from studiogate.local.cloudformation.running import creating, updating
from studiogate.local.cloudformation.running.comparing import compare
from studiogate.local.cloudformation.words import invalid

Operation = Callable[[Engine, Ask], Awaitable[Mapping[str, Any]]]

_CREATE, _UPDATE = "CREATE", "UPDATE"


async def create_change_set(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """CreateChangeSet: answered at once; the changes are found afterwards."""
    name, kind = plain_name(ask.params, "ChangeSetName"), _kind(ask.params)
    if (same := again(engine, ask, "CreateChangeSet")) is not None and name in same.change_sets:
        return {"Id": same.change_sets[name].id, "StackId": same.id}
    stack = _for_change_set(engine, ask, kind, name)
    found = await inputs(
        engine,
        ask,
        stack or without_inputs(engine, ask, ask.params["StackName"]),
        new=kind == _CREATE,
    )
    if kind == _UPDATE and stack is not None:
        check_update(stack, found)
    stack = _for_change_set(engine, ask, kind, name) or _in_review(engine, ask, found)
    made = ChangeSet(
        id=ask.place.arn("cloudformation", f"changeSet/{name}/{uuid4()}"),
        name=name,
        kind=kind,
        inputs=found,
        created=engine.store.clock(),
        description=ask.params.get("Description"),
        on_failure=ask.params.get("OnStackFailure"),
    )
    stack.change_sets[name] = made
    remember(engine, ask, "CreateChangeSet", stack)
    engine.workers.start(stack, _compared(engine, stack, made))
    return {"Id": made.id, "StackId": stack.id}


def _kind(params: Mapping[str, Any]) -> str:
    kind = params.get("ChangeSetType", _UPDATE)
    if kind == "IMPORT":
        raise words.not_offered("The ChangeSetType IMPORT")
    if kind not in {_CREATE, _UPDATE}:
        raise words.constraint(
            "ChangeSetType", "satisfy enum value set: [IMPORT, UPDATE, CREATE]", kind
        )
    on_failure(params.get("OnStackFailure"))
    if kind == _UPDATE and params.get("OnStackFailure") == creating.DELETE:
        raise invalid("OnStackFailure DELETE is only for change sets of the type CREATE.")
    return str(kind)


def _for_change_set(engine: Engine, ask: Ask, kind: str, name: str) -> Stack | None:
    """The stack a change set is for; `None` where it is still to be begun.

    Raises:
        ApiError: there is one where there must be none, or the other way round.
    """
    asked = str(ask.params["StackName"])
    stack = engine.store.find(ask.place, asked)
    if stack is None or stack.is_gone:
        if kind == _CREATE and not asked.startswith("arn:"):
            return None
        raise words.no_stack_to_change(asked)
    in_review = stack.status == "REVIEW_IN_PROGRESS"
    if kind == _CREATE and not in_review:
        raise invalid(
            f"Stack [{stack.name}] already exists and cannot be created again with the "
            f"changeSet [{name}]."
        )
    if kind == _UPDATE and not stack.updatable:
        raise words.not_updatable(stack.id, stack.status)
    same = stack.change_sets.get(name)
    if same is not None and not same.execution.startswith("EXECUTE_"):
        raise ApiError(
            "AlreadyExistsException", f"ChangeSet {name} already exists for stack {stack.id}"
        )
    return stack


def _in_review(engine: Engine, ask: Ask, found: Inputs) -> Stack:
    empty = without_inputs(engine, ask, ask.params["StackName"]).inputs
    stack = engine.store.new_stack(ask.place, ask.params["StackName"], empty)
    stack.inputs = Inputs(empty.document, {}, {}, tags=found.tags)
    engine.store.tell(stack, "REVIEW_IN_PROGRESS", "User Initiated")
    return stack


async def _compared(engine: Engine, stack: Stack, made: ChangeSet) -> None:
    made.status = "CREATE_IN_PROGRESS"
    try:
        found = compare(engine.store, engine.kinds, stack, made.inputs)
    except ApiError as exc:
        made.status, made.reason = "FAILED", exc.message
        return
    if found.empty and made.kind == _UPDATE:
        made.status, made.reason = "FAILED", words.NO_CHANGES
        return
    made.changes = found.changes
    made.status, made.execution = "CREATE_COMPLETE", "AVAILABLE"


async def execute_change_set(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """ExecuteChangeSet: the stack is made or changed; its other change sets go."""
    if again(engine, ask, "ExecuteChangeSet") is not None:
        return {}
    stack, made = _found(engine, ask)
    _check_ready(made)
    if made.kind == _UPDATE:
        check_update(stack, made.inputs)
        refuse_half_done(ask.params)
    ends = _ends(made, ask.params)
    remember(engine, ask, "ExecuteChangeSet", stack)
    stack.change_sets = {made.name: made}
    stack.executed, made.execution = made.id, "EXECUTE_IN_PROGRESS"
    run = engine.run(stack, ask.cloud)
    if made.kind == _CREATE:
        stack.inputs, stack.rolls_back = made.inputs, ends != creating.DO_NOTHING
        creating.begin(run)
        engine.workers.start(stack, _executed(stack, made, creating.create(run, ends)))
    else:
        updating.begin(run, made.inputs)
        engine.workers.start(stack, _executed(stack, made, updating.update(run)))
    return {}


async def _executed(stack: Stack, made: ChangeSet, work: Awaitable[None]) -> None:
    await work
    done = stack.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    made.execution = "EXECUTE_COMPLETE" if done else "EXECUTE_FAILED"


def _check_ready(made: ChangeSet) -> None:
    if made.status != "CREATE_COMPLETE":
        raise ApiError(
            "InvalidChangeSetStatus",
            f"ChangeSet [{made.id}] cannot be executed in its current status of "
            f"[{made.status}]",
        )
    if made.execution != "AVAILABLE":
        raise ApiError(
            "InvalidChangeSetStatus",
            f"ChangeSet [{made.id}] cannot be executed in its current execution status of "
            f"[{made.execution}]",
        )


def _ends(made: ChangeSet, params: Mapping[str, Any]) -> str:
    if "DisableRollback" in params and made.on_failure is not None:
        raise invalid("DisableRollback cannot be specified beside OnStackFailure.")
    if params.get("DisableRollback"):
        return creating.DO_NOTHING
    return on_failure(made.on_failure)


async def describe_change_set(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """DescribeChangeSet."""
    stack, made = _found(engine, ask)
    numbered = _numbered(made)
    shown, more = page(numbered, ask.params.get("NextToken"), key=_number_of)
    values = bool(ask.params.get("IncludePropertyValues"))
    changes = [change_shown(one.change, values=values) for one in shown]
    return {**change_set_shown(stack, made), "Changes": changes, **more}


@dataclass(frozen=True, slots=True)
class _Numbered:
    number: int
    change: Mapping[str, Any]


def _numbered(made: ChangeSet) -> list[_Numbered]:
    return [_Numbered(number, one) for number, one in enumerate(made.changes)]


def _number_of(one: _Numbered) -> str:
    return str(one.number)


async def list_change_sets(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """ListChangeSets."""
    stack = engine.store.find(ask.place, ask.params["StackName"])
    if stack is None:
        raise words.no_stack_to_change(ask.params["StackName"])
    sets = list(stack.change_sets.values())
    shown, more = page(sets, ask.params.get("NextToken"), key=lambda one: one.id)
    return {"Summaries": [change_set_summary(stack, one) for one in shown], **more}


async def delete_change_set(engine: Engine, ask: Ask) -> Mapping[str, Any]:
    """DeleteChangeSet; one that is not there is no error, as on AWS."""
    try:
        stack, made = _found(engine, ask)
    except ApiError as exc:
        if exc.code == "ChangeSetNotFound":
            return {}
        raise
    if made.execution == "EXECUTE_IN_PROGRESS":
        raise ApiError(
            "InvalidChangeSetStatus",
            f"ChangeSet [{made.id}] cannot be deleted in its current execution status of "
            f"[{made.execution}]",
        )
    del stack.change_sets[made.name]
    return {}


def _found(engine: Engine, ask: Ask) -> tuple[Stack, ChangeSet]:
    name, stack_name = ask.params["ChangeSetName"], ask.params.get("StackName")
    stack = engine.store.owner_of(ask.place, name, stack_name)
    return stack, engine.store.change_set(ask.place, name, stack_name)


OPERATIONS: Mapping[str, Operation] = {
    "CreateChangeSet": create_change_set,
    "DeleteChangeSet": delete_change_set,
    "DescribeChangeSet": describe_change_set,
    "ExecuteChangeSet": execute_change_set,
    "ListChangeSets": list_change_sets,
}
