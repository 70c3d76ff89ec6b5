"""What a sign-in name becomes behind the front door, whoever enters it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate import names
from studiogate.landscape.profiles import (
    Part,
    Unfit,
    derived,
    unfit_for_database,
    unfit_for_studio,
)

people = st.from_regex(r"[A-Za-z0-9_+=,.@-]{2,64}", fullmatch=True)
prefixes = st.from_regex(r"(?:[a-z][a-z0-9-]{0,19})?", fullmatch=True)
parts: st.SearchStrategy[Part] = st.sampled_from(["name", "local-part"])


@pytest.mark.parametrize(
    ("person", "part", "prefix", "profile"),
    [
        ("ada.lovelace@acme.example", "local-part", "", "ada-lovelace"),
        ("ada.lovelace@acme.example", "name", "", "ada-lovelace-acme-example"),
        ("Ada_Lovelace+desk@acme.example", "local-part", "", "ada-lovelace-desk"),
        ("ada", "local-part", "", "ada"),
        ("--ada..", "name", "", "ada"),
        ("01f2e6d4-70a1-70d1-2f5e-c2a1b9d0e3f4", "name", "u-", "u-01f2e6d4-70a1-70d1-2f5e-c2a1b9d0e3f4"),
        ("93670a8c6d-01f2e6d4-70a1-70d1-2f5e-c2a1b9d0e3f4", "name", "u", "u93670a8c6d-01f2e6d4-70a1-70d1-2f5e-c2a1b9d0e3f4"),
    ],
)  # fmt: skip
def test_f_62_e_mail_names_and_guids_become_profiles(
    person: str, part: Part, prefix: str, profile: str
) -> None:
    assert derived(person, part=part, prefix=prefix) == profile


@pytest.mark.parametrize(
    ("person", "part", "why"),
    [
        ("ada@one@two.example", "local-part", "has two"),
        ("@acme.example", "local-part", "begins with an @"),
        ("_@acme.example", "local-part", "neither a letter nor a digit"),
        ("..", "name", "neither a letter nor a digit"),
        ("a@acme.example", "local-part", "too short"),
        ("a" * 64, "name", "64 characters, and 63 is the most"),
    ],
)
def test_what_makes_no_profile_says_why_and_what_to_do(
    person: str, part: Part, why: str
) -> None:
    found = derived(person, part=part)

    assert isinstance(found, Unfit)
    assert why in found.why
    assert "profile:" in found.remedy


@pytest.mark.parametrize("prefix", ["-", "u_", "é", " "])
def test_a_prefix_that_no_profile_can_have_makes_none(prefix: str) -> None:
    assert isinstance(derived("ada", prefix=prefix), Unfit)


@given(people, parts, prefixes)
def test_a_derived_profile_is_always_one_in_studio_and_as_a_source_identity(
    person: str, part: Part, prefix: str
) -> None:
    found = derived(person, part=part, prefix=prefix)

    if not isinstance(found, Unfit):
        assert names.is_profile(found)
        assert names.is_person(found)
        assert unfit_for_studio(found) is None
        assert found == found.lower()
        assert found.startswith(prefix)


@given(people, parts, prefixes.filter(bool))
def test_f_62_with_a_prefix_a_derived_profile_can_be_a_database_user(
    person: str, part: Part, prefix: str
) -> None:
    found = derived(person, part=part, prefix=prefix)

    # "a" and "nd" would be "and": a prefix may still complete a reserved word.
    if not isinstance(found, Unfit) and unfit_for_database(found) is not None:
        assert "reserved" in str(unfit_for_database(found))


@given(people, parts, prefixes)
def test_f_24_capitals_make_no_difference_so_no_two_profiles_differ_in_them_alone(
    person: str, part: Part, prefix: str
) -> None:
    found = derived(person, part=part, prefix=prefix)

    assert derived(person.swapcase(), part=part, prefix=prefix) == found


@given(people, people)
def test_nothing_but_what_a_profile_cannot_have_is_lost(one: str, other: str) -> None:
    def letters(name: str) -> str:
        return "".join(letter for letter in name.lower() if letter.isalnum())

    first, second = derived(one), derived(other)

    if first == second and isinstance(first, str):
        assert letters(one) == letters(other)


@pytest.mark.parametrize("profile", ["user", "public", "analyse", "to", "aes128"])
def test_a_reserved_word_is_no_database_user(profile: str) -> None:
    found = unfit_for_database(profile)

    assert found is not None
    assert "reserved word" in found.why


@pytest.mark.parametrize("profile", ["01f2e6d4", "Ada", "a" * 65, "-ada", "ada/x", "ada:x", ""])
def test_f_62_what_redshift_does_not_take_is_no_database_user(profile: str) -> None:
    assert unfit_for_database(profile) is not None


@pytest.mark.parametrize("profile", ["ada", "users", "u-01f2e6d4", "a" * 63])
def test_an_ordinary_profile_is_a_database_user(profile: str) -> None:
    assert unfit_for_database(profile) is None
