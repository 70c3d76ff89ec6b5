"""An image built in AWS, with the product's own roles: pushed, found again, and why not."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from studiogate import names
from studiogate.errors import ImageError
from studiogate.images.in_aws import BuiltInAws, built_in_aws, built_into
from studiogate.images.places import Place
from studiogate.images.published.repository import Repository, tag_of
from studiogate.images.world import World
from studiogate.landscape.image import Image
from studiogate.policy.image_administration import building_images_policy
from studiogate.policy.images import build_role_policy, build_role_trust, builder_policy
from tests.kit.codebuild import NAME, built_at
from tests.kit.containers import write_context
from tests.kit.ecr import Registry, registry
from tests.kit.front import LANDSCAPE, LOB_A, REGION, policy, root_of, trusting

WHERE = {"region": REGION, "account": LOB_A}
SUFFIX = {"suffix": "amazonaws.com"}
PLACE = Place("lob-a", LOB_A, ("forecasting",))
NAMED = LANDSCAPE.model_copy(
    update={"images": {"r-4.5": Image(kind="rstudio", domains=("forecasting",))}}
)
DOCKERFILE = "FROM scratch\nCOPY hello /hello\n"


@dataclass
class Account:
    """The account of a lob as `apply` leaves it, and who builds there."""

    ecr: Registry
    door: str
    """Where CodeBuild, S3 and Logs are."""

    keys: Any
    told: list[str] = field(default_factory=list)

    def client(self, account: str | None, service: Any, /) -> Any:
        assert account == LOB_A
        door = "internet" if service in {"ecr", "iam"} else self.door
        return self.ecr.org.client(service, self.keys, door=door)

    @property
    def world(self) -> World:
        return World(
            accounts=self,
            region=REGION,
            clock=self.ecr.org.clock,
            ticks=time.monotonic,
            pause=time.sleep,
            chance=lambda: 0.5,
            tell=self.told.append,
        )

    def asked(self, operation: str) -> int:
        return sum(one.operation == operation for one in self.ecr.org.events)


@pytest.fixture(scope="module")
def ecr(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with registry(tmp_path_factory.mktemp("ecr")) as made:
        yield made


@pytest.fixture(scope="module")
def account(ecr: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("builds")
    variables = {
        "HTTPS_PROXY": ecr.proxy,
        "SSL_CERT_FILE": str(ecr.trusted),
        "STORAGE_DRIVER": "vfs",
    }
    with built_at(ecr.org, folder, variables) as ecr.org.doors["builds"]:
        _applied(ecr)
        yield Account(ecr, "builds", ecr.org.founded.explorers[LOB_A])


def _applied(ecr: Registry) -> None:
    """What the stack of a lob's images makes, with its documents."""
    role = ecr.org.role(LOB_A, trust=json.dumps(build_role_trust(**WHERE)))
    iam, named = ecr.org.admin(LOB_A, "iam"), role.rpartition("/")[2]
    documents = (build_role_policy(**WHERE, **SUFFIX), builder_policy(**WHERE))
    for number, document in enumerate(documents):
        iam.put_role_policy(
            RoleName=named, PolicyName=f"p{number}", PolicyDocument=json.dumps(document)
        )
    group = {"logGroupName": f"/aws/codebuild/{NAME}"}
    ecr.org.admin(LOB_A, "logs", door="builds").create_log_group(**group)
    ecr.org.admin(LOB_A, "s3", door="builds").create_bucket(
        Bucket=names.image_sources_bucket(REGION, LOB_A),
        CreateBucketConfiguration={"LocationConstraint": REGION},
    )
    ecr.org.admin(LOB_A, "codebuild", door="builds").create_project(
        name=names.IMAGE_PROJECT,
        serviceRole=role,
        source={"type": "S3", "location": "sources/none.zip"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
            "computeType": "BUILD_GENERAL1_LARGE",
            "privilegedMode": True,
        },
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    parent = tmp_path_factory.mktemp("images")
    return write_context(parent / "r-4.5", DOCKERFILE, {"hello": "from lob-a\n"})


@pytest.fixture(scope="module")
def narrow(account: Account) -> Account:
    """Whoever may have builds made, and nothing else."""
    org = account.ecr.org
    document = json.dumps(building_images_policy(**WHERE, **SUFFIX))
    role = org.role(LOB_A, trust=policy(trusting(root_of(LOB_A))), can=document)
    return Account(account.ecr, "builds", org.assume(role, org.founded.explorers[LOB_A]))


@pytest.fixture(scope="module")
def built(account: Account, narrow: Account, folder: Path) -> BuiltInAws:
    """An image that was built in a repository that is there."""
    Repository(account.world.account(LOB_A), "r-4.5").ensured({})
    return built_into(Repository(narrow.world.account(LOB_A), "r-4.5"), folder)


def test_s6_06_s6_15_a_folder_becomes_an_image_in_the_lob_s_repository(
    account: Account, narrow: Account, built: BuiltInAws
) -> None:
    host = f"{LOB_A}.dkr.ecr.{REGION}.amazonaws.com"
    assert built.uri == f"{host}/studiogate/r-4.5@{built.digest}"
    assert built.is_new
    (shown,) = account.client(LOB_A, "ecr").describe_images(repositoryName="studiogate/r-4.5")[
        "imageDetails"
    ]
    assert shown["imageDigest"] == built.digest
    assert tag_of(built.id) in shown["imageTags"]
    said = "\n".join(narrow.told)
    assert "Phase complete: BUILD State: SUCCEEDED" in said
    assert f"studiogate pushed {host}/studiogate/r-4.5:{tag_of(built.id)}" in said


def test_the_log_of_a_build_has_neither_password_nor_session(
    narrow: Account, built: BuiltInAws
) -> None:
    said = "\n".join(narrow.told)

    assert built.id
    assert "Login Succeeded" in said
    assert not re.search(r"[A-Za-z0-9+/_-]{100,}", said), "a token is longer than any digest"


def test_the_same_folder_is_not_built_twice(
    account: Account, built: BuiltInAws, folder: Path
) -> None:
    began = account.asked("StartBuild")

    again = built_in_aws(account.world, NAMED, "r-4.5", PLACE, folder)

    assert (again.uri, again.id, again.is_new) == (built.uri, built.id, False)
    assert account.asked("StartBuild") == began


def test_a_build_that_fails_says_in_which_phase_and_the_log_says_why(
    account: Account, tmp_path: Path
) -> None:
    folder = write_context(tmp_path / "bad", "FROM scratch\nCOPY none /none\n", {})

    with pytest.raises(ImageError, match=r"failed in BUILD: COMMAND_EXECUTION_ERROR") as failed:
        built_in_aws(account.world, NAMED, "r-4.5", PLACE, folder)

    assert "The lines above" in failed.value.remedy
    assert any("none" in one and "no such file" in one for one in account.told)


def test_where_apply_has_made_nothing_it_says_so(ecr: Registry, tmp_path: Path) -> None:
    folder = write_context(tmp_path / "early", DOCKERFILE, {"hello": "early\n"})
    with built_at(ecr.org, tmp_path, {}) as ecr.org.doors["early"]:
        early = Account(ecr, "early", ecr.org.founded.explorers[LOB_A])

        with pytest.raises(ImageError, match=r"has no (bucket|CodeBuild project)") as missing:
            built_in_aws(early.world, NAMED, "r-4.5", PLACE, folder)

    assert "studiogate apply" in missing.value.remedy
