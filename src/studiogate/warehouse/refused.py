"""A statement that the database refuses, told to whoever wrote it.

The database's own words come first: they are exact, and they are what a search finds.  What is
added is what to do: the place in the statement, or the `GRANT` that somebody else must run.
"""

from typing import Final

from studiogate.errors import (
    Cancelled,
    ConnectionLost,
    NotAwake,
    NotGranted,
    StatementFailed,
    WarehouseError,
)
from studiogate.warehouse.grants import grants
from studiogate.warehouse.said import Said

_NO_PRIVILEGE: Final = "42501"
_CANCELLED: Final = "57014"
_FAILED_BEFORE: Final = "25P02"
_BUSY: Final = ("53", "57P03")
"""Too many sessions, no memory, no disk; starting up."""

_ENDED: Final = ("57P01", "57P02", "57P05", "08")
_NOT_THERE: Final = frozenset({"42P01", "42703", "42883", "3F000", "42704", "3D000"})
_SYNTAX: Final = "42601"
_AROUND: Final = 30
"""Characters of the statement that are shown on either side of where it fails."""


def refused(said: Said, sql: str, *, user: str, database: str) -> WarehouseError:
    """The error of a statement `sql` that `user` sent to `database`."""
    message = _whole(said)
    if said.code == _NO_PRIVILEGE or (not said.code and "permission denied" in message):
        return _not_granted(said, message, sql, user=user, database=database)
    if said.code == _CANCELLED or (not said.code and "canceling statement" in message):
        return Cancelled(
            message,
            remedy=(
                "If it was not you: an administrator, a time limit or a rule of the workload "
                "management stopped it. Ask for less at once, or ask whoever runs the "
                "warehouse."
            ),
            reason="cancelled",
        )
    if said.code.startswith(_BUSY):
        return NotAwake(
            message,
            remedy="The warehouse has no room for one more just now: try again in a minute.",
            reason="busy",
        )
    return lost(message) if said.code.startswith(_ENDED) else _failed(said, message, sql)


def lost(what: str) -> ConnectionLost:
    """The error of a connection that ended while a statement ran."""
    return ConnectionLost(
        f"the connection ended while the statement ran: {what}",
        remedy=(
            "Whether it was done is not known: look before you run it again, if it writes. "
            "An open transaction is undone, and temporary tables are gone. The next statement "
            "makes a new connection."
        ),
        reason="connection-lost",
    )


def _whole(said: Said) -> str:
    return ". ".join(part.rstrip(".") for part in (said.message, said.detail) if part)


def _not_granted(said: Said, message: str, sql: str, *, user: str, database: str) -> NotGranted:
    needed = grants(said.message, sql, user=user, database=database)
    asked = (
        "Ask an administrator of the database to run:\n    " + "\n    ".join(needed)
        if needed
        else "Ask an administrator of the database, or the owner of what it names."
    )
    return NotGranted(
        f"{message} (as {user!r})", remedy=asked, reason="not-granted", grants=needed
    )


def _failed(said: Said, message: str, sql: str) -> StatementFailed:
    reason = "refused"
    if said.code == _SYNTAX or (not said.code and "syntax error" in message):
        reason = "syntax"
    elif said.code in _NOT_THERE or (not said.code and "does not exist" in message):
        reason = "not-there"
    return StatementFailed(
        message + _place(sql, said.position),
        remedy=said.hint or _remedy(said, reason),
        reason=reason,
        code=said.code,
        position=said.position,
    )


def _remedy(said: Said, reason: str) -> str:
    if said.code == _FAILED_BEFORE:
        return "A statement of this transaction failed: end it with `rollback` first."
    if "multiple commands" in said.message:
        return "Send one statement at a time."
    return _REMEDIES[reason]


_REMEDIES: Final = {
    "syntax": "Correct the statement where it points to.",
    "not-there": (
        "See what there is with `.tables()`. Names fold to lower case unless quoted. Batches "
        "have a session of their own: what is temporary to `execute` is not there."
    ),
    "refused": "Correct the statement; the database refuses it however often it is sent.",
}


def _place(sql: str, position: int | None) -> str:
    """Where in the statement: the line, the column, and some words of it with a mark."""
    if position is None or not 0 < position <= len(sql) + 1:
        return ""
    before, after = sql[: position - 1], sql[position - 1 :]
    head, _, left = before.rpartition("\n")
    line = head.count("\n") + (2 if "\n" in before else 1)
    right = after.partition("\n")[0]
    shown = f"{left[-_AROUND:]}▸{right[:_AROUND]}"
    return f" (line {line}, column {len(left) + 1}: {shown.strip()})"
