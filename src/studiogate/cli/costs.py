"""`studiogate costs`: what the shared endpoints save."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from studiogate.cli.deploying import FileArgument, JsonOption
from studiogate.cli.landscape_file import landscape_of
from studiogate.cli.present import show, show_json
from studiogate.foundation.costs import HOURS, Costs, Prices, monthly, warehouses_built
from studiogate.foundation.costs import costs as compared
from studiogate.landscape.model import Landscape

_LIST = Prices()

EndpointOption = Annotated[
    float, typer.Option("--endpoint-hour", min=0, help="US$ of an endpoint in one zone.")
]
AttachmentOption = Annotated[
    float, typer.Option("--attachment-hour", min=0, help="US$ of an attachment.")
]
ResolverOption = Annotated[
    float, typer.Option("--resolver-hour", min=0, help="US$ of an address of a resolver.")
]


def costs(
    file: FileArgument = Path("landscape.yaml"),
    *,
    endpoint_hour: EndpointOption = float(_LIST.endpoint),
    attachment_hour: AttachmentOption = float(_LIST.attachment),
    resolver_hour: ResolverOption = float(_LIST.resolver),
    as_json: JsonOption = False,
) -> None:
    """Compare the cost of shared endpoints with that of endpoints in every VPC."""
    landscape = landscape_of(file)
    prices = Prices(*(_exact(one) for one in (endpoint_hour, attachment_hour, resolver_hour)))
    found = compared(landscape, prices)
    if as_json:
        show_json(document(landscape, found))
    else:
        show(Group(_table(found), *map(Text, _told(landscape, found))))


def document(landscape: Landscape, found: Costs) -> dict[str, Any]:
    """The comparison, for a program: US dollars a month, but prices an hour."""
    return {
        "lines": [
            {
                "what": one.what,
                "price": float(one.price),
                "shared": one.shared,
                "everywhere": one.everywhere,
            }
            for one in found.lines
        ],
        "vpcs": found.vpcs,
        "month": {"shared": _plain(found.shared), "everywhere": _plain(found.everywhere)},
        "each_further": {
            "shared": _plain(found.more_shared),
            "everywhere": _plain(found.more_everywhere),
        },
        "pays_from": found.pays_from,
        "uncounted": [
            {"warehouse": name, "what": what}
            for name, what in warehouses_built(landscape).items()
        ],
    }


def _table(found: Costs) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("US$ a month")
    for heading in ("US$ an hour", "shared", "", "everywhere", ""):
        table.add_column(heading, justify="right")
    for one in (line for line in found.lines if line.shared or line.everywhere):
        table.add_row(
            one.what,
            f"{one.price.normalize():f}",
            f"{one.shared:,} ×",
            _money(monthly(one.price, one.shared)),
            f"{one.everywhere:,} ×",
            _money(monthly(one.price, one.everywhere)),
        )
    totals = _money(found.shared), _money(found.everywhere)
    table.add_row("all of it", "", "", totals[0], "", totals[1], style="bold")
    return table


def _told(landscape: Landscape, found: Costs) -> Iterator[str]:
    yield ""
    yield (
        f"One more VPC with notebooks: {_money(found.more_shared)} shared, "
        f"{_money(found.more_everywhere)} with endpoints of its own."
    )
    here = f"{landscape.name} has {found.vpcs:,}"
    if found.pays_from is None:
        yield f"At these prices that is never dearer than shared; {here}."
    else:
        yield f"Shared costs no more than that from {found.pays_from:,} such VPCs on; {here}."
    yield (
        f"A month is {HOURS} hours.  Prices are assumptions, and yours to give; bytes are not "
        "counted in either way."
    )
    if built := warehouses_built(landscape):
        these = ", ".join(f"{name} ({what})" for name, what in built.items())
        yield f"Nor are warehouses, which cost the same in either way: {these}."


def _exact(price: float) -> Decimal:
    """The price as it was typed: 0.011, not what is nearest to it in binary."""
    return Decimal(str(price))


def _plain(amount: Decimal) -> float:
    return float(round(amount, 2))


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"
