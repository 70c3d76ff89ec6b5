"""Custom images that are left: no stack makes them, so that none takes them away.

They are for `studiogate images retire` to end, which sees to it that nobody runs them; once the
domains are gone they are still there, and cost what their layers take.
"""

from collections.abc import Iterator
from typing import Final

from studiogate import names
from studiogate.deploy.ending.kinds import Kind, Mine, Thing

RETIRE: Final = "is for `studiogate images retire` to end"
_OURS: Final = names.image_repository("")


def _images(mine: Mine) -> Iterator[Thing]:
    for one in mine.listed("sagemaker", "list_images", "Images", "sagemaker:ListImages"):
        if _tagged(mine, one["ImageArn"]):
            yield one["ImageName"], RETIRE


def _configurations(mine: Mine) -> Iterator[Thing]:
    for one in mine.listed(
        "sagemaker",
        "list_app_image_configs",
        "AppImageConfigs",
        "sagemaker:ListAppImageConfigs",
    ):
        if _tagged(mine, one["AppImageConfigArn"]):
            yield one["AppImageConfigName"], RETIRE


def _repositories(mine: Mine) -> Iterator[Thing]:
    for one in mine.listed(
        "ecr", "describe_repositories", "repositories", "ecr:DescribeRepositories"
    ):
        if one["repositoryName"].startswith(_OURS):
            yield one["repositoryName"], RETIRE


def _tagged(mine: Mine, arn: str) -> bool:
    tags = mine.listed("sagemaker", "list_tags", "Tags", "sagemaker:ListTags", ResourceArn=arn)
    return mine.tagged(tags)


IMAGES: Final = (
    Kind("image", _images),
    Kind("app image configuration", _configurations),
    Kind("image repository", _repositories),
)
"""What `images publish` makes in the account of a lob."""


def unretired(mine: Mine) -> Iterator[str]:
    """What there is of custom images in the account, as `image r-4.5`.

    Raises:
        AwsError: SageMaker or ECR refused, or did not answer.
    """
    for kind in IMAGES:
        for name, _ in kind.find(mine):
            yield f"{kind.word} {name}"
