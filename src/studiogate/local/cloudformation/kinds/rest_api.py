"""REST APIs: what is offered at which path, who is asked first, and the stage it is shown on.

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
    anew,
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

RESOURCE = ApiKind(
    name="AWS::ApiGateway::Resource",
    service="apigateway",
    properties=words("ParentId PathPart RestApiId"),
    required=words("ParentId PathPart RestApiId"),
    replaced_by=words("ParentId PathPart RestApiId"),
    make=made_by("CreateResource"),
    id=lambda answer, _: str(answer["id"]),
    looks=(
        Look(
            asks=by("GetResource", resourceId=this, **_API),
            gone=_GONE,
            attributes={"ResourceId": at("id")},
            live={"ParentId": at("parentId"), "PathPart": at("pathPart")},
        ),
    ),
    end=ends(by("DeleteResource", resourceId=this, **_API)),
    gone=_GONE,
)

_METHOD: Mapping[str, Any] = {
    **_API,
    "resourceId": prop("ResourceId"),
    "httpMethod": prop("HttpMethod"),
}
_METHOD_SAYS = (
    "ApiKeyRequired AuthorizationScopes AuthorizationType AuthorizerId OperationName "
    "RequestModels RequestParameters RequestValidatorId"
)
_PUT_METHOD = made_by(
    "PutMethod",
    apart="Integration MethodResponses",
    # The call wants it said; a template may leave it to be open.
    always={"authorizationType": "NONE"},
    AuthorizationType=named("authorizationType"),
)


def _method_parts(turn: Turn) -> Iterable[Ask]:
    """What answers a method: after a creation; and after a change, for which it is put anew."""
    whom = {name: of(turn) for name, of in _METHOD.items()}
    if turn.before:
        yield Ask("DeleteMethod", whom)
        yield _PUT_METHOD(turn)
    for response in turn.wanted.get("MethodResponses") or ():
        yield Ask("PutMethodResponse", {**whom, **response})
    integration = dict(turn.wanted.get("Integration") or {})
    responses = integration.pop("IntegrationResponses", ())
    if integration:
        # In the call, `httpMethod` is the method of the API.
        back = integration.pop("IntegrationHttpMethod", None)
        said = {**whom, **integration, **({"integrationHttpMethod": back} if back else {})}
        yield Ask("PutIntegration", said)
    for response in responses:
        yield Ask("PutIntegrationResponse", {**whom, **response})


METHOD = ApiKind(
    name="AWS::ApiGateway::Method",
    service="apigateway",
    properties=words(
        f"{_METHOD_SAYS} HttpMethod Integration MethodResponses ResourceId RestApiId"
    ),
    required=words("HttpMethod ResourceId RestApiId"),
    replaced_by=words("HttpMethod ResourceId RestApiId"),
    make=_PUT_METHOD,
    id=lambda _, turn: "|".join(
        str(turn.wanted[name]) for name in ("RestApiId", "ResourceId", "HttpMethod")
    ),
    looks=(
        Look(
            asks=by("GetMethod", **_METHOD),
            gone=_GONE,
            live={
                "ApiKeyRequired": at("apiKeyRequired"),
                "AuthorizationType": at("authorizationType"),
                "AuthorizerId": at("authorizerId"),
            },
        ),
    ),
    steps=(
        Step(words(f"{_METHOD_SAYS} Integration MethodResponses"), _method_parts, first=True),
    ),
    end=ends(by("DeleteMethod", **_METHOD)),
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

_RESPONSE: Mapping[str, Any] = {**_API, "responseType": prop("ResponseType")}

GATEWAY_RESPONSE = ApiKind(
    name="AWS::ApiGateway::GatewayResponse",
    service="apigateway",
    properties=words("ResponseParameters ResponseTemplates ResponseType RestApiId StatusCode"),
    required=words("ResponseType RestApiId"),
    replaced_by=words("ResponseType RestApiId"),
    make=made_by("PutGatewayResponse"),
    id=lambda _, turn: f"{turn.wanted['RestApiId']}|{turn.wanted['ResponseType']}",
    computed={"Id": this},
    looks=(
        Look(
            asks=by("GetGatewayResponse", **_RESPONSE),
            # API Gateway has an answer of its own where there is none of ours.
            at=lambda answer: None if answer.get("defaultResponse") else answer,
            gone=_GONE,
            live={
                "ResponseParameters": at("responseParameters"),
                "ResponseTemplates": at("responseTemplates"),
                "StatusCode": at("statusCode"),
            },
        ),
    ),
    steps=(
        anew("ResponseParameters ResponseTemplates StatusCode", made_by("PutGatewayResponse")),
    ),
    end=ends(by("DeleteGatewayResponse", **_RESPONSE)),
    gone=_GONE,
)

REQUEST_VALIDATOR = ApiKind(
    name="AWS::ApiGateway::RequestValidator",
    service="apigateway",
    properties=words("Name RestApiId ValidateRequestBody ValidateRequestParameters"),
    required=words("RestApiId"),
    replaced_by=words("Name RestApiId"),
    make=made_by("CreateRequestValidator"),
    id=lambda answer, _: str(answer["id"]),
    looks=(
        Look(
            asks=by("GetRequestValidator", requestValidatorId=this, **_API),
            gone=_GONE,
            attributes={"RequestValidatorId": at("id")},
            live={
                "Name": at("name"),
                "ValidateRequestBody": at("validateRequestBody"),
                "ValidateRequestParameters": at("validateRequestParameters"),
            },
        ),
    ),
    steps=(
        patching(
            "UpdateRequestValidator",
            {
                "ValidateRequestBody": "/validateRequestBody",
                "ValidateRequestParameters": "/validateRequestParameters",
            },
            requestValidatorId=this,
            **_API,
        ),
    ),
    end=ends(by("DeleteRequestValidator", requestValidatorId=this, **_API)),
    gone=_GONE,
)

KINDS = (
    REST_API,
    RESOURCE,
    METHOD,
    AUTHORIZER,
    DEPLOYMENT,
    ACCOUNT,
    GATEWAY_RESPONSE,
    REQUEST_VALIDATOR,
)
