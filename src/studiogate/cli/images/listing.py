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

_SHORT = 12
"""Letters of a domain that is not folded."""

_WHOLE = frozenset({"version", "status"})
"""Columns whose lines are not folded: a digest is copied, and a status is looked for."""


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
        show(table(found, name))
        for line in (*running(found), *alike(found)):
            show(line)
    raise typer.Exit(DONE if all(one.status in SOUND for one in found) else FOUND)


def document(found: Sequence[Row]) -> dict[str, Any]:
    """Every row, for a program."""
    return {"images": [_row(one) for one in found]}


def table(found: Sequence[Row], name: str | None = None) -> Table | str:
    """Every row, for people; where there is none of `name`, or at all, that is said."""
    if not found:
        none = "No image is attached, and the landscape declares none."
        return (
            none if name is None else f"No image {name} is attached, or declared for a domain."
        )
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("lob", "domain", "image", "usage type", "shown as", "version", "status"):
        whole = heading in _WHOLE or (heading == "domain" and _short(found))
        shown.add_column(heading, overflow="fold", no_wrap=whole)
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


def alike(found: Sequence[Row]) -> Iterator[str]:
    """What has other digests and the same content: each account has built for itself."""
    same: dict[tuple[str, str], list[Row]] = {}
    for one in found:
        if one.source:
            same.setdefault((one.image, one.source), []).append(one)
    for (image, source), some in same.items():
        if len({one.digest for one in some}) > 1:
            where = ", ".join(dict.fromkeys(one.lob for one in some))
            yield printable(f"{image} of {where}: the same folder, built in AWS ({source})")


def _short(found: Sequence[Row]) -> bool:
    """Whether all domains are short enough for a terminal of 80 columns to keep them whole."""
    return all(len(_where(one)) <= _SHORT for one in found)


def _where(one: Row) -> str:
    if one.profile is not None:
        return f"{one.domain}, {one.profile}"
    return f"{one.domain}, shared spaces" if one.shared else one.domain


def _version(one: Row) -> str:
    """As `1 (0123456789ab)`, and below it `2 waits`."""
    if not one.digest:
        return _NOTHING
    pinned = "newest" if one.version is None else str(one.version)
    digest = one.digest.removeprefix("sha256:")[:_LETTERS]
    return f"{pinned} ({digest})" + (f"\n{one.newest} waits" if one.waits else "")


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
