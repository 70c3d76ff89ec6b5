"""buildah pushes to ECR: the emulated one, under its real name, through the proxy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from studiogate.errors import ImageError
from studiogate.images.builders.found import builder
from studiogate.images.parts import Builder, Built, Login
from tests.kit.containers import BASE, Storage
from tests.kit.ecr import Registry, registry
from tests.kit.front import LOB_A, allow, policy, root_of, trusting


def silent(line: str) -> None:
    """Somebody who does not listen."""


@pytest.fixture(scope="module")
def ecr(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with registry(tmp_path_factory.mktemp("ecr")) as running:
        yield running


@pytest.fixture(scope="module")
def buildah(ecr: Registry, storage: Storage) -> Builder:
    way = {"HTTPS_PROXY": ecr.proxy, "SSL_CERT_FILE": str(ecr.trusted)}
    return builder(storage.environment | way, named="buildah")


@pytest.fixture(scope="module")
def base(buildah: Builder) -> Built:
    found = buildah.find(BASE)
    assert found is not None
    return found


def login(ecr: Registry, password: str | None = None) -> Login:
    return Login(ecr.host(), "AWS", SecretStr(password or ecr.password()))


def test_s6_14_a_pushed_image_has_the_digest_and_the_id_that_ecr_shows(
    ecr: Registry, buildah: Builder, base: Built
) -> None:
    name = ecr.repository(imageTagMutability="IMMUTABLE")
    tag = base.id.removeprefix("sha256:")[:12]

    digest = buildah.push(base, f"{ecr.host()}/{name}:{tag}", login=login(ecr), tell=silent)

    shown = ecr.org.admin(LOB_A, "ecr").describe_images(repositoryName=name)
    (there,) = shown["imageDetails"]
    assert there["imageDigest"] == digest
    assert there["imageTags"] == [tag]


def test_a_second_push_of_the_same_image_is_taken_and_of_another_refused(
    ecr: Registry, buildah: Builder, base: Built, tmp_path: Path
) -> None:
    name = ecr.repository(imageTagMutability="IMMUTABLE")
    uri = f"{ecr.host()}/{name}:one"
    (tmp_path / "Dockerfile").write_text(f"FROM {BASE}\nENV A=1\n", encoding="utf-8")
    other = buildah.build(tmp_path, "studiogate/other:latest", labels={}, tell=silent)
    buildah.push(base, uri, login=login(ecr), tell=silent)

    with pytest.raises(ImageError, match="its tags are immutable"):
        buildah.push(other, uri, login=login(ecr), tell=silent)


def test_a_repository_that_is_not_there_is_said_to_be_that(
    ecr: Registry, buildah: Builder, base: Built
) -> None:
    with pytest.raises(ImageError, match="there is no such repository"):
        buildah.push(base, f"{ecr.host()}/no/such:1", login=login(ecr), tell=silent)


def test_s6_14_a_push_with_what_is_no_token_is_refused(
    ecr: Registry, buildah: Builder, base: Built
) -> None:
    uri = f"{ecr.host()}/{ecr.repository()}:1"

    with pytest.raises(ImageError, match="does not know these credentials"):
        buildah.push(base, uri, login=login(ecr, "not-a-token"), tell=silent)


def test_s6_04_a_role_that_may_log_in_and_not_push_hears_which_policy_it_lacks(
    ecr: Registry, buildah: Builder, base: Built
) -> None:
    name = ecr.repository()
    looker = ecr.org.role(
        LOB_A,
        trust=policy(trusting(root_of(LOB_A))),
        can=policy(allow("ecr:GetAuthorizationToken")),
    )
    keys = ecr.org.assume(looker, ecr.org.founded.explorers[LOB_A])
    uri = f"{ecr.host()}/{name}:1"

    with pytest.raises(ImageError, match="does not allow them this") as refused:
        buildah.push(base, uri, login=login(ecr, ecr.password(keys)), tell=silent)

    assert "StudioImagePublisher" in refused.value.remedy
