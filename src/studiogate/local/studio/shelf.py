"""What a person finds in Studio: each application, what it can be started with, what runs.

The launch list of an application is what AWS brings, where that is here, and every custom image
that is attached, by its display name, else its own (S6-17).
"""

from dataclasses import dataclass

from studiogate.local.sagemaker.images.offered import Offer, offered
from studiogate.local.sagemaker.images.offered import running as made_for
from studiogate.local.sagemaker.model import (
    DEFAULT_APP,
    App,
    Domain,
    Profile,
    Space,
    Status,
)
from studiogate.local.sagemaker.rstudio import admitted
from studiogate.local.sagemaker.store import Store
from studiogate.local.studio.kinds import EDITOR, JUPYTER, SESSIONS, Kind
from studiogate.local.studio.rsession import server_of

OWN = ""
"""What forms call the choice of no custom image."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a launch list."""

    value: str
    """ARN of the image version; `OWN` for none."""

    label: str
    detail: str
    """The image's name and version, where the label is not enough."""

    offer: Offer | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """One application as it stands for one person."""

    kind: Kind
    choices: tuple[Choice, ...]
    app: App | None
    """The app there is, if it is not deleted."""

    image: Choice | None
    """What that app was made for."""

    def choice(self, value: str) -> Choice | None:
        """The entry a form names; `None` where there is no such entry."""
        return next((one for one in self.choices if one.value == value), None)


def shelves(store: Store, domain: Domain, owner: Profile | Space) -> tuple[Shelf, ...]:
    """The applications that `owner` has."""
    kinds = [JUPYTER, EDITOR]
    if has_rstudio(store, domain, owner):
        kinds.append(SESSIONS)
    return tuple(shelf(store, domain, owner, kind) for kind in kinds)


def shelf(store: Store, domain: Domain, owner: Profile | Space, kind: Kind) -> Shelf:
    """One of them."""
    own = (Choice(OWN, kind.own, "", None),) if kind.own else ()
    images = tuple(map(_choice, offered(store, domain, owner, kind.type)))
    app = store.apps.get((domain.id, owner.owner, kind.type, DEFAULT_APP))
    if app is None or app.progress is Status.DELETED:
        return Shelf(kind, (*own, *images), None, None)
    image = made_for(store, app)
    made = _choice(image) if image else Choice(OWN, kind.own, "", None)
    return Shelf(kind, (*own, *images), app, made)


def has_rstudio(store: Store, domain: Domain, owner: Profile | Space) -> bool:
    """Whether the domain's RStudio is in service, and the profile may use it."""
    server = server_of(store, domain)
    return (
        isinstance(owner, Profile)
        and admitted(domain, owner)
        and server is not None
        and server.progress is Status.IN_SERVICE
    )


def _choice(image: Offer) -> Choice:
    named = f"{image.image}, " if image.display_name != image.image else ""
    detail = f"{named}version {image.version}"
    return Choice(image.version_arn, image.display_name, detail, image)
