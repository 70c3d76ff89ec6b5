"""What every operation must be allowed, to the letter of the ARN."""

from pathlib import Path
from typing import Any

import pytest

from studiogate.local.call import ApiError
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


def test_a_name_that_would_bend_the_arn_is_refused_before_any_policy_is_asked(
    studio: Studio,
) -> None:
    for name in ("ada/../bo", "*", "ada/x", "a:b"):
        with pytest.raises(ApiError, match="regular expression"):
            studio.service.needed(
                studio.asking("DescribeUserProfile", {**D, "UserProfileName": name})
            )
