"""Why a registry did not take an image: the same few cases in every builder's own words.

Docker, podman and buildah print what the registry said, as the OCI distribution specification's
error codes or as the texts of ECR; those of a network are Go's. No password is among them: it
was given on standard input.
"""

import re
from dataclasses import dataclass

from studiogate.errors import ImageError
from studiogate.names import IMAGE_BUILDER_POLICY


@dataclass(frozen=True, slots=True)
class _Case:
    said: re.Pattern[str]
    what: str
    remedy: str


def _case(said: str, what: str, remedy: str) -> _Case:
    return _Case(re.compile(said, re.IGNORECASE), what, remedy)


_DISK_FULL = _case(
    r"no space left on device",
    "this machine's disk is full",
    "Free some space, or let TMPDIR name a folder that has more.",
)
_CASES = (
    _case(
        r"immutable",
        "there is already another image with this tag, and its tags are immutable",
        "Nothing is to be done where it is the same image; else build it again, for its tag "
        "is that of its content.",
    ),
    _case(
        r"no basic auth credentials|unauthorized|authentication required|"
        r"invalid username/password|status(?: code)?:? 401|code from registry 400|"
        r"token (?:has expired|is invalid)",
        "the registry does not know these credentials",
        "Run the command again: a login to ECR lasts twelve hours, and no longer than the "
        "credentials it was made with.",
    ),
    _case(
        r"not authorized to perform|\bdenied\b|\bforbidden\b|status(?: code)?:? 403",
        "the registry lets these credentials in, and does not allow them this",
        f"Attach the policy {IMAGE_BUILDER_POLICY} of the image's account to whoever builds "
        "and pushes: it has every action that a push needs.",
    ),
    _case(
        r"name unknown|name_unknown|repository with name .* does not exist|"
        r"repository .*not found",
        "there is no such repository",
        "Run `studiogate images publish`: it makes the repository, then pushes.",
    ),
    _case(
        r"x509|certificate (?:is|signed|has)|tls: ",
        "the registry cannot prove that it is the one",
        "Let SSL_CERT_FILE name the certificates of the authority that signs for the "
        "registry, or for the proxy in between.",
    ),
    _case(
        r"proxyconnect|no such host|connection refused|i/o timeout|network is unreachable|"
        r"no route to host|connection reset|handshake timeout|deadline exceeded|lookup .* on|"
        r"request canceled|\bEOF\b",
        "the registry was not reached",
        "Check the network, HTTPS_PROXY and NO_PROXY; a builder whose own daemon pushes "
        "(Docker) has to know the proxy, too.",
    ),
    _DISK_FULL,
)


def refused(doing: str, last: str) -> ImageError:
    """What is raised when `doing` failed and the builder's last lines are `last`.

    `doing` reads as `buildah push to REGISTRY/REPOSITORY`.
    """
    for case in _CASES:
        if case.said.search(last):
            return _explained(case, doing, last)
    return ImageError(
        f"{doing} failed\n{last}",
        remedy="The lines above are the builder's own; mend what they name and run the "
        "command again.",
    )


def not_built(builder: str, folder: str, last: str) -> ImageError:
    """What is raised when the Dockerfile in `folder` does not build.

    Whoever builds was told every line while it was built; only the very last is said again.
    """
    end = last.rpartition("\n")[2]
    if _DISK_FULL.said.search(last):
        return _explained(_DISK_FULL, f"{builder} in {folder}", end)
    return ImageError(
        f"{builder} did not build {folder}: {end}",
        remedy=f"Mend the step of {folder}/Dockerfile that the builder's own lines name, then "
        "run the command again: what was built before it is kept.",
    )


def _explained(case: _Case, doing: str, said: str) -> ImageError:
    return ImageError(f"{doing}: {case.what}\n{said}", remedy=case.remedy)
