"""Everything `create_app` is given: promises, not clients.

Tests hand it fakes from `tests/kit`; `server` hands it AWS.  All of it is `async` because the
gateway only waits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from starlette.requests import Request

from studiogate.audit.record import Opening
from studiogate.audit.revocation import Vital
from studiogate.audit.signing_in import SigningIn
from studiogate.foundation.directory import LobRow, PersonRow
from studiogate.foundation.marks import Kind, Mark, Marked

if TYPE_CHECKING:
    from studiogate.reach.map.sites import Map
    from studiogate.reach.table import Table

__all__ = [
    "Clock",
    "Counts",
    "Directory",
    "Grant",
    "Identity",
    "Kind",
    "Ledger",
    "Mark",
    "Marked",
    "Marks",
    "Ports",
    "Reach",
    "Sight",
    "SignIn",
    "Source",
    "Studio",
    "Window",
]


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody an identity provider vouches for; not yet somebody we know."""

    person: str
    """The sign-in name, byte for byte as the provider signed it."""

    idp: str
    """Name of the provider in the landscape."""

    subject: str
    """The provider's own stable id of the person (`sub`)."""

    until: datetime
    """Aware UTC; the sign-in counts for nothing from then on."""

    way: str
    """`session`, `bearer`, or `program`: the command line, with a token of ours."""

    at: datetime | None = None
    """Aware UTC: when they signed in, or the token was made; `None`: not known, so before
    whatever ended sign-ins."""

    groups: frozenset[str] | None = None
    """The groups the provider says they are in; `None`: it says nothing about groups.  Of a
    session, only those of the person's line of business."""

    session: str | None = field(default=None, repr=False)
    """Id of the session of ours it is."""

    at_provider: str | None = field(default=None, repr=False)
    """Id of the provider's own session, where it says one (`sid`, `SessionIndex`)."""

    @property
    def ended_by(self) -> tuple[Mark, ...]:
        """The marks that end this sign-in: of the session, here or there, or of the person."""
        found = [Mark(Kind.SUBJECT, (self.idp, self.subject))]
        if self.session is not None:
            found.append(Mark(Kind.SESSION, (self.session,)))
        if self.at_provider is not None:
            found.append(Mark(Kind.AT_PROVIDER, (self.idp, self.at_provider)))
        else:
            found.append(Mark(Kind.UNNAMED, (self.idp, self.subject)))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Grant:
    """A yes, with all that the role and the URL need and nothing they do not."""

    person: str
    profile: str
    lob: str
    account: str
    external_id: str
    domain: str
    domain_id: str
    url_expires_s: int
    session_s: int
    landing: str
    network: str
    """The network it is opened from."""

    space: str | None = None
    until: datetime | None = None
    """Aware UTC; credentials must not outlive it."""


class SignIn(Protocol):
    """Knows who is asking."""

    async def who(self, request: Request) -> Identity:
        """Who sent `request`, by session cookie or bearer token.

        Raises:
            NotSignedIn: nobody we can vouch for; `recorded` says why, the message does not.
        """
        ...


class Marks(Protocol):
    """What every instance of the gateway knows at once: names used up, sign-ins ended."""

    async def claim(self, mark: Mark, *, until: datetime, value: str = "") -> Marked | None:
        """Make `mark` if it is not there; `None` then, else what is there.

        Of any number who try at once, exactly one is given `None`.

        Raises:
            AwsError: the table did not answer, or refused: nothing may be concluded.
        """
        ...

    async def make(self, mark: Mark, *, until: datetime, value: str = "") -> None:
        """Make `mark`, in place of what is there.

        Raises:
            AwsError: the table did not answer, or refused.
        """
        ...

    async def found(self, *marks: Mark) -> Mapping[Mark, Marked]:
        """Those of `marks`, at most 50, that are there, as of now (consistently read).

        Raises:
            AwsError: the table did not answer, or refused.
        """
        ...


class Owners(Protocol):
    """Knows whose sign-in names and profiles are; the first who comes is the owner."""

    async def hold(self, identity: Identity, lob: str, profile: str) -> None:
        """Return if `profile` of `lob` is `identity`'s, or becomes theirs, being nobody's yet.

        Raises:
            NotAllowed: the name or the profile is somebody's who was here before.
            AwsError: the marks could not be read or made, so nobody knows.
        """
        ...


class Directory(Protocol):
    """Knows people and lines of business; asks the two tables, and remembers briefly."""

    async def standing(self, identity: Identity) -> PersonRow | None:
        """The row of whoever `identity` vouches for, as it is this moment.

        One question to DynamoDB, consistently read: a revocation, and the end of a session,
        count from the next request on.

        Raises:
            NotSignedIn: the sign-in was ended.
            NotAllowed: the sign-in name is somebody else's, who came under it first.
            AwsError: a table did not answer, or refused.
        """
        ...

    async def person(self, name: str) -> PersonRow | None:
        """The person called exactly `name`; `None` for somebody nobody entered.

        Raises:
            AwsError: the table did not answer, or refused.
        """
        ...

    async def lob(self, name: str) -> LobRow | None:
        """The line of business called `name`.

        Raises:
            AwsError: the table did not answer, or refused.
        """
        ...

    async def ready(self) -> None:
        """Return when the tables answer.

        Raises:
            AwsError: one of them did not answer, or refused.
        """
        ...


@dataclass(frozen=True, slots=True)
class App:
    """One of a person's apps in a domain, as SageMaker lists it."""

    type: str
    """As `JupyterLab`."""

    starting: bool
    """Else it runs."""

    since: datetime
    """Aware UTC: when it was asked for."""

    space: str | None = None
    """The space it is in, where that is not only the person's profile."""


class Studio(Protocol):
    """Turns a grant into a URL: the role, then the presign call."""

    async def url(self, grant: Grant) -> str:
        """The URL that opens `grant.domain` once; never empty, never another host's.

        Raises:
            AwsError: AWS said no, or said nothing.
            NotThere: the profile or the domain is not there.
            NotAllowed: the domain is not in IAM mode.
        """
        ...


@dataclass(frozen=True, slots=True)
class Image:
    """A custom image that a person can start an app from."""

    app: str
    """`JupyterLab`, `Code Editor` or `RStudio`."""

    name: str
    """Its display name, else its name, as launchers have it (S6-17)."""

    version: int | None
    """The one that starts; `None` where it cannot be told."""

    newest: int | None
    """The newest one there is; `None` where it cannot be told."""

    @property
    def waits(self) -> bool:
        """Whether there is a newer version than the one that starts."""
        return None not in {self.version, self.newest} and self.version != self.newest


class Looks(Protocol):
    """Looks into a domain as the person: what they have there, changing nothing."""

    async def running(self, grant: Grant) -> tuple[App, ...]:
        """The person's own apps in `grant.domain` that run or start, the newest first.

        Raises:
            AwsError: AWS said no, or said nothing.
            NotAllowed: access ends too soon.
        """
        ...

    async def images(self, grant: Grant) -> tuple[Image, ...]:
        """The custom images that the person finds in `grant.domain`.

        Raises:
            AwsError: AWS said no, or said nothing.
            NotAllowed: access ends too soon.
        """
        ...


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of a session that the gateway holds."""

    state: Vital
    why: str
    """What said so, in words an administrator may read."""

    sealed: str | None = field(default=None, repr=False)
    """The session, for this gateway alone; of a living one only."""


class Window(Protocol):
    """Looks into Studio with sessions of the gateway's own; see `gateway.canary`."""

    async def begin(self, url: str, grant: Grant, *, asked_by: str) -> Sight:
        """Use `url` up, and look at the session it began.

        Whatever Studio does, or does not do, is a `Sight`.
        """
        ...

    async def look(self, sealed: str, *, asked_by: str) -> Sight:
        """What has become of a session that was begun for `asked_by`.

        Raises:
            NotAllowed: it was not sealed here, or for somebody else.
        """
        ...


class Reach(Protocol):
    """Knows who can open what from where."""

    async def table(self) -> "Table":
        """The whole table, as the landscape has it now.

        Raises:
            NotThere: there is no landscape, or not one that can be read.
        """
        ...

    async def map(self) -> "Map":
        """The landscape as a map, as it is now.

        Raises:
            NotThere: as `table`.
        """
        ...


class Ledger(Protocol):
    """Keeps what was decided; append-only."""

    async def write(self, record: Opening | SigningIn) -> None:
        """Keep `record`; returns once it is kept.

        Raises:
            RecordError: it is not kept, so what it records must not happen.
        """
        ...

    async def ready(self) -> None:
        """Return when the next `write` can be expected to succeed; else raise `RecordError`."""
        ...


class Counts(Protocol):
    """Counts what happens, for whoever watches."""

    def opening(self, opening: Opening) -> None:
        """Count one opening that has been written down."""
        ...

    def signing_in(self, record: SigningIn) -> None:
        """Count one sign-in, or sign-out, that has been written down."""
        ...

    def aws_call(self, action: str, seconds: float, outcome: str) -> None:
        """Count one call to AWS; `outcome` is `ok` or the code of what went wrong."""
        ...

    def text(self) -> bytes:
        """Everything counted, in the Prometheus text format 0.0.4.

        Raises:
            NotThere: it is counted elsewhere.
        """
        ...


Clock = Callable[[], datetime]
"""Now, as aware UTC."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a request comes from, as the deployment lets us know it."""

    ip: str
    """The client's address; `0.0.0.0` when it cannot be known, which is in no network."""

    scheme: str | None = None
    """`https` or `http` where a trusted proxy says so; `None`: what the connection speaks."""

    prefix: str = ""
    """What the path began with before whoever stands in front took it off, as `/prod`."""


def _no_token(_request: Request) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything the gateway needs of the world."""

    sign_in: SignIn
    directory: Directory
    marks: Marks
    owners: Owners
    studio: Studio
    looks: Looks
    window: Window
    reach: Reach
    ledger: Ledger
    clock: Clock
    source_of: Callable[[Request], Source]
    """Which header to believe differs by deployment; see `gateway.source`."""

    origins: frozenset[str]
    """Origins this gateway is reached by, as `https://studio.acme.example`, and no others."""

    idps: Mapping[str, str]
    """Identity providers a person can choose on the portal: name to label."""

    contact: str | None = None
    """The platform team's address, for whoever has nobody nearer to ask."""

    sign_out_token: Callable[[Request], str | None] = _no_token
    """What the sign-out form has to send back as `csrf`; `None` without a session."""
