"""One emulated Redshift for all tests of reading."""

from collections.abc import Iterator

import pytest

from studiogate.warehouse.reading.session import Session
from tests.kit.reading import login, warehouse
from tests.kit.redshift import Redshift


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redshift]:
    with warehouse(tmp_path_factory.mktemp("reading")) as made:
        yield made


@pytest.fixture
def session(running: Redshift) -> Iterator[Session]:
    made = Session(login(running))
    yield made
    made.end()
