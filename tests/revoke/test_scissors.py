"""The Deny in a role: there or not there, and nothing in between."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from studiogate import names
from studiogate.errors import AwsError, Denied
from studiogate.policy.documents import compact, policy_document
from studiogate.policy.guardrails import revocation_policy
from studiogate.revoke import scissors
from studiogate.revoke.plan import Cut
from tests.kit.revoke import LOBS, NOW, PERSON, Rude, Town, refusal

CUT = Cut("lob-a", LOBS["lob-a"], names.PRESIGN_ROLE, PERSON)
FULL = "LimitExceeded"
OTHER = compact(policy_document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}))


@pytest.fixture
def iam(town: Town) -> Any:
    return town.client(CUT.account, "iam")


@pytest.fixture
def put(iam: Any) -> Callable[[str, str], None]:
    """Puts a policy into the role of `CUT`."""
    return lambda name, text: iam.put_role_policy(
        RoleName=CUT.role, PolicyName=name, PolicyDocument=text
    )


def cut(
    iam: Any, one: Cut, *, at: datetime, is_needed: Callable[[str], bool] | None = None
) -> bool:
    """The Deny of `one`, in a role of which no spent revocation is needed."""
    return scissors.cut(iam, one, at=at, is_needed=is_needed or (lambda _named: False))


def old(person: str, hours: float) -> str:
    return compact(revocation_policy(person, at=NOW - timedelta(hours=hours)))


def test_what_is_cut_stands_and_what_is_mended_is_gone(iam: Any, town: Town) -> None:
    assert cut(iam, CUT, at=NOW)
    assert scissors.stands(iam, CUT)
    assert town.policies("lob-a") == [f"revoked-{PERSON}"]

    assert scissors.mend(iam, CUT)
    assert not scissors.stands(iam, CUT)
    assert town.policies("lob-a") == []
    assert not scissors.mend(iam, CUT)


def test_cutting_again_keeps_the_first_moment(iam: Any) -> None:
    cut(iam, CUT, at=NOW)

    assert cut(iam, CUT, at=NOW + timedelta(hours=1))

    kept = iam.get_role_policy(RoleName=CUT.role, PolicyName=CUT.policy)["PolicyDocument"]
    assert kept == revocation_policy(PERSON, at=NOW)


@pytest.mark.parametrize(
    "weakened",
    [
        pytest.param(old("somebody.else", 1), id="of somebody else"),
        pytest.param(old(PERSON, 1).replace("Deny", "Allow"), id="an allow"),
        pytest.param(old(PERSON, 1).replace('"*"', '"s3:*"', 1), id="of one service"),
        pytest.param(
            old(PERSON, 1).replace("StringEquals", "StringLike"), id="another operator"
        ),
    ],
)
def test_a_policy_of_the_name_that_does_not_cut_is_replaced(
    iam: Any, put: Callable[[str, str], None], weakened: str
) -> None:
    put(CUT.policy, weakened)
    assert not scissors.stands(iam, CUT)

    assert cut(iam, CUT, at=NOW)

    assert scissors.stands(iam, CUT)


def test_where_there_is_no_role_there_is_nothing_to_cut(town: Town) -> None:
    gone = Cut("hub", "111111111111", names.PRESIGN_ROLE, PERSON)

    assert not cut(town.client("111111111111", "iam"), gone, at=NOW)


def test_a_refusal_is_not_taken_for_a_role_that_is_not_there(iam: Any) -> None:
    rude: Any = Rude(iam, {"put_role_policy": [refusal("PutRolePolicy")]})

    with pytest.raises(Denied):
        cut(rude, CUT, at=NOW)


def test_a_deny_that_did_not_stay_is_told(iam: Any) -> None:
    class Forgetful(Rude):
        def put_role_policy(self, **_: Any) -> None:
            """Says yes, and keeps nothing."""

    forgetful: Any = Forgetful(iam, {})
    with pytest.raises(AwsError, match="is not what was put there"):
        cut(forgetful, CUT, at=NOW)


def test_a_full_role_makes_room_by_revocations_no_session_can_outlive(
    iam: Any, put: Callable[[str, str], None], town: Town
) -> None:
    put("revoked-long.ago", old("long.ago", 13.1))
    put("revoked-of.today", old("of.today", 12.9))
    put("revoked-by-hand", OTHER)
    put(names.PRESIGN_ROLE, OTHER)
    rude: Any = Rude(iam, {"put_role_policy": [refusal("PutRolePolicy", FULL, 409)]})

    assert cut(rude, CUT, at=NOW)

    assert sorted(town.policies("lob-a")) == sorted(
        [names.PRESIGN_ROLE, CUT.policy, "revoked-by-hand", "revoked-of.today"]
    )


@pytest.mark.parametrize(
    ("hours", "tries"),
    [pytest.param(1, 1, id="nothing is spent"), pytest.param(20, 2, id="still full")],
)
def test_a_role_that_stays_full_is_told(
    iam: Any, put: Callable[[str, str], None], hours: int, tries: int
) -> None:
    put("revoked-before", old("before", hours))
    rude: Any = Rude(iam, {"put_role_policy": [refusal("PutRolePolicy", FULL, 409)] * tries})

    with pytest.raises(AwsError) as full:
        cut(rude, CUT, at=NOW)

    assert full.value.code == FULL


def test_two_who_make_room_at_once_do_not_trip_over_each_other(
    iam: Any, put: Callable[[str, str], None]
) -> None:
    put("revoked-long.ago", old("long.ago", 14))
    gone = refusal("DeleteRolePolicy", "NoSuchEntity", 404)
    rude: Any = Rude(
        iam,
        {
            "put_role_policy": [refusal("PutRolePolicy", FULL, 409)],
            "delete_role_policy": [gone],
        },
    )

    assert cut(rude, CUT, at=NOW)


def test_a_deny_of_a_notebook_that_still_runs_is_never_spent(
    iam: Any, put: Callable[[str, str], None], town: Town
) -> None:
    put("revoked-runs-on", old("runs-on", 99))
    put("revoked-ended", old("ended", 99))
    rude: Any = Rude(iam, {"put_role_policy": [refusal("PutRolePolicy", FULL, 409)]})

    assert cut(rude, CUT, at=NOW, is_needed=lambda named: named == "runs-on")

    assert sorted(town.policies("lob-a")) == sorted([CUT.policy, "revoked-runs-on"])
