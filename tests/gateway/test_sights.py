"""What the portal says beside its doors: what is starting, and when the sign-in ends."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.aws.wire.calls import AssumeRole
from studiogate.errors import Denied, Unreachable
from studiogate.gateway.running import own_apps
from studiogate.gateway.sights import in_words
from tests.kit.gateway import ELSEWHERE_IP, NOW, House, aws_error, bearer, session

DOMAIN = "d-forecasting"
MINE = {"UserProfileName": "user-lob-a"}


def app(status: str = "InService", *, ago_s: float = 90, **who: str) -> dict[str, Any]:
    return {
        "DomainId": DOMAIN,
        "AppType": "JupyterLab",
        "AppName": "default",
        "Status": status,
        "CreationTime": NOW.timestamp() - ago_s,
        **(who or MINE),
    }


def private(name: str, owner: str, sharing: str = "Private") -> dict[str, Any]:
    return {
        "SpaceName": name,
        "OwnershipSettingsSummary": {"OwnerUserProfileName": owner},
        "SpaceSharingSettingsSummary": {"SharingType": sharing},
    }


def test_what_is_starting_is_shown_with_how_long_it_has_been(
    house: House, gateway: httpx.Client
) -> None:
    house.aws.apps[DOMAIN] = [app("Pending", ago_s=40)]

    page = gateway.get("/", headers=session("user-lob-a")).text

    assert "JupyterLab has been starting for 40 seconds." in page
    assert "Look again" in page


def test_what_runs_is_shown_and_asks_nobody_to_look_again(
    house: House, gateway: httpx.Client
) -> None:
    house.aws.apps[DOMAIN] = [app(ago_s=2 * 3600 + 60)]

    page = gateway.get("/", headers=session("user-lob-a")).text

    assert "JupyterLab has been running for 2 hours 1 minute." in page
    assert "Look again" not in page


def test_somebody_elses_apps_are_never_shown(house: House, gateway: httpx.Client) -> None:
    house.aws.apps[DOMAIN] = [
        app(UserProfileName="ada"),
        app(SpaceName="of-ada"),
        app(SpaceName="shared"),
        app(SpaceName="nobody-knows"),
    ]
    house.aws.spaces[DOMAIN] = [
        private("of-ada", "ada"),
        private("shared", "user-lob-a", sharing="Shared"),
    ]

    assert "JupyterLab has been" not in gateway.get("/", headers=session("user-lob-a")).text


def test_an_app_in_a_private_space_of_ones_own_is_shown_by_its_space() -> None:
    found = own_apps(
        [app("Pending", SpaceName="trial")], [private("trial", "ada")], profile="ada"
    )

    assert [(one.type, one.space, one.starting) for one in found] == [
        ("JupyterLab", "trial", True)
    ]


@pytest.mark.parametrize("status", ["Deleting", "Deleted", "Failed", "", None])
def test_what_has_ended_is_not_shown(status: Any) -> None:
    assert own_apps([app(status)], [], profile="user-lob-a") == ()


def test_an_app_without_a_time_is_no_app() -> None:
    with pytest.raises(ValueError, match="CreationTime"):
        own_apps([app() | {"CreationTime": "now"}], [], profile="user-lob-a")


@pytest.mark.parametrize("failure", [Denied, Unreachable])
def test_what_aws_does_not_tell_is_left_out_and_the_doors_stay(
    house: House, gateway: httpx.Client, failure: Any
) -> None:
    house.aws.fails["list_apps"] = [aws_error(failure, "sagemaker:ListApps")]

    answer = gateway.get("/", headers=session("user-lob-a"))

    assert answer.status_code == 200
    assert "forecasting" in answer.text
    assert "arn:" not in answer.text


def test_a_look_is_made_as_the_person_and_can_open_nothing(
    house: House, gateway: httpx.Client
) -> None:
    gateway.get("/", headers=session("user-lob-a"))
    gateway.get("/", headers=session("user-lob-a"))

    (asked,) = house.aws.calls(AssumeRole)
    assert asked.source_identity == "user-lob-a"
    assert "CreatePresignedDomainUrl" not in asked.policy
    assert "ListApps" in asked.policy


def test_nothing_is_asked_about_domains_that_do_not_open_from_here(
    house: House, gateway: httpx.Client
) -> None:
    house.source_ip = ELSEWHERE_IP

    assert gateway.get("/", headers=session("user-lob-a")).status_code == 200
    assert house.aws.asked == []


def test_looking_again_and_again_asks_aws_once_in_some_seconds(
    house: House, gateway: httpx.Client
) -> None:
    for _ in range(3):
        gateway.get("/", headers=session("user-lob-a"))
    assert house.aws.asked.count(("apps", DOMAIN)) == 1

    house.clock.forward(seconds=3)
    gateway.get("/", headers=session("user-lob-a"))
    assert house.aws.asked.count(("apps", DOMAIN)) == 2


def test_the_portal_says_when_the_sign_in_ends(gateway: httpx.Client) -> None:
    page = gateway.get("/", headers=session("user-lob-a")).text

    assert "Your sign-in ends in 1 hour, at" in page
    assert f'datetime="{(NOW + timedelta(hours=1)).isoformat()}"' in page
    assert ", or sooner, after 30 minutes without use." in page


def test_without_a_session_nothing_is_said_of_leaving_it_alone(gateway: httpx.Client) -> None:
    page = gateway.get("/", headers={**bearer("user-lob-a"), "accept": "text/html"}).text

    assert "Your sign-in ends in 1 hour, at" in page
    assert "without use" not in page


def test_whoevers_access_ends_before_their_sign_in_is_told_that(gateway: httpx.Client) -> None:
    page = gateway.get("/", headers=session("leaves-soon")).text

    assert "Your access ends in 40 minutes, at" in page
    assert "Your sign-in ends" not in page


def test_what_has_just_begun_is_never_said_to_have_lasted_nothing(
    house: House, gateway: httpx.Client
) -> None:
    house.aws.apps[DOMAIN] = [app("Pending", ago_s=ago_s) for ago_s in (0.2, -3)]

    page = gateway.get("/", headers=session("user-lob-a")).text

    assert page.count("JupyterLab has been starting for 1 second.") == 2


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 seconds"), (1, "1 second"), (59.9, "59 seconds"), (60, "1 minute"),
        (3599, "59 minutes"), (3600, "1 hour"), (3661, "1 hour 1 minute"),
        (28_799, "7 hours 59 minutes"),
    ],
)  # fmt: skip
def test_spells_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words


@given(st.integers(min_value=0, max_value=10**6), st.integers(min_value=0, max_value=10**6))
def test_words_never_say_more_than_there_is(one: int, more: int) -> None:
    def value(words: str) -> int:
        units = {"second": 1, "minute": 60, "hour": 3600}
        parts = words.split()
        return sum(
            int(number) * units[unit.removesuffix("s")]
            for number, unit in zip(parts[::2], parts[1::2], strict=True)
        )

    said = value(in_words(timedelta(seconds=one)))
    assert said <= one
    assert said <= value(in_words(timedelta(seconds=one + more)))
