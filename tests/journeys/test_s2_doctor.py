"""S2: the platform engineer asks whether a person is the same everywhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.doctor import Doctor
from tests.kit.organisation import Organisation
from tests.kit.starting import EXAMPLE

NAME = "lin.consistency"
POOL, PEOPLE, DOMAIN = "user pool corporate", "studiogate-people", "domain forecasting"


def says_of(doctor: Doctor, landscape: Path, *names: str) -> list[tuple[str, str, str]]:
    """What it finds about `names`; other journeys leave people of their own."""
    return [
        (one["person"], one["where"], one["what"])
        for one in doctor.answer(landscape)["drift"]
        if one["person"] in names
    ]


@pytest.fixture
def doctor(acme: Organisation, clean_environment: dict[str, str]) -> Doctor:
    return Doctor(acme, clean_environment)


@pytest.fixture
def with_lin(tmp_path: Path) -> Path:
    """A landscape that names one person more than the organisation was started with."""
    file = tmp_path / "landscape.yaml"
    text = EXAMPLE.read_text(encoding="utf-8")
    more = f"people:\n  {NAME}: {{lob: lob-a, profile: lin, idp: corporate}}\n"
    file.write_text(text.replace("people:\n", more), encoding="utf-8")
    return file


class Lin:
    """The same person, in each of the places."""

    def __init__(self, acme: Organisation) -> None:
        self._acme = acme
        self._pool = {"UserPoolId": acme.up["user_pool_id"], "Username": NAME}
        self._cognito = acme.client("shared-services", "cognito-idp")
        self._studio = acme.client("lob-a", "sagemaker")
        found = self._studio.list_domains()["Domains"]
        (domain,) = (one for one in found if one["DomainName"] == "forecasting")
        self._domain = {"DomainId": domain["DomainId"]}

    def join(self, *, profile: str, **row: str) -> None:
        self._cognito.admin_create_user(**self._pool, MessageAction="SUPPRESS")
        self.enter(**row)
        self._studio.create_user_profile(**self._domain, UserProfileName=profile)

    def enter(self, **row: str) -> None:
        self._acme.enter(PEOPLE, {"PK": NAME, **row})

    def enable(self, *, on: bool) -> None:
        do = self._cognito.admin_enable_user if on else self._cognito.admin_disable_user
        do(**self._pool)

    def rename(self, old: str, new: str) -> None:
        self._studio.delete_user_profile(**self._domain, UserProfileName=old)
        self._studio.create_user_profile(**self._domain, UserProfileName=new)

    def leave(self) -> None:
        found: list[Any] = self._cognito.list_users(UserPoolId=self._pool["UserPoolId"])[
            "Users"
        ]
        if NAME in {one["Username"] for one in found}:
            self._cognito.admin_delete_user(**self._pool)
        self._acme.client("shared-services", "dynamodb").delete_item(
            TableName=PEOPLE, Key={"PK": {"S": NAME}}
        )
        for one in self._studio.list_user_profiles(
            DomainIdEquals=self._domain["DomainId"], UserProfileNameContains="lin"
        )["UserProfiles"]:
            self._studio.delete_user_profile(
                **self._domain, UserProfileName=one["UserProfileName"]
            )


@pytest.fixture
def lin(acme: Organisation) -> Iterator[Lin]:
    lin = Lin(acme)
    yield lin
    lin.leave()


def test_s2_28_people_the_landscape_was_started_with_are_the_same_everywhere(
    acme: Organisation, doctor: Doctor
) -> None:
    assert says_of(doctor, EXAMPLE, *acme.people) == []


def test_s2_28_a_difference_is_named_with_its_person_until_it_is_put_right(
    doctor: Doctor, with_lin: Path, lin: Lin
) -> None:
    assert says_of(doctor, with_lin, NAME) == [
        (NAME, POOL, "there is no such user"),
        (NAME, PEOPLE, "there is no row"),
        (NAME, DOMAIN, "there is no profile 'lin'"),
    ]

    lin.join(profile="Lin", LOB="lob-b", PROFILE="lin", IDP="corporate")
    lin.enable(on=False)
    assert says_of(doctor, with_lin, NAME, "Lin") == [
        (NAME, POOL, "the user is disabled"),
        (NAME, PEOPLE, "LOB is 'lob-b', and the landscape says 'lob-a'"),
        (NAME, DOMAIN, "there is no profile 'lin'; there is 'Lin', which is another name"),
        ("Lin", DOMAIN, "the profile is nobody's of lob-a in the landscape"),
    ]

    lin.enable(on=True)
    lin.enter(LOB="lob-a", PROFILE="lin", IDP="corporate")
    lin.rename("Lin", "lin")
    assert says_of(doctor, with_lin, NAME, "lin", "Lin") == []


def test_s2_28_somebody_the_landscape_does_not_name_is_named_wherever_they_are(
    doctor: Doctor, lin: Lin
) -> None:
    lin.join(profile="lin", LOB="lob-a", PROFILE="lin", IDP="corporate")

    assert says_of(doctor, EXAMPLE, NAME, "lin") == [
        ("lin", DOMAIN, "the profile is nobody's of lob-a in the landscape"),
        (NAME, PEOPLE, "the landscape does not name this person"),
        (NAME, POOL, "the landscape does not name this user"),
    ]


def test_s2_28_who_may_not_look_is_refused_and_not_told_that_all_is_well(
    doctor: Doctor,
) -> None:
    for profile in ("lob-a", "shared-services"):
        ran = doctor.ask(EXAMPLE, "--profile", profile, "--json")

        assert (ran.returncode, ran.stdout) == (4, "")
        assert "sts:AssumeRole" in ran.stderr
