"""REST APIs: the API itself, whom it asks first, and what it was when it was deployed.

API Gateway changes things by patches: a path and a value, as text.  Source: CloudFormation
Template Reference, "Amazon API Gateway"; API Gateway REST API Reference.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from studiogate import names
from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Look,
    Step,
    Turn,
    at,
    by,
    ends,
    made_by,
    named,
    prop,
    text,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.patches import patch, patching
from studiogate.local.cloudformation.kinds.tagging import table, tagged, tagging

_GONE = words("NotFoundException")
_API: Mapping[str, Any] = {"restApiId": prop("RestApiId")}


def _arn(turn: Turn) -> str:
    partition = names.partition(turn.region)
    return f"arn:{partition}:apigateway:{turn.region}::/restapis/{turn.id}"


def _endpoint_changes(turn: Turn) -> Iterable[Ask]:
    """The kind of endpoint is replaced; VPC endpoints come and go one by one."""
    wanted, before = (p.get("EndpointConfiguration") or {} for p in (turn.wanted, turn.before))
    said = []
    if wanted.get("Types") != before.get("Types"):
        old, new = (before.get("Types") or ["EDGE"])[0], (wanted.get("Types") or ["EDGE"])[0]
        said.append(patch("replace", f"/endpointConfiguration/types/{old}", new))
    old_ids, new_ids = (set(c.get("VpcEndpointIds") or []) for c in (before, wanted))
    where = "/endpointConfiguration/vpcEndpointIds"
    said += [patch("add", where, one) for one in sorted(new_ids - old_ids)]
    said += [patch("remove", where, one) for one in sorted(old_ids - new_ids)]
    return (
        [Ask("UpdateRestApi", {"restApiId": turn.id, "patchOperations": said})] if said else []
    )


REST_API = ApiKind(
    name="AWS::ApiGateway::RestApi",
    service="apigateway",
    properties=words(
        "ApiKeySourceType BinaryMediaTypes Description DisableExecuteApiEndpoint "
        "EndpointConfiguration MinimumCompressionSize Name Policy Tags"
    ),
    fixed=words("BinaryMediaTypes"),
    make=made_by(
        "CreateRestApi",
        ApiKeySourceType=named("apiKeySource"),
        Policy=text("policy"),
        Tags=tagged(table, "tags"),
    ),
    id=lambda answer, _: str(answer["id"]),
    looks=(
        Look(
            asks=by("GetRestApi", restApiId=this),
            gone=_GONE,
            attributes={"RestApiId": at("id"), "RootResourceId": at("rootResourceId")},
            live={
                "Description": at("description"),
                "DisableExecuteApiEndpoint": at("disableExecuteApiEndpoint"),
                "Name": at("name"),
                "EndpointConfiguration": lambda api: {
                    "Types": at("endpointConfiguration.types")(api),
                    "VpcEndpointIds": at("endpointConfiguration.vpcEndpointIds")(api),
                },
            },
        ),
    ),
    steps=(
        patching(
            "UpdateRestApi",
            {
                "ApiKeySourceType": "/apiKeySource",
                "Description": "/description",
                "DisableExecuteApiEndpoint": "/disableExecuteApiEndpoint",
                "MinimumCompressionSize": "/minimumCompressionSize",
                "Name": "/name",
                "Policy": "/policy",
            },
            restApiId=this,
        ),
        Step(words("EndpointConfiguration"), _endpoint_changes),
        tagging(
            "TagResource",
            "UntagResource",
            who={"resourceArn": _arn},
            form=table,
            names=("tags", "tagKeys"),
        ),
    ),
    end=ends(by("DeleteRestApi", restApiId=this)),
    gone=_GONE,
)

AUTHORIZER = ApiKind(
    name="AWS::ApiGateway::Authorizer",
    service="apigateway",
    properties=words(
        "AuthType AuthorizerCredentials AuthorizerResultTtlInSeconds AuthorizerUri "
        "IdentitySource IdentityValidationExpression Name ProviderARNs RestApiId Type"
    ),
    required=words("Name RestApiId Type"),
    replaced_by=words("RestApiId"),
    fixed=words("ProviderARNs"),
    make=made_by("CreateAuthorizer"),
    id=lambda answer, _: str(answer["id"]),
    looks=(
        Look(
            asks=by("GetAuthorizer", authorizerId=this, **_API),
            gone=_GONE,
            attributes={"AuthorizerId": at("id")},
            live={
                "AuthorizerResultTtlInSeconds": at("authorizerResultTtlInSeconds"),
                "AuthorizerUri": at("authorizerUri"),
                "IdentitySource": at("identitySource"),
                "Name": at("name"),
                "Type": at("type"),
            },
        ),
    ),
    steps=(
        patching(
            "UpdateAuthorizer",
            {
                "AuthType": "/authType",
                "AuthorizerCredentials": "/authorizerCredentials",
                "AuthorizerResultTtlInSeconds": "/authorizerResultTtlInSeconds",
                "AuthorizerUri": "/authorizerUri",
                "IdentitySource": "/identitySource",
                "IdentityValidationExpression": "/identityValidationExpression",
                "Name": "/name",
                "Type": "/type",
            },
            authorizerId=this,
            **_API,
        ),
    ),
    end=ends(by("DeleteAuthorizer", authorizerId=this, **_API)),
    gone=_GONE,
)

DEPLOYMENT = ApiKind(
    name="AWS::ApiGateway::Deployment",
    service="apigateway",
    properties=words("Description RestApiId"),
    required=words("RestApiId"),
    replaced_by=words("RestApiId"),
    make=made_by("CreateDeployment"),
    id=lambda answer, _: str(answer["id"]),
    looks=(
        Look(
            asks=by("GetDeployment", deploymentId=this, **_API),
            gone=_GONE,
            attributes={"DeploymentId": at("id")},
            live={"Description": at("description")},
        ),
    ),
    steps=(
        patching(
            "UpdateDeployment", {"Description": "/description"}, deploymentId=this, **_API
        ),
    ),
    end=ends(by("DeleteDeployment", deploymentId=this, **_API)),
    gone=_GONE,
)

ACCOUNT = ApiKind(
    name="AWS::ApiGateway::Account",
    service="apigateway",
    properties=words("CloudWatchRoleArn"),
    id=lambda _, turn: f"apigateway-account-{turn.account}",
    computed={"Id": this},
    looks=(Look(asks=by("GetAccount"), live={"CloudWatchRoleArn": at("cloudwatchRoleArn")}),),
    # A setting of the account in this Region: deleting the resource leaves it as it is.
    steps=(patching("UpdateAccount", {"CloudWatchRoleArn": "/cloudwatchRoleArn"}, first=True),),
)

KINDS = (
    REST_API,
    AUTHORIZER,
    DEPLOYMENT,
    ACCOUNT,
)
