"""The emulated CloudFormation behind a real door, over real kinds and the policies: for boto3."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.config import Config

from studiogate.local.cloudformation.api import CloudFormationService
from studiogate.local.cloudformation.kinds.all import KINDS
from studiogate.local.front.event import ApiEvent
from studiogate.local.front.inside import Inside
from studiogate.local.iam.accounts import MANAGEMENT, Founded, Keys, found_organisation
from studiogate.local.iam.guard import Guard
from studiogate.local.iam.organisation import Organisation
from studiogate.local.iam.policies import LivePolicies
from studiogate.local.iam.sessions import SessionStore
from studiogate.local.iam.sts import StsService
from studiogate.local.kept.moto_app import MotoApp
from studiogate.local.kept.moto_services import MotoService
from studiogate.local.licences import Licences, licence_service
from studiogate.local.s3.api import policies_of, s3_service
from studiogate.local.s3.store import Buckets
from tests.kit.boto import boto_session
from tests.kit.front import (
    LANDSCAPE,
    LOB_A,
    REGION,
    MovingClock,
    api_front,
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

    def user(self, name: str, *statements: Any, account: str = LOB_A) -> Keys:
        """A new user of that account who may do that, and nothing else."""
        iam = self.client("iam", self.founded.explorers[account])
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="can", PolicyDocument=policy(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Keys(name, key["AccessKeyId"], key["SecretAccessKey"])


@contextmanager
def wired() -> Iterator[Wired]:
    """Found the organisation and serve it."""
    empty_moto()
    clock, events = MovingClock(), list[ApiEvent]()
    founded = found_organisation(LANDSCAPE)
    sessions, policies = SessionStore(clock), LivePolicies(Organisation(MANAGEMENT))
    buckets = Buckets(clock)
    guard = Guard(policies, clock, {"s3": policies_of(buckets)})
    moto = MotoApp({})
    services: dict[str, Any] = {
        name: MotoService(name, moto) for name in ("dynamodb", "ec2", "iam")
    }
    services["sts"] = StsService(sessions, policies)
    services["s3"] = s3_service(buckets)
    services["license-manager"] = licence_service(Licences(lambda _: True, clock()))
    inside = Inside(services, guard, trail=events.append, clock=clock)
    services["cloudformation"] = CloudFormationService(KINDS, inside.cloud_of, clock)
    front = api_front(services, guard, sessions, clock, events)
    with served(front) as url:
        try:
            yield Wired(founded, url, events)
        finally:
            moto.close()
            empty_moto()
