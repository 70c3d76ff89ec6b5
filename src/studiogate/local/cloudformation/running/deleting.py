"""Resources are ended, those that need others first; and with the last one the stack."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kind import Made, Naming, Snapshotting
from studiogate.local.cloudformation.model import LeftOver, Resource
from studiogate.local.cloudformation.running.order import (
    in_order,
    turned_round,
    within,
    without_circles,
)
from studiogate.local.cloudformation.running.steps import Run, handler_words
from studiogate.local.cloudformation.store import new_token
from studiogate.local.cloudformation.template.document import Keep

log = logging.getLogger(__name__)


def begin(run: Run) -> str:
    """Write down that the stack is being ended; the status it had."""
    before = run.stack.status
    run.store.tell(run.stack, "DELETE_IN_PROGRESS", "User Initiated")
    return before


async def delete(run: Run, before: str, retain: frozenset[str] = frozenset()) -> None:
    """End every resource of a stack whose deletion was begun, except those to `retain`.

    A stack whose exports others use goes back to the status `before`.
    """
    stack = run.stack
    if refusal := _used(run):
        run.store.tell(stack, before, refusal)
        return
    everything = [
        LeftOver(
            one,
            kept=one.deletion.stays or one.logical_id in retain,
            snapshot=one.deletion is Keep.SNAPSHOT,
        )
        for one in stack.resources.values()
    ]
    failed = await end_all(run, everything, listed=True)
    if stack.left_over:
        failed = await _with_left_over(run, everything, failed)
    if failed:
        run.store.tell(stack, "DELETE_FAILED", failed_words("delete", failed))
        return
    stack.deleted = run.store.clock()
    stack.outputs, stack.imports = (), frozenset()
    stack.change_sets.clear()
    run.store.tell(stack, "DELETE_COMPLETE")


async def _with_left_over(
    run: Run, everything: Sequence[LeftOver], failed: Mapping[str, str]
) -> dict[str, str]:
    """End what an update left that could not be taken back; and what had to wait for that."""
    stack = run.stack
    stuck = await end_all(run, stack.left_over, listed=False)
    stack.left_over = [one for one in stack.left_over if one.resource.logical_id in stuck]
    again = [
        replace(one, resource=stack.resources[one.resource.logical_id])
        for one in everything
        if failed
    ]
    return stuck | await end_all(run, again, listed=True)


def _used(run: Run) -> str | None:
    for output in run.stack.outputs:
        if output.export is None:
            continue
        if users := run.store.importers(run.stack.place, output.export):
            return (
                f"Delete canceled. Cannot delete export {output.export} as it is in use by "
                f"{' and '.join(users)}."
            )
    return None


async def end_all(run: Run, some: Sequence[LeftOver], *, listed: bool) -> dict[str, str]:
    """End `some`, each before those it needs; those that would not go, and why.

    `listed` ones stay in the stack's list, as deleted; others are only in its history.
    """
    there = {one.resource.logical_id: one for one in some if one.resource.made is not None}
    needs = within({name: one.resource.needs for name, one in there.items()})

    async def act(name: str) -> str | None:
        return await _end(run, there[name], listed=listed)

    return await in_order(turned_round(without_circles(needs)), act, go_on=True)


async def _end(run: Run, one: LeftOver, *, listed: bool) -> str | None:
    def told(resource: Resource, status: str, reason: str | None = None) -> Resource:
        if listed:
            return run.told(resource, status, reason)
        return run.store.told(run.stack, resource, status, reason)

    made = one.resource.made
    if made is None or one.kept:
        told(replace(one.resource, made=None), "DELETE_SKIPPED")
        return None
    begun = told(one.resource, "DELETE_IN_PROGRESS")
    try:
        await _ended(run, begun, made, snapshot=one.snapshot)
    except ApiError as exc:
        reason = handler_words(exc)
    except Exception:
        log.exception("the deletion of %s failed inside the emulation", begun.type)
        reason = "Internal Failure"
    else:
        told(replace(begun, made=None), "DELETE_COMPLETE")
        return None
    told(begun, "DELETE_FAILED", reason)
    return reason


async def _ended(run: Run, one: Resource, made: Made, *, snapshot: bool) -> None:
    kind = run.kinds[one.type]
    if snapshot and isinstance(kind, Snapshotting) and kind.snapshots:
        naming = Naming(run.stack.name, run.stack.id, one.logical_id, new_token())
        await kind.delete_keeping(run.cloud, made, one.properties, naming)
    else:
        await kind.delete(run.cloud, made, one.properties)


def failed_words(verb: str, failed: Mapping[str, str] | Iterable[str]) -> str:
    """As CloudFormation says which resources failed; empty when none did."""
    names = ", ".join(failed)
    return f"The following resource(s) failed to {verb}: [{names}]. " if names else ""
