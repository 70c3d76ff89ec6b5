"""How an image is run as an app: what it says itself, and its app image configuration.

The configuration comes first, and what the app is given by SageMaker before both (SageMaker
Developer Guide, "Custom image specifications").
"""

import asyncio
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studiogate.errors import StartError
from studiogate.local.containers.container import refusal
from studiogate.local.containers.roots import Roots
from studiogate.local.ecr.parts import CannotPullError, Pulled, Pulling
from studiogate.local.sagemaker.images.offered import Offer
from studiogate.local.sagemaker.images.used import CONFIG_OF

_SAGEMAKER = "sagemaker.amazonaws.com"
_HOME = "/home/sagemaker-user"
_UID, _GID = 1000, 100
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True, slots=True)
class Manner:
    """How the image's program is run."""

    argv: tuple[str, ...]
    """Empty where neither the image nor its configuration says what is to be run."""

    environment: Mapping[str, str] = field(repr=False)
    uid: int
    gid: int
    home: str
    """Where the person's home is in it."""

    folder: str
    """Where the program begins."""


class Unpacked:
    """Pulls and unpacks images as SageMaker would: as the image's own role."""

    def __init__(self, pulling: Pulling, roots: Roots) -> None:
        self._pulling = pulling
        self._roots = roots

    async def of(self, image: Offer, region: str) -> tuple[Pulled, Path]:
        """The image and its root.

        Raises:
            StartError: this machine cannot run images, or it cannot be had, and why.
        """
        if (why := refusal()) is not None:
            raise why
        try:
            pulled = await self._pulling.pull(
                image.container_image,
                role_arn=image.role_arn,
                service=_SAGEMAKER,
                region=region,
            )
        except CannotPullError as error:
            raise unable(image, str(error)) from error
        here = _MACHINES.get(platform.machine(), platform.machine())
        if pulled.architecture != here:
            raise unable(image, f"It is for {pulled.architecture}, and this machine is {here}.")
        return pulled, await asyncio.to_thread(self._roots.of, pulled)


def unable(image: Offer, why: str) -> StartError:
    """An app that does not start in its image: in the words that AWS begins with, and why."""
    return StartError(
        f"SageMaker is unable to launch the app using the image [{image.container_image}]. "
        f"{why}",
        remedy="Correct the image, or start the app with another one.",
    )


def manner(image: Offer, pulled: Pulled, kind: str) -> Manner:
    """How an app of type `kind` runs the image."""
    own = pulled.config.get("config") or {}
    told = image.config.rest.get(CONFIG_OF.get(kind, "")) or {}
    container, files = told.get("ContainerConfig") or {}, told.get("FileSystemConfig") or {}
    home = str(files.get("MountPath") or _HOME)
    return Manner(
        argv=_argv(own, container),
        environment={
            "PATH": _PATH,
            "HOME": home,
            **dict(line.partition("=")[::2] for line in own.get("Env") or ()),
            **(container.get("ContainerEnvironmentVariables") or {}),
        },
        uid=int(files.get("DefaultUid", _UID)),
        gid=int(files.get("DefaultGid", _GID)),
        home=home,
        folder=str(own.get("WorkingDir") or "/"),
    )


def _argv(own: Mapping[str, Any], container: Mapping[str, Any]) -> tuple[str, ...]:
    """The configuration's entry point and arguments over the image's own.

    Another entry point leaves the image's command out, as any container runtime has it.
    """
    entry, arguments = container.get("ContainerEntrypoint"), container.get("ContainerArguments")
    command = arguments or (() if entry else own.get("Cmd") or ())
    return (*(entry or own.get("Entrypoint") or ()), *command)
