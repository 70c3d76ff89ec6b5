"""What an app gets of AWS: its own network's doors, and credentials only while it runs."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from studiogate.landscape.read import read
from studiogate.local.apps import AppEnvironment
from studiogate.local.call import Place
from studiogate.local.iam.vending import Vending
from studiogate.local.listeners import SAGEMAKER, listeners
from studiogate.local.places import Places
from studiogate.local.sagemaker.model import App, Domain, Profile
from studiogate.local.studio.seat import Seat
from tests.kit.front import LOB_A, World, allow, policy, served, trusting, world

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-lobs.yaml"
LANDSCAPE = read(EXAMPLE.read_text(encoding="utf-8"))
KNOWN = listeners(LANDSCAPE, 8400)


@pytest.fixture(scope="module")
def org() -> Iterator[World]:
    with world() as made:
        yield made


@pytest.fixture
def vending(org: World) -> Vending:
    return Vending(org.sessions, org.policies, org.clock)


@pytest.fixture
def seat(org: World) -> Seat:
    """Ada's place in forecasting, with an execution role that trusts SageMaker."""
    trust = policy(trusting({"Service": "sagemaker.amazonaws.com"}, "sts:AssumeRole"))
    role = org.role(LOB_A, trust=trust, can=policy(allow("s3:ListAllMyBuckets")))
    now = org.clock()
    born = (Place(LOB_A, LANDSCAPE.region), now, now, now)
    domain = Domain(
        *born,
        id="d-1",
        name="forecasting",
        auth_mode="IAM",
        network_access="VpcOnly",
        user_settings={"ExecutionRole": role},
        settings={},
        rest={},
    )
    ada = Profile(*born, domain_id="d-1", name="ada", settings={})
    app = App(
        *born, domain_id="d-1", owner=ada.owner, type="JupyterLab", name="default", rest={}
    )
    return Seat(app, domain, ada)


def asked(url: str, env: Mapping[str, str]) -> int:
    """The status of asking for credentials as `env` says."""
    path = urlsplit(env["AWS_CONTAINER_CREDENTIALS_FULL_URI"]).path
    token = env["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    return httpx.get(url + path, headers={"authorization": token}).status_code


def test_an_app_gets_credentials_while_it_runs_and_none_when_it_has_ended(
    vending: Vending, seat: Seat
) -> None:
    environment = AppEnvironment(Places(LANDSCAPE, KNOWN), vending)
    with served(vending.app()) as url:
        env = environment(seat)
        running = asked(url, env)
        environment.ended(env)
        environment.ended(env)

        assert (running, asked(url, env)) == (200, 401)


def test_an_app_that_is_started_again_leaves_no_old_token_behind(
    vending: Vending, seat: Seat
) -> None:
    environment = AppEnvironment(Places(LANDSCAPE, KNOWN), vending)
    with served(vending.app()) as url:
        old, new = environment(seat), environment(seat)

        assert (asked(url, old), asked(url, new)) == (401, 200)


def test_an_app_never_asks_the_real_aws(vending: Vending, seat: Seat) -> None:
    """A service that has no endpoint in its VPC says so here, not on the Internet."""
    env = AppEnvironment(Places(LANDSCAPE, KNOWN), vending)(seat)

    assert env["AWS_ENDPOINT_URL"] == KNOWN[SAGEMAKER, "lob-a"].address
    assert all(
        urlsplit(value).hostname == "127.0.0.1"
        for name, value in env.items()
        if "_URL" in name or "_URI" in name
    )
