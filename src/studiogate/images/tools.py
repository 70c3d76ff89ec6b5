"""The AWS CLI of this machine, and whether it is new enough for custom images (S6-07)."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from studiogate.errors import ImageError
from studiogate.images.builders.running import Program

OLDEST: Final[Mapping[int, tuple[int, int, int]]] = {1: (1, 23, 6), 2: (2, 6, 2)}
"""The oldest AWS CLI of each line that knows RStudio's settings."""

_SAID = re.compile(r"\baws-cli/(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A version of the AWS CLI."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def aws_cli(environment: Mapping[str, str]) -> Version | None:
    """The version of the `aws` that is first in the PATH; nothing where there is none.

    Raises:
        ImageError: there is one, and it does not say its version.
    """
    path = shutil.which("aws", path=environment.get("PATH"))
    if path is None:
        return None
    said = Program(Path(path), environment).asked("--version", patience_s=60)
    # Before 1.16 the version went to standard error.
    match = _SAID.search(said.out + said.err)
    if match is None:
        raise ImageError(
            f"{path} --version does not say a version of the AWS CLI",
            remedy="Install the AWS CLI again: version 2.6.2 or newer.",
        )
    return Version(int(match[1]), int(match[2]), int(match[3]))


def too_old(version: Version) -> str | None:
    """Why `version` does not do, as a sentence; nothing where it does."""
    oldest = OLDEST.get(version.major)
    if oldest is None and version.major > max(OLDEST):
        return None
    if oldest is not None and version >= Version(*oldest):
        return None
    wanted = " or ".join(f"{Version(*one)}" for one in OLDEST.values())
    return (
        f"AWS CLI {version} does not know the settings of RStudio's images: {wanted}, or newer"
    )
