"""Codes that people type and compare."""

from hypothesis import given
from hypothesis import strategies as st

from studiogate.gateway.program.letters import ALPHABET, LENGTH, check, new_code, spaced, typed

codes = st.text(alphabet=ALPHABET, min_size=LENGTH, max_size=LENGTH)


@given(codes, st.sampled_from(["-", " ", "", "–", ". "]))
def test_a_code_is_understood_however_it_is_typed(code: str, between: str) -> None:
    text = f" {code[:3].lower()}{between}{code[3:]}{between}"

    assert typed(text) == code
    assert typed(spaced(code)) == code


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_code_or_none(text: str) -> None:
    found = typed(text)

    assert found is None or (len(found) == LENGTH and set(found) <= set(ALPHABET))


def test_a_new_code_is_of_the_alphabet_and_never_twice_the_same() -> None:
    made = {new_code() for _ in range(200)}

    assert len(made) == 200
    assert all(typed(code) == code for code in made)
    assert not set("AEIOUY0125") & set(ALPHABET)


@given(st.text(max_size=50))
def test_check_letters_depend_on_the_challenge_alone(challenge: str) -> None:
    assert check(challenge) == check(challenge)
    assert len(check(challenge)) == 4
    assert set(check(challenge)) <= set(ALPHABET)


def test_two_challenges_show_different_letters() -> None:
    assert len({check(str(number)) for number in range(100)}) > 90
