"""Values of every kind for a key whose values are measured: numbers, moments, addresses, bytes.

Besides the texts that a policy names, there is one value of every kind that is spelled
otherwise: `StringEquals 5` and `NumericEquals 5` tell `5` and `05` apart.
"""

from collections.abc import Iterator
from decimal import Decimal
from ipaddress import IPv6Address, ip_address
from itertools import count

from studiogate.reach.arrival import INTERNET_IP
from studiogate.reach.prove import scales
from studiogate.reach.prove.answers import Unbounded
from studiogate.reach.prove.axes import Atom
from studiogate.reach.prove.marks import Marks

_USUAL = int(ip_address(INTERNET_IP))


def measured(marks: Marks, named: frozenset[str]) -> list[str]:
    """Values of every kind; `named` are the texts that are told apart letter by letter.

    Raises:
        Unbounded: kinds of values are mixed that cannot be told apart together.
    """
    kinds = [marks.numbers, marks.moments, marks.codes, marks.ranges]
    if sum(map(bool, kinds)) > 1 or (marks.codes and named):
        raise Unbounded("one key is read as values of different kinds")
    found = [*sorted(named), *sorted(marks.codes)]
    points = scales.numbers(marks.numbers | marks.moments)
    found += [_at(one, named, dated=bool(marks.moments)) for one in points]
    if marks.ranges:
        found += [_address(row, named) for row in scales.ranges(marks.ranges)]
    found.append(fresh("other", named))
    return found


def fresh(start: str, named: frozenset[str]) -> str:
    """`start`, or with a number behind it, which is none of `named`."""
    tries = (f"{start}-{number}" if number else start for number in count())
    return next(one for one in tries if one not in named)


def addresses(key: str, rows: list[scales.Range], *, public: bool) -> tuple[Atom, ...]:
    """An atom for each of `rows`, the most likely address first."""
    ordered = sorted(rows, key=_likely) if public else rows
    return tuple(Atom({key: _shown(row, public=public)}, row.size) for row in ordered)


def _at(number: Decimal, named: frozenset[str], *, dated: bool) -> str:
    text = scales.dated(number, named) if dated else None
    return scales.spelled(number, named) if text is None else text


def _address(row: scales.Range, named: frozenset[str]) -> str:
    for text in _spellings(row.address(public=False)):
        if text not in named:
            return text
    raise Unbounded("every way to write an address is named")


def _spellings(text: str) -> Iterator[str]:
    yield text
    found = ip_address(text)
    whole = found if isinstance(found, IPv6Address) else IPv6Address(f"::ffff:{text}")
    yield from (str(whole), whole.exploded, whole.exploded.upper())


def _is_usual(row: scales.Range) -> bool:
    return row.size > 0 and row.first <= _USUAL <= row.last


def _likely(row: scales.Range) -> tuple[bool, bool]:
    return not _is_usual(row), not scales.is_public(row.address(public=True))


def _shown(row: scales.Range, *, public: bool) -> str:
    return INTERNET_IP if public and _is_usual(row) else row.address(public=public)
