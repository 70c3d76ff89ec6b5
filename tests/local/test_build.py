"""What is told while an organisation is built, and how telling ends it."""

import pytest

from studiogate.local.build import unless


def test_who_builds_is_broken_off_at_the_first_step_after_somebody_wants_the_end() -> None:
    wanted: list[str] = []
    said: list[str] = []
    tell = unless(lambda: bool(wanted), said.append)

    tell("creating the hub")
    wanted.append("Ctrl-C")
    with pytest.raises(KeyboardInterrupt):
        tell("creating the gateway")

    assert said == ["creating the hub"]
