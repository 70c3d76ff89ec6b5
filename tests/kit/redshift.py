"""An emulated Redshift of a test's own: databases behind their front, and passwords to it."""

import asyncio
import hashlib
import hmac
import secrets
import shutil
import tempfile
import threading
import warnings
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg2
import redshift_connector
import uvloop

from studiogate.local.redshift.dialect.redshift import RedshiftDialect
from studiogate.local.redshift.parts import Grant, Seat, Statement
from studiogate.local.redshift.wire.databases import Contents, Databases
from studiogate.local.redshift.wire.front import Ground
from studiogate.local.redshift.wire.ports import Dialect, Refused
from tests.kit.waiting import PATIENCE_S, comes

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")

SALES = Seat(
    kind="cluster",
    account="444444444444",
    region="eu-west-1",
    name="sales",
    database="dev",
    master="admin",
    vpc="vpc-1",
    subnets=("subnet-1",),
    groups=("sg-1",),
)
OTHER = replace(SALES, name="other")

ADMIN = "Admin-Pass-1"


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the tests' own clock, of this very moment


@dataclass
class Passwords:
    """The passwords that were handed out, as the credentials of the APIs keep them."""

    kept: dict[tuple[Any, str], list[tuple[str, Grant]]] = field(default_factory=dict)

    def give(self, seat: Seat, grant: Grant, password: str) -> str:
        self.kept.setdefault((seat.key, grant.login), []).append((password, grant))
        return password

    def of(self, seat: Seat, login: str, password: str) -> Grant | None:
        return self._first(seat, login, lambda kept: hmac.compare_digest(kept, password))

    def md5(self, seat: Seat, login: str, salt: bytes, answer: bytes) -> Grant | None:
        def proves(password: str) -> bool:
            inner = hashlib.md5(f"{password}{login}".encode()).hexdigest().encode()  # noqa: S324 - the challenge is md5
            proof = b"md5" + hashlib.md5(inner + salt).hexdigest().encode()  # noqa: S324 - as above
            return hmac.compare_digest(proof, answer)

        return self._first(seat, login, proves)

    def _first(self, seat: Seat, login: str, fits: Any) -> Grant | None:
        for password, grant in self.kept.get((seat.key, login), []):
            expired = grant.expires_at is not None and grant.expires_at <= now()
            if fits(password) and not expired:
                return grant
        return None


class Ways:
    """Networks that packets get through from, until a test closes them."""

    def __init__(self) -> None:
        self.closed: set[str] = set()

    async def __call__(self, network: str, seat: Seat) -> bool:
        del seat
        return network not in self.closed


class Plain:
    """A dialect that changes nothing, but for two words that show where it is asked."""

    def rewritten(self, sql: str) -> str:
        if "unload" in sql.lower():
            raise Refused("UNLOAD is not emulated")
        return sql.replace("getdate()", "now()")

    def positioned(self, sql: str, parameters: Mapping[str, str]) -> tuple[str, Sequence[str]]:
        return RedshiftDialect().positioned(sql, parameters)

    def shown(self, sql: str) -> str:
        return RedshiftDialect().shown(sql)

    def worded(self, message: str, code: str) -> str:
        del code
        return message.replace("for table", "for relation")


@dataclass
class Redshift:
    """A running emulation, asked from outside its loop as clients are."""

    loop: asyncio.AbstractEventLoop
    databases: Databases
    passwords: Passwords
    ways: Ways
    told: list[Statement]
    folder: Path
    sockets: Path

    def run(self, work: Coroutine[Any, Any, T], within_s: float = PATIENCE_S) -> T:
        return self.start(work).result(within_s)

    def start(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def settled(self, fact: Callable[[], bool]) -> bool:
        """Whether `fact` becomes true: the end of a session is seen a moment after it."""
        return comes(fact)

    def socket(self, seat: Seat) -> Path:
        """Where the seat's own PostgreSQL listens."""
        data = self.folder.joinpath(*seat.key) / "data"
        (short,) = [link for link in self.sockets.iterdir() if link.resolve() == data.resolve()]
        return short / ".s.PGSQL.5432"

    def open(self, seat: Seat) -> None:
        self.run(self.databases.open(seat, password=ADMIN))

    def port(self, seat: Seat = SALES, network: str = "lob-a") -> int:
        async def found() -> int:
            address = self.databases.address(seat, network)
            assert address is not None
            return address[1]

        return self.run(found())

    def password(self, grant: Grant, *, seat: Seat = SALES, lives_s: float = 900) -> str:
        """A password for `grant`, as `GetClusterCredentials` would hand it out."""
        until = grant.expires_at or now() + timedelta(seconds=lives_s)
        made = secrets.token_urlsafe(16)
        return self.passwords.give(seat, replace(grant, expires_at=until), made)


@contextmanager
def redshift(
    folder: Path,
    *,
    dialect: Dialect | None = None,
    contents: Contents | None = None,
    seats: Sequence[Seat] = (SALES,),
    patience_s: float = 30.0,
) -> Iterator[Redshift]:
    """An emulated Redshift with `seats`, on a loop of its own as `studiogate up` has it."""
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    passwords, ways, told = Passwords(), Ways(), list[Statement]()
    ground = Ground(passwords, ways, dialect or Plain(), now, patience_s)
    sockets = Path(tempfile.mkdtemp(prefix="sg-", dir="/tmp"))
    databases = Databases(folder, sockets, ground, contents=contents, told=told.append)
    running = Redshift(loop, databases, passwords, ways, told, folder, sockets)
    try:
        for seat in seats:
            running.open(seat)
        yield running
    finally:
        running.run(databases.end())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        with suppress(RuntimeError):
            loop.close()
        shutil.rmtree(sockets, ignore_errors=True)


def admin(running: Redshift, *, database: str = "dev", network: str = "lob-a") -> Any:
    """The administrator's connection, by libpq, with everything verified."""
    return psycopg2.connect(
        host="localhost",
        port=running.port(network=network),
        dbname=database,
        user="admin",
        password=ADMIN,
        sslmode="verify-full",
        sslrootcert=str(running.databases.authority),
    )


def signed_in(
    running: Redshift,
    user: str,
    *groups: str,
    network: str = "lob-a",
    database: str = "dev",
    **known: Any,
) -> Any:
    """The connection of a user who is made at need, as awswrangler's `connect_temp` makes it."""
    grant = Grant(f"IAMA:{user}", user, groups=groups, creates=True, **known)
    password = running.password(grant)
    with warnings.catch_warnings():
        # The driver makes its TLS context in a way that Python has deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        return redshift_connector.connect(
            host="localhost",
            port=running.port(network=network),
            database=database,
            user=grant.login,
            password=password,
            timeout=int(PATIENCE_S),
        )


def tried(
    running: Redshift, login: str, password: str, *, database: str = "dev", **options: Any
) -> str:
    """What somebody is told who signs in by libpq, or nothing when they are let in."""
    try:
        psycopg2.connect(
            host="localhost",
            port=options.pop("port", None) or running.port(),
            dbname=database,
            user=login,
            password=password,
            sslmode=options.pop("sslmode", "verify-full"),
            sslrootcert=str(running.databases.authority),
            connect_timeout=int(PATIENCE_S),
            **options,
        ).close()
    except psycopg2.OperationalError as refused:
        return str(refused).partition("FATAL:")[2].strip() or str(refused)
    return ""
