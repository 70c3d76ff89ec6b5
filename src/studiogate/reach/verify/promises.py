"""The landscape's own `invariants`, held against the reach: person, domain, network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from studiogate.landscape.model import INTERNET, Invariant, Landscape, Never
from studiogate.reach.cells import Cell
from studiogate.reach.table import Row, Table
from studiogate.reach.verify.findings import Finding, Outcome, Witness, combined

ANY = "*"


@dataclass(frozen=True, slots=True)
class Crossed:
    """One cell that opens and must not, with everybody it opens for."""

    row: Row
    domain: str
    network: str
    cell: Cell
    people: tuple[str, ...]


def promises(
    landscape: Landscape, table: Table, outside: Mapping[str, Finding]
) -> tuple[Finding, ...]:
    """What became of each of the landscape's invariants.

    The table says what the front door does.  What is said of the internet must hold for every
    other principal as well: `outside`, by domain, is what became of that.
    """
    return tuple(
        _promise(number, one.never, table, outside)
        for number, one in enumerate(landscape.invariants)
    )


def unasked(landscape: Landscape, why: tuple[str, ...]) -> tuple[Finding, ...]:
    """The landscape's invariants, undecided because there is no table: `why` says so."""
    return tuple(
        Finding(
            id=f"invariants[{number}]",
            about="the landscape",
            says=sentence(one),
            outcome=Outcome.UNDECIDED,
            why=why,
        )
        for number, one in enumerate(landscape.invariants)
    )


def sentence(invariant: Invariant) -> str:
    """The invariant in words: "Nobody of lob-a opens fraud from the internet."."""
    never = invariant.never
    who = f"{never.person} never" if never.person else "Nobody"
    if never.lob:
        who = (
            f"{never.person}, of {never.lob}, never"
            if never.person
            else f"Nobody of {never.lob}"
        )
    what = "any domain" if never.open == ANY else never.open
    return f"{who} opens {what}{_from(never)}."


def _from(never: Never) -> str:
    match never.from_:
        case None | "*":
            return ""
        case "internet":
            return " from the internet"
        case network:
            return f" from {network}"


def _promise(
    number: int, never: Never, table: Table, outside: Mapping[str, Finding]
) -> Finding:
    crossed = list(_crossed(never, table))
    domains = [one for one in table.domains if never.open in {ANY, one}]
    beyond = never.from_ in {None, ANY, INTERNET} and not never.lob and not never.person
    others = [outside[one] for one in domains if one in outside] if beyond else []
    asked = [row for row in table.rows if _people(never, row)]
    outcomes = [Outcome.BROKEN] if crossed else [Outcome.PROVED]
    return Finding(
        id=f"invariants[{number}]",
        about="the landscape",
        says=sentence(Invariant(never=never)),
        outcome=combined([*outcomes, *(one.outcome for one in others)]),
        principals=sum(len(_people(never, row)) for row in asked)
        + sum(one.principals for one in others),
        cells=len(asked) * len(domains) * len(_networks(never, table))
        + sum(one.cells for one in others),
        witnesses=(
            *(_witness(one) for one in crossed),
            *(witness for one in others for witness in one.witnesses),
        ),
        why=tuple(why for one in others for why in one.why),
    )


def _crossed(never: Never, table: Table) -> Iterator[Crossed]:
    networks = _networks(never, table)
    for row in table.rows:
        if not (people := _people(never, row)):
            continue
        for domain, network in row.opens:
            if never.open in {ANY, domain} and network in networks:
                cell = row.cells[domain, network]
                yield Crossed(row, domain, network, cell, people)


def _people(never: Never, row: Row) -> tuple[str, ...]:
    if never.lob not in {None, row.lob}:
        return ()
    return tuple(one for one in row.people if never.person in {None, one})


def _networks(never: Never, table: Table) -> tuple[str, ...]:
    return tuple(one for one in table.networks if never.from_ in {None, ANY, one})


def _witness(crossed: Crossed) -> Witness:
    first, *more = crossed.people
    return Witness(
        who=first + (f" and {len(more)} more" if more else ""),
        does="opens",
        on=crossed.domain,
        how=f"from {crossed.network}",
        by=(f"{crossed.cell.layer}: {crossed.cell.why}",),
    )
