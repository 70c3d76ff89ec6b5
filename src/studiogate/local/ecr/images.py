"""Operations on images: which there are, their manifests, and what a scan says.

There is no scanner here.  A scan that is asked for fails, and its status says why; that there
were no findings is never said.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from studiogate.local.call import ApiCall
from studiogate.local.ecr import words
from studiogate.local.ecr.manifests import DOCKER_LIST, OCI_INDEX, Unreadable, manifest
from studiogate.local.ecr.repositories import NAMED, PAGE, Result, named, repository_of
from studiogate.local.ecr.store import Image, Repository
from studiogate.local.ecr.together import Ecr
from studiogate.local.ecr.uris import is_digest, is_tag
from studiogate.local.front.listing import page

LISTS = NAMED | {"filter", "maxResults", "nextToken"}
DESCRIBES = LISTS | {"imageIds"}
GETS = NAMED | {"imageIds", "acceptedMediaTypes"}
DELETES = NAMED | {"imageIds"}
PUTS = NAMED | {"imageManifest", "imageManifestMediaType", "imageTag", "imageDigest"}
SCANS = NAMED | {"imageId"}
FINDS = SCANS | {"maxResults", "nextToken"}

_WRONG = "Invalid request parameters:"
_ABSENT = "Requested image not found"
_NO_SCANNER = {
    "status": "FAILED",
    "description": "This emulation has no scanner: nothing was looked for in the image.",
}
_PAGING = ("maxResults", "nextToken")
_Failure = tuple[str, str]


def list_images(ecr: Ecr, call: ApiCall) -> Result:
    """Every tag with its image, and every image without one."""
    repository = repository_of(ecr, call)
    rows = [
        {"imageDigest": digest} | ({"imageTag": tag} if tag else {})
        for digest in _filtered(repository, call.params)
        for tag in repository.tags_of(digest) or [""]
    ]
    some, more = page(
        rows,
        PAGE | dict(call.params),
        lambda one: f"{one['imageDigest']} {one.get('imageTag', '')}",
        words=_PAGING,
        refusal="InvalidParameterException",
    )
    return {"imageIds": some, **more}


def describe_images(ecr: Ecr, call: ApiCall) -> Result:
    """The images that are named, or a page of all, the oldest first."""
    repository = repository_of(ecr, call)
    if ids := call.params.get("imageIds"):
        wanted = [repository.get(tag=tag, digest=digest) for tag, digest in map(_pair, ids)]
        return {"imageDetails": [_detail(repository, one) for one in _each_once(wanted)]}
    some, more = page(
        [repository.images[digest] for digest in _filtered(repository, call.params)],
        PAGE | dict(call.params),
        lambda one: one.manifest.digest,
        words=_PAGING,
        refusal="InvalidParameterException",
    )
    return {"imageDetails": [_detail(repository, one) for one in some], **more}


def _each_once(images: list[Image]) -> list[Image]:
    return list({one.manifest.digest: one for one in images}.values())


def _filtered(repository: Repository, asked: Mapping[str, Any]) -> Iterator[str]:
    """The digests that a filter lets through; nothing here is ever archived."""
    said = asked.get("filter") or {}
    if said.get("imageStatus", "ANY") not in {"ACTIVE", "ANY"}:
        return
    wanted = {"TAGGED": True, "UNTAGGED": False}.get(said.get("tagStatus", "ANY"))
    for digest in repository.images:
        if wanted is None or bool(repository.tags_of(digest)) is wanted:
            yield digest


def _detail(repository: Repository, image: Image) -> Result:
    own, tags = image.manifest, repository.tags_of(image.manifest.digest)
    kind = own.config.media_type if own.config else None
    return {
        **named(repository),
        "imageDigest": own.digest,
        **({"imageTags": tags} if tags else {}),
        "imageSizeInBytes": image.size,
        "imagePushedAt": image.pushed,
        "imageManifestMediaType": own.media_type,
        **({"artifactMediaType": kind} if kind else {}),
        **({"imageScanStatus": _NO_SCANNER} if image.scan_asked else {}),
        **({"lastRecordedPullTime": image.pulled} if image.pulled else {}),
        "imageStatus": "ACTIVE",
    }


def batch_get(ecr: Ecr, call: ApiCall) -> Result:
    """The manifests of images, and which could not be had."""
    repository = repository_of(ecr, call)
    accepted = call.params.get("acceptedMediaTypes")
    found, failures = [], []
    for tag, digest in map(_pair, call.params["imageIds"]):
        image, why = _looked_up(repository, tag, digest)
        if image is not None and accepted and image.manifest.media_type not in accepted:
            image, why = None, ("ImageNotFound", _ABSENT)
        if image is None:
            failures.append(_failure(tag, digest, why))
            continue
        image.pulled = ecr.registries.clock()
        found.append(_whole(repository, image, tag))
    return {"images": found, "failures": failures}


def _pair(id_: Mapping[str, Any]) -> tuple[str | None, str | None]:
    return id_.get("imageTag"), id_.get("imageDigest")


def _looked_up(
    repository: Repository, tag: str | None, digest: str | None
) -> tuple[Image | None, _Failure]:
    """The image, if there is one; and what ECR says if there is none."""
    if tag is None and digest is None:
        return None, ("MissingDigestAndTag", f"{_WRONG} both tag and digest cannot be null")
    if digest is not None and not is_digest(digest):
        return None, ("InvalidImageDigest", f"{_WRONG} image digest is no digest")
    if tag is not None and not is_tag(tag):
        return None, ("InvalidImageTag", f"{_WRONG} image tag is no tag")
    return repository.find(tag=tag, digest=digest), ("ImageNotFound", _ABSENT)


def _failure(tag: str | None, digest: str | None, why: _Failure) -> Result:
    said = {"imageTag": tag, "imageDigest": digest}
    code, reason = why
    return {
        "imageId": {key: one for key, one in said.items() if one is not None},
        "failureCode": code,
        "failureReason": reason,
    }


def _whole(repository: Repository, image: Image, tag: str | None) -> Result:
    own = image.manifest
    return {
        **named(repository),
        "imageId": {"imageDigest": own.digest} | ({"imageTag": tag} if tag else {}),
        "imageManifest": own.body.decode(),
        "imageManifestMediaType": own.media_type,
    }


def batch_delete(ecr: Ecr, call: ApiCall) -> Result:
    """Delete images by digest, tags by name; an image whose last tag goes, goes too."""
    repository = repository_of(ecr, call)
    gone, failures = [], []
    for tag, digest in sorted(
        map(_pair, call.params["imageIds"]), key=_indexes_first(repository)
    ):
        image, why = _looked_up(repository, tag, digest)
        held = repository.indexes_of(digest or "") if tag is None else []
        if held:
            listed = ", ".join(held)
            image, why = (
                None,
                (
                    "ImageReferencedByManifestList",
                    f"Requested image referenced by manifest list: [{listed}]",
                ),
            )
        if image is None:
            failures.append(_failure(tag, digest, why))
            continue
        gone += _deleted(ecr, repository, tag, image)
    return {"imageIds": gone, "failures": failures}


def _indexes_first(repository: Repository) -> Any:
    """The order of deletion: an index before what is in it."""

    def order(pair: tuple[str | None, str | None]) -> bool:
        image = repository.find(tag=pair[0], digest=pair[1])
        return image is None or image.manifest.media_type not in {DOCKER_LIST, OCI_INDEX}

    return order


def _deleted(ecr: Ecr, repository: Repository, tag: str | None, image: Image) -> list[Result]:
    digest = image.manifest.digest
    if tag is not None:
        ecr.registries.untag(repository, tag)
        return [{"imageDigest": digest, "imageTag": tag}]
    tags = repository.tags_of(digest)
    ecr.registries.delete(repository, digest)
    return [{"imageDigest": digest, "imageTag": one} for one in tags] or [
        {"imageDigest": digest}
    ]


def put_image(ecr: Ecr, call: ApiCall) -> Result:
    """Take a manifest whose layers are all there, and tag it."""
    repository, asked = repository_of(ecr, call), call.params
    tag = asked.get("imageTag")
    if tag is not None and not is_tag(tag):
        raise words.invalid("imageTag", "must satisfy the pattern of image tags")
    try:
        own = manifest(asked["imageManifest"].encode(), asked.get("imageManifestMediaType"))
    except Unreadable as wrong:
        raise words.invalid("imageManifest", f"Invalid image manifest: {wrong}") from wrong
    if asked.get("imageDigest") not in {None, own.digest}:
        raise words.wrong_digest(str(asked["imageDigest"]), own.digest)
    if own.digest in repository.images and (
        tag is None or repository.tagged.get(tag) == own.digest
    ):
        raise words.image_exists(own.digest, tag or "null", repository.name, repository.account)
    return {"image": _whole(repository, ecr.registries.put(repository, own, tag), tag)}


def start_scan(ecr: Ecr, call: ApiCall) -> Result:
    """Begin a scan, which has failed when the answer is read."""
    repository = repository_of(ecr, call)
    image = repository.get(**_id(call))
    image.scan_asked = ecr.registries.clock()
    return {**_scanned(repository, image), "imageScanStatus": _NO_SCANNER}


def scan_findings(ecr: Ecr, call: ApiCall) -> Result:
    """That a scan failed; there is nothing that could have been found."""
    repository = repository_of(ecr, call)
    image = repository.get(**_id(call))
    if image.scan_asked is None:
        tag, digest = _pair(call.params["imageId"])
        del digest
        raise words.not_scanned(tag, image.manifest.digest, repository.name, repository.account)
    return {**_scanned(repository, image), "imageScanStatus": _NO_SCANNER}


def _id(call: ApiCall) -> dict[str, str | None]:
    tag, digest = _pair(call.params["imageId"])
    return {"tag": tag, "digest": digest}


def _scanned(repository: Repository, image: Image) -> dict[str, Any]:
    return {**named(repository), "imageId": {"imageDigest": image.manifest.digest}}
