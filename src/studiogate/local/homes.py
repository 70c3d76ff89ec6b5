"""The file systems that Studio keeps people's homes in, in the emulated EFS of their account.

SageMaker makes one for each domain, with a mount target in each zone of its subnets, under a
role of its own: nobody else needs a permission for it (SageMaker Developer Guide, "Manage your
Amazon EFS storage volume in SageMaker Studio").  It outlives the domain unless DeleteDomain
says otherwise (S2-47).
"""

from collections.abc import Callable
from datetime import datetime

from studiogate.local.call import ApiError
from studiogate.local.front.event import Trail
from studiogate.local.kept.moto_app import MotoApp
from studiogate.local.kept.own import Itself, OwnCalls
from studiogate.local.sagemaker.checks import invalid
from studiogate.local.sagemaker.model import Domain

TAG = "ManagedByAmazonSageMakerResource"
"""The tag that says whose homes are in a file system; its value is the domain's ARN."""

_SAGEMAKER = Itself(
    "sagemaker.amazonaws.com", "AWSServiceRoleForAmazonSageMakerNotebooks", "SageMaker"
)


class EfsHomes:
    """Makes and ends the file systems of domains.  Implements `sagemaker.backend.Homes`."""

    def __init__(self, app: MotoApp, *, trail: Trail, clock: Callable[[], datetime]) -> None:
        calls = OwnCalls(app, "elasticfilesystem", _SAGEMAKER, trail=trail, clock=clock)
        self._call = calls.call

    async def make(self, domain: Domain) -> str:
        """The id of a new file system for `domain`.

        Raises:
            ApiError: ValidationException: a subnet of the domain is not there.
        """
        key = domain.rest.get("KmsKeyId") or domain.rest.get("HomeEfsFileSystemKmsKeyId")
        made = await self._call(
            domain.place,
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
            found = await self._call(domain.place, "DescribeMountTargets", FileSystemId=name)
            for target in found["MountTargets"]:
                await self._call(
                    domain.place, "DeleteMountTarget", MountTargetId=target["MountTargetId"]
                )
            await self._call(domain.place, "DeleteFileSystem", FileSystemId=name)
        except ApiError as exc:
            if exc.code not in {"FileSystemNotFound", "MountTargetNotFound"}:
                raise

    async def _mount(self, domain: Domain, name: str, subnet: str) -> None:
        try:
            await self._call(
                domain.place, "CreateMountTarget", FileSystemId=name, SubnetId=subnet
            )
        except ApiError as exc:
            # One in each zone is all there can be.
            if exc.code != "MountTargetConflict":
                raise
