"""Versions: pulled as the image's role, under numbers that are never given twice."""

import asyncio
import logging
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.catalogue import IMAGES, REPOSITORY, Catalogue
from tests.kit.studio import LOB_A, REGION, FakeLauncher, HandClock, Studio

ARN = f"arn:aws:sagemaker:{REGION}:{LOB_A}:image-version/lab/1"


async def test_s6_20_a_version_is_created_once_it_was_pulled_as_the_images_role(
    catalogue: Catalogue,
) -> None:
    await catalogue.image("lab")
    uri = f"{REPOSITORY}/lab:1"
    exact = catalogue.studio.pulling.push(uri)
    catalogue.studio.pulling.gate.clear()
    asked = {"ImageName": "lab", "BaseImage": uri, "ClientToken": "t", "Processor": "CPU"}
    made = await catalogue.ask("CreateImageVersion", **asked)
    early = await catalogue.described("lab", 1)
    catalogue.studio.pulling.gate.set()
    await catalogue.settled("lab", 1)

    shown = await catalogue.described("lab", 1)

    assert made == {"ImageVersionArn": ARN}
    assert early["ImageVersionStatus"] == "CREATING"
    assert "ContainerImage" not in early
    assert shown["ImageVersionStatus"] == "CREATED"
    assert (shown["BaseImage"], shown["ContainerImage"]) == (uri, exact)
    assert (shown["Version"], shown["Processor"]) == (1, "CPU")
    assert catalogue.studio.pulling.asked == [(uri, IMAGES, "sagemaker.amazonaws.com", REGION)]


@pytest.mark.parametrize(
    ("tag", "role", "why"),
    [("absent", IMAGES, "Requested image not found"), ("1", f"{IMAGES}-2", "may not pull")],
    ids=["no such image", "a role that may not"],
)
async def test_s6_20_a_version_that_cannot_be_pulled_says_why(
    catalogue: Catalogue, tag: str, role: str, why: str
) -> None:
    catalogue.studio.pulling.push(f"{REPOSITORY}/lab:1")
    catalogue.studio.pulling.denied.add(f"{IMAGES}-2")
    await catalogue.image("lab", RoleArn=role)
    asked = {"BaseImage": f"{REPOSITORY}/lab:{tag}", "ClientToken": "t"}
    await catalogue.ask("CreateImageVersion", ImageName="lab", **asked)
    await catalogue.settled("lab", 1)

    shown = await catalogue.described("lab", 1)
    (row,) = (await catalogue.ask("ListImageVersions", ImageName="lab"))["ImageVersions"]

    assert shown["ImageVersionStatus"] == row["ImageVersionStatus"] == "CREATE_FAILED"
    assert why in shown["FailureReason"] == row["FailureReason"]


async def test_a_defect_of_ours_is_a_failure_whose_details_are_in_the_log(
    catalogue: Catalogue, caplog: pytest.LogCaptureFixture
) -> None:
    catalogue.studio.pulling.broken = True
    with caplog.at_level(logging.ERROR):
        await catalogue.image("lab")
        number = await catalogue.version("lab")

    shown = await catalogue.described("lab", number)

    assert shown["FailureReason"] == "The emulation has a defect; its log has the details."
    assert "ZeroDivisionError" in caplog.text


async def test_without_a_registry_no_version_is_made(tmp_path: Path) -> None:
    studio = Studio(FakeLauncher(tmp_path), clock=HandClock(), registry=False)
    catalogue = Catalogue(studio)
    await catalogue.image("lab")
    number = await catalogue.version("lab")

    shown = await catalogue.described("lab", number)

    assert shown["ImageVersionStatus"] == "CREATE_FAILED"
    assert "there is no registry" in shown["FailureReason"]


async def test_a_pull_that_is_over_does_not_shorten_the_creation(
    slow: Catalogue, clock: HandClock
) -> None:
    await slow.image("lab")
    clock.forward(30)
    number = await slow.version("lab")

    early = await slow.described("lab", number)
    clock.forward(30)
    ready = await slow.described("lab", number)
    await slow.ask("DeleteImageVersion", ImageName="lab", Version=number)
    going = await slow.described("lab", number)
    clock.forward(30)

    states = [shown["ImageVersionStatus"] for shown in (early, ready, going)]
    assert states == ["CREATING", "CREATED", "DELETING"]
    absent = await slow.refusal("DescribeImageVersion", ImageName="lab", Version=number)
    assert absent.code == "ResourceNotFound"


async def test_a_call_that_is_made_again_makes_no_second_version(catalogue: Catalogue) -> None:
    await catalogue.image("lab")
    first = await catalogue.version("lab", ClientToken="same")
    second = await catalogue.version("lab", ClientToken="same")
    third = await catalogue.version("lab", ClientToken="other")
    await catalogue.ask("DeleteImageVersion", ImageName="lab", Version=first)
    fourth = await catalogue.version("lab", ClientToken="same")

    other = {"BaseImage": "elsewhere", "ClientToken": "same", "ImageName": "lab"}
    error = await catalogue.refusal("CreateImageVersion", **other)

    assert (first, second, third, fourth) == (1, 1, 2, 3)
    assert (error.code, "ClientToken" in error.message) == ("ValidationException", True)


async def test_a_version_is_found_by_number_by_alias_or_as_the_latest(
    catalogue: Catalogue,
) -> None:
    await catalogue.image("lab")
    none = await catalogue.refusal("DescribeImageVersion", ImageName="lab")
    await catalogue.version("lab", Aliases=["1.0", "stable"])
    await catalogue.version("lab")
    which = {"ImageName": "lab"}

    async def number(**asked: object) -> int:
        return int((await catalogue.ask("DescribeImageVersion", **which, **asked))["Version"])

    assert (await number(Alias="stable"), await number(Version=1), await number()) == (1, 1, 2)
    assert none.message == (
        "Latest ImageVersion with ImageName lab does not exist. "
        "Please provide a valid ImageName."
    )
    both = await catalogue.refusal("DescribeImageVersion", **which, Version=1, Alias="stable")
    neither = await catalogue.refusal("DeleteImageVersion", **which)
    strange = await catalogue.refusal("DescribeImageVersion", **which, Alias="gone")
    assert (both.code, neither.code) == ("ValidationException", "ValidationException")
    assert (strange.code, "gone" in strange.message) == ("ResourceNotFound", True)


async def test_an_alias_belongs_to_one_version_and_can_be_moved(catalogue: Catalogue) -> None:
    await catalogue.image("lab")
    await catalogue.version("lab", Aliases=["stable"])
    await catalogue.version("lab")
    second = {"ImageName": "lab", "Version": 2}
    taken = await catalogue.refusal("UpdateImageVersion", **second, AliasesToAdd=["stable"])
    first = {"ImageName": "lab", "Version": 1, "AliasesToDelete": ["stable"]}
    await catalogue.ask("UpdateImageVersion", **first)
    strange = await catalogue.refusal("UpdateImageVersion", **first)
    move = {"AliasesToAdd": ["stable", "2.0"], "VendorGuidance": "STABLE"}
    await catalogue.ask("UpdateImageVersion", **second, **move)

    shown = await catalogue.ask("DescribeImageVersion", ImageName="lab", Alias="stable")
    every = await catalogue.ask("ListAliases", ImageName="lab")
    none = await catalogue.ask("ListAliases", ImageName="lab", Version=1)

    assert (shown["Version"], shown["VendorGuidance"]) == (2, "STABLE")
    assert every["SageMakerImageVersionAliases"] == ["2.0", "stable"]
    assert none["SageMakerImageVersionAliases"] == []
    assert (taken.code, strange.code) == ("ResourceInUse", "ValidationException")


async def test_versions_are_listed_the_newest_first(catalogue: Catalogue) -> None:
    await catalogue.image("lab")
    for tag in range(11):
        await catalogue.version("lab", str(tag))

    async def numbers(**asked: object) -> list[int]:
        rows = await catalogue.ask("ListImageVersions", ImageName="lab", **asked)
        return [row["Version"] for row in rows["ImageVersions"]]

    assert await numbers() == [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]
    up = await numbers(SortBy="VERSION", SortOrder="ASCENDING", MaxResults=3)
    assert up == [1, 2, 3]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(["make", "fail", "delete newest", "delete oldest"]), max_size=12)
)
def test_no_number_is_ever_given_twice(doings: list[str]) -> None:
    asyncio.run(_no_number_twice(doings))


async def _no_number_twice(doings: list[str]) -> None:
    catalogue = Catalogue(Studio(FakeLauncher(Path("unused")), clock=HandClock()))
    await catalogue.image("lab")
    given_out: list[int] = []
    for doing in doings:
        rows = (await catalogue.ask("ListImageVersions", ImageName="lab"))["ImageVersions"]
        there = sorted(row["Version"] for row in rows)
        if doing in {"make", "fail"}:
            more = {"BaseImage": "nowhere"} if doing == "fail" else {}
            given_out.append(await catalogue.version("lab", **more))
        elif there:
            which = there[-1 if doing == "delete newest" else 0]
            await catalogue.ask("DeleteImageVersion", ImageName="lab", Version=which)
    assert given_out == list(range(1, len(given_out) + 1))
