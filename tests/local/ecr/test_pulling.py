"""Images for services that run them, pulled as a role."""

import asyncio
import json
from typing import Any

import pytest

from studiogate.local.ecr.manifests import OCI, OCI_INDEX
from studiogate.local.ecr.parts import CannotPullError, Pulled
from tests.kit.ecr import CONFIG, OCI_LAYER, Registry, digest, image_of, push
from tests.kit.front import LOB_A, LOB_B, REGION, allow, policy, root_of, trusting

SAGEMAKER = "sagemaker.amazonaws.com"
PULL = ("ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


def role(here: Registry, *actions: str, trusts: str = SAGEMAKER, account: str = LOB_A) -> str:
    return here.org.role(
        account,
        trust=policy(trusting({"Service": trusts})),
        can=policy(allow(*actions)),
    )


def pulled(here: Registry, uri: str, role_arn: str) -> Pulled:
    return asyncio.run(
        here.puller.pull(uri, role_arn=role_arn, service=SAGEMAKER, region=REGION)
    )


@pytest.fixture
def image(here: Registry) -> tuple[str, str]:
    """The URI of a repository, and the digest of an image that is tagged `one` in it."""
    name = here.repository()
    with here.client(here.token()) as client:
        own = push(client, name, "one", b"lower", b"upper")
    return f"{here.host()}/{name}", own


def test_s6_20_an_image_is_read_whole_by_tag_and_by_digest(
    here: Registry, image: tuple[str, str]
) -> None:
    (repository, own), arn = image, role(here, *PULL)

    by_tag = pulled(here, f"{repository}:one", arn)
    by_digest = pulled(here, f"{repository}@{own}", arn)

    assert by_tag == by_digest
    assert by_tag.uri == f"{repository}@{own}"
    assert by_tag.architecture == "amd64"
    assert [(kind, file.read_bytes()) for kind, file in by_tag.layers] == [
        (OCI_LAYER, b"lower"),
        (OCI_LAYER, b"upper"),
    ]
    assert by_tag.size == len(b"lowerupper")
    assert here.org.events[-1].caller_arn.endswith("/SageMaker")


@pytest.mark.parametrize("missing", PULL)
def test_s6_20_a_role_without_a_permission_is_told_which(
    here: Registry, image: tuple[str, str], missing: str
) -> None:
    uri, arn = f"{image[0]}:one", role(here, *[one for one in PULL if one != missing])

    with pytest.raises(CannotPullError) as caught:
        pulled(here, uri, arn)

    action = missing.partition(":")[2]
    assert str(caught.value) == (
        f"The role '{arn}' does not have {action} permission for the image: '{uri}'."
    )


@pytest.mark.parametrize("trusts", ["lambda.amazonaws.com", ""])
def test_s6_20_a_role_that_sagemaker_cannot_take_on_pulls_nothing(
    here: Registry, image: tuple[str, str], trusts: str
) -> None:
    nobody = f"arn:aws:iam::{LOB_A}:role/nobody"
    arn = role(here, *PULL, trusts=trusts) if trusts else nobody

    with pytest.raises(
        CannotPullError, match=r"cannot be assumed by sagemaker\.amazonaws\.com"
    ):
        pulled(here, f"{image[0]}:one", arn)


@pytest.mark.parametrize(
    "uri",
    [
        "docker.io/library/ubuntu:24.04",
        f"{LOB_A}.dkr.ecr.us-east-1.amazonaws.com/studiogate/x:one",
        f"{LOB_A}.dkr.ecr.{REGION}.amazonaws.com/../x:one",
        f"{LOB_A}.dkr.ecr.{REGION}.amazonaws.com/nothing/here:one",
    ],
)
def test_s6_20_a_uri_that_leads_to_no_image_says_so(here: Registry, uri: str) -> None:
    arn = role(here, *PULL)

    with pytest.raises(CannotPullError) as caught:
        pulled(here, uri, arn)

    assert uri in str(caught.value)


def test_an_image_that_is_not_there_is_not_found(
    here: Registry, image: tuple[str, str]
) -> None:
    arn = role(here, *PULL)

    for rest in (":two", f"@{digest(b'nothing')}"):
        with pytest.raises(CannotPullError, match="Requested image not found"):
            pulled(here, image[0] + rest, arn)


def test_another_accounts_image_needs_its_repositorys_policy(
    here: Registry, image: tuple[str, str]
) -> None:
    uri, arn = f"{image[0]}:one", role(here, *PULL, account=LOB_B)
    with pytest.raises(CannotPullError, match="BatchGetImage"):
        pulled(here, uri, arn)

    here.org.admin(LOB_A, "ecr").set_repository_policy(
        repositoryName=image[0].partition("/")[2],
        policyText=policy(
            {"Effect": "Allow", "Principal": {"AWS": root_of(LOB_B)}, "Action": list(PULL[1:])}
        ),
    )

    assert pulled(here, uri, arn).digest == image[1]


def index_of(client: Any, name: str, own: str, architecture: str) -> None:
    part = {
        "mediaType": OCI,
        "digest": own,
        "size": len(image_of(CONFIG, b"layer")),
        "platform": {"architecture": architecture, "os": "linux"},
    }
    said = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [part]}
    put = client.put(
        f"/v2/{name}/manifests/{architecture}",
        content=json.dumps(said),
        headers={"Content-Type": OCI_INDEX},
    )
    assert put.status_code == 201


def test_of_an_index_the_image_for_this_platform_is_pulled(here: Registry) -> None:
    name, arn = here.repository(), role(here, *PULL)
    with here.client(here.token()) as client:
        own = push(client, name, "one", b"layer")
        index_of(client, name, own, "amd64")
        index_of(client, name, own, "arm64")

    assert pulled(here, f"{here.host()}/{name}:amd64", arn).digest == own
    with pytest.raises(CannotPullError, match="linux/amd64"):
        pulled(here, f"{here.host()}/{name}:arm64", arn)


def test_bytes_that_are_not_what_their_digest_says_are_not_handed_out(
    here: Registry, image: tuple[str, str]
) -> None:
    arn, file = role(here, *PULL), here.ecr.registries.blobs.path(digest(b"upper"))
    file.write_bytes(b"other")

    with pytest.raises(CannotPullError, match="is not what its digest says"):
        pulled(here, f"{image[0]}:one", arn)
    file.write_bytes(b"upper")
