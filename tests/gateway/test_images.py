"""What the portal says of custom images: which there are, and whether a newer version waits."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import Denied
from studiogate.gateway.images import Attached, attached, newest
from tests.kit.gateway import House, aws_error, have_images, image_version, session

DOMAIN = "d-forecasting"
LAB = {"ImageName": "lab", "AppImageConfigName": "lab"}

Described = dict[str, Any]


@pytest.fixture
def house(house: House) -> House:
    """A domain with two images, of one of which a newer version is there."""
    have_images(house.aws, DOMAIN)
    return house


@pytest.mark.usefixtures("house")
def test_s6_16_s6_17_images_are_shown_as_launchers_call_them(gateway: httpx.Client) -> None:
    page = gateway.get("/", headers=session("user-lob-a")).text

    assert "R 4.5 for forecasting" in page
    assert "for RStudio, version 2" in page
    assert "lab " in page
    assert "for JupyterLab, version 1" in page
    assert 'href="/open/forecasting?app=Studio"' in page


@pytest.mark.usefixtures("house")
def test_a_newer_version_that_can_be_started_is_said_to_wait(gateway: httpx.Client) -> None:
    page = gateway.get("/", headers=session("user-lob-a")).text

    assert page.count("waits") == 2  # its class, and its words
    assert "version 3 waits" in page


def test_without_images_nothing_is_said_of_any(house: House, gateway: httpx.Client) -> None:
    house.aws.domains[DOMAIN]["DefaultUserSettings"] = {}

    assert "Images" not in gateway.get("/", headers=session("user-lob-a")).text


@pytest.mark.parametrize("call", ["describe_domain", "describe_image", "list_image_versions"])
def test_what_aws_does_not_tell_of_images_is_left_out_and_the_rest_stays(
    house: House, gateway: httpx.Client, call: str
) -> None:
    house.aws.fails[call] = [aws_error(Denied, "sagemaker:DescribeImage")]

    answer = gateway.get("/", headers=session("user-lob-a"))

    assert answer.status_code == 200
    assert "Images" not in answer.text
    assert 'href="/open/forecasting"' in answer.text


def test_images_are_asked_for_once_in_a_minute(house: House, gateway: httpx.Client) -> None:
    for _ in range(3):
        gateway.get("/", headers=session("user-lob-a"))
    assert house.aws.asked.count("r-4.5") == 2  # what it is, and its versions

    house.clock.forward(seconds=60)
    gateway.get("/", headers=session("user-lob-a"))
    assert house.aws.asked.count("r-4.5") == 4


def test_a_profiles_list_stands_in_place_of_the_domains() -> None:
    domain = {"DefaultUserSettings": {"JupyterLabAppSettings": {"CustomImages": [LAB]}}}
    profile: Described = {"UserSettings": {"JupyterLabAppSettings": {"CustomImages": []}}}

    assert attached(domain, {}) == (Attached("JupyterLab", "lab", None),)
    assert attached(domain, profile) == ()


def test_settings_without_a_list_leave_the_domains() -> None:
    domain = {"DefaultUserSettings": {"CodeEditorAppSettings": {"CustomImages": [LAB]}}}
    profile: Described = {
        "UserSettings": {"CodeEditorAppSettings": {"DefaultResourceSpec": {}}}
    }

    assert attached(domain, profile) == (Attached("Code Editor", "lab", None),)


def test_a_list_of_something_else_is_an_error() -> None:
    with pytest.raises(ValueError, match="ImageName"):
        attached({"DefaultUserSettings": {"RSessionAppSettings": {"CustomImages": [{}]}}}, {})


@given(st.lists(st.tuples(st.integers(0, 99), st.sampled_from(["CREATED", "CREATE_FAILED"]))))
def test_the_newest_version_is_one_that_can_be_started(some: list[tuple[int, str]]) -> None:
    found = newest([image_version(number, status) for number, status in some])

    good = [number for number, status in some if status == "CREATED"]
    assert found == (max(good) if good else None)
