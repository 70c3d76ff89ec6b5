"""Versions of a SageMaker image in one account: which there are, and one more if need be.

A version is made once for a digest.  One that AWS could not make stays listed with its reason;
it is deleted once there is another (S6-20).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from studiogate.errors import Absent, ImageError
from studiogate.images.world import Account

CREATED: Final = "CREATED"
_CREATING: Final = "CREATING"
_DELETING: Final = "DELETING"
_FAILED: Final = "CREATE_FAILED"
_LONGEST_TOKEN: Final = 36


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a SageMaker image."""

    number: int
    status: str
    """As AWS has it: `CREATED`."""

    digest: str = ""
    """Of the manifest it is of; empty where it was made of a tag and AWS does not say more."""

    reason: str = ""
    """Why AWS could not make it."""

    def __str__(self) -> str:
        """As `version 3`."""
        return f"version {self.number}"


def versions(account: Account, image: str) -> Iterator[Version]:
    """Every version of `image`, the newest first; none where there is no such image.

    Each is asked for when it is looked at, so that whoever stops early asks little.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    try:
        found = account.listed(
            "sagemaker", "list_image_versions", "ImageVersions", about=image, ImageName=image
        )
    except Absent:
        return
    for number in sorted((one["Version"] for one in found), reverse=True):
        try:
            yield described(account, image, number)
        except Absent:
            continue  # it has gone meanwhile


def described(account: Account, image: str, number: int) -> Version:
    """One version.

    Raises:
        Absent: there is no such version.
        AwsError: SageMaker refused, or did not answer.
    """
    return _read(_describe(account, image, number))


def latest(account: Account, image: str) -> Version | None:
    """The newest version that is ready.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    return next((one for one in versions(account, image) if one.status == CREATED), None)


def is_made_of(account: Account, image: str, digest: str) -> bool:
    """Whether there is a version of that digest, or one is on its way.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    return any(_is_of(one, digest) for one in versions(account, image))


def begun(account: Account, image: str, *, uri: str, digest: str) -> tuple[Version, bool]:
    """The version of that digest, and whether it was begun just now; it may not be ready.

    `uri` is the image by its digest.  The client token follows from both and from the versions
    there are: a request that is made again makes nothing twice, one after a failure does.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    highest = 0
    for one in versions(account, image):
        highest = max(highest, one.number)
        if _is_of(one, digest):
            return one, False
    token = sha256(f"{account.id}|{image}|{digest}|{highest}".encode()).hexdigest()
    made = account.ask(
        "sagemaker",
        "create_image_version",
        about=image,
        ImageName=image,
        BaseImage=uri,
        ClientToken=token[:_LONGEST_TOKEN],
    )
    number = int(str(made["ImageVersionArn"]).rpartition("/")[2])
    return Version(number, _CREATING, digest), True


def ready(account: Account, image: str, version: Version) -> Version:
    """`version`, once AWS has made it.

    Raises:
        ImageError: AWS could not make it, and why; or it takes too long.
        AwsError: SageMaker refused, or did not answer.
    """
    there = _read(
        account.settled(
            f"{image} {version}",
            lambda: _describe(account, image, version.number),
            status="ImageVersionStatus",
            going=(_CREATING,),
        )
    )
    if there.status != CREATED:
        raise ImageError(
            f"{image} {version} in {account.id} is {there.status}: "
            f"{there.reason or 'AWS does not say why'}",
            remedy="Put right what AWS says (where it is about the role or the repository: "
            "`studiogate apply`), and publish again; what failed is deleted then.",
        )
    return there


def cleared(account: Account, image: str) -> tuple[int, ...]:
    """Delete the versions that AWS could not make; their numbers.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    failed = [one.number for one in versions(account, image) if one.status == _FAILED]
    for number in failed:
        deleted(account, image, number)
    return tuple(failed)


def deleted(account: Account, image: str, number: int) -> None:
    """Delete one version; returns before it is gone.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    try:
        account.ask(
            "sagemaker", "delete_image_version", about=image, ImageName=image, Version=number
        )
    except Absent:
        return  # it is what was wanted


def gone(account: Account, image: str, number: int) -> None:
    """Return when the version is gone.

    Raises:
        ImageError: AWS could not delete it, or it takes too long.
        AwsError: SageMaker refused, or did not answer.
    """
    try:
        there = account.settled(
            f"{image} version {number}",
            lambda: _describe(account, image, number),
            status="ImageVersionStatus",
            going=(_DELETING,),
        )
    except Absent:
        return
    raise ImageError(
        f"{image} version {number} in {account.id} is still {there['ImageVersionStatus']}: "
        f"{there.get('FailureReason') or 'AWS does not say why'}",
        remedy="Put right what AWS says, and run the command again.",
    )


def _is_of(version: Version, digest: str) -> bool:
    return version.digest == digest and version.status in {CREATED, _CREATING}


def _describe(account: Account, image: str, number: int) -> Mapping[str, Any]:
    there: Mapping[str, Any] = account.ask(
        "sagemaker", "describe_image_version", about=image, ImageName=image, Version=number
    )
    return there


def _read(there: Mapping[str, Any]) -> Version:
    uris = (str(there.get(key) or "") for key in ("ContainerImage", "BaseImage"))
    digests = (uri.partition("@")[2] for uri in uris)
    return Version(
        number=there["Version"],
        status=there["ImageVersionStatus"],
        digest=next(filter(None, digests), ""),
        reason=there.get("FailureReason") or "",
    )
