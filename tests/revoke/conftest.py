"""One moto server for the room; each test has a town of its own in it."""

from collections.abc import Iterator

import pytest

from tests.kit.revoke import PERSON, Town, moto_server


@pytest.fixture(scope="module")
def standing_town() -> Iterator[Town]:
    with moto_server() as address:
        yield Town(address)


@pytest.fixture
def town(standing_town: Town) -> Town:
    """Two lines of business, and one person who is in the directory."""
    standing_town.anew()
    standing_town.enter(PERSON, LOB="lob-a", PROFILE="ada")
    return standing_town
