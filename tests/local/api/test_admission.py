"""A method with an authorizer: what is asked of whom, in which order, and what decides."""

import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from studiogate.local.api.invoke import Api
from studiogate.local.api.refused import UNANSWERED, UNAUTHORIZED, Refused
from studiogate.local.call import Arrival
from studiogate.local.private_api import PrivateApi
from studiogate.policy.doors import authorizer_policy
from studiogate.policy.language import Kind, Policy, parse
from tests.kit.private_api import (
    ACCOUNT,
    API_ARN,
    API_ID,
    ASKED_FIRST,
    ENDPOINT,
    REGION,
    EchoGateway,
    FakeAuthorizer,
    from_internet,
    listening,
    own_policy,
    through,
)

BEARER = {"authorization": "Bearer TOKEN"}
DENIED = "User is not authorized to access this resource with an explicit deny"
HOST = f"http://{API_ID}.execute-api.{REGION}.amazonaws.com"


def said(person: str = "ada", **more: Any) -> dict[str, Any]:
    """What our authorizer says of `person`."""
    policy = authorizer_policy(api_arn=API_ARN, stage="prod", person=person)
    return {"principalId": person, "policyDocument": policy, **more}


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[EchoGateway, Path]]:
    echo = EchoGateway()
    with tempfile.TemporaryDirectory(prefix="sg-") as short:
        async with listening(echo, Path(short) / "gateway.sock"):
            yield echo, Path(short) / "gateway.sock"


Ask = Callable[..., Any]


@pytest.fixture
async def ask(gateway: tuple[EchoGateway, Path]) -> AsyncIterator[Ask]:
    async with AsyncExitStack() as undo:

        async def asked(
            authorizer: FakeAuthorizer,
            path: str = "/prod/ada",
            *,
            headers: Mapping[str, str] = BEARER,
            arrival: Arrival | None = None,
            policy: Policy | None = None,
        ) -> httpx.Response:
            stands = Api(policy or own_policy(), API_ID, ACCOUNT, REGION, "prod", ASKED_FIRST)
            api = PrivateApi(
                api=lambda: stands,
                arrival_of=lambda _: arrival or through(ENDPOINT),
                ask=authorizer,
                upstream_socket=gateway[1],
            )
            undo.push_async_callback(api.close)
            carried = httpx.ASGITransport(app=api)
            client = httpx.AsyncClient(transport=carried, base_url=HOST)
            return await client.get(path, headers=dict(headers))

        yield asked


def of_resource(*statements: dict[str, Any]) -> Policy:
    whole = [{"Principal": "*", "Action": "*", "Resource": "*"} | one for one in statements]
    return parse({"Version": "2012-10-17", "Statement": whole}, kind=Kind.RESOURCE)


async def test_s2_07_who_asks_for_themselves_is_passed_on(
    ask: Ask, gateway: tuple[EchoGateway, Path]
) -> None:
    tokens = FakeAuthorizer(said())

    answer = await ask(tokens, "/prod/ada?app=Canvas")

    ((identity, event),) = tokens.asked
    assert answer.status_code == 200
    assert answer.json()["target"] == "/ada?app=Canvas"
    assert identity == ["Bearer TOKEN"]
    assert event["type"] == "REQUEST"
    assert event["methodArn"] == f"{API_ARN}/prod/GET/ada"
    assert (event["resource"], event["pathParameters"]) == ("/{person}", {"person": "ada"})
    assert event["multiValueHeaders"]["authorization"] == ["Bearer TOKEN"]
    assert event["multiValueQueryStringParameters"] == {"app": ["Canvas"]}
    assert event["requestContext"]["path"] == "/prod/ada"
    assert event["requestContext"]["identity"]["vpceId"] == ENDPOINT
    assert event["requestContext"]["requestId"] == answer.headers["x-amzn-requestid"]
    assert gateway[0].asked == 1


@pytest.mark.parametrize("path", ["/prod/bo", "/prod/%61da", "/prod/metrics"])
async def test_s2_38_whoever_else_is_asked_for_the_function_is_not_invoked(
    ask: Ask, gateway: tuple[EchoGateway, Path], path: str
) -> None:
    answer = await ask(FakeAuthorizer(said()), path)

    assert (answer.status_code, answer.json()) == (403, {"Message": DENIED})
    assert answer.headers["x-amzn-errortype"] == "AccessDeniedException"
    assert gateway[0].asked == 0


@pytest.mark.parametrize("headers", [{}, {"authorization": ""}])
async def test_s2_33_without_a_token_nobody_is_asked(
    ask: Ask, gateway: tuple[EchoGateway, Path], headers: dict[str, str]
) -> None:
    tokens = FakeAuthorizer()

    answer = await ask(tokens, headers=headers)

    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})
    assert tokens.asked == []
    assert gateway[0].asked == 0


@pytest.mark.parametrize(
    ("found", "status"),
    [
        pytest.param(UNAUTHORIZED, 401, id="a bad token"),
        pytest.param(UNANSWERED, 500, id="the keys cannot be had"),
        pytest.param({}, 500, id="no policy"),
        pytest.param({"policyDocument": "x"}, 500, id="no document"),
        pytest.param({"policyDocument": {"Statement": []}}, 500, id="an empty document"),
    ],
)
async def test_an_authorizer_that_does_not_say_yes_opens_nothing(
    ask: Ask,
    gateway: tuple[EchoGateway, Path],
    found: Mapping[str, Any] | Refused,
    status: int,
) -> None:
    answer = await ask(FakeAuthorizer(found))

    assert answer.status_code == status
    assert gateway[0].asked == 0


@pytest.mark.parametrize("path", ["/prod/", "/prod/open/forecasting", "/prod/api/me"])
async def test_other_paths_are_the_gateways_to_decide(ask: Ask, path: str) -> None:
    tokens = FakeAuthorizer()

    answer = await ask(tokens, path, headers={})

    assert answer.status_code in {200, 302}
    assert tokens.asked == []


@pytest.mark.parametrize(
    "arrival",
    [
        pytest.param(through("vpce-0cccccccccccccccc"), id="another endpoint"),
        pytest.param(from_internet(), id="the internet"),
    ],
)
async def test_s2_14_what_the_resource_policy_denies_never_reaches_the_authorizer(
    ask: Ask, gateway: tuple[EchoGateway, Path], arrival: Arrival
) -> None:
    tokens = FakeAuthorizer()

    answer = await ask(tokens, arrival=arrival)

    assert answer.status_code == 403
    assert "User: anonymous is not authorized" in answer.json()["Message"]
    assert tokens.asked == []
    assert gateway[0].asked == 0


async def test_table_a_an_allow_of_either_suffices_and_a_deny_of_either_is_enough(
    ask: Ask,
) -> None:
    silent = of_resource({"Effect": "Allow", "Resource": f"{API_ARN}/prod/POST/*"})
    denies = of_resource(
        {"Effect": "Allow"}, {"Effect": "Deny", "Resource": f"{API_ARN}/prod/GET/ada"}
    )
    nothing = said() | {"policyDocument": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": f"{API_ARN}/x/*"}
    ]}}  # fmt: skip

    assert (await ask(FakeAuthorizer(said()), policy=silent)).status_code == 200
    assert (await ask(FakeAuthorizer(nothing))).status_code == 200
    assert (await ask(FakeAuthorizer(), policy=denies)).status_code == 403
    neither = await ask(FakeAuthorizer(nothing), policy=silent)
    assert neither.json() == {"Message": "User is not authorized to access this resource"}


async def test_what_is_not_declared_is_not_passed_on(
    ask: Ask, gateway: tuple[EchoGateway, Path]
) -> None:
    answer = await ask(FakeAuthorizer(), "/prod/ada/more")

    assert (answer.status_code, answer.json()) == (
        403,
        {"message": "Missing Authentication Token"},
    )
    assert gateway[0].asked == 0
