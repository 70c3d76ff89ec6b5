from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.local.sites.shelf import Shelf
from tests.kit.idp import StandingClock


def test_what_is_taken_is_gone() -> None:
    shelf: Shelf[str] = Shelf(lives=timedelta(seconds=60), clock=StandingClock())
    name = shelf.put("a code")

    assert shelf.look(name) == "a code"
    assert shelf.take(name) == "a code"
    assert shelf.take(name) is None


def test_a_value_is_too_old_at_the_second_its_life_ends() -> None:
    clock = StandingClock()
    shelf: Shelf[str] = Shelf(lives=timedelta(seconds=60), clock=clock)
    name = shelf.put("a code")

    clock.wait(seconds=59)
    assert shelf.look(name) == "a code"
    clock.wait(seconds=1)
    assert shelf.take(name) is None


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(0, 20))
def test_a_shelf_never_holds_more_than_it_may(holds: int, puts: int) -> None:
    shelf: Shelf[int] = Shelf(lives=timedelta(hours=1), clock=StandingClock(), holds=holds)

    names = [shelf.put(number) for number in range(puts)]

    assert len([name for name in names if shelf.look(name) is not None]) == min(holds, puts)
