"""The product's own authorizer, asked with the variables of the function that stands."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest

from studiogate import names
from studiogate.foundation.templates.gateway import AUTHORIZER_HANDLER
from studiogate.landscape.model import INTERNET
from studiogate.local.api.refused import UNANSWERED, UNAUTHORIZED, UNUSABLE
from studiogate.local.authorizing import Authorizers
from studiogate.local.functions.store import Function, Functions, Name
from studiogate.local.listeners import IDP, Listener, Listeners
from tests.kit.function import ACCOUNT, REGION, asked, environment
from tests.kit.gateway import Clock, serving
from tests.kit.gateway_world import World

WHERE = Name(ACCOUNT, REGION, names.AUTHORIZER_FUNCTION)
TOKENS: dict[str, Any] = {
    "id": "auth01",
    "authorizerUri": f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
    f"{WHERE.arn}/invocations",
    "authorizerResultTtlInSeconds": 0,
}
PERSON = "ada.lovelace@acme.example"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> Iterator[World]:
    world = World(clock)
    with serving(world.app) as world.url:
        yield world


@pytest.fixture
def functions(world: World, clock: Clock) -> Functions:
    functions = Functions(clock)
    variables = {"STUDIOGATE_IDPS": environment(world)["STUDIOGATE_IDPS"]}
    about = {
        "Handler": AUTHORIZER_HANDLER,
        "CodeSha256": "one",
        "Timeout": 10,
        "Environment": {"Variables": variables},
    }
    functions.add(Function(WHERE, about))
    return functions


@pytest.fixture
async def ask(functions: Functions, world: World, clock: Clock) -> AsyncIterator[Authorizers]:
    port = int(world.url.rpartition(":")[2])
    known: Listeners = {(IDP, INTERNET): Listener(IDP, INTERNET, port)}
    made = Authorizers(functions, known, clock)
    yield made
    made.close()


def shown(world: World, person: str = PERSON) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.token(person)}"}


async def test_s2_07_it_says_what_the_function_says(ask: Authorizers, world: World) -> None:
    said = await ask(TOKENS, ["x"], asked(PERSON, headers=shown(world)))

    assert isinstance(said, dict)
    assert said["principalId"] == PERSON
    assert said["policyDocument"]["Statement"][0]["Resource"].endswith(f"/prod/GET/{PERSON}")


@pytest.mark.parametrize("token", ["", "not.a.token", "Bearer"])
async def test_s2_33_a_bad_token_is_unauthorised(ask: Authorizers, token: str) -> None:
    event = asked(PERSON, headers={"Authorization": f"Bearer {token}"})

    assert await ask(TOKENS, ["x"], event) == UNAUTHORIZED


async def test_an_idp_that_does_not_answer_is_a_failure_and_no_yes(
    functions: Functions, world: World, clock: Clock
) -> None:
    known: Listeners = {(IDP, INTERNET): Listener(IDP, INTERNET, 9)}
    ask = Authorizers(functions, known, clock)

    said = await ask(TOKENS, ["x"], asked(PERSON, headers=shown(world)))
    ask.close()

    assert said == UNANSWERED


@pytest.mark.parametrize(
    "uri",
    ["", "arn:aws:apigateway:x", str(TOKENS["authorizerUri"]).replace("studiogate-", "no-")],
)
async def test_a_function_that_is_not_there_is_a_wrong_configuration(
    ask: Authorizers, world: World, uri: str
) -> None:
    event = asked(PERSON, headers=shown(world))

    assert await ask(TOKENS | {"authorizerUri": uri}, ["x"], event) == UNUSABLE


async def test_a_function_with_other_code_than_ours_is_not_pretended(
    ask: Authorizers, functions: Functions, world: World
) -> None:
    functions.get(WHERE).configuration["Handler"] = "index.handler"

    assert await ask(TOKENS, ["x"], asked(PERSON, headers=shown(world))) == UNUSABLE


async def test_a_function_that_is_told_wrong_says_nothing(
    ask: Authorizers, functions: Functions, world: World
) -> None:
    told = functions.get(WHERE).configuration["Environment"]["Variables"]
    told["STUDIOGATE_IDPS"] = '{"corporate": {}}'

    assert await ask(TOKENS, ["x"], asked(PERSON, headers=shown(world))) == UNANSWERED


async def test_other_variables_are_another_instance(
    ask: Authorizers, functions: Functions, world: World
) -> None:
    event = asked(PERSON, headers=shown(world))
    before = await ask(TOKENS, ["x"], event)
    told = functions.get(WHERE).configuration["Environment"]["Variables"]
    idps = json.loads(told["STUDIOGATE_IDPS"])
    told["STUDIOGATE_IDPS"] = json.dumps(
        {name: {**idp, "client_id": "another"} for name, idp in idps.items()}
    )

    after = await ask(TOKENS, ["x"], event)

    assert isinstance(before, dict)
    assert after == UNAUTHORIZED


@pytest.mark.parametrize(
    ("kept_s", "later_s", "same"), [(0, 0, False), (60, 59, True), (60, 60, False)]
)
async def test_f_09_a_result_is_kept_as_long_as_the_authorizer_says_and_no_longer(
    ask: Authorizers, world: World, clock: Clock, *, kept_s: int, later_s: int, same: bool
) -> None:
    tokens = TOKENS | {"authorizerResultTtlInSeconds": kept_s}
    first = await ask(tokens, ["Bearer A"], asked(PERSON, headers=shown(world)))
    clock.now += timedelta(seconds=later_s)

    again = await ask(
        tokens, ["Bearer A"], asked(PERSON, headers={"Authorization": "Bearer x"})
    )

    assert isinstance(first, dict)
    assert (again == first) is same
    assert await ask(tokens, ["Bearer B"], asked(PERSON, headers={})) == UNAUTHORIZED


async def test_a_refusal_is_not_kept(ask: Authorizers, world: World) -> None:
    tokens = TOKENS | {"authorizerResultTtlInSeconds": 60}
    assert await ask(tokens, ["A"], asked(PERSON, headers={})) == UNAUTHORIZED

    assert isinstance(await ask(tokens, ["A"], asked(PERSON, headers=shown(world))), dict)
