"""The front door is what stands in the emulated API Gateway and Lambda at this moment."""

import base64
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from studiogate import names
from studiogate.errors import StartError
from studiogate.landscape.read import read
from studiogate.local.front_door import GatewayKeeper, standing_api
from studiogate.local.functions.store import Function, Functions, Name
from studiogate.local.gateway import Surroundings
from studiogate.local.iam.organisation import Organisation
from studiogate.local.iam.policies import LivePolicies
from studiogate.local.iam.sessions import SessionStore
from studiogate.local.iam.vending import Vending
from studiogate.local.listeners import listeners
from studiogate.local.private_api import PrivateApi
from studiogate.local.rest_apis.store import Api, RestApis
from tests.kit.private_api import FakeAuthorizer, own_policy, through

ACME = read(
    (Path(__file__).parents[2] / "examples" / "two-lobs.yaml").read_text(encoding="utf-8")
)
GATEWAY = Name(ACME.hub_account, ACME.region, names.GATEWAY_FUNCTION)
OPEN = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "execute-api:Invoke",
                "Resource": "*",
            }
        ],
    }
)


def now() -> datetime:
    return datetime(2030, 1, 1, tzinfo=UTC)


def function(code: str = "one") -> Function:
    idp = {"issuer": "https://idp.example", "client_id": "portal"}
    variables = {
        "STUDIOGATE_ORIGINS": "https://sg01.execute-api.eu-west-1.amazonaws.com",
        "STUDIOGATE_COOKIE_KEYS": base64.b64encode(bytes(32)).decode(),
        "STUDIOGATE_IDPS": json.dumps({"corporate": idp}),
    }
    role = names.role_arn(ACME.region, ACME.hub_account, names.GATEWAY_ROLE)
    about = {"Role": role, "CodeSha256": code, "Environment": {"Variables": variables}}
    return Function(GATEWAY, about)


class TestApi:
    @pytest.fixture
    def apis(self) -> RestApis:
        return RestApis(now)

    def api(self, kind: str = "PRIVATE", *, stage: str | None = "prod") -> Api:
        about = {"id": "abc123", "endpointConfiguration": {"types": [kind]}}
        stages = {stage: {"deploymentId": "d1"}} if stage else {}
        deployed: dict[str, dict[str, Any]] = {
            "d1": {"snapshot": {"methods": {}, "authorizers": {}, "responses": {}}}
        }
        where = (ACME.hub_account, ACME.region)
        return Api(*where, about, OPEN, stages=stages, deployments=deployed)

    def test_before_it_is_deployed_there_is_none(self, apis: RestApis) -> None:
        find = standing_api(apis, ACME)
        apis.add(self.api(stage=None))

        assert find() is None

    def test_one_that_is_not_private_is_not_the_front_door(self, apis: RestApis) -> None:
        apis.add(self.api("REGIONAL"))

        assert standing_api(apis, ACME)() is None

    def test_it_is_found_with_its_stage_once_it_stands_and_gone_when_it_is(
        self, apis: RestApis
    ) -> None:
        find, api = standing_api(apis, ACME), self.api()
        apis.add(api)
        found = find()
        apis.remove(api)

        assert found is not None
        assert (found.api_id, found.stage) == ("abc123", "prod")
        assert find() is None

    async def test_s2_14_whoever_asks_while_there_is_none_is_refused(
        self, apis: RestApis, tmp_path: Path
    ) -> None:
        door = PrivateApi(
            api=standing_api(apis, ACME),
            arrival_of=lambda _: through("vpce-0aaaaaaaaaaaaaaaa", own_policy()),
            ask=FakeAuthorizer(),
            upstream_socket=tmp_path / "nobody.sock",
        )
        transport = httpx.ASGITransport(app=door)
        async with httpx.AsyncClient(transport=transport, base_url="http://acme") as client:
            answer = await client.get("/")
        await door.close()

        assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


class TestGateway:
    @pytest.fixture
    def functions(self) -> Functions:
        return Functions(now)

    @pytest.fixture
    def sockets(self) -> Iterator[Path]:
        # Not pytest's own directory: a Unix socket's path has room for about a hundred letters.
        with tempfile.TemporaryDirectory(prefix="sg-") as short:
            yield Path(short)

    @pytest.fixture
    async def keeper(
        self, functions: Functions, sockets: Path, tmp_path: Path
    ) -> AsyncIterator[GatewayKeeper]:
        vending = Vending(SessionStore(now), LivePolicies(Organisation("900000000009")), now)
        around = Surroundings(ACME, listeners(ACME, 8400))
        made = GatewayKeeper(around, functions, vending, state=tmp_path, sockets=sockets)
        yield made
        with suppress(StartError):
            await made.close()

    async def test_without_a_function_nothing_runs_and_nothing_is_pretended(
        self, keeper: GatewayKeeper
    ) -> None:
        await keeper.look()

        assert not keeper.runs
        with pytest.raises(StartError, match="does not stand"):
            await keeper.answers()

    async def test_it_runs_while_the_function_is_there_and_ends_with_it(
        self, keeper: GatewayKeeper, functions: Functions
    ) -> None:
        functions.add(function())
        await keeper.look()
        there = keeper.runs
        functions.remove(functions.get(GATEWAY))
        await keeper.look()

        assert there
        assert not keeper.runs

    async def test_other_code_is_another_start_and_the_same_is_none(
        self, keeper: GatewayKeeper, functions: Functions, tmp_path: Path
    ) -> None:
        functions.add(function("one"))
        await keeper.look()
        first = keeper._runs
        await keeper.look()
        same = keeper._runs
        functions.add(function("two"))
        await keeper.look()

        assert first is same
        assert keeper._runs is not None
        assert keeper._runs is not first
        assert (tmp_path / "gateway.log").exists()
