"""The list of warehouses: read exactly, or refused with what to do."""

import json
from pathlib import Path
from typing import Any

import pytest

from studiogate.errors import NoSuchWarehouse, NotSetUp
from studiogate.warehouse.settings import place, settings
from tests.kit.warehouse_played import SALES, STOCK, home


def read(folder: Path, **changes: Any) -> Any:
    home(folder, sales=SALES | changes)
    return settings(folder / "warehouses.json").of("sales")


def test_a_warehouse_is_what_the_list_says(tmp_path: Path) -> None:
    sales = read(tmp_path)

    assert (sales.kind, sales.name, sales.database) == ("cluster", "sales-1", "dev")
    assert sales.groups == ("analysts",)
    assert sales.role_arn("ada") == SALES["role_arn"]
    assert (sales.host, sales.port) == (None, None)


def test_an_endpoint_in_the_notebooks_own_account_is_told(tmp_path: Path) -> None:
    sales = read(tmp_path, host="sales-endpoint.internal", port=5440)

    assert (sales.host, sales.port) == ("sales-endpoint.internal", 5440)


def test_on_serverless_everybody_has_a_role_of_their_own(tmp_path: Path) -> None:
    home(tmp_path, stock=STOCK)

    stock = settings(tmp_path / "warehouses.json").of("stock")

    assert stock.role_arn("ada").endswith("StudioReader-stock.lob-a.ada")


def test_a_name_that_is_not_listed_is_answered_with_those_that_are(tmp_path: Path) -> None:
    home(tmp_path)

    with pytest.raises(NoSuchWarehouse) as refused:
        settings(tmp_path / "warehouses.json").of("sails")

    assert "'sails'" in str(refused.value)
    assert "sales, stock" in str(refused.value)


def test_without_a_list_the_log_of_the_installation_is_what_to_look_at(tmp_path: Path) -> None:
    with pytest.raises(NotSetUp, match="no list of warehouses") as refused:
        settings(tmp_path / "warehouses.json")

    assert refused.value.reason == "no-list"
    assert "~/.studiogate/install.log" in refused.value.remedy


BROKEN: dict[str, dict[str, Any]] = {
    "a kind nobody knows": {"kind": "lake"},
    "an account that is none": {"account": "4444"},
    "a role that is none": {"role_arn": "arn:aws:s3:::bucket"},
    "no database": {"database": ""},
    "groups that are a text": {"groups": "analysts"},
    "a port beyond the last": {"port": 65536},
}


@pytest.mark.parametrize("changes", BROKEN.values(), ids=BROKEN)
def test_a_list_that_is_not_exact_is_not_believed(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    with pytest.raises(NotSetUp) as refused:
        read(tmp_path, **changes)

    assert refused.value.reason == "list-unreadable"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"version": 2}', json.dumps({"version": 1, "region": "x"}), "[" * 9999],
)
def test_a_file_that_is_no_list_is_refused_and_never_empty(tmp_path: Path, text: str) -> None:
    path = tmp_path / "warehouses.json"
    path.write_text(text)

    with pytest.raises(NotSetUp, match="cannot be read"):
        settings(path)


def test_the_list_is_in_the_home_unless_the_environment_says_otherwise() -> None:
    there = Path("somebody")

    assert place({}, there) == there / ".studiogate" / "warehouses.json"
    assert place({"STUDIOGATE_WAREHOUSES": "elsewhere.json"}, there) == Path("elsewhere.json")
