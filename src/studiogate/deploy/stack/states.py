"""What each state of a stack calls for, as a table: nothing is left to chance, or to patience.

Source: CloudFormation User Guide, "Stack status codes".  A state that is not in the table
stops the run: what we do not know we do not touch.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from studiogate.deploy.stack.standing import Standing


class Call(StrEnum):
    """What has to be done with a stack before, or by which, it becomes what it should."""

    CREATE = "create"
    UPDATE = "update"
    WAIT = "wait"
    """Somebody is at work on it, perhaps an earlier run of ours: see what becomes of it."""

    CLEAR = "clear"
    """Delete what a failure left, and create it again."""

    CONTINUE = "continue"
    """Finish the rollback that stopped half-way."""

    STUCK = "stuck"
    """Only a person can say what to do."""


_CALLS: Mapping[str, Call] = MappingProxyType(
    {
        "CREATE_COMPLETE": Call.UPDATE,
        "UPDATE_COMPLETE": Call.UPDATE,
        "UPDATE_ROLLBACK_COMPLETE": Call.UPDATE,
        "IMPORT_COMPLETE": Call.UPDATE,
        "IMPORT_ROLLBACK_COMPLETE": Call.UPDATE,
        # Empty: a change set that was never executed is all there is.
        "REVIEW_IN_PROGRESS": Call.CLEAR,
        "CREATE_FAILED": Call.CLEAR,
        "ROLLBACK_COMPLETE": Call.CLEAR,
        "ROLLBACK_FAILED": Call.CLEAR,
        "DELETE_FAILED": Call.CLEAR,
        "DELETE_COMPLETE": Call.CREATE,
        "UPDATE_ROLLBACK_FAILED": Call.CONTINUE,
        "UPDATE_FAILED": Call.STUCK,
        "IMPORT_ROLLBACK_FAILED": Call.STUCK,
        "CREATE_IN_PROGRESS": Call.WAIT,
        "DELETE_IN_PROGRESS": Call.WAIT,
        "IMPORT_IN_PROGRESS": Call.WAIT,
        "IMPORT_ROLLBACK_IN_PROGRESS": Call.WAIT,
        "ROLLBACK_IN_PROGRESS": Call.WAIT,
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": Call.WAIT,
        "UPDATE_IN_PROGRESS": Call.WAIT,
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": Call.WAIT,
        "UPDATE_ROLLBACK_IN_PROGRESS": Call.WAIT,
    }
)

SOUND = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
"""States of a stack that is what its template and parameters say.

`UPDATE_ROLLBACK_COMPLETE` is not among them: what it was told last is not what stands.
"""


def call_for(there: Standing | None) -> Call:
    """What the state of a stack calls for; `STUCK` for one that is not known."""
    if there is None:
        return Call.CREATE
    return _CALLS.get(there.status, Call.STUCK)
