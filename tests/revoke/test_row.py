"""The columns of a revocation, and the row around them."""

import pytest

from studiogate.errors import AwsError, Denied
from studiogate.foundation.directory import PersonRow
from studiogate.revoke.row import Row
from tests.kit.revoke import HUB, NOW, PERSON, Town, refusal


@pytest.fixture
def row(town: Town) -> Row:
    return Row(town.client(HUB, "dynamodb"), PERSON)


def test_a_revocation_touches_its_own_columns_and_no_other(row: Row, town: Town) -> None:
    before = town.row(PERSON)

    assert row.revoke(at=NOW, by="sam-security")
    assert row.dead_after(0.44)

    assert town.row(PERSON) == before | {
        "REVOKED": {"BOOL": True},
        "REVOKED_AT": {"S": "2030-01-01T12:00:00+00:00"},
        "REVOKED_BY": {"S": "sam-security"},
        "DEAD_AFTER_S": {"S": "0.4"},
    }
    assert row.read() == PersonRow(PERSON, "lob-a", "ada", revoked=True)

    assert row.restore()
    assert town.row(PERSON) == before


def test_who_revoked_them_first_and_when_stays(row: Row, town: Town) -> None:
    row.revoke(at=NOW, by="sam-security")

    row.revoke(at=NOW.replace(hour=13), by="somebody.else")

    kept = town.row(PERSON)
    assert kept["REVOKED_BY"] == {"S": "sam-security"}
    assert kept["REVOKED_AT"] == {"S": NOW.isoformat()}


def test_nobody_comes_into_being_by_being_revoked(town: Town) -> None:
    nobody = Row(town.client(HUB, "dynamodb"), "no.row")

    assert (nobody.read(), nobody.revoke(at=NOW, by="sam"), nobody.restore()) == (
        None,
        False,
        False,
    )
    assert not nobody.dead_after(1.0)
    assert town.row("no.row") == {}


def test_a_row_that_cannot_be_read_is_there_all_the_same(town: Town) -> None:
    town.enter(PERSON, LOB="lob-a", UNTIL="some day")
    row = Row(town.client(HUB, "dynamodb"), PERSON)

    assert row.read() == PersonRow(PERSON, None, None)
    assert row.revoke(at=NOW, by="sam")


@pytest.mark.parametrize("operation", ["get_item", "update_item"])
def test_a_refusal_is_not_taken_for_a_row_that_is_not_there(town: Town, operation: str) -> None:
    town.refuses[HUB] = {operation: [refusal(operation, "AccessDeniedException", 400)]}
    row = Row(town.client(HUB, "dynamodb"), PERSON)

    with pytest.raises(Denied):
        row.read() if operation == "get_item" else row.revoke(at=NOW, by="sam")


def test_a_request_that_dynamodb_cannot_read_is_not_taken_for_an_absent_row(town: Town) -> None:
    town.refuses[HUB] = {"update_item": [refusal("UpdateItem", "ValidationException", 400)]}

    with pytest.raises(AwsError):
        Row(town.client(HUB, "dynamodb"), PERSON).revoke(at=NOW, by="sam")
