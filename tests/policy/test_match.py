"""Globs: the compiled matcher says what the definition of a glob says."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.policy.evaluate import Effect, verdict
from studiogate.policy.match import any_of, glob
from tests.kit.policy import ALICE, BOB, allow, asked, policy

TEXT = st.text(alphabet="ab:/\n*", max_size=8)
PATTERN = st.text(alphabet="ab:/*?.", max_size=8)


def by_definition(pattern: str, text: str) -> bool:
    @cache
    def fits(p: int, t: int) -> bool:
        if p == len(pattern):
            return t == len(text)
        if pattern[p] == "*":
            return fits(p + 1, t) or (t < len(text) and fits(p, t + 1))
        return t < len(text) and pattern[p] in {"?", text[t]} and fits(p + 1, t + 1)

    return fits(0, 0)


@settings(deadline=None)
@given(PATTERN, TEXT)
def test_a_glob_matches_what_its_definition_says(pattern: str, text: str) -> None:
    assert glob(((True, pattern),))(text) is by_definition(pattern, text)


@settings(deadline=None)
@given(st.lists(PATTERN, min_size=1, max_size=4) | st.lists(PATTERN, min_size=9), TEXT)
def test_any_of_several_is_one_of_them(patterns: list[str], text: str) -> None:
    assert any_of(patterns)(text) is any(by_definition(one, text) for one in patterns)


@settings(deadline=None)
@given(TEXT, TEXT)
def test_text_that_stands_for_itself_matches_only_itself(wanted: str, text: str) -> None:
    assert glob(((False, wanted),))(text) is (wanted == text)


def test_many_stars_do_not_make_a_match_slow() -> None:
    pattern = "*".join("a" * 60) + "*b"

    assert not glob(((True, pattern),))("a" * 20_000)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("sagemaker:CreatePresignedDomainUrl", True),
        ("SageMaker:createpresigneddomainurl", True),
        ("sagemaker:Create*", True),
        ("sagemaker:*URL", True),
        ("*", True),
        ("*:*", True),
        ("sagemaker:CreatePresignedDomainUr?", True),
        ("sagemaker:CreatePresignedDomainUrl?", False),
        ("s3:*", False),
    ],
)
def test_an_action_folds_case(action: str, *, expected: bool) -> None:
    answer = verdict([policy(allow(action))], asked())

    assert (answer.effect is Effect.ALLOWED) is expected


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (ALICE, True),
        (ALICE.upper().replace("ARN:", "arn:"), False),  # case counts
        (BOB, False),
        ("arn:aws:sagemaker:*:*:*/d-1/alice", True),  # a star before the first slash
        ("arn:aws:sagemaker:*:*:user-profile/*", True),  # a star crosses slashes
        ("arn:aws:sagemaker:*:*:*:user-profile/*", False),
        ("arn:aws:*:*-1:*:*", True),  # and colons
        ("arn:aws:sagemaker:*/alice", False),  # completed to …:*/alice:*:*
        ("arn:aws:sagemaker", True),  # completed with stars
        ("arn:aws:s3", False),
        ("arn:aws:sagemaker:*:*:user-profile/d-?/alice", True),
    ],
)
def test_a_resource_is_matched_whole(resource: str, *, expected: bool) -> None:
    answer = verdict([policy(allow(resource=resource))], asked())

    assert (answer.effect is Effect.ALLOWED) is expected


def test_only_a_star_matches_an_action_without_resources() -> None:
    whole = policy(allow(resource="*"))
    named = policy(allow(resource="arn:aws:sagemaker:*:*:*"))

    assert verdict([whole], asked(resource="*")).effect is Effect.ALLOWED
    assert verdict([named], asked(resource="*")).effect is Effect.SILENT


def test_all_but_some_actions_and_all_but_some_resources() -> None:
    but_opening = {
        "Effect": "Allow",
        "NotAction": "sagemaker:CreatePresigned*",
        "Resource": "*",
    }
    but_alice = {"Effect": "Allow", "Action": "*", "NotResource": ALICE}

    assert verdict([policy(but_opening)], asked()).effect is Effect.SILENT
    assert verdict([policy(but_opening)], asked(action="s3:GetObject")).effect is Effect.ALLOWED
    assert verdict([policy(but_alice)], asked()).effect is Effect.SILENT
    assert verdict([policy(but_alice)], asked(resource=BOB)).effect is Effect.ALLOWED
