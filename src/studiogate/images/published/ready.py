"""The version of an image that would be attached in an account: one that is there and ready."""

from studiogate.errors import Absent, ImageError
from studiogate.images.published.versions import CREATED, Version, described, latest
from studiogate.images.world import Account


def version_ready(account: Account, name: str, number: int | None = None) -> Version:
    """The version `number` of the image, or the newest that is ready.

    Raises:
        ImageError: there is none, or it is not ready.
        AwsError: SageMaker refused, or did not answer.
    """
    found = latest(account, name) if number is None else _numbered(account, name, number)
    if found is None:
        which = "no version" if number is None else f"no version {number}"
        raise ImageError(
            f"{account.id} has {which} of {name} that is ready",
            remedy=f"Publish it with `studiogate images publish {name}`; `studiogate images "
            f"list {name}` shows which there are.",
        )
    return found


def _numbered(account: Account, name: str, number: int) -> Version | None:
    try:
        found = described(account, name, number)
    except Absent:
        return None
    return found if found.status == CREATED else None
