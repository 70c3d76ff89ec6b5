"""The gateway as a function, every part the real one, over a blocking transport."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from studiogate.errors import SettingsError
from studiogate.gateway.function.entry import Handler, gateway
from tests.kit.function import OFFICE_IP, ORIGIN, RECORD, blocking, environment, event
from tests.kit.gateway import Clock
from tests.kit.gateway_world import World

PERSON = "ada.lovelace@acme.example"
PAGE = {"Accept": "text/html"}


@pytest.fixture
def handler(world: World, clock: Clock) -> Iterator[Handler]:
    with blocking() as transport:
        yield gateway(environment(world), clock=clock, transport=transport)


def bearer(world: World, person: str = PERSON) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.token(person)}"}


def header(said: dict[str, Any], name: str) -> list[str]:
    found: list[str] = said["multiValueHeaders"].get(name, [])
    return found


def records(world: World) -> list[dict[str, Any]]:
    return [
        {name: next(iter(value.values())) for name, value in row.items()}
        for (table, *_), row in world.rows.items()
        if table == RECORD
    ]


def test_s2_34_a_token_becomes_a_redirect_and_a_row(world: World, handler: Handler) -> None:
    said = handler(event(f"/{PERSON}", headers=bearer(world)), None)

    assert said["statusCode"] == 302
    (url,) = header(said, "location")
    assert url.startswith("https://d-forecasting.studio.eu-west-1.sagemaker.aws/auth?")
    assert header(said, "cache-control") == ["no-store"]
    (row,) = records(world)
    assert (row["outcome"], row["person"], row["network"], row["source_ip"]) == (
        "opened",
        PERSON,
        "office",
        OFFICE_IP,
    )
    assert row["DAY"] == "2030-01-01"
    assert row["MOMENT"] == f"2030-01-01T12:00:00.000+00:00#{row['request_id']}"
    assert "SECRET" not in json.dumps(row)


def test_a_warm_opening_asks_for_a_url_and_keeps_a_record(
    world: World, handler: Handler
) -> None:
    request = event("/open/forecasting", headers=bearer(world))
    handler(request, None)
    before = world.asked.copy()

    for _ in range(3):
        assert handler(request, None)["statusCode"] == 302

    assert world.asked - before == {
        "BatchGetItem": 3,
        "CreatePresignedDomainUrl": 3,
        "PutItem": 3,
    }


def test_no_record_no_url(world: World, handler: Handler) -> None:
    world.refuses.add("PutItem")

    said = handler(event(f"/{PERSON}", headers=bearer(world)), None)

    assert said["statusCode"] == 503
    assert header(said, "location") == []
    assert json.loads(said["body"])["reason"] == "not-recorded"


def test_s2_38_a_token_opens_nobody_else_s(world: World, handler: Handler) -> None:
    handler(event("/user-lob-b", headers=bearer(world)), None)
    before = world.asked.copy()

    said = handler(event("/user-lob-b", headers=bearer(world)), None)

    assert said["statusCode"] == 403
    assert world.asked - before == {"PutItem": 1}


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"endpoint": None, "ip": "test-invoke-source-ip"}, id="F-12: the console"),
        pytest.param({"endpoint": None}, id="by no endpoint"),
        pytest.param({"endpoint": "vpce-0ffffffffffffffff"}, id="by somebody else's endpoint"),
        pytest.param({"ip": "203.0.113.9"}, id="from another network"),
        pytest.param({"ip": "not an address"}, id="from nowhere"),
    ],
)
def test_f_12_nothing_opens_for_who_comes_another_way(
    world: World, handler: Handler, how: dict[str, Any]
) -> None:
    lies = {"X-Forwarded-For": OFFICE_IP, "X-Amzn-Vpce-Id": "vpce-0a1b2c3d4e5f60718"}

    said = handler(event(f"/{PERSON}", headers={**bearer(world), **lies}, **how), None)

    assert said["statusCode"] == 403
    assert [row["reason"] for row in records(world)] == ["network"]


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/healthz", "GET", 200),
        ("/readyz", "GET", 200),
        ("/metrics", "GET", 404),
        ("/saml", "POST", 405),
        ("/no/such/page", "GET", 404),
        ("/api/me", "GET", 401),
        ("/api/openapi.json", "GET", 200),
        ("/static/studiogate.css", "GET", 200),
        ("/static/reach.css", "GET", 200),
        ("/reach", "GET", 401),
        ("/%75ser", "GET", 400),
    ],
)
def test_every_route_answers_without_an_event_loop(
    handler: Handler, path: str, method: str, status: int
) -> None:
    assert handler(event(path, method=method), None)["statusCode"] == status


def test_readiness_asks_the_record_for_a_place_that_never_is(
    world: World, handler: Handler
) -> None:
    assert handler(event("/readyz"), None)["statusCode"] == 200
    assert world.asked == {"BatchGetItem": 1, "PutItem": 1}
    assert world.rows == {}


def test_a_record_that_is_not_ready_is_said(world: World, handler: Handler) -> None:
    world.refuses.add("PutItem")

    said = handler(event("/readyz"), None)

    assert said["statusCode"] == 503
    assert "ledger" in said["body"]


def test_the_portal_offers_the_provider_and_a_sign_in_begins(
    world: World, handler: Handler
) -> None:
    portal = handler(event("/", headers=PAGE), None)
    away = handler(event("/signin/corporate", headers=PAGE), None)

    assert "Sign in with Acme" in portal["body"]
    assert away["statusCode"] in {302, 303}
    assert header(away, "location")[0].startswith(f"{world.issuer}/authorize?")
    assert any(one.startswith("__Host-") for one in header(away, "set-cookie"))


@pytest.mark.parametrize(
    ("below", "sheet", "callback"),
    [
        ("/prod", "/prod/static/", "/prod/signin/corporate/callback"),
        ("", "/static/", "/signin/corporate/callback"),
    ],
    ids=["the API's own name", "a domain of its own"],
)
def test_s4_18_pages_and_sign_in_lead_back_below_the_stage_they_came_by(
    handler: Handler, below: str, sheet: str, callback: str
) -> None:
    portal = handler(event("/", headers=PAGE, below=below), None)
    away = handler(event("/signin/corporate", headers=PAGE, below=below), None)
    first = handler(event("/open/forecasting", headers=PAGE, below=below), None)

    assert f'href="{sheet}studiogate.css?v=' in portal["body"]
    assert f'href="{below}/signin/corporate"' in portal["body"]
    asked = parse_qs(urlsplit(header(away, "location")[0]).query)
    assert asked["redirect_uri"] == [f"{ORIGIN}{callback}"]
    assert all("; Path=/; " in one for one in header(away, "set-cookie"))
    assert header(first, "location") == [f"{below}/?next=%2Fopen%2Fforecasting"]


def test_an_administrator_without_a_landscape_is_told_so(
    world: World, handler: Handler
) -> None:
    headers = {**bearer(world, "sam-security"), **PAGE}

    assert handler(event("/api/reach", headers=headers), None)["statusCode"] == 404


def test_keys_of_the_provider_are_kept_and_renewed_in_the_request_that_finds_them_old(
    world: World, handler: Handler, clock: Clock
) -> None:
    request = event("/open/forecasting", headers=bearer(world))
    assert handler(request, None)["statusCode"] == 302
    clock.now += timedelta(minutes=15)

    assert handler(request, None)["statusCode"] == 302


def test_another_host_is_not_ours(handler: Handler) -> None:
    assert handler(event("/", headers={"Host": "evil.example"}), None)["statusCode"] == 421


def test_a_body_that_is_too_large_is_refused(handler: Handler) -> None:
    large = event("/saml", method="POST", body=b"x" * 70_000)

    assert handler(large, None)["statusCode"] == 413


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"STUDIOGATE_LEDGER": "stdout"}, "STUDIOGATE_LEDGER"),
        ({"STUDIOGATE_LEDGER": "/tmp/openings.jsonl"}, "STUDIOGATE_LEDGER"),
        ({"STUDIOGATE_LANDSCAPE": "/var/task/landscape.yaml"}, "STUDIOGATE_LANDSCAPE"),
        ({"STUDIOGATE_API_ENDPOINT": ""}, "STUDIOGATE_API_ENDPOINT"),
        ({"STUDIOGATE_API_ENDPOINT": "any"}, "STUDIOGATE_API_ENDPOINT"),
        ({"STUDIOGATE_COOKIE_KEYS": "short"}, "STUDIOGATE_COOKIE_KEYS"),
        ({"AWS_ACCESS_KEY_ID": ""}, "AWS_ACCESS_KEY_ID"),
    ],
)
def test_a_function_that_is_told_wrong_does_not_start(
    world: World, clock: Clock, change: dict[str, str], names: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(names)):
        gateway(environment(world, **change), clock=clock)
