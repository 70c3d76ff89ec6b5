"""Marks: one promise over memory and DynamoDB, asked by several instances at once."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.aws.wire.blocking import drive
from studiogate.errors import Invalid, Unreachable
from studiogate.gateway.marks import TableMarks
from studiogate.gateway.ports import Kind, Mark, Marked, Marks
from tests.kit.dynamodb import server, tables_at
from tests.kit.gateway import NOW, Clock, aws_error
from tests.kit.marks import MemoryMarks

TABLE = "studiogate-signins"
USED = Mark(Kind.ASSERTION, ("https://idp.acme.example", "_a1"))
OTHER = Mark(Kind.ASSERTION, ("https://idp.acme.example", "_a2"))
SOON = NOW + timedelta(minutes=5)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    with server() as url:
        yield url


@pytest.fixture(params=["memory", "dynamodb"])
def marks(request: pytest.FixtureRequest, clock: Clock) -> Iterator[Marks]:
    if request.param == "memory":
        yield MemoryMarks(clock)
    else:
        url = request.getfixturevalue("aws")
        with tables_at(url, {TABLE: ("PK",)}, clock=clock) as (tables, _):
            yield TableMarks(tables, clock, TABLE)


class TestMarks:
    def test_the_first_who_claims_has_it_and_everybody_else_sees_what_is_there(
        self, marks: Marks, clock: Clock
    ) -> None:
        first = drive(marks.claim(USED, until=SOON, value="mine"))
        clock.forward(seconds=2)
        second = drive(marks.claim(USED, until=SOON + timedelta(days=1), value="theirs"))

        assert first is None
        assert second == Marked(NOW, SOON, "mine")

    def test_what_is_over_counts_as_absent_and_may_be_claimed_anew(
        self, marks: Marks, clock: Clock
    ) -> None:
        drive(marks.claim(USED, until=SOON))
        clock.forward(minutes=5)

        assert drive(marks.found(USED)) == {}
        assert drive(marks.claim(USED, until=SOON + timedelta(hours=1))) is None

    def test_making_a_mark_takes_the_place_of_what_is_there(
        self, marks: Marks, clock: Clock
    ) -> None:
        drive(marks.make(USED, until=SOON, value="old"))
        clock.forward(seconds=1)
        drive(marks.make(USED, until=SOON, value="new"))

        assert drive(marks.found(USED))[USED].value == "new"
        assert drive(marks.found(USED))[USED].at == NOW + timedelta(seconds=1)

    def test_only_what_is_there_is_found(self, marks: Marks) -> None:
        drive(marks.make(USED, until=SOON))

        assert drive(marks.found(USED, OTHER, USED)).keys() == {USED}

    def test_of_many_who_claim_at_once_exactly_one_has_it(self, marks: Marks) -> None:
        def claim(_: int) -> Marked | None:
            return drive(marks.claim(OTHER, until=SOON))

        # Memory is one process's and has one thread; a table has as many as there are instances.
        with ThreadPoolExecutor(1 if isinstance(marks, MemoryMarks) else 8) as threads:
            found = list(threads.map(claim, range(16)))

        assert found.count(None) == 1


@given(st.lists(st.text(max_size=8), max_size=4), st.lists(st.text(max_size=8), max_size=4))
def test_no_two_names_share_a_key(one: list[str], other: list[str]) -> None:
    keys = {Mark(Kind.PERSON, tuple(parts)).key for parts in (one, other)}

    assert (len(keys) == 1) is (one == other)
    assert all(len(key) < 100 for key in keys)


def test_no_name_is_readable_in_the_table_or_in_a_repr() -> None:
    mark = Mark(Kind.SESSION, ("very-secret-session",))

    assert "very-secret" not in mark.key + repr(mark)


def test_a_row_somebody_else_wrote_is_an_error_and_not_a_guess(aws: str, clock: Clock) -> None:
    with tables_at(aws, {TABLE: ("PK",)}, clock=clock) as (tables, client):
        client.put_item(TableName=TABLE, Item={"PK": {"S": USED.key}, "ENDS": {"N": "99e9"}})
        with pytest.raises(Invalid, match="cannot be read"):
            drive(TableMarks(tables, clock, TABLE).found(USED))


def test_a_table_that_is_not_there_says_nothing_about_a_mark(aws: str, clock: Clock) -> None:
    with tables_at(aws, {}, clock=clock) as (tables, _):
        marks = TableMarks(tables, clock, "no-such-table")
        for ask in (marks.found(USED), marks.claim(USED, until=SOON)):
            with pytest.raises(Exception, match="ResourceNotFound"):
                drive(ask)


async def test_the_fake_fails_as_it_is_told(clock: Clock) -> None:
    marks = MemoryMarks(clock)
    marks.fails = aws_error(Unreachable, "dynamodb:PutItem")

    results = await asyncio.gather(
        marks.claim(USED, until=SOON), marks.found(USED), return_exceptions=True
    )
    assert [type(one) for one in results] == [Unreachable, Unreachable]
