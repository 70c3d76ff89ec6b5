"""The front door as its template makes it: code in a bucket, functions, and a private API."""

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from studiogate.local.call import ApiError
from tests.kit.kinds import emulated
from tests.kit.kinds_examples import ACCOUNT, REGION, TAGS, TRUST
from tests.kit.kinds_stack import Stack

URI = (
    f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:gateway/invocations"
)
LOGS = {
    "Effect": "Allow",
    "Principal": {"Service": "apigateway.amazonaws.com"},
    "Action": "sts:AssumeRole",
}


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    async with emulated(tmp_path) as made:
        yield Stack(made)


def archive(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as whole:
        whole.writestr("entry.py", text)
    return packed.getvalue()


async def a_function(stack: Stack) -> str:
    bucket = await stack.create("bucket", "AWS::S3::Bucket", BucketName="acme-artifacts")
    for key in ("one.zip", "two.zip"):
        thing = {"Bucket": bucket.physical_id, "Key": key, "Body": archive(key)}
        await stack.cloud("").call("s3", "PutObject", **thing)
    role = await stack.create("role", "AWS::IAM::Role", AssumeRolePolicyDocument=TRUST)
    made = await stack.create(
        "function",
        "AWS::Lambda::Function",
        FunctionName="gateway",
        Architectures=["arm64"],
        Code={"S3Bucket": bucket.physical_id, "S3Key": "one.zip"},
        Environment={"Variables": {"STUDIOGATE_PORT": 443}},
        Handler="entry.handler",
        MemorySize="512",
        ReservedConcurrentExecutions="50",
        Role=role.attributes["Arn"],
        Runtime="python3.13",
        Tags=TAGS,
        Timeout="10",
    )
    return str(made.attributes["Arn"])


async def test_a_function_runs_the_code_the_template_names(stack: Stack) -> None:
    arn = await a_function(stack)
    before = await stack.cloud("").call("lambda", "GetFunction", FunctionName="gateway")
    assert await stack.drifted("function") == set()

    await stack.update("function", Code={"S3Bucket": "acme-artifacts", "S3Key": "two.zip"})
    await stack.update("function", MemorySize=None, Environment=None, Tags=None)
    await stack.update("function", ReservedConcurrentExecutions=None)

    after = await stack.cloud("").call("lambda", "GetFunction", FunctionName=arn)
    assert after["Configuration"]["CodeSha256"] != before["Configuration"]["CodeSha256"]
    assert after["Configuration"]["MemorySize"] == 128
    assert await stack.drifted("function") == set()


async def test_who_may_call_a_function_and_which_version_is_live_go_before_it(
    stack: Stack,
) -> None:
    arn = await a_function(stack)
    await stack.create(
        "permission",
        "AWS::Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName=arn,
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:a1b2c3d4e5/*",
    )
    version = await stack.create("version", "AWS::Lambda::Version", FunctionName="gateway")

    assert version.physical_id == f"{arn}:{version.attributes['Version']}"
    for name in ("version", "permission", "function"):
        await stack.delete(name)
        await stack.delete(name)
    assert await stack.live("function") is None


async def test_an_alias_points_at_a_version_and_moves(stack: Stack) -> None:
    await a_function(stack)
    version = await stack.create("version", "AWS::Lambda::Version", FunctionName="gateway")
    await stack.create(
        "alias",
        "AWS::Lambda::Alias",
        FunctionName="gateway",
        FunctionVersion=version.attributes["Version"],
        Name="live",
    )

    await stack.update("alias", FunctionVersion="$LATEST")

    assert await stack.drifted("alias") == set()
    await stack.delete("alias")
    assert await stack.live("alias") is None


async def test_code_that_is_nowhere_is_refused_and_nothing_is_left(stack: Stack) -> None:
    await a_function(stack)
    _, _, known = stack.made["function"]
    code = {"S3Bucket": "acme-artifacts", "S3Key": "three.zip"}
    absent = {"FunctionName": "other", "Code": code}

    with pytest.raises(ApiError):
        await stack.create("other", "AWS::Lambda::Function", **{**known, **absent})

    with pytest.raises(ApiError):
        await stack.cloud("").call("lambda", "GetFunction", FunctionName="other")


async def an_api(stack: Stack) -> dict[str, str]:
    """A private API with one path; what names it in others' properties."""
    api = await stack.create(
        "api",
        "AWS::ApiGateway::RestApi",
        Name="studiogate",
        Description="The private front door",
        EndpointConfiguration={"Types": ["PRIVATE"], "VpcEndpointIds": ["vpce-0a1b2c3d"]},
        Policy={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "execute-api:Invoke",
                    "Resource": "execute-api:/*",
                }
            ],
        },
        Tags=TAGS,
    )
    path = await stack.create(
        "path",
        "AWS::ApiGateway::Resource",
        RestApiId=api.physical_id,
        ParentId=api.attributes["RootResourceId"],
        PathPart="{person}",
    )
    return {"RestApiId": api.physical_id, "ResourceId": path.physical_id}


async def a_method(stack: Stack, place: dict[str, str]) -> None:
    authorizer = await stack.create(
        "authorizer",
        "AWS::ApiGateway::Authorizer",
        RestApiId=place["RestApiId"],
        Name="tokens",
        Type="REQUEST",
        AuthorizerUri=URI,
        AuthorizerResultTtlInSeconds="0",
        IdentitySource="method.request.header.Authorization",
    )
    await stack.create(
        "method",
        "AWS::ApiGateway::Method",
        **place,
        HttpMethod="GET",
        AuthorizationType="CUSTOM",
        AuthorizerId=authorizer.physical_id,
        RequestParameters={"method.request.path.person": "true"},
        Integration={"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": URI},
    )


async def a_stage(stack: Stack, place: dict[str, str]) -> None:
    role = await stack.create(
        "role",
        "AWS::IAM::Role",
        AssumeRolePolicyDocument={**TRUST, "Statement": [LOGS]},
    )
    await stack.create(
        "account", "AWS::ApiGateway::Account", CloudWatchRoleArn=role.attributes["Arn"]
    )
    api = {"RestApiId": place["RestApiId"]}
    deployed = await stack.create(
        "deployment", "AWS::ApiGateway::Deployment", **api, Description="first"
    )
    await stack.create(
        "stage",
        "AWS::ApiGateway::Stage",
        **api,
        StageName="prod",
        DeploymentId=deployed.physical_id,
        AccessLogSetting={
            "DestinationArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/access",
            "Format": "$context.requestId",
        },
        MethodSettings=[
            {
                "HttpMethod": "*",
                "ResourcePath": "/*",
                "MetricsEnabled": "true",
                "ThrottlingBurstLimit": "100",
                "ThrottlingRateLimit": "50",
            }
        ],
        Variables={"colour": "blue"},
        Tags=TAGS,
    )


async def test_a_private_api_is_shown_by_a_stage_and_goes_from_the_end(stack: Stack) -> None:
    place = await an_api(stack)
    await a_method(stack, place)
    await a_stage(stack, place)

    assert await stack.refused("deployment") == "BadRequestException"
    for name in reversed(stack.made):
        assert await stack.drifted(name) == set(), name
        await stack.delete(name)
        await stack.delete(name)
    assert await stack.live("api") is None


BOTH = ["vpce-0a1b2c3d", "vpce-1b2c3d4e"]
CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("api", {"Description": None, "Name": "door"}),
    ("api", {"EndpointConfiguration": {"Types": ["PRIVATE"], "VpcEndpointIds": BOTH}}),
    ("authorizer", {"AuthorizerResultTtlInSeconds": "300", "Name": "bearer"}),
    ("method", {"AuthorizationType": "NONE", "AuthorizerId": None}),
    ("stage", {"MethodSettings": None, "Variables": {"colour": "green"}}),
    ("stage", {"AccessLogSetting": None, "Description": "What people reach", "Tags": None}),
]


@pytest.mark.parametrize(("name", "changes"), CHANGES)
async def test_what_a_template_changes_of_an_api_is_changed_in_place(
    stack: Stack, name: str, changes: dict[str, Any]
) -> None:
    place = await an_api(stack)
    await a_method(stack, place)
    await a_stage(stack, place)

    await stack.update(name, **changes)

    assert await stack.drifted(name) == set()


async def test_a_new_deployment_takes_the_stage_over_and_the_old_one_goes(
    stack: Stack,
) -> None:
    place = await an_api(stack)
    await a_method(stack, place)
    await a_stage(stack, place)
    second = await stack.create(
        "second", "AWS::ApiGateway::Deployment", RestApiId=place["RestApiId"]
    )

    await stack.update("stage", DeploymentId=second.physical_id)

    await stack.delete("deployment")
    assert await stack.drifted("stage") == set()


async def test_answers_of_the_api_itself_and_its_validators_come_and_go(
    stack: Stack,
) -> None:
    place = await an_api(stack)
    await stack.create(
        "answer",
        "AWS::ApiGateway::GatewayResponse",
        RestApiId=place["RestApiId"],
        ResponseType="UNAUTHORIZED",
        StatusCode="401",
        ResponseParameters={"gatewayresponse.header.Cache-Control": "'no-store'"},
    )
    await stack.create(
        "validator",
        "AWS::ApiGateway::RequestValidator",
        RestApiId=place["RestApiId"],
        Name="strict",
        ValidateRequestParameters="true",
    )

    await stack.update("answer", StatusCode="403")
    await stack.update("validator", ValidateRequestBody="true")

    for name in ("answer", "validator"):
        assert await stack.drifted(name) == set()
        await stack.delete(name)
        assert await stack.live(name) is None
