"""The gateway is told addresses and credentials, inherits nothing, and its end is told."""

import base64
import json
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from studiogate.errors import StartError
from studiogate.gateway.settings import Settings
from studiogate.landscape.read import read
from studiogate.local.children import start
from studiogate.local.gateway import (
    Deployed,
    RunningGateway,
    Surroundings,
    environment,
    start_gateway,
)
from studiogate.local.iam.organisation import Organisation
from studiogate.local.iam.policies import LivePolicies
from studiogate.local.iam.sessions import SessionStore
from studiogate.local.iam.vending import Vending
from studiogate.local.listeners import listeners

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-lobs.yaml"


@pytest.fixture
def around() -> Surroundings:
    acme = read(EXAMPLE.read_text(encoding="utf-8"))
    return Surroundings(acme, listeners(acme, 8400))


ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AcmeDemo1"
VARIABLES = {
    "STUDIOGATE_ORIGINS": "https://sg01.execute-api.eu-west-1.amazonaws.com",
    "STUDIOGATE_API_ENDPOINT": "vpce-0a1b2c3d4e5f60718",
    "STUDIOGATE_LEDGER": "table:studiogate-openings",
    "STUDIOGATE_COOKIE_KEYS": base64.b64encode(bytes(32)).decode(),
    "STUDIOGATE_CONTACT": "platform@acme.example",
    "STUDIOGATE_IDPS": json.dumps({"corporate": {"issuer": ISSUER, "client_id": "portal"}}),
}
"""What the template tells the function; its own test says that this is what it tells."""


def now() -> datetime:
    return datetime(2030, 1, 1, tzinfo=UTC)


def test_s3_26_what_it_is_told_are_settings_the_gateway_accepts(
    around: Surroundings, tmp_path: Path
) -> None:
    told = environment(around, VARIABLES, ledger=tmp_path / "ledger.jsonl")
    settings = Settings.from_environment(told)

    assert settings.region == "eu-west-1"
    assert "http://localhost:8400" in settings.origins
    assert "https://sg01.execute-api.eu-west-1.amazonaws.com" in settings.origins
    assert settings.idps["corporate"].issuer == ISSUER
    assert settings.trusted_proxies == ("unix",)
    assert settings.prefixes == {"/prod"}


def test_s5_it_is_told_whom_to_ask_and_where_the_landscape_is(
    around: Surroundings, tmp_path: Path
) -> None:
    told = environment(
        replace(around, file=EXAMPLE), VARIABLES, ledger=tmp_path / "ledger.jsonl"
    )
    settings = Settings.from_environment(told)

    assert settings.contact == around.landscape.contact == "platform@acme.example"
    assert settings.landscape == EXAMPLE.absolute()


def test_what_it_is_told_on_aws_it_is_told_here(around: Surroundings, tmp_path: Path) -> None:
    told = environment(around, VARIABLES, ledger=tmp_path / "l")

    same = ("STUDIOGATE_COOKIE_KEYS", "STUDIOGATE_CONTACT")
    assert {name: told[name] for name in same} == {name: VARIABLES[name] for name in same}
    # A server is told by its socket who passes requests on; the function's way is not its.
    assert "STUDIOGATE_API_ENDPOINT" not in told


def test_it_inherits_the_search_path_and_nothing_else(
    around: Surroundings, tmp_path: Path
) -> None:
    told = environment(around, VARIABLES, ledger=tmp_path / "l")

    names = {name for name in told if not name.startswith(("STUDIOGATE_", "AWS_"))}
    assert names == {"PATH"}
    assert json.loads(told["STUDIOGATE_IDPS"]).keys() == {"corporate"}


async def test_its_socket_lies_where_nobody_else_can_reach_it(
    around: Surroundings, tmp_path: Path
) -> None:
    vending = Vending(SessionStore(now), LivePolicies(Organisation("900000000009")), now)

    deployed = Deployed("arn:aws:iam::111111111111:role/StudiogateGateway", VARIABLES, "code")
    gateway = start_gateway(around, deployed, vending, state=tmp_path, sockets=tmp_path)
    await gateway.stop()

    assert stat.S_IMODE(gateway.socket.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "gateway.log").stat().st_mode) == 0o600
    assert not gateway.runs


async def test_a_gateway_that_ends_before_it_is_ready_says_where_to_read_why(
    tmp_path: Path,
) -> None:
    log = tmp_path / "gateway.log"
    child = start(["true"], environment={"PATH": "/usr/bin:/bin"}, log=log)
    gateway = RunningGateway(child, tmp_path / "nowhere.sock", log)

    with pytest.raises(StartError, match="did not become ready") as failed:
        await gateway.answers()

    assert "gateway.log" in failed.value.remedy
