"""An emulated organisation with two doors, for tests: the internet, and an endpoint in a VPC."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import uvicorn
from boto3.session import Session
from botocore.config import Config
from moto.core.base_backend import BackendDict
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.organizations.models import organizations_backends
from starlette.types import ASGIApp, Scope

from studiogate.aws.wire.call import Credentials, WireRequest
from studiogate.aws.wire.signer import sign
from studiogate.landscape.model import INTERNET, Landscape
from studiogate.local.call import ApiCall, Arrival, Caller, Needed, Service
from studiogate.local.front.app import ApiFront
from studiogate.local.front.event import ApiEvent
from studiogate.local.front.inside import Inside
from studiogate.local.front.signature import Signatures
from studiogate.local.functions import callers
from studiogate.local.functions.api import lambda_service
from studiogate.local.functions.store import Functions
from studiogate.local.functions.world import World as Beside
from studiogate.local.iam.accounts import MANAGEMENT, Founded, Keys, found_organisation
from studiogate.local.iam.endpoints import endpoint_for
from studiogate.local.iam.guard import Guard
from studiogate.local.iam.organisation import Organisation
from studiogate.local.iam.policies import LivePolicies
from studiogate.local.iam.principals import Acquainted
from studiogate.local.iam.sessions import SessionStore
from studiogate.local.iam.sts import StsService
from studiogate.local.iam.vended import VendingOrganizations
from studiogate.local.kept.moto_app import MotoApp
from studiogate.local.kept.moto_services import MotoService
from studiogate.local.parameters import PublicParameters
from studiogate.local.rest_apis.api import apigateway_service
from studiogate.local.rest_apis.store import RestApis
from studiogate.local.s3.api import policies_of, s3_service
from studiogate.local.s3.store import Buckets
from tests.kit.boto import boto_session
from tests.kit.serving import running

REGION = "eu-west-1"
SHARED, LOB_A, LOB_B = "111111111111", "222222222222", "333333333333"
KEPT_BY_MOTO = (
    *("cognito-idp", "dynamodb", "ec2", "elasticfilesystem", "iam", "kms", "logs"),
    *("monitoring", "secretsmanager"),
)
VPC_SERVICE = f"com.amazonaws.{REGION}.sts"

LANDSCAPE = Landscape.model_validate(
    {
        "name": "acme",
        "environment": "demo",
        "region": REGION,
        "accounts": {"shared-services": SHARED, "lob-a": LOB_A, "lob-b": LOB_B},
        "networks": {
            "hub": {"kind": "vpc", "account": "shared-services", "cidr": "10.0.0.0/16"}
        },
        "idps": {
            "corporate": {
                "kind": "oidc",
                "issuer": "https://idp.example",
                "client_id": "portal",
            }
        },
    }
)


def policy(*statements: Mapping[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, on: Any = "*", **conditions: Any) -> dict[str, Any]:
    """An identity statement that allows."""
    said: dict[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": on}
    return said | ({"Condition": conditions} if conditions else {})


def deny(*actions: str, on: Any = "*", **conditions: Any) -> dict[str, Any]:
    """An identity statement that denies."""
    return allow(*actions, on=on, **conditions) | {"Effect": "Deny"}


def trusting(
    principal: str | dict[str, Any], *actions: str, **conditions: Any
) -> dict[str, Any]:
    """A statement of a trust policy."""
    who = {"AWS": principal} if isinstance(principal, str) else principal
    said = {"Effect": "Allow", "Principal": who, "Action": list(actions) or ["sts:AssumeRole"]}
    return said | ({"Condition": conditions} if conditions else {})


def root_of(account: str) -> str:
    """The principal that means every identity of an account."""
    return f"arn:aws:iam::{account}:root"


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve `app` on a free loopback port; its base URL, once it answers."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="warning", lifespan="off", ws="none"
    )
    with running(uvicorn.Server(config)) as port:
        yield f"http://127.0.0.1:{port}"


@dataclass
class MovingClock:
    """The real time, and what a test adds to it: boto3 signs with the real one."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead  # noqa: TID251 - this is where the clock is made


@dataclass
class World:
    """A founded organisation behind two listening addresses."""

    founded: Founded
    clock: MovingClock
    sessions: SessionStore
    policies: LivePolicies
    guard: Guard
    events: list[ApiEvent]
    doors: dict[str, str]
    """Base URL of `internet` and of `endpoint`."""

    endpoint_id: str
    vpc_id: str
    inside: Inside
    """The way in for calls that a service makes for a caller."""

    buckets: Buckets
    apis: RestApis
    _numbers: Iterator[int] = field(default_factory=count)
    _session: Session = field(default_factory=boto_session)

    def name(self, stem: str) -> str:
        """A name no other test of the module uses."""
        return f"{stem}-{next(self._numbers)}"

    def client(
        self,
        service: Any,
        keys: Keys | Caller | Mapping[str, str] | None = None,
        *,
        door: str = "internet",
        region: str = REGION,
    ) -> Any:
        """An unmodified boto3 client, signing with `keys` (the operator's by default)."""
        access, secret, token = _three(keys or self.founded.management)
        return self._session.client(
            service,
            endpoint_url=self.doors[door],
            region_name=region,
            aws_access_key_id=access,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(retries={"max_attempts": 0}, parameter_validation=False),
        )

    def admin(self, account: str, service: Any, **more: Any) -> Any:
        """A client of the administrator in a member account."""
        return self.client(service, self.founded.explorers[account], **more)

    def role(
        self,
        account: str,
        *,
        trust: str,
        can: str | None = None,
        tags: Mapping[str, str] | None = None,
        **more: Any,
    ) -> str:
        """A new role in `account`; its ARN."""
        iam, name = self.admin(account, "iam"), self.name("role")
        pairs = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
        made = iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=trust, Tags=pairs, **more
        )
        if can is not None:
            iam.put_role_policy(RoleName=name, PolicyName="can", PolicyDocument=can)
        return str(made["Role"]["Arn"])

    def assume(
        self,
        role_arn: str,
        by: Keys | Caller | Mapping[str, str] | None = None,
        *,
        door: str = "internet",
        **more: Any,
    ) -> Mapping[str, str]:
        """Credentials as STS answers them."""
        more.setdefault("RoleSessionName", "tester")
        answer = self.client("sts", by, door=door).assume_role(RoleArn=role_arn, **more)
        credentials: Mapping[str, str] = answer["Credentials"]
        return credentials

    def raw(
        self,
        body: bytes = b"Action=GetCallerIdentity&Version=2011-06-15",
        *,
        keys: Keys | Caller | Mapping[str, str] | None = None,
        service: str = "sts",
        headers: Mapping[str, str] | None = None,
        now: datetime | None = None,
        door: str = "internet",
    ) -> WireRequest:
        """A signed request to alter before it is sent."""
        access, secret, token = _three(keys or self.founded.management)
        plain = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
        return sign(
            WireRequest("POST", self.doors[door] + "/", plain, body),
            Credentials(access, secret, token),
            service=service,
            region=REGION,
            now=now or self.clock(),
        )


def send(request: WireRequest, **changed: str) -> httpx.Response:
    """The answer to `request` with some headers changed after signing (`_` for `-`)."""
    headers = {**request.headers, **{k.replace("_", "-"): v for k, v in changed.items()}}
    return httpx.request(request.method, request.url, headers=headers, content=request.body)


def _three(keys: Any) -> tuple[str, str, str | None]:
    if isinstance(keys, Mapping):
        return keys["AccessKeyId"], keys["SecretAccessKey"], keys.get("SessionToken")
    return keys.access_key, keys.secret_key, getattr(keys, "token", None)


def empty_moto() -> None:
    """Forget everything moto keeps in this process."""
    BackendDict.reset()
    organizations_backends.master_accounts.clear()
    for backends in (iam_backends, organizations_backends, ec2_backends):
        backends.clear()


FROM_THE_INTERNET = Arrival(INTERNET, "198.51.100.7", {"aws:SourceIp": "198.51.100.7"})


def api_front(
    services: Mapping[str, Service],
    guard: Guard,
    sessions: SessionStore,
    clock: Callable[[], datetime],
    events: list[ApiEvent],
    *,
    arrival_of: Callable[[Scope], Arrival] = lambda _: FROM_THE_INTERNET,
) -> ApiFront:
    """The door to `services` that everybody comes in by: from the internet, unless said."""
    return ApiFront(
        services,
        guard,
        Signatures(sessions.lookup, clock),
        arrival_of=arrival_of,
        clock=clock,
        trail=events.append,
        region=REGION,
    )


def _from_endpoint(_: Scope) -> Arrival:
    found = endpoint_for(LOB_A, REGION, VPC_SERVICE)
    assert found is not None
    context = {
        "aws:SourceVpce": found.id,
        "aws:SourceVpc": found.vpc_id,
        "aws:VpcSourceIp": "10.100.0.9",
    }
    return Arrival("lob-a", "10.100.0.9", context, found.policy)


@contextmanager
def world() -> Iterator[World]:
    """An organisation of three accounts, an endpoint for STS in `lob-a`, and two doors."""
    empty_moto()
    clock, events = MovingClock(), list[ApiEvent]()
    founded = found_organisation(LANDSCAPE)
    sessions = SessionStore(clock)
    policies = LivePolicies(Organisation(MANAGEMENT))
    buckets = Buckets(clock)
    functions, apis = Functions(clock), RestApis(clock)
    guard = Guard(
        policies,
        clock,
        {"s3": policies_of(buckets), "lambda": callers.policies_of(functions)},
    )

    def may(call: ApiCall, needed: Needed) -> bool:
        return guard.check(
            call.caller, needed, arrival=call.arrival, region=call.region
        ).allowed

    moto = MotoApp({})
    kept = {name: MotoService(name, moto) for name in KEPT_BY_MOTO}
    services: dict[str, Service] = {
        "sts": StsService(sessions, policies),
        **kept,
        "iam": Acquainted(kept["iam"], (buckets.rewrite,)),
        "kms": Acquainted(kept["kms"]),
        "ssm": PublicParameters(clock),
        "s3": s3_service(buckets),
        "lambda": lambda_service(functions, Beside(buckets, policies, may)),
        "apigateway": apigateway_service(apis),
        "organizations": VendingOrganizations(
            MotoService("organizations", moto), MANAGEMENT, clock
        ),
    }
    vpc = ec2_backends[LOB_A][REGION].create_vpc("10.100.0.0/16")
    made = ec2_backends[LOB_A][REGION].create_vpc_endpoint(
        vpc.id, VPC_SERVICE, "Interface", None, []
    )

    deciding = services, guard, sessions, clock, events
    fronts = {
        "internet": api_front(*deciding),
        "endpoint": api_front(*deciding, arrival_of=_from_endpoint),
    }
    inside = Inside(services, guard, trail=events.append, clock=clock)
    with ExitStack() as stack:
        doors = {name: stack.enter_context(served(one)) for name, one in fronts.items()}
        try:
            yield World(
                founded, clock, sessions, policies, guard, events, doors, made.id, vpc.id,
                inside, buckets, apis,
            )  # fmt: skip
        finally:
            moto.close()
            empty_moto()
