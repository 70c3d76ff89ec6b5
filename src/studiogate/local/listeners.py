"""One listening address per door and network: where a request comes in is what it is.

A VPC endpoint of the emulated organisation is not a header but an address: the listener
`(studio, office)` is the Studio endpoint as the office reaches it, `(studio, internet)` is the
public Internet.  All are on 127.0.0.1, each with a port of its own, in an order that depends on
the landscape alone.
"""

import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace

from starlette.types import ASGIApp, Receive, Scope, Send

from studiogate.errors import StartError
from studiogate.landscape.model import INTERNET, CorporateNetwork, Landscape, SamlIdp
from studiogate.local.call import Arrival
from studiogate.local.iam.reading import read
from studiogate.policy.language import Kind

HOST = "127.0.0.1"

PORTAL, AWS, IDP, STUDIO, TASKS = "portal", "aws", "idp", "studio", "tasks"
WORKFORCE = "workforce"
STS, SAGEMAKER, DYNAMODB = "sts", "sagemaker", "dynamodb"
S3, REDSHIFT = "s3", "redshift"
REGISTRY = "registry"
"""A proxy, and no door of `Doors`: what leads to registries of images by their names."""

REDSHIFT_DATA, REDSHIFT_SERVERLESS = "redshift-data", "redshift-serverless"

_OPEN = frozenset({IDP, WORKFORCE, TASKS})
"""Doors without a VPC endpoint: two providers' sites, the link-local credentials address."""

_ARRIVAL = "studiogate.arrival"

_IN_VPC = (STS, SAGEMAKER, DYNAMODB)
"""APIs that every VPC reaches by an endpoint of the hub."""

_OF_NOTEBOOKS = (S3, REDSHIFT, REDSHIFT_DATA, REDSHIFT_SERVERLESS)
"""APIs that notebooks reach besides: buckets by the gateway of their own VPC, the others by
endpoints of the hub.  Nothing else of AWS can be reached from a VPC."""


@dataclass(frozen=True, slots=True)
class Listener:
    """One address: which door it is, and from which network it is reached."""

    door: str
    network: str
    port: int

    @property
    def address(self) -> str:
        """The address as a URL a program can use."""
        return f"http://{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """The address as a URL a browser treats as a secure context."""
        return f"http://localhost:{self.port}"


Listeners = Mapping[tuple[str, str], Listener]


def home(landscape: Landscape) -> str:
    """The network the person at this machine is taken to sit in: the first office.

    An office without DNS servers of its own reaches no endpoint, so nobody is put there.
    """
    for name, network in landscape.networks.items():
        if isinstance(network, CorporateNetwork) and network.dns_servers:
            return name
    return landscape.gateway.network


def listeners(landscape: Landscape, first_port: int) -> Listeners:
    """Every listener of the emulated organisation, ports counted up from `first_port`.

    The first three are those a person meets: the portal from the home network, AWS from the
    internet, and the identity provider.
    """
    at_home = home(landscape)
    elsewhere = [name for name in (*landscape.networks, INTERNET) if name != at_home]
    doors = [(PORTAL, at_home), (AWS, INTERNET), (IDP, INTERNET), (STUDIO, at_home)]
    doors += [(door, name) for name in elsewhere for door in (PORTAL, STUDIO)]
    doors += [
        (door, name)
        for name, network in landscape.networks.items()
        if network.kind == "vpc"
        for door in _IN_VPC
    ]
    doors.append((TASKS, landscape.gateway.network))
    notebooks = dict.fromkeys(
        (landscape.gateway.network, *(one.network for one in landscape.domains.values()))
    )
    doors += [(door, name) for name in notebooks for door in _OF_NOTEBOOKS]
    if any(isinstance(idp, SamlIdp) for idp in landscape.idps.values()):
        # One site, with an address for each network: it posts people to the portal they reach.
        doors += [(WORKFORCE, name) for name in (at_home, *elsewhere)]
    doors.append((REGISTRY, INTERNET))
    return {
        (door, network): Listener(door, network, first_port + number)
        for number, (door, network) in enumerate(doors)
    }


def joining(landscape: Landscape, known: Listeners) -> Listeners:
    """The listeners of `landscape` that `known` has not; ports counted on from its last."""
    first = max(one.port for one in known.values()) + 1
    new = [key for key in listeners(landscape, first) if key not in known]
    return {key: Listener(*key, first + number) for number, key in enumerate(new)}


def studio_url(landscape: Landscape, known: Listeners, domain_id: str) -> str:
    """Where a browser at home finds the Studio of `domain_id`, which may be a pattern."""
    port = known[STUDIO, home(landscape)].port
    return f"http://{domain_id}.studio.{landscape.region}.localhost:{port}"


def bound(wanted: Listeners) -> list[socket.socket]:
    """Sockets bound to every listener, not yet accepting.

    Raises:
        StartError: a port is taken, and which; nothing stays bound.
    """
    with ExitStack() as undo:
        sockets = [undo.enter_context(_bound(listener)) for listener in wanted.values()]
        undo.pop_all()
    return sockets


def _bound(listener: Listener) -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, listener.port))
        found.listen(128)
    except OSError as taken:
        found.close()
        raise StartError(
            f"port {listener.port} ({listener.door}, from {listener.network}) is taken: "
            f"{taken.strerror}",
            remedy="Stop what uses it (`make down`, if it is another `make up`), "
            "or start from other ports: make up PORT=8600 STATE=.studiogate-2",
        ) from None
    return found


class Doors:
    """The ASGI application of all listeners: hands each request to the door it came in by.

    A door is silent until it is hung, and while its endpoint does not exist: to whoever asks,
    its name leads nowhere, and their own patience ends the wait.
    """

    def __init__(
        self, known: Listeners, arrivals: Callable[[Listener], Arrival | None]
    ) -> None:
        self._listeners = {one.port: one for one in known.values()}
        self._arrivals = arrivals
        self._apps: dict[str, ASGIApp] = {}

    def join(self, more: Listeners) -> None:
        """Answer at `more` listeners as well."""
        self._listeners |= {one.port: one for one in more.values()}

    def hang(self, door: str, app: ASGIApp) -> None:
        """Let `app` answer at `door`, from every network."""
        self._apps[door] = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection at the door it came to."""
        listener = self._listeners[scope["server"][1]]
        app = self._apps.get(listener.door)
        if listener.door not in _OPEN:
            arrival = self._arrivals(listener)
            if app is None or arrival is None:
                await _silence(receive)
                return
            scope[_ARRIVAL] = lambda: self._arrivals(listener) or _cut_off(arrival)
        if app is None:
            await _silence(receive)
            return
        await app(scope, receive, send)


def arrival_of(scope: Scope) -> Arrival:
    """How the request of `scope` came: what its listening address says, and nothing else.

    As it is now: a WebSocket may outlive the endpoint's policy, or the endpoint.
    """
    asked: Callable[[], Arrival] = scope[_ARRIVAL]
    return asked()


def _cut_off(arrival: Arrival) -> Arrival:
    """`arrival` after its endpoint is gone: nothing passes any more."""
    closed = read("", kind=Kind.ENDPOINT, name="an endpoint that is gone")
    return replace(arrival, endpoint_policy=closed)


async def _silence(receive: Receive) -> None:
    """Wait until whoever asked gives up."""
    while (await receive())["type"] not in {"http.disconnect", "websocket.disconnect"}:
        pass
