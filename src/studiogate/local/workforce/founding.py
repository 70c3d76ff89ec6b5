"""The access portal of a landscape: the stand-in for its first SAML provider."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from starlette.applications import Starlette

from studiogate import names
from studiogate.errors import StartError
from studiogate.foundation.templates.api import STAGE
from studiogate.gateway.ports import Clock
from studiogate.landscape.model import INTERNET, Landscape, SamlIdp
from studiogate.local.call import Place
from studiogate.local.idp.pool import cognito_pool
from studiogate.local.listeners import HOST, IDP, PORTAL, WORKFORCE
from studiogate.local.places import Places
from studiogate.local.sagemaker.model import Status
from studiogate.local.sagemaker.store import Store
from studiogate.local.statedir import StateDir
from studiogate.local.workforce.accounts import Accounts
from studiogate.local.workforce.certificates import Certificates, MakePair, new_pair
from studiogate.local.workforce.house import House, Registered
from studiogate.local.workforce.pages import PortalPages
from studiogate.local.workforce.published import put_metadata
from studiogate.local.workforce.site import workforce_site


@dataclass(frozen=True, slots=True)
class Ground:
    """What an access portal stands on."""

    places: Places
    studio: Store
    """Where the domains that people are assigned are made."""

    onward: Collection[str]
    """Origins that the gateway leads to when it has signed somebody in."""

    state: StateDir
    file: Path
    """Where the landscape was read: metadata is named relative to it."""

    clock: Clock


class _Addresses(TypedDict):
    entity_id: str
    asked_at: str
    metadata_at: str
    location: str
    locations: Callable[[], Collection[str]]


def found_workforce(ground: Ground, *, make: MakePair = new_pair) -> Starlette:
    """The site of the landscape's first SAML provider, whose metadata is now where it says.

    Raises:
        StartError: the landscape is no demo, has no SAML provider, or names a file for its
            metadata in which another provider's is.
    """
    landscape = ground.places.landscape
    _only_a_demo(landscape)
    name, idp = _saml(landscape)
    certificates = Certificates(ground.state, ground.clock, make=make)
    registered = _registered(ground, name, idp)
    house = House(
        registered,
        Accounts(lambda: ground.places.landscape, name, lambda: _domains(ground), ground.clock),
        certificates,
        PortalPages(landscape.name.title()),
        ground.clock,
        others=_user_pool(ground, idp),
    )
    path = ground.file.absolute().parent / idp.metadata

    def publish(document: bytes) -> None:
        put_metadata(
            path, document, entity_id=registered.entity_id, key=f"idps.{name}.metadata"
        )

    publish(house.published(registered))
    return workforce_site(house, publish=publish)


def _registered(ground: Ground, name: str, idp: SamlIdp) -> Registered:
    places, landscape = ground.places, ground.places.landscape
    application = f"{landscape.name}-{name}"

    def consumer_at(port: int) -> str:
        network = next(one.network for one in places.known.values() if one.port == port)
        return f"{places.known[PORTAL, network].url}/saml"

    return Registered(
        **_at(places, application),
        audience=idp.audience or names.entity_id(landscape.name, landscape.environment),
        attributes=idp.attributes,
        # On AWS the private API's stage is before it; here a browser may come either way.
        consumers=lambda: {
            f"{one}{prefix}/saml"
            for one in _origins(places, PORTAL)
            for prefix in ("", f"/{STAGE}")
        },
        consumer_at=consumer_at,
        onward=ground.onward,
    )


def _domains(ground: Ground) -> Mapping[str, str]:
    """Ids of the landscape's domains that stand, each in the account of its lob, by name."""
    landscape, now = ground.places.landscape, ground.clock()
    where = {
        name: Place(landscape.accounts[landscape.lobs[one.lob].account], landscape.region)
        for name, one in landscape.domains.items()
    }
    return {
        one.name: one.id
        for one in ground.studio.domains.values()
        if where.get(one.name) == one.place and one.status(now) is Status.IN_SERVICE
    }


def _user_pool(ground: Ground, idp: SamlIdp) -> list[Registered]:
    """The organisation's user pool, for whoever has it trust this provider (S4-02)."""
    places = ground.places
    pool_id = cognito_pool(places.landscape)
    if pool_id is None:
        return []
    consumer = f"{places.known[IDP, INTERNET].url}/saml2/idpresponse"
    return [
        Registered(
            **_at(places, f"{places.landscape.name}-user-pool"),
            audience=f"urn:amazon:cognito:sp:{pool_id}",
            attributes=idp.attributes,
            consumers=lambda: {consumer},
            consumer_at=lambda _port: consumer,
            onward={*_origins(places, PORTAL), *ground.onward},
        )
    ]


def _at(places: Places, application: str) -> _Addresses:
    """What the provider is called, and where it is, for that application.

    As with IAM Identity Center, each has an entity id and metadata of its own.
    """
    region, path = places.landscape.region, f"/saml/assertion/{application}"
    return {
        "entity_id": f"https://portal.sso.{region}.amazonaws.com{path}",
        "asked_at": path,
        "metadata_at": f"/saml/metadata/{application}",
        "location": places.known[WORKFORCE, INTERNET].url + path,
        "locations": lambda: {one + path for one in _origins(places, WORKFORCE)},
    }


def _origins(places: Places, door: str) -> set[str]:
    """Every origin of `door`, from whatever network."""
    ports = [one.port for one in places.known.values() if one.door == door]
    return {f"http://{name}:{port}" for name in ("localhost", HOST) for port in ports}


def _only_a_demo(landscape: Landscape) -> None:
    if landscape.environment != "demo":
        raise StartError(
            f"the environment is {landscape.environment!r}; people with published passwords "
            "exist in a demo only",
            remedy="Set `environment: demo`, or use your own identity provider.",
        )


def _saml(landscape: Landscape) -> tuple[str, SamlIdp]:
    for name, idp in landscape.idps.items():
        if isinstance(idp, SamlIdp):
            return name, idp
    raise StartError(
        "no identity provider of the landscape is a SAML one",
        remedy="Give one of `idps` the `kind: saml`.",
    )
