from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.kit.codebuild import Door, Workshop, door_of, workshop
from tests.kit.front import World, world


@pytest.fixture(scope="module")
def org() -> Iterator[World]:
    with world() as made:
        yield made


@pytest.fixture(scope="module")
def door(org: World) -> Iterator[Door]:
    with door_of(org) as made:
        yield made


@pytest.fixture
async def shop(org: World, door: Door, tmp_path: Path) -> AsyncIterator[Workshop]:
    async with workshop(org, door, tmp_path) as made:
        yield made
