"""The one word that may be said of somebody: dead only where everything was seen."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.audit.revocation import Verdict, Vital
from studiogate.revoke.report import KEPT_OUT, Report
from studiogate.revoke.sightings import IN_A_ROW, Canary
from studiogate.revoke.step import ENDS_SESSIONS, Step
from tests.kit.revoke import NOW

A, R, N, S, U = (
    Vital.ALIVE,
    Vital.REFUSED,
    Vital.ABSENT,
    Vital.UNREACHABLE,
    Vital.UNCLEAR,
)
CUT = Step("lob-a", f"{ENDS_SESSIONS} of ada", "done")
NO_ROLE = Step("lob-a", f"{ENDS_SESSIONS} of ada", "nothing")


def canary(state: Vital, *seen: Vital, lob: str = "lob-a") -> Canary:
    one = Canary(lob, "forecasting", "ada", state, "as seen")
    for second, vital in enumerate(seen):
        one.note(float(second), vital, "as seen")
    return one


def report(
    before: Sequence[Canary], after: Sequence[Canary], *steps: Step, decision: str = "revoked"
) -> Report:
    return Report(
        "revoke",
        "ada",
        NOW,
        steps=list(steps) or [CUT],
        canaries=list(before),
        fresh=list(after),
        decision=decision,
    )


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        pytest.param(canary(A, R, R, R), canary(R), Verdict.DEAD, id="seen to die"),
        pytest.param(canary(R), canary(R), Verdict.DEAD, id="refused from the first"),
        pytest.param(canary(N), canary(N), Verdict.DEAD, id="no profile"),
        pytest.param(canary(A, R, R), canary(R), Verdict.UNPROVED, id="not for long"),
        pytest.param(canary(A), canary(R), Verdict.UNPROVED, id="nobody looked again"),
        pytest.param(canary(A, S, S, S), canary(R), Verdict.UNPROVED, id="out of sight"),
        pytest.param(canary(U), canary(R), Verdict.UNPROVED, id="unclear at first"),
        pytest.param(canary(S), canary(R), Verdict.UNPROVED, id="unreachable at first"),
        pytest.param(canary(A, R, R, R), canary(U), Verdict.UNPROVED, id="unclear at last"),
        pytest.param(canary(A, R, R, R), canary(S), Verdict.UNPROVED, id="unreachable at last"),
        pytest.param(canary(A, R, R, R), canary(A), Verdict.ANSWERS, id="opens anew"),
        pytest.param(canary(A, R, A), canary(R), Verdict.ANSWERS, id="answered last"),
    ],
)  # fmt: skip
def test_dead_is_who_was_seen_dead(before: Canary, after: Canary, verdict: Verdict) -> None:
    assert report([before], [after]).verdict is verdict


@pytest.mark.parametrize("decision", ["ok", "expired", "wrong-idp", ""])
def test_whom_the_gateway_would_let_in_is_not_dead(decision: str) -> None:
    assert report([canary(R)], [canary(R)], decision=decision).verdict is Verdict.UNPROVED


def test_a_lob_that_was_cut_and_not_looked_into_is_a_doubt() -> None:
    elsewhere = Step("lob-b", f"{ENDS_SESSIONS} of ada", "done")

    found = report([canary(R)], [canary(R)], CUT, elsewhere)

    assert found.verdict is Verdict.UNPROVED
    assert found.doubts == ["lob-b: no domain could be looked into"]


def test_unless_the_profile_there_is_somebody_elses() -> None:
    elsewhere = Step("lob-b", f"{ENDS_SESSIONS} of ada", "done")
    found = report([canary(R)], [canary(R)], CUT, elsewhere)

    found.spared = frozenset({"lob-b"})

    assert found.verdict is Verdict.DEAD


def test_where_no_role_opens_there_is_nothing_to_see() -> None:
    assert report([canary(U)], [canary(U)], NO_ROLE).verdict is Verdict.DEAD
    assert report([canary(U)], [canary(U)], CUT).verdict is Verdict.UNPROVED


def test_a_place_seen_before_and_not_tried_again_is_a_doubt() -> None:
    other = Canary("lob-a", "churn", "ada", A, "as seen")
    for second in range(3):
        other.note(second, R, "as seen")

    assert report([canary(A, R, R, R), other], [canary(R)]).doubts == [
        "lob-a/churn/ada: no new opening was tried"
    ]


def test_a_gateway_that_nobody_asked_is_a_doubt() -> None:
    found = report([canary(R)], [])

    found.decision = None

    assert found.doubts == ["nobody tried a new opening"]


@pytest.mark.parametrize(
    ("homes", "after", "verdict"),
    [
        pytest.param({"lob-a"}, canary(R, R, R, R), Verdict.UNPROVED, id="at home"),
        pytest.param({"lob-b"}, canary(R, R, R, R), Verdict.DEAD, id="elsewhere, for good"),
        pytest.param({"lob-b"}, canary(R, R, R), Verdict.UNPROVED, id="too seldom"),
        pytest.param({"lob-b"}, canary(R, R, R, A), Verdict.ANSWERS, id="and once more"),
        pytest.param({"lob-a"}, canary(N), Verdict.DEAD, id="no profile"),
    ],
)
@pytest.mark.parametrize("before", [[], [canary(S)]], ids=["unasked", "unanswered"])
def test_without_a_session_before_refused_openings_do_only_where_they_do_not_belong(
    before: list[Canary], homes: set[str], after: Canary, verdict: Verdict
) -> None:
    found = report(before, [after])
    found.homes = frozenset(homes)

    strict = before and "lob-a" in homes and verdict is Verdict.DEAD
    assert found.verdict is (Verdict.UNPROVED if strict else verdict)


def test_a_lob_of_which_nothing_was_heard_is_a_doubt() -> None:
    found = report(
        [canary(R)], [canary(R)], CUT, Step("lob-b", f"{ENDS_SESSIONS} of a", "done")
    )
    found.unheard = {"lob-b": "too slow"}

    assert found.doubts == ["lob-b: no new opening was tried: too slow"]


def test_what_answers_is_said_before_what_failed() -> None:
    failed = Step("lob-a", f"{ENDS_SESSIONS} of ada", "failed", by_aws=True)

    assert report([canary(A, A)], [canary(R)], failed).verdict is Verdict.ANSWERS
    assert report([canary(A, R, R, R)], [canary(R)], failed).verdict is Verdict.INCOMPLETE


states = st.sampled_from(Vital)
canaries = st.lists(st.builds(canary, states, states, states, states, states), max_size=3)
steps = st.sampled_from([CUT, NO_ROLE, Step("lob-a", ENDS_SESSIONS, "failed")])


@given(canaries, canaries, steps, st.sampled_from(["ok", *sorted(KEPT_OUT)]))
def test_nobody_is_dead_of_whom_anything_says_otherwise(
    before: list[Canary], after: list[Canary], step: Step, decision: str
) -> None:
    found = report(before, after, step, decision=decision)

    if found.verdict is Verdict.DEAD:
        assert step.state != "failed"
        assert decision in KEPT_OUT
        assert not any(one.now is A for one in (*before, *after))
        assert all(
            {state for _, state in one.seen[-IN_A_ROW:]} == {R} for one in before if one.lived
        )
        clear = step is NO_ROLE or all(one.now in {R, N} for one in after)
        assert clear
