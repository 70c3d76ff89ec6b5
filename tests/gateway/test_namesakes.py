"""Whoever moved, left, or is only called the same: what the next opening says to them."""

from dataclasses import replace

import httpx
import pytest
from starlette.requests import Request

from studiogate.audit.record import Outcome
from studiogate.aws.wire.calls import AssumeRole, Presign
from studiogate.errors import Unreachable
from studiogate.foundation.directory import PersonRow
from studiogate.foundation.owners import of_person, of_profile
from studiogate.gateway.ports import Identity
from tests.kit.gateway import CONTACT, HeaderSignIn, House, Stage, aws_error, session

ADA = "ada.lovelace@acme.example"


class SubjectSignIn(HeaderSignIn):
    """As `HeaderSignIn`, with the subject in `X-Subject` where there is one."""

    async def who(self, request: Request) -> Identity:
        identity = await super().who(request)
        subject = request.headers.get("x-subject", identity.subject)
        return replace(identity, subject=subject)


@pytest.fixture
def gateway(house: House, stage: Stage, visitor: httpx.Client) -> httpx.Client:
    """A gateway that is told whose the sign-in name is."""
    stage.app = house.app(sign_in=SubjectSignIn())
    visitor.cookies.clear()
    return visitor


def opens(gateway: httpx.Client, person: str, domain: str, **headers: str) -> httpx.Response:
    asked = session(person) | {"accept": "application/json"} | headers
    return gateway.get(f"/open/{domain}", headers=asked)


def test_s2_38_whoever_moved_opens_the_new_domain_and_no_longer_the_old_one(
    house: House, gateway: httpx.Client
) -> None:
    assert opens(gateway, ADA, "forecasting").status_code == 302

    house.directory.people[ADA] = PersonRow(ADA, "lob-b", "ada")

    assert opens(gateway, ADA, "forecasting").json()["reason"] == "not-your-domain"
    assert opens(gateway, ADA, "fraud").status_code == 302
    assert [asked.domain_id for asked in house.aws.calls(Presign)] == [
        "d-forecasting",
        "d-fraud",
    ]


def test_whoever_left_is_refused_at_the_next_opening_and_their_profile_is_kept(
    house: House, gateway: httpx.Client
) -> None:
    opens(gateway, ADA, "forecasting")
    del house.directory.people[ADA]

    assert opens(gateway, ADA, "forecasting").json()["reason"] == "unknown-person"

    house.directory.people["ada"] = PersonRow("ada", "lob-a", "ada")
    answer = opens(gateway, "ada", "forecasting")

    assert (answer.status_code, answer.json()["reason"]) == (403, "not-the-owner")
    assert len(house.aws.calls(Presign)) == 1


def test_asvs_10_3_3_a_namesake_is_refused_before_aws_is_asked_and_it_is_recorded(
    house: House, gateway: httpx.Client
) -> None:
    opens(gateway, ADA, "forecasting")
    roles = len(house.aws.calls(AssumeRole))

    answer = opens(gateway, ADA, "forecasting", **{"x-subject": "SOMEBODY-NEW"})

    assert (answer.status_code, answer.json()["reason"]) == (403, "not-the-owner")
    assert answer.json()["contact"] == CONTACT
    assert "namesake" not in answer.text
    assert len(house.aws.calls(AssumeRole)) == roles
    line = house.ledger.openings[-1]
    assert (line.outcome, line.reason, line.person) == (Outcome.REFUSED, "namesake", ADA)


def test_a_released_name_opens_for_the_next_who_comes(
    house: House, gateway: httpx.Client
) -> None:
    opens(gateway, ADA, "forecasting")
    assert opens(gateway, ADA, "forecasting", **{"x-subject": "NEW"}).status_code == 403

    del house.marks.there[of_person("corporate", ADA).key]

    assert opens(gateway, ADA, "forecasting", **{"x-subject": "NEW"}).status_code == 302
    before = opens(gateway, ADA, "forecasting")
    assert (before.status_code, before.json()["reason"]) == (403, "not-the-owner")


def test_whoever_may_not_open_owns_nothing(house: House, gateway: httpx.Client) -> None:
    opens(gateway, ADA, "fraud")
    opens(gateway, "revoked", "forecasting")

    assert house.marks.there == {}


def test_without_an_answer_about_the_owner_nothing_opens(
    house: House, gateway: httpx.Client
) -> None:
    house.marks.fails = aws_error(Unreachable, "dynamodb:BatchGetItem")

    answer = opens(gateway, ADA, "forecasting")

    assert answer.status_code in {502, 503, 504}
    assert "location" not in answer.headers
    assert house.aws.calls(Presign) == []


def test_an_opening_writes_down_whose_the_profile_is_once(
    house: House, gateway: httpx.Client
) -> None:
    opens(gateway, ADA, "forecasting")
    opens(gateway, ADA, "forecasting")

    assert set(house.marks.there) == {
        of_person("corporate", ADA).key,
        of_profile("lob-a", "ada").key,
    }
