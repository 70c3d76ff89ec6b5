"""Texts of every kind that patterns tell apart: all kinds, and no kind that has no text."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.policy.match import arn_glob
from studiogate.policy.match import glob as fits
from studiogate.policy.place import Place
from studiogate.policy.variables import template
from studiogate.reach.prove import patterns
from studiogate.reach.prove.answers import Unbounded
from studiogate.reach.prove.patterns import arn, folded, glob, literal, values
from studiogate.reach.prove.words import partition

GLOBS = st.lists(st.text("ab*?", max_size=5), min_size=1, max_size=3)
SHORT = ["".join(one) for length in range(1, 6) for one in product("abz", repeat=length)]
PATIENT = settings(deadline=None)


@PATIENT
@given(GLOBS)
def test_every_combination_that_a_text_has_is_found_and_no_other(texts: list[str]) -> None:
    tests = [fits(((True, text),)) for text in texts]

    found = partition(glob([(True, text)]) for text in texts)

    kinds = [tuple(test(one) for test in tests) for one in found]
    assert len(kinds) == len({*kinds})
    assert {tuple(test(one) for test in tests) for one in SHORT} <= {*kinds}


@PATIENT
@given(GLOBS)
def test_as_many_texts_of_a_kind_as_there_are_up_to_what_is_asked(texts: list[str]) -> None:
    tests = [fits(((True, text),)) for text in texts]

    found = partition((glob([(True, text)]) for text in texts), each=2)

    assert len({*found}) == len(found)
    by_kind: dict[tuple[bool, ...], int] = {}
    for one in found:
        kind = tuple(test(one) for test in tests)
        by_kind[kind] = by_kind.get(kind, 0) + 1
    for kind in {tuple(test(one) for test in tests) for one in SHORT}:
        there = sum(tuple(test(one) for test in tests) == kind for one in SHORT)
        assert by_kind[kind] >= min(2, there)


ARNS = [
    "arn:aws:iam::1:role/*",
    "arn:*:role/a",
    "*",
    "arn:aws:sts::*",
    "a:b:c:d:e:f?",
    "arn:?*",
]


@PATIENT
@given(st.lists(st.sampled_from(ARNS), min_size=1, max_size=3, unique=True))
def test_arns_are_taken_apart_as_the_evaluator_does(texts: list[str]) -> None:
    tests = [arn_glob(((True, text),)) for text in texts]
    asked = [
        "arn:aws:iam::1:role/x", "arn:x:y:z:role/a:", "arn:a:b:c:d:role/a", "arn:aws:sts::2:x:y",
        "a:b:c:d:e:fg", "a:b:c:d:e:f:", "arn:", "x", "::::::", ":::::", "arn:::::", "arn:aws:sts:::",
    ]  # fmt: skip

    found = partition(arn([(True, text)]) for text in texts)

    kinds = {tuple(test(one) for test in tests) for one in found}
    assert {tuple(test(one) for test in tests) for one in asked} <= kinds


def test_three_realistic_arns_make_eight_kinds() -> None:
    rows = ["arn:aws:iam::*:role/team-a/*", "arn:aws:iam::*:role/*-admin", "arn:aws:iam::1234*"]

    assert len(partition(glob([(True, row)]) for row in rows)) == 8


def test_case_is_folded_as_far_as_ascii_goes_and_no_letter_is_forgotten() -> None:
    pattern = folded("Ok")
    assert pattern is not None

    found = partition([pattern, literal("ok"), literal("OK"), literal("Ok"), literal("oK")])

    rest = [one for one in found if one.lower() == "ok" and not one.isascii()]
    assert rest, "the Kelvin sign is a k in lower case"
    assert folded("é") is None


def test_hints_are_taken_where_they_serve() -> None:
    assert "vpce-unknown" in partition([literal("vpce-a")], hints=("vpce-unknown",))
    assert "true" in partition([folded("true") or ()], hints=("true",))
    assert partition([], hints=("other",)) == ("other",)


def test_too_many_kinds_are_given_up_and_not_cut_short() -> None:
    rows = [f"*{char}{'?' * 11}" for char in "abcdefgh"]

    with pytest.raises(Unbounded):
        partition(glob([(True, row)]) for row in rows)


@pytest.mark.parametrize(
    ("written", "text", "expected"),
    [
        ("arn:x/${a}/${b}", "arn:x/d-1/alice", {("a", "d-1"), ("b", "alice")}),
        ("${a}", "abc", {("a", "abc")}),
        ("x*${a}", "xyz", {("a", ""), ("a", "z"), ("a", "yz")}),
        ("q${a}", "abc", set()),
        ("${a}?", "ab", {("a", "a")}),
        ("a${x}a", "a", set()),
        ("a${x}a", "aa", {("x", "")}),
    ],
)
def test_values_that_make_a_text_of_a_template(
    written: str, text: str, expected: set[tuple[str, str]]
) -> None:
    assert {*values(template(written, Place(), variables=True), text)} == expected


@PATIENT
@given(st.text("ab", max_size=3), st.text("ab", max_size=3), st.text("ab*?", max_size=3))
def test_no_value_that_makes_a_text_is_missed(first: str, second: str, between: str) -> None:
    found = template(f"x{between}${{k}}{between}${{l}}", Place(), variables=True)
    middle = between.replace("*", "ab").replace("?", "b")
    text = f"x{middle}{first}{middle}{second}"

    assert {("k", first), ("l", second)} <= {*values(found, text)}
    assert patterns.plain(literal(text)) == text
