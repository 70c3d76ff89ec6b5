"""Custom images in settings: what is not there is refused, a list is replaced whole."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.local.call import ApiError
from tests.kit.catalogue import Catalogue, lab, pair
from tests.kit.studio import LOB_A, REGION, SETTINGS, FakeLauncher, HandClock, Studio

HERE = f"arn:aws:sagemaker:{REGION}:{LOB_A}"
SETTINGS_OF = {
    "JupyterLab": "JupyterLabAppSettings",
    "CodeEditor": "CodeEditorAppSettings",
    "RSessionGateway": "RSessionAppSettings",
    "KernelGateway": "KernelGatewayAppSettings",
}


@pytest.mark.parametrize("kind", SETTINGS_OF)
async def test_s6_22_every_kind_of_app_has_its_list_and_shows_it(
    catalogue: Catalogue, kind: str
) -> None:
    row = await catalogue.whole("r-4.5", kind)
    domain = await catalogue.studio.domain()
    own = {SETTINGS_OF[kind]: {"CustomImages": [row]}}

    await catalogue.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=own)

    shown = await catalogue.ask("DescribeDomain", DomainId=domain)
    assert shown["DefaultUserSettings"] == {**SETTINGS, **own}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (pair("absent"), "Image with ImageName absent does not exist"),
        (pair("lab", 2), "ImageVersion 2 with ImageName lab does not exist"),
        (pair("failed"), "Latest ImageVersion with ImageName failed does not exist"),
        ({**pair("lab"), "AppImageConfigName": "x"}, "AppImageConfig with name x does not"),
        ({**pair("lab"), "AppImageConfigName": "editor"}, "[editor] is of another kind"),
        ({**pair("lab"), "AppImageConfigName": "r"}, "[r] is of another kind"),
        ({"ImageName": "lab"}, "'defaultUserSettings.jupyterLabAppSettings.customImages.1.m"),
    ],
    ids=["image", "version", "no version", "config", "for another app", "for none", "half"],
)
async def test_s6_22_what_is_not_there_is_refused_and_changes_nothing(
    catalogue: Catalogue, row: dict[str, Any], words: str
) -> None:
    await catalogue.whole("lab")
    await catalogue.config("editor", "CodeEditor")
    await catalogue.config("r", "RSessionGateway")
    await catalogue.image("failed")
    await catalogue.version("failed", BaseImage="nowhere")
    await catalogue.config("failed")
    domain = await catalogue.studio.domain()

    error = await catalogue.refusal(
        "UpdateDomain", DomainId=domain, DefaultUserSettings=lab(row)
    )

    assert (error.code, words in error.message) == ("ValidationException", True)
    shown = await catalogue.ask("DescribeDomain", DomainId=domain)
    assert shown["DefaultUserSettings"] == SETTINGS


async def test_s6_22_wherever_settings_are_given_they_are_looked_at(
    catalogue: Catalogue,
) -> None:
    domain = await catalogue.studio.domain()
    await catalogue.studio.profile(domain)
    there, absent = {"DomainId": domain}, lab(pair("absent"))
    spaces = {**SETTINGS, **absent}
    kernel = {"KernelGatewayAppSettings": {"CustomImages": [pair("absent")]}}
    strange = {"DefaultResourceSpec": {"SageMakerImageArn": f"{HERE}:image/absent"}}

    for operation, asked in (
        ("CreateUserProfile", {"UserProfileName": "bo", "UserSettings": absent}),
        ("UpdateUserProfile", {"UserProfileName": "ada", "UserSettings": absent}),
        ("UpdateDomain", {"DefaultSpaceSettings": spaces}),
        ("CreateSpace", {"SpaceName": "s", "SpaceSettings": kernel}),
        (
            "CreateSpace",
            {"SpaceName": "s", "SpaceSettings": {"JupyterLabAppSettings": strange}},
        ),
    ):
        error = await catalogue.refusal(operation, **there, **asked)
        assert (error.code, "absent" in error.message) == ("ValidationException", True)
    with pytest.raises(ApiError, match="absent"):
        await catalogue.studio.domain("new", DefaultUserSettings=spaces)


async def test_an_rstudio_image_takes_no_configuration_of_another_app(
    catalogue: Catalogue,
) -> None:
    row = await catalogue.whole("lab", "JupyterLab")
    domain = await catalogue.studio.domain()
    own = {"RSessionAppSettings": {"CustomImages": [row]}}

    error = await catalogue.refusal("UpdateDomain", DomainId=domain, DefaultUserSettings=own)

    assert "RSessionGateway takes none that is for another type" in error.message


async def test_two_hundred_images_are_taken_and_not_one_more(catalogue: Catalogue) -> None:
    row = await catalogue.whole("lab")
    domain = await catalogue.studio.domain()
    many = lab(*[row] * 200)
    await catalogue.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=many)

    more = lab(*[row] * 201)
    error = await catalogue.refusal("UpdateDomain", DomainId=domain, DefaultUserSettings=more)

    assert "length less than or equal to 200" in error.message


async def test_a_person_has_five_images_for_kernels_and_a_domain_more(
    catalogue: Catalogue,
) -> None:
    row = await catalogue.whole("lab", "KernelGateway")
    domain = await catalogue.studio.domain()
    await catalogue.studio.profile(domain)
    ada = {"DomainId": domain, "UserProfileName": "ada"}
    six = {"KernelGatewayAppSettings": {"CustomImages": [row] * 6}}
    await catalogue.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=six)

    error = await catalogue.refusal("UpdateUserProfile", **ada, UserSettings=six)

    assert "at most 5 CustomImages" in error.message


async def test_s6_23_s6_24_two_images_and_then_one_and_whoever_says_a_list_says_all_of_it(
    catalogue: Catalogue,
) -> None:
    first, second = await catalogue.whole("one"), await catalogue.whole("two")
    domain = await catalogue.studio.domain()
    await catalogue.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=lab(first, second))
    editor: dict[str, Any] = {"CodeEditorAppSettings": {"LifecycleConfigArns": []}}
    await catalogue.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=editor)
    both = await catalogue.ask("DescribeDomain", DomainId=domain)
    await catalogue.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=lab(second))
    one = await catalogue.ask("DescribeDomain", DomainId=domain)

    assert both["DefaultUserSettings"] == {**SETTINGS, **lab(first, second), **editor}
    assert one["DefaultUserSettings"] == {**SETTINGS, **lab(second), **editor}
    assert one["LastModifiedTime"] > both["LastModifiedTime"] > both["CreationTime"]


async def test_a_change_takes_a_while_and_a_second_one_waits(
    slow: Catalogue, clock: HandClock
) -> None:
    domain = await slow.studio.domain()
    pending = await slow.refusal("UpdateDomain", DomainId=domain, DefaultUserSettings=lab())
    clock.forward(30)
    await slow.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=lab())
    status = (await slow.ask("DescribeDomain", DomainId=domain))["Status"]
    busy = await slow.refusal("UpdateDomain", DomainId=domain, DefaultUserSettings=lab())
    clock.forward(30)

    assert (pending.code, busy.code) == ("ResourceInUse", "ResourceInUse")
    assert status == "Updating"
    assert (await slow.ask("DescribeDomain", DomainId=domain))["Status"] == "InService"


async def test_a_version_is_in_use_where_it_is_pinned_or_the_newest_of_who_pins_none(
    catalogue: Catalogue,
) -> None:
    await catalogue.whole("lab")
    await catalogue.version("lab", "2")
    await catalogue.version("lab", "3")
    domain = await catalogue.studio.domain()

    async def held(number: int, row: dict[str, Any]) -> None:
        await catalogue.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=lab(row))
        version = {"ImageName": "lab", "Version": number}
        assert (
            await catalogue.refusal("DeleteImageVersion", **version)
        ).code == "ResourceInUse"

    await held(2, pair("lab", 2))
    await held(3, pair("lab"))
    await catalogue.ask("DeleteImageVersion", ImageName="lab", Version=1)
    await held(2, pair("lab", 2))
    await catalogue.ask("DeleteImageVersion", ImageName="lab", Version=3)
    await held(2, pair("lab"))


rows = st.lists(st.builds(pair, st.just("lab"), st.sampled_from([None, 1])), max_size=5)


@settings(max_examples=25, deadline=None)
@given(st.lists(rows, min_size=1, max_size=4))
def test_a_replaced_list_is_exactly_what_was_given(lists: list[list[dict[str, Any]]]) -> None:
    asyncio.run(_replaced(lists))


async def _replaced(lists: list[list[dict[str, Any]]]) -> None:
    catalogue = Catalogue(Studio(FakeLauncher(Path("unused")), clock=HandClock()))
    await catalogue.whole("lab")
    domain = await catalogue.studio.domain()
    times = set()
    for wanted in lists:
        own = {"JupyterLabAppSettings": {"CustomImages": wanted}}
        await catalogue.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=own)
        shown = await catalogue.ask("DescribeDomain", DomainId=domain)
        assert shown["DefaultUserSettings"]["JupyterLabAppSettings"]["CustomImages"] == wanted
        times.add(shown["LastModifiedTime"])
    assert len(times) == len(lists)
