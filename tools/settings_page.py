"""The page of the gateway's settings, made from the class that reads them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from types import ModuleType
from typing import Any

from studiogate.aws.wire import container, sources
from studiogate.gateway import providers, settings
from studiogate.gateway.providers import IdpSettings, SamlSettings
from studiogate.gateway.settings import Settings
from studiogate.gateway.told import VARIABLE
from tools.markdown import table
from tools.said import members

COOKIE_KEYS = "STUDIOGATE_COOKIE_KEYS"
SECRETS: Mapping[str, str] = {
    COOKIE_KEYS: "*never shown; `openssl rand -base64 32` makes one*",
    "STUDIOGATE_CLIENT_SECRETS": '*never shown;* `{"corporate": "…"}`',
    "STUDIOGATE_SCIM_TOKENS": '*never shown;* `{"corporate": "…"}`',
}
"""What is said in place of an example that would be a secret."""

EXAMPLES: Mapping[str, str] = {
    "AWS_REGION": "eu-west-1",
    "STUDIOGATE_PEOPLE_TABLE": "studiogate-people",
    "STUDIOGATE_LOBS_TABLE": "studiogate-lobs",
    "STUDIOGATE_SIGNINS_TABLE": "studiogate-signins",
    "STUDIOGATE_IDPS_TABLE": "studiogate-idps",
    "STUDIOGATE_PROVISIONED_TABLE": "studiogate-provisioned",
    "STUDIOGATE_ORIGINS": "https://studio.acme.example,https://studio.acme.internal",
    "STUDIOGATE_IDPS": json.dumps(
        {"corporate": {"issuer": "https://idp.acme.example", "client_id": "studiogate"}}
    ),
    "STUDIOGATE_SAML": json.dumps({"workforce": {"audience": "urn:studiogate:acme:prod"}}),
    "STUDIOGATE_STUDIO_URL": "https://{domain_id}.studio.{region}.sagemaker.aws",
    "STUDIOGATE_STUDIO_ENDPOINT": "https://studio-endpoint.acme.internal",
    "STUDIOGATE_LEDGER": "/var/lib/studiogate/ledger.jsonl",
    "STUDIOGATE_TRUSTED_PROXIES": "10.0.0.0/16",
    "STUDIOGATE_PREFIXES": "/prod",
    "STUDIOGATE_API_ENDPOINT": "vpce-0a1b2c3d4e5f60718",
    "STUDIOGATE_CONTACT": "platform@acme.example",
    "STUDIOGATE_LANDSCAPE": "/etc/studiogate/landscape.yaml",
    "AWS_ENDPOINT_URL_STS": "https://vpce-0a1b-2c3d.sts.eu-west-1.vpce.amazonaws.com",
    "AWS_ENDPOINT_URL_SAGEMAKER": (
        "https://vpce-0a1b-2c3d.api.sagemaker.eu-west-1.vpce.amazonaws.com"
    ),
    "AWS_ENDPOINT_URL_DYNAMODB": "https://vpce-0a1b-2c3d.dynamodb.eu-west-1.vpce.amazonaws.com",
}
"""A value of each variable but the secret ones; a test reads settings from them."""

_HEAD = """\
# Settings of the gateway

<!-- Made from gateway/settings.py by tools.settings_page: `make docs` writes it anew. -->

The gateway is told everything by environment variables, read once at the start. One that is
wrong stops the start; the complaint names the variable and never its value. An empty variable
counts as one that is not set. Plain `http` is taken for loopback addresses only. [How to run
it](../how-to/run-the-gateway.md) puts them to use.

## Variables
"""

_IDPS = """\

## STUDIOGATE_IDPS

A JSON object with a member for each provider. Its name is also in `/signin/NAME` and in the
record; its value has:
"""

_SAML = """\

## STUDIOGATE_SAML

The same for SAML providers. What each of them published, its certificates among it, is in the
table `STUDIOGATE_IDPS_TABLE`, where `apply` writes it. No name may be in both.
"""

_CREDENTIALS = """\

## Credentials

The gateway has a role of its own, and takes its credentials as AWS's SDKs do: from the
variables of a Lambda function, or from the agent of an ECS task or an EKS pod. These are set
by AWS, not by you. Profiles and instance roles are not looked at.
"""

_ROLES = {
    sources.KEY_ID: "Key id, as Lambda sets it; goes before everything else.",
    sources.SECRET: "Its secret.",
    sources.TOKEN: "Its session token.",
    container.RELATIVE_URI: "Path at the agent of ECS.",
    container.FULL_URI: "Address of the agent: https, loopback, or one of AWS's own.",
    container.AUTH: "What the agent wants to be shown.",
    container.AUTH_FILE: "File with what the agent wants to be shown, read each time.",
}


def reference() -> str:
    """The page, in Markdown."""
    return "".join(
        [
            f"{_HEAD}\n",
            table(("variable", "what", "if left out", "example"), _variables()),
            _IDPS,
            "\n",
            table(("member", "what", "if left out"), _members(IdpSettings)),
            _SAML,
            "\n",
            table(("member", "what", "if left out"), _members(SamlSettings)),
            f"{_CREDENTIALS}\n",
            table(("variable", "what"), ((f"`{name}`", what) for name, what in _ROLES.items())),
        ]
    )


def _docstrings(module: ModuleType, name: str) -> dict[str, str]:
    return dict(members(Path(str(module.__file__)).read_text(encoding="utf-8"), name))


def _variables() -> Iterator[tuple[str, ...]]:
    said = _docstrings(settings, Settings.__name__)
    for one in fields(Settings):
        variable = one.metadata[VARIABLE]
        example = SECRETS.get(variable) or f"`{EXAMPLES[variable]}`"
        yield f"`{variable}`", said[one.name], _absent(one), example


def _absent(one: Field[Any]) -> str:
    if one.default is MISSING:
        return "**required**" if one.default_factory is MISSING else "—"
    if not one.default:
        return "—"
    text = one.default if isinstance(one.default, str) else json.dumps(one.default)
    return f"`{text}`"


def _members(kind: type[IdpSettings | SamlSettings]) -> Iterator[tuple[str, ...]]:
    said = _docstrings(providers, kind.__name__)
    for one in fields(kind):
        if one.name != "name":  # is the key
            yield f"`{one.name}`", said[one.name], _absent(one)
