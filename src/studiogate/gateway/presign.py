"""From a grant to a URL that opens Studio once, within seconds, and only that person's.

Every opening makes its own URL: it works once and is never shared.  Whatever AWS answers, the
URL must be of the domain's own Studio host; anything else is an error, so that nobody who can
write a table or an endpoint's address can send a person to a Studio of his own.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from studiogate import names
from studiogate.aws.wire.call import Credentials
from studiogate.aws.wire.calls import Presign
from studiogate.errors import (
    Absent,
    AwsError,
    Busy,
    Denied,
    Invalid,
    NotAllowed,
    NotThere,
    StudioGateError,
)
from studiogate.gateway.ports import Grant
from studiogate.gateway.reasons import DOMAIN_NOT_READY
from studiogate.gateway.roles import Roles, Sts
from studiogate.gateway.whom import Whom, platform

ACTION = "sagemaker:CreatePresignedDomainUrl"

# What AWS says to credentials that have ended or were made by a role that is no more.
_STALE = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
    }
)


class Aws(Sts, Protocol):
    """The calls an opening makes after the directory; `studiogate.aws.wire` has them."""

    async def create_presigned_domain_url(
        self, asked: Presign, credentials: Credentials
    ) -> str:
        """The URL, as AWS gave it.

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


class AwsStudio:
    """Turns a grant into a URL: at most two calls to AWS, one when the person was here."""

    def __init__(
        self,
        aws: Aws,
        *,
        region: str,
        clock: Callable[[], datetime],
        studio_url: str = "",
        contact: str | None = None,
    ) -> None:
        self._aws = aws
        self._team = platform(contact)
        self._roles = Roles(aws, region=region, clock=clock, whom=self._team)
        self._region = region
        # A wrong suffix is refused, not followed: the setting `studio_url` says otherwise.
        suffix = names.studio_suffix(region)
        self._studio_url = studio_url or f"https://{{domain_id}}.studio.{{region}}.{suffix}"

    async def url(self, grant: Grant) -> str:
        """The URL that opens `grant.domain` once; never empty, never another host's.

        Raises:
            AwsError: AWS said no, or said nothing, or gave a URL that is not the domain's.
            NotThere: the profile, the space or the domain is not there.
            NotAllowed: the domain is not in IAM mode, or access ends too soon.
        """
        credentials = await self._roles.credentials(grant)
        try:
            url = await self._presign(grant, credentials)
        except Denied as denied:
            # What we hold may be of a role that was replaced: never hold on to it.
            self._roles.forget(grant)
            if denied.code not in _STALE:
                raise
            url = await self._presign(grant, await self._roles.credentials(grant))
        return self._checked(url, grant)

    async def _presign(self, grant: Grant, credentials: Credentials) -> str:
        asked = Presign(
            domain_id=grant.domain_id,
            profile=grant.profile,
            url_expires_s=grant.url_expires_s,
            session_s=grant.session_s,
            landing=grant.landing,
            space=grant.space,
        )
        try:
            return await self._aws.create_presigned_domain_url(asked, credentials)
        except (Absent, Invalid) as error:
            raise await self._diagnosis(grant, credentials, error) from error

    async def _diagnosis(
        self, grant: Grant, credentials: Credentials, error: AwsError
    ) -> StudioGateError:
        """What `error` means: the domain is gone, of another mode, being changed, or neither.

        Raises:
            AwsError: the domain could not be described either.
        """
        try:
            domain = await self._aws.describe_domain(grant.domain_id, credentials)
        except Absent:
            return _domain_missing(grant, self._team)
        if domain.get("AuthMode") == "SSO":
            return _not_iam(grant, self._team)
        if domain.get("Status") != "InService":
            return _not_ready(grant, str(domain.get("Status", "unknown")), self._team)
        return _profile_missing(grant, self._team) if isinstance(error, Absent) else error

    def _checked(self, url: str, grant: Grant) -> str:
        """`url`, if it is the one of the domain's own Studio.

        Raises:
            AwsError: it is not; the message says how, and never holds the URL.
        """
        expected = urlsplit(
            self._studio_url.format(domain_id=grant.domain_id, region=self._region)
        )
        try:
            found = urlsplit(url)
        except ValueError:
            raise _foreign(grant, "not a URL") from None
        facts = (
            ("text", url.isascii() and url.isprintable() and " " not in url),
            ("scheme", found.scheme == expected.scheme),
            ("host", found.netloc == expected.netloc),
            ("path", found.path == "/auth"),
            ("query", found.query != ""),
            ("fragment", found.fragment == ""),
        )
        wrong = [fact for fact, holds in facts if not holds]
        if wrong:
            raise _foreign(grant, f"unexpected {', '.join(wrong)}")
        return url


def _foreign(grant: Grant, how: str) -> AwsError:
    return AwsError(
        f"AWS answered with a URL that is not of {grant.domain_id}'s Studio: {how}",
        remedy="Compare STUDIOGATE_STUDIO_URL with the `Url` that DescribeDomain gives, and "
        "check which endpoint answers for the SageMaker API.",
        action=ACTION,
        about=f"{grant.domain_id}/{grant.profile}",
        code="ForeignUrl",
    )


def _domain_missing(grant: Grant, whom: Whom) -> NotThere:
    return NotThere(
        f"the Studio domain of {grant.domain!r} is not there",
        remedy=f"Tell {whom}: the directory names a domain that AWS does not have.",
        reason="domain-missing",
        contact=whom.contact,
    )


def _not_iam(grant: Grant, whom: Whom) -> NotAllowed:
    return NotAllowed(
        f"{grant.domain!r} signs people in with IAM Identity Center, so no URL can be made",
        remedy=f"Open it from the IAM Identity Center portal, or ask {whom} for a domain in "
        "IAM mode.",
        reason="domain-not-iam",
        contact=whom.contact,
    )


def _not_ready(grant: Grant, status: str, whom: Whom) -> Busy:
    return Busy(
        f"the Studio domain of {grant.domain!r} is {status}, not InService",
        remedy=f"Try again in a minute; if it stays so, tell {whom}.",
        action="sagemaker:DescribeDomain",
        about=grant.domain_id,
        code=DOMAIN_NOT_READY,
        retry_after_s=30,
    )


def _profile_missing(grant: Grant, whom: Whom) -> NotThere:
    if grant.space is not None:
        return NotThere(
            f"there is no space {grant.space!r} for {grant.profile!r} in {grant.domain!r}",
            remedy="Open the domain without a space and look at the spaces there.",
            reason="space-missing",
        )
    return NotThere(
        f"there is no Studio profile {grant.profile!r} in {grant.domain!r}",
        remedy=f"Ask {whom} to make it; `studiogate doctor` names who lacks one.",
        reason="profile-missing",
        contact=whom.contact,
    )
