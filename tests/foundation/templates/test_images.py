"""What images and RStudio have built: one stack for each lob with images, doors for Workbench."""

from collections.abc import Mapping
from typing import Any

import pytest

from studiogate import names
from studiogate.foundation.after import Seated
from studiogate.foundation.composed import composed
from studiogate.foundation.image_stacks import NAME, image_stacks
from studiogate.foundation.templates.images import images
from studiogate.foundation.templates.workbench import ADMINISTRATOR, USER
from studiogate.topology.image_roles import published, with_rstudio
from tests.kit.lob_stacks import TEXTS, stood
from tests.kit.templates import of_type, resolved

WITH = "images and rstudio"
LOB_A = "222222222222"


def of(type_: str) -> Mapping[str, Any]:
    """The only one of its type in the template."""
    template = resolved(images().text, {}, pseudo={"AWS::AccountId": LOB_A})
    (found,) = of_type(template, type_).values()
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_every_lob_that_has_images_has_one_stack_for_them(name: str) -> None:
    landscape = stood(name).landscape

    found = {one.key.account for one in image_stacks(landscape)}

    lobs = {landscape.domains[d].lob for i in landscape.images.values() for d in i.domains}
    assert found == {landscape.accounts[landscape.lobs[lob].account] for lob in lobs}
    assert set(published(landscape)) == lobs


def test_images_are_where_their_domains_are() -> None:
    landscape = stood(WITH).landscape

    assert published(landscape) == {"lob-a": ("r-4.5", "lab"), "lob-b": ("lab",)}
    assert with_rstudio(landscape) == {"lob-a": ("forecasting",)}


def test_one_template_serves_every_lob() -> None:
    stacks = [*image_stacks(stood(WITH).landscape)]

    assert len({id(one.template) for one in stacks}) == 1
    assert all(not one.parameters and not one.needs for one in stacks)
    assert {one.key.name for one in stacks} == {NAME}


def test_builds_run_as_their_role_in_a_machine_with_docker_of_the_processor_of_studio() -> None:
    project = of("AWS::CodeBuild::Project")

    assert project["Name"] == names.IMAGE_PROJECT
    assert project["Environment"]["PrivilegedMode"] is True
    assert project["Environment"]["Type"] == "LINUX_CONTAINER"
    assert "x86_64" in project["Environment"]["Image"]
    assert project["Source"]["Type"] == "S3"
    assert "BuildRole" in project["ServiceRole"]
    assert project["LogsConfig"]["CloudWatchLogs"]["Status"] == "ENABLED"


def test_sources_go_by_themselves_and_are_sealed_and_private() -> None:
    bucket = of("AWS::S3::Bucket")

    assert bucket["BucketName"] == names.image_sources_bucket("eu-west-1", LOB_A)
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == 7
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    (sealed,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert sealed["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    (deny,) = of("AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    assert (deny["Effect"], deny["Condition"]) == (
        "Deny",
        {"Bool": {"aws:SecureTransport": "false"}},
    )


def test_the_log_of_builds_is_sealed_and_kept_for_a_while() -> None:
    log = of("AWS::Logs::LogGroup")

    assert log["LogGroupName"] == f"/aws/codebuild/{names.IMAGE_PROJECT}"
    assert log["RetentionInDays"] > 0
    assert "Key" in log["KmsKeyId"]


def domains(name: str) -> dict[str, Mapping[str, Any]]:
    return {
        one["DomainName"]: one
        for template in stood(name).templates.values()
        for one in of_type(template, "AWS::SageMaker::Domain").values()
    }


def test_s6_03_a_domain_with_rstudio_has_its_role_its_door_and_seats() -> None:
    domain = domains(WITH)["forecasting"]

    settings = domain["DomainSettings"]
    workbench = settings["RStudioServerProDomainSettings"]
    assert "RStudioRole" in workbench["DomainExecutionRoleArn"]
    assert workbench["RStudioPackageManagerUrl"] == "https://packages.acme.example/cran"
    assert "RStudioConnectUrl" not in workbench
    assert len(settings["SecurityGroupIds"]) == 1
    assert domain["AppSecurityGroupManagement"] == "Service"
    seat = domain["DefaultUserSettings"]["RStudioServerProAppSettings"]
    assert seat == {"AccessStatus": "ENABLED", "UserGroup": USER}


def test_and_one_without_it_has_none_of_that() -> None:
    domain = domains(WITH)["fraud"]

    assert "AppSecurityGroupManagement" not in domain
    assert "RStudioServerProAppSettings" not in domain["DefaultUserSettings"]
    roles = {
        role["RoleName"]
        for key, template in stood(WITH).templates.items()
        if key.account != LOB_A
        for role in of_type(template, "AWS::IAM::Role").values()
    }
    assert names.RSTUDIO_ROLE not in roles


@pytest.mark.parametrize("name", TEXTS)
def test_users_of_a_domain_have_no_more_groups_than_rstudio_takes(name: str) -> None:
    """At most two in a VPC (SageMaker Developer Guide, "Add RStudio support")."""
    for one in domains(name).values():
        assert len(one["DefaultUserSettings"]["SecurityGroups"]) <= 2


def test_everybody_of_a_domain_with_rstudio_is_seated_administrators_as_such() -> None:
    many = composed(stood("many-ways").landscape)

    (step,) = (one for one in many.afterwards if isinstance(one, Seated))

    assert step.stack.name == "studiogate-studio"
    groups = dict(step.people)
    assert groups.pop("noor-el-amrani") == ADMINISTRATOR
    assert groups
    assert set(groups.values()) == {USER}


def test_the_endpoint_of_licences_is_there_for_rstudio_and_for_nobody_else() -> None:
    licences = "com.amazonaws.{region}.license-manager"

    assert licences in stood(WITH).ids.endpoints
    assert licences not in stood("two groups of domains").ids.endpoints
