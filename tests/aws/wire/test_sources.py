"""Where credentials come from, how they are renewed, and which addresses are trusted with them."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from studiogate.aws.wire.blocking import BlockingTransport, drive
from studiogate.aws.wire.call import Credentials, NoAnswer, WireAnswer, WireRequest
from studiogate.aws.wire.container import ContainerCredentials
from studiogate.aws.wire.sources import (
    EnvironmentCredentials,
    from_environment,
)
from studiogate.errors import AwsError, Denied, SettingsError, Unreachable
from tests.kit.aws_server import RudeServer
from tests.kit.aws_transport import ScriptedTransport, SetClock

URL = "http://169.254.170.2/v2/credentials/task"
LAMBDA = {
    "AWS_ACCESS_KEY_ID": "ASIA1",
    "AWS_SECRET_ACCESS_KEY": "hush-secret",
    "AWS_SESSION_TOKEN": "hush-token",
}


def issued(clock: SetClock, number: int = 1, *, minutes: int = 60) -> WireAnswer:
    keys = {
        "AccessKeyId": f"ASIA{number}",
        "SecretAccessKey": "hush-secret",
        "Token": "hush-token",
        "Expiration": (clock.now + timedelta(minutes=minutes)).isoformat(),
    }
    return WireAnswer(200, {}, json.dumps(keys).encode())


def container(transport: ScriptedTransport, clock: SetClock) -> ContainerCredentials:
    return ContainerCredentials(transport, url=URL, clock=clock)


async def test_the_environment_is_read_anew_each_time() -> None:
    environ = dict(LAMBDA)
    source = EnvironmentCredentials(environ)
    first = await source.credentials()
    environ["AWS_ACCESS_KEY_ID"] = "ASIA2"

    assert first == Credentials("ASIA1", "hush-secret", "hush-token")
    assert (await source.credentials()).access_key == "ASIA2"


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
async def test_half_a_key_is_refused_naming_the_other_half(missing: str) -> None:
    environ = {**LAMBDA, missing: ""}

    with pytest.raises(SettingsError, match=f"^{missing} is not set") as told:
        from_environment(environ, ScriptedTransport(), SetClock())
    with pytest.raises(SettingsError, match=missing):
        await EnvironmentCredentials(environ).credentials()
    assert "hush" not in f"{told.value} {told.value.remedy}"


def test_an_environment_with_nothing_is_told_what_could_be_there() -> None:
    with pytest.raises(SettingsError) as told:
        from_environment({}, ScriptedTransport(), SetClock())

    for variable in ("AWS_ACCESS_KEY_ID", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        assert variable in told.value.remedy


async def test_keys_in_the_environment_come_before_the_container() -> None:
    environ = {**LAMBDA, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"}
    transport = ScriptedTransport()

    found = await from_environment(environ, transport, SetClock()).credentials()

    assert found.access_key == "ASIA1"
    assert transport.sent == []


async def test_a_task_asks_the_agent_at_its_relative_path() -> None:
    clock = SetClock()
    transport = ScriptedTransport([issued(clock)])
    environ = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/task"}

    found = await from_environment(environ, transport, clock).credentials()

    assert transport.sent[0].url == URL
    assert transport.sent[0].method == "GET"
    assert found.expires_at == clock.now + timedelta(hours=1)


async def test_a_pod_shows_the_token_of_its_file_as_it_is_at_that_moment(
    tmp_path: Path,
) -> None:
    clock = SetClock()
    transport = ScriptedTransport([issued(clock, 1), issued(clock, 2, minutes=200)])
    token = tmp_path / "token"
    token.write_text("first\n")
    environ = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "unused",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token),
    }
    source = from_environment(environ, transport, clock)

    await source.credentials()
    token.write_text("second")
    clock.pass_by(timedelta(minutes=56))
    await source.credentials()

    assert [sent.headers["authorization"] for sent in transport.sent] == ["first", "second"]


async def test_a_token_in_the_environment_is_shown_when_no_file_is_named() -> None:
    clock = SetClock()
    transport = ScriptedTransport([issued(clock)])
    environ = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:51679/x",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic abc",
    }

    await from_environment(environ, transport, clock).credentials()

    assert transport.sent[0].headers["authorization"] == "Basic abc"


@pytest.mark.parametrize("content", [None, "two\nlines", "é"], ids=["absent", "lines", "bytes"])
async def test_an_unusable_token_file_stops_the_request(
    tmp_path: Path, content: str | None
) -> None:
    token = tmp_path / "token"
    if content is not None:
        token.write_text(content)
    transport = ScriptedTransport()
    environ = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token),
    }

    with pytest.raises(Unreachable, match="AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"):
        await from_environment(environ, transport, SetClock()).credentials()
    assert transport.sent == []


@pytest.mark.parametrize(
    "environ",
    [
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://evil.example/keys"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.169.254/keys"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://10.0.0.1/keys"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1.evil.example/keys"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost@evil.example/keys"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "ftp://127.0.0.1/keys"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "https:///keys"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "keys"},
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "@evil.example/keys"},
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": ".evil.example/keys"},
        {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "https://agent.example/keys",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "two\r\nlines",
        },
    ],
)
def test_keys_are_not_fetched_from_just_anywhere(environ: Mapping[str, str]) -> None:
    with pytest.raises(SettingsError, match="AWS_CONTAINER"):
        from_environment(environ, ScriptedTransport(), SetClock())


@pytest.mark.parametrize(
    "url",
    [
        "https://agent.example/keys",
        "http://localhost:9/keys",
        "http://127.3.2.1/keys",
        "http://[::1]:9/keys",
        "http://[fd00:ec2::23]/keys",
    ],
)
async def test_https_loopback_and_the_agents_are_asked(url: str) -> None:
    clock = SetClock()
    transport = ScriptedTransport([issued(clock)])
    environ = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": url}

    await from_environment(environ, transport, clock).credentials()

    assert transport.sent[0].url == url


async def test_credentials_are_kept_until_five_minutes_before_their_end() -> None:
    clock = SetClock()
    transport = ScriptedTransport([issued(clock, 1), issued(clock, 2, minutes=120)])
    source = container(transport, clock)

    await source.credentials()
    clock.pass_by(timedelta(minutes=54, seconds=59))
    kept = await source.credentials()
    clock.pass_by(timedelta(seconds=1))
    renewed = await source.credentials()

    assert (kept.access_key, renewed.access_key) == ("ASIA1", "ASIA2")


class GatedTransport(ScriptedTransport):
    """Holds every answer until the gate opens."""

    def __init__(self, script: list[WireAnswer | NoAnswer]) -> None:
        super().__init__(script)
        self.gate = asyncio.Event()

    async def send(self, request: WireRequest) -> WireAnswer:
        self.sent.append(request)
        await self.gate.wait()
        self.sent.pop()
        return await super().send(request)


async def test_many_who_ask_at_once_cause_one_request() -> None:
    clock = SetClock()
    transport = GatedTransport([issued(clock)])
    source = container(transport, clock)

    asking = [asyncio.create_task(source.credentials()) for _ in range(20)]
    await asyncio.sleep(0)
    transport.gate.set()
    found = await asyncio.gather(*asking)

    assert {keys.access_key for keys in found} == {"ASIA1"}
    assert len(transport.sent) == 1


async def test_many_who_ask_a_broken_agent_share_one_failure() -> None:
    transport = GatedTransport([NoAnswer("gone")])
    source = container(transport, SetClock())

    asking = [asyncio.create_task(source.credentials()) for _ in range(20)]
    await asyncio.sleep(0)
    transport.gate.set()
    found = await asyncio.gather(*asking, return_exceptions=True)

    assert {type(answer) for answer in found} == {Unreachable}
    assert len(transport.sent) == 1


async def test_nobody_waits_for_a_renewal_while_the_old_ones_are_good() -> None:
    clock = SetClock()
    transport = GatedTransport([issued(clock, 1), issued(clock, 2, minutes=120)])
    transport.gate.set()
    source = container(transport, clock)
    await source.credentials()
    clock.pass_by(timedelta(minutes=56))
    transport.gate.clear()

    renewing = asyncio.create_task(source.credentials())
    await asyncio.sleep(0)
    meanwhile = await source.credentials()
    transport.gate.set()

    assert meanwhile.access_key == "ASIA1"
    assert (await renewing).access_key == "ASIA2"


async def test_old_credentials_serve_while_the_agent_fails_and_not_a_moment_longer() -> None:
    clock = SetClock()
    transport = ScriptedTransport([issued(clock), NoAnswer("gone"), NoAnswer("gone")])
    source = container(transport, clock)
    await source.credentials()

    clock.pass_by(timedelta(minutes=56))
    assert (await source.credentials()).access_key == "ASIA1"
    assert (await source.credentials()).access_key == "ASIA1"
    assert len(transport.sent) == 2

    clock.pass_by(timedelta(minutes=4))
    with pytest.raises(Unreachable):
        await source.credentials()


async def test_an_agent_that_recovers_is_noticed() -> None:
    clock = SetClock()
    transport = ScriptedTransport([NoAnswer("gone"), issued(clock)])
    source = container(transport, clock)
    with pytest.raises(Unreachable):
        await source.credentials()

    clock.pass_by(timedelta(seconds=5))

    assert (await source.credentials()).access_key == "ASIA1"


@pytest.mark.parametrize(
    ("answer", "family"),
    [
        (WireAnswer(401, {}, b"hush"), Denied),
        (WireAnswer(403, {}, b"hush"), Denied),
        (WireAnswer(404, {}, b"hush"), AwsError),
        (WireAnswer(500, {}, b"hush"), AwsError),
        (WireAnswer(302, {"location": "http://evil.example"}, b""), AwsError),
        (WireAnswer(200, {}, b"{}"), AwsError),
        (WireAnswer(200, {}, b"hush"), AwsError),
        (WireAnswer(200, {}, b'{"AccessKeyId": 1, "SecretAccessKey": 2}'), AwsError),
        (
            WireAnswer(
                200,
                {},
                b'{"AccessKeyId": "A", "SecretAccessKey": "hush", "Token": "", "Expiration": "x"}',
            ),
            AwsError,
        ),
    ],
)
async def test_an_agent_that_gives_no_credentials_is_an_error(
    answer: WireAnswer, family: type[AwsError]
) -> None:
    with pytest.raises(AwsError) as told:
        await container(ScriptedTransport([answer]), SetClock()).credentials()
    assert type(told.value) is family
    assert "hush" not in f"{told.value} {told.value!r} {told.value.remedy}"


def test_works_over_a_real_connection_without_an_event_loop() -> None:
    clock = SetClock()
    transport = BlockingTransport()
    with RudeServer() as server:
        answer = issued(clock)
        server.answers["/keys"] = (200, {}, answer.body)
        environ = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.url}/keys"}
        found = drive(from_environment(environ, transport, clock).credentials())
        drive(transport.close())

    assert found.access_key == "ASIA1"
    assert "hush" not in repr(found)
