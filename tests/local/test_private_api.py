import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Message

from studiogate.local.api.invoke import Api, Inside
from studiogate.local.api.upstream import passed_on
from studiogate.local.call import Arrival
from studiogate.local.private_api import PrivateApi
from studiogate.policy.language import Kind, Policy, parse
from tests.kit.private_api import (
    ACCOUNT,
    API_ARN,
    API_ID,
    ENDPOINT,
    EVERYTHING,
    REGION,
    EchoGateway,
    FakeAuthorizer,
    from_internet,
    listening,
    own_policy,
    through,
)
from tests.kit.waiting import PATIENCE_S

Make = Callable[..., PrivateApi]


@pytest.fixture
def socket() -> Any:
    # Not pytest's own directory: a Unix socket's path has room for about a hundred letters.
    with tempfile.TemporaryDirectory(prefix="sg-") as short:
        yield Path(short) / "gateway.sock"


@pytest.fixture
async def gateway(socket: Path) -> AsyncIterator[EchoGateway]:
    echo = EchoGateway()
    async with listening(echo, socket):
        yield echo


@pytest.fixture
async def make(socket: Path) -> AsyncIterator[Make]:
    async with AsyncExitStack() as undo:

        def api(
            arrival: Arrival | None,
            policy: Policy | None = None,
            **more: Any,
        ) -> PrivateApi:
            served = more.pop("served", EVERYTHING)
            stands = Api(policy or own_policy(), API_ID, ACCOUNT, REGION, "prod", served)
            made = PrivateApi(
                api=lambda: stands,
                arrival_of=lambda _: arrival,
                ask=more.pop("ask", FakeAuthorizer()),
                upstream_socket=socket,
                **more,
            )
            undo.push_async_callback(made.close)
            return made

        yield api


def client(api: PrivateApi, base: str = "http://studio.acme.example:8000") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=api), base_url=base)


def policy_of(kind: Kind, *statements: dict[str, Any]) -> Policy:
    whole = [
        {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"} | one
        for one in statements
    ]
    return parse({"Version": "2012-10-17", "Statement": whole}, kind=kind)


async def test_s2_14_s4_07_s5_10_through_the_endpoint_the_gateway_answers(
    make: Make, gateway: EchoGateway
) -> None:
    answer = await client(make(through(ENDPOINT))).get("/open/forecasting")

    assert answer.status_code == 302
    assert answer.headers["location"].startswith("https://d-1.studio.")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert len(answer.headers["x-amzn-requestid"]) == 36
    assert gateway.asked == 1


@pytest.mark.parametrize(
    ("arrival", "ending"),
    [
        pytest.param(through("vpce-0cccccccccccccccc"), " with an explicit deny", id="another"),
        pytest.param(from_internet(), " with an explicit deny", id="the internet"),
    ],
)
async def test_s2_14_by_any_other_way_aws_words_and_no_call(
    make: Make, gateway: EchoGateway, arrival: Arrival, ending: str
) -> None:
    answer = await client(make(arrival)).get("/")

    assert answer.status_code == 403
    assert answer.headers["x-amzn-ErrorType"] == "AccessDeniedException"
    assert answer.json() == {
        "Message": "User: anonymous is not authorized to perform: execute-api:Invoke on "
        f"resource: arn:aws:execute-api:eu-west-1:********1111:{API_ID}/prod/GET/{ending}"
    }
    assert gateway.asked == 0


async def test_a_policy_that_allows_nothing_refuses_without_an_explicit_deny(
    make: Make, gateway: EchoGateway
) -> None:
    silent = policy_of(Kind.RESOURCE, {"Resource": f"{API_ARN}/prod/POST/*"})

    answer = await client(make(through(ENDPOINT), silent)).get("/ada")

    assert answer.status_code == 403
    assert answer.json()["Message"].endswith(f":{API_ID}/prod/GET/ada")
    assert gateway.asked == 0


async def test_a_policy_that_allows_everybody_gives_it_no_public_address(
    make: Make, gateway: EchoGateway
) -> None:
    answer = await client(make(from_internet(), policy_of(Kind.RESOURCE, {}))).get("/")

    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})
    assert answer.headers["x-amzn-ErrorType"] == "ForbiddenException"
    assert gateway.asked == 0


async def test_the_endpoints_own_policy_must_let_it_pass(
    make: Make, gateway: EchoGateway
) -> None:
    narrow = policy_of(Kind.ENDPOINT, {"Resource": f"{API_ARN}/prod/GET/ada"})
    api = client(make(through(ENDPOINT, narrow)))

    assert (await api.get("/ada")).status_code == 200
    assert (await api.get("/bo")).status_code == 403
    assert gateway.asked == 1


async def test_no_spelling_of_a_path_dodges_a_deny(make: Make, gateway: EchoGateway) -> None:
    secret = policy_of(
        Kind.RESOURCE, {}, {"Effect": "Deny", "Resource": f"{API_ARN}/prod/*/metrics"}
    )
    api = client(make(through(ENDPOINT), secret))

    for path in ("/metrics", "/%6detrics", "/metric%73"):
        assert (await api.get(path)).status_code == 403
    assert gateway.asked == 0


async def test_where_no_endpoint_leads_here_nothing_is_asked(
    make: Make, gateway: EchoGateway
) -> None:
    assert (await client(make(None)).get("/")).status_code == 503
    assert gateway.asked == 0


@pytest.mark.usefixtures("gateway")
async def test_what_a_client_says_of_itself_is_replaced_by_what_the_door_knows(
    make: Make,
) -> None:
    forged = {
        "X-Forwarded-For": "10.0.0.1",
        "x_forwarded_for": "10.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Prefix": "/x",
        "Forwarded": "for=10.0.0.1",
        "X-Real-IP": "10.0.0.1",
        "x-amzn-vpce-id": "vpce-forged",
        "x-amzn-request-context": "{}",
        "Connection": "keep-alive, X-Secret",
        "X-Secret": "1",
        "TE": "trailers",
        "Upgrade": "h2c",
        "Authorization": "Bearer kept",
    }

    answer = await client(make(through(ENDPOINT))).get("/ada?b=%2F&b=c", headers=forged)

    seen = answer.json()
    got = {name.lower(): value for name, value in seen["headers"]}
    assert len(got) == len(seen["headers"])
    assert got["x-forwarded-for"] == "192.168.10.5"
    assert got["x-forwarded-proto"] == "http"
    assert got["x-amzn-vpce-id"] == ENDPOINT
    assert got["authorization"] == "Bearer kept"
    assert got["host"] == "studio.acme.example:8000"
    assert seen["target"] == "/ada?b=%2F&b=c"
    gone = {"forwarded", "x_forwarded_for", "x-forwarded-host", "x-real-ip", "x-secret"}
    assert not gone & got.keys()
    assert not {"x-amzn-request-context", "te", "upgrade", "x-forwarded-prefix"} & got.keys()


@given(st.lists(st.tuples(st.sampled_from(["x", "X", "x-amzn", "forwarded"]), st.text("-_aF"))))
@settings(deadline=None)
def test_no_spelling_of_a_told_header_goes_through(parts: list[tuple[str, str]]) -> None:
    names = [f"{first}-forwarded{rest}".encode() for first, rest in parts]

    passed = passed_on([(name, b"1") for name in names])

    assert not [name for name, _ in passed if name.lower().startswith("x-forwarded")]


@pytest.mark.parametrize(
    ("host", "path", "inner"),
    [
        (f"{API_ID}.execute-api.eu-west-1.amazonaws.com", "/prod/ada", "/ada"),
        (f"{API_ID}.execute-api.eu-west-1.amazonaws.com:443", "/prod", "/"),
        (f"{API_ID}-{ENDPOINT}.execute-api.eu-west-1.amazonaws.com", "/prod/a/b", "/a/b"),
        (f"{API_ID}.execute-api.eu-west-1.amazonaws.com", "/dev/ada", None),
        (f"{API_ID}.execute-api.eu-west-1.amazonaws.com", "/production/ada", None),
        ("another0000.execute-api.eu-west-1.amazonaws.com", "/prod/ada", None),
        (f"{API_ID}x.execute-api.eu-west-1.amazonaws.com", "/prod/ada", None),
        ("studio.acme.example", "/prod/ada", "/prod/ada"),
        ("localhost:8000", "/", "/"),
        ("", "/ada", "/ada"),
        ("studio.acme.example", "*", None),
    ],
)
def test_the_stage_is_part_of_the_path_by_the_apis_own_names_only(
    host: str, path: str, inner: str | None
) -> None:
    api = Api(own_policy(), API_ID, ACCOUNT, REGION, "prod", EVERYTHING)

    found = api.within(host, path)

    prefix = "/prod" if "execute-api" in host else ""
    assert found == (None if inner is None else Inside(inner, prefix))


async def test_s4_18_an_endpoint_specific_url_works(make: Make, gateway: EchoGateway) -> None:
    base = f"http://{API_ID}-{ENDPOINT}.execute-api.eu-west-1.amazonaws.com"
    api = client(make(through(ENDPOINT)), base)

    seen = (await api.get("/prod/ada")).json()
    assert seen["target"] == "/ada"
    # By its own name the API speaks https and nothing else, whatever this machine speaks.
    assert ["X-Forwarded-Proto", "https"] in seen["headers"]
    # What a function is told in its event: pages lead back below the stage.
    assert ["X-Forwarded-Prefix", "/prod"] in seen["headers"]
    assert (await api.get("/other/ada")).json() == {"message": "Forbidden"}
    assert gateway.asked == 1


async def test_a_body_of_ten_megabytes_passes_and_one_byte_more_does_not(
    make: Make, gateway: EchoGateway
) -> None:
    api = client(make(through(ENDPOINT)))
    most = 10 * 1024 * 1024

    assert (await api.post("/x", content=b"x" * most)).json()["bytes"] == most
    refused = await api.post("/x", content=b"x" * (most + 1))

    assert refused.status_code == 413
    assert refused.json() == {"message": "HTTP content length exceeded 10485760 bytes."}
    assert gateway.asked == 1


async def test_a_body_that_was_cut_off_is_not_passed_on(
    make: Make, gateway: EchoGateway
) -> None:
    """Half of what somebody meant to say is something else than they said."""
    messages: list[Message] = [
        {"type": "http.request", "body": b"token=ab", "more_body": True},
        {"type": "http.disconnect"},
    ]
    said: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        said.append(message)

    scope = {"type": "http", "method": "POST", "path": "/signout", "scheme": "http"}
    await make(through(ENDPOINT))(scope | {"headers": [], "query_string": b""}, receive, send)

    assert gateway.asked == 0
    assert said == []


async def test_headers_over_the_limit_are_refused(make: Make, gateway: EchoGateway) -> None:
    api = client(make(through(ENDPOINT)))

    long = {f"x-long-{number}": "a" * 4_900 for number in range(2)}

    assert (await api.get("/", headers=long)).status_code == 200
    assert (await api.get("/", headers={**long, "x-more": "a" * 400})).status_code == 431
    assert gateway.asked == 1


async def test_a_gateway_that_is_down_is_an_internal_error(make: Make) -> None:
    answer = await client(make(through(ENDPOINT))).get("/")

    assert (answer.status_code, answer.json()) == (502, {"message": "Internal server error"})


@pytest.mark.usefixtures("gateway")
async def test_a_gateway_that_does_not_answer_in_time_is_a_timeout(make: Make) -> None:
    answer = await client(make(through(ENDPOINT), timeout_s=0.05)).get("/never")

    assert answer.status_code == 504
    assert answer.json() == {"message": "Endpoint request timed out"}


@pytest.mark.usefixtures("gateway")
async def test_the_gateways_own_errors_pass_as_they_are(make: Make) -> None:
    answer = await client(make(through(ENDPOINT))).get("/broken")

    assert (answer.status_code, answer.text) == (500, "mine")


@pytest.mark.usefixtures("gateway")
async def test_cookies_of_one_person_never_reach_another(make: Make) -> None:
    api = make(through(ENDPOINT))
    await client(api).get("/open/forecasting")

    seen = (await client(api).get("/ada")).json()

    assert "cookie" not in {name.lower() for name, _ in seen["headers"]}


def scope(path: str, kind: str = "http") -> dict[str, Any]:
    return {
        "type": kind,
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"studio.acme.example")],
    }


async def no_body() -> MutableMapping[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def test_an_answer_passes_while_it_is_still_being_written(
    make: Make, gateway: EchoGateway
) -> None:
    sent: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
    serving = asyncio.create_task(make(through(ENDPOINT))(scope("/stream"), no_body, sent.put))

    async with asyncio.timeout(PATIENCE_S):
        assert (await sent.get())["status"] == 200
        assert (await sent.get())["body"] == b"first"
        gateway.more.set()
        assert (await sent.get())["body"] == b"second"
        assert (await sent.get()).get("more_body", False) is False
        await serving


@pytest.mark.usefixtures("gateway")
async def test_an_answer_that_stops_half_way_is_cut_and_not_dressed_up(make: Make) -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    with pytest.raises(TimeoutError):
        await make(through(ENDPOINT), timeout_s=1.0)(scope("/stream"), no_body, send)

    assert [message["type"] for message in sent] == [
        "http.response.start",
        "http.response.body",
    ]


async def test_a_websocket_is_refused(make: Make) -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def connect() -> MutableMapping[str, Any]:
        return {"type": "websocket.connect"}

    await make(through(ENDPOINT))(scope("/", "websocket"), connect, send)

    assert sent == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.usefixtures("gateway")
async def test_lifespan_closes_the_connections_and_they_open_again(make: Make) -> None:
    api = make(through(ENDPOINT))
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return next(messages)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    assert (await client(api).get("/ada")).status_code == 200
    await api({"type": "lifespan"}, receive, send)
    assert (await client(api).get("/ada")).status_code == 200

    kinds = [message["type"] for message in sent]
    assert kinds == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
