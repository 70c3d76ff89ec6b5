"""What a picture shows of a table: the sentence, what is folded, and what never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.landscape.model import INTERNET
from studiogate.reach.picture.fold import MOST_SEPARATE, Shown, shown, summary
from studiogate.reach.table import Table
from tests.kit.reach_table import NETWORKS, many, row, two_lobs


def test_one_sentence_says_how_much_opens_and_from_where() -> None:
    assert summary(two_lobs()) == (
        "4 people, 2 domains, 6 networks: 3 of 48 open, all from office."
    )


def test_the_sentence_counts_people_and_not_rows_and_names_every_network() -> None:
    opens = {"a": ["office", INTERNET], "b": ["hub"]}
    rows = (row("lob", [f"p{n}" for n in range(1200)], opens, domains=("a", "b")),)

    assert summary(Table("acme", ("a", "b"), NETWORKS, rows)) == (
        "1,200 people, 2 domains, 6 networks: 3,600 of 14,400 open: "
        "1,200 from office, 1,200 from hub, 1,200 from internet."
    )


def test_of_many_networks_the_sentence_names_those_that_matter_most_and_the_internet() -> None:
    places = [*(f"site-{n}" for n in range(8)), INTERNET]
    rows = tuple(
        row(f"lob-{n}", [f"p{n}-{one}" for one in range(n + 1)], {"a": [place]}, domains=("a",),
            networks=places)
        for n, place in enumerate(reversed(places))
    )  # fmt: skip

    assert summary(Table("t", ("a",), tuple(places), rows)).partition("open: ")[2] == (
        "9 from site-0, 8 from site-1, 7 from site-2, 6 from site-3, 1 from internet, "
        "14 from 4 other networks."
    )


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (Table("t", (), NETWORKS, ()), "0 people, 0 domains, 6 networks: 0 of 0 open."),
        (
            Table("t", ("a",), ("office",), (row("l", ["p"], {}, domains=("a",)),)),
            "1 person, 1 domain, 1 network: 0 of 1 open.",
        ),
    ],
)
def test_nothing_is_said_of_places_where_nothing_opens(table: Table, said: str) -> None:
    assert summary(table) == said


def test_a_small_table_is_shown_whole_with_a_line_for_each_row() -> None:
    found = shown(two_lobs())

    assert found.whole
    assert [group.title for group in found.groups] == ["lob-a", "lob-b", "no line of business"]
    assert (found.alike, found.closed, found.notes) == ((), (), ())


def test_a_large_table_is_shown_by_what_opens_and_says_so() -> None:
    found = shown(many(1000, 100, people=2))

    assert not found.whole
    assert [len(alike.groups) for alike in found.alike] == [100]
    assert found.alike[0].said == "1 domain from office, which nobody else opens"
    assert [len(group.lobs) for group in found.closed] == [900]
    assert "900 rows equal to another share a line with it." in found.notes


def test_as_long_as_there_is_room_every_opening_line_of_business_has_its_own() -> None:
    found = shown(many(MOST_SEPARATE + 5, MOST_SEPARATE, people=1))

    assert len(found.groups) == MOST_SEPARATE
    assert found.alike == ()


def test_domains_that_open_to_nobody_are_named() -> None:
    table = many(90, 70, people=1)
    closed = Table(table.name, table.domains, table.networks, table.rows[2:])

    assert "2 domains open to nobody: domain-0000, domain-0001." in shown(closed).notes


def _odd(opens: dict[str, list[str]]) -> Shown:
    """A hundred lines of business alike, and one that is not."""
    table = many(100, 100, people=1)
    odd = row("lob-odd", ["odd"], opens, domains=table.domains)
    return shown(Table(table.name, table.domains, table.networks, (*table.rows, odd)))


@pytest.mark.parametrize(
    ("opens", "alone"),
    [
        pytest.param(
            {"domain-0007": ["office"]}, ["lob-0007, lob-odd"], id="what another opens too"
        ),
        pytest.param(
            {"domain-0007": ["hub"]}, ["lob-0007", "lob-odd"], id="the same from elsewhere"
        ),
        pytest.param(
            {"domain-0007": ["office"], "domain-0008": ["office"]},
            ["lob-0007", "lob-0008", "lob-odd"],
            id="two of others",
        ),
    ],
)
def test_what_is_out_of_the_ordinary_is_never_folded_away(
    opens: dict[str, list[str]], alone: list[str]
) -> None:
    found = _odd(opens)

    assert [group.title for group in found.groups] == alone
    assert sum(len(alike.groups) for alike in found.alike) == 100 - (len(alone) - 1 or 1)


def test_whoever_opens_from_the_internet_has_a_line_of_their_own() -> None:
    names = tuple(f"d{number}" for number in range(80))
    rows = tuple(
        row(f"lob-{name}", [name], {name: ["office", INTERNET]}, domains=names)
        for name in names
    )

    found = shown(Table("acme", names, NETWORKS, rows))

    assert len(found.groups) == 80
    assert found.alike == ()


def test_a_domain_s_own_network_is_no_more_out_of_the_ordinary_than_its_name() -> None:
    names = tuple(f"d{number}" for number in range(80))
    networks = ("office", *(f"vpc-{name}" for name in names))
    rows = tuple(
        row(f"lob-{name}", [name], {name: ["office", f"vpc-{name}"]}, domains=names,
            networks=networks)
        for name in names[:-1]
    )  # fmt: skip
    odd = row("odd", ["odd"], {"d79": ["office", "vpc-d1"]}, domains=names, networks=networks)
    homes = {name: f"vpc-{name}" for name in names}

    found = shown(Table("acme", names, networks, (*rows, odd), homes))

    assert [(len(one.groups), one.said) for one in found.alike] == [
        (79, "1 domain from office and the network it runs in, which nobody else opens")
    ]
    assert [group.title for group in found.groups] == ["odd"]


DOMAINS = tuple(f"d{number}" for number in range(20))
places = st.lists(st.sampled_from(NETWORKS), max_size=3, unique=True)
tables = st.lists(
    st.tuples(
        st.none() | st.integers(0, 200).map(lambda n: f"lob-{n}"),
        st.dictionaries(st.sampled_from(DOMAINS), places, max_size=3),
    ),
    min_size=1,
    max_size=140,
).map(
    lambda facts: Table(
        "random",
        DOMAINS,
        NETWORKS,
        tuple(
            row(lob, [f"p{number}"], opens, domains=DOMAINS)
            for number, (lob, opens) in enumerate(facts)
        ),
    )
)


@given(tables)
def test_everything_that_opens_is_shown_for_everybody_and_nothing_else(table: Table) -> None:
    found = shown(table)
    groups = [*found.groups, *(g for alike in found.alike for g in alike.groups), *found.closed]

    told = {
        (person, domain, network)
        for group in groups
        for person in group.people
        for domain, networks in group.opens
        for network in networks
    }

    assert told == {
        (person, *where) for one in table.rows for person in one.people for where in one.opens
    }
    assert sorted(person for group in groups for person in group.people) == sorted(
        person for one in table.rows for person in one.people
    )
