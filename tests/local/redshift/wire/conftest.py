"""One emulated Redshift for all tests of its address: starting one takes most of a second."""

from collections.abc import Iterator

import pytest

from tests.kit.redshift import OTHER, SALES, Redshift, redshift


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redshift]:
    folder = tmp_path_factory.mktemp("redshift")
    with redshift(folder, seats=(SALES, OTHER), patience_s=2.0) as running:
        yield running


@pytest.fixture
def sales(started: Redshift, monkeypatch: pytest.MonkeyPatch) -> Iterator[Redshift]:
    """The warehouse, and its authority among those that this process trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(started.databases.authority))
    yield started
    started.ways.closed.clear()
