"""An image goes for good, in order and everywhere, and not while somebody has it."""

from typing import Any

import pytest

from studiogate.errors import Invalid, PlanRefused
from studiogate.images.places import every_lob
from studiogate.images.retiring import Retired, retire, retirement
from studiogate.landscape.model import Landscape
from studiogate.local.call import ApiError
from tests.kit.attaching import (
    another,
    attach,
    by_hand,
    domain_of,
    profile,
    published,
    runs,
    settings,
    space,
)
from tests.kit.catalogue import pair
from tests.kit.images import DOMAINS, with_images
from tests.kit.images_aws import LOB_A, LOB_B, Aws

GOING = (
    "UpdateDomain",
    "UpdateUserProfile",
    "DeleteImageVersion",
    "DeleteImage",
    "DeleteAppImageConfig",
    "BatchDeleteImage",
    "DeleteRepository",
)


def retired(aws: Aws, name: str = "lab") -> tuple[Retired, ...]:
    found = retirement(aws.world, name, every_lob(aws.landscape))
    return retire(aws.world, name, found)


def there(aws: Aws, account: str) -> list[Any]:
    """What SageMaker and ECR have in an account."""
    ask = aws.client(account, "sagemaker")
    repositories = aws.ask(account, "ecr", "describe_repositories")["repositories"]
    return [
        *ask.list_images()["Images"],
        *ask.list_app_image_configs()["AppImageConfigs"],
        *repositories,
    ]


def test_s6_25_everything_of_an_image_goes_in_order_in_every_account(aws: Aws) -> None:
    published(aws)
    attach(aws)
    published(aws, "two")
    attach(aws, person="ada")
    aws.calls.clear()

    done = retired(aws)

    assert [one.place.lob for one in done] == ["lob-a", "lob-b"]
    assert all(one.left == () for one in done)
    assert there(aws, LOB_A) == there(aws, LOB_B) == []
    in_a = [name for account, name in aws.calls if account == LOB_A and name in GOING]
    assert list(dict.fromkeys(in_a)) == list(GOING)
    assert settings(aws)["CustomImages"] == []
    assert "CustomImages" not in profile(aws)


def test_other_images_stay(aws: Aws) -> None:
    published(aws)
    attach(aws)
    by_hand(aws, pair("lab", 1), another(aws))
    aws.clock.forward(60)

    retired(aws)

    assert settings(aws)["CustomImages"] == [pair("theirs", 1)]
    assert [one.get("ImageName") or one["AppImageConfigName"] for one in there(aws, LOB_A)] == [
        "theirs",
        "theirs",
    ]


def test_an_image_that_the_landscape_has_forgotten_can_be_retired(aws: Aws) -> None:
    published(aws)
    aws.landscape = Landscape.model_validate(with_images(images={}))

    retired(aws)

    assert there(aws, LOB_A) == there(aws, LOB_B) == []


def refused(aws: Aws, *words: str) -> None:
    """Retiring is refused in these words, and nothing is done."""
    aws.calls.clear()
    with pytest.raises(PlanRefused) as caught:
        retired(aws)
    assert caught.value.reason == "image-in-use"
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert aws.done(*GOING) == []


def test_s6_25_what_somebody_runs_is_not_retired_and_they_are_named(aws: Aws) -> None:
    published(aws)
    attach(aws)
    aws.clock.forward(60)
    runs(aws, "lab")

    refused(aws, "JupyterLab/default of ada in forecasting (lob-a) runs it")


def test_what_a_space_starts_with_is_not_retired(aws: Aws) -> None:
    published(aws)
    attach(aws)
    aws.clock.forward(60)
    arn = f"arn:aws:sagemaker:eu-west-1:{LOB_A}:image/lab"
    spec = {"DefaultResourceSpec": {"SageMakerImageArn": arn}}
    space(aws, "models", "ada", JupyterLabAppSettings=spec)

    refused(aws, "space models", "SageMakerImageArn", "names it")


def test_what_a_domain_has_that_the_landscape_does_not_know_is_not_retired(aws: Aws) -> None:
    published(aws)
    attach(aws)
    domains = {"fraud": DOMAINS["fraud"]}
    aws.landscape = Landscape.model_validate(with_images(images={}, domains=domains))

    refused(aws, "forecasting (lob-a)", "which the landscape does not know")


@pytest.mark.parametrize("operation", GOING[2:])
def test_s6_25_a_run_that_broke_anywhere_is_gone_on_with(aws: Aws, operation: str) -> None:
    published(aws, "one", "lob-a")
    attach(aws, lobs=("lob-a",))
    code = "InvalidParameterException" if "Repository" in operation else "ResourceInUse"
    aws.failing[operation] = ApiError(code, "broken off here")
    with pytest.raises(Invalid, match="broken off here"):
        retired(aws)

    (done,) = retired(aws)

    assert done.left == ()
    assert there(aws, LOB_A) == []


def test_where_there_is_nothing_nothing_is_done(aws: Aws) -> None:
    assert retired(aws) == ()
    assert aws.done(*GOING) == []
    assert domain_of(aws, LOB_A)
