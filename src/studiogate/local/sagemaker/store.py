"""Every domain, profile, space, app, image and start script of the emulated organisation.

Held in memory, account by account.  Looking something up takes the caller's place (account and
region), so that nothing of another account can even be named; what is not there raises AWS's
own error.
"""

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from studiogate.local.call import ApiError, Place
from studiogate.local.sagemaker.image_model import AppImageConfig, Image, gone
from studiogate.local.sagemaker.model import (
    DOMAIN_SHARED,
    LIVE,
    App,
    Domain,
    Lifecycle,
    Owner,
    Profile,
    Space,
    Status,
    Thing,
)

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_ID_LETTERS = 12
_TICK = timedelta(milliseconds=1)
"""What answers tell apart: their times have three decimals."""


def absent(what: str, name: str) -> ApiError:
    """The one error AWS models for something that is not there."""
    return ApiError("ResourceNotFound", f"{what} [{name}] does not exist.")


def in_use(message: str) -> ApiError:
    """The error AWS models for a name that is taken, or a thing others depend on."""
    return ApiError("ResourceInUse", message)


class Store:
    """The state behind the SageMaker API and the Studio front; one event loop uses it."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        ready_after: timedelta = timedelta(0),
        changes_take: timedelta = timedelta(0),
        salt: str | None = None,
    ) -> None:
        """Start empty; what is created becomes `InService` after `ready_after`.

        A change of a domain, and whatever is done to an image, holds after `changes_take`.

        Domain ids follow from `salt` and the names; an organisation that keeps its salt finds
        the homes of its people again after a restart.  Without one, ids are new every time.
        """
        self.clock = clock
        self.domains: dict[str, Domain] = {}
        self.profiles: dict[tuple[str, str], Profile] = {}
        self.spaces: dict[tuple[str, str], Space] = {}
        self.apps: dict[tuple[str, Owner, str, str], App] = {}
        self.lifecycles: dict[tuple[Place, str], Lifecycle] = {}
        self.images: dict[tuple[Place, str], Image] = {}
        """By their names in small letters: no two differ by case alone."""

        self.configs: dict[tuple[Place, str], AppImageConfig] = {}
        self.shared: dict[str, Profile] = {}
        """By domain, the profile AWS keeps for what all of it shares; no list shows it."""

        self._ready_after = ready_after
        self._changes_take = changes_take
        self._salt = salt or secrets.token_hex(16)
        self._born: Counter[tuple[Place, str]] = Counter()

    def birth(self) -> tuple[datetime, datetime, datetime]:
        """Created now, ready later, modified now: the times of a new thing, in that order."""
        now = self.clock()
        return now, now + self._ready_after, now

    def change(self, thing: Thing) -> None:
        """Say that `thing` was changed just now: no two changes have the same time."""
        now = self.clock()
        thing.modified = max(now, thing.modified + _TICK)
        thing.settled_at = now + self._changes_take

    def gone_at(self) -> datetime:
        """When what is deleted now is gone."""
        return self.clock() + self._changes_take

    def new_domain_id(self, place: Place, name: str) -> str:
        """The id the next domain of this name gets: `d-` and twelve letters or digits.

        Known beforehand, because the permission is asked for on the ARN before the domain is
        made, and must be about that very domain.  A name used again gets another id.
        """
        born = self._born[place, name]
        seed = f"{self._salt}|{place.account}|{place.region}|{name}|{born}"
        number = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big")
        letters = []
        for _ in range(_ID_LETTERS):
            number, letter = divmod(number, len(_ALPHABET))
            letters.append(_ALPHABET[letter])
        return "d-" + "".join(letters)

    def add_domain(self, domain: Domain) -> None:
        """Keep a new domain; its id is not given again."""
        self.domains[domain.id] = domain
        self._born[domain.place, domain.name] += 1

    def domain(self, place: Place, domain_id: str) -> Domain:
        """The domain of this place.

        Raises:
            ApiError: ResourceNotFound, also for a domain of another account or region.
        """
        found = self.domains.get(domain_id)
        if found is None or found.place != place:
            raise absent("Domain", domain_id)
        return found

    def profile(self, place: Place, domain_id: str, name: str) -> Profile:
        """The profile `name`, byte for byte, of a domain of this place.

        AWS calls the name "not case sensitive"; here that means two names that differ in
        case cannot both exist, while a policy on one spelling is never asked about another.

        Raises:
            ApiError: ResourceNotFound, for the domain or the profile.
        """
        self.domain(place, domain_id)
        found = self.profiles.get((domain_id, name))
        if found is None:
            raise absent("UserProfile", f"{domain_id}/{name}")
        return found

    def space(self, place: Place, domain_id: str, name: str) -> Space:
        """The space `name` of a domain of this place.

        Raises:
            ApiError: ResourceNotFound, for the domain or the space.
        """
        self.domain(place, domain_id)
        found = self.spaces.get((domain_id, name))
        if found is None:
            raise absent("Space", f"{domain_id}/{name}")
        return found

    def owner(self, place: Place, domain_id: str, owner: Owner) -> Profile | Space:
        """The profile or space that `owner` names.

        Raises:
            ApiError: ResourceNotFound.
        """
        if owner.kind == "space":
            return self.space(place, domain_id, owner.name)
        if owner.name == DOMAIN_SHARED and domain_id in self.shared:
            self.domain(place, domain_id)
            return self.shared[domain_id]
        return self.profile(place, domain_id, owner.name)

    def apps_of(self, domain_id: str, owner: Owner | None = None) -> list[App]:
        """The apps of a domain, or of one owner in it, that are not deleted."""
        return [
            app
            for app in self.apps.values()
            if app.domain_id == domain_id
            and (owner is None or app.owner == owner)
            and app.progress is not Status.DELETED
        ]

    def holding_apps(self, domain_id: str, owner: Owner | None = None) -> list[App]:
        """The apps that keep their owner and their domain from being deleted.

        One that failed does not (Developer Guide, "Delete a SageMaker AI domain").
        """
        there = self.apps_of(domain_id, owner)
        return [app for app in there if app.progress is not Status.FAILED]

    def bury_apps(self, domain_id: str, owner: Owner | None = None) -> None:
        """Have apps that failed go with their owner or their domain."""
        for app in self.apps_of(domain_id, owner):
            app.progress = Status.DELETED

    def live_apps(self, domain_id: str) -> list[App]:
        """The apps of a domain that are pending or in service (S1-09)."""
        return [app for app in self.apps_of(domain_id) if app.progress in LIVE]

    def lifecycle(self, place: Place, name: str) -> Lifecycle:
        """The lifecycle configuration `name` of this place.

        Raises:
            ApiError: ResourceNotFound.
        """
        found = self.lifecycles.get((place, name))
        if found is None:
            raise absent("StudioLifecycleConfig", name)
        return found

    def image(self, place: Place, name: str) -> Image:
        """The image `name` of this place, as it is spelled.

        Raises:
            ApiError: ResourceNotFound.
        """
        found = self.images.get((place, name.lower()))
        if found is None or found.name != name or gone(found, self.clock()):
            raise ApiError("ResourceNotFound", f"No Image with the name {name} exists.")
        return found

    def images_of(self, place: Place) -> list[Image]:
        """The images of this place that are not deleted."""
        now = self.clock()
        here = (one for one in self.images.values() if one.place == place)
        return [one for one in here if not gone(one, now)]

    def config(self, place: Place, name: str) -> AppImageConfig:
        """The app image configuration `name` of this place.

        Raises:
            ApiError: ResourceNotFound.
        """
        found = self.configs.get((place, name))
        if found is None:
            raise ApiError(
                "ResourceNotFound", f"AppImageConfig with name {name} does not exist."
            )
        return found

    def by_arn(self, place: Place, arn: str) -> Thing | None:
        """The resource of this place with exactly this ARN; `None` when there is none."""
        things: list[Domain | Profile | Space | App | Lifecycle | Image | AppImageConfig] = [
            *self.domains.values(),
            *self.profiles.values(),
            *self.spaces.values(),
            *self.apps.values(),
            *self.lifecycles.values(),
            *self.images_of(place),
            *self.configs.values(),
        ]
        return next((t for t in things if t.arn == arn and t.place == place), None)
