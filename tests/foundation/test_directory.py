"""Rows survive the table, and a row somebody else wrote is read or refused, never guessed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.foundation.directory import DomainRow, LobRow, PersonRow

texts = st.text(min_size=1, max_size=20)
idps = st.text(st.characters(exclude_characters=",", codec="utf-8"), min_size=1, max_size=20)
people = st.builds(
    PersonRow,
    person=texts,
    lob=st.none() | texts,
    profile=st.none() | texts,
    idps=st.none() | st.lists(idps, min_size=1, max_size=3).map(tuple),
    until=st.none() | st.datetimes(timezones=st.just(UTC)),
    revoked=st.booleans(),
)
domains = st.builds(
    DomainRow,
    name=texts,
    domain_id=texts,
    opens_from=st.dictionaries(texts, st.lists(texts, max_size=3).map(tuple), max_size=3),
    url_expires_s=st.integers(5, 300),
    session_s=st.integers(1800, 43200),
    landing=texts,
)
lobs = st.builds(
    LobRow,
    lob=texts,
    account=st.none() | texts,
    external_id=st.none() | texts,
    domains=st.lists(domains, max_size=3).map(tuple),
)


@given(people)
def test_a_person_comes_back_as_they_were_written(row: PersonRow) -> None:
    assert PersonRow.from_item(row.item()) == row


@given(lobs)
def test_a_lob_comes_back_as_it_was_written(row: LobRow) -> None:
    assert LobRow.from_item(row.item()) == row


def test_s2_09_s2_10_the_published_two_column_rows_are_read() -> None:
    person = PersonRow.from_item({"PK": {"S": "user-lob-a"}, "LOB": {"S": "lob-a"}})
    lob = LobRow.from_item({"PK": {"S": "lob-a"}, "ACCOUNT_ID": {"S": "222222222222"}})

    assert (person.lob, person.profile) == ("lob-a", None)
    assert (lob.account, lob.domains) == ("222222222222", ())


@pytest.mark.parametrize(
    "domains_column",
    [
        "not json",
        "{}x",
        '{"name": "a"}',
        '[{"name": "a"}]',
        "[1]",
        '[{"name": "a", "id": null}]',
    ],
)
def test_a_domains_column_nobody_of_ours_wrote_is_refused(domains_column: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own message varies
        LobRow.from_item({"PK": {"S": "a"}, "DOMAINS": {"S": domains_column}})


def test_an_end_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        PersonRow.from_item({"PK": {"S": "a"}, "UNTIL": {"S": "2030-01-01T00:00:00"}})


def test_an_end_keeps_its_moment() -> None:
    row = PersonRow.from_item({"PK": {"S": "a"}, "UNTIL": {"S": "2030-01-01T02:00:00+02:00"}})

    assert row.until == datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("column", "idps"),
    [
        ("corporate", ("corporate",)),
        ("corporate,workforce", ("corporate", "workforce")),
    ],
)
def test_asvs_6_8_1_a_row_names_one_idp_or_several(column: str, idps: tuple[str, ...]) -> None:
    item = {"PK": {"S": "ada"}, "IDP": {"S": column}}

    assert PersonRow.from_item(item).idps == idps
    assert PersonRow("ada", None, None, idps=idps).item() == item


@pytest.mark.parametrize("column", [",", "corporate,", ",corporate", "a,,b"])
def test_an_idp_column_with_a_gap_is_refused(column: str) -> None:
    with pytest.raises(ValueError, match="IDP"):
        PersonRow.from_item({"PK": {"S": "ada"}, "IDP": {"S": column}})


@pytest.mark.parametrize("idps", [(), ("",), ("a,b",), ("a", "")])
def test_idps_that_would_be_read_as_others_are_not_written(idps: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"IDP|idps"):
        PersonRow("ada", None, None, idps=idps).item()
