"""A Studio whose apps stay pending, and a registry that has two images."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.kit.catalogue import Catalogue
from tests.kit.studio import FakeLauncher, HandClock, Studio


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def catalogue(clock: HandClock, tmp_path: Path) -> AsyncIterator[Catalogue]:
    launcher = FakeLauncher(tmp_path)
    launcher.held = asyncio.Event()  # apps stay pending: nothing here waits for them
    studio = Studio(launcher, clock=clock)
    yield Catalogue(studio)
    await studio.service.close()
    await studio.apps.close()


@pytest.fixture
async def slow(clock: HandClock, tmp_path: Path) -> AsyncIterator[Catalogue]:
    """One where making takes half a minute, and changing as long."""
    half = timedelta(seconds=30)
    studio = Studio(FakeLauncher(tmp_path), clock=clock, ready_after=half, changes_take=half)
    yield Catalogue(studio)
    await studio.service.close()
    await studio.apps.close()
