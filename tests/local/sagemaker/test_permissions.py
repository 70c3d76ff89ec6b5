"""What every operation must be allowed, to the letter of the ARN."""

from pathlib import Path
from typing import Any

import pytest

from studiogate.local.call import ApiError
from tests.kit.catalogue import Catalogue
from tests.kit.studio import LOB_A, REGION, ROLE, SETTINGS, FakeLauncher, HandClock, Studio

HERE = f"arn:aws:sagemaker:{REGION}:{LOB_A}:"


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(FakeLauncher(tmp_path), clock=HandClock())


D = {"DomainId": "d-1"}
P = {**D, "UserProfileName": "ada"}
S = {**D, "SpaceName": "s"}
A = {"AppType": "JupyterLab", "AppName": "default"}


@pytest.mark.parametrize(
    ("operation", "params", "resource"),
    [
        ("DescribeDomain", D, HERE + "domain/d-1"),
        ("UpdateDomain", D, HERE + "domain/d-1"),
        ("DeleteDomain", D, HERE + "domain/d-1"),
        ("ListDomains", {}, "*"),
        ("CreateUserProfile", P, HERE + "user-profile/d-1/ada"),
        ("DescribeUserProfile", P, HERE + "user-profile/d-1/ada"),
        ("UpdateUserProfile", P, HERE + "user-profile/d-1/ada"),
        ("DeleteUserProfile", P, HERE + "user-profile/d-1/ada"),
        ("ListUserProfiles", {"DomainIdEquals": "d-1"}, "*"),
        ("CreatePresignedDomainUrl", P, HERE + "user-profile/d-1/ada"),
        ("CreatePresignedDomainUrl", {**P, "SpaceName": "s"}, HERE + "user-profile/d-1/ada"),
        ("CreateSpace", S, HERE + "space/d-1/s"),
        ("DescribeSpace", S, HERE + "space/d-1/s"),
        ("UpdateSpace", S, HERE + "space/d-1/s"),
        ("DeleteSpace", S, HERE + "space/d-1/s"),
        ("ListSpaces", {}, "*"),
        ("CreateApp", {**P, **A}, HERE + "app/d-1/ada/JupyterLab/default"),
        ("DescribeApp", {**S, **A}, HERE + "app/d-1/s/JupyterLab/default"),
        ("DeleteApp", {**P, **A}, HERE + "app/d-1/ada/JupyterLab/default"),
        ("ListApps", {}, "*"),
        ("AddTags", {"ResourceArn": HERE + "domain/d-1", "Tags": []}, HERE + "domain/d-1"),
        ("ListTags", {"ResourceArn": HERE + "domain/d-1"}, HERE + "domain/d-1"),
        ("DeleteTags", {"ResourceArn": HERE + "domain/d-1", "TagKeys": ["k"]}, HERE + "domain/d-1"),
    ],
)  # fmt: skip
def test_an_operation_needs_its_action_on_the_exact_resource(
    studio: Studio, operation: str, params: dict[str, Any], resource: str
) -> None:
    needed = studio.service.needed(studio.asking(operation, params))

    assert [(one.action, one.resource) for one in needed] == [
        (f"sagemaker:{operation}", resource)
    ]


async def test_creating_a_domain_needs_the_very_domain_its_tags_and_its_role(
    studio: Studio,
) -> None:
    call = studio.asking(
        "CreateDomain",
        {
            "DomainName": "forecasting",
            "AuthMode": "IAM",
            "VpcId": "vpc-1",
            "SubnetIds": ["subnet-1"],
            "AppNetworkAccessType": "VpcOnly",
            "DefaultUserSettings": SETTINGS,
            "Tags": [{"Key": "lob", "Value": "a"}],
        },
    )

    create, tag, role = studio.service.needed(call)
    await studio.service.answer(call)

    (domain,) = studio.store.domains.values()
    assert (create.action, create.resource) == ("sagemaker:CreateDomain", domain.arn)
    assert create.context == {
        "aws:RequestTag/lob": "a",
        "aws:TagKeys": ("lob",),
        "sagemaker:AuthMode": "IAM",
        "sagemaker:AppNetworkAccessType": "VpcOnly",
    }
    assert (tag.action, tag.resource) == ("sagemaker:AddTags", domain.arn)
    assert (role.action, role.resource) == ("iam:PassRole", ROLE)
    assert role.context == {"iam:PassedToService": "sagemaker.amazonaws.com"}


async def test_the_tags_of_what_is_there_can_be_asked_about_under_both_names(
    studio: Studio,
) -> None:
    domain = await studio.domain()
    asked = {"DomainId": domain, "UserProfileName": "ada"}
    await studio.ask(
        "CreateUserProfile", **asked, Tags=[{"Key": "studiouserid", "Value": "ada"}]
    )

    (needed,) = studio.service.needed(studio.asking("CreatePresignedDomainUrl", asked))

    assert needed.context == {
        "aws:ResourceTag/studiouserid": "ada",
        "sagemaker:ResourceTag/studiouserid": "ada",
    }


async def test_a_space_and_its_apps_say_whose_they_are(studio: Studio) -> None:
    domain = await studio.domain()
    await studio.profile(domain)
    space: dict[str, Any] = {
        "DomainId": domain,
        "SpaceName": "s",
        "OwnershipSettings": {"OwnerUserProfileName": "ada"},
        "SpaceSharingSettings": {"SharingType": "Private"},
    }
    (create,) = studio.service.needed(studio.asking("CreateSpace", space))
    await studio.ask("CreateSpace", **space)
    app = studio.asking("CreateApp", {"DomainId": domain, "SpaceName": "s", **A})
    (start,) = studio.service.needed(app)

    whose = {
        "sagemaker:OwnerUserProfileArn": f"{HERE}user-profile/{domain}/ada",
        "sagemaker:SpaceSharingType": "Private",
    }
    assert create.context == whose
    assert start.context == whose


HANDED = "arn:aws:iam::222222222222:role/StudioImages"
IMAGE = {"ImageName": "r-4.5"}
CONFIG = {"AppImageConfigName": "r-4-5"}
MADE = {**IMAGE, "BaseImage": "x", "ClientToken": "t"}


@pytest.mark.parametrize(
    ("operation", "params", "resources"),
    [
        ("DescribeImage", IMAGE, ["image/r-4.5"]),
        ("UpdateImage", IMAGE, ["image/r-4.5"]),
        ("DeleteImage", IMAGE, ["image/r-4.5"]),
        ("CreateImageVersion", MADE, ["image/r-4.5"]),
        ("ListImageVersions", IMAGE, ["image/r-4.5"]),
        ("DescribeImageVersion", {**IMAGE, "Version": 3}, ["image-version/r-4.5/3"]),
        ("DescribeImageVersion", IMAGE, ["image-version/r-4.5/0"]),
        ("UpdateImageVersion", {**IMAGE, "Version": 3}, ["image-version/r-4.5/3"]),
        ("DeleteImageVersion", {**IMAGE, "Alias": "a"}, ["image-version/r-4.5/0"]),
        ("ListAliases", {**IMAGE, "Version": 3}, ["image/r-4.5", "image-version/r-4.5/3"]),
        ("CreateAppImageConfig", CONFIG, ["app-image-config/r-4-5"]),
        ("DescribeAppImageConfig", CONFIG, ["app-image-config/r-4-5"]),
        ("UpdateAppImageConfig", CONFIG, ["app-image-config/r-4-5"]),
        ("DeleteAppImageConfig", CONFIG, ["app-image-config/r-4-5"]),
    ],
)
def test_what_is_asked_about_an_image_is_asked_of_the_image_or_the_version(
    studio: Studio, operation: str, params: dict[str, Any], resources: list[str]
) -> None:
    needed = studio.service.needed(studio.asking(operation, params))

    assert [(one.action, one.resource) for one in needed] == [
        (f"sagemaker:{operation}", HERE + resource) for resource in resources
    ]


@pytest.mark.parametrize("operation", ["ListImages", "ListAppImageConfigs"])
def test_lists_of_images_have_no_resource(studio: Studio, operation: str) -> None:
    (needed,) = studio.service.needed(studio.asking(operation, {}))

    assert needed.resource == "*"


async def test_a_version_is_asked_about_as_what_it_is_however_it_is_called(
    studio: Studio,
) -> None:
    catalogue = Catalogue(studio)
    await catalogue.image("Lab", Tags=[{"Key": "of", "Value": "us"}])
    await catalogue.version("Lab", Aliases=["stable"])
    await catalogue.version("Lab")

    def arn(**asked: object) -> str:
        call = studio.asking("DescribeImageVersion", {"ImageName": "Lab", **asked})
        return studio.service.needed(call)[0].resource

    assert arn(Alias="stable") == f"{HERE}image-version/lab/1"
    assert arn() == f"{HERE}image-version/lab/2"
    (needed,) = studio.service.needed(studio.asking("DescribeImage", {"ImageName": "Lab"}))
    assert needed.context["sagemaker:ResourceTag/of"] == "us"


@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        ("CreateImage", {**IMAGE, "RoleArn": HANDED}),
        ("UpdateImage", {**IMAGE, "RoleArn": HANDED}),
        (
            "UpdateDomain",
            {
                **D,
                "DomainSettingsForUpdate": {
                    "RStudioServerProDomainSettingsForUpdate": {
                        "DomainExecutionRoleArn": HANDED
                    }
                },
            },
        ),
    ],
)
def test_a_role_is_handed_over_only_by_who_may(
    studio: Studio, operation: str, asked: dict[str, Any]
) -> None:
    _, role = studio.service.needed(studio.asking(operation, asked))

    assert (role.action, role.resource) == ("iam:PassRole", HANDED)
    assert role.context == {"iam:PassedToService": "sagemaker.amazonaws.com"}


def test_which_images_are_meant_can_be_asked_about(studio: Studio) -> None:
    version = f"{HERE}image-version/lab/2"
    spec = {"SageMakerImageVersionArn": version}
    own = {
        "CustomImages": [
            {"ImageName": "r", "AppImageConfigName": "r", "ImageVersionNumber": 1}
        ],
        "DefaultResourceSpec": {"SageMakerImageArn": f"{HERE}image/lab"},
    }
    attach = {**D, "DefaultUserSettings": {"JupyterLabAppSettings": own}}

    (start,) = studio.service.needed(
        studio.asking("CreateApp", {**P, **A, "ResourceSpec": spec})
    )
    (change,) = studio.service.needed(studio.asking("UpdateDomain", attach))

    assert start.context == {"sagemaker:ImageVersionArns": (version,)}
    assert change.context == {
        "sagemaker:ImageArns": (f"{HERE}image/lab", f"{HERE}image/r"),
        "sagemaker:ImageVersionArns": (f"{HERE}image-version/r/1",),
    }


def test_a_name_that_would_bend_the_arn_is_refused_before_any_policy_is_asked(
    studio: Studio,
) -> None:
    for name in ("ada/../bo", "*", "ada/x", "a:b"):
        with pytest.raises(ApiError, match="regular expression"):
            studio.service.needed(
                studio.asking("DescribeUserProfile", {**D, "UserProfileName": name})
            )
