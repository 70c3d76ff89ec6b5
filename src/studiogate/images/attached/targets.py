"""Which lists of custom images are meant, by what was asked."""

from dataclasses import dataclass

from studiogate.errors import LandscapeError, PlanRefused, Problem
from studiogate.images.attached.settings import SETTINGS
from studiogate.images.attached.spots import FOR_ALL, FOR_ONE, FOR_SHARED, Spot, studios
from studiogate.images.places import Place, image_of, place_of, places
from studiogate.images.world import World
from studiogate.landscape.model import Landscape


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where an image is to be attached, detached or put back, as it was asked."""

    domains: tuple[str, ...] = ()
    lobs: tuple[str, ...] = ()
    person: str | None = None
    """Their sign-in name: the list is theirs alone."""

    everywhere: bool = False
    shared: bool = False
    """Whether the list is that of shared spaces, which have one of their own."""

    @property
    def is_named(self) -> bool:
        """Whether it was said where."""
        return bool(self.domains or self.lobs or self.person)


def targets(world: World, landscape: Landscape, name: str, wanted: Wanted) -> tuple[Spot, ...]:
    """The lists that are meant; every domain of the image, where it is not said.

    Raises:
        PlanRefused: shared spaces do not run such an image.
        LandscapeError: there is no such image, domain, lob or person.
        ImageError: a domain is not there.
        AwsError: SageMaker refused, or did not answer.
    """
    profile = None if wanted.person is None else _profile(landscape, wanted.person)
    found = [
        studio for place in _places(landscape, name, wanted) for studio in studios(world, place)
    ]
    key = SETTINGS[image_of(landscape, name).kind]
    member = FOR_ONE if profile is not None else _member(landscape, name, wanted)
    return tuple(Spot(one, key, profile=profile, member=member) for one in dict.fromkeys(found))


def canary_of(
    world: World, landscape: Landscape, name: str, wanted: Wanted
) -> tuple[Spot, ...]:
    """The lists of the canary's domains; none where the landscape names none.

    Raises:
        PlanRefused: shared spaces do not run such an image.
        LandscapeError: there is no such image.
        ImageError: a domain is not there.
        AwsError: SageMaker refused, or did not answer.
    """
    key = SETTINGS[image_of(landscape, name).kind]
    member = _member(landscape, name, wanted)
    found = [one for one in places(landscape, name) if one.is_canary]
    return tuple(
        Spot(one, key, member=member) for place in found for one in studios(world, place)
    )


def _member(landscape: Landscape, name: str, wanted: Wanted) -> str:
    """Which of a domain's settings have the list that is meant.

    Raises:
        PlanRefused: shared spaces do not run such an image.
    """
    kind = image_of(landscape, name).kind
    if wanted.shared and kind != "jupyterlab":
        raise PlanRefused(
            f"{name} is for {kind}, and shared spaces run JupyterLab alone",
            remedy="Leave --shared out.",
            reason="not-shared",
        )
    return FOR_SHARED if wanted.shared else FOR_ALL


def _places(landscape: Landscape, name: str, wanted: Wanted) -> tuple[Place, ...]:
    named = tuple(place_of(landscape, one) for one in wanted.domains)
    if wanted.lobs:
        return (*named, *places(landscape, name, wanted.lobs))
    if named:
        return named
    if wanted.person is not None:
        lob = landscape.people[wanted.person].lob
        return places(landscape, name, () if lob is None else (lob,))
    return places(landscape, name)


def _profile(landscape: Landscape, person: str) -> str:
    profile = landscape.profile_of(person) if person in landscape.people else None
    if profile is None:
        problem = Problem(
            where=f"people.{person}",
            what="there is nobody called that who has a profile",
            remedy="Name them as `studiogate people list` does.",
        )
        raise LandscapeError([problem], remedy="Name somebody else, or change the landscape.")
    return profile
