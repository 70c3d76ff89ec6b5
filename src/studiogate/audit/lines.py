"""A record as one line of JSON: every fact under its own name, none that is absent."""

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from _typeshed import DataclassInstance

    class Timed(DataclassInstance, Protocol):
        """A record of something that happened at a moment."""

        @property
        def at(self) -> "datetime":
            """Aware; when it happened."""
            ...


def line_of(record: "Timed") -> dict[str, Any]:
    """`record` as JSON keeps it; times in ISO 8601, absent facts left out."""
    facts = {name: getattr(record, name) for name in _names(type(record))}
    facts["at"] = record.at.isoformat(timespec="milliseconds")
    return {name: value for name, value in facts.items() if value is not None}


@cache
def _names(kind: "type[DataclassInstance]") -> tuple[str, ...]:
    """The facts of one kind of record; asked for at every opening."""
    return tuple(fact.name for fact in fields(kind))
