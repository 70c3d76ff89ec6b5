"""An image gets into every account that has a domain for it, once, however often it is done."""

from typing import Any

import pytest

from studiogate.errors import ImageError
from studiogate.images.parts import Built, Login, Told
from studiogate.images.places import places
from studiogate.images.publishing import (
    Published,
    from_builder,
    from_registry,
    is_everywhere,
    publish,
)
from studiogate.landscape.image_rules import HOME
from studiogate.local.call import ApiError
from tests.kit.images_aws import LOB_A, LOB_B, NOBODY, Aws, Pusher

PATH = "studiogate/lab"
LAB = {"ImageName": "lab"}


def published(aws: Aws, pusher: Pusher, *lobs: str, name: str = "lab") -> tuple[Published, ...]:
    source = from_builder(aws.world, pusher, pusher.built)
    return publish(aws.world, aws.landscape, name, source, places(aws.landscape, name, lobs))


def repository(aws: Aws, account: str = LOB_A) -> Any:
    found = aws.ask(account, "ecr", "describe_repositories", repositoryNames=[PATH])
    return found["repositories"][0]


def test_s6_14_s6_20_every_lob_with_a_domain_has_repository_image_version_and_configuration(
    aws: Aws,
) -> None:
    pusher = Pusher(aws)

    found = published(aws, pusher)

    tag = pusher.built.id.removeprefix("sha256:")[:12]
    for one, account in zip(found, (LOB_A, LOB_B), strict=True):
        assert (one.account, one.version, one.outcome, one.pushed) == (account, 1, "new", True)
        (image,) = aws.ask(account, "ecr", "describe_images", repositoryName=PATH)[
            "imageDetails"
        ]
        assert (image["imageTags"], image["imageDigest"]) == ([tag], one.digest)
        shown = aws.ask(account, "sagemaker", "describe_image_version", **LAB)
        assert shown["BaseImage"] == (
            f"{account}.dkr.ecr.eu-west-1.amazonaws.com/{PATH}@{one.digest}"
        )
        assert shown["ImageVersionStatus"] == "CREATED"
    made = repository(aws)
    assert made["imageTagMutability"] == "IMMUTABLE"
    assert made["imageScanningConfiguration"] == {"scanOnPush": True}
    (login, _) = pusher.logins
    assert (login.registry, login.user) == (f"{LOB_A}.dkr.ecr.eu-west-1.amazonaws.com", "AWS")
    assert login.password.get_secret_value() not in "".join(aws.told)


def test_the_same_content_makes_no_push_and_no_version(aws: Aws) -> None:
    pusher = Pusher(aws)
    published(aws, pusher)
    aws.calls.clear()

    found = published(aws, pusher)

    assert [(one.version, one.outcome, one.done) for one in found] == [
        (1, "there already", ())
    ] * 2
    assert len(pusher.pushed) == 2
    assert not [name for _, name in aws.calls if name.startswith(("Create", "Update", "Put"))]


def test_only_what_all_of_them_have_for_this_application_is_known_from_before(
    aws: Aws,
) -> None:
    one, two = Pusher(aws), Pusher(aws, "two")

    def known(pusher: Pusher, *lobs: str) -> bool:
        where = places(aws.landscape, "lab", lobs)
        return is_everywhere(aws.world, aws.landscape, "lab", pusher.built, where)

    before = known(one)
    published(aws, one, "lob-a")
    half = (known(one), known(one, "lob-a"))
    published(aws, one)
    whole = (known(one), known(two))
    image = aws.landscape.images["lab"].model_copy(update={"kind": "codeeditor"})
    aws.landscape = aws.landscape.model_copy(update={"images": {"lab": image}})

    assert (before, half, whole) == (False, (False, True), (True, False))
    assert not known(one)  # it was looked into as another application's


def test_s6_21_a_configuration_is_a_home_for_jupyterlab_and_a_name_for_rstudio(
    aws: Aws,
) -> None:
    published(aws, Pusher(aws))
    published(aws, Pusher(aws), name="r-4.5")

    lab = aws.ask(LOB_A, "sagemaker", "describe_app_image_config", AppImageConfigName="lab")
    rstudio = aws.ask(
        LOB_A, "sagemaker", "describe_app_image_config", AppImageConfigName="r-4-5"
    )

    assert lab["JupyterLabAppImageConfig"] == {
        "FileSystemConfig": {
            "MountPath": HOME,
            "DefaultUid": 1000,
            "DefaultGid": 100,
        }
    }
    assert not [key for key in rstudio if key.endswith("ImageConfig")]


def test_s6_16_what_the_landscape_says_of_an_image_is_what_sagemaker_says(aws: Aws) -> None:
    published(aws, Pusher(aws))
    image = aws.landscape.images["lab"]
    changed = image.model_copy(
        update={"display_name": "Our lab", "description": "For us", "tags": {"team": "a"}}
    )
    aws.landscape = aws.landscape.model_copy(update={"images": {"lab": changed}})

    (one, _) = published(aws, Pusher(aws))
    shown = aws.ask(LOB_A, "sagemaker", "describe_image", **LAB)
    tags = aws.ask(LOB_A, "sagemaker", "list_tags", ResourceArn=shown["ImageArn"])["Tags"]
    aws.landscape = aws.landscape.model_copy(update={"images": {"lab": image}})
    published(aws, Pusher(aws))

    assert (shown["DisplayName"], shown["Description"]) == ("Our lab", "For us")
    assert shown["RoleArn"] == f"arn:aws:iam::{LOB_A}:role/StudioImages"
    assert {"Key": "team", "Value": "a"} in tags
    assert {"Key": "studiogate:landscape", "Value": "acme"} in tags
    assert "image changed" in one.done
    assert "DisplayName" not in aws.ask(LOB_A, "sagemaker", "describe_image", **LAB)


class Second(Pusher):
    """A builder whose push comes second: the same image, or another one, is there before it."""

    def __init__(self, aws: Aws, first: str, *, is_there: bool = True) -> None:
        super().__init__(aws)
        self._first, self._is_there = Pusher(aws, first), is_there

    def push(self, built: Built, uri: str, *, login: Login, tell: Told) -> str:
        """Push nothing: a tag that is there is immutable."""
        assert built == self.built
        if self._is_there:
            self._first.push(self._first.built, uri, login=login, tell=tell)
        raise ImageError("the tag is immutable", remedy="None.")


def test_s6_20_of_two_who_publish_at_once_the_second_takes_what_the_first_has_pushed(
    aws: Aws,
) -> None:
    (one,) = published(aws, Second(aws, "one"), "lob-a")

    assert (one.pushed, one.version) == (False, 1)


def test_a_push_that_failed_is_taken_for_nothing_else(aws: Aws) -> None:
    with pytest.raises(ImageError, match="is not what was built"):
        published(aws, Second(aws, "another"), "lob-a")
    with pytest.raises(ImageError, match="the tag is immutable"):
        published(aws, Second(aws, "one", is_there=False), "lob-b")


def test_a_repository_with_other_settings_is_mended_and_that_is_said(aws: Aws) -> None:
    aws.ask(LOB_A, "ecr", "create_repository", repositoryName=PATH)

    (one, _) = published(aws, Pusher(aws))

    assert one.done[:3] == (
        "tags made immutable",
        "scan on push turned on",
        "repository's tags renewed",
    )
    assert repository(aws)["imageTagMutability"] == "IMMUTABLE"


def test_s6_20_without_the_role_nothing_is_made_and_the_remedy_is_apply(aws: Aws) -> None:
    aws.roles.discard(LOB_A)

    with pytest.raises(ImageError, match="StudioImages") as caught:
        published(aws, Pusher(aws))

    assert "studiogate apply" in caught.value.remedy
    assert aws.done("CreateRepository", "CreateImage") == []


def test_s6_20_why_a_version_failed_is_shown_and_it_goes_when_the_next_one_is_there(
    aws: Aws,
) -> None:
    role = f"arn:aws:iam::{LOB_A}:role/StudioImages"
    aws.studio.pulling.denied.add(role)
    with pytest.raises(ImageError, match=f"{role} may not pull"):
        published(aws, Pusher(aws), "lob-a")
    aws.studio.pulling.denied.clear()

    (one,) = published(aws, Pusher(aws), "lob-a")

    assert (one.version, one.outcome) == (2, "new")
    assert "failed version 1 deleted" in one.done
    listed = aws.ask(LOB_A, "sagemaker", "list_image_versions", **LAB)["ImageVersions"]
    assert [row["Version"] for row in listed if row["ImageVersionStatus"] == "CREATED"] == [2]


@pytest.mark.parametrize(
    "operation",
    [
        "CreateRepository",
        "PutImage",
        "CreateImage",
        "CreateImageVersion",
        "CreateAppImageConfig",
    ],
)
def test_a_run_that_broke_anywhere_is_gone_on_with(aws: Aws, operation: str) -> None:
    pusher = Pusher(aws)
    aws.failing[operation] = ApiError("ValidationException", "broken off here")
    with pytest.raises(Exception, match="broken off here"):
        published(aws, pusher, "lob-a")

    (one,) = published(aws, pusher, "lob-a")

    assert one.version == 1
    listed = aws.ask(LOB_A, "sagemaker", "list_image_versions", **LAB)["ImageVersions"]
    assert [row["ImageVersionStatus"] for row in listed] == ["CREATED"]


def test_other_content_is_another_tag_and_another_version(aws: Aws) -> None:
    pusher = Pusher(aws)
    published(aws, pusher, "lob-a")
    pusher.content = "two"

    (one,) = published(aws, pusher, "lob-a")

    assert (one.version, one.pushed) == (2, True)
    assert len(set(pusher.pushed)) == 2


def test_something_else_under_our_tag_is_not_published(aws: Aws) -> None:
    pusher = Pusher(aws)
    other = Pusher(aws, "somebody else's")
    aws.ask(LOB_A, "ecr", "create_repository", repositoryName=PATH)
    tag = pusher.built.id.removeprefix("sha256:")[:12]
    uri = f"{LOB_A}.dkr.ecr.eu-west-1.amazonaws.com/{PATH}:{tag}"
    other.push(other.built, uri, login=NOBODY, tell=aws.told.append)

    with pytest.raises(ImageError, match="is not what was built"):
        published(aws, pusher, "lob-a")

    assert aws.done("CreateImage") == []


def test_what_is_in_the_registry_already_is_published_by_its_digest(aws: Aws) -> None:
    pusher = Pusher(aws)
    aws.ask(LOB_A, "ecr", "create_repository", repositoryName=PATH)
    uri = f"{LOB_A}.dkr.ecr.eu-west-1.amazonaws.com/{PATH}:by-hand"
    digest = pusher.push(pusher.built, uri, login=NOBODY, tell=aws.told.append)
    only_a, both = places(aws.landscape, "lab", ("lob-a",)), places(aws.landscape, "lab")

    (one,) = publish(aws.world, aws.landscape, "lab", from_registry(digest), only_a)
    with pytest.raises(ImageError, match=f"{LOB_B}.*is not there"):
        publish(aws.world, aws.landscape, "lab", from_registry(digest), both)

    assert (one.digest, one.version, one.pushed) == (digest, 1, False)
