"""What a manifest says: which layers and images it is made of.

OCI image specification ("Image Manifest", "Image Index") and Docker's "Image Manifest Version
2, Schema 2"; schema 1 is not taken any more.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from studiogate.local.ecr.uris import is_digest

LARGEST = 4 * 1024 * 1024
"""Bytes of a manifest (OCI distribution specification, "Pushing Manifests")."""

DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
_IMAGES, _INDEXES = frozenset({DOCKER, OCI}), frozenset({DOCKER_LIST, OCI_INDEX})
TAKEN = _IMAGES | _INDEXES
"""The media types of manifests that can be pushed."""

_MOST_ENTRIES = 4096
_SCHEMA = 2


class Unreadable(Exception):
    """What is sent is no manifest, and why."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that a manifest is made of."""

    digest: str
    media_type: str
    architecture: str = ""
    """Of an image in an index."""

    os: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest as it was pushed, and what it says."""

    digest: str
    media_type: str
    body: bytes
    config: Part | None
    """The image's configuration; an index has none."""

    layers: tuple[Part, ...] = ()
    images: tuple[Part, ...] = ()
    """Of an index."""

    @property
    def blobs(self) -> tuple[str, ...]:
        """Digest of everything that has to be there before it, each once."""
        parts = (*((self.config,) if self.config else ()), *self.layers)
        return tuple(dict.fromkeys(part.digest for part in parts))


def digest_of(body: bytes) -> str:
    """The digest of `body`."""
    return f"sha256:{sha256(body).hexdigest()}"


def manifest(body: bytes, media_type: str | None = None) -> Manifest:
    """The manifest in `body`; `media_type` as it was sent, or else what it calls itself.

    Raises:
        Unreadable: it is none that can be pushed.
    """
    if len(body) > LARGEST:
        raise Unreadable(f"the manifest is larger than {LARGEST} bytes")
    said = _object(body)
    kind = _kind(said, media_type)
    if said.get("schemaVersion") != _SCHEMA:
        raise Unreadable("its schemaVersion is not 2")
    if "subject" in said:
        raise Unreadable("a manifest about another one is not offered by this emulation")
    digest = digest_of(body)
    if kind in _INDEXES:
        return Manifest(digest, kind, body, None, images=_parts(said, "manifests"))
    return Manifest(
        digest, kind, body, _part(said.get("config"), "config"), layers=_parts(said, "layers")
    )


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Unreadable("it is not JSON of one reading") from None
    if not isinstance(said, dict):
        raise Unreadable("it is not a JSON object")
    return said


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there more than once")
    return found


def _kind(said: Mapping[str, Any], media_type: str | None) -> str:
    own = said.get("mediaType")
    kind = media_type or own
    if not isinstance(kind, str) or kind not in TAKEN or own not in (None, kind):
        raise Unreadable(f"a manifest of media type {kind or 'nothing'} is not supported")
    return kind


def _parts(said: Mapping[str, Any], key: str) -> tuple[Part, ...]:
    listed = said.get(key)
    if not isinstance(listed, list) or len(listed) > _MOST_ENTRIES:
        raise Unreadable(f"its {key} are no list of at most {_MOST_ENTRIES}")
    return tuple(_part(one, f"{key}[{number}]") for number, one in enumerate(listed))


def _part(said: Any, where: str) -> Part:
    if not isinstance(said, dict):
        raise Unreadable(f"its {where} is no descriptor")
    digest, media_type = said.get("digest"), said.get("mediaType")
    if not isinstance(digest, str) or not is_digest(digest):
        raise Unreadable(f"its {where} has no sha256 digest")
    if not isinstance(media_type, str) or not media_type:
        raise Unreadable(f"its {where} has no mediaType")
    platform = said.get("platform")
    known = platform if isinstance(platform, dict) else {}
    return Part(
        digest, media_type, str(known.get("architecture", "")), str(known.get("os", ""))
    )
