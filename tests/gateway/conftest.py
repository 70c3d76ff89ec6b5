"""One server and one client for the whole room; each test puts its own gateway on the stage."""

from collections.abc import Iterator

import httpx
import pytest

from tests.kit.gateway import House, Stage, serving, visiting


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    stage = Stage()
    with serving(stage) as stage.url:
        yield stage


@pytest.fixture(scope="session")
def visitor(stage: Stage) -> Iterator[httpx.Client]:
    with visiting(stage.url) as client:
        yield client


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def gateway(house: House, stage: Stage, visitor: httpx.Client) -> httpx.Client:
    stage.app = house.app()
    visitor.cookies.clear()
    return visitor
