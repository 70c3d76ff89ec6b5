"""The emulated SageMaker API: the Studio operations of JSON 1.1, and no other.

An operation that is not in the table is refused by name; nothing is pretended.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Needed, Place
from studiogate.local.ecr.parts import Pulling
from studiogate.local.sagemaker import (
    domains,
    lifecycle,
    presign,
    profiles,
    running,
    spaces,
    tags,
)
from studiogate.local.sagemaker.backend import AppRunner, Backend, Homes, Operation
from studiogate.local.sagemaker.bucket import Bucket
from studiogate.local.sagemaker.checks import Fields, check
from studiogate.local.sagemaker.images import catalogue, configs, versions
from studiogate.local.sagemaker.permissions import permissions
from studiogate.local.sagemaker.pulls import NoRegistry, Pulls
from studiogate.local.sagemaker.shapes import SHAPES
from studiogate.local.sagemaker.store import Store
from studiogate.local.sagemaker.tickets import Tickets

OPERATIONS: Mapping[str, Operation] = {
    **domains.OPERATIONS,
    **profiles.OPERATIONS,
    **spaces.OPERATIONS,
    **running.OPERATIONS,
    **lifecycle.OPERATIONS,
    **catalogue.OPERATIONS,
    **versions.OPERATIONS,
    **configs.OPERATIONS,
    **tags.OPERATIONS,
    **presign.OPERATIONS,
}

GENEROUS_PER_S = 1000.0
"""Presigned URLs an account may ask for per second unless the deployment says less."""


def _unlicensed(_: Place) -> bool:
    return False


class SageMakerService:
    """Answers the Studio part of the SageMaker API; see `studiogate.local.call.Service`."""

    def __init__(
        self,
        store: Store,
        tickets: Tickets,
        apps: AppRunner,
        *,
        studio_url: Callable[[str, str], str],
        homes: Homes,
        presigns_per_s: float = GENEROUS_PER_S,
        pulling: Pulling | None = None,
        licences: Callable[[Place], bool] = _unlicensed,
    ) -> None:
        """Answer from `store`; `studio_url` gives a domain's address from its id and region.

        `homes` keeps the file system that comes with each domain; `pulling` has the container
        images of versions, and without it no version is made; `licences` says where there is a
        licence of Posit Workbench: nowhere, unless it does.
        """
        bucket = Bucket(store.clock, per_s=presigns_per_s, burst=max(1.0, presigns_per_s))
        self._store = store
        self._pulls = Pulls(pulling or NoRegistry())
        self._backend = Backend(
            store,
            tickets,
            apps,
            store.clock,
            studio_url,
            bucket,
            homes,
            self._pulls,
            licences,
        )

    def needed(self, call: ApiCall) -> Sequence[Needed]:
        """The permissions `call` needs; its input is checked first, so that ARNs are exact.

        Raises:
            ApiError: UnknownOperationException, ValidationException, SerializationException.
        """
        check(_shape(call), call.params)
        return permissions(self._store, call)

    async def answer(self, call: ApiCall) -> ApiAnswer:
        """The answer to a call that is allowed.

        Raises:
            ApiError: as AWS would.
        """
        check(_shape(call), call.params)
        result = await OPERATIONS[call.operation](self._backend, call)
        return ApiAnswer(200, _body(result), {"content-type": "application/x-amz-json-1.1"})

    async def close(self) -> None:
        """Give up the pulls that are under way."""
        await self._pulls.close()


def _shape(call: ApiCall) -> Fields:
    shape = SHAPES.get(call.operation)
    if shape is None:
        raise ApiError(
            "UnknownOperationException",
            f"The operation {call.operation} is not offered by this emulation of SageMaker.",
        )
    return shape


def _body(result: Mapping[str, Any]) -> bytes:
    """JSON as AWS writes it: times are seconds since the epoch."""
    return json.dumps(result, default=_seconds, separators=(",", ":")).encode()


def _seconds(value: object) -> float:
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    raise TypeError(f"{type(value).__name__} has no place in an answer")
