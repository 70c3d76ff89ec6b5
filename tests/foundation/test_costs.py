"""S2-23: endpoints in the hub cost less than endpoints in every VPC, from some size on."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.foundation.costs import HOURS, Costs, Line, Prices, costs
from studiogate.landscape.grow import NewLob, with_lob
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from tests.kit.starting import EXAMPLE, MANY_WAYS

LIST = Prices()


# Without RStudio, whose domains need an endpoint more.
TEXT = EXAMPLE.read_text(encoding="utf-8").replace(", rstudio: {}", "")
TEXT = TEXT.replace(
    "domains: [forecasting]\n    recipe: {r: [4.5.1, 4.4.3]}", "recipe: {r: [4.5.1]}"
)
TWO = read(TEXT)


def grown(lobs: int) -> Landscape:
    """The example with so many lines of business."""
    text = TEXT
    for number in range(2, lobs):
        wanted = NewLob(f"lob-{number:03}", f"{number:012}", ("office",))
        text = with_lob(text, wanted)
    return read(text)


def line(found: Costs, what: str) -> Line:
    return next(one for one in found.lines if one.what.startswith(what))


def test_s2_23_every_interface_endpoint_is_counted_in_each_zone_and_no_gateway_endpoint() -> (
    None
):
    endpoints = line(costs(TWO, LIST), "endpoints")

    # STS, SageMaker API, Studio, private API, five that notebooks use and two by which they
    # read a cluster; DynamoDB is a route.
    assert endpoints.shared == 11 * 2
    # The gateway's three stay in the hub; two VPCs have all but the private API's.
    assert endpoints.everywhere == 3 * 2 + 2 * 10 * 2


def test_s2_23_links_and_the_resolver_that_offices_ask_are_there_either_way() -> None:
    found = costs(TWO, LIST)

    assert line(found, "attached").shared == line(found, "attached").everywhere == 5
    assert line(found, "resolver, inbound").everywhere == 2
    assert line(found, "resolver, outbound").everywhere == 0


def test_s2_23_two_lobs_are_cheaper_apart_and_five_are_cheaper_shared() -> None:
    few, more = costs(TWO, LIST), costs(grown(5), LIST)

    assert few.shared > few.everywhere
    assert more.shared < more.everywhere
    assert few.pays_from == more.pays_from == 3


@pytest.mark.parametrize("lobs", [3, 6])
def test_s2_23_one_more_lob_adds_what_was_said(lobs: int) -> None:
    before, after = costs(grown(lobs), LIST), costs(grown(lobs + 1), LIST)

    assert after.shared - before.shared == before.more_shared
    assert after.everywhere - before.everywhere == before.more_everywhere


def test_s2_23_peerings_cost_nothing_by_the_hour() -> None:
    found = costs(read(MANY_WAYS.read_text(encoding="utf-8")), LIST)

    assert line(found, "attached").shared == 0
    assert found.more_shared == 0


def test_s2_23_notebooks_in_the_hub_use_the_endpoints_there_in_either_way() -> None:
    found = costs(in_the_hub(), LIST)

    assert line(found, "endpoints").everywhere == line(found, "endpoints").shared
    assert found.vpcs == 0


def in_the_hub() -> Landscape:
    """Domains whose apps run in the hub's own VPC: nobody has endpoints of their own."""
    domains = {
        name: one.model_copy(update={"network": TWO.gateway.network})
        for name, one in TWO.domains.items()
    }
    return TWO.model_copy(update={"domains": domains})


money = st.decimals(min_value=Decimal("0.001"), max_value=Decimal(1), places=3)


@given(st.builds(Prices, endpoint=money, attachment=money, resolver=money))
def test_s2_23_from_the_number_that_is_named_on_shared_costs_no_more(prices: Prices) -> None:
    found = costs(TWO, prices)
    named = found.pays_from
    assert named is not None

    def ahead(vpcs: int) -> Decimal:
        """What shared costs more than the other way, with so many VPCs."""
        more = (vpcs - found.vpcs) * (found.more_shared - found.more_everywhere)
        return found.shared - found.everywhere + more

    assert ahead(named) <= 0
    assert named == 0 or ahead(named - 1) > 0


def test_s2_23_where_a_further_vpc_saves_nothing_no_number_is_named() -> None:
    found = costs(TWO, LIST)
    free = tuple(replace(one, more_everywhere=one.more_shared) for one in found.lines)

    assert replace(found, lines=free).pays_from is None


def test_s2_23_a_price_is_by_the_hour_and_a_sum_by_the_month() -> None:
    found = costs(TWO, Prices(Decimal(1), Decimal(0), Decimal(0)))

    assert found.shared == 22 * HOURS
