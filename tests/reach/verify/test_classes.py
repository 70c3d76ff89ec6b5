"""Names that stand for all names: checked against asking about every short name there is."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.policy.match import glob
from studiogate.reach.verify.classes import (
    PROFILES,
    ROLES,
    TooManyClassesError,
    representatives,
)

PREFIX = "user-profile/d-1/"
PROFILE = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}\Z")

globs = st.text("ab-*?", max_size=5).map(lambda text: PREFIX + text)
shorter = st.sampled_from(["*", "user-profile/*", "user-profile/d-?/a*", "*b", "other/*"])


def classes(patterns: list[str], names: list[str]) -> set[tuple[bool, ...]]:
    tests = [glob(((True, one),)) for one in dict.fromkeys(patterns)]
    return {tuple(test(PREFIX + name) for test in tests) for name in names}


@given(st.lists(globs | shorter, max_size=3))
def test_every_name_fits_exactly_what_one_of_the_representatives_fits(
    patterns: list[str],
) -> None:
    words = (
        "".join(word) for n in (1, 2, 3, 4, 5) for word in itertools.product("abz-", repeat=n)
    )
    names = [word for word in words if PROFILE.match(word)]

    found = representatives(patterns, PREFIX, PROFILES)

    assert classes(patterns, names) <= classes(patterns, [*found])
    assert len(classes(patterns, [*found])) == len(found), "one for each class, no more"
    assert all(PROFILE.match(name) for name in found)


def test_names_that_exist_stand_for_their_class() -> None:
    found = representatives([PREFIX + "a*"], PREFIX, PROFILES, ["ada", "ann", "bo"])

    assert found == ("ada", "bo")


def test_without_patterns_one_name_stands_for_all() -> None:
    assert len(representatives([], PREFIX, PROFILES)) == 1


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        pytest.param("${aws:username}", {"z"}, id="a session can be made for any value"),
        pytest.param("a${*}", {"z"}, id="a star that stands for itself is in no profile"),
        pytest.param("${key, 'x'}-b", {"z", "a-b"}, id="a variable beside plain text"),
    ],
)
def test_a_variable_counts_as_any_text(pattern: str, names: set[str]) -> None:
    assert set(representatives([PREFIX + pattern], PREFIX, PROFILES, ["z"])) == names


def test_a_name_no_profile_can_have_is_not_made_up() -> None:
    found = representatives([PREFIX + "-a", PREFIX + "a-", PREFIX + "a/b"], PREFIX, PROFILES)

    assert len(found) == 1


def test_a_role_may_have_a_path_and_signs() -> None:
    found = representatives(["role/team/Open.Studio", "role/*"], "role/", ROLES, ["x"])

    assert set(found) == {"x", "team/Open.Studio"}


def test_patterns_that_tell_too_much_apart_are_refused_not_sampled() -> None:
    with pytest.raises(TooManyClassesError):
        representatives([PREFIX + "*a" + "?" * 13], PREFIX, PROFILES)
