"""One server and one client for the whole room; each test puts its own gateway on the stage."""

from collections.abc import Iterator

import httpx
import pytest

from tests.kit.gateway import Clock, House, Stage, serving, visiting
from tests.kit.gateway_world import World


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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> Iterator[World]:
    """What a gateway of real parts finds around it: AWS, and an identity provider."""
    world = World(clock)
    with serving(world.app) as world.url:
        yield world
