"""What revoking needs of the world: accounts, a gateway, and time that can be set in tests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol, overload

from studiogate.audit.revocation import Vital
from studiogate.revoke.gateway_api import Told
from studiogate.revoke.sightings import Canary

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sts import STSClient


class Clients(Protocol):
    """Clients by account, as `studiogate.aws.session.Accounts` gives them."""

    @overload
    def client(
        self, account_id: str | None, service: Literal["dynamodb"]
    ) -> "DynamoDBClient": ...
    @overload
    def client(self, account_id: str | None, service: Literal["iam"]) -> "IAMClient": ...
    @overload
    def client(
        self, account_id: str | None, service: Literal["sagemaker"]
    ) -> "SageMakerClient": ...
    @overload
    def client(self, account_id: str | None, service: Literal["sts"]) -> "STSClient": ...


class Proving(Protocol):
    """What proves a revocation: the gateway, as `gateway_api` asks it."""

    def canaries(self, person: str, lobs: Sequence[str], profiles: Sequence[str]) -> Told:
        """A canary of `person` in every domain of `lobs` where they have a profile.

        Raises:
            NoWord: the gateway refused, or did not answer as it should.
        """
        ...

    def look(self, canary: Canary) -> tuple[Vital, str]:
        """How `canary` is now.

        Raises:
            NoWord: the gateway refused, or did not answer as it should.
        """
        ...


@dataclass(frozen=True, slots=True)
class World:
    """Everything a run is given."""

    accounts: Clients
    hub: str
    """Id of the account of the directory."""

    clock: Callable[[], datetime]
    ticks: Callable[[], float]
    """Seconds of a clock that only goes forward."""

    pause: Callable[[float], None]
    """Waits that many seconds."""

    tell: Callable[[str], None]
    """Told what is being done."""

    gateway: Proving | None = None
    """`None`: nothing can be proved."""

    within_s: float = 60.0
    """Seconds in which everything has to be refused."""
