"""The authorizer: whose token it is, one path for them, and not a word about the token."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from studiogate.errors import SettingsError
from studiogate.gateway.function.authorizer import Unanswered, Unauthorized, authorizer
from studiogate.gateway.function.entry import Handler
from studiogate.policy.doors import private_api_policy
from studiogate.policy.invoke import invoke
from studiogate.policy.language import Kind, parse
from studiogate.policy.request import ANONYMOUS, Request
from tests.kit.function import (
    ACCOUNT,
    API_ID,
    ENDPOINT,
    REGION,
    STAGE,
    asked,
    blocking,
    environment,
    event,
)
from tests.kit.gateway import Clock
from tests.kit.gateway_world import World

PERSON = "ada.lovelace@acme.example"
API = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API_ID}"
DOOR = parse(private_api_policy(api_arn=API, endpoint=ENDPOINT), kind=Kind.RESOURCE, name="api")


@pytest.fixture
def handler(world: World, clock: Clock) -> Iterator[Handler]:
    told = {"STUDIOGATE_IDPS": environment(world)["STUDIOGATE_IDPS"]}
    with blocking() as transport:
        yield authorizer(told, clock=clock, transport=transport)


def shown(world: World, person: str = PERSON) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.token(person)}"}


def test_s2_07_a_good_token_is_its_person_and_their_idp(world: World, handler: Handler) -> None:
    said = handler(asked(PERSON, headers=shown(world)), None)

    assert said["principalId"] == PERSON
    assert said["context"] == {"person": PERSON, "idp": "corporate"}


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (f"GET/{PERSON}", True),
        ("GET/user-lob-b", False),
        (f"POST/{PERSON}", False),
        (f"GET/{PERSON}/more", False),
        (f"GET/user-lob-b/GET/{PERSON}", False),
        ("GET/", False),
    ],
)
def test_s2_38_what_it_answers_allows_one_path(
    world: World, handler: Handler, path: str, *, allowed: bool
) -> None:
    said = handler(asked(PERSON, headers=shown(world)), None)
    policy = parse(said["policyDocument"], kind=Kind.IDENTITY, name="authorizer")
    through = {"aws:SourceVpce": ENDPOINT}
    question = Request(
        "execute-api:Invoke", f"{API}/{STAGE}/{path}", ANONYMOUS, through, ACCOUNT
    )

    assert invoke(DOOR, policy, question).allowed is allowed
    elsewhere = replace(question, context={"aws:SourceVpce": "vpce-0fffffff"})
    assert not invoke(DOOR, policy, elsewhere).allowed


def test_it_says_the_same_whoever_s_path_is_asked_for(world: World, handler: Handler) -> None:
    own = handler(asked(PERSON, headers=shown(world)), None)
    other = handler(asked("user-lob-b", headers=shown(world)), None)

    assert own == other


def test_the_partition_is_that_of_the_api(world: World, handler: Handler) -> None:
    said = handler(asked(PERSON, headers=shown(world), partition="aws-cn"), None)

    assert "arn:aws-cn:execute-api:" in str(said["policyDocument"])


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "bearer-malformed"),
        ({"Authorization": "Basic dXNlcjpwYXNz"}, "bearer-scheme"),
        ({"Authorization": "Bearer"}, "bearer-malformed"),
        ({"Authorization": ["Bearer TOKEN.A.B", "Bearer TOKEN.C.D"]}, "bearer-repeated"),
        ({"Authorization": "Bearer TOKEN.TOKEN.TOKEN"}, "token-"),
    ],
    ids=["none", "basic", "empty", "two", "garbage"],
)
def test_s2_33_without_a_good_token_it_is_401_and_the_log_has_a_code(
    handler: Handler,
    caplog: pytest.LogCaptureFixture,
    headers: dict[str, str | Sequence[str]],
    reason: str,
) -> None:
    with caplog.at_level(logging.INFO), pytest.raises(Unauthorized) as refused:
        handler(asked(PERSON, headers=headers), None)

    assert str(refused.value) == "Unauthorized"
    assert refused.value.__context__ is None
    (line,) = [one for one in caplog.records if one.name.endswith("authorizer")]
    assert line.__dict__["facts"]["reason"].startswith(reason)
    assert "TOKEN" not in str([one.__dict__ for one in caplog.records])


def test_f_06_the_header_and_the_scheme_count_in_any_case(
    world: World, handler: Handler
) -> None:
    headers = {"authorization": f"bearer {world.token(PERSON)}"}

    assert handler(asked(PERSON, headers=headers), None)["principalId"] == PERSON


def test_f_05_a_token_of_another_issuer_is_nobody(handler: Handler, clock: Clock) -> None:
    elsewhere = World(clock)
    elsewhere.url = "https://login.evil.example"

    with pytest.raises(Unauthorized):
        handler(asked(PERSON, headers=shown(elsewhere)), None)


def test_an_expired_token_is_nobody(world: World, handler: Handler, clock: Clock) -> None:
    headers = shown(world)
    clock.forward(hours=2)

    with pytest.raises(Unauthorized):
        handler(asked(PERSON, headers=headers), None)


def test_f_02_a_name_that_is_a_pattern_is_nobody(world: World, handler: Handler) -> None:
    for name in ("*", "user-lob-?", "ad/min", "a"):
        with pytest.raises(Unauthorized):
            handler(asked("user-lob-a", headers=shown(world, name)), None)


def test_f_04_a_silent_provider_is_500_and_the_next_token_asks_again(
    world: World, clock: Clock
) -> None:
    told = environment(world)["STUDIOGATE_IDPS"]
    dead = told.replace(world.url, "http://127.0.0.1:9")
    handler = authorizer({"STUDIOGATE_IDPS": dead}, clock=clock)
    world.url = "http://127.0.0.1:9"

    for _ in range(2):
        with pytest.raises(Unanswered) as failed:
            handler(asked(PERSON, headers=shown(world)), None)
        assert failed.value.__context__ is None
        clock.forward(seconds=4)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "TOKEN"},
        {"methodArn": "arn:aws:execute-api:eu-west-1:111111111111:*/prod/GET/x"},
        {"methodArn": "arn:aws:execute-api:eu-west-1:111111111111:api/*/GET/x"},
        {"methodArn": None},
    ],
)
def test_what_is_no_question_is_not_answered(
    world: World, handler: Handler, change: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match="not an event"):
        handler({**asked(PERSON, headers=shown(world)), **change}, None)


def test_a_request_of_the_gateway_is_no_question(handler: Handler) -> None:
    with pytest.raises(ValueError, match="not an event"):
        handler(event(f"/{PERSON}"), None)


def test_it_is_told_of_providers_or_does_not_start(clock: Clock) -> None:
    with pytest.raises(SettingsError, match="STUDIOGATE_IDPS"):
        authorizer({}, clock=clock)
