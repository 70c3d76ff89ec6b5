"""An event of API Gateway is the request that was sent, and an answer is what it hands on."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from studiogate.gateway.edge import canonical
from studiogate.gateway.function.asked import answer
from studiogate.gateway.function.event import NotProxied, answer_of, request_of
from studiogate.gateway.source import ARRIVAL, Arrival
from tests.kit.function import ENDPOINT, HOST, OFFICE_IP, event

SAML = b"SAMLResponse=PHNhbWw%2BLi4u%3D%3D&RelayState=%2Fopen%2Fforecasting"


def told(**how: Any) -> Request:
    scope, _ = request_of(event(**how))
    return Request(scope)


def test_path_and_method_are_those_sent_without_the_stage() -> None:
    request = told(path="/open/forecasting", method="GET")

    assert (request.method, request.url.path) == ("GET", "/open/forecasting")
    assert str(request.url) == f"https://{HOST}/open/forecasting"


@pytest.mark.parametrize(
    ("sent", "read", "is_canonical"),
    [
        ("/ada%40acme.example", "/ada@acme.example", True),
        ("/ada@acme.example", "/ada@acme.example", True),
        ("/%75ser", "/user", False),
        ("/a%2Fb", "/a/b", False),
        ("/%2e%2e", "/..", False),
        ("/a%252Fb", "/a%2Fb", True),
        ("/caf\u00e9", "/caf\u00e9", False),
        ("/a b", "/a b", False),
        ("//a", "//a", False),
    ],
)
def test_the_spelling_of_a_path_reaches_the_edge_as_it_was_sent(
    sent: str, read: str, *, is_canonical: bool
) -> None:
    scope, _ = request_of(event(sent))

    assert scope["path"] == read
    assert canonical(scope["raw_path"]) is is_canonical


def test_a_header_is_there_as_often_as_it_was_sent_in_any_case() -> None:
    request = told(path="/", headers={"Cookie": ["a=1", "b=2"], "ACCEPT": "text/html"})

    assert request.headers.getlist("cookie") == ["a=1", "b=2"]
    assert request.headers["accept"] == "text/html"
    assert request.headers.getlist("host") == [HOST]


def test_headers_that_come_once_only_are_read_too() -> None:
    single = {**event("/", headers={"x-one": "1"}), "multiValueHeaders": None}

    scope, _ = request_of(single)

    assert Request(scope).headers["x-one"] == "1"


def test_a_parameter_given_twice_is_there_twice() -> None:
    request = told(path="/", query={"app": ["a b", "c&d"], "empty": [""]})

    assert request.query_params.multi_items() == [
        ("app", "a b"),
        ("app", "c&d"),
        ("empty", ""),
    ]


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=5))
def test_whatever_was_in_the_query_is_in_it_again(pairs: list[tuple[str, str]]) -> None:
    several: dict[str, list[str]] = {}
    for name, value in pairs:
        several.setdefault(name, []).append(value)

    found = told(path="/", query=several).query_params

    assert {name: found.getlist(name) for name in several} == several


@given(st.binary(max_size=200))
def test_a_body_in_base64_is_the_body(body: bytes) -> None:
    _, found = request_of(event("/saml", method="POST", body=body, encoded=True))

    assert found == body


def test_the_length_of_a_body_is_what_it_is_and_not_what_was_said() -> None:
    lying = event("/saml", method="POST", body=SAML, headers={"Content-Length": "3"})

    scope, body = request_of(lying)

    assert Request(scope).headers.getlist("content-length") == [str(len(SAML))]
    assert body == SAML


def test_where_it_came_from_is_what_api_gateway_says_and_no_header() -> None:
    scope, _ = request_of(
        event("/", headers={"X-Forwarded-For": "10.0.0.1", "x-amzn-vpce-id": "vpce-mine"})
    )

    assert scope[ARRIVAL] == Arrival(OFFICE_IP, ENDPOINT, "/prod")
    assert scope["client"] is None


@pytest.mark.parametrize(
    ("asked", "path", "prefix"),
    [
        pytest.param("/prod/open/x", "/open/x", "/prod", id="by the API's own name"),
        pytest.param("/prod", "/", "/prod", id="the stage alone"),
        pytest.param("/prod/", "/", "/prod", id="the stage and a slash"),
        pytest.param("/open/x", "/open/x", "", id="by a domain of its own"),
        pytest.param("/prod/prod", "/prod", "/prod", id="a person called as the stage"),
        pytest.param("/prod", "/prod", "", id="the same by a domain of its own"),
        pytest.param("/prod/a@b", "/a%40b", "/prod", id="spelt in two ways"),
    ],
)
def test_s4_18_the_stage_is_a_prefix_where_the_path_began_with_it(
    asked: str, path: str, prefix: str
) -> None:
    found = event(path)
    found["requestContext"]["path"] = asked

    scope, _ = request_of(found)

    assert scope[ARRIVAL].prefix == prefix


@pytest.mark.parametrize("asked", ["/dev/open/x", "/prodopen/x", "/prod/open/y", "", None])
def test_a_path_that_is_not_the_stage_and_the_path_is_no_such_event(asked: str | None) -> None:
    found = event("/open/x")
    found["requestContext"]["path"] = asked

    with pytest.raises(NotProxied):
        request_of(found)


@pytest.mark.parametrize(
    "change",
    [
        {"path": None},
        {"requestContext": {}},
        {"requestContext": None},
        {"httpMethod": None, "requestContext": {"identity": {}}},
        {"multiValueHeaders": {"a": 3}},
        {"multiValueHeaders": [["a", "b"]]},
        {"body": "not base64!", "isBase64Encoded": True},
        {"multiValueQueryStringParameters": 7},
    ],
    ids=str,
)
def test_what_is_no_such_event_is_refused_and_not_quoted(change: dict[str, Any]) -> None:
    secret = event("/", headers={"Authorization": "Bearer SECRET"})

    with pytest.raises(NotProxied) as refused:
        request_of({**secret, **change})

    assert "SECRET" not in repr(refused.value)
    assert refused.value.__context__ is None


def test_nothing_at_all_is_no_event() -> None:
    with pytest.raises(NotProxied):
        request_of({})


def test_an_answer_keeps_each_cookie_and_lets_api_gateway_count() -> None:
    said = answer_of(
        302,
        [
            (b"set-cookie", b"a=1"),
            (b"set-cookie", b"b=2"),
            (b"location", b"/"),
            (b"content-length", b"0"),
        ],
        b"",
    )

    assert said == {
        "statusCode": 302,
        "multiValueHeaders": {"set-cookie": ["a=1", "b=2"], "location": ["/"]},
        "body": "",
        "isBase64Encoded": False,
    }


@given(st.binary(max_size=200))
def test_an_answer_s_body_is_text_or_base64_of_it(body: bytes) -> None:
    said = answer_of(200, [], body)

    if said["isBase64Encoded"]:
        assert base64.b64decode(said["body"]) == body
    else:
        assert said["body"].encode() == body


async def echo(request: Request) -> Response:
    form = (await request.body()).decode()
    return JSONResponse({"body": form, "type": request.headers["content-type"]})


POSTS = Starlette(routes=[Route("/saml", echo, methods=["POST"])])
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("encoded", [False, True])
def test_s3_08_a_saml_post_reaches_the_application_byte_for_byte(*, encoded: bool) -> None:
    scope, body = request_of(
        event("/saml", method="POST", headers=FORM, body=SAML, encoded=encoded)
    )

    said = answer(POSTS, scope, body)

    assert said.status == 200
    assert SAML.decode() in said.body.decode()


def test_an_application_that_waits_for_a_loop_is_a_defect() -> None:
    class Forever:
        def __await__(self) -> Any:
            yield

    async def waits(_scope: Any, _receive: Any, _send: Any) -> None:
        await Forever()

    with pytest.raises(RuntimeError, match="event loop"):
        answer(waits, {"type": "http"}, b"")


def test_an_application_that_says_nothing_is_a_defect() -> None:
    async def silent(_scope: Any, _receive: Any, _send: Any) -> None:
        """Says nothing."""

    with pytest.raises(RuntimeError, match="nothing"):
        answer(silent, {"type": "http"}, b"")


def test_a_body_is_read_once_and_then_the_client_is_gone() -> None:
    heard: list[str] = []

    async def reads(_scope: Any, receive: Any, send: Any) -> None:
        heard.extend([(await receive())["type"], (await receive())["type"]])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    assert answer(reads, {"type": "http"}, b"x").status == 204
    assert heard == ["http.request", "http.disconnect"]
