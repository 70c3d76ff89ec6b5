"""Before RStudio is built, it is said where the licence for it is missing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from studiogate.cli.licences import tell_licences
from studiogate.cli.present import steps
from studiogate.landscape.model import Landscape
from studiogate.local.licences import Licences
from tests.kit.images import with_images
from tests.kit.topology import document

LOB_A = "222222222222"
WITH = Landscape.model_validate(with_images())
WITHOUT = Landscape.model_validate(document(warehouses={}))


class LicenceManager:
    """Accounts, as far as they are asked here, of which `licensed` have a licence; with `refused`, nobody may ask."""

    def __init__(self, *licensed: str, refused: bool = False) -> None:
        self._licences = Licences(licensed.__contains__, datetime(2030, 1, 1, tzinfo=UTC))
        self._refused, self.asked = refused, list[str | None]()

    def client(self, account_id: str | None, service: Any, /) -> Any:
        assert service == "license-manager"
        self.asked.append(account_id)
        return self

    def can_paginate(self, _operation: str) -> bool:
        return False

    def list_received_licenses(self) -> dict[str, Any]:
        if self._refused:
            raise ClientError(
                {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}},
                "ListReceivedLicenses",
            )
        return {"Licenses": list(self._licences.received(str(self.asked[-1]), "eu-west-1"))}


def told(
    accounts: LicenceManager, landscape: Landscape, capsys: pytest.CaptureFixture[str]
) -> str:
    there: Any = accounts
    with steps("Asking") as step:
        tell_licences(landscape, there, step)
    said = capsys.readouterr()
    assert said.out == ""
    return " ".join(said.err.split())


def test_s6_03_without_a_licence_it_is_explained_before(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = told(LicenceManager(), WITH, capsys)

    assert "RStudio in lob-a: there is no licence of Posit Workbench" in said
    assert "AWS makes the domain's server fail" in said
    assert "sales@posit.co" in said


def test_s6_03_with_one_or_without_rstudio_nothing_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    nobody = LicenceManager()

    assert told(LicenceManager(LOB_A), WITH, capsys) == ""
    assert told(nobody, WITHOUT, capsys) == ""
    assert nobody.asked == []


def test_s6_03_a_refusal_is_told_as_one_and_holds_nothing_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = told(LicenceManager(refused=True), WITH, capsys)

    assert said.startswith("Licences of RStudio were not looked at:")
    assert "no licence" not in said
