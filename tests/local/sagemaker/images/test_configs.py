"""App image configurations: a name, and how each kind of app runs an image."""

import pytest

from tests.kit.catalogue import Catalogue, lab
from tests.kit.studio import LOB_B

HOME = {"FileSystemConfig": {"MountPath": "/mnt/person", "DefaultUid": 1000}}
CONTAINER = {
    "ContainerConfig": {
        "ContainerEntrypoint": ["/bin/start"],
        "ContainerArguments": ["--port", "8888"],
        "ContainerEnvironmentVariables": {"A": "b"},
    }
}


async def test_s6_21_rstudios_is_a_name_and_a_name_with_a_dot_is_none(
    catalogue: Catalogue,
) -> None:
    arn = await catalogue.config("r-4-1-3-rstudio", "RSessionGateway")

    shown = await catalogue.ask("DescribeAppImageConfig", AppImageConfigName="r-4-1-3-rstudio")
    error = await catalogue.refusal("CreateAppImageConfig", AppImageConfigName="r-4.1.3")

    assert arn.endswith(":app-image-config/r-4-1-3-rstudio")
    assert set(shown) == {
        "AppImageConfigArn",
        "AppImageConfigName",
        "CreationTime",
        "LastModifiedTime",
    }
    assert error.code == "ValidationException"
    assert "Value 'r-4.1.3' at 'appImageConfigName'" in error.message


async def test_a_configuration_is_kept_to_the_letter_and_changed_kind_by_kind(
    catalogue: Catalogue,
) -> None:
    name = {"AppImageConfigName": "both"}
    await catalogue.ask("CreateAppImageConfig", **name, JupyterLabAppImageConfig=HOME)

    editor = {"CodeEditorAppImageConfig": {**HOME, **CONTAINER}}
    await catalogue.ask("UpdateAppImageConfig", **name, **editor)

    shown = await catalogue.ask("DescribeAppImageConfig", **name)
    (row,) = (await catalogue.ask("ListAppImageConfigs", NameContains="OTH"))["AppImageConfigs"]
    assert shown["JupyterLabAppImageConfig"] == HOME
    assert shown["CodeEditorAppImageConfig"] == editor["CodeEditorAppImageConfig"]
    assert shown["LastModifiedTime"] > shown["CreationTime"]
    assert row == shown


async def test_an_app_runs_as_the_one_user_that_studio_runs_apps_as(
    catalogue: Catalogue,
) -> None:
    root = {"FileSystemConfig": {"DefaultUid": 0, "DefaultGid": 0}}
    name = {"AppImageConfigName": "lab"}

    error = await catalogue.refusal(
        "CreateAppImageConfig", **name, JupyterLabAppImageConfig=root
    )
    await catalogue.ask("CreateAppImageConfig", **name, JupyterLabAppImageConfig=HOME)
    later = await catalogue.refusal(
        "UpdateAppImageConfig", **name, CodeEditorAppImageConfig=root
    )

    assert (error.code, error.message) == (later.code, later.message)
    assert "are 1000 and 100 respectively" in error.message


@pytest.mark.parametrize(
    ("container", "words"),
    [
        ({"ContainerEnvironmentVariables": {" ": "x"}}, "containerEnvironmentVariables.key'"),
        (
            {"ContainerEnvironmentVariables": {"A": "x" * 257}},
            "containerEnvironmentVariables.A",
        ),
        (
            {"ContainerEnvironmentVariables": {f"A{n}": "" for n in range(26)}},
            "length less than or equal to 25",
        ),
        ({"ContainerEntrypoint": ["a", "b"]}, "length less than or equal to 1"),
        ({"ContainerEnvironmentVariables": ["A"]}, "can not be converted to Map"),
    ],
)
async def test_what_is_out_of_range_is_refused(
    catalogue: Catalogue, container: object, words: str
) -> None:
    error = await catalogue.refusal(
        "CreateAppImageConfig",
        AppImageConfigName="lab",
        JupyterLabAppImageConfig={"ContainerConfig": container},
    )

    assert words in error.message


async def test_a_name_is_taken_once_and_of_its_own_account(catalogue: Catalogue) -> None:
    await catalogue.config("lab")

    taken = await catalogue.refusal("CreateAppImageConfig", AppImageConfigName="lab")
    stranger = await catalogue.refusal(
        "DescribeAppImageConfig", AppImageConfigName="lab", account=LOB_B
    )

    assert (taken.code, taken.message) == (
        "ResourceInUse",
        "The ID or Name specified is already in use.",
    )
    assert stranger.code == "ResourceNotFound"


async def test_s6_25_what_is_attached_or_runs_is_not_deleted(catalogue: Catalogue) -> None:
    pair = await catalogue.whole("lab")
    domain = await catalogue.studio.domain()
    await catalogue.studio.profile(domain)
    await catalogue.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=lab(pair))
    ada = {"DomainId": domain, "UserProfileName": "ada"}
    app = {**ada, "AppType": "JupyterLab", "AppName": "default"}
    spec = {
        "SageMakerImageArn": (await catalogue.ask("DescribeImage", ImageName="lab"))["ImageArn"]
    }
    await catalogue.ask("CreateApp", **app, ResourceSpec=spec)
    config, version = {"AppImageConfigName": "lab"}, {"ImageName": "lab", "Version": 1}

    named = await catalogue.refusal("DeleteAppImageConfig", **config)
    await catalogue.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=lab())
    runs = [
        await catalogue.refusal("DeleteAppImageConfig", **config),
        await catalogue.refusal("DeleteImageVersion", **version),
        await catalogue.refusal("DeleteImage", ImageName="lab"),
    ]
    await catalogue.ask("DeleteApp", **app)
    await catalogue.ask("DeleteAppImageConfig", **config)
    await catalogue.ask("DeleteImageVersion", **version)

    assert f"domain/{domain}" in named.message
    assert {one.code for one in (named, *runs)} == {"ResourceInUse"}
    assert all(f"app/{domain}/ada/JupyterLab/default" in one.message for one in runs)
    assert (await catalogue.ask("ListAppImageConfigs"))["AppImageConfigs"] == []
