"""Custom images of an emulated Studio, made and attached in few words."""

from collections.abc import Mapping
from typing import Any

import pytest

from studiogate.local.call import ApiError
from tests.kit.studio import LOB_A, REGION, Studio
from tests.kit.waiting import until

REPOSITORY = f"{LOB_A}.dkr.ecr.{REGION}.amazonaws.com/studiogate"
IMAGES = f"arn:aws:iam::{LOB_A}:role/StudioImages"
CONFIG: Mapping[str, Mapping[str, Any]] = {
    "JupyterLab": {"JupyterLabAppImageConfig": {}},
    "CodeEditor": {"CodeEditorAppImageConfig": {}},
    "KernelGateway": {"KernelGatewayImageConfig": {"KernelSpecs": [{"Name": "ir"}]}},
    "RSessionGateway": {},
}


class Catalogue:
    """Asks a Studio; every version it makes is pulled before it is given back."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self._tokens = 0

    async def ask(self, operation: str, **params: Any) -> Any:
        return await self.studio.ask(operation, **params)

    async def refusal(self, operation: str, **params: Any) -> ApiError:
        with pytest.raises(ApiError) as caught:
            await self.studio.ask(operation, **params)
        return caught.value

    async def image(self, name: str = "lab", **more: Any) -> str:
        """ARN of a new image."""
        made = await self.ask("CreateImage", ImageName=name, **{"RoleArn": IMAGES, **more})
        return str(made["ImageArn"])

    async def version(self, name: str = "lab", tag: str = "1", **more: Any) -> int:
        """The number of a new version, pulled or failed."""
        uri = f"{REPOSITORY}/{name}:{tag}"
        self.studio.pulling.push(uri)
        asked = {"BaseImage": uri, "ClientToken": self.token(), **more}
        made = await self.ask("CreateImageVersion", ImageName=name, **asked)
        number = int(made["ImageVersionArn"].rpartition("/")[2])
        await self.settled(name, number)
        return number

    async def settled(self, name: str, number: int) -> None:
        """Return once the pull of a version has ended, as it may."""

        async def ended() -> bool:
            shown = await self.described(name, number)
            return "ContainerImage" in shown or "FailureReason" in shown

        await until(ended)

    async def described(self, name: str, number: int) -> Any:
        return await self.ask("DescribeImageVersion", ImageName=name, Version=number)

    async def config(self, name: str = "lab", kind: str = "JupyterLab") -> str:
        made = await self.ask("CreateAppImageConfig", AppImageConfigName=name, **CONFIG[kind])
        return str(made["AppImageConfigArn"])

    async def whole(self, name: str = "lab", kind: str = "JupyterLab") -> dict[str, Any]:
        """An image with a version and a configuration: the pair that attaches it."""
        await self.image(name)
        await self.version(name)
        await self.config(name.replace(".", "-"), kind)
        return pair(name)

    def token(self) -> str:
        self._tokens += 1
        return f"token-{self._tokens}"


def pair(name: str = "lab", version: int | None = None) -> dict[str, Any]:
    """An entry of CustomImages."""
    row: dict[str, Any] = {"ImageName": name, "AppImageConfigName": name.replace(".", "-")}
    return row | ({} if version is None else {"ImageVersionNumber": version})


def lab(*pairs: dict[str, Any], **more: Any) -> dict[str, Any]:
    """User settings whose JupyterLab has these images."""
    return {"JupyterLabAppSettings": {"CustomImages": list(pairs), **more}}
