"""What revoking needs of the world: accounts, a gateway, and time that can be set in tests."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar, overload

from studiogate.audit.revocation import Vital
from studiogate.revoke.gateway_api import Look, Told
from studiogate.revoke.in_time import beside
from studiogate.revoke.sightings import Canary

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sts import STSClient


T = TypeVar("T")


class Beside(Protocol):
    """Has something done beside a block; it has ended when the block has."""

    def __call__(self, do: Callable[[], T], /) -> AbstractContextManager[Future[T]]:
        """The block, with the future of what `do` gives or raises."""
        ...


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

    def canaries(self, person: str, looks: Sequence[Look], *, within_s: float) -> Told:
        """A canary of `person` in every domain of `looks` where they have a profile.

        Returns after `within_s` seconds at the latest, with what there is by then.

        Raises:
            NoWord: the gateway refused, or did not answer as it should, to every request.
        """
        ...

    def look(self, canary: Canary, *, within_s: float) -> tuple[Vital, str]:
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

    beside: Beside = beside
    gateway: Proving | None = None
    """`None`: nothing can be proved."""

    within_s: float = 60.0
    """Seconds in which everything has to be refused."""

    canaries_s: float = 5.0
    """Seconds the Denies wait for canaries, however many there are to be."""

    openings_s: float = 30.0
    """Seconds new openings get in any case: API Gateway gives one request 29."""
