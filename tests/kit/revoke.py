"""Two lines of business to revoke somebody in, and a warehouse they read.

IAM and DynamoDB are moto's, Studio is in memory.

`FakeGateway` does what the gateway and Studio do on AWS: a canary lives until the presign role
of its account holds the Deny of its person.  What fails is set, never patched in.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.request import Request, urlopen

from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from studiogate import names
from studiogate.audit.revocation import Vital
from studiogate.aws.session import Accounts
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.revoke import scissors
from studiogate.revoke.gateway_api import Look, NoWord, Told
from studiogate.revoke.plan import Cut, Plan, plan
from studiogate.revoke.row import Row
from studiogate.revoke.sightings import Canary
from studiogate.revoke.world import Clients, Proving, World
from tests.kit.starting import EXAMPLE

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
REGION, HUB = "eu-west-1", "111111111111"
LOBS = {"lob-a": "222222222222", "lob-b": "333333333333"}
DATA = "444444444444"
READERS = {lob: names.reader_role("sales", lob) for lob in LOBS}
ROLES = {
    **dict.fromkeys(LOBS.values(), (names.PRESIGN_ROLE, names.EXECUTION_ROLE)),
    DATA: tuple(READERS.values()),
}
"""By account, the roles that hold Denies."""

DOMAINS = {"lob-a": "forecasting", "lob-b": "fraud"}
PERSON = "ada.lovelace@acme.example"
_T = TypeVar("_T")
_TRUST = '{"Version": "2012-10-17", "Statement": []}'


def acme() -> Landscape:
    """The landscape of the example."""
    return read(EXAMPLE.read_text(encoding="utf-8"))


@contextmanager
def moto_server() -> Iterator[str]:
    """The address of a moto server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def refusal(operation: str, code: str = "AccessDenied", status: int = 403) -> ClientError:
    """What boto3 raises when AWS refuses."""
    said: Any = {
        "Error": {"Code": code, "Message": f"not authorized to perform: iam:{operation}"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(said, operation)


class Rude:
    """A boto3 client that refuses the operations in `refuses`; each as often as it is listed."""

    def __init__(self, client: Any, refuses: dict[str, list[Exception]]) -> None:
        self._client = client
        self._refuses = refuses

    def __getattr__(self, name: str) -> Any:
        waiting = self._refuses.get(name)
        if not waiting:
            return getattr(self._client, name)

        def refused(**_: Any) -> Any:
            raise waiting.pop(0)

        return refused


@dataclass
class FakeStudio:
    """The SageMaker API of one account: domains, spaces and apps, as values."""

    domain_id: str
    apps: list[dict[str, Any]] = field(default_factory=list)
    spaces: list[dict[str, Any]] = field(default_factory=list)
    slow: int = 0
    """How often an app is still `Deleting` when it is looked at."""

    def can_paginate(self, _operation: str) -> bool:
        return False

    def list_domains(self) -> dict[str, Any]:
        return {"Domains": [{"DomainId": self.domain_id}]}

    def list_spaces(self, **asked: Any) -> dict[str, Any]:
        assert asked == {"DomainIdEquals": self.domain_id}
        return {"Spaces": self.spaces}

    def list_apps(self, DomainIdEquals: str, **owner: str) -> dict[str, Any]:  # noqa: N803 - boto3's spelling
        assert DomainIdEquals == self.domain_id
        ((kind, name),) = owner.items()
        key = kind.removesuffix("Equals")
        return {"Apps": [one for one in self.apps if one.get(key) == name]}

    def delete_app(self, **key: str) -> None:
        self._app(key)["Status"] = "Deleting"

    def describe_app(self, **key: str) -> dict[str, Any]:
        app = self._app(key)
        self.slow -= 1
        if app["Status"] == "Deleting" and self.slow < 0:
            app["Status"] = "Deleted"
        return app

    def runs(self, owner: str, name: str) -> None:
        """Have an app of `owner`, `UserProfileName` or `SpaceName`, run."""
        self.apps.append(
            {
                "DomainId": self.domain_id,
                owner: name,
                "AppType": "JupyterLab",
                "AppName": "default",
                "Status": "InService",
            }
        )

    def _app(self, key: dict[str, str]) -> dict[str, Any]:
        return next(one for one in self.apps if key.items() <= one.items())


class Town:
    """The accounts of the example: roles in each line of business, people in the directory."""

    def __init__(self, endpoint: str) -> None:
        with urlopen(Request(f"{endpoint}/moto-api/reset", method="POST")):  # noqa: S310 - loopback
            """Everything anybody else kept in this process's moto is gone."""
        self._accounts = Accounts(REGION, endpoint=endpoint, access_key="A", secret_key="x")
        self.refuses: dict[str, dict[str, list[Exception]]] = {}
        """By account id: operations, and the errors they answer with, one after the other."""

        self.studios: dict[str, FakeStudio] = {}
        self._people.create_table(
            TableName=names.PEOPLE_TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}],
        )

    def anew(self) -> None:
        """Be as if nobody had been here: making a town takes longer than to clear it."""
        self.refuses.clear()
        self.studios = {LOBS[lob]: FakeStudio(f"d-{DOMAINS[lob]}") for lob in LOBS}
        for account, roles in ROLES.items():
            iam = self._accounts.client(account, "iam")
            there = {one["RoleName"] for one in iam.list_roles()["Roles"]}
            for role in roles:
                if role not in there:
                    iam.create_role(RoleName=role, AssumeRolePolicyDocument=_TRUST)
                for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
                    iam.delete_role_policy(RoleName=role, PolicyName=policy)
        for item in self._people.scan(TableName=names.PEOPLE_TABLE)["Items"]:
            self._people.delete_item(TableName=names.PEOPLE_TABLE, Key={"PK": item["PK"]})

    @property
    def _people(self) -> Any:
        return self._accounts.client(HUB, "dynamodb")

    def client(self, account_id: str | None, service: Any) -> Any:
        """A client, as `Accounts` gives it."""
        if service == "sagemaker":
            found: Any = self.studios[str(account_id)]
        else:
            found = self._accounts.client(account_id, service)
        return Rude(found, self.refuses.get(str(account_id), {}))

    def enter(self, person: str, **row: str) -> None:
        """Put a row of text columns into the directory."""
        item = {"PK": person, **row}
        self._people.put_item(
            TableName=names.PEOPLE_TABLE, Item={k: {"S": v} for k, v in item.items()}
        )

    def row(self, person: str) -> dict[str, Any]:
        """The row of `person` as DynamoDB keeps it; empty for none."""
        answer = self._people.get_item(TableName=names.PEOPLE_TABLE, Key={"PK": {"S": person}})
        found: dict[str, Any] = answer.get("Item", {})
        return found

    def policies(self, lob: str, role: str = names.PRESIGN_ROLE) -> list[str]:
        """Names of the inline policies of a role."""
        return self._inline(LOBS[lob], role)

    def reading(self, lob: str) -> list[str]:
        """Names of the inline policies of the role by which `lob` reads the warehouse."""
        return self._inline(DATA, READERS[lob])

    def _inline(self, account: str, role: str) -> list[str]:
        iam = self.client(account, "iam")
        found: list[str] = iam.list_role_policies(RoleName=role)["PolicyNames"]
        return found


@dataclass
class FakeGateway:
    """The gateway of `Town`; the sessions it begins live until their role holds the Deny."""

    town: Town
    profiles: dict[str, set[str]]
    """By line of business, the profiles that are there."""

    silent_after: int | None = None
    """After how many answers it says nothing more."""

    late: int = 0
    """How often a session is still answered after its role holds the Deny."""

    relapse: int | None = None
    """After how many refusals one look is answered once more."""

    asked: int = 0
    looks: int = 0

    slow: tuple[str, ...] = ()
    """Lines of business it cannot tell of in the few seconds before the Denies."""

    accounts: dict[str, str] = field(default_factory=dict)
    """Accounts it looks into, by line of business, where they are not the landscape's."""

    refusing: int | None = None
    """After how many answers it refuses to answer, as it does with other cookie keys."""

    def canaries(self, person: str, looks: Sequence[Look], *, within_s: float) -> Told:
        self._answer()
        late = {one.lob: "too slow" for one in looks if one.lob in self.slow and within_s < 10}
        found = [
            self._begun(person, one.lob, profile)
            for one in looks
            if one.lob not in late
            for profile in one.profiles
        ]
        row = Row(self.town.client(HUB, "dynamodb"), person).read()
        decision = "unknown-person" if row is None else "revoked" if row.revoked else "ok"
        return Told("sam-security", decision, found, late)

    def look(self, canary: Canary, *, within_s: float) -> tuple[Vital, str]:
        assert within_s > 0
        self._answer()
        person = str(canary.sealed)
        if not self._is_cut(person, canary.lob):
            return Vital.ALIVE, "Studio answered 302"
        if self.late > 0:
            self.late -= 1
            return Vital.ALIVE, "Studio answered 302"
        self.looks += 1
        if self.relapse is not None and self.looks == self.relapse:
            return Vital.ALIVE, "Studio answered 302"
        return Vital.REFUSED, "Studio answered 403"

    def _begun(self, person: str, lob: str, profile: str) -> Canary:
        state, why = Vital.ALIVE, "Studio answered 302"
        if self._is_cut(person, lob):
            state, why = Vital.REFUSED, "an explicit deny"
        elif profile not in self.profiles.get(lob, set()):
            state, why = Vital.ABSENT, f"there is no Studio profile {profile!r}"
        sealed = person if state is Vital.ALIVE else None
        account = self.accounts.get(lob, LOBS[lob])
        return Canary(lob, DOMAINS[lob], profile, state, why, sealed, account)

    def _is_cut(self, person: str, lob: str) -> bool:
        account = LOBS[lob]
        iam = self.town._accounts.client(account, "iam")
        return scissors.stands(iam, Cut(lob, account, names.PRESIGN_ROLE, person))

    def _answer(self) -> None:
        self.asked += 1
        if self.silent_after is not None and self.asked > self.silent_after:
            raise NoWord("the gateway does not answer: TimeoutError")
        if self.refusing is not None and self.asked > self.refusing:
            raise NoWord("the gateway answered 403: not yours", final=True)


class Seconds:
    """Time that passes when somebody waits, and a little with every look at it."""

    def __init__(self) -> None:
        self.now = 0.0

    def ticks(self) -> float:
        self.now += 0.01
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def clock(self) -> datetime:
        return NOW + timedelta(seconds=self.now)


@contextmanager
def first(do: Callable[[], _T]) -> Iterator[Future[_T]]:
    """Beside a block, as before it: so that seconds that nobody waits for can be counted."""
    future: Future[_T] = Future()
    try:
        future.set_result(do())
    except Exception as error:  # noqa: BLE001 - it is in the future
        future.set_exception(error)
    yield future


def world_of(
    town: Clients, gateway: Proving | None, *, within_s: float = 60.0, **more: Any
) -> World:
    """The world of a run in `town`."""
    seconds = Seconds()
    return World(
        accounts=town,
        hub=HUB,
        clock=seconds.clock,
        ticks=seconds.ticks,
        pause=seconds.pause,
        tell=lambda _doing: None,
        gateway=gateway,
        within_s=within_s,
        **({"beside": first} | more),
    )


def planned(town: Town, person: str = PERSON) -> Plan:
    """The plan for `person`, as the directory of `town` knows them."""
    return plan(acme(), person, Row(town.client(HUB, "dynamodb"), person).read())
