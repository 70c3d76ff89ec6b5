"""What the parts of this room say to one another: built images, and whatever builds them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

Told = Callable[[str], None]
"""Takes what a builder says, line by line."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with an image or its recipe, and how it is mended."""

    code: str
    """What kind, as `base-not-pinned`: one word per rule, for programs."""

    where: str
    """As `images/r-4.5/Dockerfile:12`, or a path within the image."""

    what: str
    remedy: str
    advice: bool = False
    """Whether it is only that: an image is built and published in spite of it."""


@dataclass(frozen=True, slots=True)
class Built:
    """An image that a builder has."""

    reference: str
    """What the builder calls it here, as `studiogate/r-4.5:latest`."""

    id: str
    """Digest of its configuration, `sha256:…`: the same content, the same id."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What an image says of itself (OCI image specification, "Image Configuration")."""

    architecture: str
    os: str
    user: str = ""
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[str, ...] = ()
    """As `8888/tcp`."""

    labels: Mapping[str, str] = field(default_factory=dict)
    history: tuple[str, ...] = ()
    """What made each layer, the lowest first."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program in an image printed, and how it ended."""

    code: int
    output: str
    """Standard output and error, together."""


@dataclass(frozen=True, slots=True)
class Login:
    """How a registry is entered: what ECR's GetAuthorizationToken says, taken apart."""

    registry: str
    """Its host, and its port where it is not 443."""

    user: str
    password: SecretStr


class Builder(Protocol):
    """Docker, podman or buildah: what builds, opens and pushes images on this machine."""

    @property
    def name(self) -> str:
        """As `buildah 1.28.2`."""
        ...

    def build(
        self, folder: Path, reference: str, *, labels: Mapping[str, str], tell: Told
    ) -> Built:
        """The image of the Dockerfile in `folder`, for linux/amd64.

        The same folder gives the same id: times in it do not depend on the day.

        Raises:
            ImageError: it does not build; what was told says why.
        """
        ...

    def find(self, reference: str) -> Built | None:
        """The image of that name, if there is one."""
        ...

    def configuration(self, built: Built) -> Configuration:
        """What the image says of itself."""
        ...

    def opened(self, built: Built) -> AbstractContextManager[Callable[[Sequence[str]], Ran]]:
        """A container of the image, in which programs can be run until the block ends."""
        ...

    def layers(self, built: Built) -> AbstractContextManager[Iterator[Path]]:
        """Each layer as a tar file, the lowest first, until the block ends."""
        ...

    def pulled(self, uri: str, *, login: Login, tell: Told) -> AbstractContextManager[Built]:
        """The image at `uri`, a digest, fetched here until the block ends.

        Raises:
            ImageError: the registry refused it or was not reached, and why.
        """
        ...

    def push(self, built: Built, uri: str, *, login: Login, tell: Told) -> str:
        """Push the image to `uri`; the digest of its manifest there.

        The password is given on standard input, and kept nowhere.

        Raises:
            ImageError: the registry refused it or was not reached, and why.
        """
        ...
