"""What this room needs of the world: accounts, and time that can be set in tests.

`Account` is one of them, asked by the names boto3 has for operations; each call is made with
patience, and what goes wrong comes out as an `AwsError` that names the action.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from studiogate.aws.patience import asked, passing
from studiogate.aws.session import paged
from studiogate.errors import ImageError
from studiogate.images.parts import Told

_P = TypeVar("_P")
_T = TypeVar("_T")

_AT_ONCE: Final = 12
"""Accounts looked at side by side."""

_TOLD_EVERY_S: Final = 15.0
"""Seconds after which waiting is told again: a log has a line for each."""


class Clients(Protocol):
    """Clients by account, as `studiogate.aws.session.Accounts` gives them."""

    def client(self, account_id: str | None, service: Any, /) -> Any:
        """The boto3 client of `service` in an account."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    """Everything a run is given."""

    accounts: Clients
    region: str
    clock: Callable[[], datetime]
    ticks: Callable[[], float]
    """Seconds of a clock that only goes forward."""

    pause: Callable[[float], None]
    """Waits that many seconds."""

    chance: Callable[[], float]
    """A random number from 0 to 1, so that those who were throttled do not return together."""

    tell: Told
    """Told what is being done; from several threads, one at a time."""

    throttled_s: float = 120.0
    """Seconds that one call is tried again while AWS says it is too busy."""

    settles_s: float = 1800.0
    """Seconds in which SageMaker has to be done with one thing: versions take minutes."""

    def account(self, account: str) -> "Account":
        """The account of that id."""
        return Account(self, account)


@dataclass(frozen=True, slots=True)
class Account:
    """One account, as this room speaks to it."""

    world: World
    id: str

    def ask(self, service: str, operation: str, *, about: str, **told: Any) -> Any:
        """What AWS answers to `operation`, spelt as boto3's method; made again if it is busy.

        `about` is what it is asked about, for whoever reads of a failure.

        Raises:
            AwsError: AWS refused, or did not answer.
        """
        call = getattr(self.world.accounts.client(self.id, service), operation)
        place = f"{about} in {self.id}"
        return asked(self.world, _action(service, operation), place, lambda: call(**told))

    def listed(
        self, service: str, operation: str, items: str, *, about: str, **told: Any
    ) -> list[Any]:
        """Every one of `items` in the answers to `operation`, over all pages.

        Raises:
            AwsError: AWS refused, or did not answer.
        """
        client = self.world.accounts.client(self.id, service)
        return asked(
            self.world,
            _action(service, operation),
            f"{about} in {self.id}",
            lambda: list(paged(client, operation, items, **told)),
        )

    def settled(
        self,
        what: str,
        describe: Callable[[], Mapping[str, Any]],
        *,
        status: str,
        going: Container[str],
    ) -> Mapping[str, Any]:
        """What `describe` gives once its `status` is none of `going`.

        Raises:
            ImageError: it is still so after the world's patience.
            AwsError: AWS refused, or did not answer.
        """
        told_s = 0.0
        for passed_s in passing(self.world, within_s=self.world.settles_s):
            there = describe()
            if there.get(status) not in going:
                return there
            if passed_s >= told_s:
                self.world.tell(f"{self.id}: {what}: {there.get(status)} ({passed_s:.0f} s)")
                told_s += _TOLD_EVERY_S
        raise ImageError(
            f"{what} in {self.id} is not done after {self.world.settles_s:.0f} s",
            remedy="Run the same command again: it waits for what AWS has begun.",
        )


def side_by_side(look: Callable[[_P], _T], places: Sequence[_P]) -> list[_T]:
    """What `look` gives for each of `places`, in their order; several are looked at at once.

    For looking only: what changes something is done one after the other, so that whoever
    interrupts it knows how far it came.
    """
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="images") as threads:
        return list(threads.map(look, places))


def _action(service: str, operation: str) -> str:
    """The IAM action of boto3's method: `sagemaker:DescribeImage` of `describe_image`."""
    return f"{service}:{operation.title().replace('_', '')}"
