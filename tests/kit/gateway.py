"""The gateway over fakes: people who say who they are in a header, tables and AWS in memory.

Each fake keeps the promise of the port or wire it stands for; failures are set, not patched in.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import uvicorn
import uvloop
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from studiogate.audit.revocation import Vital
from studiogate.aws.wire.answers import Put
from studiogate.aws.wire.call import Credentials
from studiogate.aws.wire.calls import AssumeRole, Presign
from studiogate.aws.wire.tables import Condition
from studiogate.errors import Absent, NotAllowed, NotSignedIn, StudioGateError
from studiogate.foundation.directory import DomainRow, Item, LobRow, PersonRow
from studiogate.foundation.owners import of_person
from studiogate.gateway.app import create_app
from studiogate.gateway.looks import AwsLooks
from studiogate.gateway.metrics import Metrics
from studiogate.gateway.owners import Owners, told_apart
from studiogate.gateway.ports import Grant, Identity, Mark, Marked, Ports, Sight, Source
from studiogate.gateway.presign import AwsStudio
from studiogate.gateway.reach_source import LandscapeReach
from studiogate.gateway.signin.why import Why, refused
from studiogate.gateway.whom import platform
from studiogate.reach.map.sites import Map
from studiogate.reach.table import Table
from tests.kit.ledger import MemoryLedger
from tests.kit.marks import MemoryMarks
from tests.kit.reach_map import two_lobs_map
from tests.kit.reach_table import two_lobs
from tests.kit.serving import running

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
REGION = "eu-west-1"
HOST = "studio.acme.example"
OFFICE_IP = "192.168.10.7"
ELSEWHERE_IP = "203.0.113.9"
OFFICE = {"office": ("192.168.10.0/24",)}

FORECASTING = DomainRow(name="forecasting", domain_id="d-forecasting", opens_from=OFFICE)
CHURN = DomainRow(name="churn", domain_id="d-churn", opens_from=OFFICE, session_s=3600)
FRAUD = DomainRow(name="fraud", domain_id="d-fraud", opens_from=OFFICE)
OWNER_A, OWNER_B = "ml-lob-a-owners@acme.example", "ml-lob-b-owners@acme.example"
CONTACT = "platform@acme.example"
LOB_A = LobRow("lob-a", "222222222222", "studiogate:acme:demo:lob-a", (FORECASTING,), OWNER_A)
LOB_B = LobRow("lob-b", "333333333333", "studiogate:acme:demo:lob-b", (FRAUD,), OWNER_B)
LOBS = (
    LOB_A,
    LOB_B,
    LobRow("lob-two", "222222222222", "studiogate:acme:demo:lob-two", (FORECASTING, CHURN)),
    LobRow("lob-bare", "222222222222", "studiogate:acme:demo:lob-bare"),
    LobRow("lob-homeless", None, None),
    LobRow("lob-unkeyed", "222222222222", None, (FORECASTING,)),
)
PEOPLE = (
    PersonRow("user-lob-a", "lob-a", "user-lob-a"),
    PersonRow("user-lob-b", "lob-b", "user-lob-b"),
    PersonRow("ada.lovelace@acme.example", "lob-a", "ada"),
    PersonRow("two-domains", "lob-two", None),
    PersonRow("of-workforce", "lob-a", None, idps=("workforce",)),
    PersonRow("revoked", "lob-a", None, revoked=True),
    PersonRow("expired", "lob-a", None, until=NOW),
    PersonRow("nearly-expired", "lob-a", None, until=NOW + timedelta(minutes=29)),
    PersonRow("leaves-soon", "lob-a", None, until=NOW + timedelta(minutes=40)),
    PersonRow("no-lob", None, None),
    PersonRow("of-gone-lob", "lob-gone", None),
    PersonRow("of-bare", "lob-bare", None),
    PersonRow("of-homeless", "lob-homeless", None),
    PersonRow("of-unkeyed", "lob-unkeyed", None),
    PersonRow("no_profile", "lob-a", None),
    PersonRow("sam-security", None, None, administrator=True),
    PersonRow("lob-admin", "lob-a", None, administrator=True),
)


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **how_far: float) -> None:
        self.now += timedelta(**how_far)


class HeaderSignIn:
    """Believes `Authorization: Bearer NAME~REST`, else `X-Session: NAME`; `bad WHY` is nobody."""

    async def who(self, request: Request) -> Identity:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        way = "bearer" if scheme.lower() == "bearer" else "session"
        person = (
            token.partition("~")[0]
            if way == "bearer"
            else request.headers.get("x-session", "bad")
        )
        person, _, why = person.partition(" ")
        if person == "bad":
            raise NotSignedIn(
                "you are not signed in",
                remedy="Sign in again.",
                reason="not-signed-in",
                recorded=why or ("token-bad" if way == "bearer" else "nothing-shown"),
            )
        idp = request.headers.get("x-idp", "corporate")
        return Identity(person, idp, f"sub-{person}", NOW + timedelta(hours=1), way)


class MemoryDirectory:
    """Rows in memory; `fails` is raised in place of an answer."""

    def __init__(self, people: Sequence[PersonRow], lobs: Sequence[LobRow]) -> None:
        self.people = {row.person: row for row in people}
        self.lobs = {row.lob: row for row in lobs}
        self.asked: list[str] = []
        self.ended: set[Mark] = set()
        self.held: Mapping[str, Marked] = {}
        """Whose sign-in names are, by the key of the mark that says so."""

        self.changes: dict[str, PersonRow | StudioGateError] = {}
        """What is said of a person who has been asked for once already."""

        self.fails: StudioGateError | None = None

    async def standing(self, identity: Identity) -> PersonRow | None:
        row = await self.person(identity.person)
        if self.ended & set(identity.ended_by):
            raise refused(Why.SESSION_ENDED)
        whose = self.held.get(of_person(identity.idp, identity.person).key)
        told_apart(identity, whose, platform(CONTACT))
        return row

    async def person(self, name: str) -> PersonRow | None:
        self.asked.append(name)
        await self.ready()
        changed = self.changes.get(name) if self.asked.count(name) > 1 else None
        if isinstance(changed, StudioGateError):
            raise changed
        return changed or self.people.get(name)

    async def lob(self, name: str) -> LobRow | None:
        self.asked.append(name)
        await self.ready()
        return self.lobs.get(name)

    async def ready(self) -> None:
        if self.fails is not None:
            raise self.fails


class FakeAws:
    """STS, SageMaker and DynamoDB in memory: says what it was asked, fails as it is told.

    `fails` holds, per call name, errors that are raised one after the other; then it works.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.asked: list[Any] = []
        self.fails: dict[str, list[StudioGateError | RuntimeError]] = {}
        self.url = "https://{domain_id}.studio.eu-west-1.sagemaker.aws/auth?token=SECRET{n}"
        self.lasts_s: int | None = None
        self.domains: dict[str, dict[str, Any]] = {}
        self.apps: dict[str, list[Mapping[str, Any]]] = {}
        self.spaces: dict[str, list[Mapping[str, Any]]] = {}
        self.profiles: dict[tuple[str, str], dict[str, Any]] = {}
        self.images: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, list[Mapping[str, Any]]] = {}
        self.items: dict[tuple[str, str], Item] = {}
        self.consistent = False
        """Whether the last item was asked for as of now."""

    def calls(self, kind: type) -> list[Any]:
        """What was asked of that kind, in order."""
        return [asked for asked in self.asked if isinstance(asked, kind)]

    async def assume_role(self, asked: AssumeRole) -> Credentials:
        self._asked("assume_role", asked)
        lasts = timedelta(seconds=self.lasts_s or asked.duration_s)
        number = len(self.calls(AssumeRole))
        return Credentials(f"ASIA{number}", "secret", "TOKEN", self._clock() + lasts)

    async def create_presigned_domain_url(
        self, asked: Presign, credentials: Credentials
    ) -> str:
        self._asked("presign", asked)
        assert credentials.token == "TOKEN"
        return self.url.format(domain_id=asked.domain_id, n=len(self.calls(Presign)))

    async def describe_domain(
        self, domain_id: str, credentials: Credentials
    ) -> Mapping[str, Any]:
        self._asked("describe_domain", domain_id)
        assert credentials.token == "TOKEN"
        if domain_id not in self.domains:
            raise aws_error(Absent, "sagemaker:DescribeDomain")
        return self.domains[domain_id]

    async def list_apps(
        self, domain_id: str, credentials: Credentials
    ) -> list[Mapping[str, Any]]:
        assert credentials.token == "TOKEN"
        self._asked("list_apps", ("apps", domain_id))
        return self.apps.get(domain_id, [])

    async def list_spaces(
        self, domain_id: str, credentials: Credentials
    ) -> list[Mapping[str, Any]]:
        assert credentials.token == "TOKEN"
        self._asked("list_spaces", domain_id)
        return self.spaces.get(domain_id, [])

    async def describe_user_profile(
        self, domain_id: str, profile: str, credentials: Credentials
    ) -> Mapping[str, Any]:
        assert credentials.token == "TOKEN"
        self._asked("describe_user_profile", (domain_id, profile))
        return self.profiles.get((domain_id, profile), {"Status": "InService"})

    async def describe_image(self, name: str, credentials: Credentials) -> Mapping[str, Any]:
        assert credentials.token == "TOKEN"
        self._asked("describe_image", name)
        if name not in self.images:
            raise aws_error(Absent, "sagemaker:DescribeImage")
        return self.images[name]

    async def list_image_versions(
        self, name: str, credentials: Credentials
    ) -> list[Mapping[str, Any]]:
        assert credentials.token == "TOKEN"
        self._asked("list_image_versions", name)
        return self.versions.get(name, [])

    async def get_item(self, table: str, key: Item, *, consistent: bool = False) -> Item | None:
        name: str = key["PK"]["S"]
        self.consistent = consistent
        self._asked("get_item", (table, name))
        return self.items.get((table, name))

    async def get_items(self, keys: Mapping[str, list[Item]]) -> Mapping[str, list[Item]]:
        asked = [(table, key["PK"]["S"]) for table, some in keys.items() for key in some]
        self._asked("get_items", tuple(asked))
        there: dict[str, list[Item]] = {table: [] for table in keys}
        for table, name in asked:
            if (table, name) in self.items:
                there[table].append(self.items[table, name])
        return there

    async def put(self, table: str, item: Item, condition: Condition | None = None) -> Put:
        """Puts under no condition, or where nothing living is there, as marks ask."""
        name = item["PK"]["S"]
        self._asked("put", (table, name))
        there = self.items.get((table, name))
        living = there is not None and int(there["ENDS"]["N"]) > self._clock().timestamp()
        if condition is not None and living:
            return Put(done=False, there=there)
        self.items[table, name] = item
        return Put(done=True, there=None)

    def _asked(self, name: str, what: Any) -> None:
        self.asked.append(what)
        if self.fails.get(name):
            raise self.fails[name].pop(0)


def image_version(number: int, status: str = "CREATED") -> dict[str, Any]:
    """A version of a custom image, as SageMaker lists it."""
    return {"Version": number, "ImageVersionStatus": status}


def have_images(aws: FakeAws, domain_id: str) -> None:
    """Attach two images to a domain, of one of which a newer version waits."""
    rstudio = {"ImageName": "r-4.5", "ImageVersionNumber": 2, "AppImageConfigName": "r-4-5"}
    lab = {"ImageName": "lab", "AppImageConfigName": "lab"}
    aws.domains[domain_id] = {
        "Status": "InService",
        "DefaultUserSettings": {
            "RSessionAppSettings": {"CustomImages": [rstudio]},
            "JupyterLabAppSettings": {"CustomImages": [lab]},
        },
    }
    aws.images = {
        "r-4.5": {"ImageStatus": "CREATED", "DisplayName": "R 4.5 for forecasting"},
        "lab": {"ImageStatus": "CREATED"},
    }
    aws.versions = {
        "r-4.5": [image_version(4, "CREATE_FAILED"), image_version(3), image_version(2)],
        "lab": [image_version(1)],
    }


class FakeWindow:
    """Studio as the gateway sees it: every session it begins lives until `state` is changed.

    Notes how many openings had been recorded when each session was begun.
    """

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger
        self.state = Vital.ALIVE
        self.begun: list[tuple[str, Grant]] = []
        self.recorded: list[int] = []

    async def begin(self, url: str, grant: Grant, *, asked_by: str) -> Sight:
        self.begun.append((url, grant))
        self.recorded.append(len(self._ledger.openings))
        sealed = f"SEALED-{asked_by}" if self.state is Vital.ALIVE else None
        return Sight(self.state, "seen in memory", sealed)

    async def look(self, sealed: str, *, asked_by: str) -> Sight:
        if sealed != f"SEALED-{asked_by}":
            raise NotAllowed("not yours", remedy="Ask anew.", reason="not-your-canary")
        return Sight(self.state, "seen in memory")


class MemoryReach:
    """Made by hand; without a table, the refusal of a gateway that has no landscape."""

    def __init__(self) -> None:
        self.found: Table | None = two_lobs()
        self.drawn: Map = two_lobs_map()

    async def table(self) -> Table:
        if self.found is None:
            return await LandscapeReach(None).table()
        return self.found

    async def map(self) -> Map:
        return self.drawn if self.found is not None else await LandscapeReach(None).map()


def aws_error(kind: type[Any], action: str = "sts:AssumeRole", *, code: str = "X") -> Any:
    """An error of AWS as the wire makes it, with details no person may see."""
    return kind(
        "arn:aws:sts::111111111111:assumed-role/StudiogateGateway/x is not authorized",
        remedy="Look at the role PresignedUrlGenerator of 222222222222.",
        action=action,
        about="222222222222/PresignedUrlGenerator",
        code=code,
    )


@dataclass
class House:
    """One gateway and everything it stands on."""

    clock: Clock = field(default_factory=Clock)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    metrics: Metrics = field(default_factory=Metrics)
    source_ip: str = OFFICE_IP
    prefix: str = ""

    def __post_init__(self) -> None:
        self.directory = MemoryDirectory(PEOPLE, LOBS)
        self.marks = MemoryMarks(self.clock)
        self.directory.held = self.marks.there
        self.aws = FakeAws(self.clock)
        self.window = FakeWindow(self.ledger)
        self.reach = MemoryReach()
        self.ports = Ports(
            sign_in=HeaderSignIn(),
            directory=self.directory,
            marks=self.marks,
            owners=Owners(self.marks, self.clock, contact=CONTACT),
            studio=AwsStudio(self.aws, region=REGION, clock=self.clock, contact=CONTACT),
            looks=AwsLooks(self.aws, region=REGION, clock=self.clock, contact=CONTACT),
            window=self.window,
            reach=self.reach,
            ledger=self.ledger,
            clock=self.clock,
            source_of=lambda _request: Source(self.source_ip, prefix=self.prefix),
            origins=frozenset({f"http://{HOST}"}),
            idps={"corporate": "Acme Corporate", "workforce": "Acme Workforce"},
            contact=CONTACT,
            sign_out_token=lambda request: request.headers.get("x-session") and "csrf-token",
        )

    def app(self, signin_routes: Sequence[Route] = (), **ports: Any) -> ASGIApp:
        """The application; `ports` replaces some of them."""
        return create_app(replace(self.ports, **ports), signin_routes, metrics=self.metrics)


async def _nothing() -> None:
    return


@contextmanager
def serving(
    app: ASGIApp,
    *,
    close: Callable[[], Awaitable[None]] = _nothing,
) -> Iterator[str]:
    """Serve `app` on a free loopback port, as the process does; its base URL.

    `close` runs in the loop that served, after the last answer.
    """

    async def live() -> None:
        try:
            await server.serve()
        finally:
            await close()

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(live())

    config = uvicorn.Config(
        app, port=0, lifespan="off", log_config=None, access_log=False, proxy_headers=False,
        server_header=False, ws="none",
    )  # fmt: skip
    server = uvicorn.Server(config)
    with running(server, run) as port:
        yield f"http://127.0.0.1:{port}"


class Stage:
    """An address that serves whichever application stands on it; starting a server is slow."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self.url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


def visiting(url: str) -> httpx.Client:
    """A client of the gateway at `url`, which knows it by its public name."""
    return httpx.Client(base_url=url, headers={"host": HOST})


def bearer(person: str) -> dict[str, str]:
    """Headers of a program that signs in as `person`."""
    return {"authorization": f"Bearer {person}"}


def session(person: str) -> dict[str, str]:
    """Headers of a browser in which `person` is signed in."""
    return {"x-session": person, "accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
