"""What a notebook stands on, without AWS and without a database: a list, roles, sessions."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from studiogate.aws.notebook import Caller, Password, Standing
from studiogate.errors import Absent, AwsError
from studiogate.warehouse.login import Login
from studiogate.warehouse.settings import Listed

NOON = datetime(2030, 1, 15, 12, tzinfo=UTC)
DATA, LOB_A = "444444444444", "222222222222"
ROLE = f"arn:aws:iam::{DATA}:role/StudioReader-sales.lob-a"
HOST = "sales.abc.eu-west-1.redshift.amazonaws.com"

SALES: dict[str, Any] = {
    "kind": "cluster",
    "name": "sales-1",
    "account": DATA,
    "database": "dev",
    "groups": ["analysts"],
    "role_arn": ROLE,
}
STOCK: dict[str, Any] = {
    "kind": "workgroup",
    "name": "stock",
    "account": DATA,
    "database": "dev",
    "groups": [],
    "role_arn": f"arn:aws:iam::{DATA}:role/StudioReader-stock.lob-a.{{profile}}",
}


def listed(**changes: Any) -> Listed:
    """The `sales` warehouse, as the list has it."""
    made: dict[str, Any] = {
        "title": "sales",
        "kind": "cluster",
        "name": "sales-1",
        "account": DATA,
        "database": "dev",
        "groups": ("analysts",),
        "role": ROLE,
    }
    return Listed(**(made | changes))


def home(folder: Path, *, profile: str | None = "ada", **warehouses: Any) -> dict[str, str]:
    """The environment of an app of `profile`, with a list of those warehouses."""
    found = warehouses or {"sales": SALES, "stock": STOCK}
    document = {"version": 1, "region": "eu-west-1", "warehouses": found}
    (folder / "warehouses.json").write_text(json.dumps(document))
    said = {"AppType": "JupyterLab", "SpaceName": "ours"}
    said |= {} if profile is None else {"UserProfileName": profile}
    (folder / "metadata.json").write_text(json.dumps(said))
    return {
        "STUDIOGATE_WAREHOUSES": str(folder / "warehouses.json"),
        "STUDIOGATE_METADATA": str(folder / "metadata.json"),
    }


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **much: float) -> None:
        self.now += timedelta(**much)


@dataclass
class FakeRole:
    """A `ports.Role`: one cluster, one workgroup, and passwords that are counted."""

    clock: Clock
    account: str = DATA
    host: str | None = HOST
    port: int = 5439
    status: str = "available"
    refuses: AwsError | None = None
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def caller(self) -> Caller:
        return Caller(self.account, f"arn:aws:sts::{self.account}:assumed-role/reader/ada")

    def cluster(self, name: str) -> Standing:
        if name != "sales-1":
            raise absent(name)
        return Standing(self.status, self.host, self.port)

    def cluster_password(
        self, name: str, *, user: str, database: str, groups: Sequence[str]
    ) -> Password:
        self.asked.append((name, user, database, tuple(groups)))
        return self._password(f"IAMA:{user}")

    def workgroup(self, name: str) -> Standing:
        if name != "stock":
            raise absent(name)
        return Standing(self.status, self.host, self.port)

    def workgroup_password(self, name: str, *, database: str) -> Password:
        self.asked.append((name, database))
        return self._password("IAMR:StudioReader-stock.lob-a.ada")

    def _password(self, user: str) -> Password:
        if self.refuses is not None:
            raise self.refuses
        expires_at = self.clock() + timedelta(hours=1)
        return Password(user, f"hush-{len(self.asked)}", expires_at)


@dataclass
class FakeAws:
    """A `ports.Aws` with one role."""

    role: FakeRole
    became: list[tuple[str, str]] = field(default_factory=list)

    def caller(self) -> Caller:
        return Caller(LOB_A, f"arn:aws:sts::{LOB_A}:assumed-role/StudioExecution/SageMaker")

    def reader(self, role_arn: str, *, profile: str) -> FakeRole:
        self.became.append((role_arn, profile))
        return self.role


def absent(name: str) -> Absent:
    return Absent(
        f"redshift:DescribeClusters: ClusterNotFound: Cluster {name} not found.",
        remedy="look",
        action="redshift:DescribeClusters",
        about=name,
        code="ClusterNotFound",
    )


class DriverError(Exception):
    """What Amazon's driver raises, with what the database said as its only argument."""


def driver_error(code: str, message: str, **more: str) -> DriverError:
    return DriverError({"S": "ERROR", "C": code, "M": message, **more})


class FakeSession:
    """A `connection.Opened`: statements are answered by `answer`, which may wait or raise."""

    def __init__(self, server: "FakeServer", login: Login) -> None:
        self.server, self.login = server, login
        self.pid = len(server.sessions) + 100
        self.in_transaction = False
        self.ended = threading.Event()
        self.cancelled = threading.Event()
        self.quiet = True

    def affected(self, sql: str) -> int:
        self.server.ran.append((self.pid, sql))
        return int(self.server.answer(self, sql) or 0)

    def rows(self, sql: str) -> Sequence[Sequence[Any]]:
        self.server.ran.append((self.pid, sql))
        if sql.startswith("select pg_cancel_backend("):
            pid = int(sql.partition("(")[2].rstrip(")"))
            self.server.sessions[pid - 100].cancelled.set()
            return [[True]]
        return [[self.server.answer(self, sql)]]

    def is_quiet(self) -> bool:
        return self.quiet

    def abort(self) -> None:
        self.ended.set()

    def end(self) -> None:
        self.ended.set()


@dataclass
class FakeServer:
    """Opens `FakeSession`s, for logins whose password it takes."""

    answer: Callable[[FakeSession, str], Any] = lambda _session, _sql: 1
    refuses: Callable[[Login], Exception | None] = lambda _login: None
    sessions: list[FakeSession] = field(default_factory=list)
    ran: list[tuple[int, str]] = field(default_factory=list)

    def opened(self, login: Login) -> FakeSession:
        refusal = self.refuses(login)
        if refusal is not None:
            raise refusal
        self.sessions.append(FakeSession(self, login))
        return self.sessions[-1]
