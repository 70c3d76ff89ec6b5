"""The directory: one promise over memory and tables, and what tables can do wrong."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from studiogate.errors import Invalid, NotAllowed, NotSignedIn, Unreachable
from studiogate.foundation.directory import Item, PersonRow
from studiogate.foundation.owners import FOR_GOOD, of_person
from studiogate.gateway.directory import KEEPS_S, TableDirectory
from studiogate.gateway.marks import TableMarks
from studiogate.gateway.owners import Owners
from studiogate.gateway.ports import Directory, Identity, Kind, Mark, Marked
from tests.kit.gateway import (
    LOB_A,
    LOBS,
    NOW,
    PEOPLE,
    Clock,
    FakeAws,
    MemoryDirectory,
    aws_error,
)

PEOPLE_TABLE, LOBS_TABLE = "studiogate-people", "studiogate-lobs"
SIGNINS_TABLE = "studiogate-signins"
ADA = Identity(
    "user-lob-a",
    "corporate",
    "sub-ada",
    NOW + timedelta(hours=8),
    "session",
    at=NOW,
    session="session-1",
    at_provider="there-1",
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def aws(clock: Clock) -> FakeAws:
    aws = FakeAws(clock)
    aws.items |= {(PEOPLE_TABLE, row.person): row.item() for row in PEOPLE}
    aws.items |= {(LOBS_TABLE, row.lob): row.item() for row in LOBS}
    return aws


@pytest.fixture
def table(aws: FakeAws, clock: Clock) -> TableDirectory:
    return TableDirectory(aws, TableMarks(aws, clock, SIGNINS_TABLE), clock)


@pytest.fixture(params=["memory", "tables"])
def directory(request: pytest.FixtureRequest, table: TableDirectory) -> Directory:
    return table if request.param == "tables" else MemoryDirectory(PEOPLE, LOBS)


@pytest.mark.parametrize("row", PEOPLE, ids=lambda row: row.person)
async def test_a_person_is_known_as_entered(directory: Directory, row: PersonRow) -> None:
    assert await directory.person(row.person) == row


async def test_a_line_of_business_is_known_as_entered(directory: Directory) -> None:
    assert await directory.lob("lob-a") == LOB_A


async def test_a_stranger_is_nobody_and_that_is_not_an_error(directory: Directory) -> None:
    assert await directory.person("stranger") is None
    assert await directory.lob("lob-gone") is None


@pytest.mark.parametrize(
    "name", ["", "x", "*", "a b", "ad/min", "a" * 65, "user\n", "aws:x", "ü" * 3, "\ud800x"]
)
async def test_a_name_nobody_can_have_is_not_asked_for(
    table: TableDirectory, aws: FakeAws, name: str
) -> None:
    assert await table.person(name) is None
    assert aws.asked == []


@pytest.mark.parametrize("name", ["", "a" * 129, "lob\n", "löb"])
async def test_nor_is_a_lob_no_landscape_can_name(
    table: TableDirectory, aws: FakeAws, name: str
) -> None:
    assert await table.lob(name) is None
    assert aws.asked == []


async def test_a_lob_is_remembered_for_seconds_and_then_asked_again(
    table: TableDirectory, aws: FakeAws, clock: Clock
) -> None:
    await table.lob("lob-a")
    aws.items[LOBS_TABLE, "lob-a"] = replace(LOB_A, owner="somebody else").item()

    clock.forward(seconds=KEEPS_S - 1)
    before = await table.lob("lob-a")
    clock.forward(seconds=1)
    after = await table.lob("lob-a")

    assert before is not None
    assert after is not None
    assert (before.owner, after.owner) == (LOB_A.owner, "somebody else")


async def test_somebody_revoked_a_moment_ago_is_known_to_be_at_once(
    table: TableDirectory, aws: FakeAws
) -> None:
    before = await table.standing(ADA)
    revoked = PersonRow("user-lob-a", "lob-a", None, revoked=True)
    aws.items[PEOPLE_TABLE, "user-lob-a"] = revoked.item()

    assert before == PEOPLE[0]
    assert await table.standing(ADA) == revoked


async def test_the_row_and_the_marks_are_one_question(
    table: TableDirectory, aws: FakeAws
) -> None:
    await table.standing(ADA)

    (asked,) = aws.asked
    assert {name for name, _ in asked} == {PEOPLE_TABLE, SIGNINS_TABLE}
    assert len(asked) == len(["the row", "whose the name is", *ADA.ended_by])


async def test_f_24_a_released_name_is_lost_at_once_when_somebody_else_takes_it(
    table: TableDirectory, aws: FakeAws, clock: Clock
) -> None:
    marks = TableMarks(aws, clock, SIGNINS_TABLE)
    owners, name = Owners(marks, clock), of_person(ADA.idp, ADA.person)
    namesake = replace(ADA, subject="sub-new", session="session-2")
    await owners.hold(ADA, "lob-a", ADA.person)
    with pytest.raises(NotAllowed) as too_early:
        await table.standing(namesake)

    del aws.items[SIGNINS_TABLE, name.key]
    assert await table.standing(ADA) == await table.standing(namesake) == PEOPLE[0]
    await owners.hold(namesake, "lob-a", ADA.person)
    with pytest.raises(NotAllowed) as too_late:
        await table.standing(ADA)

    assert too_early.value.recorded == too_late.value.recorded == "namesake"
    assert await table.standing(namesake) == PEOPLE[0]
    assert await table.standing(replace(ADA, idp="workforce")) == PEOPLE[0]


async def test_a_name_that_is_somebody_elses_has_no_standing(
    directory: Directory, aws: FakeAws, clock: Clock
) -> None:
    name = of_person(ADA.idp, ADA.person)
    await TableMarks(aws, clock, SIGNINS_TABLE).make(name, until=FOR_GOOD, value="another")
    if isinstance(directory, MemoryDirectory):
        directory.held = {name.key: Marked(NOW, FOR_GOOD, "another")}

    with pytest.raises(NotAllowed) as refused:
        await directory.standing(ADA)

    assert (refused.value.reason, refused.value.recorded) == ("not-the-owner", "namesake")
    assert "people release" in refused.value.remedy


async def test_a_stranger_has_no_row_and_that_is_no_error(table: TableDirectory) -> None:
    assert await table.standing(replace(ADA, person="stranger")) is None
    assert await table.standing(replace(ADA, person="*")) is None


@pytest.mark.parametrize("number", range(3))
async def test_each_mark_ends_the_sign_in(
    table: TableDirectory, aws: FakeAws, clock: Clock, number: int
) -> None:
    marks = TableMarks(aws, clock, SIGNINS_TABLE)
    await marks.make(ADA.ended_by[number], until=ADA.until)

    with pytest.raises(NotSignedIn) as refused:
        await table.standing(ADA)

    assert refused.value.recorded == "session-ended"


async def test_whoever_was_signed_out_everywhere_may_sign_in_again(
    table: TableDirectory, aws: FakeAws, clock: Clock
) -> None:
    clock.forward(seconds=1)
    everywhere = Mark(Kind.SUBJECT, (ADA.idp, ADA.subject))
    await TableMarks(aws, clock, SIGNINS_TABLE).make(everywhere, until=ADA.until)
    again = replace(ADA, at=clock() + timedelta(seconds=1), session="session-2")

    assert await table.standing(again) is not None
    with pytest.raises(NotSignedIn):
        await table.standing(replace(again, at=clock()))
    with pytest.raises(NotSignedIn):
        await table.standing(replace(again, at=None))


async def test_what_ends_sign_ins_without_a_session_there_ends_those_before_it_alone(
    table: TableDirectory, aws: FakeAws, clock: Clock
) -> None:
    unnamed = replace(ADA, at_provider=None)
    mark = Mark(Kind.UNNAMED, (ADA.idp, ADA.subject))
    await TableMarks(aws, clock, SIGNINS_TABLE).make(mark, until=ADA.until)

    assert await table.standing(ADA) is not None
    assert await table.standing(replace(unnamed, at=clock() + timedelta(seconds=1))) is not None
    with pytest.raises(NotSignedIn):
        await table.standing(unnamed)


async def test_a_mark_that_cannot_be_read_lets_nobody_in(
    table: TableDirectory, aws: FakeAws
) -> None:
    key = ADA.ended_by[1].key
    aws.items[SIGNINS_TABLE, key] = {"PK": {"S": key}, "ENDS": {"S": "soon"}}

    with pytest.raises(Invalid):
        await table.standing(ADA)


async def test_somebody_entered_a_moment_ago_is_known_at_once(
    table: TableDirectory, aws: FakeAws
) -> None:
    assert await table.person("newcomer") is None
    aws.items[PEOPLE_TABLE, "newcomer"] = PersonRow("newcomer", "lob-a", None).item()

    assert await table.person("newcomer") is not None


async def test_somebody_restored_a_moment_ago_may_come_in_at_once(
    table: TableDirectory, aws: FakeAws
) -> None:
    row = PersonRow("user-lob-a", "lob-a", None, revoked=True)
    aws.items[PEOPLE_TABLE, "user-lob-a"] = row.item()
    before = await table.person("user-lob-a")
    aws.items[PEOPLE_TABLE, "user-lob-a"] = replace(row, revoked=False).item()

    after = await table.person("user-lob-a")

    assert before is not None
    assert after is not None
    assert (before.revoked, after.revoked) == (True, False)


async def test_what_a_revocation_writes_beside_the_flag_is_no_fault_of_a_row(
    table: TableDirectory, aws: FakeAws
) -> None:
    row = PersonRow("user-lob-a", "lob-a", None, revoked=True)
    aws.items[PEOPLE_TABLE, "user-lob-a"] = row.item() | {
        "REVOKED_AT": {"S": "2030-01-01T12:00:00+00:00"},
        "REVOKED_BY": {"S": "sam-security"},
        "DEAD_AFTER_S": {"S": "0.4"},
    }

    assert await table.person("user-lob-a") == row


async def test_a_failure_is_not_remembered(table: TableDirectory, aws: FakeAws) -> None:
    aws.fails["get_item"] = [aws_error(Unreachable, "dynamodb:GetItem")]

    with pytest.raises(Unreachable):
        await table.person("user-lob-a")
    assert await table.person("user-lob-a") is not None


async def test_a_hundred_who_ask_at_once_ask_the_table_once(clock: Clock, aws: FakeAws) -> None:
    class Slow(FakeAws):
        async def get_item(
            self, table: str, key: Item, *, consistent: bool = False
        ) -> Item | None:
            await asyncio.sleep(0)
            return await super().get_item(table, key, consistent=consistent)

    slow = Slow(clock)
    slow.items = aws.items
    table = TableDirectory(slow, TableMarks(slow, clock, SIGNINS_TABLE), clock)
    found = await asyncio.gather(*(table.lob("lob-a") for _ in range(100)))

    assert len(slow.asked) == 1
    assert {row.account for row in found if row} == {"222222222222"}


PERSON: Item = {"PK": {"S": "user-lob-a"}, "LOB": {"S": "lob-a"}}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"PK": {"S": "somebody-else"}}, id="another key"),
        pytest.param({"LOB": {"N": "1"}}, id="a lob that is a number"),
        pytest.param({"LOB": {"S": ""}}, id="an empty lob"),
        pytest.param({"UNTIL": {"N": "1893499200"}}, id="an end that is a number"),
        pytest.param({"UNTIL": {"S": "2030-01-01T00:00:00"}}, id="an end without a zone"),
        pytest.param({"UNTIL": {"S": "tomorrow"}}, id="an end in words"),
        pytest.param({"IDP": {"NULL": True}}, id="an idp that is null"),
        pytest.param({"REVOKED": {"S": "true"}}, id="revoked as text"),
        pytest.param({"REVOKED": {"BOOL": "no"}}, id="revoked as a word"),
        pytest.param({"REVOKED": {}}, id="revoked as nothing"),
        pytest.param({"ADMINISTRATOR": {"S": "true"}}, id="administrator as text"),
        pytest.param({"ADMINISTRATOR": {"BOOL": 1}}, id="administrator as a number"),
    ],
)
async def test_a_row_that_cannot_be_read_exactly_is_an_error_and_not_a_guess(
    table: TableDirectory, aws: FakeAws, change: dict[str, Any]
) -> None:
    aws.items[PEOPLE_TABLE, "user-lob-a"] = {**PERSON, **change}

    with pytest.raises(Invalid) as refused:
        await table.person("user-lob-a")

    assert refused.value.action == "dynamodb:GetItem"
    assert "studiogate-people" in refused.value.remedy


def _domains(text: str) -> Item:
    return {
        "PK": {"S": "lob-a"},
        "ACCOUNT_ID": {"S": "222222222222"},
        "DOMAINS": {"S": text},
    }


GOOD = (
    '{"name": "a", "id": "d-a", "opens_from": {"office": ["10.0.0.0/8"]},'
    ' "url_expires_s": 20, "session_s": 3600, "landing": "studio::"}'
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{", id="not JSON"),
        pytest.param("{}x", id="more than JSON"),
        pytest.param('"text"', id="a text"),
        pytest.param("[1]", id="a number"),
        pytest.param(f"[{GOOD},{GOOD}]", id="a name twice"),
        pytest.param(f"[{GOOD.replace('d-a', '../x')}]", id="an id that is a path"),
        pytest.param(f"[{GOOD.replace('20', '301')}]", id="a URL that lives too long"),
        pytest.param(f"[{GOOD.replace('3600', '43201')}]", id="a session too long"),
        pytest.param(f"[{GOOD.replace('10.0.0.0/8', 'office')}]", id="a CIDR that is a word"),
        pytest.param(f"[{GOOD.replace('[', '').replace(']', '')}]", id="CIDRs as one text"),
        pytest.param(f"[{GOOD.replace('studio::', '')}]", id="no landing"),
    ],
)
async def test_domains_that_cannot_be_are_an_error(
    table: TableDirectory, aws: FakeAws, text: str
) -> None:
    aws.items[LOBS_TABLE, "lob-a"] = _domains(text)

    with pytest.raises(Invalid):
        await table.lob("lob-a")


async def test_an_account_that_is_no_account_is_an_error(
    table: TableDirectory, aws: FakeAws
) -> None:
    aws.items[LOBS_TABLE, "lob-a"] = LOB_A.item() | {"ACCOUNT_ID": {"S": "12"}}

    with pytest.raises(Invalid):
        await table.lob("lob-a")


async def test_a_row_says_who_is_an_administrator_and_who_owns_a_lob(
    table: TableDirectory, aws: FakeAws
) -> None:
    sam = PersonRow("sam-security", None, None, administrator=True)
    aws.items[PEOPLE_TABLE, "sam-security"] = sam.item()
    aws.items[LOBS_TABLE, "lob-a"] = LOB_A.item()

    assert await table.person("sam-security") == sam
    assert await table.lob("lob-a") == LOB_A
    assert LOB_A.owner is not None


@pytest.mark.parametrize("owner", ["two\nlines", "x" * 121, "turned \u202e around"])
async def test_an_owner_that_cannot_be_said_in_a_sentence_is_an_error(
    table: TableDirectory, aws: FakeAws, owner: str
) -> None:
    aws.items[LOBS_TABLE, "lob-a"] = LOB_A.item() | {"OWNER": {"S": owner}}

    with pytest.raises(Invalid):
        await table.lob("lob-a")


async def test_ready_asks_every_table_every_time(table: TableDirectory, aws: FakeAws) -> None:
    await table.ready()
    await table.ready()

    tables = {PEOPLE_TABLE, LOBS_TABLE, SIGNINS_TABLE}
    assert [{name for name, _ in asked} for asked in aws.asked] == [tables, tables]
