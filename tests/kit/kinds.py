"""Two clouds for the tests of resource kinds: one of AWS's models alone, and the emulated one.

`Modelled` checks every call against the model of its service and answers with everything the
model has, so a kind that names a parameter or reads a member that AWS does not have fails.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from moto.core.utils import get_service_model

from studiogate.local.call import ApiError, Caller, Service
from studiogate.local.cloudformation.kind import Naming
from studiogate.local.front.event import ApiEvent
from studiogate.local.front.inside import Inside, InsideCloud
from studiogate.local.front.models import written
from studiogate.local.functions.api import lambda_service
from studiogate.local.functions.store import Functions
from studiogate.local.functions.world import World as Beside
from studiogate.local.iam.accounts import MANAGEMENT, found_organisation
from studiogate.local.iam.organisation import Organisation
from studiogate.local.iam.policies import LivePolicies
from studiogate.local.kept.moto_app import MotoApp
from studiogate.local.kept.moto_services import MotoService
from studiogate.local.rest_apis.api import apigateway_service
from studiogate.local.rest_apis.store import RestApis
from studiogate.local.s3.api import s3_service
from studiogate.local.s3.store import Buckets
from studiogate.policy.evaluate import Decision
from tests.kit.front import LANDSCAPE, MovingClock, empty_moto
from tests.kit.kinds_examples import ACCOUNT, REGION
from tests.kit.studio import FakeLauncher, Studio

NAMING = Naming(
    stack="studiogate-network",
    stack_id=f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/studiogate-network/1",
    logical_id="Thing",
    token="ABCDEFGHIJKL",
)
ALONE = LANDSCAPE.model_copy(
    update={"accounts": {"lob-a": ACCOUNT}, "networks": {}},
)
"""One member account: every further one costs a third of a second."""

KEPT_BY_MOTO = (
    "cognito-idp",
    "dynamodb",
    "ec2",
    "iam",
    "kms",
    "logs",
    "monitoring",
    "organizations",
    "secretsmanager",
)


def schema(kind: str) -> Mapping[str, Any]:
    """What CloudFormation publishes about a resource type."""
    found: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    return found


def top_level(paths: list[str]) -> set[str]:
    """The properties among JSON pointers, without what is inside them."""
    return {path.split("/")[2] for path in paths if path.count("/") == 2}


_STATES: Mapping[str, str] = {
    "DescribeDomain": "InService",
    "DescribeUserProfile": "InService",
    "DescribeSpace": "InService",
    "DescribeTable": "ACTIVE",
    "DescribeVpcEndpoints": "available",
    "DescribeNatGateways": "available",
    "DescribeManagedPrefixLists": "create-complete",
    "DescribeInstances": "running",
    "DescribeClusters": "available",
    "DescribeEndpointAccess": "active",
    "GetNamespace": "AVAILABLE",
    "GetWorkgroup": "AVAILABLE",
    "GetFunction": "Active",
}
_DOCUMENT = re.compile(r"PolicyDocument\Z|\APolicy\Z|\AContent\Z|\ADocument\Z")
_STATE_NAMES = frozenset(
    {"State", "Status", "TableStatus", "Name", "ClusterStatus", "EndpointStatus", "status"}
)


@dataclass
class Modelled:
    """A cloud that is nothing but models; remembers what it was asked."""

    account: str = ACCOUNT
    region: str = REGION
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Members of answers that a test wants otherwise, by operation."""

    first: dict[str, Mapping[str, Any] | ApiError] = field(default_factory=dict)
    """The whole answer the first time, by operation."""

    refusals: dict[str, ApiError] = field(default_factory=dict)
    """By operation."""

    async def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        written(service, operation, params)
        self.asked.append((operation, params))
        if isinstance(first := self.first.pop(operation, None), ApiError):
            raise first
        if first is not None:
            return dict(first)
        if operation in self.refusals:
            raise self.refusals[operation]
        shape = _model(service).operation_model(operation).output_shape
        whole = {} if shape is None else filled(shape, _STATES.get(operation))
        return {**whole, **self.answers.get(operation, {})}

    @property
    def operations(self) -> list[str]:
        return [operation for operation, _ in self.asked]

    def said(self, operation: str) -> dict[str, Any]:
        """The parameters of the one call of `operation`."""
        [found] = [params for name, params in self.asked if name == operation]
        return found


def _model(service: str) -> Any:
    names = {"monitoring": "cloudwatch"}
    return get_service_model(names.get(service, service))


def filled(shape: Any, state: str | None, depth: int = 0) -> Any:
    """Something of `shape`, with every member it can have."""
    if depth > 7:
        return None
    kind = shape.type_name
    if kind == "structure":
        members = {
            name: _member(name, member, state, depth) for name, member in shape.members.items()
        }
        return {name: one for name, one in members.items() if one is not None}
    if kind == "list":
        return [filled(shape.member, state, depth + 1)]
    if kind == "map":
        return {"key": filled(shape.value, state, depth + 1)}
    return _SCALARS.get(kind, "a-text-of-more-than-twenty-letters")


def _member(name: str, member: Any, state: str | None, depth: int) -> Any:
    if state and name in _STATE_NAMES and member.type_name == "string":
        return state
    if name in {"Unsuccessful", "DeletedDate"}:
        return None
    if member.type_name == "string" and _DOCUMENT.search(name):
        return "{}"
    return filled(member, state, depth + 1)


_SCALARS: Mapping[str, Any] = {
    "boolean": True,
    "integer": 1,
    "long": 1,
    "float": 1.0,
    "double": 1.0,
    "blob": b"",
    "timestamp": datetime(2030, 1, 1, tzinfo=UTC),
}


class _Everything:
    """Says yes: what is allowed is the subject of other tests."""

    def check(self, *_: Any, **__: Any) -> Decision:
        return Decision(
            allowed=True, explicit=True, layer="", policy="", sid=None, statement=None, why=""
        )


@dataclass
class Emulated:
    """The emulated services, and the ways CloudFormation reaches them."""

    inside: Inside
    studio: Studio
    events: list[ApiEvent]
    management: Caller

    def cloud(self) -> InsideCloud:
        """For an administrator of the one account."""
        return InsideCloud(self.inside, _administrator(ACCOUNT), REGION)

    def of_the_organisation(self) -> InsideCloud:
        """For the management account."""
        return InsideCloud(self.inside, self.management, REGION)


def _administrator(account: str) -> Caller:
    return Caller(
        kind="assumed-role",
        account=account,
        arn=f"arn:aws:sts::{account}:assumed-role/Admin/deployer",
        user_id="AROAEXAMPLE:deployer",
        name="Admin",
        access_key="ASIAEXAMPLE",
        secret_key="not-a-secret",
        session_name="deployer",
    )


@asynccontextmanager
async def emulated(folder: Path) -> AsyncIterator[Emulated]:
    """An organisation whose services are there, and hold nothing; domains take a moment."""
    empty_moto()
    clock, events = MovingClock(), list[ApiEvent]()
    founded = found_organisation(ALONE)
    moto, launcher = MotoApp({}), FakeLauncher(folder)
    launcher.held = asyncio.Event()  # apps stay pending: nothing here waits for them
    studio = Studio(launcher, clock=clock, ready_after=timedelta(milliseconds=20))
    services: dict[str, Service] = {name: MotoService(name, moto) for name in KEPT_BY_MOTO}
    services["sagemaker"] = studio.service
    buckets, policies = Buckets(clock), LivePolicies(Organisation(MANAGEMENT))
    services["s3"] = s3_service(buckets)
    services["lambda"] = lambda_service(
        Functions(clock), Beside(buckets, policies, lambda *_: True)
    )
    services["apigateway"] = apigateway_service(RestApis(clock))
    inside = Inside(services, _Everything(), trail=events.append, clock=clock)
    try:
        yield Emulated(inside, studio, events, _administrator(founded.management_account))
    finally:
        await studio.apps.close()
        moto.close()
        empty_moto()
