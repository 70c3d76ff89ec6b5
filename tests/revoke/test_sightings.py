"""When somebody counts as dead, over every order in which things can be seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.audit.revocation import Vital
from studiogate.revoke.sightings import IN_A_ROW, Canary, dead_after_s

A, R, U, S = Vital.ALIVE, Vital.REFUSED, Vital.UNCLEAR, Vital.UNREACHABLE
vitals = st.lists(st.sampled_from(Vital), max_size=12)


def seen(*states: Vital) -> list[tuple[float, Vital]]:
    return [(float(second), state) for second, state in enumerate(states)]


@pytest.mark.parametrize(
    ("states", "dead"),
    [
        pytest.param((), None, id="nobody looked"),
        pytest.param((R, R), None, id="two refusals are not enough"),
        pytest.param((R, R, R), 0.0, id="from the first look on"),
        pytest.param((A, A, R, R, R), 2.0, id="from the first refusal on"),
        pytest.param((A, R, A, R, R, R), 3.0, id="it answered again in between"),
        pytest.param((R, R, R, A), None, id="it answers now"),
        pytest.param((R, R, R, A, R, R), None, id="and has not been refused for long"),
        pytest.param((R, S, R, R), None, id="silence is no refusal"),
        pytest.param((R, R, R, U), None, id="nor is what is unclear"),
    ],
)
def test_dead_is_the_first_of_the_refusals_that_lasted(
    states: tuple[Vital, ...], dead: float | None
) -> None:
    assert dead_after_s(seen(*states)) == dead


@given(vitals)
def test_nothing_that_answered_last_is_ever_dead(states: list[Vital]) -> None:
    for last in set(Vital) - {R}:
        assert dead_after_s(seen(*states, last)) is None


@given(vitals, st.integers(min_value=IN_A_ROW, max_value=6))
def test_nothing_answered_after_the_moment_that_is_told(
    states: list[Vital], times: int
) -> None:
    moment = dead_after_s(seen(*states, *[R] * times))

    assert moment is not None
    assert {state for at, state in seen(*states, *[R] * times) if at >= moment} == {R}
    assert moment == 0.0 or seen(*states, *[R] * times)[int(moment) - 1][1] is not R


def test_a_canary_holds_no_session_in_what_it_shows() -> None:
    canary = Canary("lob-a", "forecasting", "ada", A, "seen", sealed="SECRET")

    canary.note(0.12345, R, "Studio answered 403")

    assert "SECRET" not in repr(canary)
    assert (canary.now, canary.lived, canary.seen) == (R, True, [(0.123, R)])
