"""The gateway's settings: environment variables, read once, where a process begins."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from studiogate import names
from studiogate.gateway import readers
from studiogate.gateway import told as environment
from studiogate.gateway.providers import IdpSettings, SamlSettings, oidc_idps, saml_idps
from studiogate.gateway.told import Secret, told

SHORTEST_TOKEN = 32
"""Characters of what a provider shows: nobody may find it by trying."""


@dataclass(frozen=True, kw_only=True)
class AuthorizerSettings:
    """Everything the authorizer of the private API is told."""

    idps: Mapping[str, IdpSettings] = field(metadata=told("STUDIOGATE_IDPS", oidc_idps))
    """OpenID Connect providers whose word counts, as the gateway has them."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """The settings in `environ`; see `told`."""
        return environment.from_environment(cls, environ)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the gateway is told."""

    region: str = field(
        metadata=told(
            "AWS_REGION", readers.matching(readers.REGION, "is not a Region, as eu-west-1")
        )
    )
    """The AWS Region of the tables, of STS and of every domain."""

    people_table: str = field(
        default=names.PEOPLE_TABLE, metadata=told("STUDIOGATE_PEOPLE_TABLE", readers.table)
    )
    """The DynamoDB table of people: who belongs to which line of business."""

    lobs_table: str = field(
        default=names.LOBS_TABLE, metadata=told("STUDIOGATE_LOBS_TABLE", readers.table)
    )
    """The DynamoDB table of lines of business: their accounts and domains."""

    signins_table: str = field(
        default=names.SIGNINS_TABLE, metadata=told("STUDIOGATE_SIGNINS_TABLE", readers.table)
    )
    """The DynamoDB table of marks: what was used up, and which sign-ins were ended."""

    idps_table: str = field(
        default=names.IDPS_TABLE, metadata=told("STUDIOGATE_IDPS_TABLE", readers.table)
    )
    """The DynamoDB table of what identity providers published."""

    provisioned_table: str = field(
        default=names.PROVISIONED_TABLE,
        metadata=told("STUDIOGATE_PROVISIONED_TABLE", readers.table),
    )
    """The DynamoDB table of people and groups that came by SCIM."""

    origins: frozenset[str] = field(metadata=told("STUDIOGATE_ORIGINS", readers.origins))
    """Origins people reach this gateway by, comma-separated."""

    idps: Mapping[str, IdpSettings] = field(
        default_factory=dict, metadata=told("STUDIOGATE_IDPS", oidc_idps)
    )
    """OpenID Connect providers whose word counts, as JSON; see below."""

    saml: Mapping[str, SamlSettings] = field(
        default_factory=dict, metadata=told("STUDIOGATE_SAML", saml_idps)
    )
    """SAML providers whose word counts, as JSON; see below."""

    client_secrets: Mapping[str, Secret] = field(
        default_factory=dict, metadata=told("STUDIOGATE_CLIENT_SECRETS", readers.secrets)
    )
    """What proves the gateway to OpenID Connect providers that demand a secret beside PKCE, as
    JSON: a text for each name of `STUDIOGATE_IDPS` that has one."""

    scim_tokens: Mapping[str, Secret] = field(
        default_factory=dict, metadata=told("STUDIOGATE_SCIM_TOKENS", readers.secrets)
    )
    """What each provider that sends people by SCIM shows, as JSON: a text for each name."""

    cookie_keys: tuple[Secret, ...] = field(
        metadata=told("STUDIOGATE_COOKIE_KEYS", readers.cookie_keys)
    )
    """Keys of session cookies, comma-separated, each 32 random bytes in base64: the first
    seals, all open, so that keys can be changed while people are signed in."""

    studio_url: str = field(
        default="", metadata=told("STUDIOGATE_STUDIO_URL", readers.studio_url)
    )
    """Where a domain's Studio answers; empty means AWS's own name in the region."""

    studio_endpoint: str | None = field(
        default=None, metadata=told("STUDIOGATE_STUDIO_ENDPOINT", readers.web)
    )
    """Where the gateway itself reaches Studio, when it looks whether a revoked person's session
    still lives; empty where the names of domains lead to the Studio endpoint."""

    ledger: str = field(metadata=told("STUDIOGATE_LEDGER", str))
    """File the record is appended to, `stdout`, or `table:` and a DynamoDB table's name."""

    trusted_proxies: tuple[readers.Proxy, ...] = field(
        default=(), metadata=told("STUDIOGATE_TRUSTED_PROXIES", readers.proxies)
    )
    """Who may say where a request comes from: `unix` (the socket) and CIDRs."""

    prefixes: frozenset[str] = field(
        default=frozenset(), metadata=told("STUDIOGATE_PREFIXES", readers.prefixes)
    )
    """What a trusted proxy may take off the beginning of a path and say in
    `X-Forwarded-Prefix`, comma-separated; a function is told by API Gateway."""

    api_endpoint: str | None = field(
        default=None,
        metadata=told(
            "STUDIOGATE_API_ENDPOINT",
            readers.matching(readers.ENDPOINT, "is not as vpce-0a1b2c3d"),
        ),
    )
    """In a Lambda function: the VPC endpoint of API Gateway that requests come through; from
    any other nothing opens."""

    contact: str | None = field(
        default=None,
        metadata=told(
            "STUDIOGATE_CONTACT",
            readers.matching(readers.PLAIN, "is not a name or an address in one line"),
        ),
    )
    """Whom people ask who have nobody nearer: a name or an address of the platform team."""

    landscape: Path | None = field(default=None, metadata=told("STUDIOGATE_LANDSCAPE", Path))
    """The landscape file, for the page that shows administrators who can open what; it is
    read when that page is first asked for, and again when it changes."""

    sts_endpoint: str | None = field(
        default=None, metadata=told("AWS_ENDPOINT_URL_STS", readers.web)
    )
    """Where STS is reached, in place of its regional name: its VPC endpoint."""

    sagemaker_endpoint: str | None = field(
        default=None, metadata=told("AWS_ENDPOINT_URL_SAGEMAKER", readers.web)
    )
    """Where the SageMaker API is reached; the same."""

    dynamodb_endpoint: str | None = field(
        default=None, metadata=told("AWS_ENDPOINT_URL_DYNAMODB", readers.web)
    )
    """Where DynamoDB is reached; the same."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """The settings in `environ`; variables it does not know are left alone.

        Raises:
            SettingsError: naming each wrong variable, and never its value.
        """
        ways = ("STUDIOGATE_IDPS", "STUDIOGATE_SAML")
        found = environment.from_environment(cls, environ, one_of=ways)
        _check(found)
        return found

    @property
    def endpoints(self) -> Mapping[str, str]:
        """Endpoint per service that is reached elsewhere than at its regional AWS name."""
        chosen = {
            "sts": self.sts_endpoint,
            "sagemaker": self.sagemaker_endpoint,
            "dynamodb": self.dynamodb_endpoint,
        }
        return {service: url for service, url in chosen.items() if url is not None}


def _check(settings: Settings) -> None:
    """Return if what settings say together can be.

    Raises:
        SettingsError: it cannot.
    """
    known = settings.idps.keys() | settings.saml.keys()
    complaints = []
    if not known:
        complaints.append("STUDIOGATE_IDPS: names none, nor does STUDIOGATE_SAML")
    if settings.idps.keys() & settings.saml.keys():
        complaints.append("STUDIOGATE_SAML: has a name that STUDIOGATE_IDPS has, too")
    if not settings.client_secrets.keys() <= settings.idps.keys():
        complaints.append("STUDIOGATE_CLIENT_SECRETS: has a name that STUDIOGATE_IDPS has not")
    if not settings.scim_tokens.keys() <= known:
        complaints.append("STUDIOGATE_SCIM_TOKENS: has a name that is no provider's")
    if any(
        len(one.get_secret_value()) < SHORTEST_TOKEN for one in settings.scim_tokens.values()
    ):
        complaints.append(
            f"STUDIOGATE_SCIM_TOKENS: one has less than {SHORTEST_TOKEN} characters"
        )
    if complaints:
        raise environment.wrong(complaints)
