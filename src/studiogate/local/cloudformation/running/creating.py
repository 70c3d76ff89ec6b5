"""A stack is made; where that fails, nothing of it is left unless somebody asked for it."""

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.model import LeftOver
from studiogate.local.cloudformation.running.deleting import delete, end_all, failed_words
from studiogate.local.cloudformation.running.order import in_order
from studiogate.local.cloudformation.running.outputs import check_exports, outputs
from studiogate.local.cloudformation.running.steps import Run, Steps
from studiogate.local.cloudformation.template.document import Keep

DO_NOTHING, ROLLBACK, DELETE = "DO_NOTHING", "ROLLBACK", "DELETE"
"""What `OnFailure` asks for."""


def begin(run: Run) -> None:
    """Write down that the stack is being made; from here on its name is taken."""
    run.store.tell(run.stack, "CREATE_IN_PROGRESS", "User Initiated")


async def create(run: Run, on_failure: str = ROLLBACK) -> None:
    """Make the resources of a stack that was begun, and end as `on_failure` says."""
    stack = run.stack
    reason = await _made(run)
    if stack.ender is not None:
        await delete(Run(run.store, run.kinds, stack, stack.ender), "CREATE_IN_PROGRESS")
    elif reason is None:
        run.store.tell(stack, "CREATE_COMPLETE")
    elif on_failure == DO_NOTHING:
        run.store.tell(stack, "CREATE_FAILED", reason)
    elif on_failure == DELETE:
        run.store.tell(stack, "DELETE_IN_PROGRESS", f"{reason}Delete requested by user.")
        await delete(run, "CREATE_FAILED")
    else:
        run.store.tell(stack, "ROLLBACK_IN_PROGRESS", f"{reason}Rollback requested by user.")
        await _take_back(run)


async def _made(run: Run) -> str | None:
    """Why not everything could be made; `None` when it could."""
    stack = run.stack
    try:
        what = run.understood()
        steps = Steps(run, what)
        failed = await in_order(what.needs, steps.make, stopped=lambda: stack.stopping)
        if failed or stack.stopping:
            return failed_words("create", failed)
        found = outputs(what)
        check_exports(run.store, stack, found)
    except ApiError as exc:
        return f"{exc.message} "
    stack.outputs, stack.imports = found, frozenset(what.imports)
    return None


async def _take_back(run: Run) -> None:
    stack = run.stack
    made = [LeftOver(one, kept=one.deletion is Keep.RETAIN) for one in stack.resources.values()]
    failed = await end_all(run, made, listed=True)
    stack.imports = frozenset()
    if failed:
        run.store.tell(stack, "ROLLBACK_FAILED", failed_words("delete", failed))
    else:
        run.store.tell(stack, "ROLLBACK_COMPLETE")
