"""What a person has in a domain, seen with their own eyes: apps that run, images to start.

A look has sessions of its own, which open and change nothing.  What was seen is remembered for
a while: people look again and again while they wait.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from studiogate.aws.wire.call import Credentials
from studiogate.errors import AwsError
from studiogate.gateway.images import Attached, attached, newest
from studiogate.gateway.ports import App, Grant, Image
from studiogate.gateway.remember import Remembered
from studiogate.gateway.roles import Roles, Sts, of_look
from studiogate.gateway.running import own_apps
from studiogate.gateway.turns import all_of
from studiogate.gateway.whom import platform

_HOLDS = 1_000
_APPS_KEPT = timedelta(seconds=3)
_IMAGES_KEPT = timedelta(minutes=1)
"""An image changes when somebody publishes or attaches one, and AWS needs minutes for it."""

_AT_ONCE = 4


class Aws(Sts, Protocol):
    """The calls of a look; `studiogate.aws.wire` has them."""

    async def list_apps(
        self, domain_id: str, credentials: Credentials
    ) -> list[Mapping[str, Any]]:
        """Apps of the domain, in AWS's own keys, the newest first.

        Raises:
            AwsError: SageMaker refused, or did not answer.
        """
        ...

    async def list_spaces(
        self, domain_id: str, credentials: Credentials
    ) -> list[Mapping[str, Any]]:
        """Spaces of the domain, in AWS's own keys, the newest first.

        Raises:
            AwsError: SageMaker refused, or did not answer.
        """
        ...

    async def describe_domain(
        self, domain_id: str, credentials: Credentials
    ) -> Mapping[str, Any]:
        """The domain, in AWS's own keys.

        Raises:
            AwsError: SageMaker refused, or did not answer.
        """
        ...

    async def describe_user_profile(
        self, domain_id: str, profile: str, credentials: Credentials
    ) -> Mapping[str, Any]:
        """The profile, in AWS's own keys.

        Raises:
            AwsError: SageMaker refused, or did not answer.
        """
        ...

    async def describe_image(self, name: str, credentials: Credentials) -> Mapping[str, Any]:
        """The image, in AWS's own keys.

        Raises:
            AwsError: SageMaker refused, or did not answer.
        """
        ...

    async def list_image_versions(
        self, name: str, credentials: Credentials
    ) -> list[Mapping[str, Any]]:
        """Versions of the image, in AWS's own keys, the newest first.

        Raises:
            AwsError: SageMaker refused, or did not answer.
        """
        ...


class AwsLooks:
    """Looks into domains; see `studiogate.gateway.ports.Looks`."""

    def __init__(
        self,
        aws: Aws,
        *,
        region: str,
        clock: Callable[[], datetime],
        contact: str | None = None,
    ) -> None:
        self._aws = aws
        self._clock = clock
        self._roles = Roles(
            aws, region=region, clock=clock, whom=platform(contact), policy=of_look
        )
        self._apps: Remembered[tuple[str, ...], tuple[App, ...]] = Remembered(
            clock, holds=_HOLDS
        )
        self._images: Remembered[tuple[str, ...], tuple[Image, ...]] = Remembered(
            clock, holds=_HOLDS
        )

    async def running(self, grant: Grant) -> tuple[App, ...]:
        """The person's own apps in `grant.domain` that run or start, the newest first.

        Raises:
            AwsError: AWS said no, or said nothing.
            NotAllowed: access ends too soon.
        """
        return await self._apps.get(_who(grant), lambda: self._running(grant))

    async def images(self, grant: Grant) -> tuple[Image, ...]:
        """The custom images that the person finds in `grant.domain`, as launchers list them.

        Raises:
            AwsError: AWS said no, or said nothing.
            NotAllowed: access ends too soon.
        """
        return await self._images.get(_who(grant), lambda: self._found(grant))

    async def _running(self, grant: Grant) -> tuple[tuple[App, ...], datetime]:
        credentials = await self._roles.credentials(grant)
        apps = await self._aws.list_apps(grant.domain_id, credentials)
        shared = any("SpaceName" in app for app in apps)
        spaces = await self._aws.list_spaces(grant.domain_id, credentials) if shared else []
        try:
            found = own_apps(apps, spaces, profile=grant.profile)
        except ValueError as wrong:
            raise _strange("sagemaker:ListApps", grant, wrong) from wrong
        return found, self._clock() + _APPS_KEPT

    async def _found(self, grant: Grant) -> tuple[tuple[Image, ...], datetime]:
        credentials = await self._roles.credentials(grant)
        domain = await self._aws.describe_domain(grant.domain_id, credentials)
        profile = await self._aws.describe_user_profile(
            grant.domain_id, grant.profile, credentials
        )
        try:
            listed = attached(domain, profile)
        except ValueError as wrong:
            raise _strange("sagemaker:DescribeDomain", grant, wrong) from wrong
        looks = [self._image(one, credentials) for one in listed]
        return tuple(await all_of(looks, at_once=_AT_ONCE)), self._clock() + _IMAGES_KEPT

    async def _image(self, one: Attached, credentials: Credentials) -> Image:
        there = await self._aws.describe_image(one.image, credentials)
        latest = newest(await self._aws.list_image_versions(one.image, credentials))
        return Image(
            app=one.app,
            name=str(there.get("DisplayName") or one.image),
            version=latest if one.version is None else one.version,
            newest=latest,
        )


def _who(grant: Grant) -> tuple[str, ...]:
    return grant.account, grant.domain_id, grant.profile, grant.person


def _strange(action: str, grant: Grant, wrong: ValueError) -> AwsError:
    return AwsError(
        f"{action}: {wrong}",
        remedy="Compare the SageMaker API with the one this gateway was made for.",
        action=action,
        about=grant.domain_id,
    )
