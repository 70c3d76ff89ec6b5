"""The part of `studiogate why` that explains an error text of AWS."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from studiogate.cli.present import DONE, FOUND, show, show_json
from studiogate.reach.aws_errors.causes import (
    Cause,
    Everywhere,
    Place,
    causes,
    everywhere,
    recognised,
)
from studiogate.reach.aws_errors.meanings import ERRORS, Error
from studiogate.reach.world import World

_MOST_PLACES = 6
_FEW = 3


def explained(
    text: str, world: World, asked: tuple[str, str, str] | tuple[()], *, as_json: bool
) -> int:
    """Show the causes of `text`, for one opening or for all; the exit code to leave with.

    Raises:
        LandscapeError: a name is not in the landscape.
    """
    error = recognised(text)
    if error is None:
        known = "\n".join(f"  {one.says}" for one in ERRORS)
        raise typer.BadParameter(f"this text is not known.  Known are:\n{known}")
    found: Sequence[Cause | Everywhere]
    found = causes(text, world, *asked) if asked else everywhere(text, world)
    if as_json:
        show_json(_document(error, asked, found))
    else:
        show(Group(*_shown(error, asked, found)))
    return FOUND if any(_so(one) for one in found) else DONE


def _so(one: Cause | Everywhere) -> bool | None:
    if isinstance(one, Cause):
        return one.so
    return bool(one.places) if one.checked else None


def _document(
    error: Error, asked: tuple[str, ...], found: Sequence[Cause | Everywhere]
) -> dict[str, Any]:
    keys = ("person", "domain", "network")
    return {
        "error": error.says,
        "who": error.who,
        "asked": dict(zip(keys, asked, strict=True)) if asked else None,
        "causes": [{**asdict(one), "so": _so(one)} for one in found],
    }


def _shown(
    error: Error, asked: tuple[str, ...], found: Sequence[Cause | Everywhere]
) -> Iterator[RenderableType]:
    yield Text(error.says, "bold")
    yield Text(f"Said by {error.who}.")
    if asked:
        person, domain, network = asked
        yield Text(f"Checked for {person}, {domain}, from {network}.")
    else:
        yield Text("Checked for everybody, at the domains of their own lob, from everywhere.")
    yield Text()
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in found:
        said = {True: "it is so", False: "not so", None: "not checked"}[_so(one)]
        style = {True: "bold red", False: "dim", None: "yellow"}[_so(one)]
        what = Text.assemble(one.what[0].upper() + one.what[1:] + ".", f"\n→ {_look(one)}")
        table.add_row(Text(said, style), what)
    yield table


def _look(one: Cause | Everywhere) -> str:
    if isinstance(one, Cause):
        return one.look
    if not one.checked:
        return one.look
    return "; ".join(_places(one.places)) or "Nowhere in this landscape."


def _places(places: Sequence[Place]) -> Iterator[str]:
    for place in places[:_MOST_PLACES]:
        people = ", ".join(place.people[:_FEW])
        more = f" and {len(place.people) - _FEW} more" if len(place.people) > _FEW else ""
        yield f"{people}{more}: {place.domain} from {place.network}"
    if len(places) > _MOST_PLACES:
        yield f"and {len(places) - _MOST_PLACES} more"
