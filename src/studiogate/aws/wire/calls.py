"""The AWS calls an opening can need, and nothing else; those to DynamoDB are in `tables`.

Each one is signed, sent, and read whole: whatever goes wrong is an `AwsError`, and an answer
that says 200 but lacks what was asked for is one too, never an empty value.  No boto3: one
client per person would cost more than everything else in an opening together.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from studiogate import __version__, names
from studiogate.aws.wire import answers
from studiogate.aws.wire.call import (
    Credentials,
    CredentialSource,
    NoAnswer,
    Transport,
    WireAnswer,
    WireRequest,
)
from studiogate.aws.wire.errors import translate
from studiogate.aws.wire.signer import sign
from studiogate.errors import AwsError, Unreachable

SERVICES: Final = ("sts", "dynamodb", "sagemaker")

Observe = Callable[[str, float, str], None]
"""Told of every call: IAM action, seconds, and `ok`, the error's class or `interrupted`."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumeRole:
    """What `sts:AssumeRole` is asked for."""

    role_arn: str
    session_name: str
    source_identity: str
    external_id: str
    policy: str
    """The session policy, as compact JSON: at most 2,048 characters (AssumeRole)."""

    tags: Mapping[str, str]
    duration_s: int
    """900 to 43,200, and at most 3,600 for a chained role (AssumeRole)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presign:
    """What `sagemaker:CreatePresignedDomainUrl` is asked for."""

    domain_id: str
    profile: str
    url_expires_s: int
    """5 to 300 (CreatePresignedDomainUrl)."""

    session_s: int
    """1,800 to 43,200 (CreatePresignedDomainUrl)."""

    landing: str
    space: str | None = None


@dataclass(frozen=True, slots=True)
class _Call:
    """One call before it is signed."""

    service: str
    operation: str
    about: str
    content_type: str
    body: bytes = field(repr=False)
    target: str | None = None

    @property
    def action(self) -> str:
        return f"{self.service}:{self.operation}"


def _never(_answer: WireAnswer) -> bool:
    return False


class Wire:
    """AWS as the gateway knows it.  Holds no connection: the transport does."""

    def __init__(
        self,
        transport: Transport,
        *,
        region: str,
        source: CredentialSource,
        clock: Callable[[], datetime],
        endpoints: Mapping[str, str] | None = None,
        observe: Observe | None = None,
    ) -> None:
        """Speak to `region` through `transport`, as `source` says we are.

        `endpoints` gives other addresses than AWS's own, by service (`sts`, `dynamodb`,
        `sagemaker`); `clock` gives the aware time that signatures carry.
        """
        self._transport = transport
        self._region = region
        self._source = source
        self._clock = clock
        self._observe = observe
        self._urls = _urls(region, endpoints or {})

    async def dynamodb(
        self,
        operation: str,
        about: str,
        body: Mapping[str, Any],
        read: Callable[[WireAnswer], _T],
        *,
        besides: Callable[[WireAnswer], bool] = _never,
    ) -> _T:
        """What `read` finds in DynamoDB's answer to `operation`; see `tables`.

        An answer that is not 200 is read as well where `besides` says so.

        Raises:
            AwsError: DynamoDB refused, did not answer, or answered something else.
        """
        call = _json_call("dynamodb", operation, about, body)
        return await self._ask(call, await self._source.credentials(), read, besides=besides)

    async def assume_role(self, asked: AssumeRole) -> Credentials:
        """Credentials of the role, as the gateway is allowed to assume it.

        Raises:
            AwsError: STS refused, did not answer, or answered without credentials.
        """
        call = _Call(
            "sts",
            "AssumeRole",
            asked.role_arn,
            "application/x-www-form-urlencoded; charset=utf-8",
            urlencode(_assume_role_form(asked)).encode(),
        )
        return await self._ask(call, await self._source.credentials(), answers.role_credentials)

    async def create_presigned_domain_url(
        self, asked: Presign, credentials: Credentials
    ) -> str:
        """The URL that opens a domain once: a secret, and never empty.

        Raises:
            AwsError: SageMaker refused, did not answer, or answered without a URL.
        """
        body = {
            "DomainId": asked.domain_id,
            "UserProfileName": asked.profile,
            "ExpiresInSeconds": asked.url_expires_s,
            "SessionExpirationDurationInSeconds": asked.session_s,
            "LandingUri": asked.landing,
        }
        if asked.space is not None:
            body["SpaceName"] = asked.space
        about = f"{asked.domain_id}/{asked.profile}"
        call = _json_call("sagemaker", "CreatePresignedDomainUrl", about, body)
        return await self._ask(call, credentials, answers.authorized_url)

    async def list_apps(
        self, domain_id: str, credentials: Credentials
    ) -> list[Mapping[str, Any]]:
        """Apps of a domain, whoever's, the newest first and a hundred at most.

        Raises:
            AwsError: SageMaker refused, did not answer, or answered something else.
        """
        return await self._listed("Apps", domain_id, credentials)

    async def list_spaces(
        self, domain_id: str, credentials: Credentials
    ) -> list[Mapping[str, Any]]:
        """Spaces of a domain, whoever's, the newest first and a hundred at most.

        Raises:
            AwsError: SageMaker refused, did not answer, or answered something else.
        """
        return await self._listed("Spaces", domain_id, credentials)

    async def describe_domain(
        self, domain_id: str, credentials: Credentials
    ) -> Mapping[str, Any]:
        """What SageMaker says of a domain: `Status`, `AuthMode`, `Url` and the rest.

        Raises:
            AwsError: SageMaker refused, did not answer, or answered about something else.
        """
        call = _json_call("sagemaker", "DescribeDomain", domain_id, {"DomainId": domain_id})
        return await self._ask(call, credentials, answers.with_status("Status"))

    async def describe_user_profile(
        self, domain_id: str, profile: str, credentials: Credentials
    ) -> Mapping[str, Any]:
        """What SageMaker says of a profile: `Status`, `UserSettings` and the rest.

        Raises:
            AwsError: SageMaker refused, did not answer, or answered about something else.
        """
        body = {"DomainId": domain_id, "UserProfileName": profile}
        about = f"{domain_id}/{profile}"
        call = _json_call("sagemaker", "DescribeUserProfile", about, body)
        return await self._ask(call, credentials, answers.with_status("Status"))

    async def describe_image(self, name: str, credentials: Credentials) -> Mapping[str, Any]:
        """What SageMaker says of a custom image: `ImageStatus`, `DisplayName` and the rest.

        Raises:
            AwsError: SageMaker refused, did not answer, or answered about something else.
        """
        call = _json_call("sagemaker", "DescribeImage", name, {"ImageName": name})
        return await self._ask(call, credentials, answers.with_status("ImageStatus"))

    async def list_image_versions(
        self, name: str, credentials: Credentials
    ) -> list[Mapping[str, Any]]:
        """Versions of a custom image, the newest first and a hundred at most.

        Raises:
            AwsError: SageMaker refused, did not answer, or answered something else.
        """
        body = {
            "ImageName": name,
            "MaxResults": 100,
            "SortBy": "VERSION",
            "SortOrder": "DESCENDING",
        }
        call = _json_call("sagemaker", "ListImageVersions", name, body)
        return await self._ask(call, credentials, answers.listed("ImageVersions"))

    async def _listed(
        self, what: str, domain_id: str, credentials: Credentials
    ) -> list[Mapping[str, Any]]:
        call = _json_call("sagemaker", f"List{what}", domain_id, _newest(domain_id))
        return await self._ask(call, credentials, answers.listed(what))

    async def _ask(
        self,
        call: _Call,
        credentials: Credentials,
        read: Callable[[WireAnswer], _T],
        besides: Callable[[WireAnswer], bool] = _never,
    ) -> _T:
        """What `read` finds in the answer to `call`, signed with `credentials`.

        An answer that is not 200 is read as well where `besides` says so.
        """
        started = time.perf_counter()
        outcome = "interrupted"
        try:
            answer = await self._answer(call, credentials)
            if answer.status != HTTPStatus.OK and not besides(answer):
                raise translate(answer, action=call.action, about=call.about)
            found = _read(call, answer, read)
            outcome = "ok"
        except AwsError as exc:
            outcome = type(exc).__name__
            raise
        finally:
            if self._observe is not None:
                self._observe(call.action, time.perf_counter() - started, outcome)
        return found

    async def _answer(self, call: _Call, credentials: Credentials) -> WireAnswer:
        request = sign(
            self._request(call),
            credentials,
            service=call.service,
            region=self._region,
            now=self._clock(),
        )
        try:
            return await self._transport.send(request)
        except NoAnswer as exc:
            raise _unreachable(call, request.url, exc) from exc

    def _request(self, call: _Call) -> WireRequest:
        """`call` as HTTP.  All may be repeated: asked twice, none does more than asked once."""
        headers = {
            "content-type": call.content_type,
            "user-agent": f"studiogate/{__version__}",
        }
        if call.target is not None:
            headers["x-amz-target"] = call.target
        return WireRequest(
            "POST", self._urls[call.service], headers, call.body, repeatable=True
        )


_TARGETS: Final = {
    "dynamodb": ("DynamoDB_20120810", "application/x-amz-json-1.0"),
    "sagemaker": ("SageMaker", "application/x-amz-json-1.1"),
}


_TO_JSON: Final = json.JSONEncoder(separators=(",", ":")).encode


def _json_call(service: str, operation: str, about: str, body: Mapping[str, Any]) -> _Call:
    prefix, content_type = _TARGETS[service]
    text = _TO_JSON(body).encode()
    return _Call(service, operation, about, content_type, text, f"{prefix}.{operation}")


def _newest(domain_id: str) -> dict[str, Any]:
    return {
        "DomainIdEquals": domain_id,
        "MaxResults": 100,
        "SortBy": "CreationTime",
        "SortOrder": "Descending",
    }


def _assume_role_form(asked: AssumeRole) -> dict[str, str]:
    form = {
        "Action": "AssumeRole",
        "Version": "2011-06-15",
        "RoleArn": asked.role_arn,
        "RoleSessionName": asked.session_name,
        "SourceIdentity": asked.source_identity,
        "ExternalId": asked.external_id,
        "Policy": asked.policy,
        "DurationSeconds": str(asked.duration_s),
    }
    for number, (key, value) in enumerate(asked.tags.items(), start=1):
        form[f"Tags.member.{number}.Key"] = key
        form[f"Tags.member.{number}.Value"] = value
    return form


def _urls(region: str, endpoints: Mapping[str, str]) -> dict[str, str]:
    """Where each service is asked: AWS's regional names, except where `endpoints` says."""
    unknown = endpoints.keys() - set(SERVICES)
    if unknown:
        raise ValueError(f"no such service here: {', '.join(sorted(unknown))}")
    suffix = names.dns_suffix(region)
    own = {
        "sts": f"https://sts.{region}.{suffix}",
        "dynamodb": f"https://dynamodb.{region}.{suffix}",
        "sagemaker": f"https://api.sagemaker.{region}.{suffix}",
    }
    return {service: url.rstrip("/") + "/" for service, url in (own | {**endpoints}).items()}


def _read(call: _Call, answer: WireAnswer, read: Callable[[WireAnswer], _T]) -> _T:
    try:
        return read(answer)
    except (ValueError, LookupError, RecursionError) as exc:
        raise _unreadable(call, exc) from exc


def _unreachable(call: _Call, url: str, exc: NoAnswer) -> Unreachable:
    return Unreachable(
        f"{call.action}: no answer from {url}: {exc}",
        remedy=(
            f"Check that the name resolves here, that there is a route to the {call.service} "
            "endpoint, and that its security group lets the gateway in on port 443."
        ),
        action=call.action,
        about=call.about,
    )


def _unreadable(call: _Call, exc: Exception) -> AwsError:
    return AwsError(
        f"{call.action}: 200, but not what was asked for: {exc}",
        remedy=(
            f"Something between here and {call.service} answers in its place, or its API has "
            "changed: compare the endpoint's address with the landscape."
        ),
        action=call.action,
        about=call.about,
    )
