"""What the emulated registry promises whoever runs images: SageMaker, Studio's apps, CodeBuild.

An image is asked for by its URI, as AWS writes it: `A.dkr.ecr.R.amazonaws.com/REPO:TAG` or
`…/REPO@sha256:…`; by whom, is a role, and ECR's own permissions decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


class CannotPullError(Exception):
    """Why an image cannot be had, in the words that AWS would give as a failure's reason."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """An image that was read whole: every byte of it is what its digest says."""

    uri: str
    """With its digest: `A.dkr.ecr.R.amazonaws.com/REPO@sha256:…`."""

    digest: str
    """Of the manifest: `sha256:…`."""

    config: Mapping[str, Any]
    """The image's configuration (OCI image specification, "Image Configuration")."""

    layers: tuple[tuple[str, Path], ...]
    """Media type and file of each layer, the lowest first."""

    size: int
    """Bytes of its layers as they are stored."""

    @property
    def architecture(self) -> str:
        """As `amd64`."""
        return str(self.config.get("architecture", ""))


class Pulling(Protocol):
    """Pulls images out of the emulated registries as a role of an account."""

    async def pull(self, uri: str, *, role_arn: str, service: str, region: str) -> Pulled:
        """The image at `uri`, as a session of `role_arn` that `service` has taken on.

        `service` is a service principal, `sagemaker.amazonaws.com`: the role has to trust it.

        Raises:
            CannotPullError: no such role, it does not trust the service, it may not, or there
                is no such image.
        """
        ...
