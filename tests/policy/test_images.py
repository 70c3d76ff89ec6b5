"""Repositories of images: the builders' policy works, and nobody reaches beyond what is ours."""

import json
from collections.abc import Mapping

import pytest

from studiogate import names
from studiogate.errors import PolicyError
from studiogate.policy import images
from studiogate.policy.documents import looking_session_policy, presign_role_policy
from studiogate.policy.evaluate import Effect, Layers, decide, verdict
from studiogate.policy.language import Document, Kind, parse
from studiogate.policy.lint import weaknesses
from studiogate.policy.request import ContextValue, Principal, Request
from tests.kit.policy import USER, asked

REGION, ACCOUNT, OTHER = "eu-west-1", "222222222222", "333333333333"
WHERE = {"region": REGION, "account": ACCOUNT}
REPOSITORY = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/studiogate/r-4.5"
PUBLISHED: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:CompleteLayerUpload",
                "ecr:CreateRepository",
                "ecr:DescribeImages",
                "ecr:DescribeRepositories",
                "ecr:InitiateLayerUpload",
                "ecr:ListImages",
                "ecr:PutImage",
                "ecr:UploadLayerPart",
            ],
            "Resource": "*",
        }
    ],
}
"""The actions of the published policy (S6-04)."""

LOGIN, PUSH, PULL = (
    [("ecr:GetAuthorizationToken", "*")],
    [
        ("ecr:BatchCheckLayerAvailability", REPOSITORY),
        ("ecr:InitiateLayerUpload", REPOSITORY),
        ("ecr:UploadLayerPart", REPOSITORY),
        ("ecr:CompleteLayerUpload", REPOSITORY),
        ("ecr:PutImage", REPOSITORY),
    ],
    [("ecr:BatchGetImage", REPOSITORY), ("ecr:GetDownloadUrlForLayer", REPOSITORY)],
)
"""What a registry asks, in the order of a login, a push and a pull."""

OURS: dict[str, Document] = {
    "reading": images.image_role_policy(**WHERE),
    "building by hand": images.builder_policy(**WHERE),
    "building in AWS": images.build_role_policy(**WHERE, suffix="amazonaws.com"),
    "workbench": images.rstudio_policy(**WHERE),
}


def may(document: Document, action: str, resource: str, **context: ContextValue) -> bool:
    held = Layers(identity=(parse(json.dumps(document), kind=Kind.IDENTITY, name="ours"),))
    return decide(held, asked(context, action=action, resource=resource, by=USER)).allowed


def refused(document: Document) -> list[str]:
    """What a login, a push and a pull are refused."""
    return [action for action, on in (*LOGIN, *PUSH, *PULL) if not may(document, action, on)]


def test_f_66_the_published_policy_neither_logs_in_nor_pulls() -> None:
    assert refused(PUBLISHED) == ["ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer"]


def test_s6_04_s6_05_ours_logs_in_pushes_and_pulls_and_reads_the_public_gallery() -> None:
    ours = OURS["building by hand"]

    assert refused(ours) == []
    assert all(may(ours, action, "*") for action in images.PUBLIC)


def test_f_66_lint_names_what_the_published_policy_lacks() -> None:
    found = weaknesses(parse(PUBLISHED, kind=Kind.IDENTITY, name="published"))

    assert [(one.rule, one.defect) for one in found] == [("half-a-registry", "F-66")] * 2
    assert "ecr:GetAuthorizationToken" in found[0].what
    assert "ecr:GetDownloadUrlForLayer" in found[1].what
    assert names.IMAGE_BUILDER_POLICY in found[0].remedy


def test_f_66_a_login_that_is_allowed_on_repositories_is_none() -> None:
    document = json.loads(json.dumps(OURS["building by hand"]))
    document["Statement"][0]["Resource"] = REPOSITORY

    assert refused(document) == ["ecr:GetAuthorizationToken"]
    (found,) = weaknesses(parse(document, kind=Kind.IDENTITY, name="narrow"))
    assert found.rule == "half-a-registry"


@pytest.mark.parametrize("document", OURS.values(), ids=OURS)
def test_ours_can_be_read_and_have_no_weakness(document: Document) -> None:
    assert weaknesses(parse(document, kind=Kind.IDENTITY, name="ours")) == ()


@pytest.mark.parametrize(
    "repository",
    [
        REPOSITORY.replace(ACCOUNT, OTHER),
        REPOSITORY.replace("studiogate/", ""),
        REPOSITORY.replace("studiogate/", "studiogate-too/"),
        REPOSITORY.replace(REGION, "eu-west-2"),
    ],
)
def test_nobody_reads_or_writes_a_repository_that_is_not_ours(repository: str) -> None:
    for document in OURS.values():
        assert not any(may(document, action, repository) for action, _ in (*PUSH, *PULL))


@pytest.mark.parametrize(
    "action",
    ["ecr:PutImage", "ecr:BatchDeleteImage", "ecr:DeleteRepository", "ecr:CreateRepository"],
)
def test_s6_20_what_sagemaker_reads_images_as_changes_none(action: str) -> None:
    assert not may(OURS["reading"], action, REPOSITORY)
    assert [one for one in refused(OURS["reading"]) if one not in dict(PUSH)] == []


def test_whoever_builds_deletes_nothing_and_makes_no_repository() -> None:
    for action in ("ecr:BatchDeleteImage", "ecr:DeleteRepository", "ecr:CreateRepository"):
        assert not may(OURS["building by hand"], action, REPOSITORY)


def lets_in(trust: Document, service: str, context: Mapping[str, ContextValue]) -> bool:
    policy = parse(trust, kind=Kind.TRUST, name="trust")
    who = Principal(kind="service", arn=service, account=ACCOUNT)
    asks = Request("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/it", who, context)
    return verdict([policy], asks).effect is Effect.ALLOWED


def test_sagemaker_reads_images_for_this_account_alone() -> None:
    trust = images.for_account_trust("sagemaker.amazonaws.com", account=ACCOUNT)

    assert lets_in(trust, "sagemaker.amazonaws.com", {"aws:SourceAccount": ACCOUNT})
    assert not lets_in(trust, "sagemaker.amazonaws.com", {"aws:SourceAccount": OTHER})
    assert not lets_in(trust, "sagemaker.amazonaws.com", {})
    assert not lets_in(trust, "codebuild.amazonaws.com", {"aws:SourceAccount": ACCOUNT})


def test_codebuild_builds_for_our_project_alone() -> None:
    trust = images.build_role_trust(**WHERE)
    project = f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/{names.IMAGE_PROJECT}"
    ours: dict[str, ContextValue] = {"aws:SourceArn": project, "aws:SourceAccount": ACCOUNT}

    assert lets_in(trust, "codebuild.amazonaws.com", ours)
    for other in (f"{project}-too", project.replace(ACCOUNT, OTHER)):
        assert not lets_in(trust, "codebuild.amazonaws.com", {**ours, "aws:SourceArn": other})
    assert not lets_in(trust, "codebuild.amazonaws.com", {"aws:SourceAccount": ACCOUNT})
    assert not lets_in(trust, "sagemaker.amazonaws.com", ours)


def test_a_build_takes_its_source_and_writes_its_log_and_no_others() -> None:
    building = OURS["building in AWS"]
    bucket = f"arn:aws:s3:::{names.image_sources_bucket(REGION, ACCOUNT)}"
    log = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/codebuild/{names.IMAGE_PROJECT}"

    assert may(building, "s3:GetObject", f"{bucket}/r-4.5.zip")
    assert may(building, "logs:PutLogEvents", f"{log}:log-stream:one")
    assert not may(building, "s3:PutObject", f"{bucket}/r-4.5.zip")
    assert not may(building, "s3:GetObject", f"{bucket}-too/r-4.5.zip")
    assert not may(building, "logs:PutLogEvents", f"{log}-too:log-stream:one")
    assert not may(building, "kms:Decrypt", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/any")


def test_s6_03_workbench_takes_its_licence_and_starts_nothing_but_itself() -> None:
    workbench = OURS["workbench"]
    app = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:app/d-1"

    assert all(may(workbench, action, "*") for action in images.LICENCE)
    assert may(
        workbench, "sagemaker:CreateApp", f"{app}/domain-shared/rstudioserverpro/default"
    )
    assert not may(workbench, "sagemaker:CreateApp", f"{app}/ada/jupyterlab/default")
    assert not may(workbench, "sts:AssumeRole", "*")


def test_the_endpoint_of_licences_is_for_workbench_alone() -> None:
    door = parse(
        images.licence_endpoint_policy(region=REGION, accounts=[ACCOUNT]), kind=Kind.ENDPOINT
    )

    def passes(role: str, account: str, action: str) -> bool:
        who = Principal(
            kind="assumed-role",
            arn=f"arn:aws:sts::{account}:assumed-role/{role}/x",
            account=account,
            role_arn=names.role_arn(REGION, account, role),
        )
        context = {
            "aws:PrincipalArn": names.role_arn(REGION, account, role),
            "aws:PrincipalAccount": account,
        }
        return verdict([door], Request(action, "*", who, context)).effect is Effect.ALLOWED

    checkout = "license-manager:CheckoutLicense"
    assert passes(names.RSTUDIO_ROLE, ACCOUNT, checkout)
    assert not passes(names.RSTUDIO_ROLE, OTHER, checkout)
    assert not passes(names.EXECUTION_ROLE, ACCOUNT, checkout)
    assert not passes(names.RSTUDIO_ROLE, ACCOUNT, "license-manager:CreateGrant")


def test_the_portal_sees_images_and_its_persons_own_profile_and_changes_nothing() -> None:
    role = presign_role_policy(
        **WHERE, domains={"d-1": ["10.0.0.0/16"]}, endpoints=["vpce-1", "vpce-2"]
    )
    look = looking_session_policy()
    inside: dict[str, ContextValue] = {
        "aws:SourceVpce": "vpce-1", f"aws:PrincipalTag/{names.PROFILE_TAG}": "ada",
    }  # fmt: skip
    image = names.image_arn(REGION, ACCOUNT, "r-4.5")

    def seen(action: str, resource: str, **context: ContextValue) -> bool:
        both = {**inside, **context}
        return all(may(one, action, resource, **both) for one in (role, look))

    own, others = (names.profile_arn(REGION, ACCOUNT, "d-1", one) for one in ("ada", "bo"))
    assert seen("sagemaker:DescribeImage", image)
    assert seen("sagemaker:ListImageVersions", image)
    assert seen("sagemaker:DescribeUserProfile", own)
    assert seen("sagemaker:DescribeDomain", names.domain_arn(REGION, ACCOUNT, "d-1"))
    assert not seen("sagemaker:DescribeUserProfile", others)
    assert not seen("sagemaker:DescribeImage", image.replace(ACCOUNT, OTHER))
    assert not seen("sagemaker:DescribeImage", image, **{"aws:SourceVpce": "vpce-9"})
    for action in ("sagemaker:DeleteImage", "sagemaker:CreateImageVersion"):
        assert not seen(action, image)


@pytest.mark.parametrize("account", ["*", "", "222", "arn:aws"])
def test_an_account_is_one_account(account: str) -> None:
    with pytest.raises(PolicyError):
        images.builder_policy(region=REGION, account=account)
    with pytest.raises(PolicyError):
        images.for_account_trust("sagemaker.amazonaws.com", account=account)
