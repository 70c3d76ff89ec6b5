"""Cognito user pools, their clients and the names of their sign-in pages.

What a pool is keyed by is settled when it is made; updates say everything that can change, for
what is left out goes back to Cognito's default.  Source: CloudFormation Template Reference,
"Amazon Cognito"; Cognito user pools API Reference.
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
    reads,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.tagging import own, table, tagged

_GONE = words("ResourceNotFoundException")
_CHANGEABLE = (
    "AccountRecoverySetting AdminCreateUserConfig AutoVerifiedAttributes DeletionProtection "
    "DeviceConfiguration EmailConfiguration LambdaConfig Policies UserAttributeUpdateSettings "
    "UserPoolAddOns UserPoolTags UserPoolTier VerificationMessageTemplate"
)
_SETTLED = "AliasAttributes Schema UserPoolName UsernameAttributes UsernameConfiguration"
_SECOND_FACTOR = "EnabledMfas MfaConfiguration"

_FACTORS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "SOFTWARE_TOKEN_MFA": ("SoftwareTokenMfaConfiguration", {"Enabled": True}),
    "EMAIL_OTP": ("EmailMfaConfiguration", {}),
}


def _second_factor(turn: Turn) -> Iterable[Ask]:
    said: dict[str, Any] = {"MfaConfiguration": turn.wanted.get("MfaConfiguration", "OFF")}
    for factor in turn.wanted.get("EnabledMfas") or ():
        parameter, value = _FACTORS[factor]
        said[parameter] = value
    return [Ask("SetUserPoolMfaConfig", {"UserPoolId": turn.id, **said})]


def _only(properties: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: asked[name] for name in sorted(words(properties)) if name in asked}


def _all_that_can_change(turn: Turn) -> Iterable[Ask]:
    said = _only(_CHANGEABLE, turn.wanted)
    factor = turn.wanted.get("MfaConfiguration")
    kept = {} if factor is None else {"MfaConfiguration": factor}
    tags = {"UserPoolTags": own(turn.wanted.get("UserPoolTags"))}
    return [Ask("UpdateUserPool", {"UserPoolId": turn.id, **said, **kept, **tags})]


def _provider(attribute_: str) -> Any:
    """`ProviderName` and `ProviderURL` follow from the pool's id and Region."""

    def of(turn: Turn) -> str:
        name = f"cognito-idp.{turn.region}.amazonaws.com/{turn.id}"
        return name if attribute_ == "ProviderName" else f"https://{name}"

    return of


USER_POOL = ApiKind(
    name="AWS::Cognito::UserPool",
    service="cognito-idp",
    properties=words(f"{_CHANGEABLE} {_SETTLED} {_SECOND_FACTOR}"),
    fixed=words(_SETTLED),
    called=("UserPoolName", 128),
    make=made_by(
        "CreateUserPool",
        apart=_SECOND_FACTOR,
        UserPoolName=named("PoolName"),
        UserPoolTags=tagged(table, "UserPoolTags"),
    ),
    id=lambda answer, _: str(answer["UserPool"]["Id"]),
    computed={name: _provider(name) for name in ("ProviderName", "ProviderURL")},
    looks=(
        Look(
            asks=by("DescribeUserPool", UserPoolId=this),
            at=at("UserPool"),
            gone=_GONE,
            attributes={"Arn": at("Arn"), "UserPoolId": at("Id")},
            live={
                **reads("AccountRecoverySetting AdminCreateUserConfig AutoVerifiedAttributes"),
                **reads("DeletionProtection LambdaConfig MfaConfiguration Policies"),
                "UserPoolName": at("Name"),
            },
        ),
    ),
    steps=(
        Step(words(_CHANGEABLE), _all_that_can_change),
        # After the rest: an update that does not speak of it may switch it off.
        Step(words(_SECOND_FACTOR), _second_factor, first=True),
    ),
    end=ends(by("DeleteUserPool", UserPoolId=this)),
    gone=_GONE,
)

_CLIENT_SAYS = (
    "AccessTokenValidity AllowedOAuthFlows AllowedOAuthFlowsUserPoolClient "
    "AllowedOAuthScopes AuthSessionValidity CallbackURLs ClientName DefaultRedirectURI "
    "EnableTokenRevocation ExplicitAuthFlows IdTokenValidity LogoutURLs "
    "PreventUserExistenceErrors ReadAttributes RefreshTokenRotation RefreshTokenValidity "
    "SupportedIdentityProviders TokenValidityUnits WriteAttributes"
)
_CLIENT: Mapping[str, Any] = {"UserPoolId": prop("UserPoolId"), "ClientId": this}


def _client_anew(turn: Turn) -> Iterable[Ask]:
    whom = {"UserPoolId": turn.wanted["UserPoolId"], "ClientId": turn.id}
    return [Ask("UpdateUserPoolClient", {**whom, **_only(_CLIENT_SAYS, turn.wanted)})]


USER_POOL_CLIENT = ApiKind(
    name="AWS::Cognito::UserPoolClient",
    service="cognito-idp",
    properties=words(f"{_CLIENT_SAYS} GenerateSecret UserPoolId"),
    required=words("UserPoolId"),
    replaced_by=words("GenerateSecret UserPoolId"),
    called=("ClientName", 128),
    make=made_by("CreateUserPoolClient"),
    id=lambda answer, _: str(answer["UserPoolClient"]["ClientId"]),
    looks=(
        Look(
            asks=by("DescribeUserPoolClient", **_CLIENT),
            at=at("UserPoolClient"),
            gone=_GONE,
            # `ClientSecret` is an attribute on AWS; a secret has no place in a stack's state.
            attributes={"ClientId": at("ClientId"), "Name": at("ClientName")},
            live=reads(_CLIENT_SAYS),
        ),
    ),
    steps=(Step(words(_CLIENT_SAYS), _client_anew),),
    end=ends(by("DeleteUserPoolClient", **_CLIENT)),
    gone=_GONE,
)

USER_POOL_DOMAIN = ApiKind(
    name="AWS::Cognito::UserPoolDomain",
    service="cognito-idp",
    properties=words("CustomDomainConfig Domain ManagedLoginVersion UserPoolId"),
    required=words("Domain UserPoolId"),
    replaced_by=words("Domain UserPoolId"),
    make=made_by("CreateUserPoolDomain"),
    id=lambda _, turn: str(turn.wanted["Domain"]),
    looks=(
        Look(
            asks=by("DescribeUserPoolDomain", Domain=this),
            # Of a name nobody has, Cognito describes nothing.
            at=lambda answer: answer.get("DomainDescription") or None,
            gone=_GONE,
            attributes={"CloudFrontDistribution": at("CloudFrontDistribution")},
            live={"UserPoolId": at("UserPoolId")},
        ),
    ),
    steps=(
        anew(
            "CustomDomainConfig ManagedLoginVersion",
            made_by("UpdateUserPoolDomain"),
        ),
    ),
    end=ends(by("DeleteUserPoolDomain", Domain=this, UserPoolId=prop("UserPoolId"))),
    gone=_GONE,
)

KINDS = (USER_POOL, USER_POOL_CLIENT, USER_POOL_DOMAIN)
