"""Blobs, as registries speak of them: looked for, sent somewhere for, and pushed.

An upload is one stream or several pieces in their order, and can be gone on with where it broke
off, as the OCI distribution specification has it.  AWS's own registry answers 201 to a piece
and has lost all but the first of several: a client for both pushes a layer as one stream.
"""

import re

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from studiogate.local.ecr.blobs import Busy, TooLarge, Upload, WrongDigest
from studiogate.local.ecr.layers import too_large, upload_of
from studiogate.local.ecr.registry.answers import Refused, in_words_of, plain
from studiogate.local.ecr.store import Repository
from studiogate.local.ecr.together import Ecr
from studiogate.local.ecr.uris import is_digest

_RANGE = re.compile(r"(?:bytes )?([0-9]{1,15})-([0-9]{1,15})(?:/[0-9*]+)?")


def look(ecr: Ecr, repository: Repository, digest: str) -> Response:
    """Whether a blob is there."""
    _hold(ecr, repository, digest)
    size = ecr.registries.blobs.size(digest)
    headers = {"Docker-Content-Digest": digest, "Content-Type": "application/octet-stream"}
    return plain(200, {**headers, "Content-Length": str(size)})


def send_for(ecr: Ecr, repository: Repository, digest: str) -> Response:
    """Where a blob is to be read."""
    _hold(ecr, repository, digest)
    where = ecr.downloads.url(repository.region, digest)
    return plain(307, {"Location": where, "Docker-Content-Digest": digest})


def _hold(ecr: Ecr, repository: Repository, digest: str) -> None:
    if not ecr.registries.blobs.holds(repository.arn, digest):
        raise Refused(404, "BLOB_UNKNOWN", "blob unknown to registry")


async def begin(ecr: Ecr, repository: Repository, request: Request) -> Response:
    """Begin an upload; with a digest, it is all of it.  Nothing is mounted from elsewhere."""
    upload = ecr.registries.blobs.begin(repository.arn)
    digest = request.query_params.get("digest")
    if digest is None:
        return _under_way(repository, upload, 202)
    await _take(ecr, upload, request)
    return _completed(ecr, repository, upload, digest)


def state(ecr: Ecr, repository: Repository, id_: str) -> Response:
    """How much of an upload is there."""
    return _under_way(repository, upload_of(ecr, repository, id_), 204)


async def go_on(ecr: Ecr, repository: Repository, id_: str, request: Request) -> Response:
    """Take the piece that follows."""
    upload = upload_of(ecr, repository, id_)
    await _take(ecr, upload, request)
    return _under_way(repository, upload, 202)


async def finish(ecr: Ecr, repository: Repository, id_: str, request: Request) -> Response:
    """Take what is left, and keep all of it, if it is what its digest says."""
    upload = upload_of(ecr, repository, id_)
    digest = request.query_params.get("digest", "")
    await _take(ecr, upload, request)
    return _completed(ecr, repository, upload, digest)


def give_up(ecr: Ecr, repository: Repository, id_: str) -> Response:
    """End an upload."""
    ecr.registries.blobs.end(upload_of(ecr, repository, id_))
    return plain(204)


async def _take(ecr: Ecr, upload: Upload, request: Request) -> None:
    """Write the body behind what is there; what came before the client left stays there."""
    _hold_range(upload, request.headers.get("content-range"))
    try:
        with upload.taken():
            async for piece in request.stream():
                upload.add(piece, largest=ecr.registries.blobs.largest)
    except Busy:
        raise Refused(
            409, "BLOB_UPLOAD_INVALID", "Another request writes to this upload."
        ) from None
    except TooLarge:
        ecr.registries.blobs.end(upload)
        raise in_words_of(too_large()) from None
    except (ClientDisconnect, FileNotFoundError) as gone:
        # It left, or the upload was given up meanwhile: either way nobody reads this.
        raise Refused(400, "BLOB_UPLOAD_INVALID", "The upload broke off.") from gone


def _hold_range(upload: Upload, said: str | None) -> None:
    if said is None:
        return
    found = _RANGE.fullmatch(said)
    if found is None or int(found[1]) != upload.size or int(found[2]) < int(found[1]):
        there = {"Range": _range(upload)}
        raise Refused(
            416, "BLOB_UPLOAD_INVALID", "The piece does not follow what is there.", there
        )


def _completed(ecr: Ecr, repository: Repository, upload: Upload, digest: str) -> Response:
    if not is_digest(digest):
        raise Refused(400, "DIGEST_INVALID", "The digest is no sha256 digest.")
    try:
        ecr.registries.blobs.complete(upload, digest)
    except WrongDigest:
        raise Refused(
            400, "DIGEST_INVALID", "provided digest did not match uploaded content"
        ) from None
    where = f"/v2/{repository.name}/blobs/{digest}"
    return plain(201, {"Location": where, "Docker-Content-Digest": digest})


def _under_way(repository: Repository, upload: Upload, status: int) -> Response:
    where = f"/v2/{repository.name}/blobs/uploads/{upload.id}"
    headers = {"Docker-Upload-UUID": upload.id, "Range": _range(upload)}
    return plain(status, {"Location": where, **headers})


def _range(upload: Upload) -> str:
    return f"0-{max(upload.size - 1, 0)}"
