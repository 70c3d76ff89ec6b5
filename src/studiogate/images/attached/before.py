"""What was attached before, for who wants it back: tags on the SageMaker image.

Tags outlive the machine a command runs on, need no store of our own, cost one call, and go with
the image when it is retired.  Those of the domain would show as drift of its stack.  A resource
has 50 tags, of which a landscape uses 40 at most: room for ten places, which is more than an
account has domains; people with a list of their own need one each as well, and a place that has
the image no more gives its tag back.
"""

from hashlib import sha256
from typing import Final

from studiogate import names
from studiogate.errors import Absent
from studiogate.images.attached.spots import FOR_SHARED, Spot
from studiogate.images.published.tags import listed, named
from studiogate.images.world import Account, World

_PREFIX: Final = "studiogate:before:"
_NEWEST: Final = "newest"
"""In place of a number: it was attached without one, as the console does."""

_LONGEST_KEY: Final = 128


def before(world: World, spot: Spot, image: str) -> tuple[bool, int | None]:
    """Whether another version was attached at `spot` before, and which; `None` is the newest.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    arn, account = _arn(world, spot, image), world.account(spot.studio.account)
    try:
        there = account.listed("sagemaker", "list_tags", "Tags", about=image, ResourceArn=arn)
    except Absent:
        return False, None
    value = named(there).get(_key(spot))
    if value is None:
        return False, None
    return True, int(value) if value.isdecimal() else None


def remember(world: World, spot: Spot, image: str, version: int | None) -> None:
    """Keep that `version` was attached at `spot`; `None` is the newest.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    value = _NEWEST if version is None else str(version)
    _account(world, spot).ask(
        "sagemaker",
        "add_tags",
        about=image,
        ResourceArn=_arn(world, spot, image),
        Tags=listed({_key(spot): value}),
    )


def forget(world: World, spot: Spot, image: str) -> None:
    """Keep nothing of `spot` any more.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    try:
        _account(world, spot).ask(
            "sagemaker",
            "delete_tags",
            about=image,
            ResourceArn=_arn(world, spot, image),
            TagKeys=[_key(spot)],
        )
    except Absent:
        return  # the image is gone, and with it what was kept


def _account(world: World, spot: Spot) -> Account:
    return world.account(spot.studio.account)


def _arn(world: World, spot: Spot, image: str) -> str:
    return names.image_arn(world.region, spot.studio.account, image)


def _key(spot: Spot) -> str:
    """The tag of a spot: of a domain's id, and of the profile where it is one person's."""
    # No profile has a colon in its name.
    whose = ":shared" if spot.member == FOR_SHARED else spot.profile
    whole = "/".join(filter(None, (spot.studio.domain_id, whose)))
    if len(_PREFIX + whole) > _LONGEST_KEY:
        whole = sha256(whole.encode()).hexdigest()
    return _PREFIX + whole
