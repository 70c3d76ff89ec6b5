"""A list of custom images changes by one pair, and nothing else of the settings does."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import ImageError
from studiogate.images.attached.settings import (
    MOST,
    Pair,
    mentions,
    merged,
    pair_of,
    pairs,
    version_of,
    without,
)

NAMES = st.sampled_from(["lab", "lab-2", "lab.2", "my-lab", "r-4.5", "r-4.6"])
PAIRS = st.builds(Pair, NAMES, NAMES, st.none() | st.integers(1, 99))
REST = st.dictionaries(
    st.sampled_from(["DefaultResourceSpec", "LifecycleConfigArns", "EmrSettings"]),
    st.just({"AnyOther": "thing"}),
)


@st.composite
def settings(draw: st.DrawFn) -> dict[str, Any]:
    """Settings of one application, with or without a list."""
    listed = draw(st.none() | st.lists(PAIRS, max_size=6, unique_by=lambda one: one.image))
    rest = draw(REST)
    return rest if listed is None else {**rest, "CustomImages": [one.sent for one in listed]}


def others(found: dict[str, Any], image: str) -> list[Pair]:
    return [one for one in pairs(found) if one.image != image]


@given(settings(), PAIRS)
def test_s6_22_a_merged_pair_is_there_once_and_everything_else_as_it_was(
    found: dict[str, Any], pair: Pair
) -> None:
    was = repr(found)
    now = merged(found, pair)

    assert repr(found) == was
    assert pair_of(now, pair.image) == pair
    assert others(now, pair.image) == others(found, pair.image)
    assert len(pairs(now)) == len(others(found, pair.image)) + 1
    assert {k: v for k, v in now.items() if k != "CustomImages"} == {
        k: v for k, v in found.items() if k != "CustomImages"
    }


@given(settings(), PAIRS)
def test_merging_twice_is_merging_once_and_keeps_the_place(
    found: dict[str, Any], pair: Pair
) -> None:
    once = merged(found, pair)

    assert merged(once, pair) == once
    before, after = ([one.image for one in pairs(each)] for each in (found, once))
    assert after[: len(before)] == before


@given(settings(), PAIRS)
def test_s6_24_what_is_merged_and_taken_out_again_leaves_no_trace(
    found: dict[str, Any], pair: Pair
) -> None:
    clean = without(found, pair.image)

    assert without(merged(clean, pair), pair.image) == clean
    assert pair_of(clean, pair.image) is None
    assert others(clean, pair.image) == others(found, pair.image)


def test_a_full_list_takes_another_version_and_no_other_image() -> None:
    full = {"CustomImages": [Pair(f"i{n}", "c", 1).sent for n in range(MOST)]}

    assert pair_of(merged(full, Pair("i7", "c", 2)), "i7") == Pair("i7", "c", 2)
    with pytest.raises(ImageError, match="200"):
        merged(full, Pair("one-more", "c", 1))


@given(settings(), NAMES)
def test_a_list_mentions_what_is_in_it(found: dict[str, Any], image: str) -> None:
    named = pair_of(found, image) is not None

    assert bool(list(mentions({"JupyterLabAppSettings": found}, image))) == named


ARN = "arn:aws:sagemaker:eu-west-1:222222222222"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"SageMakerImageArn": f"{ARN}:image/lab"}, (True, None)),
        ({"SageMakerImageVersionArn": f"{ARN}:image-version/lab/7"}, (True, 7)),
        ({"SageMakerImageArn": f"{ARN}:image/lab-2"}, (False, None)),
        ({"SageMakerImageArn": f"{ARN}:image/my-lab"}, (False, None)),
        ({"SageMakerImageVersionArn": f"{ARN}:image-version/lab-2/7"}, (False, None)),
        ({"InstanceType": "ml.t3.medium"}, (False, None)),
    ],
)
def test_a_resource_spec_is_of_an_image_by_the_whole_name(
    spec: dict[str, str], expected: tuple[bool, int | None]
) -> None:
    assert version_of(spec, "lab") == expected
    found = list(mentions({"JupyterLabAppSettings": {"DefaultResourceSpec": spec}}, "lab"))
    assert bool(found) == expected[0]
