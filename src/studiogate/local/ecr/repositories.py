"""Operations on repositories, and on who may log in."""

import re
from collections.abc import Mapping
from typing import Any

from studiogate.local.call import ApiCall, ApiError
from studiogate.local.ecr import words
from studiogate.local.ecr.permissions import registry_of
from studiogate.local.ecr.store import IMMUTABLE, MUTABLE, Repository
from studiogate.local.ecr.together import Ecr
from studiogate.local.ecr.uris import is_name, registry_host
from studiogate.local.front.listing import page

Result = Mapping[str, Any]

NAMED = frozenset({"registryId", "repositoryName"})
CREATES = NAMED | {
    "encryptionConfiguration",
    "imageScanningConfiguration",
    "imageTagMutability",
    "tags",
}
LISTS = frozenset({"registryId", "repositoryNames", "maxResults", "nextToken"})

PAGE = {"maxResults": 100}
"""How many a page has that does not say."""

_MOST_TAGS = 50
_TAG_KEY = re.compile(r"[\w.:/=+\-@ ]{1,128}")
_TAG_VALUE = re.compile(r"[\w.:/=+\-@ ]{0,256}")


def repository_of(ecr: Ecr, call: ApiCall) -> Repository:
    """The repository that `call` names.

    Raises:
        ApiError: RepositoryNotFoundException.
    """
    name = str(call.params["repositoryName"])
    return ecr.registries.get(registry_of(call), call.region, name)


def named(repository: Repository) -> dict[str, Any]:
    """How answers say which repository they are about."""
    return {"registryId": repository.account, "repositoryName": repository.name}


def shown(repository: Repository) -> Result:
    """A repository as answers show it."""
    return {
        **named(repository),
        "repositoryArn": repository.arn,
        "repositoryUri": repository.uri,
        "createdAt": repository.created,
        "imageTagMutability": repository.mutability,
        "imageScanningConfiguration": {"scanOnPush": repository.scan_on_push},
        "encryptionConfiguration": repository.encryption,
    }


def create(ecr: Ecr, call: ApiCall) -> Result:
    """A new repository in the caller's registry."""
    asked = call.params
    scanning = asked.get("imageScanningConfiguration") or {}
    made = Repository(
        registry_of(call),
        call.region,
        str(asked["repositoryName"]),
        ecr.registries.clock(),
        mutability=_mutability(asked.get("imageTagMutability", MUTABLE)),
        scan_on_push=bool(scanning.get("scanOnPush", False)),
        encryption=_encryption(asked.get("encryptionConfiguration")),
        tags=_tags(asked.get("tags") or []),
    )
    if not is_name(made.name):
        raise words.invalid("repositoryName", "must satisfy the pattern of repository names")
    ecr.registries.add(made)
    return {"repository": shown(made)}


def _mutability(said: str) -> str:
    if said not in {IMMUTABLE, MUTABLE}:
        raise ApiError(
            "InvalidParameterException",
            f"imageTagMutability {said} is not offered by this emulation.",
            status=501,
        )
    return said


def _encryption(said: Mapping[str, Any] | None) -> Mapping[str, Any]:
    kind = (said or {}).get("encryptionType", "AES256")
    key = (said or {}).get("kmsKey")
    if kind == "AES256" and key is None:
        return {"encryptionType": "AES256"}
    if kind == "KMS" and key is not None:
        return {"encryptionType": "KMS", "kmsKey": key}
    raise ApiError(
        "InvalidParameterException",
        "An encryption other than AES256, and KMS with a key of one's own, is not offered by "
        "this emulation.",
        status=501,
    )


def describe(ecr: Ecr, call: ApiCall) -> Result:
    """The repositories that are named, or a page of all."""
    names = call.params.get("repositoryNames")
    account, found = registry_of(call), ecr.registries
    if names:
        return {"repositories": [shown(found.get(account, call.region, str(n))) for n in names]}
    rows, more = page(
        found.of(account, call.region),
        PAGE | dict(call.params),
        lambda one: one.name,
        words=("maxResults", "nextToken"),
        refusal="InvalidParameterException",
    )
    return {"repositories": [shown(one) for one in rows], **more}


def delete(ecr: Ecr, call: ApiCall) -> Result:
    """Delete a repository that is empty; any, by force."""
    repository = repository_of(ecr, call)
    if repository.images and not call.params.get("force", False):
        raise words.not_empty(repository.name, repository.account)
    ecr.registries.remove(repository)
    return {"repository": shown(repository)}


def put_mutability(ecr: Ecr, call: ApiCall) -> Result:
    """Let tags be overwritten, or never again."""
    repository = repository_of(ecr, call)
    repository.mutability = _mutability(str(call.params["imageTagMutability"]))
    return {**named(repository), "imageTagMutability": repository.mutability}


def put_scanning(ecr: Ecr, call: ApiCall) -> Result:
    """Have images scanned as they are pushed, or not."""
    repository = repository_of(ecr, call)
    said = call.params["imageScanningConfiguration"]
    repository.scan_on_push = bool(said.get("scanOnPush", False))
    scanning = {"scanOnPush": repository.scan_on_push}
    return {**named(repository), "imageScanningConfiguration": scanning}


def tag(ecr: Ecr, call: ApiCall) -> Result:
    """Add tags to a repository."""
    repository = _by_arn(ecr, call)
    repository.tags = _tags(call.params["tags"], repository.tags)
    return {}


def untag(ecr: Ecr, call: ApiCall) -> Result:
    """Take tags away."""
    repository, gone = _by_arn(ecr, call), set(call.params["tagKeys"])
    repository.tags = {key: one for key, one in repository.tags.items() if key not in gone}
    return {}


def list_tags(ecr: Ecr, call: ApiCall) -> Result:
    """The tags of a repository."""
    tags = _by_arn(ecr, call).tags
    return {"tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _by_arn(ecr: Ecr, call: ApiCall) -> Repository:
    arn = str(call.params["resourceArn"])
    found = ecr.registries.by_arn(arn)
    if found is None:
        raise words.no_repository(arn.partition(":repository/")[2], call.account)
    return found


def _tags(said: list[Any], before: Mapping[str, str] | None = None) -> dict[str, str]:
    tags = dict(before or {}) | {str(one["Key"]): str(one["Value"]) for one in said}
    for key, value in tags.items():
        fits = _TAG_KEY.fullmatch(key) and _TAG_VALUE.fullmatch(value)
        if not fits or key.lower().startswith("aws:"):
            raise ApiError(
                "InvalidTagParameterException", f"The tag '{key}' does not meet the constraints"
            )
    if len(tags) > _MOST_TAGS:
        raise ApiError("TooManyTagsException", "There are more than 50 tags on the repository.")
    return tags


def login(ecr: Ecr, call: ApiCall) -> Result:
    """A token for whoever calls: user name and password, for `docker login`."""
    if call.caller is None:
        raise ApiError("AccessDeniedException", "Nobody signed the request.")
    token, expires = ecr.tokens.issue(call.caller)
    asked = call.params.get("registryIds") or [call.account]
    return {
        "authorizationData": [
            {
                "authorizationToken": token,
                "expiresAt": expires,
                "proxyEndpoint": f"https://{registry_host(str(one), call.region)}",
            }
            for one in asked
        ]
    }


def describe_registry(ecr: Ecr, call: ApiCall) -> Result:
    """The caller's registry, which is copied nowhere."""
    del ecr
    return {"registryId": call.account, "replicationConfiguration": {"rules": []}}
