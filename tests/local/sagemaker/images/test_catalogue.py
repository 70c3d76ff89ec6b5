"""Images: names for versions, described in AWS's words, in the states AWS has."""

from typing import Any

import pytest

from tests.kit.catalogue import IMAGES, Catalogue, lab
from tests.kit.studio import LOB_A, LOB_B, REGION, HandClock

ARN = f"arn:aws:sagemaker:{REGION}:{LOB_A}:image/r-4.5"


async def test_s6_20_an_image_is_made_described_and_listed(catalogue: Catalogue) -> None:
    made = await catalogue.image("r-4.5", DisplayName="R 4.5", Description="For R")

    shown = await catalogue.ask("DescribeImage", ImageName="r-4.5")
    listed = await catalogue.ask("ListImages", NameContains="R-4")

    assert made == ARN
    assert shown["RoleArn"] == IMAGES
    assert (shown["ImageStatus"], shown["DisplayName"]) == ("CREATED", "R 4.5")
    assert listed["Images"] == [{k: v for k, v in shown.items() if k != "RoleArn"}]
    assert "FailureReason" not in shown


async def test_a_name_is_taken_once_per_account_whatever_its_case(catalogue: Catalogue) -> None:
    await catalogue.image("lab")

    error = await catalogue.refusal("CreateImage", ImageName="LAB", RoleArn=IMAGES)
    await catalogue.ask("CreateImage", ImageName="lab", RoleArn=IMAGES, account=LOB_B)

    assert (error.code, error.message) == (
        "ResourceInUse",
        "The Image with ImageName LAB already exists. Please use a different ImageName.",
    )


@pytest.mark.parametrize(
    "operation", ["DescribeImage", "UpdateImage", "DeleteImage", "ListImageVersions"]
)
async def test_another_accounts_image_is_not_there(
    catalogue: Catalogue, operation: str
) -> None:
    await catalogue.image("lab")

    error = await catalogue.refusal(operation, ImageName="lab", account=LOB_B)

    assert error.code == "ResourceNotFound"
    assert "No Image with the name lab" in error.message


async def test_an_image_says_something_else_and_nothing_again(catalogue: Catalogue) -> None:
    await catalogue.image("lab", DisplayName="Lab", Description="ours")
    before = await catalogue.ask("DescribeImage", ImageName="lab")

    await catalogue.ask("UpdateImage", ImageName="lab", DisplayName="Lab 2")
    await catalogue.ask("UpdateImage", ImageName="lab", DeleteProperties=["Description"])

    after = await catalogue.ask("DescribeImage", ImageName="lab")
    assert after["DisplayName"] == "Lab 2"
    assert "Description" not in after
    assert after["LastModifiedTime"] > before["LastModifiedTime"]
    both = {"DisplayName": "x", "DeleteProperties": ["DisplayName"]}
    assert (await catalogue.refusal("UpdateImage", ImageName="lab", **both)).code == (
        "ValidationException"
    )


async def test_states_pass_with_time(slow: Catalogue, clock: HandClock) -> None:
    await slow.image("lab")

    async def status() -> Any:
        return (await slow.ask("DescribeImage", ImageName="lab"))["ImageStatus"]

    seen = [await status()]
    early = await slow.refusal(
        "CreateImageVersion", ImageName="lab", BaseImage="x", ClientToken="t"
    )
    clock.forward(30)
    seen.append(await status())
    await slow.ask("UpdateImage", ImageName="lab", Description="new")
    seen.append(await status())
    busy = await slow.refusal("DeleteImage", ImageName="lab")
    clock.forward(30)
    await slow.ask("DeleteImage", ImageName="lab")
    seen.append(await status())
    clock.forward(30)
    gone = await slow.refusal("DescribeImage", ImageName="lab")

    assert seen == ["CREATING", "CREATED", "UPDATING", "DELETING"]
    assert early.message == "Image lab is in an invalid state."
    assert (busy.code, gone.code) == ("ResourceInUse", "ResourceNotFound")


async def test_images_are_listed_the_newest_first_a_page_at_a_time(
    catalogue: Catalogue, clock: HandClock
) -> None:
    for name in ("b", "c", "a"):
        await catalogue.image(name)
        clock.forward(1)

    async def names(**asked: Any) -> list[str]:
        found: list[str] = []
        more: dict[str, Any] = {}
        while True:
            page = await catalogue.ask("ListImages", **{"MaxResults": 2, **asked, **more})
            found += [row["ImageName"] for row in page["Images"]]
            if "NextToken" not in page:
                return found
            more = {"NextToken": page["NextToken"]}

    assert await names() == ["a", "c", "b"]
    assert await names(SortOrder="ASCENDING") == ["b", "c", "a"]
    assert await names(SortBy="IMAGE_NAME", SortOrder="ASCENDING") == ["a", "b", "c"]
    since = clock().timestamp() - 2
    assert await names(CreationTimeAfter=since) == ["a", "c"]
    assert await names(LastModifiedTimeBefore=since) == ["c", "b"]


async def test_s6_25_an_image_goes_with_all_its_versions_but_not_while_it_is_attached(
    catalogue: Catalogue,
) -> None:
    pair = await catalogue.whole("lab")
    domain = await catalogue.studio.domain()
    attached = {"DomainId": domain, "DefaultUserSettings": lab(pair)}
    await catalogue.ask("UpdateDomain", **attached)

    error = await catalogue.refusal("DeleteImage", ImageName="lab")
    await catalogue.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=lab())
    await catalogue.ask("DeleteImage", ImageName="lab")

    assert error.code == "ResourceInUse"
    assert f"domain/{domain}" in error.message
    assert (await catalogue.ask("ListImages"))["Images"] == []
    await catalogue.image("lab")
    assert (await catalogue.ask("ListImageVersions", ImageName="lab"))["ImageVersions"] == []


async def test_an_image_carries_tags_from_its_first_moment(catalogue: Catalogue) -> None:
    arn = await catalogue.image("lab", Tags=[{"Key": "of", "Value": "us"}])
    config = await catalogue.config("lab")

    await catalogue.ask("AddTags", ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    await catalogue.ask("AddTags", ResourceArn=config, Tags=[{"Key": "c", "Value": "d"}])

    tags = await catalogue.ask("ListTags", ResourceArn=arn)
    assert tags["Tags"] == [{"Key": "a", "Value": "b"}, {"Key": "of", "Value": "us"}]
    assert (await catalogue.ask("ListTags", ResourceArn=config))["Tags"] == [
        {"Key": "c", "Value": "d"}
    ]
