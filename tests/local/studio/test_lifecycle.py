"""An app's own Python, and the script that runs before it: in a real JupyterLab (S1-28)."""

import asyncio
import base64
import io
import json
import subprocess
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from studiogate.errors import StartError
from studiogate.local.call import Place
from studiogate.local.sagemaker.landing import BASE
from studiogate.local.sagemaker.model import App, Domain, Lifecycle, Owner, Profile
from studiogate.local.studio.image import Images
from studiogate.local.studio.jupyter import JupyterLab, JupyterLauncher
from studiogate.local.studio.scripts import Scripts
from studiogate.local.studio.seat import Seat
from studiogate.local.studio.upstream import HOST
from tests.kit.studio import LOB_A, REGION, SETTINGS, HandClock, short_folder
from tests.kit.studio_session import asks
from tests.kit.waiting import until

PLACE = Place(LOB_A, REGION)
HERE = {"AWS_REGION": REGION}


def seat(*texts: str, name: str = "ada") -> Seat:
    """The seat of a person whose JupyterLab starts with scripts."""
    clock = HandClock()
    birth = (clock(), clock(), clock())
    domain = Domain(
        PLACE,
        *birth,
        id="d-0a1b2c3d4e5f",
        name="forecasting",
        auth_mode="IAM",
        network_access="VpcOnly",
        user_settings=SETTINGS,
        settings={},
        rest={},
    )
    profile = Profile(PLACE, *birth, domain_id=domain.id, name=name, settings={})
    app = App(
        PLACE,
        *birth,
        domain_id=domain.id,
        owner=Owner("user-profile", name),
        type="JupyterLab",
        name="default",
        rest={},
    )
    found = tuple(
        Lifecycle(
            PLACE,
            *birth,
            name=f"script-{number}",
            app_type="JupyterLab",
            content=base64.b64encode(text.encode()).decode(),
        )
        for number, text in enumerate(texts)
    )
    return Seat(app, domain, profile, found)


def wheel(folder: Path) -> Path:
    """A wheel that calls itself studiogate, for an app to install."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        info = "studiogate-0.0.1.dist-info"
        archive.writestr("studiogate/__init__.py", "WHENCE = 'a script'\n")
        archive.writestr(
            f"{info}/METADATA",
            "Metadata-Version: 2.1\nName: studiogate\nVersion: 0.0.1\nRequires-Dist: connectorx\n",
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    place = folder / "studiogate-0.0.1-py3-none-any.whl"
    place.write_bytes(made.getvalue())
    place.chmod(0o644)
    return place


@pytest.fixture
async def folder() -> AsyncIterator[Path]:
    async with short_folder() as made:
        made.chmod(0o755)
        yield made


def launcher_in(folder: Path, *, extra_ca: Path | None = None) -> JupyterLauncher:
    return JupyterLauncher(folder / "state", folder / "s", lambda _: HERE, extra_ca=extra_ca)


@asynccontextmanager
async def running(launcher: JupyterLauncher, whose: Seat) -> AsyncIterator[JupyterLab]:
    app = await launcher.launch(whose)
    try:
        yield app
    finally:
        await app.stop()


async def printed(app: JupyterLab, code: str) -> Any:
    """What code of a notebook prints, as JSON."""
    headers = app.upstream.headers()
    client, base = app.upstream.client(), f"{HOST}{BASE}/api/kernels"
    async with client.post(base, headers=headers, json={"name": "python3"}) as answer:
        assert answer.status == 201, await answer.text()
        kernel = (await answer.json())["id"]
    async with (
        asyncio.timeout(60),
        client.ws_connect(f"{base}/{kernel}/channels", headers=headers) as socket,
    ):
        await socket.send_str(asks(code))
        async for message in socket:
            said = json.loads(message.data)
            assert said["msg_type"] != "error", said["content"]
            if said["msg_type"] == "stream":
                return json.loads(said["content"]["text"])
    raise AssertionError("the kernel said nothing")


LOOK = """
import importlib.util, json, os, subprocess, sys
found = importlib.util.find_spec("studiogate")
python = subprocess.run(
    ["python3", "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True
)
print(json.dumps({
    "ours": found.origin if found else None,
    "prefix": sys.prefix,
    "of_the_shell": python.stdout.strip(),
    "pandas": importlib.util.find_spec("pandas").origin,
    "trusted": os.environ["SSL_CERT_FILE"],
}))
"""

INSTALLS = """#!/bin/bash
set -eu
echo "starts as $USER with $AWS_REGION"
pip install --quiet --no-index --find-links "{wheels}" studiogate
"""


async def test_s1_28_the_library_is_there_by_the_script_and_gone_with_the_app(
    folder: Path,
) -> None:
    launcher = launcher_in(folder)
    wheel(folder)

    async with running(launcher, seat(INSTALLS.format(wheels=folder))) as app:
        with_script = await printed(app, LOOK)
    run = Path(with_script["prefix"]).parent

    assert with_script["ours"].startswith(f"{with_script['prefix']}/")
    assert with_script["of_the_shell"] == with_script["prefix"]
    assert with_script["pandas"].startswith(f"{run}/image/")
    assert not run.exists()
    log = folder / "state/d-0a1b2c3d4e5f/user-profile/ada/app.log"
    assert f"starts as sagemaker-user with {REGION}" in log.read_text()


async def failed(folder: Path, whose: Seat) -> str:
    """What a start that comes to nothing says; nothing of it is left."""
    with pytest.raises(StartError) as caught:
        await launcher_in(folder).launch(whose)
    assert [one.name for one in (folder / "s").iterdir()] == ["image"]
    return str(caught.value)


async def test_a_script_that_fails_fails_the_app_and_says_where_to_look(folder: Path) -> None:
    said = await failed(folder, seat("echo first", "echo second >&2; exit 3", "echo third"))

    log = (folder / "state/d-0a1b2c3d4e5f/user-profile/ada/app.log").read_text()
    assert "non zero exit code 3" in said
    assert "studio-lifecycle-config/script-1," in said
    assert log.split() == ["first", "second"]


async def test_a_script_that_does_not_end_is_ended(folder: Path) -> None:
    """What it started as well."""
    (script,) = seat("sleep 1000 & echo $!; wait").lifecycles
    log = folder / "log"
    scripts = Scripts(folder, [script])

    with pytest.raises(StartError, match=r"timed out after 1 seconds .*script-0"):
        await scripts.run(list, {}, log=log, home=folder, may_take_s=1.0)

    async def ended() -> bool:
        return _ended(log.read_text().strip())

    await until(ended)


def _ended(pid: str) -> bool:
    stat = Path("/proc", pid, "stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


async def test_an_app_that_is_deleted_while_its_script_runs_leaves_nothing(
    folder: Path,
) -> None:
    log = folder / "state/d-0a1b2c3d4e5f/user-profile/ada/app.log"
    launching = asyncio.create_task(
        launcher_in(folder).launch(seat("echo started; sleep 1000"))
    )

    async def started() -> bool:
        return log.exists() and "started" in log.read_text()

    await until(started)
    launching.cancel()
    await asyncio.wait([launching])

    assert launching.cancelled()
    assert [one.name for one in (folder / "s").iterdir()] == ["image"]


def test_an_image_has_what_is_installed_but_not_ours_and_trusts_one_more(
    tmp_path: Path,
) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text("-----BEGIN CERTIFICATE-----\nours\n")

    made = Images(tmp_path / "kept", extra_ca=authority).make(tmp_path)

    names = {one.name for one in (tmp_path / "image").iterdir()}
    assert {"connectorx", "pandas", "redshift_connector"} <= names
    assert not any("studiogate" in name or name.endswith(".pth") for name in names)
    trusted = made.certificates.read_text()
    assert trusted.endswith(authority.read_text())
    assert trusted.count("BEGIN CERTIFICATE") > 100
    assert made.environment["PATH"].startswith(f"{tmp_path}/env/bin:")


def test_s1_28_without_a_script_there_is_no_library_and_pip_takes_nothing_away(
    tmp_path: Path,
) -> None:
    made = Images(tmp_path / "kept").make(tmp_path)

    found, place, prefix = run([str(made.programs / "python3"), "-c", FRESH]).splitlines()

    assert found == "None"
    assert place == f"{tmp_path}/image"
    # pip leaves alone what is not below the prefix, links resolved or not.
    assert not Path(place).is_relative_to(prefix)
    assert not (Path(place) / "iniconfig").resolve().is_relative_to(prefix)


FRESH = """
import importlib.metadata, importlib.util, sys
print(importlib.util.find_spec("studiogate"))
print(importlib.metadata.distribution("iniconfig").locate_file(""))
print(sys.prefix)
"""


def run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip()
