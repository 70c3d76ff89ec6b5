"""Projects as AWS keeps them: who may, what is refused by its name, and in CloudFormation."""

from typing import Any

import pytest

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kinds.all import KINDS
from studiogate.local.codebuild.store import CODEBUILD
from tests.kit.codebuild import Workshop
from tests.kit.front import LOB_A, REGION, allow, policy, root_of, trusting
from tests.kit.kinds import NAMING


async def test_a_project_is_kept_changed_listed_and_deleted(shop: Workshop) -> None:
    cloud, name = shop.cloud(), await shop.project(tags=[{"key": "team", "value": "a"}])

    with pytest.raises(ApiError, match=f"Project already exists: .*project/{name}"):
        await shop.project(name=name)
    await cloud.call("codebuild", "UpdateProject", name=name, description="other")
    answer = await cloud.call("codebuild", "BatchGetProjects", names=[name, "none"])

    [found] = answer["projects"]
    assert answer["projectsNotFound"] == ["none"]
    assert found["arn"] == f"arn:aws:codebuild:{REGION}:{LOB_A}:project/{name}"
    assert (found["description"], found["timeoutInMinutes"]) == ("other", 60)
    assert found["tags"] == [{"key": "team", "value": "a"}]
    assert name in (await cloud.call("codebuild", "ListProjects"))["projects"]
    await cloud.call("codebuild", "DeleteProject", name=name)
    await cloud.call("codebuild", "DeleteProject", name=name)
    with pytest.raises(ApiError, match="Project cannot be found") as absent:
        await cloud.call("codebuild", "StartBuild", projectName=name)
    assert absent.value.code == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"source": {"type": "GITHUB", "location": "x"}}, "source type GITHUB is not offered"),
        ({"source": {"type": "NO_SOURCE"}}, "a buildspec must be provided inline"),
        ({"source": {"type": "S3", "location": "bucket/folder/"}}, "Folders as a source"),
        ({"artifacts": {"type": "S3"}}, "artifacts type S3 is not offered"),
        ({"cache": {"type": "S3"}}, "cache type S3 is not offered"),
        ({"vpcConfig": {"vpcId": "vpc-1"}}, "vpcConfig of CreateProject is not offered"),
        ({"serviceRole": f"arn:aws:iam::{LOB_A}:role/none"}, "sts:AssumeRole on arn:aws:iam"),
        ({"name": "no spaces"}, "Invalid project name"),
    ],
)
async def test_what_nothing_here_does_is_refused_by_its_name(
    shop: Workshop, changed: dict[str, Any], why: str
) -> None:
    with pytest.raises(ApiError, match=why):
        await shop.project(**changed)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"type": "ARM_CONTAINER"}, "environment type ARM_CONTAINER"),
        ({"computeType": "BUILD_LAMBDA_1GB"}, "compute type BUILD_LAMBDA_1GB"),
        ({"image": "ubuntu:24.04"}, "build image ubuntu:24.04"),
        ({"certificate": "bucket/cert"}, "environment.certificate"),
        (
            {"environmentVariables": [{"name": "A", "value": "b", "type": "SECRETS_MANAGER"}]},
            "SECRETS_MANAGER are not offered",
        ),
    ],
)
async def test_an_environment_that_is_not_this_machine_is_refused(
    shop: Workshop, changed: dict[str, Any], why: str
) -> None:
    environment = {**shop.settings()["environment"], **changed}

    with pytest.raises(ApiError, match=why):
        await shop.project(environment=environment)


async def test_who_makes_a_project_has_to_pass_its_role(shop: Workshop) -> None:
    trust, role = policy(trusting(root_of(LOB_A))), shop.role()
    to_it = {"StringEquals": {"iam:PassedToService": CODEBUILD}}
    to_others = {"StringNotEquals": {"iam:PassedToService": CODEBUILD}}

    for whom, fits in ((to_it, True), (to_others, False)):
        document = policy(allow("codebuild:*"), allow("iam:PassRole", **whom))
        keys = shop.org.assume(
            shop.org.role(LOB_A, trust=trust, can=document), shop.org.founded.explorers[LOB_A]
        )
        settings = shop.settings(name=shop.org.name("mine"), serviceRole=role)
        making = shop.cloud(keys).call("codebuild", "CreateProject", **settings)
        if fits:
            assert (await making)["project"]["serviceRole"] == role
        else:
            with pytest.raises(ApiError, match="not authorized to perform: iam:PassRole"):
                await making


async def test_a_build_is_asked_about_as_its_project(shop: Workshop) -> None:
    project, other = await shop.project(), await shop.project()
    build = await shop.build(project, {"build": ["true"]})
    mine = f"arn:aws:codebuild:{REGION}:{LOB_A}:project/{other}"
    trust = policy(trusting(root_of(LOB_A)))
    role = shop.org.role(LOB_A, trust=trust, can=policy(allow("codebuild:*", on=mine)))
    cloud = shop.cloud(shop.org.assume(role, shop.org.founded.explorers[LOB_A]))

    for operation, asked in (
        ("BatchGetBuilds", {"ids": [build["id"]]}),
        ("StopBuild", {"id": build["arn"]}),
        ("ListBuildsForProject", {"projectName": project}),
        ("StartBuild", {"projectName": project}),
    ):
        with pytest.raises(ApiError, match=f"codebuild:{operation} on resource: .*{project}"):
            await cloud.call("codebuild", operation, **asked)
    assert (await cloud.call("codebuild", "ListBuildsForProject", projectName=other)) == {
        "ids": []
    }


async def test_the_same_token_begins_the_same_build(shop: Workshop) -> None:
    project = await shop.project()
    spec = "version: 0.2\nphases: {build: {commands: [sleep 300]}}\n"
    asked = {"buildspecOverride": spec, "idempotencyToken": "t-1"}

    first = await shop.started(project, **asked)
    again = await shop.started(project, **asked)

    assert first["id"] == again["id"]
    with pytest.raises(ApiError, match="idempotency token"):
        await shop.started(project, **{**asked, "timeoutInMinutesOverride": 9})


async def test_no_more_builds_than_the_project_allows(shop: Workshop) -> None:
    project = await shop.project(concurrentBuildLimit=1)
    spec = "version: 0.2\nphases: {build: {commands: [sleep 300]}}\n"
    await shop.started(project, buildspecOverride=spec)

    with pytest.raises(ApiError, match="more than 1 active builds") as limit:
        await shop.started(project, buildspecOverride=spec)

    assert limit.value.code == "AccountLimitExceededException"


async def test_cloudformation_makes_changes_reads_and_ends_a_project(shop: Workshop) -> None:
    kind, cloud = KINDS["AWS::CodeBuild::Project"], shop.cloud()
    wanted = {
        "Name": shop.org.name("stacked"),
        "ServiceRole": shop.role(),
        "Artifacts": {"Type": "NO_ARTIFACTS"},
        "Source": {"Type": "S3", "Location": "sources/none.zip"},
        "Environment": {
            "Type": "LINUX_CONTAINER",
            "ComputeType": "BUILD_GENERAL1_LARGE",
            "Image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
            "PrivilegedMode": "true",
        },
        "LogsConfig": {"CloudWatchLogs": {"Status": "ENABLED", "GroupName": "/builds"}},
        "TimeoutInMinutes": "120",
        "Tags": [{"Key": "team", "Value": "a"}, {"Key": "aws:x", "Value": "y"}],
    }

    made = await kind.create(cloud, wanted, NAMING)
    changed = {**wanted, "TimeoutInMinutes": 90, "Tags": []}
    assert await kind.live(cloud, made, wanted) == wanted
    made = await kind.update(cloud, made, wanted, changed)

    assert str(made.attributes["Arn"]).endswith(f":project/{wanted['Name']}")
    assert await kind.live(cloud, made, changed) == changed
    await kind.delete(cloud, made, changed)
    assert await kind.live(cloud, made, changed) is None
