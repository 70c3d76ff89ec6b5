"""The private REST API: through one endpoint, by paths that are known, and by no other.

API Gateway allows one variable part below a path, and `/{person}` is it; so every other path
of the gateway is said here, and what is not said is refused before any code of ours runs.
`GET /{person}` has the authorizer (S2-07, S2-38).  Everything else is for browsers, whose
cookies only the gateway can read; it decides for itself there, as it does for programs.
"""

import json
from hashlib import sha256
from typing import Any

from troposphere import GetAtt, Ref, Sub, Template
from troposphere.apigateway import (
    AccessLogSetting,
    Account,
    Authorizer,
    Deployment,
    EndpointConfiguration,
    GatewayResponse,
    Integration,
    Method,
    MethodSetting,
    Resource,
    RestApi,
    Stage,
)
from troposphere.awslambda import Permission
from troposphere.iam import Role

from studiogate.foundation.symbols import intrinsic, symbol
from studiogate.foundation.templates.refusals import refusals
from studiogate.landscape.model import Landscape
from studiogate.policy.doors import private_api_policy
from studiogate.policy.language import Document
from studiogate.topology.attached import api_arn
from studiogate.topology.ids import Ids

STAGE = "prod"

PATHS: dict[str, tuple[str, ...]] = {
    "/": ("GET",),
    "/{person}": ("GET",),
    "/open/{domain}": ("GET",),
    "/api/{proxy+}": ("ANY",),
    "/signin/{proxy+}": ("ANY",),
    "/signout": ("POST",),
    "/saml": ("POST",),
    "/saml/metadata": ("GET",),
    "/scim/{proxy+}": ("ANY",),
    "/cli": ("GET", "POST"),
    "/device": ("GET", "POST"),
    "/reach": ("GET",),
    "/static/{name}": ("GET",),
    "/favicon.ico": ("GET",),
    "/healthz": ("GET",),
    "/readyz": ("GET",),
}
"""Every path of the API and how it is asked; `/metrics` is for processes that last."""

AUTHORIZED = "/{person}"

BURST, RATE = 200, 100
"""Requests at once, and a second: far more than people make, far less than AWS allows."""

_SAID = {
    "requestId": "$context.requestId",
    "at": "$context.requestTime",
    "sourceIp": "$context.identity.sourceIp",
    "vpce": "$context.identity.vpceId",
    "person": "$context.authorizer.principalId",
    "method": "$context.httpMethod",
    "resource": "$context.resourcePath",
    "status": "$context.status",
    "error": "$context.error.responseType",
    "bytes": "$context.responseLength",
    "tookMs": "$context.responseLatency",
}
"""A line of the access log.  The path only as it is declared, never a query, never a header:
they hold codes and tokens (F-01)."""


def api(template: Template, landscape: Landscape, *, log_arn: Any) -> RestApi:
    """The API and its one stage, put into `template`, where `Gateway` and `Authorizer` are."""
    own = template.add_resource(
        RestApi(
            "Api",
            Name=f"studiogate-{landscape.name}",
            Description="studiogate: the private front door",
            EndpointConfiguration=EndpointConfiguration(
                Types=["PRIVATE"], VpcEndpointIds=[Ref("VpceExecuteApi")]
            ),
            Policy=intrinsic(_policy(landscape)),
        )
    )
    _authorizer(template)
    refusals(template)
    _methods(template)
    _permissions(template)
    deployed = _deployed(template)
    account = _account(template)
    _stage(template, deployed, log_arn, after=account)
    return own


def _policy(landscape: Landscape) -> Document:
    """The resource policy that is proved, as an API says it: it cannot name its own id."""
    ids = Ids(domains={}, endpoints={}, vpcs={}, api=symbol("Api"))
    arn = api_arn(landscape, ids)
    document = private_api_policy(api_arn=arn, endpoint=symbol("VpceExecuteApi"))
    named: Document = _replaced(document, f"{arn}/", "execute-api:/")
    return named


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {name: _replaced(one, old, new) for name, one in value.items()}
    if isinstance(value, list):
        return [_replaced(one, old, new) for one in value]
    return value.replace(old, new) if isinstance(value, str) and old in value else value


def _authorizer(template: Template) -> None:
    template.add_resource(
        Authorizer(
            "Tokens",
            RestApiId=Ref("Api"),
            Name="tokens",
            Type="REQUEST",
            AuthorizerUri=_invoked("Authorizer"),
            # Without the header API Gateway says 401 itself, and nothing of ours is asked.
            IdentitySource="method.request.header.Authorization",
            # Kept, a yes would outlive a revocation (F-09).
            AuthorizerResultTtlInSeconds=0,
        )
    )


def _methods(template: Template) -> None:
    for path, asked in PATHS.items():
        at = _resource(template, path)
        for method in asked:
            template.add_resource(_method(path, method, at))


def _resource(template: Template, path: str) -> Any:
    """A reference to the resource of `path`, put into `template` with those above it."""
    if path == "/":
        return GetAtt("Api", "RootResourceId")
    above, _, part = path.rpartition("/")
    logical = f"Path{_words(path)}"
    if logical not in template.resources:
        parent = _resource(template, above or "/")
        template.add_resource(
            Resource(logical, RestApiId=Ref("Api"), ParentId=parent, PathPart=part)
        )
    return Ref(logical)


def _method(path: str, method: str, at: Any) -> Method:
    authorized = (
        {"AuthorizationType": "CUSTOM", "AuthorizerId": Ref("Tokens")}
        if path == AUTHORIZED
        else {"AuthorizationType": "NONE"}
    )
    return Method(
        f"{method.title()}{_words(path)}",
        RestApiId=Ref("Api"),
        ResourceId=at,
        HttpMethod=method,
        Integration=Integration(
            Type="AWS_PROXY", IntegrationHttpMethod="POST", Uri=_invoked("Gateway")
        ),
        **authorized,
    )


def _permissions(template: Template) -> None:
    """Only the stage, and only the authorizer, may call: not a test in the console (F-12)."""
    api = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}"
    for called, source in (
        ("Gateway", f"{api}/{STAGE}/*"),
        ("Authorizer", f"{api}/authorizers/${{Tokens}}"),
    ):
        template.add_resource(
            Permission(
                f"{called}IsCalled",
                Action="lambda:InvokeFunction",
                FunctionName=GetAtt(called, "Arn"),
                Principal="apigateway.amazonaws.com",
                SourceAccount=Ref("AWS::AccountId"),
                SourceArn=Sub(source),
            )
        )


def _deployed(template: Template) -> Deployment:
    """A snapshot of the API: another one, by another name, whenever anything of it differs."""
    parts = {
        name: one
        for name, one in template.resources.items()
        if isinstance(one, RestApi | Authorizer | GatewayResponse | Resource | Method)
    }
    said = {name: one.to_dict() for name, one in parts.items()}
    digest = sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]
    return template.add_resource(
        Deployment(
            f"Deployed{digest}",
            RestApiId=Ref("Api"),
            Description=f"studiogate {digest}",
            # It holds what is there by then.
            DependsOn=[
                name for name, one in parts.items() if isinstance(one, GatewayResponse | Method)
            ],
        )
    )


def _account(template: Template) -> Account:
    """How API Gateway writes logs in this account and Region, which it is told once for all."""
    role = template.add_resource(
        Role(
            "ApiLogsRole",
            Description="studiogate: API Gateway writes access logs",
            AssumeRolePolicyDocument={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "Service",
                        "Effect": "Allow",
                        "Principal": {"Service": "apigateway.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            ManagedPolicyArns=[
                Sub(
                    "arn:${AWS::Partition}:iam::aws:policy/service-role/"
                    "AmazonAPIGatewayPushToCloudWatchLogs"
                )
            ],
        )
    )
    return template.add_resource(Account("ApiAccount", CloudWatchRoleArn=GetAtt(role, "Arn")))


def _stage(template: Template, deployed: Deployment, log_arn: Any, *, after: Account) -> None:
    template.add_resource(
        Stage(
            "ApiStage",
            RestApiId=Ref("Api"),
            DeploymentId=Ref(deployed),
            StageName=STAGE,
            AccessLogSetting=AccessLogSetting(
                DestinationArn=log_arn, Format=json.dumps(_SAID, separators=(",", ":"))
            ),
            MethodSettings=[
                MethodSetting(
                    HttpMethod="*",
                    ResourcePath="/*",
                    # Errors only, and never bodies: INFO would log headers.
                    LoggingLevel="ERROR",
                    DataTraceEnabled=False,
                    MetricsEnabled=True,
                    ThrottlingBurstLimit=BURST,
                    ThrottlingRateLimit=RATE,
                )
            ],
            DependsOn=[after.title],
        )
    )


def _invoked(function: str) -> Sub:
    return Sub(
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"${{{function}.Arn}}/invocations"
    )


def _words(path: str) -> str:
    kept = "".join(letter if letter.isalnum() else " " for letter in path)
    return "".join(word.title() for word in kept.split()) or "Root"
