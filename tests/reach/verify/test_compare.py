"""Who gains and who loses between two tables."""

from hypothesis import given
from hypothesis import strategies as st

from studiogate.reach.cells import Cell, Cells
from studiogate.reach.table import Row, Table
from studiogate.reach.trace import Layer
from studiogate.reach.verify.compare import Change, changes

DOMAINS, NETWORKS = ("forecasting", "fraud"), ("office", "internet")
WAYS = [(domain, network) for domain in DOMAINS for network in NETWORKS]
OFFICE, OUT = ("forecasting", "office"), ("forecasting", "internet")

people = st.dictionaries(
    st.sampled_from("abcd"),
    st.tuples(st.sampled_from(["x", "y"]), st.sets(st.sampled_from(WAYS))),
)


def table(rows: dict[str, tuple[str, set[tuple[str, str]]]]) -> Table:
    return Table(
        "acme",
        DOMAINS,
        NETWORKS,
        tuple(
            Row(
                lob,
                (person,),
                Cells(
                    {way: Cell(allowed=way in opens, layer=Layer.USE, why="") for way in WAYS}
                ),
            )
            for person, (lob, opens) in rows.items()
        ),
    )


def test_people_of_one_lob_who_gain_the_same_are_told_together() -> None:
    before = table({"ann": ("x", {OFFICE}), "bo": ("x", {OFFICE}), "cy": ("y", {OFFICE})})
    after = table({"ann": ("x", {OUT}), "bo": ("x", {OUT}), "cy": ("y", {OUT})})

    assert changes(before, after) == (
        Change("x", ("ann", "bo"), gains=(OUT,), loses=(OFFICE,)),
        Change("y", ("cy",), gains=(OUT,), loses=(OFFICE,)),
    )


def test_somebody_who_leaves_loses_and_somebody_who_comes_gains() -> None:
    found = changes(table({"ann": ("x", {OFFICE})}), table({"bo": ("y", {OFFICE})}))

    assert found == (
        Change("x", ("ann",), gains=(), loses=(OFFICE,)),
        Change("y", ("bo",), gains=(OFFICE,), loses=()),
    )


@given(people, people)
def test_every_way_that_differs_is_told_once_and_no_other(
    before: dict[str, tuple[str, set[tuple[str, str]]]],
    after: dict[str, tuple[str, set[tuple[str, str]]]],
) -> None:
    found = changes(table(before), table(after))

    gained = [(person, way) for one in found for person in one.people for way in one.gains]
    lost = [(person, way) for one in found for person in one.people for way in one.loses]
    had = {(person, way) for person, (_, ways) in before.items() for way in ways}
    has = {(person, way) for person, (_, ways) in after.items() for way in ways}
    assert sorted(gained) == sorted(has - had)
    assert sorted(lost) == sorted(had - has)


@given(people)
def test_a_table_against_itself_changes_nothing(
    rows: dict[str, tuple[str, set[tuple[str, str]]]],
) -> None:
    assert changes(table(rows), table(rows)) == ()
