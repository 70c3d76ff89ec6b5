"""What a landscape says of a provider is what the gateway is told of it, key for key."""

import json
from dataclasses import replace
from typing import Any

import yaml

from studiogate.foundation.templates import idps
from studiogate.foundation.templates.gateway import gateway
from studiogate.gateway.providers import IdpSettings, SamlSettings, oidc_idps, saml_idps
from studiogate.landscape.model import Landscape, OidcIdp, SamlIdp
from studiogate.landscape.read import read
from tests.kit.starting import EXAMPLE

OIDC = {
    "kind": "oidc", "issuer": "https://accounts.idp.example", "client_id": "portal",
    "username_claim": "email", "groups_claim": "roles", "audiences": ["api://studiogate"],
    "algorithms": ["ES256"], "keys_host": "keys.idp.example",
}  # fmt: skip
SAML = {
    "kind": "saml", "metadata": "saml/workforce.xml", "audience": "urn:ours",
    "metadata_url": "https://sso.acme.example/metadata", "unsolicited": False,
    "attributes": {"person": "uid", "domain": "studio", "groups": "roles"},
}  # fmt: skip


def declaring(**declared: OidcIdp | SamlIdp) -> Landscape:
    return read(EXAMPLE.read_text("utf-8")).model_copy(update={"idps": declared})


def as_told(landscape: Landscape) -> tuple[IdpSettings, SamlSettings]:
    """One provider of each kind, as the gateway reads its variables."""
    oidc = oidc_idps(json.dumps(idps.oidc(landscape)))
    saml = saml_idps(idps.told(landscape)["STUDIOGATE_SAML"])
    return oidc["corporate"], saml["workforce"]


def test_every_key_of_a_provider_reaches_the_gateway() -> None:
    corporate, workforce = OidcIdp.model_validate(OIDC), SamlIdp.model_validate(SAML)

    oidc, saml = as_told(declaring(corporate=corporate, workforce=workforce))

    assert (oidc.issuer, oidc.client_id) == ("https://accounts.idp.example", "portal")
    assert (oidc.username_claim, oidc.groups_claim) == ("email", "roles")
    assert (oidc.audiences, oidc.algorithms) == (("api://studiogate",), ("ES256",))
    assert oidc.keys_host == "keys.idp.example"
    assert (saml.audience, saml.unsolicited) == ("urn:ours", False)
    assert saml.metadata_url == "https://sso.acme.example/metadata"
    assert (saml.person, saml.domain, saml.groups) == ("uid", "studio", "roles")


def test_another_date_has_the_secrets_told_anew_and_changes_nothing_else() -> None:
    def function(date: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
        known = read(EXAMPLE.read_text("utf-8"))
        gate = known.gateway.model_copy(update={"secrets_of": date})
        template = yaml.safe_load(gateway(known.model_copy(update={"gateway": gate})).text)
        environment = template["Resources"]["Gateway"]["Properties"]["Environment"]
        return environment["Variables"], template

    (before, old), (first, new), (second, _) = map(function, (None, "2026-11-22", "2026-12-01"))

    assert before.keys() ^ first.keys() == {"STUDIOGATE_SECRETS_OF"}
    assert first != second
    assert "resolve:secretsmanager" in json.dumps(first["STUDIOGATE_COOKIE_KEYS"])
    del first["STUDIOGATE_SECRETS_OF"]
    assert new == old


def test_what_is_not_said_is_the_same_for_both() -> None:
    corporate = OidcIdp(kind="oidc", issuer="https://idp.example", client_id="portal")
    workforce = SamlIdp(kind="saml", metadata="saml/workforce.xml")

    oidc, saml = as_told(declaring(corporate=corporate, workforce=workforce))

    plain = IdpSettings(name="corporate", issuer="https://idp.example", client_id="portal")
    assert oidc == replace(plain, label=oidc.label)
    assert (oidc.label, saml.audience) == ("Acme corporate", "urn:studiogate:acme:demo")
    assert saml == SamlSettings("workforce", saml.audience, label="Acme workforce")
    assert saml.unsolicited
