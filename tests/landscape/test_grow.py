"""S2-41 to S2-45: a line of business joins with one edit of the file."""

from ipaddress import IPv4Network
from pathlib import Path

import pytest

from studiogate.errors import LandscapeError
from studiogate.landscape.grow import NewLob, free_block, with_lob
from studiogate.landscape.model import VpcNetwork
from studiogate.landscape.read import read

TWO = (Path(__file__).parents[2] / "examples" / "two-lobs.yaml").read_text(encoding="utf-8")
GRACE = {"grace@acme.example": "grace"}
NEW = NewLob("lob-c", "555555555555", ("office",), people=GRACE, idps=("corporate",))


def test_s2_45_the_new_lob_has_account_vpc_domain_and_people() -> None:
    landscape = read(with_lob(TWO, NEW))

    assert landscape.accounts["lob-c"] == "555555555555"
    assert landscape.lobs["lob-c"].account == "lob-c"
    assert (landscape.domains["lob-c"].lob, landscape.domains["lob-c"].network) == (
        "lob-c",
    ) * 2
    assert landscape.profile_of("grace@acme.example") == "grace"


def test_every_line_of_the_file_is_in_the_new_one() -> None:
    grown = with_lob(TWO, NEW).splitlines()

    assert [line for line in TWO.splitlines() if line not in grown] == []
    assert len(grown) == len(TWO.splitlines()) + 5


def test_s1_22_its_addresses_are_nobody_elses() -> None:
    text = TWO
    for number in range(5):
        text = with_lob(text, NewLob(f"more-{number}", f"70000000000{number}", ("office",)))
    landscape = read(text)  # which refuses networks that overlap
    blocks = [one.cidr for one in landscape.networks.values() if isinstance(one, VpcNetwork)]

    assert len(blocks) == len(set(blocks)) == 9
    assert free_block(landscape) == IPv4Network("10.126.0.0/16")


def test_where_nothing_is_free_it_asks_for_addresses() -> None:
    full = with_lob(TWO, NewLob("last", "700000000000", ("office",), cidr="10.255.0.0/16"))

    with pytest.raises(LandscapeError, match=r"no /16 of 10\.0\.0\.0/8 is free"):
        with_lob(full, NEW)


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        (NewLob("lob-a", "555555555555", ("office",)), "lobs.lob-a"),
        (NewLob("lob-c", "222222222222", ("office",)), "accounts.lob-c"),
        (NewLob("lob-c", "1", ("office",)), "accounts.lob-c"),
        (NewLob("lob-c", "555555555555", ("internet",)), "domains.lob-c.opens_from[0]"),
        (NewLob("lob-c", "555555555555", ("nowhere",)), "domains.lob-c.opens_from[0]"),
        (NewLob("Lob C", "555555555555", ("office",)), "lobs.Lob C"),
        (
            NewLob("lob-c", "555555555555", ("office",), cidr="10.100.1.0/24"),
            "networks.lob-c.cidr",
        ),
    ],
)
def test_what_would_not_be_sound_is_refused_by_its_key(wanted: NewLob, where: str) -> None:
    with pytest.raises(LandscapeError) as caught:
        with_lob(TWO, wanted)

    assert where in [problem.where for problem in caught.value.problems]
