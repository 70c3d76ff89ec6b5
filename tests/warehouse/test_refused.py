"""What a database refuses: its words, the place, and what to do."""

import pytest

from studiogate.errors import (
    Cancelled,
    ConnectionLost,
    NotAwake,
    NotGranted,
    StatementFailed,
    WarehouseError,
)
from studiogate.warehouse.refused import refused
from studiogate.warehouse.said import Said, said
from tests.kit.warehouse_played import driver_error


def told(code: str, message: str, sql: str = "select 1", **more: str) -> WarehouseError:
    heard = said(driver_error(code, message, **more))
    assert heard is not None
    return refused(heard, sql, user="ada", database="dev")


def test_s1_33_a_table_without_a_grant_is_told_with_the_grant() -> None:
    error = told("42501", "permission denied for relation margins", "select * from margins")

    assert isinstance(error, NotGranted)
    assert str(error) == "permission denied for relation margins (as 'ada')"
    assert error.grants == ('GRANT SELECT ON TABLE "public"."margins" TO "ada";',)
    assert error.grants[0] in error.remedy


def test_a_syntax_error_is_told_with_its_place() -> None:
    sql = "select *\n  form users"

    error = told("42601", 'syntax error at or near "form"', sql, P="12")

    assert isinstance(error, StatementFailed)
    assert (error.code, error.position, error.reason) == ("42601", 12, "syntax")
    assert str(error).endswith("(line 2, column 3: ▸form users)")


@pytest.mark.parametrize("place", ["0", "-1", "99999", "x", "", "١"])
def test_a_place_that_is_none_is_left_out(place: str) -> None:
    error = told("42601", "syntax error", "select", P=place)

    assert str(error) == "syntax error"


CODES: dict[str, tuple[type[WarehouseError], str]] = {
    "42P01": (StatementFailed, "not-there"),
    "42703": (StatementFailed, "not-there"),
    "22012": (StatementFailed, "refused"),
    "25P02": (StatementFailed, "refused"),
    "57014": (Cancelled, "cancelled"),
    "53300": (NotAwake, "busy"),
    "57P03": (NotAwake, "busy"),
    "57P01": (ConnectionLost, "connection-lost"),
    "08006": (ConnectionLost, "connection-lost"),
}


@pytest.mark.parametrize(("code", "expected"), CODES.items(), ids=CODES)
def test_a_code_has_one_meaning(code: str, expected: tuple[type[WarehouseError], str]) -> None:
    error = told(code, "so it says")

    assert (type(error), error.reason) == expected
    assert "so it says" in str(error)


def test_a_transaction_that_failed_has_to_be_ended() -> None:
    assert "`rollback`" in told("25P02", "current transaction is aborted").remedy


def test_what_the_database_hints_at_is_the_remedy() -> None:
    error = told("42703", "column x does not exist", H="Perhaps you meant y.", D="In t.")

    assert error.remedy == "Perhaps you meant y."
    assert str(error) == "column x does not exist. In t"


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("permission denied for relation t", NotGranted),
        ("canceling statement due to user request", Cancelled),
        ('relation "t" does not exist', StatementFailed),
    ],
)
def test_a_reader_that_loses_the_code_is_understood_by_the_words(
    message: str, kind: type[WarehouseError]
) -> None:
    error = refused(Said("", message), "select * from t", user="ada", database="dev")

    assert type(error) is kind


def test_what_is_no_word_of_the_database_is_not_taken_for_one() -> None:
    assert said(ValueError("x")) is None
    assert said(ValueError()) is None
    assert said(ValueError({"X": "y"})) is None


def test_a_notebook_shows_the_message_and_the_remedy_and_no_traceback() -> None:
    error = told("42501", "permission denied for relation margins", "select * from margins")

    shown = error._render_traceback_()

    assert shown[0].startswith("NotGranted: permission denied")
    assert "GRANT SELECT" in shown[1]
    assert len(shown) == 2
