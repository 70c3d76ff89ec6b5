"""Of a kernel, whatever the tests were started from: an interrupt is a `KeyboardInterrupt`."""

import pytest


@pytest.fixture(autouse=True)
def in_a_kernel(interrupts: None) -> None:
    """Interrupts reach every test."""
