"""One emulated organisation for all tests that need one, started as a user would."""

import gc
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from tests.kit.organisation import Organisation
from tests.kit.starting import EXAMPLE, started_as

settings.register_profile("soak", max_examples=1_000, deadline=None)
"""For `make soak`: twenty times as many examples of every property as otherwise."""

settings.register_profile("ordinary", parent=settings(), max_examples=50)
settings.load_profile("ordinary")

NEW_OBJECTS = 20_000
"""With thousands of tests and all they import in memory, looking for cycles among them after
every 700 new objects, as Python does, takes a seventh of the time."""


def pytest_configure() -> None:
    gc.set_threshold(NEW_OBJECTS)


STORIES = ("tests/journeys/", "tests/docs/test_commands.py")
STORY_S = 600
"""Some build an organisation and take it down, in less than a minute where nothing else runs."""

LONG = (
    *(
        "tests/foundation/test_lint.py",
        "tests/peers/",
        "tests/images/builders/",
        "tests/deploy/",
    ),
    *(
        "tests/local/studio/",
        "tests/local/redshift/",
        "tests/local/containers/",
        "tests/warehouse/",
    ),
)
"""Files with few tests that last: begun last, they would leave one of two workers idle."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(STORIES):
            item.add_marker(pytest.mark.timeout(STORY_S))
    items.sort(key=_place)


def _place(item: pytest.Item) -> tuple[int, str, int]:
    """Journeys share an organisation, as people do: each is a story, told from its beginning.

    All other tests stay as they were shuffled; files that last are begun first.
    """
    if item.nodeid.startswith(STORIES):
        return 0, str(item.path), item.location[1] or 0
    return (1 if item.nodeid.startswith(LONG) else 2), "", 0


FRAUD = "fraud:       {lob: lob-b,"
FRAUD_SHORT = FRAUD + " url_expires_s: 5,"
"""AWS's shortest life of a URL, so that the journey past its end is short too."""


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    landscape = tmp_path_factory.mktemp("organisation") / "landscape.yaml"
    example = EXAMPLE.read_text(encoding="utf-8")
    landscape.write_text(example.replace(FRAUD, FRAUD_SHORT), encoding="utf-8")
    with started_as(landscape) as up:
        yield up


@pytest.fixture(scope="session")
def acme(started: dict[str, Any]) -> Iterator[Organisation]:
    with Organisation(started) as organisation:
        yield organisation


@pytest.fixture
def clean_environment() -> dict[str, str]:
    """An environment with no AWS settings of whoever runs the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


@pytest.fixture
def interrupts() -> Iterator[None]:
    """An interrupt is a `KeyboardInterrupt`, also where the tests were started in the background.

    A program that is started so ignores them, and so would its tests.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
