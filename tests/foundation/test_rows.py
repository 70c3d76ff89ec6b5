"""The landscape's people and lobs as rows: what the gateway will know, and no more."""

from pathlib import Path

import pytest

from studiogate.foundation.rows import lob_rows, person_rows
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-lobs.yaml"
IDS = {"forecasting": "d-aaa", "fraud": "d-bbb"}


@pytest.fixture
def acme() -> Landscape:
    return read(EXAMPLE.read_text(encoding="utf-8"))


def test_s2_09_every_person_has_a_row_with_the_profile_the_landscape_maps(
    acme: Landscape,
) -> None:
    rows = {row.person: row for row in person_rows(acme)}

    assert rows["user-lob-a"].profile == "user-lob-a"
    assert rows["ada.lovelace@acme.example"].profile == "ada"
    assert rows["ada.lovelace@acme.example"].lob == "lob-a"


def test_s2_10_every_lob_has_a_row_with_its_account_and_an_external_id_of_its_own(
    acme: Landscape,
) -> None:
    rows = {row.lob: row for row in lob_rows(acme, IDS)}

    assert rows["lob-a"].account == "222222222222"
    assert rows["lob-a"].external_id != rows["lob-b"].external_id
    assert "demo" in (rows["lob-a"].external_id or "")


def test_a_domain_row_holds_its_own_seconds_and_networks(acme: Landscape) -> None:
    (forecasting,) = lob_rows(acme, IDS)[0].domains

    assert (forecasting.domain_id, forecasting.url_expires_s) == ("d-aaa", 20)
    assert forecasting.opens_from == {"office": ("192.168.10.0/24",)}


def test_a_domain_that_does_not_exist_yet_is_in_no_row(acme: Landscape) -> None:
    rows = {row.lob: row for row in lob_rows(acme, {"fraud": "d-bbb"})}

    assert rows["lob-a"].domains == ()
    assert [domain.name for domain in rows["lob-b"].domains] == ["fraud"]
