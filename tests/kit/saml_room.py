"""The SAML room behind the whole application, in process: a provider, and browsers to go there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from studiogate.gateway.ports import Identity
from studiogate.gateway.providers import SamlSettings
from studiogate.gateway.saml.documents import unpublished
from studiogate.gateway.saml.routes import SamlSignIn
from studiogate.gateway.signin import session
from studiogate.gateway.signin.arrival import Arrival
from studiogate.gateway.signin.cookie import Sealer
from studiogate.gateway.signin.session import Sessions
from studiogate.gateway.told import Secret
from tests.kit.gateway import HOST, House
from tests.kit.saml_idp import AUDIENCE, SamlIdp

if TYPE_CHECKING:
    from studiogate.errors import StudioGateError

ORIGIN = f"http://{HOST}"
KEY = Secret(b"s" * 32)


class MemoryDocuments:
    """Metadata in memory; `fails` is raised in place of an answer."""

    def __init__(self, documents: dict[str, bytes]) -> None:
        self.documents = documents
        self.fails: StudioGateError | None = None

    async def document(self, idp: str) -> bytes:
        if self.fails is not None:
            raise self.fails
        if idp not in self.documents:
            raise unpublished(idp)
        return self.documents[idp]


@dataclass(frozen=True, slots=True)
class BySession:
    """Knows people by their session cookie."""

    sessions: Sessions

    async def who(self, request: Request) -> Identity:
        return self.sessions.read(request).identity()


@dataclass
class Browser:
    """Keeps cookies as browsers do on a page that another site's form was posted to."""

    client: httpx.AsyncClient
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return self._kept(await self.client.get(path, headers=headers | self._sent()))

    async def post(
        self, form: Mapping[str, str] | bytes, path: str = "/saml"
    ) -> httpx.Response:
        """Post `form`, in the order of its fields, from a page of the provider's."""
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "origin": "https://idp.acme.example",
            "sec-fetch-site": "cross-site",
        }
        answer = await self.client.post(path, content=body, headers=headers | self._sent())
        return self._kept(answer)

    @property
    def signed_in(self) -> bool:
        return bool(self.cookies.get(session.COOKIE))

    def _sent(self) -> dict[str, str]:
        sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items() if value)
        return {"cookie": sent} if sent else {}

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer


class SamlRoom:
    """One gateway that trusts `idp` as `workforce`, and whoever else it is told of."""

    def __init__(self, house: House | None = None, **settings: Any) -> None:
        self.house = house or House()
        self.idp = SamlIdp(self.house.clock)
        workforce = SamlSettings(name="workforce", audience=AUDIENCE, **settings)
        self.idps = {"workforce": workforce}
        self.documents = MemoryDocuments({"workforce": self.idp.metadata()})

    def app(self) -> ASGIApp:
        """The application, made anew: another instance over the same marks and tables."""
        sealer = Sealer((KEY,))
        sessions = Sessions(sealer, self.house.clock, self.idps)
        saml = SamlSignIn(
            self.idps,
            self.documents,
            origins=self.house.ports.origins,
            sealer=sealer,
            arrival=Arrival(sessions),
            clock=self.house.clock,
        )

        async def send_away(request: Request) -> Response:
            return await saml.send_away(request, request.path_params["idp"])

        routes = [*saml.routes, Route("/signin/{idp}", send_away)]
        return self.house.app(routes, sign_in=BySession(sessions))

    def browser(self, app: ASGIApp | None = None) -> Browser:
        """A browser with no cookies yet."""
        carried = httpx.ASGITransport(app=app or self.app())
        return Browser(httpx.AsyncClient(transport=carried, base_url=ORIGIN))

    @property
    def recorded(self) -> list[tuple[str, str]]:
        """How each attempt to sign in ended, in order."""
        return [(line.outcome.value, line.reason) for line in self.house.ledger.sign_ins]
