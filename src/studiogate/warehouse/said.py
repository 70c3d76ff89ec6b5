"""What a database said when it refused, whichever reader heard it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Said:
    """One error of the database (PostgreSQL, "Error and notice message fields")."""

    code: str
    """SQLSTATE; empty where the reader did not keep it."""

    message: str
    detail: str = ""
    hint: str = ""
    position: int | None = None
    """Character of the statement as it was sent, counted from 1."""


def said(error: BaseException) -> Said | None:
    """What the database said, if `error` of Amazon's driver holds that; else `None`."""
    fields: Any = error.args[0] if error.args else None
    if not isinstance(fields, dict) or "M" not in fields:
        return None
    place = str(fields.get("P", ""))
    return Said(
        code=str(fields.get("C", "")),
        message=str(fields["M"]),
        detail=str(fields.get("D", "")),
        hint=str(fields.get("H", "")),
        position=int(place) if place.isascii() and place.isdecimal() else None,
    )
