"""An access portal that leaves nothing behind."""

from pathlib import Path

import pytest

from tests.kit.workforce import Founded, founded


@pytest.fixture
def portal(tmp_path: Path) -> Founded:
    return founded(tmp_path)
