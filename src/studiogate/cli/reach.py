"""`studiogate reach`: who opens what from where, all of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table as Columns
from rich.text import Text

from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import note, show, show_json
from studiogate.reach.picture.page import page, svg
from studiogate.reach.plain import plain
from studiogate.reach.table import Row, Table, table
from studiogate.reach.world import world

_MOST_COLUMNS = 6
"""Domains that fit beside each other; more are listed one below the other."""

_FEW = 3
_NEVER = "–"


def reach(
    file: Annotated[Path, typer.Argument(help="The landscape to ask.")] = Path(
        "landscape.yaml"
    ),
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON document.")
    ] = False,
    svg_file: Annotated[
        Path | None, typer.Option("--svg", help="Draw the picture into this file.")
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", help="Write a page with it into this file.")
    ] = None,
) -> None:
    """Show who opens what from where: people, domains, and the networks that open."""
    found = table(world(landscape_of(file)))
    for there, drawn in ((svg_file, svg), (html_file, page)):
        if there is not None:
            _written(there, drawn(found))
    if as_json:
        show_json(plain(found))
    else:
        show(Group(*_shown(found)))


def summary(found: Table) -> str:
    """How much of everything opens, in one line."""
    people = sum(len(row.people) for row in found.rows)
    opens = sum(len(row.people) * len(row.opens) for row in found.rows)
    every = people * len(found.domains) * len(found.networks)
    return (
        f"{people:,} people, {len(found.domains):,} domains, {len(found.networks):,} networks: "
        f"{opens:,} of {every:,} open."
    )


def _written(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        why = (error.strerror or "it cannot be written").lower()
        raise typer.BadParameter(f"{file}: {why}") from error
    note(f"Written: {file}")


def _shown(found: Table) -> Iterator[RenderableType]:
    side_by_side = len(found.domains) <= _MOST_COLUMNS
    yield _matrix(found) if side_by_side else _listed(found)
    yield Text()
    yield Text(summary(found))


def _matrix(found: Table) -> Columns:
    columns = _columns("people", "lob", *found.domains)
    for row in found.rows:
        networks = _by_domain(row)
        cells = (", ".join(networks.get(domain, ())) or _NEVER for domain in found.domains)
        columns.add_row(Text(_people(row)), Text(row.lob or _NEVER), *map(Text, cells))
    return columns


def _listed(found: Table) -> Columns:
    columns = _columns("people", "lob", "domain", "opens from")
    for row in found.rows:
        networks = _by_domain(row)
        lob = Text(row.lob or _NEVER)
        if not networks:
            columns.add_row(Text(_people(row)), lob, _NEVER, _NEVER)
        for number, (domain, some) in enumerate(networks.items()):
            first = (Text(_people(row)), lob) if number == 0 else (Text(), Text())
            columns.add_row(*first, Text(domain), Text(", ".join(some)))
    return columns


def _columns(*headings: str) -> Columns:
    columns = Columns(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in headings:
        columns.add_column(heading, overflow="fold")
    return columns


def _by_domain(row: Row) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for domain, network in row.opens:
        found.setdefault(domain, []).append(network)
    return found


def _people(row: Row) -> str:
    more = len(row.people) - _FEW
    return ", ".join(row.people[:_FEW]) + (f" and {more:,} more" if more > 0 else "")
