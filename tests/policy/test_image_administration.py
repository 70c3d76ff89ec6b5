"""Who looks after images changes images, what is attached where, and nothing beside it."""

import json
import re
from pathlib import Path

import pytest

from studiogate import images, names
from studiogate.policy import image_administration as administration
from studiogate.policy.documents import FRONT_DOORS
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.language import Document, Kind, parse
from studiogate.policy.lint import weaknesses
from tests.kit.policy import USER, asked

REGION, ACCOUNT, OTHER = "eu-west-1", "222222222222", "333333333333"
WHERE = {"region": REGION, "account": ACCOUNT}
EVERY: dict[str, Document] = {
    "listing": administration.listing_images_policy(**WHERE),
    "examining": administration.examining_images_policy(**WHERE),
    "managing": administration.managing_images_policy(**WHERE),
    "refreshing": administration.refreshing_rstudio_policy(**WHERE),
    "building": administration.building_images_policy(**WHERE, suffix="amazonaws.com"),
}
ROLE = names.role_arn(REGION, ACCOUNT, names.IMAGE_ROLE)
SAGEMAKER = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"


def actions(document: Document) -> set[str]:
    return {action for one in document["Statement"] for action in one["Action"]}


def may(document: Document, action: str, resource: str, **context: str) -> bool:
    held = Layers(identity=(parse(json.dumps(document), kind=Kind.IDENTITY, name="ours"),))
    return decide(held, asked(context, action=action, resource=resource, by=USER)).allowed


@pytest.mark.parametrize("document", EVERY.values(), ids=EVERY)
def test_each_can_be_read_has_no_weakness_and_opens_nothing(document: Document) -> None:
    read = parse(document, kind=Kind.IDENTITY, name="ours")

    assert weaknesses(read) == ()
    assert not [one for one in actions(document) if "*" in one]
    assert not any(may(document, action, "*") for action in FRONT_DOORS)


def test_every_action_that_images_name_is_in_one_of_them() -> None:
    named = re.compile(r'"((?:codebuild|ecr|iam|logs|s3|sagemaker):[A-Z][A-Za-z]+)"')
    room = Path(str(images.__file__)).parent
    asks = {
        action
        for module in room.rglob("*.py")
        for action in named.findall(module.read_text(encoding="utf-8"))
    }

    assert asks - set().union(*map(actions, EVERY.values())) == set()


@pytest.mark.parametrize("name", ["listing", "examining"])
def test_who_looks_changes_nothing(name: str) -> None:
    words = {one.partition(":")[2] for one in actions(EVERY[name])}

    assert all(word.startswith(("BatchGet", "Describe", "Get", "List")) for word in words)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ecr:CreateRepository", f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/studiogate/lab"),
        ("ecr:PutImage", f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/studiogate/lab"),
        ("sagemaker:CreateImageVersion", f"{SAGEMAKER}:image/lab"),
        ("sagemaker:DeleteImageVersion", f"{SAGEMAKER}:image-version/lab/1"),
        ("sagemaker:CreateAppImageConfig", f"{SAGEMAKER}:app-image-config/lab"),
        ("sagemaker:UpdateDomain", f"{SAGEMAKER}:domain/d-1"),
        ("sagemaker:UpdateUserProfile", f"{SAGEMAKER}:user-profile/d-1/ada"),
    ],
)
def test_who_manages_images_does_so_in_that_account_alone(action: str, resource: str) -> None:
    managing = EVERY["managing"]

    assert may(managing, action, resource)
    assert not may(managing, action, resource.replace(ACCOUNT, OTHER))


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ecr:DeleteRepository", f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/lab"),
        (
            "ecr:SetRepositoryPolicy",
            f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/studiogate/lab",
        ),
        ("sagemaker:DeleteApp", f"{SAGEMAKER}:app/d-1/ada/jupyterlab/default"),
        ("sagemaker:DeleteDomain", f"{SAGEMAKER}:domain/d-1"),
        ("sagemaker:CreateUserProfile", f"{SAGEMAKER}:user-profile/d-1/eve"),
        ("iam:PutRolePolicy", ROLE),
        ("iam:PassRole", names.role_arn(REGION, ACCOUNT, names.EXECUTION_ROLE)),
    ],
)
def test_and_nothing_else(action: str, resource: str) -> None:
    to_sagemaker = {"iam:PassedToService": "sagemaker.amazonaws.com"}

    assert not any(may(one, action, resource, **to_sagemaker) for one in EVERY.values())


def test_images_are_read_as_their_role_and_by_sagemaker() -> None:
    managing = EVERY["managing"]

    def passes(service: str) -> bool:
        return may(managing, "iam:PassRole", ROLE, **{"iam:PassedToService": service})

    assert passes("sagemaker.amazonaws.com")
    assert not passes("lambda.amazonaws.com")


def test_s6_02_who_refreshes_rstudio_ends_its_server_and_no_session() -> None:
    refreshing, app = EVERY["refreshing"], f"{SAGEMAKER}:app/d-1"

    for action in ("sagemaker:DeleteApp", "sagemaker:CreateApp"):
        assert may(refreshing, action, f"{app}/domain-shared/rstudioserverpro/default")
        assert not may(refreshing, action, f"{app}/ada/rsessiongateway/default")


def test_who_has_images_built_puts_sources_and_starts_that_project() -> None:
    building = EVERY["building"]
    bucket = f"arn:aws:s3:::{names.image_sources_bucket(REGION, ACCOUNT)}"
    project = f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/{names.IMAGE_PROJECT}"

    assert may(building, "codebuild:StartBuild", project)
    assert may(building, "s3:PutObject", f"{bucket}/lab.zip")
    assert not may(building, "codebuild:StartBuild", f"{project}-too")
    assert not may(building, "codebuild:UpdateProject", project)
    assert not may(building, "s3:GetObject", f"{bucket}/lab.zip")
