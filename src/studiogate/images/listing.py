"""Every image by domain: what is attached, what waits, who runs which, and what is amiss.

Rows are values; the command shows them, and gives them to programs (S6-17, S6-18, S6-19).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from studiogate import names
from studiogate.errors import Absent, Denied
from studiogate.images.attached.found import App, Listed, apps, every_studio, lists
from studiogate.images.attached.settings import SETTINGS, Pair, pairs
from studiogate.images.attached.spots import FOR_ALL, Spot, Studio
from studiogate.images.attaching import PROPAGATES_S
from studiogate.images.places import Place
from studiogate.images.published.repository import Repository, source_among
from studiogate.images.published.versions import CREATED, Version, described, latest
from studiogate.images.world import Account, World, side_by_side
from studiogate.landscape.model import Landscape

ATTACHED = "attached"
PROPAGATING = "propagating"
MISSING = "missing"
NOT_PUBLISHED = "not published"
NO_DOMAIN = "no such domain"
NOT_READY = "version not ready"
GONE = "gone from ECR"
BEYOND = "beyond the landscape"
SOUND = frozenset({ATTACHED, PROPAGATING})

_USAGE = {"RSessionAppSettings": "RStudio image"}
_STUDIO_USAGE = "Studio image"
"""What the console's list of images has in its column "Usage type" (S6-18)."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Somebody who runs an image now."""

    who: str
    """The profile; or the space, where nobody owns it."""

    version: int | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Row:
    """One image in one list of a domain."""

    image: str
    usage: str
    shown: str
    """What launchers call it: the display name, else the name (S6-17)."""

    lob: str
    domain: str
    profile: str | None
    """Whose own list; `None` for the domain's."""

    shared: bool
    """Whether the list is that of shared spaces."""

    status: str
    version: int | None
    """The one it is kept at; `None` for the newest, or where it is not attached."""

    newest: int | None
    """The newest that is ready."""

    digest: str
    """Of the version that is attached."""

    source: str = ""
    """The tag of the folder that AWS built it of, where it did, and that may be asked."""

    runs: tuple[Runs, ...] = field(default=())

    @property
    def waits(self) -> bool:
        """Whether there is a newer version than the one attached."""
        pinned, newest = self.version, self.newest
        return pinned is not None and newest is not None and newest > pinned


@dataclass(frozen=True, slots=True)
class _Known:
    """An image in an account, as SageMaker knows it."""

    shown: str
    newest: Version | None


def rows(
    world: World,
    landscape: Landscape,
    places: Sequence[Place],
    *,
    name: str | None = None,
    people: bool = False,
) -> Iterator[Row]:
    """Every image in every list of `places`, or `name` alone; with `people`, their own lists.

    What the landscape declares and is not attached has a row, too.

    Raises:
        AwsError: AWS refused, or did not answer.
    """
    for found in side_by_side(
        lambda place: list(_rows(world, landscape, place, name, people=people)), places
    ):
        yield from found


def _rows(
    world: World, landscape: Landscape, place: Place, name: str | None, *, people: bool
) -> Iterator[Row]:
    world.tell(f"{place.account}: looking at {place.lob}")
    look = _Look(world, landscape, world.account(place.account), {})
    there = set[str]()
    for studio, _ in every_studio(world, place):
        found = list(_of(look, studio, name, people=people))
        running = apps(world, studio) if found else ()
        yield from (make(running) for make in found)
        there.add(studio.domain)
    for domain in place.domains:
        if domain not in there:
            nowhere = Studio(place.lob, place.account, domain, "")
            yield from (make(()) for make in _declared(look, nowhere, name, set()))


@dataclass(frozen=True, slots=True)
class _Pushed:
    """What ECR has of a version, as far as it may be asked."""

    source: str = ""
    """The tag of the folder that AWS built it of, where it did."""

    gone: bool = False
    """Whether it was deleted there, so that no app starts from the version any more."""


@dataclass(frozen=True, slots=True)
class _Look:
    """A look at one account; each image is asked about once."""

    world: World
    landscape: Landscape
    account: Account
    known: dict[str, _Known | None]
    looked_up: dict[tuple[str, str], _Pushed] = field(default_factory=dict)

    def at(self, image: str) -> _Known | None:
        """What SageMaker knows of `image`; `None` if nothing."""
        if image not in self.known:
            self.known[image] = self._asked(image)
        return self.known[image]

    def _asked(self, image: str) -> _Known | None:
        try:
            there: Mapping[str, Any] = self.account.ask(
                "sagemaker", "describe_image", about=image, ImageName=image
            )
        except Absent:
            return None
        return _Known(there.get("DisplayName") or image, latest(self.account, image))

    def pushed(self, image: str, version: Version | None) -> _Pushed:
        """What ECR has of a version; nothing is known of what is none of the landscape's."""
        if version is None or not version.digest or image not in self.landscape.images:
            return _Pushed()
        key = image, version.digest
        if key not in self.looked_up:
            self.looked_up[key] = self._pushed(*key)
        return self.looked_up[key]

    def _pushed(self, image: str, digest: str) -> _Pushed:
        try:
            tags = Repository(self.account, image).tags(digest)
        except Denied as error:
            self.world.tell(f"{self.account.id}: what ECR has is not known: {error}")
            return _Pushed()
        return _Pushed(gone=True) if tags is None else _Pushed(source_among(tags) or "")

    def version(self, image: str, number: int | None) -> Version | None:
        """The version that is attached; the newest, where none is named."""
        known = self.at(image)
        newest = known.newest if known else None
        if number is None or (newest is not None and newest.number == number):
            return newest
        try:
            return described(self.account, image, number)
        except Absent:
            return None


Made = Callable[[Sequence[App]], Row]
"""A row that wants to know who runs what."""


def _of(look: _Look, studio: Studio, name: str | None, *, people: bool) -> Iterator[Made]:
    attached = set()
    for listed in lists(look.world, studio, people=people):
        for pair in pairs(listed.settings):
            if listed.spot.member == FOR_ALL and listed.spot.profile is None:
                attached.add((listed.spot.key, pair.image))
            if name in {None, pair.image}:
                yield _attached(look, listed, pair)
    yield from _declared(look, studio, name, attached)


def _declared(
    look: _Look, studio: Studio, name: str | None, attached: Collection[tuple[str, str]]
) -> Iterator[Made]:
    """What the landscape has for a domain, and is not among `attached`."""
    for image, declared in look.landscape.images.items():
        key = SETTINGS[declared.kind]
        wanted = studio.domain in declared.domains and name in {None, image}
        if wanted and (key, image) not in attached:
            yield _missing(look, Spot(studio, key), image)


def _attached(look: _Look, listed: Listed, pair: Pair) -> Made:
    version = look.version(pair.image, pair.version)
    return _row(look, listed.spot, pair, _status(look, listed, pair, version), version)


def _missing(look: _Look, spot: Spot, image: str) -> Made:
    known = look.at(image)
    published = known is not None and known.newest is not None
    status = MISSING if published else NOT_PUBLISHED
    if not spot.studio.domain_id:
        status = NO_DOMAIN
    return _row(look, spot, Pair(image, names.app_image_config(image)), status, None)


def _row(look: _Look, spot: Spot, pair: Pair, status: str, version: Version | None) -> Made:
    image, known = pair.image, look.at(pair.image)
    declared = look.landscape.images.get(image)
    named = declared.display_name if declared else None

    def made(running: Sequence[App]) -> Row:
        return Row(
            image=image,
            usage=_USAGE.get(spot.key, _STUDIO_USAGE),
            shown=known.shown if known else named or image,
            lob=spot.studio.lob,
            domain=spot.studio.domain,
            profile=spot.profile,
            shared=spot.member not in {FOR_ALL, "UserSettings"},
            status=status,
            version=pair.version,
            newest=known.newest.number if known and known.newest else None,
            digest=version.digest if version else "",
            source=look.pushed(image, version).source,
            runs=_running(running, image, spot.profile),
        )

    return made


def _status(look: _Look, listed: Listed, pair: Pair, version: Version | None) -> str:
    declared = look.landscape.images.get(pair.image)
    if version is None or version.status != CREATED:
        return NOT_READY
    if look.pushed(pair.image, version).gone:
        return GONE
    ours = declared is not None and listed.spot.key == SETTINGS[declared.kind]
    if not ours or declared is None or listed.spot.studio.domain not in declared.domains:
        return BEYOND
    modified = listed.modified
    just = timedelta(seconds=PROPAGATES_S)
    recent = modified is not None and look.world.clock() - modified < just
    return PROPAGATING if recent else ATTACHED


def _running(running: Sequence[App], image: str, profile: str | None) -> tuple[Runs, ...]:
    found = []
    for app in running:
        it_does, version = app.runs(image)
        if it_does and profile in {None, app.profile}:
            found.append(Runs(app.profile or f"space {app.space}", version, app.since))
    return tuple(found)
