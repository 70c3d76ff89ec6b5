"""What holds for every network: nobody is reached but by a propagation or a written route."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studiogate.local.between.transit.routes import routes_of
from studiogate.local.front.listing import filtered, page
from tests.kit.between import SHARED, Accounts, accounts, ground

NETWORKS = ("10.0.0.0/16", "10.100.0.0/16", "10.120.0.0/16", "10.200.0.0/16")
few = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass
class Meshed:
    """A gateway with four VPCs and two tables, tied to nobody."""

    org: Accounts
    attachments: list[str]
    tables: list[str]


@pytest.fixture(scope="module")
def meshed() -> Iterator[Meshed]:
    async def build(org: Accounts) -> Meshed:
        gateway = await org.gateway()
        made = [await org.attached(SHARED, gateway, cidr) for cidr in NETWORKS]
        tables = [await org.table(gateway) for _ in range(2)]
        return Meshed(org, [name for name, _ in made], tables)

    with ground() as there:
        yield asyncio.run(build(accounts(there)))


ties = st.sets(st.tuples(st.integers(0, 1), st.integers(0, len(NETWORKS) - 1)))


@few
@given(learnt=ties, forgotten=ties)
def test_s2_43_a_table_leads_to_exactly_whom_it_has_learnt(
    meshed: Meshed, learnt: set[tuple[int, int]], forgotten: set[tuple[int, int]]
) -> None:
    transit = meshed.org.between.transit

    async def change(operation: str, some: set[tuple[int, int]]) -> None:
        for table, network in sorted(some):
            await meshed.org.ec2(
                SHARED,
                operation,
                TransitGatewayRouteTableId=meshed.tables[table],
                TransitGatewayAttachmentId=meshed.attachments[network],
            )
        meshed.org.tick()

    asyncio.run(change("EnableTransitGatewayRouteTablePropagation", learnt))
    asyncio.run(change("DisableTransitGatewayRouteTablePropagation", learnt & forgotten))

    for number, name in enumerate(meshed.tables):
        rows = routes_of(transit, transit.tables[name])
        known = {network for table, network in learnt - forgotten if table == number}
        assert {row["DestinationCidrBlock"] for row in rows} == {NETWORKS[n] for n in known}
    asyncio.run(change("DisableTransitGatewayRouteTablePropagation", learnt - forgotten))


rows = st.lists(st.integers(0, 99), unique=True).map(
    lambda numbers: [{"Id": str(number), "Odd": number % 2} for number in numbers]
)


@given(rows, st.integers(1, 7))
def test_pages_show_everything_once_and_in_order(
    every: list[dict[str, object]], most: int
) -> None:
    seen: list[dict[str, object]] = []
    more: dict[str, str] = {}
    while True:
        shown, more = page(every, {"MaxResults": most, **more}, lambda row: str(row["Id"]))
        seen += shown
        if not more:
            break

    assert seen == every


@given(rows)
def test_filters_of_one_list_and_several_are_and_and_or(every: list[dict[str, object]]) -> None:
    odd = [{"Name": "odd", "Values": ["1"]}]
    either = [{"Name": "odd", "Values": ["0", "1"]}]

    assert filtered(every, odd, ("odd",)) == [row for row in every if row["Odd"]]
    assert filtered(every, either, ("odd",)) == every
    assert filtered(every, [*odd, {"Name": "odd", "Values": ["0"]}], ("odd",)) == []


@pytest.mark.parametrize(
    ("pattern", "found"), [("a*", ["ab", "a[b]"]), ("a?", ["ab"]), ("a[b]", ["a[b]"])]
)
def test_wildcards_are_ec2s_and_no_others(pattern: str, found: list[str]) -> None:
    every = [{"Name": name} for name in ("ab", "a[b]")]

    kept = filtered(every, [{"Name": "name", "Values": [pattern]}], ("name",))

    assert [row["Name"] for row in kept] == found
