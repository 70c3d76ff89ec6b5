"""Lifecycle configurations: what is refused, in AWS's words, and which script an app has."""

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from studiogate.local.call import ApiError
from studiogate.local.sagemaker.attached import scripts
from studiogate.local.sagemaker.model import Owner
from tests.kit.studio import LOB_B, SETTINGS, FakeLauncher, HandClock, Studio
from tests.kit.waiting import until

APP = {"AppType": "JupyterLab", "AppName": "default"}


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    launcher = FakeLauncher(tmp_path)
    launcher.held = asyncio.Event()  # apps stay pending: nothing here waits for them
    studio = Studio(launcher, clock=HandClock())
    yield studio
    await studio.apps.close()


async def made(studio: Studio, name: str = "library", **more: Any) -> str:
    """ARN of a new script."""
    asked = {
        "StudioLifecycleConfigName": name,
        "StudioLifecycleConfigContent": base64.b64encode(b"echo hello\n").decode(),
        "StudioLifecycleConfigAppType": "JupyterLab",
        **more,
    }
    answer = await studio.ask("CreateStudioLifecycleConfig", **asked)
    return str(answer["StudioLifecycleConfigArn"])


def lab(arn: str, *, built_in: str | None = None) -> dict[str, Any]:
    """User settings whose JupyterLab starts with a script."""
    own: dict[str, Any] = {"DefaultResourceSpec": {"LifecycleConfigArn": arn}}
    if built_in is not None:
        own["BuiltInLifecycleConfigArn"] = built_in
    return {"JupyterLabAppSettings": own}


async def refused(studio: Studio, operation: str, **asked: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        await studio.ask(operation, **asked)
    return caught.value


async def test_a_script_is_described_word_for_word_and_listed_without_its_words(
    studio: Studio,
) -> None:
    arn = await made(studio, Tags=[{"Key": "of", "Value": "us"}])

    shown = await studio.ask(
        "DescribeStudioLifecycleConfig", StudioLifecycleConfigName="library"
    )
    listed = await studio.ask("ListStudioLifecycleConfigs", AppTypeEquals="JupyterLab")
    tags = await studio.ask("ListTags", ResourceArn=arn)

    assert base64.b64decode(shown["StudioLifecycleConfigContent"]) == b"echo hello\n"
    assert arn.endswith(":studio-lifecycle-config/library")
    (row,) = listed["StudioLifecycleConfigs"]
    assert row == {k: v for k, v in shown.items() if k != "StudioLifecycleConfigContent"}
    assert tags["Tags"] == [{"Key": "of", "Value": "us"}]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 2),
        ({"NameContains": "LIB"}, 1),
        ({"AppTypeEquals": "CodeEditor"}, 1),
        ({"CreationTimeAfter": 4_102_444_800}, 0),
        ({"ModifiedTimeBefore": 4_102_444_800, "SortBy": "Name"}, 2),
    ],
)
async def test_scripts_are_listed_as_asked(
    studio: Studio, asked: Mapping[str, Any], count: int
) -> None:
    await made(studio)
    await made(studio, "editor", StudioLifecycleConfigAppType="CodeEditor")

    answer = await studio.ask("ListStudioLifecycleConfigs", **asked)

    assert len(answer["StudioLifecycleConfigs"]) == count


async def test_a_script_is_made_once_and_of_its_own_account(studio: Studio) -> None:
    await made(studio)

    with pytest.raises(ApiError) as again:
        await made(studio)
    with pytest.raises(ApiError) as stranger:
        await studio.ask(
            "DescribeStudioLifecycleConfig", account=LOB_B, StudioLifecycleConfigName="library"
        )

    assert again.value.code == "ResourceInUse"
    assert stranger.value.code == "ResourceNotFound"


async def test_what_is_not_base64_is_refused(studio: Studio) -> None:
    with pytest.raises(ApiError, match="must be base64 encoded"):
        await made(studio, StudioLifecycleConfigContent="#!/bin/bash\n")


async def test_settings_name_scripts_that_are_there_and_for_that_app(studio: Studio) -> None:
    editor = await made(studio, "editor", StudioLifecycleConfigAppType="CodeEditor")
    domain = await studio.domain()
    absent = editor.replace("editor", "absent")
    named = {"DomainId": domain, "UserProfileName": "bo"}

    for arn, words in ((absent, "does not exist"), (editor, "is for the app type CodeEditor")):
        for operation, asked in (
            ("UpdateDomain", {"DomainId": domain, "DefaultUserSettings": lab(arn)}),
            ("CreateUserProfile", {**named, "UserSettings": lab(arn)}),
            (
                "CreateSpace",
                {"DomainId": domain, "SpaceName": "s", "SpaceSettings": lab(arn)},
            ),
        ):
            error = await refused(studio, operation, **asked)
            assert (error.code, words in error.message) == ("ValidationException", True)


async def test_a_domain_is_not_made_with_a_script_that_is_not_there(studio: Studio) -> None:
    arn = (await made(studio)).replace("library", "absent")

    with pytest.raises(ApiError, match="does not exist"):
        await studio.domain(DefaultUserSettings={**SETTINGS, **lab(arn)})

    assert studio.store.domains == {}


async def test_a_script_in_use_is_not_deleted(studio: Studio) -> None:
    arn = await made(studio)
    domain = await studio.domain(DefaultUserSettings={**SETTINGS, **lab(arn)})
    await studio.profile(domain)
    own = {"DomainId": domain, "UserProfileName": "ada", **APP}
    await studio.ask("CreateApp", **own)

    async def started() -> bool:
        return any(app.lifecycles for app in studio.store.apps.values())

    await until(started)
    gone = {"StudioLifecycleConfigName": "library"}
    named = await refused(studio, "DeleteStudioLifecycleConfig", **gone)
    none: dict[str, Any] = {"JupyterLabAppSettings": {}}
    await studio.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=none)
    running = await refused(studio, "DeleteStudioLifecycleConfig", **gone)
    await studio.ask("DeleteApp", **own)
    await studio.ask("DeleteStudioLifecycleConfig", **gone)

    assert named.code == running.code == "ResourceInUse"
    assert f"domain/{domain}" in named.message
    assert "app/" in running.message
    assert studio.store.lifecycles == {}


async def test_the_nearest_setting_says_which_script_and_the_built_in_one_is_first(
    studio: Studio,
) -> None:
    arns = {name: await made(studio, name) for name in ("far", "near", "spec", "first")}
    domain = await studio.domain(
        DefaultUserSettings={**SETTINGS, **lab(arns["far"], built_in=arns["first"])}
    )
    await studio.profile(domain)
    profile = {"DomainId": domain, "UserProfileName": "ada"}

    async def names(**spec: str) -> list[str]:
        await studio.ask("CreateApp", **profile, **APP, ResourceSpec=spec)
        (app,) = (a for a in studio.store.apps.values() if a.progress != "Deleted")
        there = studio.store.domain(app.place, domain)
        owner = studio.store.owner(app.place, domain, Owner("user-profile", "ada"))
        found = [one.name for one in scripts(studio.store, there, owner, app)]
        await studio.ask("DeleteApp", **profile, **APP)
        return found

    assert await names() == ["first", "far"]
    await studio.ask("UpdateUserProfile", **profile, UserSettings=lab(arns["near"]))
    assert await names() == ["first", "near"]
    assert await names(LifecycleConfigArn=arns["spec"]) == ["first", "spec"]
    assert await names(LifecycleConfigArn="None") == ["first"]
    error = await refused(
        studio,
        "CreateApp",
        **profile,
        **APP,
        ResourceSpec={"LifecycleConfigArn": f"{arns['far']}-away"},
    )
    assert error.code == "ValidationException"


async def test_a_private_space_has_its_owners_script_and_a_shared_one_the_domains(
    studio: Studio,
) -> None:
    arns = {name: await made(studio, name) for name in ("people", "spaces", "ada", "own")}
    domain = await studio.domain(
        DefaultUserSettings={**SETTINGS, **lab(arns["people"])},
        DefaultSpaceSettings={**SETTINGS, **lab(arns["spaces"])},
    )
    await studio.ask(
        "CreateUserProfile",
        DomainId=domain,
        UserProfileName="ada",
        UserSettings=lab(arns["ada"]),
    )

    async def name_of(space: str, sharing: str, **settings: Any) -> str:
        inside = {"DomainId": domain, "SpaceName": space}
        await studio.ask(
            "CreateSpace",
            **inside,
            OwnershipSettings={"OwnerUserProfileName": "ada"},
            SpaceSharingSettings={"SharingType": sharing},
            **settings,
        )
        await studio.ask("CreateApp", **inside, **APP)
        app = studio.store.apps[domain, Owner("space", space), "JupyterLab", "default"]
        there = studio.store.domain(app.place, domain)
        owner = studio.store.space(app.place, domain, space)
        (found,) = scripts(studio.store, there, owner, app)
        return found.name

    assert await name_of("alone", "Private") == "ada"
    assert await name_of("together", "Shared") == "spaces"
    assert await name_of("special", "Private", SpaceSettings=lab(arns["own"])) == "own"
