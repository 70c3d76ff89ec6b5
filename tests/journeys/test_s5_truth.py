"""S5: what `reach` says is what happens.  Every cell of the table is tried, from every network."""

import itertools

import pytest

from studiogate.cli.landscape_file import landscape_of
from studiogate.landscape.model import INTERNET
from studiogate.reach.table import Cell, table
from studiogate.reach.world import world
from tests.kit.organisation import Organisation

Where = tuple[str, str, str]


def predicted(acme: Organisation) -> dict[Where, Cell]:
    """Person, domain and network to what the landscape alone says."""
    found = table(world(landscape_of(acme.state.parent / "landscape.yaml")))
    return {
        (person, domain, network): cell
        for row in found.rows
        for person in row.people
        for (domain, network), cell in row.cells.items()
    }


def opens(acme: Organisation, person: str, domain: str, network: str) -> bool:
    """Whether the person gets a URL from `network`, and it leads into Studio from there."""
    answer = acme.http.get(
        f"{acme.up['networks'][network]['portal']}/open/{domain}",
        headers={"authorization": f"Bearer {acme.token(person)}"},
    )
    if answer.status_code != 302:
        assert answer.status_code == 403, answer.text
        return False
    return acme.browse(answer.headers["location"], network).status_code == 302


def test_s5_02_s5_14_the_table_from_the_landscape_is_what_the_organisation_does(
    acme: Organisation,
) -> None:
    cells = predicted(acme)
    asked = itertools.product(acme.people, ["forecasting", "fraud"], acme.up["networks"])

    wrong = {
        where: (cells[where].allowed, cells[where].why)
        for where in asked
        if cells[where].allowed is not opens(acme, *where)
    }

    assert wrong == {}


@pytest.mark.parametrize("network", ["office", "hub", "lob-a", "lob-b", "data", INTERNET])
def test_s5_01_s2_39_a_copied_url_opens_only_where_its_domain_does_and_where_it_was_made(
    acme: Organisation, network: str
) -> None:
    url = acme.presigned("user-lob-a")

    used = acme.browse(url, network)

    assert (used.status_code == 302) is (network in {"office", "hub"})
