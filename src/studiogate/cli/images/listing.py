"""`studiogate images list`: what is attached where, what waits, and who runs which."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.images.asking import (
    FILE,
    JsonOption,
    LandscapeOption,
    LobOption,
    world_of,
)
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import DONE, FOUND, printable, show, show_json, steps
from studiogate.images.listing import SOUND, Row, Runs, rows
from studiogate.images.places import every_lob

_NOTHING = "–"
_LETTERS = 19
"""Of a digest: `sha256:` and as many as a tag has."""


def listing(
    name: Annotated[str | None, typer.Argument(help="Only this image.")] = None,
    *,
    lob: LobOption = None,
    people: Annotated[
        bool,
        typer.Option("--people", help="People's own lists, too: a call for each of them."),
    ] = False,
    landscape: LandscapeOption = FILE,
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    as_json: JsonOption = False,
) -> None:
    """Show every image by domain: version, who runs which, and what waits.

    Leaves with 3 if something is not as the landscape declares it.
    """
    read = landscape_of(landscape)
    places = every_lob(read, lob or ())
    accounts = accounts_of(read.region, profile=profile, role=role)
    with steps("Asking AWS") as step:
        world = world_of(read, accounts, step)
        found = list(rows(world, read, places, name=name, people=people))
    show_json(document(found)) if as_json else show(table(found))
    raise typer.Exit(DONE if all(one.status in SOUND for one in found) else FOUND)


def document(found: Sequence[Row]) -> dict[str, Any]:
    """Every row, for a program."""
    return {"images": [_row(one) for one in found]}


def table(found: Sequence[Row]) -> Table | str:
    """Every row, for people."""
    if not found:
        return "No image is attached, and the landscape declares none."
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("lob", "domain", "image", "usage type", "shown as", "version", "status"):
        shown.add_column(heading, overflow="fold")
    shown.add_column("digest", overflow="fold", min_width=_LETTERS)
    shown.add_column("run by", overflow="fold")
    for one in found:
        shown.add_row(
            one.lob,
            _where(one),
            one.image,
            one.usage,
            printable(one.shown),
            _version(one),
            one.status,
            one.digest[:_LETTERS] or _NOTHING,
            ", ".join(map(_runs, one.runs)) or _NOTHING,
        )
    return shown


def _where(one: Row) -> str:
    if one.profile is not None:
        return f"{one.domain}, {one.profile}"
    return f"{one.domain}, shared spaces" if one.shared else one.domain


def _version(one: Row) -> str:
    if one.waits:
        return f"{one.version}, {one.newest} waits"
    pinned = "newest" if one.version is None else str(one.version)
    return pinned if one.digest else _NOTHING


def _runs(one: Runs) -> str:
    which = "" if one.version is None else f" version {one.version}"
    since = "" if one.since is None else f" since {one.since:%Y-%m-%d %H:%M} UTC"
    return f"{one.who}{which}{since}"


def _row(one: Row) -> dict[str, Any]:
    runs = [
        {**asdict(each), "since": each.since.isoformat() if each.since else None}
        for each in one.runs
    ]
    return {**asdict(one), "waits": one.waits, "runs": runs}
