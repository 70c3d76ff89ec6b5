"""The API of the emulated ECR, as a table.

What is not here is refused by its name: replication, pull-through caches, registry policies,
signing, and everything about scanning but its being asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Needed
from studiogate.local.ecr import documents, images, layers, repositories, words
from studiogate.local.ecr.permissions import (
    on_all,
    on_listed,
    on_new,
    on_repository,
    on_resource,
)
from studiogate.local.ecr.repositories import NAMED
from studiogate.local.ecr.together import Ecr
from studiogate.local.ecr.uris import is_name
from studiogate.local.front.modelled import ModelledService, Operation
from studiogate.local.front.models import params_of
from studiogate.names import is_account

Does = Callable[[Ecr, ApiCall], Mapping[str, Any]]


def _on_one(action: str, does: Does, takes: frozenset[str] = NAMED) -> Operation[Ecr]:
    """An operation on the repository that it names."""
    return Operation(on_repository(action), does, takes)


def _on_arn(action: str, does: Does, *takes: str) -> Operation[Ecr]:
    """An operation on the repository whose ARN it gives."""
    return Operation(on_resource(action), does, frozenset({"resourceArn", *takes}))


OPERATIONS: Mapping[str, Operation[Ecr]] = {
    "GetAuthorizationToken": Operation(
        on_all("GetAuthorizationToken"), repositories.login, frozenset({"registryIds"})
    ),
    "DescribeRegistry": Operation(on_all("DescribeRegistry"), repositories.describe_registry),
    "CreateRepository": Operation(on_new, repositories.create, repositories.CREATES),
    "DescribeRepositories": Operation(on_listed, repositories.describe, repositories.LISTS),
    "DeleteRepository": _on_one("DeleteRepository", repositories.delete, NAMED | {"force"}),
    "PutImageTagMutability": _on_one(
        "PutImageTagMutability", repositories.put_mutability, NAMED | {"imageTagMutability"}
    ),
    "PutImageScanningConfiguration": _on_one(
        "PutImageScanningConfiguration",
        repositories.put_scanning,
        NAMED | {"imageScanningConfiguration"},
    ),
    "SetRepositoryPolicy": _on_one(
        "SetRepositoryPolicy", documents.set_policy, NAMED | {"policyText", "force"}
    ),
    "GetRepositoryPolicy": _on_one("GetRepositoryPolicy", documents.get_policy),
    "DeleteRepositoryPolicy": _on_one("DeleteRepositoryPolicy", documents.delete_policy),
    "PutLifecyclePolicy": _on_one(
        "PutLifecyclePolicy", documents.put_lifecycle, NAMED | {"lifecyclePolicyText"}
    ),
    "GetLifecyclePolicy": _on_one("GetLifecyclePolicy", documents.get_lifecycle),
    "DeleteLifecyclePolicy": _on_one("DeleteLifecyclePolicy", documents.delete_lifecycle),
    "ListImages": _on_one("ListImages", images.list_images, images.LISTS),
    "DescribeImages": _on_one("DescribeImages", images.describe_images, images.DESCRIBES),
    "BatchGetImage": _on_one("BatchGetImage", images.batch_get, images.GETS),
    "BatchDeleteImage": _on_one("BatchDeleteImage", images.batch_delete, images.DELETES),
    "PutImage": _on_one("PutImage", images.put_image, images.PUTS),
    "StartImageScan": _on_one("StartImageScan", images.start_scan, images.SCANS),
    "DescribeImageScanFindings": _on_one(
        "DescribeImageScanFindings", images.scan_findings, images.FINDS
    ),
    "BatchCheckLayerAvailability": _on_one(
        "BatchCheckLayerAvailability", layers.check, layers.CHECKS
    ),
    "GetDownloadUrlForLayer": _on_one(
        "GetDownloadUrlForLayer", layers.download_url, layers.DOWNLOADS
    ),
    "InitiateLayerUpload": _on_one("InitiateLayerUpload", layers.initiate),
    "UploadLayerPart": _on_one("UploadLayerPart", layers.upload_part, layers.PARTS),
    "CompleteLayerUpload": _on_one("CompleteLayerUpload", layers.complete, layers.COMPLETES),
    "TagResource": _on_arn("TagResource", repositories.tag, "tags"),
    "UntagResource": _on_arn("UntagResource", repositories.untag, "tagKeys"),
    "ListTagsForResource": _on_arn("ListTagsForResource", repositories.list_tags),
}


class EcrService:
    """`ecr`.  Implements `local.call.Service`."""

    def __init__(self, ecr: Ecr) -> None:
        self._table = ModelledService("ecr", ecr, OPERATIONS)

    @property
    def operations(self) -> frozenset[str]:
        """Every operation that is offered."""
        return self._table.operations

    def needed(self, call: ApiCall) -> Sequence[Needed]:
        """The permissions `call` needs.

        Raises:
            ApiError: the operation, or a parameter, is not offered here, or is not of its form.
        """
        return self._table.needed(_read(call))

    async def answer(self, call: ApiCall) -> ApiAnswer:
        """The answer to a call that is allowed.

        Raises:
            ApiError: as AWS would.
        """
        return await self._table.answer(_read(call))


def _read(call: ApiCall) -> ApiCall:
    """`call` with its parameters as the model types them, if it is one that is offered."""
    if call.operation not in OPERATIONS:
        return call
    try:
        params = params_of(call)
    except ApiError as wrong:
        raise ApiError("InvalidParameterException", wrong.message) from wrong
    _hold_names(params)
    unknown = {name: one for name, one in call.params.items() if name not in params}
    return replace(call, params=unknown | params)


def _hold_names(params: Mapping[str, Any]) -> None:
    """Refuse a name or an id that could not be one, before it gets into an ARN."""
    named = [params[key] for key in ("repositoryName",) if key in params]
    if not all(map(is_name, [*named, *(params.get("repositoryNames") or [])])):
        raise words.invalid("repositoryName", "must satisfy the pattern of repository names")
    accounts = [params[key] for key in ("registryId",) if key in params]
    if not all(map(is_account, [*accounts, *(params.get("registryIds") or [])])):
        raise words.invalid("registryId", "must satisfy regular expression '[0-9]{12}'")
