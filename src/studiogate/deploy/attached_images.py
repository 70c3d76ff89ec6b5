"""Custom images stay attached although a stack of domains is changed.

`images attach` writes them into a domain's settings, of which no template speaks.  When
CloudFormation changes a domain it sends what the template has of `JupyterLabAppSettings` and
its like, and SageMaker takes such a structure whole: the images in it would be gone from every
launcher (S6-24).  So they are noted before, and what is missing after is put back.

The note is in the bucket: a run that is killed in between leaves it to the next one.
"""

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from studiogate.aws.patience import asked
from studiogate.deploy.ending.removed import DOMAIN
from studiogate.deploy.keep.shelf import Shelf
from studiogate.deploy.patience import looks
from studiogate.deploy.plan import Act, ResourceChange
from studiogate.deploy.stack.standing import Standing, resources
from studiogate.deploy.world import Doing, World
from studiogate.errors import Absent, DeployError, Invalid
from studiogate.foundation.stacks import StackKey

NOTE: Final = "attached-images.json"
"""Key of the note in the bucket."""

_OF_SHARED: Final = "DefaultSpaceSettings"
_SETTINGS: Final = ("DefaultUserSettings", _OF_SHARED)
_IMAGES: Final = "CustomImages"
_CHANGING: Final = frozenset({"Pending", "Updating"})

Pair = Mapping[str, Any]
"""An image and its configuration, as SageMaker has them."""

Lists = Mapping[str, Mapping[str, list[Pair]]]
"""The images of a domain: by settings and by application."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Images that lists of applications have not any more."""

    told: Mapping[str, Any]
    """What UpdateDomain is told to have them again: all settings of those applications."""

    images: tuple[str, ...]


@dataclass(slots=True)
class AttachedImages:
    """What is attached to the domains that a run changes."""

    world: World
    shelf: Shelf
    _noted: dict[str, Lists] = field(default_factory=dict)
    """By `ACCOUNT/STACK/DOMAIN`."""

    _writing: threading.Lock = field(default_factory=threading.Lock)

    def put_back_left(self) -> None:
        """Put back what a run that was killed had noted.

        Raises:
            DeployError: SageMaker does not take it any more; the next run does not try again.
            AwsError: AWS refused, or did not answer.
        """
        found = self.shelf.read(NOTE)
        if found is not None:
            self._noted.update(json.loads(found.body))
        for place in list(self._noted):
            account, _, _ = place.split("/")
            with self.world.visit(account):
                self._put_back(place)

    def note(self, there: Standing, changes: Iterable[ResourceChange]) -> None:
        """Note what is attached to the domains that `changes` modify.

        Raises:
            AwsError: AWS refused, or did not answer; then nothing may be changed.
        """
        for domain in self._modified(there, changes):
            lists = attached(self._described(there.key.account, domain))
            if lists:
                with self._writing:
                    self._noted[f"{there.key}/{domain}"] = lists
                    self._write()

    def put_back(self, key: StackKey) -> None:
        """Put back what the domains of a stack have lost since it was noted.

        Raises:
            DeployError: SageMaker does not take it any more, or does not say so.
            AwsError: AWS refused, or did not answer.
        """
        for place in [one for one in self._noted if one.rpartition("/")[0] == str(key)]:
            self._put_back(place)

    def _modified(self, there: Standing, changes: Iterable[ResourceChange]) -> Iterator[str]:
        touched = {
            one.resource
            for one in changes
            if one.type == DOMAIN and one.act is Act.MODIFY and not one.goes
        }
        for one in resources(self.world, there) if touched else ():
            if one["LogicalResourceId"] in touched and one.get("PhysicalResourceId"):
                yield one["PhysicalResourceId"]

    def _put_back(self, place: str) -> None:
        try:
            self._attach(place)
        except Absent:
            """The domain is gone, and so is what was attached to it."""
        self._forget(place)

    def _attach(self, place: str) -> None:
        account, _, domain = place.split("/")
        client = self.world.client(account, "sagemaker")
        lost = missing(self._noted[place], self._resting(account, domain))
        for one in lost:
            self.world.tell(Doing(place, f"attaching again: {', '.join(one.images)}"))
            update = partial(client.update_domain, DomainId=domain, **one.told)
            try:
                asked(self.world, "sagemaker:UpdateDomain", place, update)
            except Invalid as refused:
                self._forget(place)  # another run would meet the same
                raise DeployError(
                    f"{place}: {', '.join(one.images)} cannot be attached again: {refused}",
                    remedy="Look with `studiogate images list`; attach what is missing there.",
                ) from refused
        if lost and missing(self._noted[place], self._resting(account, domain)):
            raise DeployError(
                f"{place}: AWS took its images, and DescribeDomain does not have them",
                remedy="Run the command again; if it lasts, look at it in the console.",
            )

    def _forget(self, place: str) -> None:
        with self._writing:
            del self._noted[place]
            self._write()

    def _write(self) -> None:
        self.shelf.write(NOTE, json.dumps(self._noted).encode())

    def _resting(self, account: str, domain: str) -> Mapping[str, Any]:
        """The domain, once AWS is not changing it any more."""
        there: Mapping[str, Any] = {}
        for _ in looks(self.world, within_s=self.world.stack_s):
            there = self._described(account, domain)
            if there.get("Status") not in _CHANGING:
                return there
        raise DeployError(
            f"{account}/{domain} is {there.get('Status')} for too long",
            remedy="Look at it in the console, and run the command again.",
        )

    def _described(self, account: str, domain: str) -> Mapping[str, Any]:
        client = self.world.client(account, "sagemaker")
        about = f"{account}/{domain}"
        describe = partial(client.describe_domain, DomainId=domain)
        found: Mapping[str, Any] = asked(
            self.world, "sagemaker:DescribeDomain", about, describe
        )
        return found


def attached(domain: Mapping[str, Any]) -> Lists:
    """The images in the settings of `domain`, as DescribeDomain has it."""
    found = {
        settings: {
            member: list(one[_IMAGES])
            for member, one in (domain.get(settings) or {}).items()
            if isinstance(one, Mapping) and one.get(_IMAGES)
        }
        for settings in _SETTINGS
    }
    return {settings: lists for settings, lists in found.items() if lists}


def missing(noted: Lists, domain: Mapping[str, Any]) -> list[Lost]:
    """What is `noted` and not in the settings of `domain`, by whatever version."""
    found = []
    for settings, lists in noted.items():
        has = domain.get(settings) or {}
        lost = {member: _lost(has.get(member) or {}, pairs) for member, pairs in lists.items()}
        told = {
            member: {**(has.get(member) or {}), _IMAGES: [*_list(has, member), *some]}
            for member, some in lost.items()
            if some
        }
        if told:
            # Of shared spaces, AWS does not document that what is not sent stays.
            beside = has if settings == _OF_SHARED else {}
            images = dict.fromkeys(one["ImageName"] for some in lost.values() for one in some)
            found.append(Lost({settings: {**beside, **told}}, tuple(images)))
    return found


def _lost(there: Mapping[str, Any], pairs: list[Pair]) -> list[Pair]:
    has = {one["ImageName"] for one in there.get(_IMAGES, ())}
    return [one for one in pairs if one["ImageName"] not in has]


def _list(has: Mapping[str, Any], member: str) -> list[Pair]:
    return list((has.get(member) or {}).get(_IMAGES, ()))
