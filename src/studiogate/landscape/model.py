"""The landscape: the one validated model of everything declared.

Keys are those of the file, word for word.  Each model checks what it can see by itself; what
needs two places at once (names that point nowhere, networks that overlap, people that collide)
is in `rules` and `collisions`.  Nothing here reads a file or asks AWS.

Every key carries its description and an example: the JSON Schema, the reference page and the
remedy of a complaint are all made from them.
"""

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field

from studiogate import names
from studiogate.landscape.image import Image, ImageName, RStudio
from studiogate.landscape.people import Person, Profiles
from studiogate.landscape.profiles import Unfit, derived
from studiogate.landscape.strict import Strict
from studiogate.landscape.values import (
    AccountId,
    Address,
    BucketName,
    Cidr,
    Contact,
    Name,
    PersonName,
    Region,
    SharedEndpoint,
    ZoneId,
)
from studiogate.landscape.warehouse import Warehouse

INTERNET = "internet"
"""The network of everybody who is in none of the landscape's networks."""

OWN_POOL = "pool"
"""What the user pool is called as an idp that is made beside the gateway."""

Environment = Literal["demo", "dev", "test", "prod"]

SignatureAlgorithm = Literal[
    "RS256", "ES256", "PS256", "RS384", "RS512", "ES384", "PS384", "PS512", "EdDSA"
]
AttributeUse = Literal["person", "domain", "groups"]


class CorporateNetwork(Strict):
    """A place outside AWS that reaches the hub: an office, a data centre, a VPN."""

    kind: Literal["corporate"] = Field(description="A place outside AWS.")
    cidrs: tuple[Cidr, ...] = Field(
        min_length=1,
        description="The addresses its people come from, as the hub sees them.",
        examples=[["192.168.10.0/24"]],
    )
    dns_servers: tuple[Address, ...] = Field(
        default=(),
        description="DNS servers of this place that are to resolve the private names.",
        examples=[["192.168.10.53"]],
    )
    attachment: str | None = Field(
        default=None,
        pattern=r"^tgw-attach-[0-9a-f]{8,17}$",
        description="Its VPN or Direct Connect on the transit gateway, once it is made.",
        examples=["tgw-attach-0a1b2c3d4e5f60718"],
    )
    simulated_in: Name | None = Field(
        default=None,
        description="The account in which test hosts stand in for this place, if any.",
        examples=["shared-services"],
    )


class VpcNetwork(Strict):
    """A VPC in one of the accounts."""

    kind: Literal["vpc"] = Field(description="A VPC.")
    account: Name = Field(description="The account the VPC is in.", examples=["lob-a"])
    cidr: Cidr = Field(
        description="The addresses of the VPC; no other network may have any of them.",
        examples=["10.100.0.0/16"],
    )
    egress: bool = Field(
        default=False,
        strict=True,
        description="Whether a NAT gateway lets its private subnets out, to fetch libraries.",
        examples=[True],
    )

    @property
    def cidrs(self) -> tuple[IPv4Network, ...]:
        """The one CIDR, in the form a corporate network has them."""
        return (self.cidr,)


Network = Annotated[CorporateNetwork | VpcNetwork, Field(discriminator="kind")]


class OidcIdp(Strict):
    """An OpenID Connect provider, or a Cognito user pool."""

    kind: Literal["oidc"] = Field(description="An OpenID Connect provider.")
    issuer: str = Field(
        pattern=r"^https?://[^\s?#]+$",
        description="The provider, exactly as it names itself in its tokens.",
        examples=["https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AcmeDemo1"],
    )
    client_id: str = Field(
        min_length=1,
        max_length=255,
        description="What the provider calls the gateway; the audience of its tokens.",
        examples=["5studiogatedemoportal01"],
    )
    username_claim: str = Field(
        default="preferred_username",
        min_length=1,
        description="The claim that holds the sign-in name.",
        examples=["cognito:username"],
    )
    groups_claim: str = Field(
        default="groups",
        min_length=1,
        description="The claim that lists the person's groups.",
        examples=["cognito:groups"],
    )
    audiences: tuple[str, ...] = Field(
        default=(),
        description="Whom bearer tokens may be for, where that is not the `client_id`.",
        examples=[["api://studiogate"]],
    )
    algorithms: tuple[SignatureAlgorithm, ...] = Field(
        default=("RS256", "ES256"),
        min_length=1,
        description="The signatures of its tokens that count; every other is refused.",
        examples=[["RS256"]],
    )
    keys_host: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,9}$",
        description="The host of its key set, where its discovery document names one that is "
        "not the issuer's own; keys on any other host are not fetched.",
        examples=["www.googleapis.com"],
    )
    client_secret: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9/_+=.@-]{1,512}$",
        description="The secret of Secrets Manager, in the shared-services account, that holds "
        "what proves the gateway to this provider, where PKCE alone is not enough.",
        examples=["studiogate/corporate-client"],
    )
    scim: bool = Field(
        default=False,
        strict=True,
        description="Whether it sends people and groups by SCIM 2.0.",
        examples=[True],
    )


class SamlIdp(Strict):
    """A SAML 2.0 identity provider, such as IAM Identity Center."""

    kind: Literal["saml"] = Field(description="A SAML 2.0 identity provider.")
    metadata: str = Field(
        min_length=1,
        description="Path of the provider's metadata document, beside the landscape.",
        examples=["saml/workforce.xml"],
    )
    metadata_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s?#]+(?:\?[^\s#]*)?$",
        description="Where it publishes that document; new certificates found there count only "
        "if the document is signed by one that counts already.",
        examples=["https://sso.acme.example/metadata"],
    )
    unsolicited: bool = Field(
        default=True,
        strict=True,
        description="Whether an assertion that nobody here asked for signs somebody in, as a "
        "tile in the provider's own portal sends it. Nothing ties such a one to the browser "
        "that brings it: `false` where people begin at the portal of studiogate.",
        examples=[False],
    )
    audience: str | None = Field(
        default=None,
        pattern=r"^[!-~]{1,1024}$",
        description="What the provider calls the gateway, in place of "
        "`urn:studiogate:NAME:ENVIRONMENT`.",
        examples=["https://studio.acme.example/"],
    )
    attributes: dict[AttributeUse, str] = Field(
        default_factory=dict,
        description="What we need, and the attribute of the assertion that holds it: `person` "
        "(else `username`), `domain` (else `domain-id`), `groups` (else `groups`).",
        examples=[{"person": "username"}],
    )
    scim: bool = Field(
        default=False,
        strict=True,
        description="Whether it sends people and groups by SCIM 2.0.",
        examples=[True],
    )


Idp = Annotated[OidcIdp | SamlIdp, Field(discriminator="kind")]


class Lob(Strict):
    """A line of business: an account, and the groups that belong to it."""

    account: Name = Field(
        description="The account of this lob, and of no other: separation rests on it.",
        examples=["lob-a"],
    )
    groups: tuple[str, ...] = Field(
        default=(),
        description="Groups of the identity provider that belong to this lob.",
        examples=[["ml-lob-a"]],
    )
    owner: Contact | None = Field(
        default=None,
        description="Whom its people ask for access; a refusal names them.",
        examples=["ml-lob-a-owners@acme.example"],
    )
    buckets: tuple[BucketName, ...] = Field(
        default=(),
        description="Buckets of its account that its notebooks read and write; they are not "
        "made by us.  Left out, notebooks have none.",
        examples=[["acme-forecasting-data"]],
    )


class Domain(Strict):
    """A SageMaker Studio domain of a lob: VPC-only, IAM authentication.

    Every person of the lob has one profile in each of its domains.
    """

    lob: Name = Field(description="The lob the domain belongs to.", examples=["lob-a"])
    network: Name = Field(
        description="The VPC its apps run in; in the account of the lob.", examples=["lob-a"]
    )
    opens_from: tuple[Name, ...] = Field(
        min_length=1,
        description="Networks a person may open it from; never `internet`.",
        examples=[["office"]],
    )
    url_expires_s: int = Field(
        default=20,
        ge=5,
        le=300,
        strict=True,
        description="Seconds in which the URL must be used.",
        examples=[20],
    )
    session_s: int = Field(
        default=28800,
        ge=1800,
        le=43200,
        strict=True,
        description="Seconds a Studio session lasts once opened.",
        examples=[28800],
    )
    landing: str = Field(
        default="app:JupyterLab:",
        max_length=1023,
        pattern=r"^(studio::|app:[A-Za-z]+:)",
        description="Where the person lands: `studio::…` or `app:APPLICATION:…`.",
        examples=["app:JupyterLab:"],
    )
    rstudio: RStudio | None = Field(
        default=None,
        title="RStudio",
        description="Posit Workbench in the domain, for which the account has a licence; left "
        "out, it has none.",
        examples=[{"package_manager_url": "https://packagemanager.posit.co/cran/latest"}],
    )


class Never(Strict):
    """An opening that must be impossible: by whom, from where, of what."""

    open: str = Field(description='The domain, or `"*"` for every one.', examples=["fraud"])
    from_: str | None = Field(
        default=None,
        alias="from",
        description='The network, `internet`, or `"*"`; anywhere, where it is left out.',
        examples=["internet"],
    )
    lob: Name | None = Field(
        default=None,
        description="Only people of this lob; everybody, where it is left out.",
        examples=["lob-a"],
    )
    person: str | None = Field(
        default=None,
        description="Only this person; everybody, where it is left out.",
        examples=["user-lob-a"],
    )


class Invariant(Strict):
    """A sentence the reach must always satisfy."""

    never: Never = Field(
        description="An opening that must be impossible.",
        examples=[{"from": "internet", "open": "*"}],
    )


class Gateway(Strict):
    """Where the gateway itself runs."""

    network: Name = Field(
        default="hub",
        description="The VPC of the shared endpoints, in the shared-services account.",
        examples=["hub"],
    )
    user_pool: bool = Field(
        default=False,
        strict=True,
        description="Whether a Cognito user pool is made beside it, as the idp `pool`: for "
        "organisations without a provider of their own.",
        examples=[True],
    )
    secrets_of: str | None = Field(
        default=None,
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[A-Za-z0-9.:-]{0,20}$",
        description="When the secrets that the gateway is told were last changed: the keys of "
        "sessions, secrets of clients, tokens of SCIM. Another date has the next `apply` tell "
        "it them anew.",
        examples=["2026-11-22"],
    )


class Landscape(Strict):
    """Everything declared: accounts, networks, lobs, domains, people, idps and promises."""

    name: Name = Field(description="The name of the organisation.", examples=["acme"])
    environment: Environment = Field(
        description="What is at stake; demo passwords are refused outside `demo`.",
        examples=["demo"],
    )
    region: Region = Field(
        description="The AWS Region of everything declared here.", examples=["eu-west-1"]
    )
    availability_zones: tuple[ZoneId, ...] = Field(
        default=(),
        max_length=6,
        description="Zones that VPCs span, by id, because letters differ from account to "
        "account; the Region's first two, where it is left out.",
        examples=[["euw1-az1", "euw1-az2"]],
    )
    accounts: dict[Name, AccountId] = Field(
        min_length=1,
        description="AWS accounts by name; ids in quotes, so that YAML keeps them as text.",
        examples=[{"lob-a": "222222222222"}],
    )
    networks: dict[Name, Network] = Field(
        min_length=1,
        description="Places requests come from: VPCs and corporate networks.",
        examples=[
            {"hub": {"kind": "vpc", "account": "shared-services", "cidr": "10.0.0.0/16"}}
        ],
    )
    connect: Literal["transit-gateway", "vpc-peering"] = Field(
        default="transit-gateway",
        description="How networks reach the hub.",
        examples=["transit-gateway"],
    )
    shared_endpoints: tuple[SharedEndpoint, ...] = Field(
        default=("sagemaker.runtime", "ecr.api", "ecr.dkr", "logs", "kms"),
        description="What notebooks reach through the hub beside Studio and STS, without a way "
        "to the internet; each costs an interface endpoint in every zone.",
        examples=[["sagemaker.runtime", "logs", "redshift-data"]],
    )
    contact: Contact | None = Field(
        default=None,
        description="Whom anybody asks who has no line of business: the platform team.",
        examples=["platform@acme.example"],
    )
    gateway: Gateway = Field(
        default=Gateway(),
        description="Where the gateway itself runs.",
        examples=[{"network": "hub"}],
    )
    idps: dict[Name, Idp] = Field(
        min_length=1,
        description="Identity providers whose word counts.",
        examples=[
            {"corporate": {"kind": "oidc", "issuer": "https://…", "client_id": "studiogate"}}
        ],
    )
    lobs: dict[Name, Lob] = Field(
        default_factory=dict,
        description="Lines of business.",
        examples=[{"lob-a": {"account": "lob-a"}}],
    )
    domains: dict[Name, Domain] = Field(
        default_factory=dict,
        description="Studio domains; a lob may have several.",
        examples=[
            {"forecasting": {"lob": "lob-a", "network": "lob-a", "opens_from": ["office"]}}
        ],
    )
    profiles: Profiles | None = Field(
        default=None,
        title="Profiles",
        description="How Studio profiles are made from sign-in names.",
        examples=[{"from": "local-part"}],
    )
    people: dict[PersonName, Person] = Field(
        default_factory=dict,
        description="People by sign-in name, byte for byte as their idp signs it.",
        examples=[{"ada.lovelace@acme.example": {"lob": "lob-a", "profile": "ada"}}],
    )
    warehouses: dict[Name, Warehouse] = Field(
        default_factory=dict,
        description="Redshift warehouses that notebooks read.",
        examples=[
            {
                "sales": {
                    "account": "data",
                    "network": "data",
                    "cluster": "sales",
                    "database": "dev",
                }
            }
        ],
    )
    images: dict[ImageName, Image] = Field(
        default_factory=dict,
        description="Custom images.",
        examples=[{"forecasting-r": {"kind": "rstudio", "domains": ["forecasting"]}}],
    )
    invariants: tuple[Invariant, ...] = Field(
        default=(),
        description="Sentences the reach must always satisfy.",
        examples=[[{"never": {"from": "internet", "open": "*"}}]],
    )

    def profile_of(self, person: str) -> str | None:
        """The Studio profile of `person`: the declared one, or else the derived one.

        `None` for somebody without a lob, who has nowhere to have a profile, and for somebody
        from whose sign-in name none can be made, which `read` refuses.

        Raises:
            KeyError: nobody is called that.
        """
        found = self.people[person]
        if found.lob is None:
            return None
        if found.profile is not None:
            return found.profile
        made = self.derived_profile(person)
        return made if isinstance(made, str) else None

    def derived_profile(self, person: str) -> str | Unfit:
        """The profile that is made from the sign-in name `person`, or why none is.

        It need not be the name of anybody who is in the landscape.
        """
        if self.profiles is not None:
            return derived(person, part=self.profiles.from_, prefix=self.profiles.prefix)
        return person if names.is_profile(person) else Unfit("cannot be a Studio profile", "")

    @property
    def idp_names(self) -> tuple[str, ...]:
        """Every idp whose word can count: those declared, and the pool beside the gateway."""
        pool = (OWN_POOL,) if self.gateway.user_pool else ()
        return tuple(dict.fromkeys((*self.idps, *pool)))

    @property
    def hub_account(self) -> str:
        """Id of the shared-services account: the one whose VPC is the gateway's network.

        Raises:
            TypeError: the gateway's network is no VPC, which `read` refuses.
        """
        hub = self.networks[self.gateway.network]
        if not isinstance(hub, VpcNetwork):
            raise TypeError(f"{self.gateway.network} is not a VPC")
        return self.accounts[hub.account]
