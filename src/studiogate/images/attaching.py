"""Attaching, detaching and going back: which lists change, as a plan, and the plan done.

A plan is made of what is there, and shown before anything of it is done (S6-22, S6-24).
"""

from dataclasses import dataclass
from typing import Final

from studiogate import names
from studiogate.errors import ImageError
from studiogate.images.at_once import each_at_once
from studiogate.images.attached.before import before, forget, remember
from studiogate.images.attached.changing import Change, Changed, changed
from studiogate.images.attached.settings import Pair, pair_of
from studiogate.images.attached.spots import Spot, Studio, seen
from studiogate.images.attached.targets import Wanted, targets
from studiogate.images.canary import attached_at
from studiogate.images.places import image_of
from studiogate.images.published.ready import version_ready
from studiogate.images.rstudio import refuse_without_rstudio
from studiogate.images.world import World
from studiogate.landscape.model import Landscape

PROPAGATES_S: Final = 600
"""Seconds until every launcher shows a change (S6-19: five to ten minutes)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be changed, and what there is to say beside it."""

    changes: tuple[Change, ...]
    remarks: tuple[str, ...] = ()
    goes_back: bool = False
    """Whether a failure must not change what is kept of the version before."""

    @property
    def nothing(self) -> bool:
        """Whether everything is so already."""
        return all(one.nothing for one in self.changes)


def attachment(
    world: World,
    landscape: Landscape,
    name: str,
    wanted: Wanted,
    version: int | None = None,
) -> Plan:
    """What attaching `name` changes: at `version`, or at the newest of each account.

    Raises:
        PlanRefused: everywhere was asked for, and the canary does not run this content; or a
            domain has no RStudio.
        ImageError: it is not published there.
        LandscapeError: there is no such image, lob, domain or person.
        AwsError: AWS refused, or did not answer.
    """
    image = image_of(landscape, name)
    spots, remarks = attached_at(world, landscape, name, wanted, version)
    changes = []
    for spot in spots:
        if image.kind == "rstudio":
            refuse_without_rstudio(world, spot.studio)
        number = version_ready(world.account(spot.studio.account), name, version).number
        there = pair_of(seen(world, spot).begun, name)
        pair = Pair(name, names.app_image_config(name), number)
        changes.append(Change(spot, name, there, pair))
    beyond = {
        one.studio.domain: None for one in spots if one.studio.domain not in image.domains
    }
    told = (f"{one} is none of the image's domains in the landscape." for one in beyond)
    return Plan(tuple(changes), (*remarks, *told))


def detachment(world: World, landscape: Landscape, name: str, wanted: Wanted) -> Plan:
    """What detaching `name` changes; every domain of the image, where it is not said where.

    Raises:
        ImageError: a domain is not there.
        LandscapeError: there is no such image, lob, domain or person.
        AwsError: AWS refused, or did not answer.
    """
    changes, remarks = [], []
    for spot in targets(world, landscape, name, wanted):
        there = seen(world, spot)
        if spot.profile is not None and not there.is_own and pair_of(there.begun, name):
            remarks.append(f"{spot} has the domain's list: detach it there, from everybody.")
        changes.append(Change(spot, name, pair_of(there.settings, name), None))
    return Plan(tuple(changes), tuple(remarks))


def way_back(world: World, landscape: Landscape, name: str, wanted: Wanted) -> Plan:
    """What going back to the version before changes; done twice, it is undone.

    Raises:
        ImageError: nowhere was another version before; or it is not there any more.
        LandscapeError: there is no such image, lob, domain or person.
        AwsError: AWS refused, or did not answer.
    """
    found = [(one, _back(world, one, name)) for one in targets(world, landscape, name, wanted)]
    changes = tuple(change for _, change in found if change is not None)
    remarks = tuple(
        f"{spot}: no other version was attached before." for spot, one in found if one is None
    )
    if not changes:
        raise ImageError(
            " ".join(remarks) or f"{name} has no domain",
            remedy=f"Attach another version with `studiogate images attach {name} --version`, "
            f"or take it away with `studiogate images detach {name}`.",
        )
    return Plan(changes, remarks, goes_back=True)


def carried_out(world: World, plan: Plan) -> tuple[Changed, ...]:
    """Do a plan: domains side by side, and the lists of one domain one after the other.

    Raises:
        ImageError: a list never holds what was sent, or takes no change.
        AwsError: AWS refused, or did not answer.
    """
    of: dict[Studio, list[Change]] = {}
    for one in plan.changes:
        of.setdefault(one.spot.studio, []).append(one)

    def work(calm: World, some: list[Change]) -> list[Changed]:
        return [Changed(one) if one.nothing else _carried_out(calm, plan, one) for one in some]

    done = each_at_once(world, {str(one): some for one, some in of.items()}, work)
    found = {one.change.spot: one for some in done for one in some}
    return tuple(found[one.spot] for one in plan.changes)


def _carried_out(world: World, plan: Plan, change: Change) -> Changed:
    """Make a change, and keep what was there before it.

    What is kept is written first, so that a run that is interrupted has not lost it; on the way
    back and out last, so that one that is interrupted still knows the way.
    """
    world.tell(_doing(change))
    first = change.after is not None and not plan.goes_back
    if first:
        _keep(world, change)
    result = changed(world, change)
    if not first:
        _keep(world, change)
    return result


def _keep(world: World, change: Change) -> None:
    if change.after is None:
        forget(world, change.spot, change.image)
    elif change.before is not None:
        remember(world, change.spot, change.image, change.before.version)


def _back(world: World, spot: Spot, name: str) -> Change | None:
    there = pair_of(seen(world, spot).begun, name)
    known, number = before(world, spot, name)
    if there is None or not known or there.version == number:
        return None
    if number is not None:
        version_ready(world.account(spot.studio.account), name, number)
    return Change(spot, name, there, Pair(name, there.config, number))


def _doing(change: Change) -> str:
    if change.after is None:
        return f"{change.spot}: detaching {change.image}"
    return (
        f"{change.spot}: attaching {change.image}, version {change.after.version or 'newest'}"
    )
