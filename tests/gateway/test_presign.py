"""Role and URL: what AWS is asked for, how often, and which URLs are never handed on."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from studiogate.aws.wire.calls import AssumeRole, Presign
from studiogate.errors import Absent, AwsError, Denied, NotAllowed, NotThere, Unreachable
from studiogate.gateway.ports import Grant
from studiogate.gateway.presign import AwsStudio
from tests.kit.gateway import NOW, REGION, Clock, FakeAws, aws_error

GRANT = Grant(
    person="ada.lovelace@acme.example",
    profile="ada",
    lob="lob-a",
    account="222222222222",
    external_id="studiogate:acme:demo:lob-a",
    domain="forecasting",
    domain_id="d-forecasting",
    url_expires_s=20,
    session_s=28800,
    landing="app:JupyterLab:",
    network="office",
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def aws(clock: Clock) -> FakeAws:
    return FakeAws(clock)


@pytest.fixture
def studio(aws: FakeAws, clock: Clock) -> AwsStudio:
    return AwsStudio(aws, region=REGION, clock=clock)


async def test_the_role_is_assumed_as_the_person_for_one_profile(
    studio: AwsStudio, aws: FakeAws
) -> None:
    await studio.url(GRANT)

    (asked,) = aws.calls(AssumeRole)
    assert asked.role_arn == "arn:aws:iam::222222222222:role/PresignedUrlGenerator"
    assert asked.session_name == asked.source_identity == "ada.lovelace@acme.example"
    assert asked.external_id == "studiogate:acme:demo:lob-a"
    assert asked.tags == {"studiogate:profile": "ada"}
    assert asked.duration_s == 3600
    assert len(asked.policy) <= 2048
    allowed = json.loads(asked.policy)["Statement"]
    assert {statement["Effect"] for statement in allowed} == {"Allow"}
    assert "user-profile/d-forecasting/ada" in asked.policy
    assert "*" not in asked.policy


async def test_the_url_is_asked_for_as_the_grant_says(studio: AwsStudio, aws: FakeAws) -> None:
    url = await studio.url(replace(GRANT, space="team-1"))

    assert url == "https://d-forecasting.studio.eu-west-1.sagemaker.aws/auth?token=SECRET1"
    assert aws.calls(Presign) == [
        Presign(
            domain_id="d-forecasting",
            profile="ada",
            url_expires_s=20,
            session_s=28800,
            landing="app:JupyterLab:",
            space="team-1",
        )
    ]


async def test_who_was_here_within_the_hour_costs_one_call(
    studio: AwsStudio, aws: FakeAws, clock: Clock
) -> None:
    await studio.url(GRANT)
    clock.forward(minutes=54)
    await studio.url(replace(GRANT, landing="app:Canvas:", space="other", session_s=3600))
    assert len(aws.calls(AssumeRole)) == 1
    clock.forward(minutes=1)
    await studio.url(GRANT)

    assert len(aws.calls(AssumeRole)) == 2


async def test_every_opening_has_its_own_url(studio: AwsStudio, aws: FakeAws) -> None:
    urls = await asyncio.gather(*(studio.url(GRANT) for _ in range(20)))

    assert len(set(urls)) == 20
    assert len(aws.calls(AssumeRole)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"person": "bo"},
        {"profile": "bo"},
        {"account": "333333333333"},
        {"domain_id": "d-other"},
        {"external_id": "studiogate:acme:prod:lob-a"},
        {"until": NOW + timedelta(hours=2)},
    ],
)
async def test_credentials_are_never_shared(
    studio: AwsStudio, aws: FakeAws, change: dict[str, Any]
) -> None:
    await studio.url(GRANT)
    await studio.url(replace(GRANT, **change))

    assert len(aws.calls(AssumeRole)) == 2


async def test_credentials_do_not_outlive_the_grant(
    studio: AwsStudio, aws: FakeAws, clock: Clock
) -> None:
    grant = replace(GRANT, until=NOW + timedelta(minutes=50))
    await studio.url(grant)
    clock.forward(minutes=34)
    await studio.url(grant)
    clock.forward(minutes=11)

    with pytest.raises(NotAllowed) as refused:
        await studio.url(grant)

    assert [asked.duration_s for asked in aws.calls(AssumeRole)] == [3000]
    assert refused.value.reason == "expires-too-soon"


async def test_not_even_when_aws_lets_them(
    studio: AwsStudio, aws: FakeAws, clock: Clock
) -> None:
    grant = replace(GRANT, until=NOW + timedelta(minutes=50))
    aws.lasts_s = 7200
    await studio.url(grant)
    clock.forward(minutes=50)

    with pytest.raises(NotAllowed):
        await studio.url(grant)


@pytest.mark.parametrize(
    "code", ["ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId"]
)
async def test_a_token_that_ended_early_is_renewed_once(
    studio: AwsStudio, aws: FakeAws, code: str
) -> None:
    await studio.url(GRANT)
    aws.fails["presign"] = [aws_error(Denied, code=code)]

    await studio.url(GRANT)

    assert len(aws.calls(AssumeRole)) == 2


async def test_a_token_that_is_refused_again_is_not_renewed_for_ever(
    studio: AwsStudio, aws: FakeAws
) -> None:
    aws.fails["presign"] = [aws_error(Denied, code="ExpiredToken") for _ in range(9)]

    with pytest.raises(Denied):
        await studio.url(GRANT)

    assert len(aws.calls(AssumeRole)) == 2


async def test_who_is_denied_is_not_held_to_old_credentials(
    studio: AwsStudio, aws: FakeAws
) -> None:
    aws.fails["presign"] = [aws_error(Denied, code="AccessDeniedException")]
    with pytest.raises(Denied):
        await studio.url(GRANT)

    await studio.url(GRANT)

    assert len(aws.calls(AssumeRole)) == 2


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="nothing"),
        pytest.param("https://evil.example/auth?token=S", id="another host"),
        pytest.param(
            "https://d-other.studio.eu-west-1.sagemaker.aws/auth?token=S", id="domain"
        ),
        pytest.param(
            "https://d-forecasting.studio.eu-west-1.sagemaker.aws@evil.example/auth?token=S",
            id="a user before another host",
        ),
        pytest.param(
            "https://d-forecasting.studio.eu-west-1.sagemaker.aws:8443/auth?token=S",
            id="a port",
        ),
        pytest.param(
            "http://d-forecasting.studio.eu-west-1.sagemaker.aws/auth?token=S", id="plain http"
        ),
        pytest.param(
            "https://d-forecasting.studio.eu-west-1.sagemaker.aws/other?token=S", id="a path"
        ),
        pytest.param(
            "https://d-forecasting.studio.eu-west-1.sagemaker.aws/auth", id="no token"
        ),
        pytest.param(
            "https://d-forecasting.studio.eu-west-1.sagemaker.aws/auth?token=S\r\nX: 1",
            id="CRLF",
        ),
        pytest.param(
            "https://d-forecasting.studio.eu-west-1.sagemaker.aws/auth?t=S#x", id="a fragment"
        ),
        pytest.param("https://[/auth?token=S", id="not a URL"),
    ],
)
async def test_a_url_that_is_not_the_domains_own_is_never_handed_on(
    studio: AwsStudio, aws: FakeAws, url: str
) -> None:
    aws.url = url.replace("{", "{{")

    with pytest.raises(AwsError) as refused:
        await studio.url(GRANT)

    assert refused.value.code == "ForeignUrl"
    assert "token" not in str(refused.value)


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-west-2", "d-forecasting.studio.us-west-2.sagemaker.aws"),
        ("us-gov-west-1", "d-forecasting.studio.us-gov-west-1.sagemaker.aws"),
        ("cn-north-1", "d-forecasting.studio.cn-north-1.sagemaker.com.cn"),
    ],
)
async def test_studio_has_its_own_name_in_each_partition(
    aws: FakeAws, clock: Clock, region: str, host: str
) -> None:
    aws.url = f"https://{host}/auth?token=S"

    assert await AwsStudio(aws, region=region, clock=clock).url(GRANT) == aws.url


async def test_another_studio_is_a_setting(aws: FakeAws, clock: Clock) -> None:
    aws.url = "http://d-forecasting.studio.eu-west-1.localhost:8443/auth?token=S"
    template = "http://{domain_id}.studio.{region}.localhost:8443"

    url = await AwsStudio(aws, region=REGION, clock=clock, studio_url=template).url(GRANT)

    assert url == aws.url


async def test_a_space_that_is_missing_is_said_to_be_the_space(
    studio: AwsStudio, aws: FakeAws
) -> None:
    aws.fails["presign"] = [aws_error(Absent)]
    aws.domains["d-forecasting"] = {"AuthMode": "IAM", "Status": "InService"}

    with pytest.raises(NotThere) as refused:
        await studio.url(replace(GRANT, space="gone"))

    assert refused.value.reason == "space-missing"


async def test_a_diagnosis_that_fails_is_a_failure_and_not_an_absence(
    studio: AwsStudio, aws: FakeAws
) -> None:
    aws.fails["presign"] = [aws_error(Absent)]
    aws.fails["describe_domain"] = [aws_error(Unreachable)]

    with pytest.raises(Unreachable):
        await studio.url(GRANT)
