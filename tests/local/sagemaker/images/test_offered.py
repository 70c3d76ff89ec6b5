"""Which images somebody is offered, and which one a new app runs."""

from typing import Any

import pytest

from studiogate.local.call import Place
from studiogate.local.sagemaker.images.offered import Offer, offered, running
from studiogate.local.sagemaker.model import App, Owner
from tests.kit.catalogue import IMAGES, REPOSITORY, Catalogue, lab, pair
from tests.kit.studio import LOB_A, REGION, SETTINGS

PLACE = Place(LOB_A, REGION)
HERE = f"arn:aws:sagemaker:{REGION}:{LOB_A}"
ADA = Owner("user-profile", "ada")
LAB = {"AppType": "JupyterLab", "AppName": "default"}


@pytest.fixture
async def domain(catalogue: Catalogue) -> str:
    """One with `ada`, and images `one` and `two`, which has two versions."""
    domain = await catalogue.studio.domain()
    await catalogue.studio.profile(domain)
    await catalogue.whole("one")
    await catalogue.whole("two")
    await catalogue.version("two", "2")
    return domain


def offers(
    catalogue: Catalogue, domain: str, owner: Owner = ADA, kind: str = "JupyterLab"
) -> tuple[Offer, ...]:
    store = catalogue.studio.store
    there = store.domain(PLACE, domain)
    return offered(store, there, store.owner(PLACE, domain, owner), kind)


def app_of(catalogue: Catalogue, domain: str, owner: Owner = ADA) -> App:
    return catalogue.studio.store.apps[domain, owner, "JupyterLab", "default"]


async def attach(
    catalogue: Catalogue, domain: str, *pairs: dict[str, Any], **more: Any
) -> None:
    settings = lab(*pairs, **more)
    await catalogue.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=settings)


async def test_s6_17_an_offer_has_the_display_name_else_the_images(
    catalogue: Catalogue, domain: str
) -> None:
    await catalogue.ask("UpdateImage", ImageName="two", DisplayName="The second")
    await attach(catalogue, domain, pair("two", 1), pair("one"))

    second, first = offers(catalogue, domain)

    assert (second.display_name, first.display_name) == ("The second", "one")
    assert (second.version, first.version) == (1, 1)
    assert second.image_arn == f"{HERE}:image/two"
    assert second.version_arn == f"{HERE}:image-version/two/1"
    assert second.container_image.startswith(f"{REPOSITORY}/two@sha256:")
    assert (second.config.name, second.role_arn) == ("two", IMAGES)
    assert offers(catalogue, domain, kind="CodeEditor") == ()
    assert offers(catalogue, domain, kind="Canvas") == ()


async def test_an_image_pinned_to_no_version_is_offered_in_its_newest(
    catalogue: Catalogue, domain: str
) -> None:
    await attach(catalogue, domain, pair("two"))

    assert [one.version for one in offers(catalogue, domain)] == [2]
    await catalogue.version("two", "3")
    await catalogue.version("two", BaseImage="nowhere")
    assert [one.version for one in offers(catalogue, domain)] == [3]


async def test_the_nearest_list_counts_alone_and_an_empty_one_is_a_list(
    catalogue: Catalogue, domain: str
) -> None:
    await attach(catalogue, domain, pair("one"))
    ada = {"DomainId": domain, "UserProfileName": "ada"}
    shared = {**SETTINGS, **lab(pair("two", 1))}
    await catalogue.ask("UpdateDomain", DomainId=domain, DefaultSpaceSettings=shared)
    for name, sharing in (("alone", "Private"), ("together", "Shared")):
        await catalogue.ask(
            "CreateSpace",
            DomainId=domain,
            SpaceName=name,
            OwnershipSettings={"OwnerUserProfileName": "ada"},
            SpaceSharingSettings={"SharingType": sharing},
        )

    def images(owner: Owner = ADA) -> list[str]:
        return [one.image for one in offers(catalogue, domain, owner)]

    alone, together = Owner("space", "alone"), Owner("space", "together")
    assert (images(), images(alone), images(together)) == (["one"], ["one"], ["two"])
    none: dict[str, Any] = {"JupyterLabAppSettings": {"LifecycleConfigArns": []}}
    await catalogue.ask("UpdateUserProfile", **ada, UserSettings=none)
    assert images() == ["one"]
    await catalogue.ask("UpdateUserProfile", **ada, UserSettings=lab(pair("two")))
    assert (images(), images(alone), images(together)) == (["two"], ["two"], ["two"])
    await catalogue.ask("UpdateUserProfile", **ada, UserSettings=lab())
    assert images() == []


@pytest.mark.parametrize(
    ("spec", "version"),
    [
        ({"SageMakerImageArn": f"{HERE}:image/two"}, 2),
        ({"SageMakerImageVersionArn": f"{HERE}:image-version/two/1"}, 1),
        (
            {
                "SageMakerImageArn": f"{HERE}:image/two",
                "SageMakerImageVersionArn": f"{HERE}:image-version/two/1",
            },
            1,
        ),
        ({"SageMakerImageArn": f"{HERE}:image/two", "SageMakerImageVersionArn": "None"}, 2),
        (
            {"SageMakerImageArn": f"{HERE}:image/two", "SageMakerImageVersionAlias": "1.0"},
            1,
        ),
    ],
    ids=["newest", "version", "both", "none", "alias"],
)
async def test_an_app_shows_the_version_it_really_runs(
    catalogue: Catalogue, domain: str, spec: dict[str, str], version: int
) -> None:
    first = {"ImageName": "two", "Version": 1}
    await catalogue.ask("UpdateImageVersion", **first, AliasesToAdd=["1.0"])
    await attach(catalogue, domain, pair("two"))
    ada = {"DomainId": domain, "UserProfileName": "ada", **LAB}

    await catalogue.ask("CreateApp", **ada, ResourceSpec=spec)

    shown = (await catalogue.ask("DescribeApp", **ada))["ResourceSpec"]
    (row,) = (await catalogue.ask("ListApps"))["Apps"]
    assert shown["SageMakerImageArn"] == f"{HERE}:image/two"
    assert shown["SageMakerImageVersionArn"] == f"{HERE}:image-version/two/{version}"
    assert row["ResourceSpec"] == shown
    found = running(catalogue.studio.store, app_of(catalogue, domain))
    assert found is not None
    assert (found.image, found.version, found.config.name) == ("two", version, "two")


@pytest.mark.parametrize(
    "spec",
    [
        {"SageMakerImageArn": f"{HERE}:image/one"},
        {"SageMakerImageArn": f"{HERE}:image/absent"},
        {"SageMakerImageArn": f"arn:aws:sagemaker:{REGION}:333333333333:image/two"},
        {"SageMakerImageVersionArn": f"{HERE}:image-version/two/2"},
        {"SageMakerImageVersionArn": f"{HERE}:image-version/two/3"},
        {"SageMakerImageArn": f"{HERE}:image/two", "SageMakerImageVersionAlias": "9"},
    ],
    ids=["not attached", "absent", "foreign", "not the pinned one", "no version", "no alias"],
)
async def test_an_image_that_is_not_attached_is_not_run(
    catalogue: Catalogue, domain: str, spec: dict[str, str]
) -> None:
    await attach(catalogue, domain, pair("two", 1))
    ada = {"DomainId": domain, "UserProfileName": "ada", **LAB}

    error = await catalogue.refusal("CreateApp", **ada, ResourceSpec=spec)

    assert error.code == "ResourceNotFound"
    assert "is not present in list of custom images in AppSettings" in error.message
    assert f"app/{domain}/ada/JupyterLab/default" in error.message
    assert catalogue.studio.store.apps == {}


async def test_an_app_that_names_no_image_has_the_nearest_default_one(
    catalogue: Catalogue, domain: str
) -> None:
    arn = f"{HERE}:image/one"
    default = {"DefaultResourceSpec": {"SageMakerImageArn": arn}}
    await attach(catalogue, domain, pair("one"), **default)
    ada = {"DomainId": domain, "UserProfileName": "ada", **LAB}
    await catalogue.ask("CreateApp", **ada)

    shown = (await catalogue.ask("DescribeApp", **ada))["ResourceSpec"]
    held = await catalogue.refusal("DeleteImage", ImageName="one")
    await attach(catalogue, domain, **default)
    await catalogue.ask("DeleteApp", **ada)
    refused = await catalogue.refusal("CreateApp", **ada)

    assert shown["SageMakerImageVersionArn"] == f"{HERE}:image-version/one/1"
    assert held.code == "ResourceInUse"
    assert refused.code == "ResourceNotFound"


async def test_an_app_keeps_its_image_when_that_is_detached(
    catalogue: Catalogue, domain: str
) -> None:
    await attach(catalogue, domain, pair("one"))
    ada = {"DomainId": domain, "UserProfileName": "ada", **LAB}
    spec = {"SageMakerImageArn": f"{HERE}:image/one"}
    await catalogue.ask("CreateApp", **ada, ResourceSpec=spec)
    await attach(catalogue, domain)

    found = running(catalogue.studio.store, app_of(catalogue, domain))

    assert offers(catalogue, domain) == ()
    assert found is not None
    assert found.image == "one"


async def test_an_app_of_no_image_runs_none(catalogue: Catalogue, domain: str) -> None:
    await attach(catalogue, domain, pair("one"))
    ada = {"DomainId": domain, "UserProfileName": "ada", **LAB}
    await catalogue.ask("CreateApp", **ada)

    assert "ResourceSpec" not in await catalogue.ask("DescribeApp", **ada)
    assert running(catalogue.studio.store, app_of(catalogue, domain)) is None
