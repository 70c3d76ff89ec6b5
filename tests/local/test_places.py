"""The emulated world follows the landscape file: what joins gets doors, nothing moves."""

from pathlib import Path

import pytest

from studiogate.errors import LandscapeError
from studiogate.landscape.grow import NewLob, with_lob
from studiogate.landscape.read import read
from studiogate.local.listeners import PORTAL, STS, STUDIO, TASKS, WORKFORCE, listeners
from studiogate.local.places import Followed, Places

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-lobs.yaml"
TWO = EXAMPLE.read_text(encoding="utf-8")
THREE = with_lob(TWO, NewLob("lob-c", "555555555555", ("office",), domain="pricing"))


@pytest.fixture
def places() -> Places:
    two = read(TWO)
    return Places(two, listeners(two, 8400))


def test_s2_45_a_network_that_joins_gets_its_doors_behind_the_others(places: Places) -> None:
    before = dict(places.known)

    new = places.follow(read(THREE))

    ports = [one.port for one in new.values()]
    last = max(one.port for one in before.values())
    assert ports == list(range(last + 1, last + 1 + len(ports)))
    doors = (PORTAL, STUDIO, STS, WORKFORCE)
    assert {(door, "lob-c") for door in doors} <= set(new)
    assert (TASKS, "lob-c") not in new
    assert places.known == {**before, **new}


def test_nothing_joins_twice(places: Places) -> None:
    places.follow(read(THREE))

    assert places.follow(read(THREE)) == {}


def test_a_domain_is_in_its_own_network_once_that_is_there(places: Places) -> None:
    before = places.network_of("pricing")
    places.follow(read(THREE))

    assert (before, places.network_of("pricing")) == ("hub", "lob-c")
    assert places.network_of("made-by-hand") == "hub"


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("10.100.0.0/16", "10.101.0.0/16", "networks.lob-a"),
        ("192.168.10.0/24", "192.168.11.0/24", "networks.office"),
        ("region: eu-west-1", "region: eu-west-2", "region"),
    ],
)
def test_what_stands_does_not_move(places: Places, old: str, new: str, where: str) -> None:
    known, landscape = dict(places.known), places.landscape

    with pytest.raises(LandscapeError) as caught:
        places.follow(read(TWO.replace(old, new)))

    assert [problem.where for problem in caught.value.problems] == [where]
    assert (places.known, places.landscape) == (known, landscape)


class TestFile:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        there = tmp_path / "landscape.yaml"
        there.write_text(TWO, encoding="utf-8")
        return there

    def test_it_is_news_once(self, file: Path) -> None:
        followed = Followed(file)
        quiet = followed.news()
        file.write_text(THREE, encoding="utf-8")

        found = followed.news()

        assert quiet is None
        assert found == read(THREE)
        assert followed.news() is None

    def test_what_is_not_sound_is_said_once(self, file: Path) -> None:
        followed = Followed(file)
        file.write_text("name: acme\n", encoding="utf-8")

        with pytest.raises(LandscapeError):
            followed.news()
        assert followed.news() is None

    def test_a_file_that_an_editor_moves_away_is_waited_for(self, file: Path) -> None:
        followed = Followed(file)
        file.unlink()
        gone = followed.news()
        file.write_text(THREE, encoding="utf-8")

        assert gone is None
        assert followed.news() == read(THREE)
