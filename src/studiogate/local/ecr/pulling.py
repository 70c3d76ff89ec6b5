"""Images for whoever runs them: a service takes a role on, and pulls as that role.

Every step that the role needs is asked, as it is on AWS: the role's trust in the service, then
GetAuthorizationToken, BatchGetImage and GetDownloadUrlForLayer.  A repository of another
account has to allow it as well.
"""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from studiogate.local.call import Arrival, Caller, Needed
from studiogate.local.ecr.manifests import DOCKER_LIST, OCI_INDEX, Manifest
from studiogate.local.ecr.parts import CannotPullError, Pulled
from studiogate.local.ecr.permissions import on
from studiogate.local.ecr.store import Repository
from studiogate.local.ecr.together import Ecr
from studiogate.local.ecr.uris import Uri, read_uri, repository_arn
from studiogate.local.front.deciding import Asking
from studiogate.local.front.event import ApiEvent, Trail
from studiogate.local.iam import entities
from studiogate.local.iam.policies import LivePolicies
from studiogate.local.iam.sessions import NewSession, SessionStore
from studiogate.policy.evaluate import Effect, verdict
from studiogate.policy.request import Principal, Request

_LIVES_S = 3_600
_SESSION = "SageMaker"
_PIECE = 1024 * 1024
_LARGEST_CONFIG = 4 * 1024 * 1024
_PLATFORM = ("linux", "amd64")
"""Which image of an index is run."""


class Puller:
    """Pulls out of the emulated registries.  Implements `local.ecr.parts.Pulling`."""

    def __init__(
        self,
        ecr: Ecr,
        sessions: SessionStore,
        policies: LivePolicies,
        guard: Asking,
        *,
        trail: Trail,
        clock: Callable[[], datetime],
    ) -> None:
        self._ecr = ecr
        self._sessions = sessions
        self._policies = policies
        self._guard = guard
        self._trail = trail
        self._clock = clock

    async def pull(self, uri: str, *, role_arn: str, service: str, region: str) -> Pulled:
        """The image at `uri`, read whole as a session of `role_arn` that `service` took on.

        Raises:
            CannotPullError: no such role, it does not trust the service, it may not, or there
                is no such image.
        """
        wanted = read_uri(uri)
        if wanted is None or wanted.region != region:
            raise CannotPullError(
                f"The image '{uri}' is not the URI of an image in Amazon ECR in {region}."
            )
        caller = self._taken_on(role_arn, service)
        repository = self._admitted(caller, wanted, uri, role_arn=role_arn, service=service)
        own = self._manifest(repository, wanted, uri)
        blobs = self._ecr.registries.blobs
        try:
            files = {digest: blobs.path(digest) for digest in own.blobs}
            return await asyncio.to_thread(_read, own, files, repository.uri)
        except (KeyError, OSError) as gone:
            raise CannotPullError(f"The image '{uri}' was deleted meanwhile.") from gone

    def _taken_on(self, role_arn: str, service: str) -> Caller:
        """A session of the role, if it is there and trusts the service."""
        role, trust = entities.role_by_arn(role_arn), self._policies.trust(role_arn)
        trusted = False
        if role is not None and trust is not None:
            context = {
                "aws:PrincipalIsAWSService": "true",
                "aws:PrincipalServiceName": service,
                "aws:SourceAccount": str(role.account_id),
                "sts:RoleSessionName": _SESSION,
            }
            asked = Request(
                "sts:AssumeRole", role_arn, Principal("service", service, ""), context
            )
            trusted = verdict([trust], asked).effect is Effect.ALLOWED
        if not trusted:
            raise CannotPullError(
                f"The role '{role_arn}' cannot be assumed by {service}: ensure that it exists "
                "and that its trust relationship policy allows the action 'sts:AssumeRole' for "
                f"the service principal '{service}'."
            )
        return self._sessions.of_role(NewSession(role, _SESSION, _LIVES_S))

    def _admitted(
        self, caller: Caller, wanted: Uri, uri: str, *, role_arn: str, service: str
    ) -> Repository:
        found = self._ecr.registries.find(wanted.account, wanted.region, wanted.name)
        arn = repository_arn(wanted.account, wanted.region, wanted.name)
        needs = [
            Needed("ecr:GetAuthorizationToken", "*"),
            on("BatchGetImage", arn, found),
            on("GetDownloadUrlForLayer", arn, found),
        ]
        arrival = Arrival(network="aws", client_ip=service, context={})
        for needed in needs:
            if not self._may(caller, needed, arrival, wanted.region):
                action = needed.action.partition(":")[2]
                raise CannotPullError(
                    f"The role '{role_arn}' does not have {action} permission for the image: "
                    f"'{uri}'."
                )
        if found is None:
            raise CannotPullError(
                f"The repository of the image '{uri}' does not exist in the registry with id "
                f"'{wanted.account}'."
            )
        return found

    def _may(self, caller: Caller, needed: Needed, arrival: Arrival, region: str) -> bool:
        decision = self._guard.check(caller, needed, arrival=arrival, region=region)
        self._trail(
            ApiEvent(
                at=self._clock(),
                request_id=str(uuid4()),
                network=arrival.network,
                client_ip=arrival.client_ip,
                endpoint=None,
                service="ecr",
                operation=needed.action.partition(":")[2],
                region=region,
                account=caller.account,
                caller_arn=caller.arn,
                access_key=caller.access_key,
                asked=((needed.action, needed.resource),),
                error="" if decision.allowed else "AccessDeniedException",
                why="" if decision.allowed else decision.why,
            )
        )
        return decision.allowed

    def _manifest(self, repository: Repository, wanted: Uri, uri: str) -> Manifest:
        """The manifest of the image; of an index, of the one in it that runs here."""
        tag = None if wanted.digest else wanted.tag
        image = repository.find(tag=tag, digest=wanted.digest)
        if image is not None and image.manifest.media_type in {DOCKER_LIST, OCI_INDEX}:
            inside = image.manifest.images
            fitting = [one for one in inside if (one.os, one.architecture) == _PLATFORM]
            image = repository.find(digest=fitting[0].digest) if fitting else None
        if image is None or image.manifest.config is None:
            raise CannotPullError(
                f"The image '{uri}' does not exist, or none of it is for linux/amd64: "
                "Requested image not found"
            )
        image.pulled = self._clock()
        return image.manifest


def _read(own: Manifest, files: dict[str, Path], repository_uri: str) -> Pulled:
    """The image, every byte of which was held against its digest."""
    for digest, file in files.items():
        if _digest(file) != digest:
            raise CannotPullError(f"The layer {digest} is not what its digest says.")
    config = own.config.digest if own.config else ""
    return Pulled(
        uri=f"{repository_uri}@{own.digest}",
        digest=own.digest,
        config=_object(files[config]),
        layers=tuple((one.media_type, files[one.digest]) for one in own.layers),
        size=sum(files[one.digest].stat().st_size for one in own.layers),
    )


def _digest(file: Path) -> str:
    found = sha256()
    with file.open("rb") as source:
        while piece := source.read(_PIECE):
            found.update(piece)
    return f"sha256:{found.hexdigest()}"


def _object(file: Path) -> dict[str, Any]:
    wrong = CannotPullError("The configuration of the image cannot be read.")
    if file.stat().st_size > _LARGEST_CONFIG:
        raise wrong
    try:
        said = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        raise wrong from None
    if not isinstance(said, dict):
        raise wrong
    return said
