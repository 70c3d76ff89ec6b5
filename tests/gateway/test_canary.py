"""Canaries for administrators: who may have them, what they are told, what is recorded."""

import json
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from studiogate.audit.record import Outcome
from studiogate.audit.revocation import Vital
from studiogate.aws.wire.blocking import drive
from studiogate.aws.wire.calls import AssumeRole, Presign
from studiogate.errors import Absent, Busy, Denied, Invalid, Unreachable
from studiogate.foundation.directory import LobRow, PersonRow
from studiogate.gateway.limits import MOST_AT_ONCE
from studiogate.gateway.ports import Grant, Sight
from studiogate.gateway.turns import Turns, all_of
from tests.kit.gateway import (
    NOW,
    FakeWindow,
    House,
    MemoryDirectory,
    Stage,
    aws_error,
    bearer,
    session,
)

ADA = "ada.lovelace@acme.example"
PRESIGN = "sagemaker:CreatePresignedDomainUrl"
EXPLICIT = "with an explicit deny in an identity-based policy"
SAM = bearer("sam-security")


@pytest.fixture
def house() -> House:
    house = House()
    house.directory.people["sam-security"] = PersonRow(
        "sam-security", None, None, administrator=True
    )
    return house


def ask(
    gateway: httpx.Client,
    person: str = ADA,
    headers: dict[str, str] = SAM,
    **body: Any,
) -> httpx.Response:
    wanted = body or {"lobs": ["lob-a"]}
    return gateway.post(f"/api/people/{person}/canaries", json=wanted, headers=headers)


def told(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["canaries"]
    return found


def denied(words: str, action: str = PRESIGN) -> Any:
    error = aws_error(Denied, action, code="AccessDeniedException")
    error.args = (f"{action}: AccessDeniedException: not authorized {words}",)
    return error


def test_an_administrator_gets_a_canary_and_neither_url_nor_cookie(
    house: House, gateway: httpx.Client
) -> None:
    answer = ask(gateway)

    assert answer.json() == {
        "person": ADA,
        "asked_by": "sam-security",
        "decision": "ok",
        "canaries": [
            {
                "lob": "lob-a",
                "domain": "forecasting",
                "profile": "ada",
                "account": "222222222222",
                "state": "alive",
                "why": "seen in memory",
                "sealed": "SEALED-sam-security",
            }
        ],
    }
    assert "SECRET" not in answer.text
    ((url, _),) = house.window.begun
    assert "SECRET" in url


def test_a_canary_is_made_like_an_opening_of_its_person(
    house: House, gateway: httpx.Client
) -> None:
    ask(gateway)

    (assumed,) = house.aws.calls(AssumeRole)
    assert assumed.session_name == assumed.source_identity == ADA
    assert "user-profile/d-forecasting/ada" in assumed.policy
    (asked,) = house.aws.calls(Presign)
    assert (asked.profile, asked.url_expires_s, asked.session_s) == ("ada", 5, 1800)


def test_a_canary_is_recorded_before_its_url_is_used(
    house: House, gateway: httpx.Client
) -> None:
    ask(gateway)

    (line,) = house.ledger.openings
    assert house.window.recorded == [1]
    assert (line.person, line.asked_by, line.way) == (ADA, "sam-security", "canary")
    assert (line.outcome, line.domain, line.profile) == (Outcome.OPENED, "forecasting", "ada")
    assert line.network is line.idp is None
    assert "studiogate_openings_total{" not in gateway.get("/metrics").text


def test_without_a_record_there_is_no_canary(house: House, gateway: httpx.Client) -> None:
    house.ledger.fail = True

    answer = ask(gateway)

    assert answer.status_code == 503
    assert house.window.begun == []


@pytest.mark.parametrize(
    ("headers", "status", "reason"),
    [
        pytest.param({}, 401, "no-bearer", id="nobody"),
        pytest.param(bearer("bad"), 401, "token-bad", id="a bad token"),
        pytest.param(session("sam-security"), 401, "no-bearer", id="a cookie alone"),
        pytest.param(bearer("user-lob-a"), 403, "not-administrator", id="somebody else"),
        pytest.param(bearer(ADA), 403, "not-administrator", id="the person themselves"),
        pytest.param(bearer("stranger"), 403, "unknown-person", id="a stranger"),
        pytest.param(bearer("revoked"), 403, "revoked", id="somebody revoked"),
    ],
)
def test_everybody_else_is_refused_and_recorded(
    house: House, gateway: httpx.Client, headers: dict[str, str], status: int, reason: str
) -> None:
    answers = [
        ask(gateway, headers=headers),
        gateway.post("/api/canary", json={"sealed": "SEALED-sam-security"}, headers=headers),
    ]

    assert [one.status_code for one in answers] == [status, status]
    assert [line.reason for line in house.ledger.openings] == [reason, reason]
    assert house.aws.asked == []
    assert house.window.begun == []


def test_an_administrator_is_asked_for_anew_each_time(
    house: House, gateway: httpx.Client
) -> None:
    ask(gateway)
    ask(gateway)

    assert house.directory.asked.count("sam-security") == 2


def test_a_revoked_administrator_is_none(house: House, gateway: httpx.Client) -> None:
    house.directory.people["sam-security"] = PersonRow(
        "sam-security", None, None, administrator=True, revoked=True
    )

    assert ask(gateway).json()["reason"] == "revoked"


@pytest.mark.parametrize(
    ("row", "decision"),
    [
        pytest.param(PersonRow(ADA, "lob-a", "ada", revoked=True), "revoked", id="revoked"),
        pytest.param(
            PersonRow(ADA, "lob-a", "ada", idps=("workforce",)), "ok", id="of one idp"
        ),
        pytest.param(PersonRow(ADA, "lob-a", "ada", until=NOW), "expired", id="expired"),
        pytest.param(None, "unknown-person", id="without a row"),
    ],
)
def test_what_the_gateway_itself_would_say_is_told_and_stops_no_canary(
    house: House, gateway: httpx.Client, row: PersonRow | None, decision: str
) -> None:
    house.directory.people.pop(ADA)
    if row is not None:
        house.directory.people[ADA] = row

    answer = ask(gateway, lobs=["lob-a"], profiles=["ada"])

    assert answer.json()["decision"] == decision
    assert [one["state"] for one in told(answer)] == ["alive"]


@pytest.mark.parametrize(
    ("call", "error", "state"),
    [
        pytest.param("presign", denied(EXPLICIT), "refused", id="an explicit deny"),
        pytest.param(
            "presign",
            denied("with an explicit deny in a VPC endpoint policy"),
            "unclear",
            id="a session may live behind another endpoint",
        ),
        pytest.param(
            "presign",
            denied("because no identity-based policy allows it"),
            "unclear",
            id="nothing allows it",
        ),
        pytest.param(
            "assume_role",
            denied(EXPLICIT, "sts:AssumeRole"),
            "unclear",
            id="a session may have begun before",
        ),
        pytest.param("presign", aws_error(Busy, PRESIGN), "unreachable", id="busy"),
        pytest.param("assume_role", aws_error(Unreachable), "unreachable", id="silence"),
        pytest.param("presign", aws_error(Absent, PRESIGN), "absent", id="no domain"),
        pytest.param("presign", aws_error(Invalid, PRESIGN), "absent", id="nor described"),
    ],
)
def test_what_aws_says_against_it_is_told_apart(
    house: House, gateway: httpx.Client, call: str, error: Any, state: str
) -> None:
    # The second refusal is for the retry with fresh credentials.
    house.aws.fails[call] = [error, error]

    (canary,) = told(ask(gateway))

    assert canary["state"] == state
    assert "sealed" not in canary
    assert "222222222222" not in canary["why"]
    assert house.window.begun == []


def test_somebody_without_a_name_for_a_profile_has_no_session(gateway: httpx.Client) -> None:
    (canary,) = told(ask(gateway, "no_profile"))

    assert (canary["state"], "profile" in canary) == ("absent", False)


def test_a_domain_of_another_mode_says_nothing_about_sessions(
    house: House, gateway: httpx.Client
) -> None:
    house.aws.fails["presign"] = [aws_error(Invalid, PRESIGN)]
    house.aws.domains["d-forecasting"] = {"AuthMode": "SSO", "Status": "InService"}

    (canary,) = told(ask(gateway))

    assert (canary["state"], canary["why"]) == ("unclear", "the gateway: domain-not-iam")


def test_every_domain_and_every_profile_is_tried(gateway: httpx.Client) -> None:
    found = told(ask(gateway, lobs=["lob-two", "lob-b"], profiles=["ada", "ada-of-old"]))

    assert {(one["lob"], one["domain"], one["profile"]) for one in found} == {
        (lob, domain, profile)
        for lob, domain in [
            ("lob-two", "forecasting"),
            ("lob-two", "churn"),
            ("lob-b", "fraud"),
        ]
        for profile in ["ada", "ada-of-old"]
    }


@pytest.mark.parametrize("lob", ["lob-homeless", "lob-unkeyed", "lob-nowhere"])
def test_a_lob_the_directory_does_not_lead_to_cannot_be_looked_into(
    gateway: httpx.Client, lob: str
) -> None:
    (canary,) = told(ask(gateway, lobs=[lob]))

    assert canary == {
        "lob": lob,
        "state": "unclear",
        "why": "the directory knows no account of this lob",
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"lobs": "lob-a"}',
        b'{"lobs": [1]}',
        b'{"lobs": ["lob-a", "lob-a"]}',
        b'{"lobs": ["lob-a"], "lobs": []}',
        b'{"lobs": ["lob-a"], "all": true}',
        b'{"lobs": [], "profiles": ["../x"]}',
        b'{"lobs": [], "profiles": ["*"]}',
        b'{"profiles": ["ada"]}',
        json.dumps({"lobs": [f"lob-{n}" for n in range(21)]}).encode(),
        json.dumps({"lobs": [], "profiles": [f"p{n}" for n in range(5)]}).encode(),
    ],
)
def test_a_body_that_is_not_exactly_right_is_refused(
    house: House, gateway: httpx.Client, body: bytes
) -> None:
    answer = gateway.post(f"/api/people/{ADA}/canaries", content=body, headers=SAM)

    assert answer.status_code == 400
    assert house.aws.asked == []


@pytest.mark.parametrize("person", ["a", "aws:x", "%22", "a%20b", "x" * 65])
def test_a_name_nobody_can_have_is_not_looked_for(
    house: House, gateway: httpx.Client, person: str
) -> None:
    answer = ask(gateway, person)

    assert (answer.status_code, answer.json()["reason"]) == (404, "no-such-person")
    assert house.directory.asked == ["sam-security"]


def test_a_large_body_is_not_read(gateway: httpx.Client) -> None:
    body = json.dumps({"sealed": "x" * 70_000})

    assert gateway.post("/api/canary", content=body, headers=SAM).status_code == 413


def test_a_canary_is_looked_at_again(house: House, gateway: httpx.Client) -> None:
    sealed = told(ask(gateway))[0]["sealed"]
    before = len(house.ledger.openings)

    house.window.state = Vital.REFUSED
    answer = gateway.post("/api/canary", json={"sealed": sealed}, headers=SAM)

    assert answer.json() == {"state": "refused", "why": "seen in memory"}
    assert len(house.ledger.openings) == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"sealed": "SEALED-mallory"}, 403),
        ({"sealed": 1}, 400),
        ({"sealed": "x" * 16_385}, 400),
        ({}, 400),
        ({"sealed": "x", "more": 1}, 400),
    ],
)
def test_what_is_no_canary_of_theirs_is_refused(
    gateway: httpx.Client, body: dict[str, Any], status: int
) -> None:
    assert gateway.post("/api/canary", json=body, headers=SAM).status_code == status


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_nothing_but_a_post_has_a_canary_made(
    house: House, gateway: httpx.Client, method: str
) -> None:
    for path in (f"/api/people/{ADA}/canaries", "/api/canary"):
        assert gateway.request(method, path, headers=SAM).status_code == 405
    assert house.aws.asked == []


def test_the_directorys_profile_is_tried_where_they_belong_and_nowhere_else(
    gateway: httpx.Client,
) -> None:
    found = told(ask(gateway, lobs=["lob-a", "lob-b"], profiles=["ada-of-b"]))

    assert [(one["lob"], one.get("profile")) for one in found] == [
        ("lob-a", "ada"),
        ("lob-a", "ada-of-b"),
        ("lob-b", "ada-of-b"),
    ]


def test_where_no_profile_is_named_nothing_is_taken_for_absent(gateway: httpx.Client) -> None:
    (canary,) = told(ask(gateway, lobs=["lob-b"]))

    assert (canary["state"], "no profile was named" in canary["why"]) == ("unclear", True)


class TornDirectory(MemoryDirectory):
    """One row of it cannot be read."""

    async def lob(self, name: str) -> LobRow | None:
        if name == "lob-b":
            raise aws_error(Invalid, "dynamodb:GetItem")
        return await super().lob(name)


class SlowWindow(FakeWindow):
    """A Studio that takes its time."""

    def __init__(self, house: House) -> None:
        super().__init__(house.ledger)
        self._clock = house.clock

    async def begin(self, url: str, grant: Grant, *, asked_by: str) -> Sight:
        self._clock.forward(seconds=7)
        return await super().begin(url, grant, asked_by=asked_by)


def test_a_lob_that_cannot_be_read_hides_no_other(
    house: House, stage: Stage, gateway: httpx.Client
) -> None:
    people, lobs = house.directory.people, house.directory.lobs
    stage.app = house.app(directory=TornDirectory([*people.values()], [*lobs.values()]))

    found = told(ask(gateway, lobs=["lob-b", "lob-a"]))

    assert [(one["lob"], one["state"]) for one in found] == [
        ("lob-b", "unclear"),
        ("lob-a", "alive"),
    ]
    assert "222222222222" not in found[0]["why"]


def test_what_there_is_no_time_for_is_said_and_not_begun(
    house: House, stage: Stage, gateway: httpx.Client
) -> None:
    window = SlowWindow(house)
    stage.app = house.app(window=window)

    found = told(ask(gateway, lobs=["lob-two"], profiles=[f"p{n}" for n in range(4)]))

    late = [one for one in found if one["why"] == "there was no time left to try it"]
    assert len(found) == 8
    assert late
    assert {one["state"] for one in late} == {"unreachable"}
    assert len(window.begun) == 8 - len(late)


def test_an_expired_administrator_is_none(house: House, gateway: httpx.Client) -> None:
    house.directory.people["sam-security"] = PersonRow(
        "sam-security", None, None, administrator=True, until=NOW
    )

    assert ask(gateway).json()["reason"] == "expired"
    assert house.aws.asked == []


def test_an_administrator_of_another_provider_is_none(
    house: House, gateway: httpx.Client
) -> None:
    house.directory.people["sam-security"] = PersonRow(
        "sam-security", None, None, administrator=True, idps=("workforce",)
    )

    assert ask(gateway).json()["reason"] == "unknown-person"
    assert house.aws.asked == []


@pytest.mark.parametrize(
    "lob", ["../lob-a", "lob-a\n", "http://169.254.169.254/", "x" * 129, ""]
)
def test_a_lob_leads_nowhere_but_to_its_row(
    house: House, gateway: httpx.Client, lob: str
) -> None:
    (canary,) = told(ask(gateway, lobs=[lob], profiles=["ada"]))

    assert (canary["state"], house.aws.asked) == ("unclear", [])


def test_one_administrator_has_so_many_turns_and_no_more() -> None:
    turns = Turns(most=2)

    with turns.taken("sam"), turns.taken("sam"), turns.taken("lob-admin"):
        with pytest.raises(Busy) as busy, turns.taken("sam"):
            pytest.fail("a third turn")
        assert busy.value.retry_after_s == 1

    with turns.taken("sam"), turns.taken("sam"):
        """They have their turns again."""


def test_too_many_requests_at_once_are_told_to_come_back(
    house: House, stage: Stage, gateway: httpx.Client
) -> None:
    app: Any = house.app()
    stage.app = app
    with ExitStack() as taken:
        for _ in range(MOST_AT_ONCE):
            taken.enter_context(app.state.turns.taken("sam-security"))
        answer = ask(gateway)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["reason"] == "busy"
    assert house.aws.asked == []
    assert ask(gateway).status_code == 200


async def _answer(number: int) -> int:
    if number < 0:
        raise ValueError(number)
    return number


async def test_answers_come_in_the_order_of_the_questions() -> None:
    assert await all_of([_answer(n) for n in range(20)], at_once=3) == list(range(20))


async def test_a_failure_is_raised_when_all_have_ended() -> None:
    with pytest.raises(ValueError, match="-1"):
        await all_of([_answer(n) for n in (1, -1, 2, -2)], at_once=2)


def test_without_an_event_loop_they_are_asked_one_after_the_other() -> None:
    assert drive(all_of([_answer(n) for n in range(3)], at_once=2)) == [0, 1, 2]
