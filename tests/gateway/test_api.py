"""The JSON interface, its description, and what watches the process."""

import re
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from studiogate.errors import Unreachable
from tests.kit.entrance import whole_room
from tests.kit.gateway import ELSEWHERE_IP, House, aws_error, bearer


def test_me_is_who_we_take_the_caller_for(gateway: httpx.Client) -> None:
    answer = gateway.get("/api/me", headers=bearer("ada.lovelace@acme.example"))

    assert answer.json() == {
        "person": "ada.lovelace@acme.example",
        "idp": "corporate",
        "way": "bearer",
        "signed_in_until": "2030-01-01T13:00:00+00:00",
        "lob": "lob-a",
        "profile": "ada",
        "access_until": None,
    }


def test_domains_are_the_callers_own(gateway: httpx.Client) -> None:
    answer = gateway.get("/api/domains", headers=bearer("user-lob-a"))

    assert answer.json() == {
        "domains": [
            {
                "name": "forecasting",
                "open": "/open/forecasting",
                "opens_from": ["office"],
                "opens_here": True,
                "network": "office",
            }
        ]
    }


def test_domains_say_where_they_do_not_open(house: House, gateway: httpx.Client) -> None:
    house.source_ip = ELSEWHERE_IP

    (domain,) = gateway.get("/api/domains", headers=bearer("user-lob-a")).json()["domains"]

    assert (domain["opens_here"], domain["network"]) == (False, None)


@pytest.mark.parametrize("path", ["/api/me", "/api/domains"])
@pytest.mark.parametrize(
    ("person", "status"), [("bad", 401), ("stranger", 403), ("revoked", 403), ("expired", 403)]
)
def test_nobody_else_is_told_anything(
    house: House, gateway: httpx.Client, path: str, person: str, *, status: int
) -> None:
    assert gateway.get(path, headers=bearer(person)).status_code == status
    assert house.ledger.openings == []


def _routes(app: Any) -> set[tuple[str, str]]:
    assert isinstance(app, Starlette)
    return {
        (route.path, method.lower())
        for route in app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }


SCIM = "/scim/v2/"


def test_the_description_has_every_route_and_no_other(
    house: House, gateway: httpx.Client
) -> None:
    document = gateway.get("/api/openapi.json").json()
    routes = _routes(house.app(whole_room(house.clock).routes))
    # A provider by its own name is one of those at /signin/{idp}.
    routes.discard(("/signin/workforce", "get"))

    described = {
        (path, method) for path, methods in document["paths"].items() for method in methods
    }
    assert {one for one in described if not one[0].startswith(SCIM)} == {
        one for one in routes if not one[0].startswith(SCIM)
    }
    # Its routes answer every method themselves, in the words of SCIM.
    assert {path for path, _ in described if path.startswith(SCIM)} == {
        path
        for path, _ in routes
        if path.startswith(SCIM)
        and not path.endswith(("Types/{id}", "Schemas/{id}", "{rest:path}"))
    }


def test_every_parameter_of_a_path_is_described(gateway: httpx.Client) -> None:
    document = gateway.get("/api/openapi.json").json()

    for path, methods in document["paths"].items():
        for operation in methods.values():
            named = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path))


def test_alive_asks_nobody(house: House, gateway: httpx.Client) -> None:
    house.directory.fails = aws_error(Unreachable)
    house.ledger.fail = True

    assert gateway.get("/healthz").json() == {"status": "alive"}


@pytest.mark.parametrize(
    ("directory", "ledger", "named"),
    [(True, False, "directory"), (False, True, "ledger"), (True, True, "directory, ledger")],
)
def test_ready_names_what_does_not_answer_and_nothing_more(
    house: House, gateway: httpx.Client, *, directory: bool, ledger: bool, named: str
) -> None:
    house.directory.fails = aws_error(Unreachable) if directory else None
    house.ledger.fail = ledger

    answer = gateway.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["detail"] == f"These do not answer: {named}."
    assert answer.headers["retry-after"] == "5"
    assert "222222222222" not in answer.text


def test_ready_says_so_again_when_all_answer(house: House, gateway: httpx.Client) -> None:
    house.ledger.fail = True
    first = gateway.get("/readyz").status_code
    house.ledger.fail = False
    same = gateway.get("/readyz").status_code
    house.clock.forward(seconds=5)
    later = gateway.get("/readyz")

    assert (first, same, later.status_code) == (503, 503, 200)
    assert later.json() == {"status": "ready"}


def test_calls_to_aws_are_counted(house: House, gateway: httpx.Client) -> None:
    house.metrics.aws_call("sts:AssumeRole", 0.02, "ok")

    answer = gateway.get("/metrics")

    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert (
        'studiogate_aws_call_seconds_count{action="sts:AssumeRole",outcome="ok"} 1.0'
        in answer.text
    )
