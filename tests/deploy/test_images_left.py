"""What custom images leave behind: a bucket that is emptied, and images that are named."""

import pytest

from studiogate.deploy.applying import apply
from studiogate.deploy.destroying import End, destroy
from studiogate.deploy.ending.images import RETIRE
from studiogate.deploy.ending.residue import Left
from studiogate.deploy.judging import Judge
from studiogate.deploy.keep.lock import Holder
from studiogate.errors import PlanRefused
from studiogate.foundation.image_stacks import NAME
from studiogate.foundation.stacks import Stack, StackKey
from studiogate.landscape.model import Landscape
from tests.kit.deploy import LOB_A, Town, acme, changed, composed, template, wish_of, world_of

KEY = StackKey(LOB_A, NAME)
SOURCES = "studiogate-images-222222222222-eu-west-1"
IMAGES = template(
    "images",
    f"""\
    Resources:
      Sources: {{Type: "AWS::S3::Bucket", Properties: {{BucketName: {SOURCES}}}}}
    Outputs:
      SourcesBucketName: {{Value: {{Ref: Sources}}}}
    """,
)
ACME, JUDGE = acme(), Judge()
WITH = changed(
    ("images: {}", "images: {lab: {kind: jupyterlab, domains: [forecasting]}}"),
)


def compose(landscape: Landscape) -> tuple[Stack, ...]:
    """The stacks of the town, with those of images where it has any."""
    more = (Stack(KEY, IMAGES, {}),) if landscape.images else ()
    return (*composed(landscape), *more)


def run(town: Town, landscape: Landscape, *allowed: str) -> None:
    wish = wish_of(landscape, judge=JUDGE, compose=compose, allowed=frozenset(allowed))
    apply(world_of(town), wish, show=lambda _: None)


@pytest.fixture
def town() -> Town:
    """A town in which an image was built from a folder."""
    town = Town()
    run(town, WITH)
    town.s3[LOB_A].buckets[SOURCES]["lab.zip"] = (b"PK", '"1"')
    town.anew()
    return town


OURS = {"studiogate:landscape": "acme", "studiogate:environment": "demo"}


def test_s6_25_where_all_images_were_retired_their_stack_goes_like_any_other(
    town: Town,
) -> None:
    town.sagemaker[LOB_A].images = {"somebody-elses": {}}

    run(town, ACME)

    assert str(KEY) not in town.stacks()
    assert SOURCES not in town.s3[LOB_A].buckets


def test_s6_25_their_stack_stays_while_an_image_was_not_retired_unless_that_is_allowed(
    town: Town,
) -> None:
    town.sagemaker[LOB_A].images = {"lab": OURS}

    with pytest.raises(PlanRefused, match="some were not retired") as refused:
        run(town, ACME)
    stayed = town.stacks()
    run(town, ACME, str(KEY))

    assert "images retire" in refused.value.remedy
    assert f"--allow-replacement {KEY}" in refused.value.remedy
    assert str(KEY) in stayed
    assert str(KEY) not in town.stacks()


def ended(town: Town) -> tuple[Left, ...]:
    holder = Holder("arn:aws:iam::999999999999:user/ada", "here", "w1")
    end = End(WITH, compose, holder, efs="delete")
    done = destroy(world_of(town), end)
    return tuple(one for one in done.residue.things if one.state == "left")


def test_s6_25_images_that_were_not_retired_are_left_and_named_with_what_ends_them(
    town: Town,
) -> None:
    town.sagemaker[LOB_A].images = {"lab": OURS, "somebody-elses": {}}

    assert ended(town) == (Left(LOB_A, "image", "lab", "left", RETIRE),)
    assert SOURCES not in town.s3[LOB_A].buckets


def test_s6_25_where_all_were_retired_nothing_is_left(town: Town) -> None:
    assert ended(town) == ()
