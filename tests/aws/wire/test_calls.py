"""The calls: what they send, what they read, and what they make of anything else."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import parse_qs

import pytest

from studiogate.aws.wire.answers import Put
from studiogate.aws.wire.blocking import BlockingTransport, drive
from studiogate.aws.wire.call import Credentials, NoAnswer, WireAnswer
from studiogate.aws.wire.calls import AssumeRole, Presign, Wire
from studiogate.aws.wire.tables import Tables
from studiogate.aws.wire.transport import AiohttpTransport
from studiogate.errors import Absent, AwsError, Busy, Denied, Unreachable
from studiogate.foundation.directory import Item
from tests.kit.aws_server import RudeServer
from tests.kit.aws_transport import ScriptedTransport, SetClock
from tests.kit.given_credentials import GivenCredentials

OURS = Credentials("AKIAOURS", "hush-ours", "hush-token")
THEIRS = Credentials("ASIATHEIRS", "hush-theirs", "hush-their-token")
ROLE = AssumeRole(
    role_arn="arn:aws:iam::222222222222:role/PresignedUrlGenerator",
    session_name="user-lob-a",
    source_identity="user-lob-a",
    external_id="studiogate:acme:demo:lob-a",
    policy='{"Version":"2012-10-17","Statement":[]}',
    tags={"studiogate:profile": "user-lob-a", "team": "a&b=c"},
    duration_s=3600,
)
PRESIGN = Presign(
    domain_id="d-abc",
    profile="user-lob-a",
    url_expires_s=20,
    session_s=28800,
    landing="app:JupyterLab:",
)
URL = "https://d-abc.studio.eu-west-1.sagemaker.aws/auth?token=hush-url"
ASSUMED = b"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleResult><AssumedRoleUser><Arn>arn</Arn><AssumedRoleId>A:b</AssumedRoleId></AssumedRoleUser>
<Credentials><AccessKeyId>ASIATHEIRS</AccessKeyId><SecretAccessKey>hush-theirs</SecretAccessKey>
<SessionToken>hush-their-token</SessionToken><Expiration>2030-01-01T13:00:00Z</Expiration></Credentials>
</AssumeRoleResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>"""


def said(body: object, status: int = 200) -> WireAnswer:
    return WireAnswer(
        status, {}, body if isinstance(body, bytes) else json.dumps(body).encode()
    )


def wire(
    *script: WireAnswer | NoAnswer, region: str = "eu-west-1"
) -> tuple[Wire, ScriptedTransport]:
    transport = ScriptedTransport(script)
    made = Wire(transport, region=region, source=GivenCredentials(OURS), clock=SetClock())
    return made, transport


async def test_get_item_asks_for_the_eventually_consistent_item() -> None:
    item = {"PK": {"S": "user-lob-a"}}
    aws, transport = wire(said({"Item": item}))

    found = await Tables(aws).get_item("people", item)

    sent = transport.sent[0]
    assert found == item
    assert sent.url == "https://dynamodb.eu-west-1.amazonaws.com/"
    assert sent.headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
    assert sent.headers["content-type"] == "application/x-amz-json-1.0"
    assert json.loads(sent.body) == {
        "TableName": "people",
        "Key": item,
        "ConsistentRead": False,
    }


@pytest.mark.parametrize("body", [{}, {"Item": None}])
async def test_an_item_that_is_not_there_is_none(body: object) -> None:
    aws, _ = wire(said(body))

    assert await Tables(aws).get_item("people", {"PK": {"S": "nobody"}}) is None


ROW = {"DAY": {"S": "2030-01-01"}, "MOMENT": {"S": "12:00"}}
TAKEN = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"


@pytest.mark.parametrize(
    ("only_if", "condition"),
    [("absent", "attribute_not_exists(#key)"), ("present", "attribute_exists(#key)")],
)
async def test_put_item_never_puts_without_a_condition(
    only_if: Literal["absent", "present"], condition: str
) -> None:
    aws, transport = wire(said({}))

    found = await Tables(aws).put_item("openings", ROW, key="DAY", only_if=only_if)

    sent = transport.sent[0]
    assert found == Put(done=True, there=None)
    assert sent.headers["x-amz-target"] == "DynamoDB_20120810.PutItem"
    assert json.loads(sent.body) == {
        "TableName": "openings",
        "Item": ROW,
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#key": "DAY"},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


@pytest.mark.parametrize("there", [None, ROW])
async def test_a_condition_that_is_not_met_is_an_answer(there: Item | None) -> None:
    shown = {} if there is None else {"Item": there}
    aws, _ = wire(said({"__type": TAKEN, "message": "…", **shown}, 400))

    found = await Tables(aws).put_item("openings", ROW, key="DAY", only_if="absent")

    assert found == Put(done=False, there=there)


async def test_any_other_refusal_of_a_put_is_an_error() -> None:
    aws, _ = wire(said({"__type": "x#AccessDeniedException", "Message": "no"}, 400))

    with pytest.raises(Denied):
        await Tables(aws).put_item("openings", ROW, key="DAY", only_if="absent")


async def test_assume_role_sends_identity_tags_and_session_policy() -> None:
    aws, transport = wire(said(ASSUMED))

    found = await aws.assume_role(ROLE)

    form = parse_qs(transport.sent[0].body.decode(), strict_parsing=True)
    assert transport.sent[0].url == "https://sts.eu-west-1.amazonaws.com/"
    assert found == Credentials(
        "ASIATHEIRS", "hush-theirs", "hush-their-token", datetime(2030, 1, 1, 13, tzinfo=UTC)
    )
    assert form == {
        "Action": ["AssumeRole"],
        "Version": ["2011-06-15"],
        "RoleArn": [ROLE.role_arn],
        "RoleSessionName": ["user-lob-a"],
        "SourceIdentity": ["user-lob-a"],
        "ExternalId": [ROLE.external_id],
        "Policy": [ROLE.policy],
        "DurationSeconds": ["3600"],
        "Tags.member.1.Key": ["studiogate:profile"],
        "Tags.member.1.Value": ["user-lob-a"],
        "Tags.member.2.Key": ["team"],
        "Tags.member.2.Value": ["a&b=c"],
    }


@pytest.mark.parametrize(("space", "sent_space"), [(None, {}), ("s", {"SpaceName": "s"})])
async def test_presign_is_signed_by_the_role_and_asks_for_seconds(
    space: str | None, sent_space: dict[str, str]
) -> None:
    aws, transport = wire(said({"AuthorizedUrl": URL}))
    asked = Presign(
        domain_id="d-abc",
        profile="user-lob-a",
        url_expires_s=20,
        session_s=28800,
        landing="app:JupyterLab:",
        space=space,
    )

    url = await aws.create_presigned_domain_url(asked, THEIRS)

    sent = transport.sent[0]
    assert url == URL
    assert sent.url == "https://api.sagemaker.eu-west-1.amazonaws.com/"
    assert sent.headers["x-amz-target"] == "SageMaker.CreatePresignedDomainUrl"
    assert "Credential=ASIATHEIRS/20300101/eu-west-1/sagemaker" in sent.headers["authorization"]
    assert sent.headers["x-amz-security-token"] == "hush-their-token"
    assert json.loads(sent.body) == {
        "DomainId": "d-abc",
        "UserProfileName": "user-lob-a",
        "ExpiresInSeconds": 20,
        "SessionExpirationDurationInSeconds": 28800,
        "LandingUri": "app:JupyterLab:",
        **sent_space,
    }


async def test_describe_domain_gives_what_sagemaker_says() -> None:
    domain = {"DomainId": "d-abc", "Status": "InService", "AuthMode": "IAM"}
    aws, transport = wire(said(domain))

    assert await aws.describe_domain("d-abc", THEIRS) == domain
    assert json.loads(transport.sent[0].body) == {"DomainId": "d-abc"}


async def test_the_chinese_partition_has_its_own_names() -> None:
    aws, transport = wire(said({}), region="cn-north-1")

    await Tables(aws).get_item("people", {"PK": {"S": "x"}})

    assert transport.sent[0].url == "https://dynamodb.cn-north-1.amazonaws.com.cn/"


Ask = Callable[[Wire], Awaitable[object]]
ASKS: dict[str, Ask] = {
    "dynamodb:GetItem": lambda aws: Tables(aws).get_item("people", {"PK": {"S": "x"}}),
    "dynamodb:BatchGetItem": lambda aws: Tables(aws).get_items(
        {"people": [{"PK": {"S": "x"}}]}
    ),
    "sagemaker:ListApps": lambda aws: aws.list_apps("d-abc", THEIRS),
    "sagemaker:ListSpaces": lambda aws: aws.list_spaces("d-abc", THEIRS),
    "sts:AssumeRole": lambda aws: aws.assume_role(ROLE),
    "sagemaker:CreatePresignedDomainUrl": lambda aws: aws.create_presigned_domain_url(
        PRESIGN, THEIRS
    ),
    "sagemaker:DescribeDomain": lambda aws: aws.describe_domain("d-abc", THEIRS),
}


@pytest.mark.parametrize("action", ASKS)
@pytest.mark.parametrize(
    ("answer", "family"),
    [
        (said({"__type": "AccessDeniedException", "message": "m"}, 400), Denied),
        (said({"__type": "ResourceNotFound", "message": "m"}, 400), Absent),
        (said({"__type": "ThrottlingException", "message": "m"}, 400), Busy),
        (said(b"", 503), Busy),
        (said(b"<html>", 403), AwsError),
        (NoAnswer("timed out"), Unreachable),
    ],
    ids=["denied", "absent", "throttled", "down", "proxy", "nobody"],
)
async def test_each_kind_of_failure_stays_what_it_is(
    action: str, answer: WireAnswer | NoAnswer, family: type[AwsError]
) -> None:
    aws, _ = wire(answer)

    with pytest.raises(AwsError) as told:
        await ASKS[action](aws)
    assert type(told.value) is family
    assert told.value.action == action
    assert told.value.about
    assert "hush" not in f"{told.value} {told.value!r} {told.value.remedy}"


@pytest.mark.parametrize("action", ASKS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"not json",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b"<html>signed out</html>",
        b'{"Item": [], "AuthorizedUrl": "", "Status": ""}',
        b'{"Item": {"PK": "x"}, "AuthorizedUrl": null, "Status": null}',
        ASSUMED.replace(b"hush-theirs", b""),
        ASSUMED.replace(b"<SessionToken>hush-their-token</SessionToken>", b""),
        ASSUMED.replace(b"2030-01-01T13:00:00Z", b"2030-01-01T13:00:00"),
        ASSUMED.replace(b"2030-01-01T13:00:00Z", b"soon"),
        b"<!DOCTYPE x>" + ASSUMED,
    ],
)
async def test_a_200_without_what_was_asked_for_is_an_error_never_empty(
    action: str, body: bytes
) -> None:
    aws, _ = wire(said(body))

    with pytest.raises(AwsError) as told:
        await ASKS[action](aws)
    assert type(told.value) is AwsError
    assert "hush" not in f"{told.value} {told.value!r}"


async def test_a_missing_url_or_status_is_an_error() -> None:
    for action in ("sagemaker:CreatePresignedDomainUrl", "sagemaker:DescribeDomain"):
        aws, _ = wire(said({}))
        with pytest.raises(AwsError, match="not what was asked for"):
            await ASKS[action](aws)


async def test_every_call_is_observed_once_with_its_outcome() -> None:
    seen: list[tuple[str, float, str]] = []
    transport = ScriptedTransport([said({}), said(b"", 503), NoAnswer("gone"), said({})])
    aws = Wire(
        transport,
        region="eu-west-1",
        source=GivenCredentials(OURS),
        clock=SetClock(),
        observe=lambda *told: seen.append(told),
    )

    await Tables(aws).get_item("people", {"PK": {"S": "x"}})
    for action in ("sts:AssumeRole", "dynamodb:GetItem", "sagemaker:DescribeDomain"):
        with pytest.raises(AwsError):
            await ASKS[action](aws)

    assert all(seconds >= 0 for _, seconds, _ in seen)
    assert [(action, outcome) for action, _, outcome in seen] == [
        ("dynamodb:GetItem", "ok"),
        ("sts:AssumeRole", "Busy"),
        ("dynamodb:GetItem", "Unreachable"),
        ("sagemaker:DescribeDomain", "AwsError"),
    ]


def test_an_endpoint_for_a_service_nobody_asks_is_refused() -> None:
    with pytest.raises(ValueError, match="s3"):
        Wire(
            ScriptedTransport(),
            region="eu-west-1",
            source=GivenCredentials(OURS),
            clock=SetClock(),
            endpoints={"s3": "http://127.0.0.1:1"},
        )


async def test_a_warm_opening_opens_no_connection_and_survives_a_lost_one() -> None:
    transport = AiohttpTransport()
    with RudeServer() as server:
        server.answers["/"] = (200, {}, json.dumps({"AuthorizedUrl": URL}).encode())
        aws = at(server, transport)
        for _ in range(3):
            await aws.create_presigned_domain_url(PRESIGN, THEIRS)
        assert server.connections == 1

        server.hangs_up_on_kept = True
        assert await aws.create_presigned_domain_url(PRESIGN, THEIRS) == URL
        assert server.connections == 2
        await transport.close()


def test_a_function_asks_without_an_event_loop() -> None:
    transport = BlockingTransport()
    with RudeServer() as server:
        server.answers["/"] = (200, {}, ASSUMED)
        found = drive(at(server, transport).assume_role(ROLE))
        drive(transport.close())

    assert found == Credentials(
        "ASIATHEIRS", "hush-theirs", "hush-their-token", datetime(2030, 1, 1, 13, tzinfo=UTC)
    )


def at(server: RudeServer, transport: AiohttpTransport | BlockingTransport) -> Wire:
    return Wire(
        transport,
        region="eu-west-1",
        source=GivenCredentials(OURS),
        clock=SetClock(),
        endpoints={"sts": server.url, "sagemaker": server.url, "dynamodb": server.url},
    )
