"""What an app behind the front promises: one contract, for the fake and for a JupyterLab."""

import json
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from websockets.asyncio.client import connect

from studiogate.local.sagemaker.landing import BASE
from studiogate.local.sagemaker.model import Status
from studiogate.local.studio import cell
from studiogate.local.studio.jupyter import JupyterLauncher
from studiogate.local.studio.seat import Seat
from studiogate.local.studio.upstream import HOST
from tests.kit.studio import FakeLauncher, Studio, short_folder, studio_of
from tests.kit.studio_session import printed
from tests.kit.waiting import until

APP = {"AppType": "JupyterLab", "AppName": "default"}
CREDENTIALS = {
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/credentials/ada",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "ticket-of-ada",
    "AWS_REGION": "eu-west-1",
}

WHO = """
import json, os, pathlib
place = os.environ.get("STUDIOGATE_METADATA", "/opt/ml/metadata/resource-metadata.json")
print(json.dumps({
    "answer": 6 * 7,
    "who": json.loads(pathlib.Path(place).read_text()),
    "uid": os.getuid(),
    "home": sorted(os.listdir(os.environ["HOME"])),
    "env": {name: text for name, text in os.environ.items() if name.startswith("AWS_")},
    "ours": "STUDIOGATE_TEST_SECRET" in os.environ,
}))
"""


def environment_of(seat: Seat) -> Mapping[str, str]:
    assert seat.execution_role.endswith(":role/StudioExecution")
    assert seat.source_identity is None
    return CREDENTIALS


def _now() -> datetime:
    """The wall clock: a real JupyterLab keeps no other."""
    return datetime.fromtimestamp(time.time(), UTC)


@asynccontextmanager
async def fake_studio() -> AsyncIterator[Studio]:
    async with (
        short_folder() as folder,
        studio_of(FakeLauncher(folder), clock=_now) as studio,
    ):
        yield studio


@asynccontextmanager
async def real_studio(
    state: Path, ended: Callable[[Mapping[str, str]], None]
) -> AsyncIterator[Studio]:
    async with short_folder() as folder:
        launcher = JupyterLauncher(state, folder, environment_of, ended=ended)
        async with studio_of(launcher, clock=_now) as studio:
            yield studio


async def opened(studio: Studio, client: aiohttp.ClientSession) -> tuple[str, str]:
    """Open Ada's Studio; the address of the Lab and her cookie."""
    domain = await studio.domain()
    await studio.profile(domain)
    url = urlsplit(await studio.url(domain))
    base = f"http://127.0.0.1:{studio.port}"
    async with client.get(f"{base}{url.path}?{url.query}", allow_redirects=False) as answer:
        assert answer.status == 302
        cookie = f"studio-session-{domain}={answer.cookies[f'studio-session-{domain}'].value}"

    async def answers() -> bool:
        async with client.get(f"{base}{BASE}/lab", headers={"cookie": cookie}) as answer:
            assert answer.status in {200, 503}, await answer.text()
            return answer.status == 200

    await until(answers)
    return base, cookie


async def keeps_the_contract(
    studio: Studio, client: aiohttp.ClientSession, base: str, cookie: str
) -> None:
    """Fail unless the app answers through the front, and to nobody without its token."""
    async with client.get(f"{base}{BASE}/lab", headers={"cookie": cookie}) as answer:
        page = await answer.text()
        assert answer.status == 200
        assert "JupyterLab" in page
        assert "set-cookie" not in answer.headers
    async with client.get(f"{base}{BASE}/api/status", headers={"cookie": cookie}) as answer:
        assert (await answer.json())["kernels"] == 0
    (app,) = studio.store.apps.values()
    assert app.progress is Status.IN_SERVICE
    upstream = studio.apps.upstream(app)
    assert upstream is not None
    assert upstream.socket.is_socket()
    async with upstream.client().get(f"{HOST}{BASE}/api/status") as direct:
        assert direct.status == 403, "the socket alone must not be enough"


async def test_the_fake_app_keeps_the_contract() -> None:
    async with fake_studio() as studio, aiohttp.ClientSession() as client:
        await keeps_the_contract(studio, client, *await opened(studio, client))


async def _run(base: str, cookie: str, code: str) -> str:
    """Run code in a new kernel through the front; what it printed."""
    headers = {"cookie": cookie}
    async with aiohttp.ClientSession(headers=headers) as client:
        async with client.post(f"{base}{BASE}/api/kernels", json={"name": "python3"}) as answer:
            assert answer.status == 201, await answer.text()
            kernel = (await answer.json())["id"]
        address = f"{base.replace('http', 'ws', 1)}{BASE}/api/kernels/{kernel}/channels"
        async with connect(address, additional_headers=headers, max_size=None) as socket:
            shown = await printed(socket, code)
        async with client.delete(f"{base}{BASE}/api/kernels/{kernel}") as answer:
            assert answer.status == 204
    return shown


async def test_a_jupyterlab_keeps_it_and_computes_as_the_profile_it_belongs_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIOGATE_TEST_SECRET", "of the parent")
    ended: list[Mapping[str, str]] = []
    async with (
        real_studio(tmp_path, ended.append) as studio,
        aiohttp.ClientSession() as client,
    ):
        base, cookie = await opened(studio, client)
        await keeps_the_contract(studio, client, base, cookie)
        told = json.loads(await _run(base, cookie, WHO))
        (app,) = studio.store.apps.values()
        upstream = studio.apps.upstream(app)
        assert upstream is not None
        await studio.ask("DeleteApp", DomainId=app.domain_id, UserProfileName="ada", **APP)
        await studio.ask("DeleteUserProfile", DomainId=app.domain_id, UserProfileName="ada")

    assert ended == [CREDENTIALS]
    (left,) = (tmp_path / "left").iterdir()
    assert (tmp_path / "left").stat().st_mode & 0o077 == 0
    assert not upstream.socket.parent.exists()
    assert studio.apps.upstream(app) is None
    domain = app.domain_id
    assert told["answer"] == 42
    assert told["who"] == {
        "AppType": "JupyterLab",
        "DomainId": domain,
        "UserProfileName": "ada",
        "ResourceArn": app.arn,
        "ResourceName": "default",
    }
    assert told["home"][-1] == "welcome.ipynb"
    assert told["env"].items() >= CREDENTIALS.items()
    assert not {"AWS_ACCESS_KEY_ID", "AWS_PROFILE"} & set(told["env"])
    assert not told["ours"]
    assert told["uid"] in {os.getuid(), cell.uid_of(domain, "user-profile/ada")}
    log = (left / "app.log").read_text()
    assert "token=" not in log.replace("token=...", "")
