"""What the gateway is told of identity providers: who they are, and the secrets they share.

Secrets are told by CloudFormation, which reads them from Secrets Manager when it deploys, as it
does the keys of sessions (decision 10): a template holds their names only.
"""

import json
from typing import Any

from troposphere import Sub, Template
from troposphere.secretsmanager import GenerateSecretString, Secret

from studiogate import names
from studiogate.foundation.templates import pool
from studiogate.landscape.model import Landscape, OidcIdp, SamlIdp

SCIM_SECRET = "studiogate/scim/{idp}"  # noqa: S105 - the name of one
"""Where the administrator reads what a provider is to show."""

_TOKEN_LENGTH = 64


def oidc(landscape: Landscape) -> dict[str, dict[str, Any]]:
    """OpenID Connect providers, as gateway and authorizer are told (`STUDIOGATE_IDPS`)."""
    own: dict[str, dict[str, Any]] = (
        {pool.IDP: pool.settings()} if landscape.gateway.user_pool else {}
    )
    return own | {
        name: _oidc(landscape, name, idp)
        for name, idp in landscape.idps.items()
        if isinstance(idp, OidcIdp)
    }


def saml(landscape: Landscape) -> dict[str, dict[str, Any]]:
    """SAML providers, as the gateway is told (`STUDIOGATE_SAML`)."""
    return {
        name: _saml(landscape, name, idp)
        for name, idp in landscape.idps.items()
        if isinstance(idp, SamlIdp)
    }


def told(landscape: Landscape) -> dict[str, Any]:
    """The variables of the gateway that are about providers, beside `STUDIOGATE_IDPS`."""
    found = saml(landscape)
    variables: dict[str, Any] = {"STUDIOGATE_SAML": json.dumps(found)} if found else {}
    client_secrets = {
        name: idp.client_secret
        for name, idp in landscape.idps.items()
        if isinstance(idp, OidcIdp) and idp.client_secret is not None
    }
    if client_secrets:
        variables["STUDIOGATE_CLIENT_SECRETS"] = _resolved(client_secrets)
    if sends := _senders(landscape):
        own = {name: f"${{{_logical(name)}}}" for name in sends}
        variables["STUDIOGATE_SCIM_TOKENS"] = Sub(_resolved(own))
    return variables


def scim_tokens(template: Template, landscape: Landscape, *, key_arn: Any) -> None:
    """What each provider that sends people has to show, put into `template` as secrets."""
    for name in _senders(landscape):
        template.add_resource(
            Secret(
                _logical(name),
                Name=SCIM_SECRET.format(idp=name),
                Description=f"studiogate: what the idp {name} shows when it sends people",
                KmsKeyId=key_arn,
                GenerateSecretString=GenerateSecretString(
                    PasswordLength=_TOKEN_LENGTH,
                    ExcludePunctuation=True,
                    RequireEachIncludedType=False,
                ),
            )
        )


def _senders(landscape: Landscape) -> list[str]:
    return [name for name, idp in landscape.idps.items() if idp.scim]


def _logical(idp: str) -> str:
    return f"Scim{names.camel(idp)}"


def _resolved(secrets: dict[str, str]) -> str:
    """A JSON object of dynamic references (CloudFormation User Guide, "Dynamic references")."""
    references = {
        name: f"{{{{resolve:secretsmanager:{secret}:SecretString}}}}"
        for name, secret in secrets.items()
    }
    return json.dumps(references, separators=(",", ":"))


def _label(landscape: Landscape, name: str) -> str:
    return f"{landscape.name.title()} {name}"


def _oidc(landscape: Landscape, name: str, idp: OidcIdp) -> dict[str, Any]:
    some: dict[str, Any] = {"audiences": list(idp.audiences)} if idp.audiences else {}
    some |= {"keys_host": idp.keys_host} if idp.keys_host else {}
    return {
        "issuer": idp.issuer,
        "client_id": idp.client_id,
        "username_claim": idp.username_claim,
        "groups_claim": idp.groups_claim,
        "algorithms": list(idp.algorithms),
        "label": _label(landscape, name),
        **some,
    }


def _saml(landscape: Landscape, name: str, idp: SamlIdp) -> dict[str, Any]:
    own = names.entity_id(landscape.name, landscape.environment)
    some: dict[str, Any] = {str(use): called for use, called in idp.attributes.items()}
    some |= {"metadata_url": idp.metadata_url} if idp.metadata_url else {}
    some |= {} if idp.unsolicited else {"unsolicited": False}
    return {"audience": idp.audience or own, "label": _label(landscape, name), **some}
