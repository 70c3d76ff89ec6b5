"""What `doctor` says of images and of RStudio: each thing amiss, with what to do about it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from studiogate.images.examined import HERE, examined, of_row
from studiogate.images.listing import (
    ATTACHED,
    BEYOND,
    GONE,
    MISSING,
    NOT_PUBLISHED,
    NOT_READY,
    PROPAGATING,
    Row,
)
from studiogate.images.tools import Version
from studiogate.images.world import World
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from tests.kit.front import MovingClock
from tests.kit.images import with_images
from tests.kit.topology import document

ROW = Row(
    image="r-4.5", usage="RStudio image", shown="R 4.5", lob="lob-a", domain="forecasting",
    profile=None, shared=False, status=ATTACHED, version=3, newest=3, digest="sha256:1",
)  # fmt: skip
RSTUDIO = read(json.dumps(with_images(images={})))
PLAIN = read(json.dumps(document(warehouses={})))
WORKBENCH = {
    "LicenseArn": "arn:aws:license-manager::999999999999:license:l-1",
    "ProductName": "Posit Workbench",
    "Status": "AVAILABLE",
    "ReceivedMetadata": {"ReceivedStatus": "ACTIVE"},
}


class Accounts:
    """License Manager, in the accounts that are asked; no other service answers."""

    def __init__(self, *licences: dict[str, Any]) -> None:
        self._licences = licences
        self.asked: list[str | None] = []

    def client(self, account_id: str | None, service: Any, /) -> Any:
        assert service == "license-manager"
        self.asked.append(account_id)
        return self

    def can_paginate(self, _operation: str) -> bool:
        return False

    def list_received_licenses(self) -> dict[str, Any]:
        return {"Licenses": list(self._licences)}


def world(accounts: Accounts) -> World:
    return World(
        accounts=accounts,
        region="eu-west-1",
        clock=MovingClock(),
        ticks=lambda: 0.0,
        pause=lambda _: None,
        chance=lambda: 0.5,
        tell=lambda _: None,
    )


def look(landscape: Landscape, *licences: dict[str, Any], cli: Version | None = None) -> Any:
    return examined(world(Accounts(*licences)), landscape, cli)


@pytest.mark.parametrize("status", [ATTACHED, PROPAGATING])
def test_an_image_that_is_where_it_should_be_is_not_spoken_of(status: str) -> None:
    assert [*of_row(replace(ROW, status=status))] == []


@pytest.mark.parametrize(
    ("row", "what", "remedy", "how"),
    [
        (
            replace(ROW, status=MISSING, version=None),
            "not attached",
            "images attach r-4.5",
            False,
        ),
        (replace(ROW, status=NOT_PUBLISHED), "no account", "images publish r-4.5", "advice"),
        (replace(ROW, status=NOT_READY), "no version 3", "images rollback", "wrong"),
        (replace(ROW, status=NOT_READY, version=None), "no version any", "rollback", "wrong"),
        (replace(ROW, status=GONE), "ECR has not what version 3", "publish r-4.5", "wrong"),
        (replace(ROW, status=BEYOND), "does not say so", "images.r-4.5", "advice"),
        (replace(ROW, newest=4), "version 3 is attached, and 4 waits", "attach", "advice"),
    ],
)
def test_what_is_amiss_with_an_image_has_its_remedy(
    row: Row, what: str, remedy: str, how: str
) -> None:
    (found,) = of_row(row)

    assert (found.about, found.where) == ("r-4.5", "lob-a/forecasting")
    assert found.advice is (how == "advice")
    assert what in found.what
    assert remedy in found.remedy


def test_a_list_of_somebodys_own_is_told_as_theirs() -> None:
    (found,) = of_row(replace(ROW, profile="ada", newest=4))

    assert found.where == "lob-a/forecasting, of ada"


def test_s6_03_rstudio_without_a_licence_is_explained() -> None:
    (found,) = look(RSTUDIO)

    assert (found.about, found.where, found.advice) == ("RStudio", "lob-a", False)
    assert "License Manager" in f"{found.what} {found.remedy}"


def test_s6_03_a_licence_whose_grant_waits_is_told_from_none() -> None:
    waiting = {**WORKBENCH, "ReceivedMetadata": {"ReceivedStatus": "PENDING_ACCEPT"}}

    (found,) = look(RSTUDIO, waiting)

    assert "PENDING_ACCEPT" in found.what
    assert "Accept" in found.remedy


def test_s6_03_with_a_licence_nothing_is_amiss_and_only_that_account_is_asked() -> None:
    accounts = Accounts(WORKBENCH)

    assert examined(world(accounts), RSTUDIO) == ()
    assert accounts.asked == ["222222222222"]


def test_s6_07_an_old_aws_cli_is_named() -> None:
    (found,) = look(RSTUDIO, WORKBENCH, cli=Version(2, 6, 1))

    assert (found.where, found.advice) == (HERE, False)
    assert "2.6.2" in found.remedy
    assert look(RSTUDIO, WORKBENCH, cli=Version(2, 6, 2)) == ()


def test_where_there_are_neither_images_nor_rstudio_nothing_is_asked() -> None:
    accounts = Accounts()

    assert examined(world(accounts), PLAIN, Version(1, 0, 0)) == ()
    assert accounts.asked == []
