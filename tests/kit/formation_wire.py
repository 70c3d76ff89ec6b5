"""The emulated CloudFormation behind a real door, over real kinds and the policies: for boto3."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.config import Config

from studiogate.landscape.model import INTERNET
from studiogate.local.call import Arrival, Service
from studiogate.local.cloudformation.api import CloudFormationService
from studiogate.local.cloudformation.kinds.all import KINDS
from studiogate.local.front.app import ApiFront
from studiogate.local.front.event import ApiEvent
from studiogate.local.front.inside import Inside
from studiogate.local.front.moto_app import MotoApp
from studiogate.local.front.moto_services import MotoService
from studiogate.local.front.signature import Signatures
from studiogate.local.iam.accounts import MANAGEMENT, Founded, Keys, found_organisation
from studiogate.local.iam.guard import Guard
from studiogate.local.iam.organisation import Organisation
from studiogate.local.iam.policies import LivePolicies
from studiogate.local.iam.sessions import SessionStore
from studiogate.local.iam.sts import StsService
from studiogate.local.licences import Licences, licence_service
from tests.kit.boto import boto_session
from tests.kit.front import (
    LANDSCAPE,
    LOB_A,
    REGION,
    MovingClock,
    empty_moto,
    policy,
    served,
)


@dataclass
class Wired:
    """An organisation with CloudFormation, at one address."""

    founded: Founded
    url: str
    events: list[ApiEvent]

    def client(self, service: Any, keys: Keys | None = None) -> Any:
        """An unmodified boto3 client; the administrator of one account by default."""
        found = keys or self.founded.explorers[LOB_A]
        return boto_session().client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=found.access_key,
            aws_secret_access_key=found.secret_key,
            config=Config(retries={"max_attempts": 0}),
        )

    def user(self, name: str, *statements: Any) -> Keys:
        """A new user of that account who may do that, and nothing else."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="can", PolicyDocument=policy(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Keys(name, key["AccessKeyId"], key["SecretAccessKey"])


def from_the_internet(
    services: Mapping[str, Service],
    guard: Guard,
    sessions: SessionStore,
    clock: MovingClock,
    events: list[ApiEvent],
) -> ApiFront:
    """The door to `services` that whoever is on the internet comes in by."""
    return ApiFront(
        services,
        guard,
        Signatures(sessions.lookup, clock),
        arrival_of=lambda _: Arrival(
            INTERNET, "198.51.100.7", {"aws:SourceIp": "198.51.100.7"}
        ),
        clock=clock,
        trail=events.append,
        region=REGION,
    )


@contextmanager
def wired() -> Iterator[Wired]:
    """Found the organisation and serve it."""
    empty_moto()
    clock, events = MovingClock(), list[ApiEvent]()
    founded = found_organisation(LANDSCAPE)
    sessions, policies = SessionStore(clock), LivePolicies(Organisation(MANAGEMENT))
    guard, moto = Guard(policies, clock), MotoApp({})
    services: dict[str, Service] = {
        name: MotoService(name, moto) for name in ("dynamodb", "ec2", "iam")
    }
    services["sts"] = StsService(sessions, policies)
    services["license-manager"] = licence_service(Licences(lambda _: True, clock()))
    inside = Inside(services, guard, trail=events.append, clock=clock)
    services["cloudformation"] = CloudFormationService(KINDS, inside.cloud_of, clock)
    front = from_the_internet(services, guard, sessions, clock, events)
    with served(front) as url:
        try:
            yield Wired(founded, url, events)
        finally:
            moto.close()
            empty_moto()
