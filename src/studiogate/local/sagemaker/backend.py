"""What the operations of the emulated SageMaker API work with, in one value.

Each operation is a function `(backend, call) -> answer`; the tables of them are in `domains`,
`profiles`, `spaces`, `running`, `lifecycle`, `images`, `tags` and `presign`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from studiogate.local.call import ApiCall, Place
from studiogate.local.sagemaker.bucket import Bucket
from studiogate.local.sagemaker.model import App, Domain, Owner
from studiogate.local.sagemaker.pulls import Pulls
from studiogate.local.sagemaker.store import Store
from studiogate.local.sagemaker.tickets import Tickets


class AppRunner(Protocol):
    """Runs what an `App` stands for; tells `App.progress` how that goes."""

    def start(self, app: App) -> None:
        """Begin to start the app; does nothing where it already runs or starts."""
        ...

    async def stop(self, app: App) -> None:
        """End the app; returns once its processes are gone."""
        ...

    def forget(self, domain_id: str, owner: Owner) -> None:
        """Put away what a deleted profile or space had: a new one of that name starts empty."""
        ...


class Homes(Protocol):
    """Keeps the file systems that people's homes are in."""

    async def make(self, domain: Domain) -> str:
        """The id of a new file system for the domain.

        Raises:
            ApiError: ValidationException, where the domain's subnets cannot have one.
        """
        ...

    async def end(self, domain: Domain, name: str) -> None:
        """Delete the file system of a domain, with everybody's homes."""
        ...


@dataclass(frozen=True, slots=True)
class Backend:
    """The state, the tickets, the running apps, and the two things a deployment chooses."""

    store: Store
    tickets: Tickets
    apps: AppRunner
    clock: Callable[[], datetime]
    studio_url: Callable[[str, str], str]
    """Domain id and region to the address of its Studio, without a path."""

    presigns: Bucket
    """How many presigned URLs an account may ask for."""

    homes: Homes
    pulls: Pulls
    """The container images that versions are made of."""

    licences: Callable[[Place], bool]
    """Whether there is a licence of Posit Workbench at a place (S6-03)."""


Operation = Callable[[Backend, ApiCall], Awaitable[Mapping[str, Any]]]


def tags_of(call: ApiCall) -> dict[str, str]:
    """The tags a create or AddTags call carries; empty without."""
    return {tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or ()}
