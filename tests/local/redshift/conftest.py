"""One emulated Redshift with its catalogue and its sample data, for all tests that read them."""

from collections.abc import Iterator

import pytest

from studiogate.local.redshift.catalogue.scripts import scripts
from studiogate.local.redshift.dialect.redshift import RedshiftDialect
from studiogate.local.redshift.sample import load
from studiogate.local.redshift.wire.databases import Contents
from tests.kit.redshift import Redshift, redshift


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redshift]:
    contents = Contents(catalogue=scripts(), sample=lambda _: load.scripts())
    folder = tmp_path_factory.mktemp("filled")
    with redshift(folder, dialect=RedshiftDialect(), contents=contents) as running:
        yield running


@pytest.fixture
def filled(filled_once: Redshift, monkeypatch: pytest.MonkeyPatch) -> Redshift:
    """The warehouse, and its authority among those that this process trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(filled_once.databases.authority))
    return filled_once
