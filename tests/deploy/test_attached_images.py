"""What `images attach` put into a domain survives `apply`, whatever becomes of the run."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.deploy.applying import apply
from studiogate.deploy.attached_images import attached, missing
from studiogate.deploy.judging import Judge
from studiogate.errors import DeployError, StackFailed
from studiogate.foundation.stacks import Stack, StackKey
from studiogate.landscape.model import Landscape
from tests.kit.deploy import (
    LOB_A,
    Killed,
    Town,
    acme,
    composed,
    template,
    wish_of,
    world_of,
)
from tests.kit.deploy_services import FakeDomain

KEY = StackKey(LOB_A, "studiogate-studio")
ACME, JUDGE = acme(), Judge()
R = {"ImageName": "r-4.5", "ImageVersionNumber": 3, "AppImageConfigName": "r-4-5"}
LAB = {"ImageName": "lab", "ImageVersionNumber": 1, "AppImageConfigName": "lab"}
SCRIPT = {"LifecycleConfigArns": ["arn:aws:sagemaker:::studio-lifecycle-config/new"]}


def with_settings(landscape: Landscape) -> tuple[Stack, ...]:
    """The stacks of the town, with a template of domains that has JupyterLab's settings."""
    return tuple(_told(one) if one.key == KEY else one for one in composed(landscape))


def _told(stack: Stack) -> Stack:
    settings = (
        f"{{JupyterLabAppSettings: {{LifecycleConfigArns: {SCRIPT['LifecycleConfigArns']}}}}}"
    )
    text = stack.template.text.replace(
        "VpcId: {Ref: VpcId1}", f"VpcId: {{Ref: VpcId1}}, DefaultUserSettings: {settings}"
    )
    assert text != stack.template.text
    return replace(stack, template=template("studio-told", text))


def run(town: Town, compose: Any = composed) -> None:
    wish = wish_of(ACME, judge=JUDGE, compose=compose)
    apply(world_of(town, at_once=1), wish, show=lambda _: None)


@pytest.fixture
def town() -> Town:
    town = Town()
    run(town)
    town.anew()
    return town


@pytest.fixture
def domain(town: Town) -> FakeDomain:
    """The domain of lob A, with images for two applications."""
    (found,) = town.sagemaker[LOB_A].domains.values()
    found.users = {
        "JupyterLabAppSettings": {"CustomImages": [LAB]},
        "RSessionAppSettings": {"CustomImages": [R]},
    }
    return found


def test_s6_24_what_is_attached_stays_when_a_domain_is_changed(
    town: Town, domain: FakeDomain
) -> None:
    run(town, with_settings)

    assert domain.users == {
        "JupyterLabAppSettings": {**SCRIPT, "CustomImages": [LAB]},
        "RSessionAppSettings": {"CustomImages": [R]},
    }
    assert town.asked("update_domain") == 1


def test_a_run_that_changes_no_domain_looks_at_none(town: Town, domain: FakeDomain) -> None:
    run(town)

    assert town.asked("describe_domain") == town.asked("update_domain") == 0
    assert domain.users["JupyterLabAppSettings"] == {"CustomImages": [LAB]}


def test_a_domain_without_images_is_changed_and_nothing_is_put_back(town: Town) -> None:
    run(town, with_settings)

    assert town.asked("update_domain") == 0


def test_what_was_attached_meanwhile_stays_beside_it(town: Town, domain: FakeDomain) -> None:
    newer = {**LAB, "ImageVersionNumber": 2}
    change = town.hooks.change

    def changed(*told: Any) -> None:
        change(*told)
        domain.users["JupyterLabAppSettings"]["CustomImages"] = [newer]

    town.hooks.change = changed
    run(town, with_settings)

    assert domain.users["JupyterLabAppSettings"]["CustomImages"] == [newer]


def test_it_is_put_back_after_a_rollback_too(town: Town, domain: FakeDomain) -> None:
    town.hooks.fails[KEY.name, "after"] = ["another resource failed"]

    with pytest.raises(StackFailed):
        run(town, with_settings)

    assert domain.users["JupyterLabAppSettings"]["CustomImages"] == [LAB]


def test_s6_24_killed_before_it_is_put_back_the_next_run_does(
    town: Town, domain: FakeDomain
) -> None:
    change = town.hooks.change

    def changed_and_killed(*told: Any) -> None:
        change(*told)
        town.dead = True

    town.hooks.change = changed_and_killed
    with pytest.raises(Killed):
        run(town, with_settings)
    assert "CustomImages" not in domain.users["JupyterLabAppSettings"]

    town.anew()
    run_again(town)
    assert domain.users["JupyterLabAppSettings"] == {**SCRIPT, "CustomImages": [LAB]}


def run_again(town: Town) -> None:
    """The next run, by somebody who knows that the one before has ended."""
    wish = wish_of(ACME, judge=JUDGE, compose=with_settings, break_lock=True)
    apply(world_of(town, at_once=1), wish, show=lambda _: None)


def test_an_image_that_was_retired_meanwhile_is_named_and_does_not_block_for_ever(
    town: Town, domain: FakeDomain
) -> None:
    town.sagemaker[LOB_A].gone.add("lab")

    with pytest.raises(DeployError, match=r"lab cannot be attached again") as caught:
        run(town, with_settings)
    assert "studiogate images list" in caught.value.remedy

    town.anew()
    run(town, with_settings)
    assert "CustomImages" not in domain.users["JupyterLabAppSettings"]


NAMES = st.sampled_from(["a", "b", "c", "d"])
PAIRS = st.dictionaries(NAMES, st.integers(1, 3)).map(
    lambda some: [
        {"ImageName": name, "ImageVersionNumber": n, "AppImageConfigName": name}
        for name, n in some.items()
    ]
)
MEMBERS = st.dictionaries(
    st.sampled_from(["JupyterLabAppSettings", "RSessionAppSettings"]),
    st.fixed_dictionaries({"CustomImages": PAIRS, "Other": st.integers()}),
)
DOMAINS = st.fixed_dictionaries({"DefaultUserSettings": MEMBERS})


@given(DOMAINS, DOMAINS)
def test_nothing_that_is_there_is_touched_and_nothing_noted_is_missing(
    before: dict[str, Any], now: dict[str, Any]
) -> None:
    noted = attached(before)
    after = {"DefaultUserSettings": dict(now["DefaultUserSettings"])}
    for lost in missing(noted, now):
        after["DefaultUserSettings"] |= lost.told["DefaultUserSettings"]

    assert missing(noted, after) == []
    for member, was in now["DefaultUserSettings"].items():
        is_ = after["DefaultUserSettings"][member]
        count = len(was["CustomImages"])
        assert is_["CustomImages"][:count] == was["CustomImages"]
        assert is_["Other"] == was["Other"]
    assert not attached(before) or attached(after)
