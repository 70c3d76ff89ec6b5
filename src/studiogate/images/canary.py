"""The canary: one lob whose domains get a version first, and the others when it runs there."""

from collections.abc import Sequence

from studiogate.errors import PlanRefused
from studiogate.images.attached.settings import pair_of
from studiogate.images.attached.spots import Spot, seen
from studiogate.images.attached.targets import Wanted, canary_of, targets
from studiogate.images.places import Place, places
from studiogate.images.published.ready import version_ready
from studiogate.images.published.repository import Repository
from studiogate.images.world import World
from studiogate.landscape.model import Landscape

_Content = tuple[str, str | None]
"""The digest of a version, and the folder that AWS built it of."""


def attached_at(
    world: World, landscape: Landscape, name: str, wanted: Wanted, version: int | None
) -> tuple[tuple[Spot, ...], tuple[str, ...]]:
    """Where attaching is to change something, and what there is to say beside it.

    Whoever says where is taken at their word; else the canary comes first.

    Raises:
        PlanRefused: everywhere was asked for, and the canary does not run this content.
        ImageError: it is not published there.
        LandscapeError: there is no such image, domain, lob or person.
        AwsError: AWS refused, or did not answer.
    """
    canary = () if wanted.is_named else canary_of(world, landscape, name, wanted)
    if not canary:
        return targets(world, landscape, name, wanted), ()
    behind = _behind(world, name, canary, version)
    others = [one.lob for one in places(landscape, name) if not one.is_canary]
    if wanted.everywhere:
        if behind:
            raise _canary_first(name, f"{behind[0]} does not have it yet")
        _refuse_other_content(world, landscape, name, version)
        return targets(world, landscape, name, wanted), ()
    lob, then = canary[0].studio.lob, f"`studiogate images attach {name} --everywhere`"
    if not others:
        return canary, ()
    if behind:
        return canary, (f"Now look at it in {lob}; then {then} attaches it in the others.",)
    return canary, (f"{lob} has it; {then} attaches it in the others.",)


def _refuse_other_content(
    world: World, landscape: Landscape, name: str, version: int | None
) -> None:
    """Return if every lob would get the content that the canary has.

    That is the same digest; or, where each account has built for itself, the same folder.
    """
    first, *others = places(landscape, name)
    content = _content(world, first, name, version)
    for one in others:
        if not _same(content, _content(world, one, name, version)):
            raise _canary_first(name, f"{one.lob} would get other content than {first.lob}")


def _content(world: World, place: Place, name: str, version: int | None) -> _Content:
    account = world.account(place.account)
    digest = version_ready(account, name, version).digest
    source = Repository(account, name).source_of(digest) if digest else None
    return digest, source


def _same(one: _Content, other: _Content) -> bool:
    """Whether both are known to be the same; of what is not known, that is not so."""
    return any(a == b and bool(a) for a, b in zip(one, other, strict=True))


def _behind(
    world: World, name: str, canary: Sequence[Spot], version: int | None
) -> tuple[Spot, ...]:
    """The canary's lists that do not have what would be attached."""
    account = world.account(canary[0].studio.account)
    number = version_ready(account, name, version).number
    there = [(one, pair_of(seen(world, one).settings, name)) for one in canary]
    return tuple(one for one, pair in there if pair is None or pair.version != number)


def _canary_first(name: str, why: str) -> PlanRefused:
    return PlanRefused(
        f"{name} is not attached everywhere: {why}",
        remedy=f"Publish it to every lob, attach it with `studiogate images attach {name}` to "
        "the canary alone, look at it there, and then everywhere.",
        reason="canary-first",
    )
