"""Openings over a real socket: who is sent where, who is refused and with which words."""

from dataclasses import replace

import httpx
import pytest

from studiogate.audit.record import Outcome
from studiogate.aws.wire.calls import AssumeRole, Presign
from studiogate.errors import Absent, AwsError, Busy, Denied, Invalid, Unreachable
from studiogate.gateway.logs import JsonLines
from tests.kit.gateway import (
    ELSEWHERE_IP,
    House,
    aws_error,
    bearer,
    session,
)


def test_a_person_is_sent_to_their_own_studio(house: House, gateway: httpx.Client) -> None:
    answer = gateway.get("/open/forecasting", headers=session("ada.lovelace@acme.example"))

    assert answer.status_code == 302
    assert answer.headers["location"] == (
        "https://d-forecasting.studio.eu-west-1.sagemaker.aws/auth?token=SECRET1"
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert [asked.profile for asked in house.aws.calls(Presign)] == ["ada"]


def test_an_opening_is_written_down_with_everything_an_auditor_asks(
    house: House, gateway: httpx.Client
) -> None:
    answer = gateway.get("/open/forecasting", headers=session("ada.lovelace@acme.example"))

    (line,) = house.ledger.openings
    assert line.line() == {
        "at": "2030-01-01T12:00:00.000+00:00",
        "outcome": "opened",
        "reason": "ok",
        "request_id": answer.headers["x-request-id"],
        "source_ip": "192.168.10.7",
        "network": "office",
        "person": "ada.lovelace@acme.example",
        "idp": "corporate",
        "lob": "lob-a",
        "account": "222222222222",
        "domain": "forecasting",
        "domain_id": "d-forecasting",
        "profile": "ada",
        "way": "session",
        "took_ms": 0,
    }


def test_the_published_api_opens_ones_own_domain_by_bearer_token(
    house: House, gateway: httpx.Client
) -> None:
    answer = gateway.get("/user-lob-b", headers=bearer("user-lob-b"))

    assert answer.status_code == 302
    assert answer.headers["location"].startswith("https://d-fraud.studio.")
    assert [(line.domain, line.way) for line in house.ledger.openings] == [("fraud", "bearer")]


@pytest.mark.parametrize("path", ["/ada.lovelace@acme.example", "/ada.lovelace%40acme.example"])
def test_a_name_with_an_at_sign_may_be_spelt_out_or_encoded(
    gateway: httpx.Client, path: str
) -> None:
    answer = gateway.get(path, headers=bearer("ada.lovelace@acme.example"))

    assert answer.status_code == 302


def test_somebody_elses_name_and_nobodys_name_get_the_same_words(
    house: House, gateway: httpx.Client
) -> None:
    theirs = gateway.get("/user-lob-b", headers=bearer("user-lob-a"))
    nobodys = gateway.get("/no-such-one", headers=bearer("user-lob-a"))

    assert theirs.status_code == nobodys.status_code == 403
    assert theirs.json() == nobodys.json()
    assert theirs.json()["reason"] == "not-you"
    assert house.aws.asked == []
    assert house.directory.asked == []


@pytest.mark.parametrize(
    ("headers", "recorded"),
    [
        pytest.param({}, "no-bearer", id="no token"),
        pytest.param(session("user-lob-a"), "no-bearer", id="a cookie is not a token"),
        pytest.param(
            {"authorization": "Basic x", "x-session": "user-lob-a"}, "no-bearer", id="basic"
        ),
        pytest.param(bearer("bad"), "token-bad", id="a bad token"),
    ],
)
def test_s2_33_the_published_api_wants_a_good_bearer_token(
    house: House, gateway: httpx.Client, headers: dict[str, str], recorded: str
) -> None:
    answer = gateway.get("/user-lob-a", headers={**headers, "accept": "*/*"})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert [line.reason for line in house.ledger.openings] == [recorded]
    assert house.aws.asked == house.directory.asked == []


REFUSALS = [
    ("stranger", "/open/forecasting", 403, "unknown-person", "unknown-person"),
    ("of-workforce", "/open/forecasting", 403, "unknown-person", "wrong-idp"),
    ("revoked", "/open/forecasting", 403, "revoked", "revoked"),
    ("expired", "/open/forecasting", 403, "expired", "expired"),
    ("nearly-expired", "/open/forecasting", 403, "expires-too-soon", "expires-too-soon"),
    ("no-lob", "/open/forecasting", 403, "no-lob", "no-lob"),
    ("of-gone-lob", "/open/forecasting", 404, "lob-missing", "lob-missing"),
    ("of-homeless", "/of-homeless", 404, "lob-without-account", "lob-without-account"),
    ("of-unkeyed", "/of-unkeyed", 404, "lob-without-account", "lob-without-external-id"),
    ("of-bare", "/of-bare", 404, "lob-without-domain", "lob-without-domain"),
    ("no_profile", "/open/forecasting", 404, "no-profile", "no-profile"),
    ("user-lob-a", "/open/fraud", 403, "not-your-domain", "not-your-domain"),
    ("user-lob-a", "/open/no-such", 403, "not-your-domain", "not-your-domain"),
    ("two-domains", "/two-domains", 404, "several-domains", "several-domains"),
    ("user-lob-a", "/open/forecasting?app=Excel", 404, "unknown-app", "unknown-app"),
    (
        "user-lob-a",
        "/open/forecasting?app=Canvas&app=Canvas",
        404,
        "unknown-app",
        "unknown-app",
    ),
    ("user-lob-a", "/open/forecasting?space=../x", 404, "unknown-space", "unknown-space"),
    ("user-lob-a", "/open/forecasting?space=", 404, "unknown-space", "unknown-space"),
    ("bad", "/open/forecasting", 401, "not-signed-in", "token-bad"),
]


@pytest.mark.parametrize(("person", "path", "status", "reason", "recorded"), REFUSALS)
def test_s2_08_s2_09_everybody_else_is_refused_before_aws_is_asked(
    house: House,
    gateway: httpx.Client,
    *,
    person: str,
    path: str,
    status: int,
    reason: str,
    recorded: str,
) -> None:
    answer = gateway.get(path, headers=bearer(person))

    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert problem["reason"] == reason
    assert problem["type"] == f"urn:studiogate:problem:{reason}"
    assert problem["remedy"]
    assert "incident" not in problem
    assert "location" not in answer.headers
    assert house.aws.asked == []
    assert [(line.outcome, line.reason) for line in house.ledger.openings] == [
        (Outcome.REFUSED, recorded)
    ]


def test_a_domain_opens_only_from_its_networks(house: House, gateway: httpx.Client) -> None:
    house.source_ip = ELSEWHERE_IP

    answer = gateway.get("/open/forecasting", headers=bearer("user-lob-a"))

    assert answer.status_code == 403
    assert answer.json()["reason"] == "network"
    assert "office" in answer.json()["remedy"]
    assert house.aws.asked == []
    assert [(line.source_ip, line.network) for line in house.ledger.openings] == [
        (ELSEWHERE_IP, None)
    ]


def test_from_elsewhere_somebody_elses_domain_still_looks_like_none(
    house: House, gateway: httpx.Client
) -> None:
    house.source_ip = ELSEWHERE_IP

    theirs = gateway.get("/open/fraud", headers=bearer("user-lob-a")).json()
    nobodys = gateway.get("/open/nope", headers=bearer("user-lob-a")).json()

    assert theirs["reason"] == nobodys["reason"] == "not-your-domain"
    assert theirs["detail"].replace("fraud", "X") == nobodys["detail"].replace("nope", "X")
    assert theirs["remedy"] == nobodys["remedy"]


def test_several_domains_are_named_as_paths(gateway: httpx.Client) -> None:
    answer = gateway.get("/two-domains", headers=bearer("two-domains"))

    assert answer.json()["remedy"] == "Open one of: /open/forecasting, /open/churn."


def test_the_app_and_the_space_reach_aws(house: House, gateway: httpx.Client) -> None:
    gateway.get(
        "/open/forecasting?app=CodeEditor&space=team-1&utm=x", headers=bearer("user-lob-a")
    )

    (asked,) = house.aws.calls(Presign)
    assert (asked.landing, asked.space) == ("app:CodeEditor:", "team-1")


def test_a_session_ends_when_the_persons_access_does(
    house: House, gateway: httpx.Client
) -> None:
    gateway.get("/open/forecasting", headers=bearer("leaves-soon"))

    assert [asked.session_s for asked in house.aws.calls(Presign)] == [40 * 60]
    assert [asked.duration_s for asked in house.aws.calls(AssumeRole)] == [40 * 60]


def test_a_program_gets_the_url_as_json(house: House, gateway: httpx.Client) -> None:
    answer = gateway.post("/api/open/forecasting?app=JupyterLab", headers=bearer("user-lob-a"))

    assert answer.status_code == 200
    assert answer.json() == {
        "url": "https://d-forecasting.studio.eu-west-1.sagemaker.aws/auth?token=SECRET1",
        "expires_in_s": 20,
    }
    assert answer.headers["cache-control"] == "no-store"
    assert [line.outcome for line in house.ledger.openings] == [Outcome.OPENED]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://studio.acme.example"}, 200),
        ({"origin": "http://studio.acme.example", "sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://studio.acme.example", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "https://studio.acme.example"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({}, 403),
    ],
)
def test_a_cookie_counts_for_a_post_only_from_our_own_pages(
    house: House, gateway: httpx.Client, headers: dict[str, str], status: int
) -> None:
    answer = gateway.post(
        "/api/open/forecasting", headers={"x-session": "user-lob-a", **headers}
    )

    assert answer.status_code == status
    assert len(house.ledger.openings) == 1
    assert (house.aws.asked == []) is (status == 403)


FAILURES = [
    ("assume_role", aws_error(Denied), 502, "aws-denied"),
    ("assume_role", aws_error(Unreachable), 503, "unreachable"),
    ("assume_role", aws_error(Busy), 503, "busy"),
    ("assume_role", aws_error(Invalid), 502, "aws-invalid"),
    ("presign", aws_error(Denied), 502, "aws-denied"),
    ("presign", aws_error(AwsError), 502, "aws-error"),
    (
        "presign",
        RuntimeError("eyJhbGciOi.x.y https://d-x.studio/auth?token=SECRET9"),
        500,
        "defect",
    ),
]


@pytest.mark.parametrize(("call", "error", "status", "reason"), FAILURES)
def test_a_failure_behind_us_is_an_incident_number_and_a_line(
    house: House,
    gateway: httpx.Client,
    *,
    caplog: pytest.LogCaptureFixture,
    call: str,
    error: AwsError,
    status: int,
    reason: str,
) -> None:
    house.aws.fails[call] = [error]

    answer = gateway.get("/open/forecasting", headers=bearer("user-lob-a"))

    problem = answer.json()
    (line,) = house.ledger.openings
    assert answer.status_code == status
    assert problem["reason"] == line.reason == reason
    assert problem["incident"] == line.incident == answer.headers["x-request-id"]
    assert "222222222222" not in answer.text
    assert "PresignedUrlGenerator" not in answer.text
    assert line.outcome is Outcome.FAILED
    assert [r.levelname for r in caplog.records if r.name == "studiogate.gateway"] in (
        ["ERROR"],
        ["WARNING"],
    )


def test_a_throttled_call_says_when_to_come_back(house: House, gateway: httpx.Client) -> None:
    house.aws.fails["presign"] = [aws_error(Busy)]

    answer = gateway.get("/open/forecasting", headers=bearer("user-lob-a"))

    assert answer.headers["retry-after"] == "1"


def test_a_silent_directory_is_not_a_stranger(house: House, gateway: httpx.Client) -> None:
    house.directory.fails = aws_error(Denied, "dynamodb:GetItem")

    answer = gateway.get("/open/forecasting", headers=bearer("user-lob-a"))

    assert answer.status_code == 502
    assert [line.reason for line in house.ledger.openings] == ["aws-denied"]


DIAGNOSES = [
    pytest.param(Absent, None, 404, "domain-missing", id="the domain is gone"),
    pytest.param(Absent, {"AuthMode": "SSO"}, 403, "domain-not-iam", id="another mode"),
    pytest.param(Invalid, {"AuthMode": "SSO"}, 403, "domain-not-iam", id="said as invalid"),
    pytest.param(
        Absent,
        {"AuthMode": "IAM", "Status": "Updating"},
        503,
        "domain-not-ready",
        id="updating",
    ),
    pytest.param(
        Absent, {"AuthMode": "IAM", "Status": "InService"}, 404, "profile-missing", id="profile"
    ),
    pytest.param(
        Invalid, {"AuthMode": "IAM", "Status": "InService"}, 502, "aws-invalid", id="our fault"
    ),
]


@pytest.mark.parametrize(("error", "domain", "status", "reason"), DIAGNOSES)
def test_what_aws_does_not_have_is_told_apart(
    house: House,
    gateway: httpx.Client,
    *,
    error: type[AwsError],
    domain: dict[str, str] | None,
    status: int,
    reason: str,
) -> None:
    house.aws.fails["presign"] = [aws_error(error)]
    if domain is not None:
        house.aws.domains["d-forecasting"] = domain

    answer = gateway.get("/open/forecasting", headers=bearer("user-lob-a"))

    assert answer.status_code == status
    assert answer.json()["reason"] == reason
    assert [line.reason for line in house.ledger.openings] == [reason]


@pytest.mark.parametrize("path", ["/open/forecasting", "/user-lob-a"])
def test_no_record_no_url(house: House, gateway: httpx.Client, path: str) -> None:
    house.ledger.fail = True

    answer = gateway.get(path, headers=bearer("user-lob-a"))

    assert answer.status_code == 503
    assert answer.json()["reason"] == "not-recorded"
    assert "location" not in answer.headers
    assert "SECRET" not in answer.text


def test_a_refusal_that_cannot_be_recorded_is_not_answered_as_one(
    house: House, gateway: httpx.Client
) -> None:
    house.ledger.fail = True

    answer = gateway.post("/api/open/fraud", headers=bearer("user-lob-a"))

    assert answer.status_code == 503


def test_looking_ahead_does_not_open(house: House, gateway: httpx.Client) -> None:
    answer = gateway.head("/open/forecasting", headers=bearer("user-lob-a"))

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert house.aws.asked == []


def test_neither_token_nor_url_is_in_a_log_a_record_or_a_metric(
    house: House, gateway: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    token = bearer("user-lob-a~TOKENSECRET")
    house.aws.fails["presign"] = [
        RuntimeError("https://d-x.studio/auth?token=SECRET and eyJh.TOKENSECRET.x")
    ]
    for path in ("/open/forecasting", "/open/forecasting", "/open/fraud", "/user-lob-b"):
        gateway.get(path, headers=token)

    ours = [r for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))]
    lines = "".join(JsonLines().format(record) for record in ours)
    written = lines + repr(house.ledger.openings) + house.metrics.text().decode()
    assert "defect" in lines
    assert "SECRET" not in written
    assert "auth?token" not in written


def test_openings_are_counted_by_outcome_and_reason(gateway: httpx.Client) -> None:
    gateway.get("/open/forecasting", headers=bearer("user-lob-a"))
    gateway.get("/open/fraud", headers=bearer("user-lob-a"))
    gateway.get("/open/fraud", headers=bearer("user-lob-a"))

    text = gateway.get("/metrics").text

    assert 'studiogate_openings_total{outcome="opened",reason="ok"} 1.0' in text
    assert 'studiogate_openings_total{outcome="refused",reason="not-your-domain"} 2.0' in text
    assert "studiogate_opening_seconds_count 3.0" in text
    assert "user-lob-a" not in text


@pytest.mark.parametrize("call", ["assume_role", "presign"])
def test_whom_aws_refuses_the_directory_is_asked_about_anew(
    house: House, gateway: httpx.Client, call: str
) -> None:
    """They may be revoked between our question and AWS's answer."""
    row = house.directory.people["user-lob-a"]
    house.aws.fails[call] = [aws_error(Denied)]
    house.directory.changes["user-lob-a"] = replace(row, revoked=True)

    answer = gateway.get("/open/forecasting", headers=bearer("user-lob-a"))

    assert (answer.status_code, answer.json()["reason"]) == (403, "revoked")
    assert "incident" not in answer.json()
    assert [line.reason for line in house.ledger.openings] == ["revoked"]


def test_a_refusal_by_aws_alone_stays_an_incident(house: House, gateway: httpx.Client) -> None:
    house.aws.fails["presign"] = [aws_error(Denied)]

    answer = gateway.get("/open/forecasting", headers=bearer("user-lob-a"))

    assert (answer.status_code, answer.json()["reason"]) == (502, "aws-denied")
    assert house.directory.asked.count("user-lob-a") == 2


def test_a_directory_that_fails_then_does_not_hide_what_aws_said(
    house: House, gateway: httpx.Client
) -> None:
    house.aws.fails["presign"] = [aws_error(Denied)]
    house.directory.changes["user-lob-a"] = aws_error(Unreachable)

    answer = gateway.get("/open/forecasting", headers=bearer("user-lob-a"))

    assert (answer.status_code, answer.json()["reason"]) == (502, "aws-denied")
