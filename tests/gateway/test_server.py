"""The whole gateway as a process has it, over real sockets: every part is the real one."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from studiogate.errors import SettingsError
from studiogate.gateway.server import assemble
from studiogate.gateway.settings import Settings
from tests.kit.gateway import HOST, Clock, serving, visiting
from tests.kit.gateway_world import World
from tests.kit.waiting import PATIENCE_S, awaited

ORIGIN = f"https://{HOST}"
THROUGH_THE_PROXY = {"x-forwarded-for": "192.168.10.7", "x-forwarded-proto": "https"}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "record" / "openings.jsonl"


@pytest.fixture
def gateway(world: World, clock: Clock, ledger: Path) -> Iterator[httpx.Client]:
    environ = world.environment(ORIGIN, str(ledger))
    assembled = assemble(Settings.from_environment(environ), environ, clock=clock)
    with serving(assembled.app, close=assembled.close) as url, visiting(url) as client:
        client.headers.update(THROUGH_THE_PROXY)
        yield client


def test_a_token_becomes_a_url_and_a_line(
    world: World, gateway: httpx.Client, ledger: Path
) -> None:
    token = world.token("ada.lovelace@acme.example")

    answer = gateway.get(
        "/ada.lovelace@acme.example", headers={"authorization": f"Bearer {token}"}
    )

    assert answer.status_code == 302
    assert answer.headers["location"].startswith("https://d-forecasting.studio.eu-west-1.")
    (form,) = world.forms
    assert form["RoleSessionName"] == form["SourceIdentity"] == "ada.lovelace@acme.example"
    assert form["ExternalId"] == "studiogate:acme:demo:lob-a"
    assert (form["Tags.member.1.Key"], form["Tags.member.1.Value"]) == (
        "studiogate:profile",
        "ada",
    )
    (line,) = [json.loads(text) for text in ledger.read_text().splitlines()]
    assert (line["outcome"], line["person"], line["network"], line["idp"]) == (
        "opened",
        "ada.lovelace@acme.example",
        "office",
        "corporate",
    )
    assert token not in ledger.read_text()
    assert "SECRET" not in ledger.read_text()


def test_a_warm_opening_asks_who_it_is_for_and_for_a_url(
    world: World, gateway: httpx.Client
) -> None:
    headers = {"authorization": f"Bearer {world.token('user-lob-a')}"}
    gateway.get("/open/forecasting", headers=headers)
    before = world.asked.copy()

    for _ in range(5):
        assert gateway.get("/open/forecasting", headers=headers).status_code == 302

    assert world.asked - before == {"BatchGetItem": 5, "CreatePresignedDomainUrl": 5}


def test_somebody_elses_token_opens_nothing(world: World, gateway: httpx.Client) -> None:
    headers = {"authorization": f"Bearer {world.token('user-lob-b')}"}

    answer = gateway.get("/user-lob-a", headers=headers)

    assert answer.status_code == 403
    assert world.asked.keys() <= {"PutItem"}  # what the provider published, kept


def test_ready_asks_the_tables(world: World, gateway: httpx.Client) -> None:
    assert gateway.get("/readyz").json() == {"status": "ready"}
    assert world.asked == {"BatchGetItem": 1}
    assert 'action="dynamodb:BatchGetItem",outcome="ok"' in gateway.get("/metrics").text


def test_the_portal_offers_the_provider(gateway: httpx.Client) -> None:
    answer = gateway.get("/", headers={"accept": "text/html"})

    assert "Sign in with Acme" in answer.text


def test_without_credentials_it_does_not_start(world: World, clock: Clock) -> None:
    environ = world.environment(ORIGIN, "stdout")
    del environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"]

    with pytest.raises(SettingsError, match="credentials"):
        assemble(Settings.from_environment(environ), environ, clock=clock)


SERVE = """
import os, sys
from pathlib import Path
from studiogate.gateway.server import serve
from studiogate.gateway.settings import Settings
serve(Settings.from_environment(os.environ), uds=Path(sys.argv[1]))
"""


def _answering(path: Path, child: subprocess.Popen[str]) -> httpx.Client:
    """A client of the process behind the socket `path`, once it accepts connections."""

    def takes_connections() -> bool:
        assert child.poll() is None, child.communicate()
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(path)) == 0

    awaited(takes_connections)
    return httpx.Client(
        transport=httpx.HTTPTransport(uds=str(path)), base_url="http://localhost"
    )


def test_s3_26_the_process_serves_a_socket_and_keeps_stdout_for_the_record(
    tmp_path: Path,
) -> None:
    world = World(lambda: datetime.now(UTC))  # noqa: TID251 - the process has the real clock
    path = tmp_path / "gateway.sock"
    with serving(world.app) as world.url:
        environ = world.environment("http://localhost", "stdout")
        environ["STUDIOGATE_TRUSTED_PROXIES"] = "unix"
        command = [sys.executable, "-c", SERVE, str(path)]
        with subprocess.Popen(
            command,
            env={**os.environ, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as child:
            headers = {"authorization": f"Bearer {world.token('user-lob-a')}"}
            with _answering(path, child) as client:
                home = client.get(
                    "/user-lob-a", headers={**headers, "x-forwarded-for": "192.168.10.7"}
                )
                away = client.get("/user-lob-a", headers=headers)
            child.send_signal(signal.SIGTERM)
            out, err = child.communicate(timeout=PATIENCE_S)

    assert (home.status_code, away.status_code) == (302, 403)
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["reason"] for line in lines] == ["ok", "network"]
    assert [json.loads(line)["level"] for line in err.splitlines()]
    assert "SECRET" not in out + err
    assert headers["authorization"][7:30] not in out + err
    assert child.returncode in {0, -signal.SIGTERM}
