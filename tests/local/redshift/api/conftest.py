from collections.abc import Iterator

import pytest

from tests.kit.redshift_api import Warehoused, warehoused


@pytest.fixture(scope="module")
def org() -> Iterator[Warehoused]:
    with warehoused() as made:
        yield made
