"""A Cognito user pool, for organisations without an identity provider of their own.

Nobody signs themselves up, no token comes in a URL, and two spellings of a name are one person
(F-23, F-24).  Its sign-in page is public, as Cognito's is; the keys and the token endpoint that
the gateway asks are reached by whatever way the hub has there.
"""

from typing import Any

from troposphere import Output, Ref, Sub, Template
from troposphere.cognito import (
    AdminCreateUserConfig,
    PasswordPolicy,
    Policies,
    UsernameConfiguration,
    UserPool,
    UserPoolClient,
    UserPoolDomain,
)

from studiogate.foundation.symbols import symbol
from studiogate.landscape.model import OWN_POOL, Landscape

IDP = OWN_POOL
"""What it is called in `/signin/NAME` and in the record."""

KEEPS = ("People",)
"""Whoever is entered in it would be lost with it."""


def pool(template: Template, landscape: Landscape, *, callbacks: list[Any]) -> None:
    """The pool, its client and its sign-in page, put into `template`."""
    demo = landscape.environment == "demo"
    people = template.add_resource(
        UserPool(
            "People",
            UserPoolName=f"studiogate-{landscape.name}-{landscape.environment}",
            AdminCreateUserConfig=AdminCreateUserConfig(AllowAdminCreateUserOnly=True),
            UsernameConfiguration=UsernameConfiguration(CaseSensitive=False),
            # Published demo passwords are asked for by a command that has no second factor.
            MfaConfiguration="OPTIONAL" if demo else "ON",
            EnabledMfas=["SOFTWARE_TOKEN_MFA"],
            Policies=Policies(
                PasswordPolicy=PasswordPolicy(
                    MinimumLength=8 if demo else 14,
                    RequireLowercase=True,
                    RequireNumbers=True,
                    RequireSymbols=True,
                    RequireUppercase=True,
                    TemporaryPasswordValidityDays=1,
                )
            ),
            DeletionProtection="ACTIVE",
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Retain",
        )
    )
    template.add_resource(
        UserPoolDomain(
            "PeopleDomain",
            Domain=Sub(f"{landscape.name}-{landscape.environment}-${{AWS::AccountId}}"),
            UserPoolId=Ref(people),
        )
    )
    client = template.add_resource(_client(people, callbacks, demo=demo))
    template.add_output(Output("UserPoolId", Value=Ref(people)))
    template.add_output(Output("UserPoolClientId", Value=Ref(client)))


def settings() -> dict[str, str]:
    """The pool as the gateway is told of it, with symbols for what AWS makes up."""
    return {
        "issuer": symbol("People.ProviderURL"),
        "client_id": symbol("PeopleClient"),
        "username_claim": "cognito:username",
        "label": "Sign in",
    }


def _client(people: UserPool, callbacks: list[Any], *, demo: bool) -> UserPoolClient:
    by_password = ["ALLOW_USER_PASSWORD_AUTH"] if demo else []  # S2-32
    return UserPoolClient(
        "PeopleClient",
        UserPoolId=Ref(people),
        ClientName="studiogate",
        GenerateSecret=False,  # public: PKCE proves it (RFC 9700)
        ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", *by_password],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid"],
        CallbackURLs=callbacks,
        SupportedIdentityProviders=["COGNITO"],
        PreventUserExistenceErrors="ENABLED",
        EnableTokenRevocation=True,
    )
