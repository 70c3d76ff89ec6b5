"""What a REST API offers at which path, what it takes for a request, and how it says no.

Source: CloudFormation Template Reference, "Amazon API Gateway"; API Gateway REST API Reference.
"""

from collections.abc import Iterable, Mapping
from typing import Any

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
    this,
    words,
)
from studiogate.local.cloudformation.kinds.patches import patching

_GONE = words("NotFoundException")
_API: Mapping[str, Any] = {"restApiId": prop("RestApiId")}

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

KINDS = (RESOURCE, METHOD, GATEWAY_RESPONSE, REQUEST_VALIDATOR)
