"""Manifests and tags, as registries speak of them."""

import json
import re

from starlette.requests import Request
from starlette.responses import Response

from studiogate.local.ecr.manifests import LARGEST, Unreadable, manifest
from studiogate.local.ecr.registry.answers import Refused, plain, unsupported
from studiogate.local.ecr.store import Image, Repository
from studiogate.local.ecr.together import Ecr
from studiogate.local.ecr.uris import is_digest

_ABSENT = "Requested image not found"
_MOST_TAGS = 1000
_COUNT = re.compile(r"[1-9][0-9]{0,3}")


def read(ecr: Ecr, repository: Repository, reference: str) -> Response:
    """The manifest of a tag or a digest; of a HEAD, what is said about it."""
    image = _found(repository, reference)
    image.pulled = ecr.registries.clock()
    own = image.manifest
    return plain(
        200, {"Content-Type": own.media_type, "Docker-Content-Digest": own.digest}, own.body
    )


def _found(repository: Repository, reference: str) -> Image:
    by_digest = is_digest(reference)
    found = repository.find(**{"digest" if by_digest else "tag": reference})
    if found is None:
        raise Refused(404, "MANIFEST_UNKNOWN", _ABSENT)
    return found


async def write(ecr: Ecr, repository: Repository, reference: str, request: Request) -> Response:
    """Take a manifest; its parts are all there, and it is what its digest says."""
    body = await _body(request)
    try:
        own = manifest(body, request.headers.get("content-type"))
    except Unreadable as wrong:
        raise Refused(400, "MANIFEST_INVALID", f"Invalid image manifest: {wrong}") from wrong
    by_digest = is_digest(reference)
    if by_digest and reference != own.digest:
        raise Refused(400, "DIGEST_INVALID", "The digest is not that of the manifest.")
    ecr.registries.put(repository, own, None if by_digest else reference)
    where = f"/v2/{repository.name}/manifests/{own.digest}"
    return plain(201, {"Location": where, "Docker-Content-Digest": own.digest})


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise Refused(413, "MANIFEST_INVALID", f"A manifest has at most {LARGEST} bytes.")
    return bytes(body)


def remove(ecr: Ecr, repository: Repository, reference: str) -> Response:
    """Delete an image by its digest, or a tag."""
    image = _found(repository, reference)
    digest = image.manifest.digest
    if not is_digest(reference):
        ecr.registries.untag(repository, reference)
    elif repository.indexes_of(digest):
        raise unsupported()
    else:
        ecr.registries.delete(repository, digest)
    return plain(202)


def tags(repository: Repository, count: str | None, last: str | None) -> Response:
    """The tags of a repository in the order of their letters, some at a time."""
    if count is not None and _COUNT.fullmatch(count) is None:
        raise Refused(400, "UNSUPPORTED", "n is a number of tags, 1 to 9999.")
    most = min(int(count), _MOST_TAGS) if count is not None else _MOST_TAGS
    rest = [tag for tag in sorted(repository.tagged) if tag > (last or "")]
    some = rest[:most]
    more = {}
    if some and len(some) < len(rest):
        following = f"/v2/{repository.name}/tags/list?n={most}&last={some[-1]}"
        more = {"Link": f'<{following}>; rel="next"'}
    body = json.dumps({"name": repository.name, "tags": some}).encode()
    return plain(200, {"Content-Type": "application/json", **more}, body)
