"""S2-23: the comparison of costs is printed, for people and for programs."""

import json

import pytest

from studiogate.cli.app import main
from tests.kit.starting import EXAMPLE, MANY_WAYS


def test_s2_23_both_ways_are_told_with_what_one_more_lob_adds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["costs", str(EXAMPLE)]) == 0

    told = capsys.readouterr().out
    assert "722.70" in told
    assert "730.00" in told
    assert (
        "One more VPC with notebooks: 36.50 shared, 197.10 with endpoints of its own." in told
    )
    assert "from 2 such VPCs on; acme has 2." in told
    assert "Nor are warehouses, which cost the same in either way: sales (1 × ra3.large)." in (
        " ".join(told.split())
    )
    assert max(map(len, told.splitlines())) <= 80


def test_s2_23_prices_are_what_one_gives(capsys: pytest.CaptureFixture[str]) -> None:
    prices = ["--endpoint-hour", "0.011", "--attachment-hour", "0.06", "--resolver-hour", "0"]
    assert main(["costs", str(EXAMPLE), *prices, "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert [one["price"] for one in told["lines"]] == [0.011, 0.06, 0.0, 0.0]
    assert told["each_further"] == {"shared": 43.8, "everywhere": 220.46}
    assert told["pays_from"] == 1
    assert told["uncounted"] == [{"warehouse": "sales", "what": "1 × ra3.large"}]


def test_s2_23_what_is_not_there_has_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["costs", str(MANY_WAYS)]) == 0

    assert "attached" not in capsys.readouterr().out


def test_s2_23_at_no_price_nothing_is_ever_saved(capsys: pytest.CaptureFixture[str]) -> None:
    free = ["--endpoint-hour", "0", "--attachment-hour", "0", "--resolver-hour", "0"]
    assert main(["costs", str(EXAMPLE), *free]) == 0

    assert "never dearer than shared; acme has 2." in capsys.readouterr().out


def test_a_price_below_zero_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["costs", str(EXAMPLE), "--endpoint-hour", "-1"]) == 2

    assert "--endpoint-hour" in capsys.readouterr().err
