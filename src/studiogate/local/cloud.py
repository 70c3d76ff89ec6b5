"""Every emulated service put together, and the stores that others look into.

Services that moto keeps come first; those that reach across accounts stand in front of them;
CloudFormation stands on all of them and reaches each as anybody does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from studiogate.local.between.together import Between, between
from studiogate.local.call import ApiCall, Needed, Service
from studiogate.local.cloudformation.api import CloudFormationService
from studiogate.local.cloudformation.kinds.all import KINDS
from studiogate.local.codebuild.api import CodeBuildService
from studiogate.local.codebuild.runs.machine import Machine
from studiogate.local.codebuild.runs.running import Runner
from studiogate.local.codebuild.store import CODEBUILD, Projects
from studiogate.local.ecr.api import EcrService
from studiogate.local.ecr.policies import policies_of as policies_of_repositories
from studiogate.local.ecr.together import Ecr, ecr
from studiogate.local.front.event import Trail
from studiogate.local.front.inside import Inside
from studiogate.local.functions import callers
from studiogate.local.functions.api import lambda_service
from studiogate.local.functions.store import Functions
from studiogate.local.functions.world import World
from studiogate.local.iam.accounts import MANAGEMENT
from studiogate.local.iam.guard import Guard
from studiogate.local.iam.organisation import Organisation
from studiogate.local.iam.policies import LivePolicies
from studiogate.local.iam.principals import Acquainted
from studiogate.local.iam.sessions import SessionStore
from studiogate.local.iam.sts import StsService
from studiogate.local.iam.vended import VendingOrganizations
from studiogate.local.iam.vending import Vending
from studiogate.local.kept.moto_app import MotoApp
from studiogate.local.kept.moto_services import MotoService
from studiogate.local.parameters import PublicParameters
from studiogate.local.rest_apis.api import apigateway_service
from studiogate.local.rest_apis.store import RestApis
from studiogate.local.s3.api import policies_of, s3_service
from studiogate.local.s3.store import Buckets

_KEPT_BY_MOTO = (
    "cognito-idp",
    "dynamodb",
    "ec2",
    "elasticfilesystem",
    "iam",
    "kms",
    "logs",
    "monitoring",
    "organizations",
    "secretsmanager",
)

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Stores:
    """What the services keep, for whoever acts on it."""

    buckets: Buckets
    functions: Functions
    apis: RestApis
    ecr: Ecr


@dataclass(frozen=True, slots=True)
class Grounds:
    """What every service stands on."""

    moto: MotoApp
    between: Between
    stores: Stores
    sessions: SessionStore
    policies: LivePolicies
    guard: Guard
    clock: Clock
    kept: Mapping[str, Service]


def grounds(moto: MotoApp, clock: Clock, *, images: Path) -> Grounds:
    """The grounds of an organisation that is founded already; it shares within itself.

    The layers of images are kept below `images`, which is theirs alone.
    """
    organisation = Organisation(MANAGEMENT)
    kept: dict[str, Service] = {name: MotoService(name, moto) for name in _KEPT_BY_MOTO}
    beside = between(kept["ec2"], organisation, clock, sharing=True)
    sessions = SessionStore(clock)
    stores = Stores(
        Buckets(clock), Functions(clock), RestApis(clock), ecr(images, clock, sessions.lookup)
    )
    policies = LivePolicies(organisation)
    on_resources = {
        **beside.resource_policies,
        "s3": policies_of(stores.buckets),
        "lambda": callers.policies_of(stores.functions),
        "ecr": policies_of_repositories(stores.ecr.registries),
    }
    return Grounds(
        moto=moto,
        between=beside,
        stores=stores,
        sessions=sessions,
        policies=policies,
        guard=Guard(policies, clock, on_resources),
        clock=clock,
        kept=kept,
    )


@dataclass(frozen=True, slots=True)
class Offered:
    """Every service."""

    by_name: Mapping[str, Service]
    """By signing name."""

    cloudformation: CloudFormationService
    codebuild: CodeBuildService
    """These two work on when their answers are given, and have to be closed."""


def services(
    on: Grounds,
    more: Mapping[str, Service],
    trail: Trail,
    *,
    vending: Vending,
    machine: Machine,
) -> Offered:
    """Every service on those grounds; `more` stand in place of theirs, and beside them.

    Images are built on `machine`.
    """
    stores = on.stores
    found: dict[str, Service] = {
        **on.kept,
        **on.between.services,
        **more,
        "iam": Acquainted(
            on.kept["iam"], (stores.buckets.rewrite, stores.ecr.registries.rewrite)
        ),
        "kms": Acquainted(on.kept["kms"]),
        "organizations": VendingOrganizations(on.kept["organizations"], MANAGEMENT, on.clock),
        "sts": StsService(on.sessions, on.policies),
        "s3": s3_service(stores.buckets),
        "ecr": EcrService(stores.ecr),
        "lambda": lambda_service(
            stores.functions, World(stores.buckets, on.policies, _may(on.guard))
        ),
        "apigateway": apigateway_service(stores.apis),
        "ssm": PublicParameters(on.clock),
    }
    lookup = on.sessions.lookup
    inside = Inside(found, on.guard, trail=trail, clock=on.clock, lookup=lookup)
    cloudformation = CloudFormationService(KINDS, inside.cloud_of, on.clock)
    found["cloudformation"] = cloudformation
    # CodeBuild calls others as the role of a project, and nobody's call is passed on.
    as_role = Inside(
        found, on.guard, trail=trail, clock=on.clock, via=CODEBUILD, forwarded=False
    )
    runner = Runner(as_role, vending, machine, on.clock)
    codebuild = CodeBuildService(Projects(on.clock), runner, vending)
    found["codebuild"] = codebuild
    return Offered(found, cloudformation, codebuild)


def _may(guard: Guard) -> Callable[[ApiCall, Needed], bool]:
    def may(call: ApiCall, needed: Needed) -> bool:
        found = guard.check(call.caller, needed, arrival=call.arrival, region=call.region)
        return found.allowed

    return may
