"""A gateway, and the providers that send it people."""

import pytest

from tests.kit.scim import Provider, Town


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def corporate(town: Town) -> Provider:
    return town.provider("corporate")


@pytest.fixture
def workforce(town: Town) -> Provider:
    return town.provider("workforce")
