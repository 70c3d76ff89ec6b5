"""S5: what `reach` says is what happens.  Every cell of the table is tried, from every network."""

import itertools

import pytest

from studiogate.cli.landscape_file import landscape_of
from studiogate.landscape.model import INTERNET
from tests.kit.organisation import Organisation
from tests.kit.truth import predicted


def test_s5_02_s5_14_the_table_from_the_landscape_is_what_the_organisation_does(
    acme: Organisation,
) -> None:
    cells = predicted(landscape_of(acme.landscape))
    asked = itertools.product(acme.people, ["forecasting", "fraud"], acme.up["networks"])

    wrong = {
        where: (cells[where].allowed, cells[where].why)
        for where in asked
        if cells[where].allowed is not acme.opens(*where)
    }

    assert wrong == {}


@pytest.mark.parametrize("network", ["office", "hub", "lob-a", "lob-b", "data", INTERNET])
def test_s5_01_s2_39_a_copied_url_opens_only_where_its_domain_does_and_where_it_was_made(
    acme: Organisation, network: str
) -> None:
    url = acme.presigned("user-lob-a")

    used = acme.browse(url, network)

    assert (used.status_code == 302) is (network in {"office", "hub"})
