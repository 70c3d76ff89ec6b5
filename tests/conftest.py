"""One emulated organisation for all tests that need one, started as a user would."""

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.kit.organisation import Organisation
from tests.kit.starting import EXAMPLE, STUDIOGATE, free_ports

FRAUD = "fraud:       {lob: lob-b,"
FRAUD_SHORT = FRAUD + " url_expires_s: 5,"
"""AWS's shortest life of a URL, so that the journey past its end is short too."""


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    state = tmp_path_factory.mktemp("organisation")
    landscape = state / "landscape.yaml"
    example = EXAMPLE.read_text(encoding="utf-8")
    landscape.write_text(example.replace(FRAUD, FRAUD_SHORT), encoding="utf-8")
    where = ["--state", str(state / "state")]
    up = [
        str(STUDIOGATE),
        "up",
        str(landscape),
        "--detach",
        "--port",
        str(free_ports()),
        *where,
    ]
    begun = subprocess.run(up, capture_output=True, text=True, timeout=90, check=False)
    assert begun.returncode == 0, begun.stderr
    try:
        yield json.loads((state / "state" / "up.json").read_text(encoding="utf-8"))
    finally:
        subprocess.run([str(STUDIOGATE), "down", *where], timeout=30, check=True)


@pytest.fixture(scope="session")
def acme(started: dict[str, Any]) -> Iterator[Organisation]:
    with Organisation(started) as organisation:
        yield organisation


@pytest.fixture
def clean_environment() -> dict[str, str]:
    """An environment with no AWS settings of whoever runs the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
