"""The emulated AWS put together: who exists, who may, and what answers at which door."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from studiogate.landscape.model import INTERNET, Landscape
from studiogate.local.apps import AppEnvironment
from studiogate.local.arrivals import Arrivals
from studiogate.local.call import Service
from studiogate.local.cloud import Grounds, grounds, services
from studiogate.local.cloudformation.api import CloudFormationService
from studiogate.local.codebuild.api import CodeBuildService
from studiogate.local.codebuild.runs.machine import Machine, this_machine
from studiogate.local.front.app import ApiFront
from studiogate.local.front.event import Trail
from studiogate.local.front.signature import Signatures
from studiogate.local.iam.accounts import Founded, found_organisation
from studiogate.local.iam.endpoints import Endpoint, endpoint_for, vpc_of
from studiogate.local.iam.vending import Vending
from studiogate.local.kept.moto_app import MotoApp
from studiogate.local.listeners import (
    AWS,
    DYNAMODB,
    REDSHIFT,
    REDSHIFT_DATA,
    REDSHIFT_SERVERLESS,
    S3,
    SAGEMAKER,
    STS,
    STUDIO,
    TASKS,
    Doors,
    Listeners,
    arrival_of,
)
from studiogate.local.places import Places
from studiogate.local.registry import CERTIFICATES, way
from studiogate.local.sagemaker.store import Store
from studiogate.local.statedir import StateDir
from studiogate.local.studios import Around, EmulatedStudio, emulated_studio
from studiogate.local.warehouses import Emulated, emulated_warehouses

_AT_ENDPOINT = {
    STS: "sts",
    SAGEMAKER: "sagemaker",
    DYNAMODB: "dynamodb",
    S3: "s3",
    REDSHIFT: "redshift",
    REDSHIFT_DATA: "redshift-data",
    REDSHIFT_SERVERLESS: "redshift-serverless",
}
"""The one service that answers at each API endpoint."""

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class EmulatedAws:
    """The parts of the emulated AWS that others need once it stands."""

    founded: Founded
    vending: Vending
    doors: Doors
    studio: EmulatedStudio
    moto: MotoApp
    warehouses: Emulated
    grounds: Grounds
    places: Places
    arrivals: Arrivals
    cloudformation: CloudFormationService
    codebuild: CodeBuildService

    def follow(self, landscape: Landscape) -> Listeners:
        """Take the networks of `landscape` for those there are; listeners that are new.

        Raises:
            LandscapeError: it moves what stands.
        """
        new = self.places.follow(landscape)
        self.arrivals.follow(landscape)
        self.doors.join(new)
        return new

    async def close(self) -> None:
        """Give up what is under way in stacks, end apps and databases, let go of moto."""
        await self.cloudformation.close()
        await self.codebuild.close()
        await self.studio.close()
        await self.warehouses.close()
        self.moto.close()


def emulated_aws(
    landscape: Landscape,
    known: Listeners,
    *,
    state: StateDir,
    sockets: Path,
    trail: Trail,
    clock: Clock,
) -> EmulatedAws:
    """Found the organisation of `landscape` and hang its doors; nothing listens yet."""
    # moto would read a catalogue of machine images for every account: seconds, for nothing.
    os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    founded = found_organisation(landscape)
    on = grounds(MotoApp(os.environ), clock, images=state / "ecr")
    vending = Vending(on.sessions, on.policies, clock)
    places, arrivals = Places(landscape, known), _arrivals(landscape)
    doors = Doors(known, arrivals.of)
    doors.hang(TASKS, vending.app())
    salt = state.kept("salt", lambda: secrets.token_hex(16))
    store = Store(clock, salt=salt)
    warehouses = emulated_warehouses(
        on, places, store, state=state / "redshift", sockets=sockets, trail=trail
    )
    around = Around(on, places, warehouses, AppEnvironment(places, vending), state, sockets)
    studio = emulated_studio(around, store, trail=trail, clock=clock)
    offered = services(
        on,
        {**warehouses.redshift.services, **studio.services},
        trail,
        vending=vending,
        machine=_machine(landscape, known, state),
    )
    _hang_apis(on, doors, offered.by_name, trail, landscape.region)
    doors.hang(STUDIO, studio.front)
    return EmulatedAws(
        founded,
        vending,
        doors,
        studio,
        on.moto,
        warehouses,
        on,
        places,
        arrivals,
        offered.cloudformation,
        offered.codebuild,
    )


def _machine(landscape: Landscape, known: Listeners, state: StateDir) -> Machine:
    """Where images are built in the emulated AWS: on this machine, in the internet."""
    tasks = known[TASKS, landscape.gateway.network].address
    endpoint = {"AWS_ENDPOINT_URL": known[AWS, INTERNET].address}
    return this_machine(
        state / "codebuild", tasks, {**endpoint, **way(known, state / CERTIFICATES)}
    )


def _hang_apis(
    on: Grounds, doors: Doors, offered: Mapping[str, Service], trail: Trail, region: str
) -> None:
    """Answer with every service from the internet, and with one at each endpoint."""
    signatures = Signatures(on.sessions.lookup, on.clock)
    at_endpoints = {door: {name: offered[name]} for door, name in _AT_ENDPOINT.items()}
    for door, some in {AWS: offered, **at_endpoints}.items():
        front = ApiFront(
            some,
            on.guard,
            signatures,
            arrival_of=arrival_of,
            clock=on.clock,
            trail=trail,
            region=region,
        )
        doors.hang(door, front)


def _arrivals(landscape: Landscape) -> Arrivals:
    hub, region = landscape.hub_account, landscape.region

    def own(account: str, cidr: str, service: str) -> Endpoint | None:
        vpc = vpc_of(account, region, cidr)
        return endpoint_for(account, region, service, vpc_id=vpc) if vpc else None

    return Arrivals(landscape, lambda service: endpoint_for(hub, region, service), own)
