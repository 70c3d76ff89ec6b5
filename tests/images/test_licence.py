"""RStudio's licence: found by what it is for, and no refusal is taken for its absence (S6-03)."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from studiogate.errors import AwsError, Denied
from studiogate.images.licence import Licence, licence_of
from studiogate.images.world import Account, World
from tests.kit.front import MovingClock

LAB, OTHER = "Posit Workbench (RStudio) on Amazon SageMaker", "Grafana Enterprise"


class LicenseManager:
    """Answers with licences, or refuses."""

    def __init__(self, *licences: dict[str, Any], refusal: ClientError | None = None) -> None:
        self.licences = licences
        self.refusal = refusal

    def client(self, _account: str | None, service: Any, /) -> Any:
        assert service == "license-manager"
        return self

    def can_paginate(self, _operation: str) -> bool:
        return False

    def list_received_licenses(self) -> dict[str, Any]:
        if self.refusal is not None:
            raise self.refusal
        return {"Licenses": list(self.licences)}


def licence(name: str, status: str = "AVAILABLE", granted: str = "ACTIVE") -> dict[str, Any]:
    return {
        "LicenseArn": f"arn:aws:license-manager::999999999999:license:l-{name}",
        "ProductName": name,
        "Status": status,
        "ReceivedMetadata": {"ReceivedStatus": granted},
    }


def refusal(code: str, message: str) -> ClientError:
    said: Any = {"Error": {"Code": code, "Message": message}}
    return ClientError(said, "ListReceivedLicenses")


def found(manager: LicenseManager) -> Licence | None:
    world = World(
        accounts=manager,
        region="eu-west-1",
        clock=MovingClock(),
        ticks=lambda: 0.0,
        pause=lambda _: None,
        chance=lambda: 0.5,
        tell=lambda _: None,
    )
    return licence_of(Account(world, "222222222222"))


@pytest.mark.parametrize(
    ("licences", "usable"),
    [
        pytest.param([licence(OTHER), licence(LAB)], True, id="among others"),
        pytest.param([licence("RStudio Workbench")], True, id="by its older name"),
        pytest.param([licence(LAB, "EXPIRED"), licence(LAB)], True, id="the one that is good"),
        pytest.param([licence(LAB, "SUSPENDED")], False, id="suspended"),
        pytest.param([licence(LAB, granted="PENDING_ACCEPT")], False, id="not accepted yet"),
    ],
)
def test_s6_03_the_licence_is_known_by_its_product(
    licences: list[dict[str, Any]],
    usable: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    one = found(LicenseManager(*licences))

    assert one is not None
    assert one.usable is usable


def test_s6_03_other_licences_are_none_of_rstudio() -> None:
    assert found(LicenseManager(licence(OTHER))) is None
    assert found(LicenseManager()) is None


def test_an_account_that_never_used_license_manager_has_none() -> None:
    never = refusal(
        "AuthorizationException", "Service role not found. Consult setup procedures"
    )

    assert found(LicenseManager(refusal=never)) is None


@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        ("AccessDeniedException", "not authorized to perform", Denied),
        ("AuthorizationException", "something else", AwsError),
    ],
)
def test_a_refusal_is_no_answer(code: str, message: str, error: type[AwsError]) -> None:
    with pytest.raises(error):
        found(LicenseManager(refusal=refusal(code, message)))
