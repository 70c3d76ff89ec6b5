"""Where an image belongs: the lobs of its domains, the one that gets it first before others."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.image import Image
from studiogate.landscape.model import Landscape


@dataclass(frozen=True, slots=True)
class Place:
    """A lob, and the domains of it that are meant."""

    lob: str
    account: str
    """Its id."""

    domains: tuple[str, ...]
    is_canary: bool = False
    """Whether new versions come here first."""


def image_of(landscape: Landscape, name: str) -> Image:
    """The image that the landscape calls `name`.

    Raises:
        LandscapeError: it has none.
    """
    found = landscape.images.get(name)
    if found is None:
        known = ", ".join(landscape.images) or "none yet"
        raise _no(f"images.{name}", "image", f"Those of the landscape: {known}.")
    return found


def places(landscape: Landscape, name: str, lobs: Collection[str] = ()) -> tuple[Place, ...]:
    """Every lob that has a domain of the image, or those of `lobs` alone; the canary first.

    Raises:
        LandscapeError: there is no such image, or one of `lobs` has none of its domains.
    """
    image = image_of(landscape, name)
    of: dict[str, list[str]] = {}
    for domain in image.domains:
        of.setdefault(landscape.domains[domain].lob, []).append(domain)
    _all_known(landscape, lobs)
    for lob in lobs:
        if lob not in of:
            having = ", ".join(of) or "none"
            raise _no(f"images.{name}.domains", f"domain of lob {lob}", f"Lobs: {having}.")
    meant = [lob for lob in of if not lobs or lob in lobs]
    meant.sort(key=lambda lob: lob != image.canary)
    return tuple(
        Place(
            lob=lob,
            account=landscape.accounts[landscape.lobs[lob].account],
            domains=tuple(of[lob]),
            is_canary=lob == image.canary,
        )
        for lob in meant
    )


def place_of(landscape: Landscape, domain: str) -> Place:
    """The lob of one domain, whether or not an image is meant for it.

    Raises:
        LandscapeError: there is no such domain.
    """
    found = landscape.domains.get(domain)
    if found is None:
        known = ", ".join(landscape.domains) or "none yet"
        raise _no(f"domains.{domain}", "domain", f"Those of the landscape: {known}.")
    account = landscape.accounts[landscape.lobs[found.lob].account]
    return Place(lob=found.lob, account=account, domains=(domain,))


def every_lob(landscape: Landscape, lobs: Collection[str] = ()) -> tuple[Place, ...]:
    """Every lob with all its domains, or those of `lobs` alone.

    Raises:
        LandscapeError: there is no such lob.
    """
    _all_known(landscape, lobs)
    return tuple(
        Place(
            lob=lob,
            account=landscape.accounts[one.account],
            domains=tuple(d for d, of in landscape.domains.items() if of.lob == lob),
        )
        for lob, one in landscape.lobs.items()
        if not lobs or lob in lobs
    )


def _all_known(landscape: Landscape, lobs: Iterable[str]) -> None:
    for lob in lobs:
        if lob not in landscape.lobs:
            raise _no(f"lobs.{lob}", "lob", f"Lobs: {', '.join(landscape.lobs)}.")


def _no(where: str, what: str, remedy: str) -> LandscapeError:
    problem = Problem(where=where, what=f"there is no such {what}", remedy=remedy)
    return LandscapeError([problem], remedy="Name another, or change the landscape.")
