"""What the parts of the emulated Redshift say to one another: values and promises.

A `Seat` is a cluster or a workgroup that stands; a `Grant` is one password that was handed out
for it.  APIs make both (`clusters`, `credentials`), and the front that databases are reached by
honours them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Seat:
    """A cluster or a serverless workgroup, as far as its database is concerned."""

    kind: Literal["cluster", "workgroup"]
    account: str
    region: str
    name: str
    """Cluster identifier, or workgroup name."""

    database: str
    """The database it was made with."""

    master: str
    """The administrator's database user."""

    vpc: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    """Ids of its security groups."""

    public: bool = False

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What no other has: account, Region, kind, name."""
        return self.account, self.region, self.kind, self.name


@dataclass(frozen=True, slots=True)
class Grant:
    """What one temporary password lets somebody do, and what is known of them."""

    login: str
    """The user as the driver says it: `IAM:ada`, `IAMA:ada`, `IAMR:role`, or a plain name."""

    user: str
    """The database user behind it."""

    groups: tuple[str, ...] = ()
    """Database groups (on serverless: roles) of the session, beside the user's own."""

    database: str | None = None
    """The only database it opens; any, where the call named none (requirement F-59)."""

    creates: bool = False
    """Whether the user is made when it is not there (`IAMA:`)."""

    expires_at: datetime | None = None
    """`None` for the administrator's own password."""

    caller: str = ""
    """ARN of the session that asked for it."""

    source_identity: str | None = None


class Grants(Protocol):
    """The passwords that were handed out."""

    def of(self, seat: Seat, login: str, password: str) -> Grant | None:
        """What `password` lets `login` do at `seat`; `None` when it is wrong or has expired."""
        ...

    def md5(self, seat: Seat, login: str, salt: bytes, answer: bytes) -> Grant | None:
        """The same for a password that was not sent, but proved: PostgreSQL's md5 challenge.

        `answer` is `md5` and 32 hexadecimal digits, of `md5(md5(password + login) + salt)`.
        """
        ...


class Reachable(Protocol):
    """Whether packets from a network of the landscape get to a seat, and back."""

    async def __call__(self, network: str, seat: Seat) -> bool:
        """As routes and security groups of the emulated EC2 are now; `internet` is one, too."""
        ...


class Addresses(Protocol):
    """Where a seat's database answers."""

    def address(self, seat: Seat, network: str) -> tuple[str, int] | None:
        """Host and port as `network` finds them; `None` while it does not answer."""
        ...


@dataclass(frozen=True, slots=True)
class Result:
    """What a statement gave."""

    columns: Sequence["Column"] = ()
    rows: Sequence[Sequence[Any]] = ()
    affected: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a result."""

    name: str
    type: str
    """Redshift's word, as `varchar`, `int4`, `numeric`, `timestamptz`, `super`."""

    length: int = 0
    precision: int = 0
    scale: int = 0
    nullable: bool = True


class Failed(Exception):
    """The database refused a statement, in its own words."""

    def __init__(self, message: str, *, code: str = "XX000") -> None:
        """`code` is the SQLSTATE."""
        super().__init__(message)
        self.code = code


class Database(Protocol):
    """The databases behind every seat."""

    async def open(self, seat: Seat, *, password: str | None = None) -> None:
        """Make the database of a seat, empty but for its administrator, and answer for it.

        What it held before under the same account, Region, kind and name is there again.
        """
        ...

    async def close(self, seat: Seat) -> None:
        """Answer no more for the seat, and end its sessions; nothing is deleted."""
        ...

    async def drop(self, seat: Seat) -> None:
        """Delete what the seat held."""
        ...

    async def run(
        self,
        seat: Seat,
        grant: Grant,
        sql: str,
        parameters: Mapping[str, str] | None = None,
        *,
        database: str | None = None,
    ) -> Result:
        """Run one statement as `grant` lets, for the Data API; cancelling cancels it there.

        Written into the seat's log like any statement that came over the wire.

        Raises:
            Failed: the database refused.
        """
        ...


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of a seat's log of statements (S1-20)."""

    at: datetime
    database: str
    user: str
    pid: int
    text: str
    seconds: float
    status: Literal["success", "failed", "cancelled"]
    network: str
    """Where the session came from; `data-api` for the Data API."""

    source_identity: str | None
    """Of the AWS session that the password was handed to."""

    caller: str = ""
    rows: int = 0
    details: Mapping[str, str] = field(default_factory=dict)
