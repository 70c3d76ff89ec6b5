"""The list says what is attached where, what waits, who runs which, and what is amiss."""

from typing import Any

from studiogate.images.listing import Row, rows
from studiogate.images.places import every_lob
from studiogate.landscape.model import Landscape
from studiogate.local.call import ApiError
from tests.kit.attaching import another, attach, by_hand, published, runs
from tests.kit.catalogue import pair
from tests.kit.images import DOMAINS, LAB, R, with_images
from tests.kit.images_aws import LOB_A, NOBODY, Aws, Pusher


def listed(aws: Aws, **more: Any) -> list[Row]:
    return list(rows(aws.world, aws.landscape, every_lob(aws.landscape), **more))


def row(aws: Aws, image: str = "lab", domain: str = "forecasting", **more: Any) -> Row:
    (found,) = (
        one for one in listed(aws, **more) if (one.image, one.domain) == (image, domain)
    )
    return found


def test_s6_17_s6_18_an_image_is_listed_by_usage_type_and_display_name(aws: Aws) -> None:
    named = {**LAB, "domains": ["forecasting", "fraud"], "display_name": "Our lab"}
    aws.landscape = Landscape.model_validate(with_images(images={"r-4.5": R, "lab": named}))
    published(aws)
    published(aws, name="r-4.5")
    attach(aws)
    attach(aws, "r-4.5")

    lab, rstudio = row(aws), row(aws, "r-4.5")

    assert (lab.usage, lab.shown) == ("Studio image", "Our lab")
    assert (rstudio.usage, rstudio.shown) == ("RStudio image", "r-4.5")
    assert (lab.version, lab.newest, lab.waits) == (1, 1, False)
    assert lab.digest.startswith("sha256:")


def test_s6_19_what_was_just_attached_is_propagating_for_ten_minutes(aws: Aws) -> None:
    published(aws)
    attach(aws)

    first = row(aws).status
    aws.clock.forward(580)
    second = row(aws).status
    aws.clock.forward(30)

    assert (first, second, row(aws).status) == ("propagating", "propagating", "attached")


def test_what_is_declared_and_not_there_is_missing_or_not_published(aws: Aws) -> None:
    before = {(one.image, one.domain): one.status for one in listed(aws)}
    published(aws)

    assert before == {
        ("lab", "forecasting"): "not published",
        ("lab", "fraud"): "not published",
        ("r-4.5", "forecasting"): "not published",
    }
    assert row(aws).status == "missing"


def test_a_domain_that_is_not_there_yet_is_said(aws: Aws) -> None:
    domains = {**DOMAINS, "new": {**DOMAINS["fraud"]}}
    images = {"lab": {**LAB, "domains": ["new"]}}
    aws.landscape = Landscape.model_validate(with_images(images=images, domains=domains))

    assert row(aws, domain="new").status == "no such domain"


def test_a_newer_version_waits_until_it_is_attached(aws: Aws) -> None:
    published(aws)
    attach(aws)
    published(aws, "two")

    waiting = row(aws)
    attach(aws)

    assert (waiting.version, waiting.newest, waiting.waits) == (1, 2, True)
    assert not row(aws).waits


def test_what_the_landscape_does_not_declare_is_beyond_it(aws: Aws) -> None:
    by_hand(aws, another(aws))

    found = row(aws, "theirs")

    assert (found.status, found.version, found.shown) == ("beyond the landscape", 1, "theirs")


def test_an_image_of_the_landscape_in_a_domain_it_does_not_name_is_beyond_it(aws: Aws) -> None:
    published(aws)
    attach(aws)
    only = Landscape.model_validate(with_images(images={"lab": {**LAB, "domains": ["fraud"]}}))
    aws.landscape = only

    assert row(aws).status == "beyond the landscape"


def test_who_runs_which_version_is_said_with_since_when(aws: Aws) -> None:
    published(aws)
    attach(aws)
    aws.clock.forward(60)
    runs(aws, "lab")
    published(aws, "two")
    attach(aws)

    found = row(aws)

    ((who, version, since),) = ((one.who, one.version, one.since) for one in found.runs)
    assert (who, version) == ("ada", 1)
    assert found.version == 2
    assert since is not None


def test_a_persons_own_list_is_shown_to_who_asks_for_it(aws: Aws) -> None:
    published(aws)
    attach(aws, person="ada")

    own = [one for one in listed(aws, people=True) if one.profile == "ada"]

    assert [(one.image, one.version) for one in own] == [("lab", 1)]
    assert not [one for one in listed(aws) if one.profile]


def test_one_image_is_listed_alone(aws: Aws) -> None:
    published(aws)
    attach(aws)
    by_hand(aws, pair("lab", 1), another(aws))

    assert {one.image for one in listed(aws, name="lab")} == {"lab"}


def test_looking_changes_nothing(aws: Aws) -> None:
    published(aws)
    attach(aws)
    aws.calls.clear()

    listed(aws, people=True)

    assert {name for _, name in aws.calls if not name.startswith(("List", "Describe"))} == set()
    assert len([1 for account, _ in aws.calls if account == LOB_A]) < 12


def test_what_aws_built_of_one_folder_is_known_by_it(aws: Aws) -> None:
    published(aws)
    attach(aws)
    pusher = Pusher(aws, "one")
    uri = f"{LOB_A}.dkr.ecr.eu-west-1.amazonaws.com/studiogate/lab:source-0123456789abcdef"
    pusher.push(pusher.built, uri, login=NOBODY, tell=lambda _: None)

    sources = {one.lob: one.source for one in listed(aws) if one.image == "lab"}

    def refuse(_: str, operation: str, __: Any) -> None:
        if operation == "DescribeImages":
            raise ApiError("AccessDeniedException", "No.")

    aws.before = refuse
    unknown = {one.source for one in listed(aws) if one.lob == "lob-a"}

    assert sources == {"lob-a": "source-0123456789abcdef", "lob-b": ""}
    assert unknown == {""}
    assert any("is not known" in one for one in aws.told)
    assert row(aws).status == "propagating"


def test_what_was_deleted_from_ecr_by_hand_is_gone_until_it_is_published_again(
    aws: Aws,
) -> None:
    published(aws)
    attach(aws)
    aws.ask(LOB_A, "ecr", "delete_repository", repositoryName="studiogate/lab", force=True)

    gone = row(aws).status
    published(aws)

    assert (gone, row(aws).status) == ("gone from ECR", "propagating")
    assert {one.newest for one in listed(aws) if one.image == "lab"} == {1}
