"""S6, without a builder: an image built by CodeBuild, and who may push to its repository."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest

from studiogate.names import IMAGE_BUILDER_POLICY, image_repository
from tests.kit.containers import private_storage
from tests.kit.organisation import Organisation
from tests.kit.publisher import Publisher
from tests.kit.tools_image import write_tools

NAME = "in-aws"
DECLARED = f"""\
images:
  {NAME}:
    kind: jupyterlab
    domains: [forecasting]
"""
FAILS = 'RUN echo "the mirror of packages is not reached" && exit 7\n'
PUBLISHED = (
    "ecr:CreateRepository",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:DescribeImages",
    "ecr:DescribeRepositories",
    "ecr:UploadLayerPart",
    "ecr:ListImages",
    "ecr:InitiateLayerUpload",
    "ecr:BatchCheckLayerAvailability",
    "ecr:PutImage",
)
"""The published policy of builders (S6-04)."""

ROLE = "some-builder"


@pytest.fixture
def publisher(
    acme: Organisation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Publisher]:
    """Of an image that is no one else's; it is retired at the end."""
    landscape = acme.landscape.with_name("built-in-aws.yaml")
    declared = acme.landscape.read_text(encoding="utf-8")
    head, images, rest = declared.partition("images:")
    assert images
    told = DECLARED + rest.partition("\n")[2]
    landscape.write_text(head + told, encoding="utf-8")
    one = Publisher(acme, private_storage(tmp_path_factory.mktemp("storage")), landscape)
    try:
        yield one
    finally:
        one.images("retire", NAME, "--yes")
        landscape.unlink()


def test_s6_04_s6_06_s6_15_s6_20_an_image_is_built_in_aws_and_pushed_by_whoever_may(
    publisher: Publisher,
) -> None:
    a_build_that_fails_says_where_and_why(publisher)
    uri = a_build_that_goes_well_is_pushed(publisher)
    it_is_published_once_it_may_be_pulled(publisher, uri)
    what_was_built_is_not_built_again(publisher, uri)
    who_may_push_is_said_by_a_policy(publisher, uri)


def a_build_that_fails_says_where_and_why(publisher: Publisher) -> None:
    """S6-06: its log is told while it runs; at the end, the phase and the words."""
    dockerfile = write_tools(publisher.folder(NAME), "Built in AWS") / "Dockerfile"
    whole = dockerfile.read_text(encoding="utf-8")
    dockerfile.write_text(whole.replace("USER ", f"{FAILS}USER "), encoding="utf-8")

    failed = publisher.images("build", NAME, "--in-aws", code=5)
    dockerfile.write_text(whole, encoding="utf-8")

    told, _, reason = failed.err.rpartition("build studiogate-images:")
    assert "the mirror of packages is not reached" in told
    assert " failed in BUILD: COMMAND_EXECUTION_ERROR: " in reason
    assert "docker build" in reason
    assert "mend it, and build again" in reason


def a_build_that_goes_well_is_pushed(publisher: Publisher) -> str:
    """S6-06, S6-15: nothing of this machine but the folder; gives the image's address."""
    built = publisher.images("build", NAME, "--in-aws")

    uri, path = built.out.split()[1], image_repository(NAME)
    (there,) = publisher.client("ecr").describe_images(repositoryName=path)["imageDetails"]
    whole, source = sorted(there["imageTags"], key=len)
    assert "Login Succeeded" in built.err
    assert f"studiogate pushed {publisher.registry}/{path}:{whole}" in built.err
    assert uri == f"{publisher.registry}/{path}@{there['imageDigest']}"
    assert source.startswith("source-")
    return uri


def it_is_published_once_it_may_be_pulled(publisher: Publisher, uri: str) -> None:
    """S6-20: AWS's own reason, what to do, and what failed is gone after the next try."""
    with barred(publisher):
        refused = publisher.images("publish", NAME, "--in-aws", code=5)
    done = publisher.images("publish", NAME, "--in-aws", "--json")

    (made,) = json.loads(done.out)["published"]
    assert f"version 1 in {publisher.account} is CREATE_FAILED: The role" in refused.words
    assert "BatchGetImage permission for the image" in refused.words
    assert "publish again" in refused.words
    assert "failed version 1 deleted" in done.words
    assert made["digest"] == uri.partition("@")[2]
    assert (made["version"], made["outcome"], made["pushed"]) == (2, "new", False)


def what_was_built_is_not_built_again(publisher: Publisher, uri: str) -> None:
    """S6-15: the same folder is the same image."""
    again = publisher.images("build", NAME, "--in-aws")

    assert again.out.split()[1:] == [uri, "(built", "before)"]
    assert "Login Succeeded" not in again.err


def who_may_push_is_said_by_a_policy(publisher: Publisher, uri: str) -> None:
    """S6-04, S6-14, F-66: the published one lacks the token; ours has what is needed."""
    pushed = ["push", uri, f"docker://{uri.partition('@')[0]}:by-hand"]
    with builder(publisher, PUBLISHED) as one:
        refused = one.aws("ecr", "get-login-password", code=255)
    with builder(publisher) as other:
        other.logged_in()
        other.buildah("pull", uri)
        other.buildah(*pushed)
    publisher.buildah("logout", publisher.registry)
    unknown = publisher.buildah(*pushed, code=125)

    tag = {"repositoryName": image_repository(NAME), "imageIds": [{"imageTag": "by-hand"}]}
    (there,) = publisher.client("ecr").describe_images(**tag)["imageDetails"]
    assert "AccessDeniedException" in refused.words
    assert "ecr:GetAuthorizationToken" in refused.words
    assert there["imageDigest"].startswith("sha256:")
    assert "unauthorized" in unknown.words


@contextmanager
def barred(publisher: Publisher) -> Iterator[None]:
    """Somebody has put a policy on the repository that keeps SageMaker's role out."""
    ecr, path = publisher.client("ecr"), image_repository(NAME)
    statement = {
        "Effect": "Deny",
        "Principal": {"AWS": f"arn:aws:iam::{publisher.account}:role/StudioImages"},
        "Action": "ecr:BatchGetImage",
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    ecr.set_repository_policy(repositoryName=path, policyText=json.dumps(document))
    yield
    ecr.delete_repository_policy(repositoryName=path)


@contextmanager
def builder(publisher: Publisher, actions: Sequence[str] = ()) -> Iterator[Publisher]:
    """Somebody with a role of their own: with `actions`, or with the policy that is ours."""
    iam, account = publisher.client("iam"), publisher.account
    trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=document(trust))["Role"]
    ours = f"arn:aws:iam::{account}:policy/{IMAGE_BUILDER_POLICY}"
    allow = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    if actions:
        iam.put_role_policy(RoleName=ROLE, PolicyName=ROLE, PolicyDocument=document(allow))
    else:
        iam.attach_role_policy(RoleName=ROLE, PolicyArn=ours)
    given = publisher.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="ben")
    keys = given["Credentials"]
    yield replace(
        publisher,
        keys={
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
            "AWS_ENDPOINT_URL": publisher.acme.up["aws_endpoint"],
            "AWS_DEFAULT_REGION": publisher.acme.up["region"],
        },
    )
    if actions:
        iam.delete_role_policy(RoleName=ROLE, PolicyName=ROLE)
    else:
        iam.detach_role_policy(RoleName=ROLE, PolicyArn=ours)
    iam.delete_role(RoleName=ROLE)


def document(statement: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
