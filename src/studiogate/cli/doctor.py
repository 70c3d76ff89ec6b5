"""`studiogate doctor`: is every person the same everywhere, and does every reader get to read?

People in the landscape and on AWS; then warehouses, with the way to each from the notebooks
that may read it; then images, and the licences that RStudio needs.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from studiogate.cli.access import EVERYWHERE, ProfileOption, RoleOption, accounts_of
from studiogate.cli.deploying import world_of
from studiogate.cli.images.asking import world_of as images_of
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import DONE, FOUND, show, show_json, steps
from studiogate.deploy.provisioned import provisioned
from studiogate.images import examined as images
from studiogate.images.tools import aws_cli
from studiogate.landscape.model import Landscape
from studiogate.probe.people import Drift, drift
from studiogate.probe.reading import known
from studiogate.probe.warehouse_reading import told
from studiogate.probe.warehouse_ways import judged
from studiogate.probe.warehouses import Finding, Judged


def doctor(
    file: Annotated[Path, typer.Argument(help="The landscape to compare with.")] = Path(
        "landscape.yaml"
    ),
    *,
    profile: ProfileOption = None,
    role: RoleOption = EVERYWHERE,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON document.")
    ] = False,
) -> None:
    """Compare people with pool, directory and Studio; see who gets to warehouses and images."""
    landscape = landscape_of(file)
    with steps("Asking AWS") as step:
        accounts = accounts_of(landscape.region, profile=profile, role=role)
        world = world_of(landscape, accounts, step)
        landscape = provisioned(world, landscape).landscape
        there = known(landscape, lambda region: accounts_of(region, profile=profile, role=role))
        read = judged(landscape, told(landscape, accounts))
        cli = aws_cli(os.environ) if landscape.images else None
        amiss = images.examined(images_of(landscape, accounts, _quietly), landscape, cli)
    found = drift(landscape, there)
    well = not found and read.ok and all(one.advice for one in amiss)
    if as_json:
        show_json(document(found, read, amiss))
    else:
        show(page(landscape, found, read, amiss))
    raise typer.Exit(DONE if well else FOUND)


def document(
    found: Sequence[Drift], read: Judged, amiss: Sequence[images.Finding] = ()
) -> dict[str, object]:
    """The answer for a program."""
    return {
        "ok": not found and read.ok and all(one.advice for one in amiss),
        "drift": [asdict(one) for one in found],
        "warehouses": [asdict(one) for one in read.ways],
        "findings": [asdict(one) for one in read.findings],
        "images": [asdict(one) for one in amiss],
    }


def page(
    landscape: Landscape,
    found: Sequence[Drift],
    read: Judged,
    amiss: Sequence[images.Finding] = (),
) -> RenderableType:
    """The answer for a person."""
    people = _table(found) if found else Text(summary(landscape))
    more = [*(_warehouses(read) if read.ways else ()), *_images(landscape, amiss)]
    return Group(people, *more) if more else people


def summary(landscape: Landscape) -> str:
    """What was compared and found the same, in one line."""
    people, domains = len(landscape.people), len(landscape.domains)
    return f"Everybody is the same everywhere: {people} people, {domains} domains."


def _table(found: Sequence[Drift]) -> Table:
    table = _headed("person", "where", "what, and what to do")
    for one in found:
        table.add_row(_shown(one.person), _shown(one.where), _what(one))
    return table


def _warehouses(read: Judged) -> Iterator[RenderableType]:
    """How many get to read, then what keeps the others from it, then advice."""
    reach = [one for one in read.ways if one.reaches]
    yield Text(f"\nWarehouses: {len(reach)} of {len(read.ways)} ways from notebooks are open.")
    if wrong := [one for one in read.findings if not one.advice]:
        yield Text()
        yield _findings(wrong)
    if advice := [one for one in read.findings if one.advice]:
        yield Text("\nTo be considered; nothing is wrong with it:")
        yield _findings(advice)


def _quietly(_: str) -> None:
    """Say nothing of each account: what is asked of them has been said."""


def _images(landscape: Landscape, amiss: Sequence[images.Finding]) -> Iterator[RenderableType]:
    """Whether every image is where it should be, then what is not, then advice."""
    wrong = [one for one in amiss if not one.advice]
    if landscape.images and not wrong:
        yield Text(f"\nImages: {len(landscape.images)}, and nothing is wrong with any.")
    if wrong:
        yield Text("\nImages and RStudio:")
        yield _amiss(wrong)
    if advice := [one for one in amiss if one.advice]:
        yield Text("\nTo be considered of images; nothing is wrong with it:")
        yield _amiss(advice)


def _amiss(some: Sequence[images.Finding]) -> Table:
    table = _headed("about", "where", "what, and what to do")
    for one in some:
        table.add_row(_shown(one.about), _shown(one.where), _what(one))
    return table


def _findings(some: Sequence[Finding]) -> Table:
    table = _headed("warehouse", "where", "what, and what to do")
    for one in some:
        table.add_row(_shown(one.warehouse), _shown(one.where), _what(one))
    return table


def _headed(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _what(one: Drift | Finding | images.Finding) -> Text:
    return Text.assemble(_shown(one.what), "\n→ ", _shown(one.remedy))


def _shown(text: str) -> Text:
    """`text` without power over the terminal: a name of a table may hold any character."""
    return Text(text if text.isprintable() else text.encode("unicode_escape").decode("ascii"))
