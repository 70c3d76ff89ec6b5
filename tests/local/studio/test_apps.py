"""Which apps run, and what a seat knows of the person in it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from studiogate.local.call import ApiError
from studiogate.local.sagemaker.model import App, Profile, Space, Status
from studiogate.local.studio.seat import Running, Seat
from tests.kit.studio import (
    LOB_A,
    REGION,
    ROLE,
    SETTINGS,
    FakeLauncher,
    HandClock,
    Studio,
    short_folder,
)
from tests.kit.waiting import until

OTHER_ROLE = "arn:aws:iam::222222222222:role/Other"


@pytest.fixture
async def launcher() -> AsyncIterator[FakeLauncher]:
    async with short_folder() as folder:
        yield FakeLauncher(folder)


@pytest.fixture
async def studio(launcher: FakeLauncher) -> AsyncIterator[Studio]:
    studio = Studio(launcher, clock=HandClock())
    yield studio
    await studio.apps.close()


async def opened(studio: Studio, name: str = "ada", **more: Any) -> App:
    """The app of a new profile of a new domain."""
    domain = await studio.domain(**more)
    await studio.profile(domain, name)
    return studio.apps.open(studio.store.domains[domain], studio.store.profiles[domain, name])


def settled(app: App) -> Any:
    """Whether the app is no longer starting."""

    async def is_settled() -> bool:
        return app.progress is not Status.PENDING

    return is_settled


async def test_opening_twice_starts_once(studio: Studio, launcher: FakeLauncher) -> None:
    app = await opened(studio)
    studio.apps.start(app)
    await until(settled(app))
    studio.apps.start(app)

    assert app.progress is Status.IN_SERVICE
    assert len(launcher.launched) == 1


async def test_stopping_while_starting_leaves_nothing(
    studio: Studio, launcher: FakeLauncher
) -> None:
    launcher.held = asyncio.Event()
    app = await opened(studio)
    await asyncio.sleep(0)

    await studio.apps.stop(app)
    launcher.held.set()
    await asyncio.sleep(0)

    assert launcher.launched == []
    assert studio.apps.upstream(app) is None
    assert studio.apps.starting_since(app) is None


async def test_closing_ends_every_app(studio: Studio, launcher: FakeLauncher) -> None:
    apps = [await opened(studio), await opened(studio, DomainName="fraud")]
    for app in apps:
        await until(settled(app))

    await studio.apps.close()

    assert [app.alive for app in launcher.launched] == [False, False]


class RefusingLauncher(FakeLauncher):
    """AWS would not hand the app its credentials."""

    async def launch(self, seat: Seat) -> Running:
        raise ApiError("AccessDenied", f"{seat.execution_role} does not trust SageMaker")


class DefectiveLauncher(FakeLauncher):
    """Has a defect of its own, with a secret in it."""

    async def launch(self, seat: Seat) -> Running:
        raise KeyError(seat.app.arn, "hunter2")


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (RefusingLauncher, f"{ROLE} does not trust SageMaker"),
        (DefectiveLauncher, "The emulation has a defect; its log has the details."),
    ],
    ids=["no credentials", "our defect"],
)
async def test_a_start_that_fails_is_written_into_the_app(
    kind: type[FakeLauncher], why: str
) -> None:
    async with short_folder() as folder:
        studio = Studio(kind(folder), clock=HandClock())
        app = await opened(studio)
        await until(settled(app))

        assert (app.progress, app.failure) == (Status.FAILED, why)


async def test_a_profile_runs_as_the_domains_role_unless_it_has_its_own(
    studio: Studio, launcher: FakeLauncher
) -> None:
    domain = await studio.domain(
        DomainSettings={"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"},
        DefaultSpaceSettings={"ExecutionRole": OTHER_ROLE},
    )
    await studio.profile(domain, "ada")
    await studio.ask(
        "CreateUserProfile",
        DomainId=domain,
        UserProfileName="bo",
        UserSettings={**SETTINGS, "ExecutionRole": OTHER_ROLE},
    )
    await studio.ask("CreateSpace", DomainId=domain, SpaceName="common")
    store = studio.store
    owners: list[Profile | Space] = [
        store.profiles[domain, "ada"],
        store.profiles[domain, "bo"],
        store.spaces[domain, "common"],
    ]
    for owner in owners:
        await until(settled(studio.apps.open(store.domains[domain], owner)))

    seats = {app.seat.app.owner.name: app.seat for app in launcher.launched}

    assert {name: seat.execution_role for name, seat in seats.items()} == {
        "ada": ROLE,
        "bo": OTHER_ROLE,
        "common": OTHER_ROLE,
    }
    assert {name: seat.source_identity for name, seat in seats.items()} == {
        "ada": "ada",
        "bo": "bo",
        "common": None,
    }
    assert seats["common"].space == "common"
    assert seats["ada"].app.arn == (
        f"arn:aws:sagemaker:{REGION}:{LOB_A}:app/{domain}/ada/JupyterLab/default"
    )


@pytest.mark.parametrize("settings", [{}, {"ExecutionRoleIdentityConfig": "DISABLED"}])
async def test_s1_08_s1_12_a_domain_that_does_not_ask_for_it_names_nobody_as_source(
    studio: Studio, launcher: FakeLauncher, settings: dict[str, str]
) -> None:
    app = await opened(studio, DomainSettings=settings)
    await until(settled(app))

    (launched,) = launcher.launched
    assert launched.seat.source_identity is None
    assert launched.seat.session_name == "SageMaker"


@pytest.mark.parametrize(
    ("mode", "named"), [("USER_IDENTITY", "ada@acme.example"), ("STATIC", "SageMaker")]
)
async def test_s1_12_the_session_is_named_after_whoever_made_the_url_where_that_is_asked_for(
    studio: Studio, launcher: FakeLauncher, mode: str, named: str
) -> None:
    portal = {"StudioWebPortalSettings": {"ExecutionRoleSessionNameMode": mode}}
    domain = await studio.domain(DefaultUserSettings=SETTINGS | portal)
    await studio.profile(domain, "ada")
    profile = studio.store.profiles[domain, "ada"]

    app = studio.apps.open(studio.store.domains[domain], profile, opened_as="ada@acme.example")
    await until(settled(app))

    (launched,) = launcher.launched
    assert launched.seat.session_name == named
