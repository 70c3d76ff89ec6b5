"""The file systems that Studio keeps people's homes in, in the emulated EFS of their account.

SageMaker makes one for each domain, with a mount target in each zone of its subnets, under a
role of its own: nobody else needs a permission for it (SageMaker Developer Guide, "Manage your
Amazon EFS storage volume in SageMaker Studio").  It outlives the domain unless DeleteDomain
says otherwise (S2-47).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from studiogate.local.call import ApiCall, ApiError, Arrival
from studiogate.local.front.event import ApiEvent, Trail
from studiogate.local.front.models import answered
from studiogate.local.front.moto_app import MotoApp
from studiogate.local.sagemaker.checks import invalid
from studiogate.local.sagemaker.model import Domain

TAG = "ManagedByAmazonSageMakerResource"
"""The tag that says whose homes are in a file system; its value is the domain's ARN."""

_EFS = "elasticfilesystem"
_ITSELF = "sagemaker.amazonaws.com"
_ROLE = "AWSServiceRoleForAmazonSageMakerNotebooks"


class EfsHomes:
    """Makes and ends the file systems of domains.  Implements `sagemaker.backend.Homes`."""

    def __init__(self, app: MotoApp, *, trail: Trail, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._trail = trail
        self._clock = clock

    async def make(self, domain: Domain) -> str:
        """The id of a new file system for `domain`.

        Raises:
            ApiError: ValidationException: a subnet of the domain is not there.
        """
        key = domain.rest.get("KmsKeyId") or domain.rest.get("HomeEfsFileSystemKmsKeyId")
        made = await self._call(
            domain,
            "CreateFileSystem",
            CreationToken=domain.id,
            Encrypted=True,
            Tags=[{"Key": TAG, "Value": domain.arn}],
            **({"KmsKeyId": key} if key else {}),
        )
        name = str(made["FileSystemId"])
        try:
            for subnet in domain.rest.get("SubnetIds", ()):
                await self._mount(domain, name, subnet)
        except ApiError as exc:
            await self.end(domain, name)
            raise invalid(f"Unable to create the domain's file system: {exc.message}") from exc
        return name

    async def end(self, domain: Domain, name: str) -> None:
        """Delete a file system and everything in it; one that is gone is no error."""
        try:
            found = await self._call(domain, "DescribeMountTargets", FileSystemId=name)
            for target in found["MountTargets"]:
                await self._call(
                    domain, "DeleteMountTarget", MountTargetId=target["MountTargetId"]
                )
            await self._call(domain, "DeleteFileSystem", FileSystemId=name)
        except ApiError as exc:
            if exc.code not in {"FileSystemNotFound", "MountTargetNotFound"}:
                raise

    async def _mount(self, domain: Domain, name: str, subnet: str) -> None:
        try:
            await self._call(domain, "CreateMountTarget", FileSystemId=name, SubnetId=subnet)
        except ApiError as exc:
            # One in each zone is all there can be.
            if exc.code != "MountTargetConflict":
                raise

    async def _call(self, domain: Domain, operation: str, **params: Any) -> dict[str, Any]:
        """One call to EFS in the domain's account, made and recorded as SageMaker's own."""
        account, region = domain.place.account, domain.place.region
        arrival = Arrival("aws", _ITSELF, {})
        call = ApiCall(_EFS, operation, params, region, None, arrival, request_id=str(uuid4()))
        event = self._event(call, account)
        try:
            answer = await self._app.answer(call, account=account)
            return answered(_EFS, operation, answer)
        except ApiError as exc:
            event.error = exc.code
            raise
        finally:
            self._trail(event)

    def _event(self, call: ApiCall, account: str) -> ApiEvent:
        facts: Mapping[str, Any] = {
            "service": call.service,
            "operation": call.operation,
            "region": call.region,
            "account": account,
            "caller_arn": f"arn:aws:sts::{account}:assumed-role/{_ROLE}/SageMaker",
        }
        return ApiEvent(
            at=self._clock(),
            request_id=call.request_id,
            network=call.arrival.network,
            client_ip=call.arrival.client_ip,
            endpoint=None,
            **facts,
        )
