"""A gateway that its command line signs in at, on the stage of the whole room."""

import httpx
import pytest

from tests.kit.gateway import Stage
from tests.kit.program_room import BO, Browser, ProgramHouse


@pytest.fixture
def home() -> ProgramHouse:
    return ProgramHouse()


@pytest.fixture
def program(home: ProgramHouse, stage: Stage, visitor: httpx.Client) -> httpx.Client:
    """The command line's own connection: no cookies, nobody signed in."""
    stage.app = home.app()
    visitor.cookies.clear()
    return visitor


@pytest.fixture
def ada(home: ProgramHouse, program: httpx.Client) -> Browser:
    return Browser(program, home.signed_in())


@pytest.fixture
def bo(home: ProgramHouse, program: httpx.Client) -> Browser:
    return Browser(program, home.signed_in(BO))
