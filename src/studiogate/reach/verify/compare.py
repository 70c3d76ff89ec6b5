"""Who gains and who loses between two landscapes: the difference of their reach."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from studiogate.reach.cells import Way
from studiogate.reach.table import Table


@dataclass(frozen=True, slots=True)
class Change:
    """People of one lob whose openings change in the same way."""

    lob: str | None
    people: tuple[str, ...]
    gains: tuple[Way, ...]
    loses: tuple[Way, ...]


def changes(before: Table, after: Table) -> tuple[Change, ...]:
    """Everybody who opens something in one of the tables and not in the other.

    By the lob they have afterwards, or had, where they are no more; within it by what changes.
    Somebody who is in one table only opens nothing in the other.
    """
    had, has = dict(_ways(before)), dict(_ways(after))
    lobs = {**_lobs(before), **_lobs(after)}
    groups: dict[tuple[str | None, tuple[Way, ...], tuple[Way, ...]], list[str]] = {}
    for person in {**has, **had}:
        old, new = had.get(person, ()), has.get(person, ())
        gains = tuple(way for way in new if way not in old)
        loses = tuple(way for way in old if way not in new)
        if gains or loses:
            groups.setdefault((lobs[person], gains, loses), []).append(person)
    found = [
        Change(lob, tuple(people), gains, loses)
        for (lob, gains, loses), people in groups.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.lob or "", one.people)))


def _ways(table: Table) -> Iterator[tuple[str, tuple[Way, ...]]]:
    for row in table.rows:
        opens = row.opens
        yield from ((person, opens) for person in row.people)


def _lobs(table: Table) -> Mapping[str, str | None]:
    return {person: row.lob for row in table.rows for person in row.people}
