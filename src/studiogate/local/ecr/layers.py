"""Operations on layers: whether they are there, and how they come and go without a registry."""

from typing import Any

from studiogate.local.call import ApiCall, ApiError
from studiogate.local.ecr import words
from studiogate.local.ecr.blobs import Busy, TooLarge, Upload, WrongDigest
from studiogate.local.ecr.repositories import NAMED, Result, named, repository_of
from studiogate.local.ecr.store import Repository
from studiogate.local.ecr.together import Ecr
from studiogate.local.ecr.uris import is_digest

CHECKS = NAMED | {"layerDigests"}
DOWNLOADS = NAMED | {"layerDigest"}
PARTS = NAMED | {"uploadId", "partFirstByte", "partLastByte", "layerPartBlob"}
COMPLETES = NAMED | {"uploadId", "layerDigests"}

PART_SIZE = 20_971_520
_LEAST_PART = 5 * 1024 * 1024
_MOST_DIGESTS = 100
_KIND = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def check(ecr: Ecr, call: ApiCall) -> Result:
    """Which layers the repository has."""
    repository, blobs = repository_of(ecr, call), ecr.registries.blobs
    digests = [str(one) for one in call.params["layerDigests"]]
    if not 1 <= len(digests) <= _MOST_DIGESTS:
        raise words.invalid("layerDigests", "Member must have length between 1 and 100")
    layers: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    for digest in digests:
        if not is_digest(digest):
            failures.append(
                {
                    "layerDigest": digest,
                    "failureCode": "InvalidLayerDigest",
                    "failureReason": "Invalid request parameters: layer digest is no digest",
                }
            )
        elif blobs.holds(repository.arn, digest):
            size = blobs.size(digest)
            layers.append(_layer(digest, "AVAILABLE") | {"layerSize": size, "mediaType": _KIND})
        else:
            layers.append(_layer(digest, "UNAVAILABLE"))
    return {"layers": layers, "failures": failures}


def _layer(digest: str, availability: str) -> dict[str, Any]:
    return {"layerDigest": digest, "layerAvailability": availability}


def download_url(ecr: Ecr, call: ApiCall) -> Result:
    """Where a layer can be read for an hour."""
    repository, digest = repository_of(ecr, call), str(call.params["layerDigest"])
    if not ecr.registries.blobs.holds(repository.arn, digest):
        raise words.no_layer(digest, repository.name, repository.account)
    url = ecr.downloads.url(repository.region, digest)
    return {"downloadUrl": url, "layerDigest": digest}


def initiate(ecr: Ecr, call: ApiCall) -> Result:
    """Begin an upload in parts."""
    upload = ecr.registries.blobs.begin(repository_of(ecr, call).arn)
    return {"uploadId": upload.id, "partSize": PART_SIZE}


def upload_of(ecr: Ecr, repository: Repository, id_: str) -> Upload:
    """An upload that somebody began in `repository`.

    Raises:
        ApiError: UploadNotFoundException.
    """
    found = ecr.registries.blobs.upload(repository.arn, id_)
    if found is None:
        raise words.no_upload(id_, repository.name, repository.account)
    return found


def upload_part(ecr: Ecr, call: ApiCall) -> Result:
    """Take the part that follows what is there."""
    repository, asked = repository_of(ecr, call), call.params
    upload = upload_of(ecr, repository, str(asked["uploadId"]))
    first, last, piece = asked["partFirstByte"], asked["partLastByte"], asked["layerPartBlob"]
    if first != upload.size or last - first + 1 != len(piece) or len(piece) > PART_SIZE:
        raise _wrong_part(upload, repository)
    try:
        with upload.taken():
            upload.add(piece, largest=ecr.registries.blobs.largest)
    except Busy:
        raise _wrong_part(upload, repository) from None
    except TooLarge:
        raise too_large() from None
    upload.parts.append(len(piece))
    said = {"uploadId": upload.id, "lastByteReceived": upload.size - 1}
    return {**named(repository), **said}


def too_large() -> ApiError:
    """More than a layer may have."""
    return ApiError("LimitExceededException", "The layer is larger than the quota allows")


def _wrong_part(upload: Upload, repository: Repository) -> ApiError:
    return ApiError(
        "InvalidLayerPartException",
        f"Invalid layer part upload for upload with id '{upload.id}' in the repository with "
        f"name '{repository.name}' in the registry with id '{repository.account}'",
    )


def complete(ecr: Ecr, call: ApiCall) -> Result:
    """Keep what was uploaded, if it is what its digest says."""
    repository, asked, blobs = repository_of(ecr, call), call.params, ecr.registries.blobs
    upload = upload_of(ecr, repository, str(asked["uploadId"]))
    digests = [str(one) for one in asked["layerDigests"]]
    if len(digests) != 1 or not is_digest(digests[0]):
        raise words.invalid("layerDigests", "One sha256 digest has to be given")
    if upload.size == 0:
        raise ApiError("EmptyUploadException", f"Upload '{upload.id}' has no layer parts")
    if any(size < _LEAST_PART for size in upload.parts[:-1]):
        raise ApiError(
            "LayerPartTooSmallException", "Layer parts must be at least 5 MiB in size."
        )
    if blobs.holds(repository.arn, digests[0]):
        blobs.end(upload)
        raise ApiError(
            "LayerAlreadyExistsException",
            f"Layer with digest '{digests[0]}' already exists in the repository with name "
            f"'{repository.name}' in the registry with id '{repository.account}'",
        )
    try:
        blobs.complete(upload, digests[0])
    except WrongDigest:
        raise ApiError(
            "InvalidLayerException",
            "The layer digest calculation performed by Amazon ECR upon receipt of the image "
            "layer doesn't match the digest specified.",
        ) from None
    said = {"uploadId": upload.id, "layerDigest": digests[0]}
    return {**named(repository), **said}
