"""A Studio whose custom images are really run: made of tar files, attached by the API."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from studiogate.local.containers.roots import Roots
from studiogate.local.ecr.parts import Pulled
from studiogate.local.sagemaker.model import DOMAIN_SHARED, App, Domain, Owner, Status
from studiogate.local.sagemaker.model import RSTUDIO as RSERVER
from studiogate.local.sagemaker.store import Store
from studiogate.local.studio.contained import ImageLauncher, Surroundings
from studiogate.local.studio.launchers import Launchers
from studiogate.local.studio.rsession import RSessionLauncher, service_version
from studiogate.local.studio.running_image import Unpacked
from studiogate.local.studio.seat import Launcher, Running, Seat
from studiogate.names import app_image_config
from tests.kit.layers import FakePulling
from tests.kit.studio import (
    LOB_A,
    SETTINGS,
    FakeLauncher,
    HandClock,
    Studio,
    short_folder,
    studio_of,
)
from tests.kit.waiting import PATIENCE_S, until

REGISTRY = f"{LOB_A}.dkr.ecr.eu-west-1.amazonaws.com/studiogate"
IMAGE_ROLE = f"arn:aws:iam::{LOB_A}:role/StudioImages"
MEMBER = {
    "JupyterLab": ("JupyterLabAppSettings", "JupyterLabAppImageConfig"),
    "CodeEditor": ("CodeEditorAppSettings", "CodeEditorAppImageConfig"),
    "RSessionGateway": ("RSessionAppSettings", ""),
}
RSTUDIO: Mapping[str, Any] = {
    "AppSecurityGroupManagement": "Service",
    "DomainSettings": {
        "RStudioServerProDomainSettings": {
            "DomainExecutionRoleArn": f"arn:aws:iam::{LOB_A}:role/StudioRStudio"
        }
    },
}


class Late(HandClock):
    """Of a day when one version of Workbench is the service's."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass
class Shop:
    """The Studio, and everything that was given to its apps."""

    studio: Studio
    pulling: FakePulling
    folder: Path
    own: FakeLauncher
    ended: list[Mapping[str, str]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=lambda: dict(SETTINGS))

    async def publish(
        self, name: str, image: Pulled, *, display: str | None = None, tag: str = "1"
    ) -> None:
        """A new version of the image `name`, which is made where it is not."""
        exact = self.studio.pulling.push(f"{REGISTRY}/{name}:{tag}", image.digest)
        self.pulling.images[exact] = image
        if not any(one.name == name for one in self.studio.store.images.values()):
            more = {"DisplayName": display} if display else {}
            await self.studio.ask("CreateImage", ImageName=name, RoleArn=IMAGE_ROLE, **more)
        await self.studio.ask(
            "CreateImageVersion",
            ImageName=name,
            BaseImage=f"{REGISTRY}/{name}:{tag}",
            ClientToken=f"token-of-{app_image_config(name)}-{tag}",
        )

        async def created() -> bool:
            told = await self.studio.ask("DescribeImageVersion", ImageName=name)
            return bool(told["ImageVersionStatus"] == "CREATED")

        await until(created)

    async def attach(
        self, domain: str, kind: str, *images: str, config: Mapping[str, Any] | None = None
    ) -> None:
        """Attach images to the domain, in place of what it had for that kind."""
        settings, member = MEMBER[kind]
        for name in images:
            asked: dict[str, Any] = (
                {member: config or {"FileSystemConfig": {}}} if member else {}
            )
            config_name = app_image_config(name)
            await self.studio.ask(
                "CreateAppImageConfig", AppImageConfigName=config_name, **asked
            )
        pairs = [
            {"ImageName": one, "AppImageConfigName": app_image_config(one)} for one in images
        ]
        self.settings[settings] = {"CustomImages": pairs}
        await self.studio.ask(
            "UpdateDomain", DomainId=domain, DefaultUserSettings=self.settings
        )

    async def attach_r(self, domain: str, *images: str) -> None:
        """Attach images for RStudio, whose server is then in service."""
        await self.attach(domain, "RSessionGateway", *images)
        await self.serves(domain)

    async def serves(self, domain: str) -> None:
        """Return once the domain's RStudio is in service."""
        owner = Owner("user-profile", DOMAIN_SHARED)
        await until(
            partial(_settled, self.studio.store.apps[domain, owner, RSERVER, "default"])
        )

    async def create(self, domain: str, kind: str, image: str | None = None) -> App:
        """CreateApp for Ada; the app, once it is no longer starting."""
        arn = f"arn:aws:sagemaker:eu-west-1:{LOB_A}:image/{image}"
        spec: dict[str, Any] = {"ResourceSpec": {"SageMakerImageArn": arn}} if image else {}
        await self.studio.ask(
            "CreateApp",
            DomainId=domain,
            UserProfileName="ada",
            AppType=kind,
            AppName="default",
            **spec,
        )
        app = self.studio.store.apps[domain, Owner("user-profile", "ada"), kind, "default"]
        await until(partial(_settled, app))
        return app


async def _settled(app: App) -> bool:
    return app.progress is not Status.PENDING


class _Later:
    """The launchers, once there is a store to ask."""

    def __init__(self) -> None:
        self.real: Launcher | None = None

    async def launch(self, seat: Seat) -> Running:
        assert self.real is not None
        return await self.real.launch(seat)

    def forget(self, domain_id: str, owner: Owner) -> None:
        assert self.real is not None
        self.real.forget(domain_id, owner)


@asynccontextmanager
async def shop(
    environment: Mapping[str, str] | None = None,
    *,
    databases: Callable[[Seat], Collection[int]] = lambda _: (),
    answers_within_s: float = PATIENCE_S,
    clock: HandClock | None = None,
) -> AsyncIterator[Shop]:
    """A served Studio; every app ends with it."""
    later = _Later()
    async with (
        short_folder() as folder,
        short_folder() as sockets,
        studio_of(later, clock=clock or Late()) as studio,
    ):
        folder.chmod(0o755)
        own = FakeLauncher(sockets)
        made = Shop(studio, FakePulling(), folder, own)
        unpacked = Unpacked(made.pulling, Roots(folder / "roots"))
        around = Surroundings(lambda _: environment or {}, made.ended.append, databases)
        state = folder / "state"
        contained = ImageLauncher(
            state, sockets / "s", unpacked, around, answers_within_s=answers_within_s
        )
        sessions = RSessionLauncher(state, unpacked, _version(studio.store))
        later.real = Launchers(own, contained, sessions)
        yield made
        await studio.apps.close()


def _version(store: Store) -> Callable[[Domain], str]:
    return lambda domain: service_version(store, domain)
