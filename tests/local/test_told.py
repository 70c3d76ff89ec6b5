"""What programs are told: addresses that exist, people who can sign in, accounts by name."""

import configparser
from pathlib import Path

import pytest

from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.local import told
from studiogate.local.iam.accounts import Keys
from studiogate.local.listeners import PORTAL, STUDIO, WORKFORCE, Listeners, listeners

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-lobs.yaml"


@pytest.fixture
def acme() -> Landscape:
    return read(EXAMPLE.read_text(encoding="utf-8"))


@pytest.fixture
def known(acme: Landscape) -> Listeners:
    return listeners(acme, 8400)


def test_the_people_are_those_with_a_demo_password_and_their_first_domain(
    acme: Landscape,
) -> None:
    people = {one["name"]: one for one in told.people(acme)}

    assert people["user-lob-a"]["password"] == "UserLobA1!"
    assert [one["domain"] for one in people.values()] == [
        "forecasting",
        "fraud",
        "forecasting",
        "",
    ]


def test_a_person_without_a_demo_password_is_not_named(acme: Landscape) -> None:
    quiet = acme.people["user-lob-b"].model_copy(update={"demo_password": None})
    changed = acme.model_copy(update={"people": acme.people | {"user-lob-b": quiet}})

    assert "user-lob-b" not in {one["name"] for one in told.people(changed)}


def test_each_network_is_told_the_addresses_that_are_reached_from_it(
    acme: Landscape, known: Listeners
) -> None:
    up = told.up_document(acme, known, user_pool_id="p", api_id="a", config="c")

    assert set(up["networks"]) == {*acme.networks, "internet"}
    for name, addresses in up["networks"].items():
        doors = {"portal": PORTAL, "studio": STUDIO, "access_portal": WORKFORCE}
        assert addresses == {said: known[door, name].url for said, door in doors.items()}


def test_without_a_saml_provider_no_access_portal_is_told(acme: Landscape) -> None:
    oidc = {name: idp for name, idp in acme.idps.items() if name != "workforce"}
    quiet = acme.model_copy(update={"idps": oidc})

    up = told.up_document(
        quiet, listeners(quiet, 8400), user_pool_id="p", api_id="a", config="c"
    )

    assert [set(one) for one in up["networks"].values()] == [{"portal", "studio"}] * 6


def test_every_account_is_a_profile_of_the_config_and_the_hubs_is_the_default(
    acme: Landscape,
) -> None:
    keys = {name: Keys("explorer", f"AKIA{name}", f"secret-{name}") for name in acme.accounts}
    text = told.aws_config(acme, "http://127.0.0.1:8401", keys, "shared-services")
    config = configparser.ConfigParser()
    config.read_string(text)

    assert set(config.sections()) == {"default"} | {f"profile {name}" for name in keys}
    assert config["default"]["aws_access_key_id"] == "AKIAshared-services"
    assert config["profile lob-a"]["endpoint_url"] == "http://127.0.0.1:8401"
    assert config["profile lob-a"]["region"] == acme.region
