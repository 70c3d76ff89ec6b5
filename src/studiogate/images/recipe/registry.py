"""The digest of an image's tag, as its registry has it now (OCI distribution specification).

Anonymous: Docker Hub and ECR Public give a token to anybody who asks where their 401 says.  Of
an image for several systems it is the digest of the index, which every builder takes its own
from.  The digest is computed from what came, and has to be what the registry said.
"""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlencode, urlsplit

from studiogate.errors import ImageError
from studiogate.images.recipe.asking import answer

_KINDS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_LARGEST_BYTES = 4 * 1024 * 1024
"""Of a manifest; registries take no larger ones (OCI distribution specification)."""

_BEARER = re.compile(r'(realm|service|scope)="([^"]*)"')
_UNAUTHORISED = 401
_HUB = "registry-1.docker.io"


def digest_of(reference: str, *, scheme: str = "https") -> str:
    """The digest of `reference`, as `public.ecr.aws/ubuntu/ubuntu:24.04`: `sha256:…`.

    One that is written in the reference is taken as it is.

    Raises:
        ImageError: the registry is not reached, refuses, or has no such image.
    """
    name, at, digest = reference.partition("@")
    if at:
        return digest
    host, repository, tag = _parts(name)
    url = f"{scheme}://{host}/v2/{repository}/manifests/{tag}"
    status, headers, body = _manifest(url, {})
    if status == _UNAUTHORISED:
        token = _token(headers.get("www-authenticate", ""), repository)
        status, headers, body = _manifest(url, {"Authorization": f"Bearer {token}"})
    if status == _UNAUTHORISED:
        raise ImageError(
            f"{host} lets nobody read {repository} who is not signed in",
            remedy="Give the base with its digest: `--base NAME@sha256:…`.",
        )
    return _checked(body, headers.get("docker-content-digest"), reference)


def _manifest(url: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
    with answer(url, {"Accept": ", ".join(_KINDS), **headers}) as found:
        said = {name.lower(): value for name, value in found.headers.items()}
        return found.status, said, found.read(_LARGEST_BYTES + 1)


def _checked(body: bytes, said: str | None, reference: str) -> str:
    computed = f"sha256:{sha256(body).hexdigest()}"
    if len(body) > _LARGEST_BYTES or (said is not None and said != computed):
        raise ImageError(
            f"what the registry gave for {reference} is not what it says it is",
            remedy="Try again; if it stays so, something on the way changes what passes.",
        )
    return computed


def _token(challenge: str, repository: str) -> str:
    """The token that the 401's `WWW-Authenticate` sends for."""
    said = dict(_BEARER.findall(challenge))
    realm = said.pop("realm", "")
    if not challenge.lower().startswith("bearer ") or not urlsplit(realm).netloc:
        raise ImageError(
            "the registry asks for a password",
            remedy="Give the base with its digest: `--base NAME@sha256:…`.",
        )
    asked = {"scope": f"repository:{repository}:pull", **said}
    with answer(f"{realm}?{urlencode(asked)}") as found:
        body = found.read(_LARGEST_BYTES)
    try:
        given = json.loads(body)
        return str(given.get("token") or given["access_token"])
    except (ValueError, KeyError, AttributeError) as error:
        raise ImageError(
            "the registry gave no token",
            remedy="Give the base with its digest: `--base NAME@sha256:…`.",
        ) from error


def _parts(name: str) -> tuple[str, str, str]:
    """Host, repository and tag: `ubuntu:24.04` is `library/ubuntu` of Docker Hub."""
    before, colon, tag = name.rpartition(":")
    path, tag = (before, tag) if colon and "/" not in tag else (name, "latest")
    first, slash, rest = path.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        host, repository = first, rest
    else:
        host, repository = "docker.io", path
    if host in {"docker.io", "index.docker.io"}:
        host, repository = _HUB, repository if "/" in repository else f"library/{repository}"
    return host, repository, tag
