import pytest

from studiogate.local.sites.attempts import Attempts
from tests.kit.idp import StandingClock


@pytest.mark.parametrize(
    ("wrong", "wait_s"),
    [(0, 0), (4, 0), (5, 1), (6, 2), (10, 32), (15, 900), (16, 900), (500, 900)],
)
def test_the_wait_doubles_from_the_fifth_wrong_password_up_to_a_quarter_hour(
    wrong: int, wait_s: int
) -> None:
    attempts = Attempts(StandingClock())

    for _ in range(wrong):
        attempts.wrong("ada")

    assert attempts.wait_s("ada") == wait_s


def test_one_name_does_not_wait_for_another() -> None:
    attempts = Attempts(StandingClock())
    for _ in range(9):
        attempts.wrong("ada")

    assert attempts.wait_s("Ada") == 0


def test_a_sign_in_forgets_the_count() -> None:
    clock = StandingClock()
    attempts = Attempts(clock)
    for _ in range(8):
        attempts.wrong("ada")
    attempts.right("ada")
    attempts.wrong("ada")

    assert attempts.wait_s("ada") == 0


def test_a_quarter_hour_of_silence_forgets_the_count() -> None:
    clock = StandingClock()
    attempts = Attempts(clock)
    for _ in range(9):
        attempts.wrong("ada")
    clock.wait(minutes=15)
    attempts.wrong("ada")

    assert attempts.wait_s("ada") == 0


def test_a_stranger_who_tries_many_names_does_not_fill_the_memory() -> None:
    attempts = Attempts(StandingClock(), names=10)
    for number in range(1000):
        attempts.wrong(f"name-{number}")
    for _ in range(5):
        attempts.wrong("ada")

    assert attempts.wait_s("ada") == 1
