from collections.abc import Iterator

import pytest

from tests.kit.front import World, world


@pytest.fixture(scope="module")
def org() -> Iterator[World]:
    with world() as made:
        yield made
