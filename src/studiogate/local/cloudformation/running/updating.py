"""A stack is changed to other inputs, and goes back to the ones it had where that fails.

Forward: what is new is made, what differs is changed or replaced, in the order of the new
template; then what is left over is ended, in the clean-up, whose failures stop nothing.
Back: what was changed is changed again, what was replaced is put back, in the order of the old
template; what was made on the way is the left-over.
"""

import logging
from dataclasses import replace

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.model import Before, Inputs, LeftOver, Resource, Stack
from studiogate.local.cloudformation.running.deleting import end_all, failed_words
from studiogate.local.cloudformation.running.dynamic import filled
from studiogate.local.cloudformation.running.order import in_order, within
from studiogate.local.cloudformation.running.outputs import check_exports, outputs
from studiogate.local.cloudformation.running.steps import Run, Steps, handler_words
from studiogate.local.cloudformation.template.document import Keep

log = logging.getLogger(__name__)


def begin(run: Run, inputs: Inputs) -> None:
    """Write down that the stack is being changed to `inputs`, and what it was."""
    stack = run.stack
    stack.before = Before(stack.inputs, dict(stack.resources), stack.outputs, stack.imports)
    stack.inputs, stack.attempted, stack.left_over = inputs, {}, []
    stack.stopping = False
    stack.drift, stack.drifts = "NOT_CHECKED", {}
    stack.updated = run.store.clock()
    run.store.tell(stack, "UPDATE_IN_PROGRESS", "User Initiated")


async def update(run: Run) -> None:
    """Change the resources of a stack whose update was begun; or take it back."""
    stack = run.stack
    reason = await _forward(run)
    if reason is not None:
        run.store.tell(stack, "UPDATE_ROLLBACK_IN_PROGRESS", reason)
        await take_back(run)
        return
    run.store.tell(stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    await end_all(run, _no_longer_wanted(run), listed=False)
    stack.before = None
    run.store.tell(stack, "UPDATE_COMPLETE")


async def _forward(run: Run) -> str | None:
    """Why the stack could not come to its new inputs; `None` when it could."""
    stack = run.stack
    try:
        what = run.understood()
        steps = Steps(run, what)
        failed = await in_order(what.needs, steps.change, stopped=lambda: stack.stopping)
        if failed:
            return _failures(stack, failed)
        if stack.stopping:
            return "User Initiated"
        found = outputs(what)
        check_exports(run.store, stack, found)
    except ApiError as exc:
        return exc.message
    stack.outputs, stack.imports = found, frozenset(what.imports)
    return None


def _failures(stack: Stack, failed: dict[str, str]) -> str:
    created = [name for name in failed if stack.resources[name].status == "CREATE_FAILED"]
    others = [name for name in failed if name not in created]
    return failed_words("create", created) + failed_words("update", others)


def _no_longer_wanted(run: Run) -> list[LeftOver]:
    """What the stack had, and has no more; taken off its list."""
    stack = run.stack
    wanted = run.understood().resources
    found = []
    for name, was in stack.before.resources.items() if stack.before else ():
        if name not in wanted:
            del stack.resources[name]
            found.append(_left(was, was.deletion))
        elif stack.resources[name].physical_id != was.physical_id:
            found.append(_left(was, was.replacement))
    return found


def _left(was: Resource, policy: Keep) -> LeftOver:
    return LeftOver(was, kept=policy.stays, snapshot=policy is Keep.SNAPSHOT)


async def take_back(run: Run, skip: frozenset[str] = frozenset()) -> None:
    """Bring the stack back to what it was before its update; `skip` what cannot be.

    May be called again after it failed: what is back already is left alone.
    """
    stack = run.stack
    before = stack.before
    if before is None:
        raise ValueError(f"{stack.id} is not being updated")
    needs = within({name: one.needs for name, one in before.resources.items()})

    async def act(name: str) -> str | None:
        return await _back(run, before.resources[name], skipped=name in skip)

    failed = await in_order(needs, act, go_on=True)
    if failed:
        run.store.tell(stack, "UPDATE_ROLLBACK_FAILED", failed_words("update", failed))
        return
    _put_away_new(stack, before)
    stack.inputs, stack.outputs, stack.imports = before.inputs, before.outputs, before.imports
    run.store.tell(stack, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    await end_all(run, stack.left_over, listed=False)
    stack.before, stack.left_over = None, []
    run.store.tell(stack, "UPDATE_ROLLBACK_COMPLETE")


async def _back(run: Run, was: Resource, *, skipped: bool) -> str | None:
    """Bring one resource back; why it failed, or `None`."""
    stack, name = run.stack, was.logical_id
    now = stack.resources.get(name, was)
    if now.physical_id != was.physical_id:
        stack.left_over.append(LeftOver(now, kept=now.deletion is Keep.RETAIN))
        run.told(was, "UPDATE_COMPLETE")
    elif skipped:
        stack.attempted.pop(name, None)
        run.told(was, "UPDATE_COMPLETE")
    elif name in stack.attempted:
        return await _change_back(run, now, was)
    elif now.status != was.status:
        run.told(was, "UPDATE_COMPLETE")
    else:
        stack.resources[name] = was
    return None


async def _change_back(run: Run, now: Resource, was: Resource) -> str | None:
    made, tried = now.made, run.stack.attempted[was.logical_id]
    if made is None:
        raise ValueError(f"{was.logical_id} is not there to be changed")
    begun = run.told(now, "UPDATE_IN_PROGRESS")
    try:
        before = await filled(run.cloud, tried)
        wanted = await filled(run.cloud, was.properties)
        made = await run.kinds[was.type].update(run.cloud, made, before, wanted)
    except ApiError as exc:
        reason = handler_words(exc)
    except Exception:
        log.exception("the way back of %s failed inside the emulation", was.type)
        reason = "Internal Failure"
    else:
        del run.stack.attempted[was.logical_id]
        run.told(replace(was, made=made, physical_id=made.physical_id), "UPDATE_COMPLETE")
        return None
    run.told(begun, "UPDATE_FAILED", reason)
    return reason


def _put_away_new(stack: Stack, before: Before) -> None:
    for name in stack.resources.keys() - before.resources.keys():
        new = stack.resources.pop(name)
        stack.left_over.append(LeftOver(new, kept=new.deletion is Keep.RETAIN))
