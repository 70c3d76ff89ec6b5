"""`studiogate images list`: what is attached where, what waits, and who runs which."""

from collections.abc import Iterator, Sequence
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
_LETTERS = 12
"""Of a digest: as many as tell versions apart."""

_WIDTH = 16
"""Of a version with its digest: it is copied, so it is not folded."""


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
    if as_json:
        show_json(document(found))
    else:
        show(table(found))
        for line in running(found):
            show(line)
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
        least = _WIDTH if heading == "version" else None
        shown.add_column(heading, overflow="fold", min_width=least)
    for one in found:
        shown.add_row(
            one.lob,
            _where(one),
            one.image,
            one.usage,
            printable(one.shown),
            _version(one),
            one.status,
        )
    return shown


def running(found: Sequence[Row]) -> Iterator[str]:
    """Who runs what, a line each."""
    for one in found:
        for each in one.runs:
            yield printable(f"{_where(one)}: {each.who} runs {one.image}{_runs(each)}")


def _where(one: Row) -> str:
    if one.profile is not None:
        return f"{one.domain}, {one.profile}"
    return f"{one.domain}, shared spaces" if one.shared else one.domain


def _version(one: Row) -> str:
    """As `1 (0123456789ab), 2 waits`."""
    if not one.digest:
        return _NOTHING
    pinned = "newest" if one.version is None else str(one.version)
    digest = one.digest.removeprefix("sha256:")[:_LETTERS]
    return f"{pinned} ({digest})" + (f", {one.newest} waits" if one.waits else "")


def _runs(one: Runs) -> str:
    which = "" if one.version is None else f" version {one.version}"
    since = "" if one.since is None else f" since {one.since:%Y-%m-%d %H:%M} UTC"
    return which + since


def _row(one: Row) -> dict[str, Any]:
    runs = [
        {**asdict(each), "since": each.since.isoformat() if each.since else None}
        for each in one.runs
    ]
    return {**asdict(one), "waits": one.waits, "runs": runs}
