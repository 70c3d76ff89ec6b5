"""Apps that run in their custom image, really: from its file system, as its user, apart."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from studiogate.local.containers.roots import SHIFT
from studiogate.local.ecr.parts import Pulled
from studiogate.local.sagemaker.landing import BASE
from studiogate.local.sagemaker.model import App, Status
from studiogate.local.studio import contained
from studiogate.local.studio.image_app import ImageApp
from studiogate.local.studio.last_words import last_words
from studiogate.local.studio.upstream import HOST
from tests.kit.layers import SERVES, Entry, as_root, busybox, folder, image_of, site
from tests.kit.studio import SETTINGS
from tests.kit.studio_images import IMAGE_ROLE, Shop, shop
from tests.kit.waiting import PATIENCE_S, until

HOME = "/home/sagemaker-user"


def lab(place: Path, *more: Entry, script: str = "", **config: Any) -> Pulled:
    """An image whose JupyterLab is a site; `script` is run before it serves."""
    layer = busybox(
        *site(BASE, api__status='{"kernels": 0}', lab="<title>JupyterLab</title>"),
        folder("home/sagemaker-user", uid=1000, gid=100),
        folder("tmp", mode=0o1777),
        *more,
    )
    command = ["sh", "-c", f"{script}; exec {' '.join(SERVES)}"] if script else SERVES
    return image_of(
        place, layer, **{"Cmd": command, "Env": ["PATH=/bin", "OF=image"], **config}
    )


async def running(here: Shop, image: Pulled, kind: str = "JupyterLab", **attach: Any) -> App:
    """Ada's app of a new domain with that one image."""
    domain = await here.studio.domain()
    await here.studio.profile(domain)
    await here.publish("lab", image)
    await here.attach(domain, kind, "lab", **attach)
    return await here.create(domain, kind, "lab")


async def fetched(here: Shop, app: App, path: str) -> str:
    upstream = here.studio.apps.upstream(app)
    assert upstream is not None
    async with upstream.client().get(HOST + path) as answer:
        assert answer.status == 200
        return await answer.text()


def log_of(here: Shop, app: App) -> str:
    place = here.folder / "state" / app.domain_id / "user-profile/ada"
    return (place / "app.log").read_text() if (place / "app.log").exists() else ""


@as_root
async def test_an_app_runs_from_its_image_as_its_user_with_the_home_and_who_it_is() -> None:
    script = (
        "id; pwd; env; cat /opt/ml/metadata/resource-metadata.json; touch ~/from-image;"
        "ls ~; touch /elsewhere || echo closed"
    )
    async with shop({"AWS_REGION": "eu-west-1"}) as here:
        app = await running(here, lab(here.folder, script=script, WorkingDir=HOME))

        assert (app.progress, app.failure) == (Status.IN_SERVICE, "")
        assert "JupyterLab" in await fetched(here, app, f"{BASE}/lab")
        said = log_of(here, app)
        home = here.folder / "state" / app.domain_id / "user-profile/ada/home"
        made = (home / "from-image").stat()
        arn = app.rest["ResourceSpec"]["SageMakerImageVersionArn"]

    assert arn.endswith("image-version/lab/1")
    assert here.pulling.asked[-1][1:] == (IMAGE_ROLE, "eu-west-1")
    assert (made.st_uid, made.st_gid) == (SHIFT + 1000, SHIFT + 100)
    assert said.startswith(f"uid=1000 gid=100\n{HOME}\n")
    assert "welcome.ipynb" in said
    assert "closed" in said
    for line in (
        f"HOME={HOME}", "OF=image", "AWS_REGION=eu-west-1", "SAGEMAKER_APP_TYPE=JupyterLab",
        "AWS_ACCOUNT_ID=222222222222",
    ):  # fmt: skip
        assert line in said.splitlines()
    told = json.loads(said[said.index("{") : said.index("}") + 1])
    assert told["UserProfileName"] == "ada"
    assert told["ResourceArn"] == app.arn
    assert here.ended == [{"AWS_REGION": "eu-west-1"}]


@as_root
async def test_the_configuration_counts_before_the_image_and_sagemaker_before_both() -> None:
    config = {
        "FileSystemConfig": {"MountPath": "/data"},
        "ContainerConfig": {
            "ContainerEntrypoint": ["/bin/sh"],
            "ContainerArguments": ["-c", f"id -u; env; ls /data; exec {' '.join(SERVES)}"],
            "ContainerEnvironmentVariables": {"OF": "configuration", "AWS_REGION": "mars"},
        },
    }
    async with shop({"AWS_REGION": "eu-west-1"}) as here:
        app = await running(here, lab(here.folder, Entrypoint=["/absent"]), config=config)

        assert (app.progress, app.failure) == (Status.IN_SERVICE, "")
        lines = log_of(here, app).splitlines()

    assert lines[0] == "1000"
    assert {"OF=configuration", "AWS_REGION=eu-west-1", "welcome.ipynb"} <= set(lines)


@as_root
async def test_an_app_reaches_its_credentials_and_the_databases_and_no_other_port() -> None:
    late: list[int] = []
    answers = [await _saying(text) for text in (b"credentials\n", b"database\n", b"other\n")]
    ports = [one.sockets[0].getsockname()[1] for one in answers]
    script = "; ".join(f"echo {port} >> /tmp/p" for port in ports)
    cgi = "#!/bin/sh\necho; for p in $(cat /tmp/p); do nc 127.0.0.1 $p </dev/null 2>&1; done\n"
    given = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{ports[0]}/of-ada"}
    ask = Entry("www/cgi-bin/ask", cgi.encode(), mode=0o755)
    try:
        async with shop(given, databases=lambda _: late) as here:
            app = await running(here, lab(here.folder, ask, script=script))
            assert app.failure == ""

            first = await fetched(here, app, "/cgi-bin/ask")
            late.append(ports[1])

            async def there() -> bool:
                return "database" in await fetched(here, app, "/cgi-bin/ask")

            await until(there)
    finally:
        for one in answers:
            one.close()

    assert first.splitlines()[0] == "credentials"
    assert first.count("refused") == 2
    assert contained.ports_of({"A": "http://localhost:1/x", "B": "https://aws.example:2"}) == {
        1
    }


async def _saying(text: bytes) -> asyncio.Server:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", 0)


@as_root
@pytest.mark.parametrize("base", ["/codeeditor/default", "/CodeEditor/default"])
async def test_code_editor_answers_at_either_spelling_and_has_a_home_of_its_own(
    base: str,
) -> None:
    async with shop() as here:
        image = image_of(
            here.folder, busybox(*site(base, index__html="")), Cmd=SERVES, Env=["PATH=/bin"]
        )
        image = image_of(
            here.folder,
            busybox(Entry(f"www{base}/index.html", b"editor")),
            Cmd=SERVES,
        )
        app = await running(here, image, "CodeEditor")

        assert (app.progress, app.failure) == (Status.IN_SERVICE, "")
        assert await fetched(here, app, f"{base}/") == "editor"
        place = here.folder / "state" / app.domain_id / "user-profile/ada"
        assert [one.name for one in place.iterdir()] == ["codeeditor"]


@as_root
async def test_an_organisation_that_took_the_apps_own_port_is_told_so() -> None:
    async with shop({"AWS_ENDPOINT_URL": "http://127.0.0.1:8888"}) as here:
        app = await running(here, lab(here.folder))

    assert app.progress is Status.FAILED
    assert "Port 8888 of this machine is one of the organisation's endpoints" in app.failure


UNFIT: dict[str, tuple[dict[str, Any], str]] = {
    "ends": (
        {"Cmd": ["sh", "-c", f"echo first; echo token={'hunter2' * 7} is missing; exit 3"]},
        "Its program ended, exit code 3. Its last words: first / token=[redacted] is missing",
    ),
    "serves elsewhere": (
        {"Cmd": ["httpd", "-f", "-p", "9999", "-h", "/www"]},
        "It passed no health check at port 8888, /jupyterlab/default/api/status",
    ),
    "serves something else": (
        {"Cmd": ["httpd", "-f", "-p", "8888", "-h", "/bin"]},
        "It passed no health check at port 8888",
    ),
    "says nothing to run": ({"Cmd": []}, "Neither it nor its configuration says what"),
    "is not there": ({"Cmd": ["jupyter-lab"]}, "jupyter-lab: No such file or directory"),
    "is for another machine": ({"architecture": "s390x"}, "It is for s390x, and this machine"),
}  # fmt: skip


@as_root
@pytest.mark.parametrize(("config", "why"), UNFIT.values(), ids=UNFIT)
async def test_an_image_that_does_not_serve_fails_the_app_and_says_why(
    config: dict[str, Any], why: str
) -> None:
    # What ends by itself has the time that takes; the others answer never, and are not waited for.
    within_s = 0.5 if "no health check" in why else PATIENCE_S
    async with shop({"AWS_X": "1"}, answers_within_s=within_s) as here:
        app = await running(here, lab(here.folder, **config))

        assert app.progress is Status.FAILED
        assert why in app.failure
        assert here.studio.apps.upstream(app) is None
        ran = "architecture" not in config and config.get("Cmd") != []
        assert len(here.ended) == ran, "credentials end with the app"
        assert not list(here.own.folder.joinpath("s").glob("*/app.sock"))


@as_root
async def test_a_registry_that_refuses_fails_the_app_in_its_words() -> None:
    async with shop() as here:
        here.pulling.refuses = "The repository policy does not let StudioImages pull."
        app = await running(here, lab(here.folder))

    assert app.progress is Status.FAILED
    assert "SageMaker is unable to launch the app using the image [2222" in app.failure
    assert "does not let StudioImages pull" in app.failure


@as_root
async def test_an_app_ends_with_delete_app_and_what_it_wrote_beside_the_home_is_gone() -> None:
    async with shop() as here:
        script = "ls /tmp; ls ~; touch /tmp/there ~/kept"
        app = await running(here, lab(here.folder, script=script))
        upstream = here.studio.apps.upstream(app)
        assert upstream is not None

        await here.studio.apps.end(app)

        assert not upstream.socket.exists()
        again = await here.create(app.domain_id, "JupyterLab", "lab")
        assert again.failure == ""
        assert log_of(here, again).split() == ["kept", "welcome.ipynb"]


@as_root
async def test_an_app_that_ends_by_itself_is_started_again() -> None:
    cgi = Entry("www/cgi-bin/end", b"#!/bin/sh\nkill -9 $PPID\n", mode=0o755)
    async with shop() as here:
        app = await running(here, lab(here.folder, cgi))
        first = here.studio.apps.running(app)
        assert isinstance(first, ImageApp)
        with pytest.raises((aiohttp.ClientError, AssertionError)):
            await fetched(here, app, "/cgi-bin/end")
        await first.container.stop()

        async def back() -> bool:
            found = here.studio.apps.running(app)
            return found is not None and found is not first

        await until(back)


async def start_script(here: Shop, name: str, script: str, kind: str) -> str:
    """The ARN of a lifecycle configuration for one type of app."""
    made = await here.studio.ask(
        "CreateStudioLifecycleConfig",
        StudioLifecycleConfigName=name,
        StudioLifecycleConfigContent=base64.b64encode(script.encode()).decode(),
        StudioLifecycleConfigAppType=kind,
    )
    return str(made["StudioLifecycleConfigArn"])


@as_root
async def test_s1_28_a_code_editor_starts_with_the_script_for_its_type_of_app() -> None:
    async with shop() as here:
        domain = await here.studio.domain()
        await here.studio.profile(domain)
        page = Entry("www/codeeditor/default/index.html", b"editor")
        image = image_of(here.folder, busybox(page), Cmd=SERVES, Env=["PATH=/bin"])
        await here.publish("editor", image)
        await here.attach(domain, "CodeEditor", "editor")
        settings = {**SETTINGS, **here.settings}
        for kind in ("JupyterLab", "CodeEditor"):
            arn = await start_script(here, kind, f"echo script of {kind}", kind)
            own = settings.setdefault(f"{kind}AppSettings", {})
            own["DefaultResourceSpec"] = {"LifecycleConfigArn": arn}
        await here.studio.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=settings)
        app = await here.create(domain, "CodeEditor", "editor")

        assert (app.progress, app.failure) == (Status.IN_SERVICE, "")
        (log,) = (here.folder / "state" / domain).rglob("app.log")
        assert log.read_text() == "script of CodeEditor\n"


@as_root
async def test_s1_28_start_scripts_run_in_the_image_and_fail_the_app_when_they_fail() -> None:
    async with shop({"AWS_REGION": "eu-west-1"}) as here:
        domain = await here.studio.domain()
        await here.studio.profile(domain)
        await here.publish("lab", lab(here.folder))
        arns = {}
        for name, script in {"good": "echo in $OF; id -u", "bad": "exit 7"}.items():
            arns[name] = await start_script(here, name, script, "JupyterLab")
        await here.attach(domain, "JupyterLab", "lab")
        own = here.settings["JupyterLabAppSettings"]
        states = {}
        for name, arn in arns.items():
            own["DefaultResourceSpec"] = {"LifecycleConfigArn": arn}
            settings = {**SETTINGS, "JupyterLabAppSettings": own}
            await here.studio.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=settings)
            states[name] = await here.create(domain, "JupyterLab", "lab")
            if name == "good":
                assert log_of(here, states[name]).splitlines() == ["in image", "1000"]
                await here.studio.apps.end(states[name])

    assert states["bad"].progress is Status.FAILED
    assert "failed with non zero exit code 7 with script ARN" in states["bad"].failure
    assert arns["bad"] in states["bad"].failure


async def test_an_app_without_a_custom_image_runs_as_ever_or_says_what_is_not_here() -> None:
    async with shop() as here:
        domain = await here.studio.domain()
        await here.studio.profile(domain)

        apps = [await here.create(domain, kind) for kind in ("JupyterLab", "CodeEditor")]

        assert [one.seat.image for one in here.own.launched] == [None]
    assert [app.progress for app in apps] == [Status.IN_SERVICE, Status.FAILED]
    assert (
        "SageMaker's own image of CodeEditor is not part of this emulation" in apps[1].failure
    )


def test_last_words_are_short_plain_and_without_secrets(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    assert last_words(log) == []
    secret = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
    lines = [f"line {number}" for number in range(9)]
    log.write_bytes(
        "\n".join([*lines, f"\x1b[31mkey {secret}", "x" * 999, ""]).encode() + b"\xff"
    )

    said = last_words(log)

    assert len(said) == 5
    assert said[:3] == ["line 7", "line 8", "[31mkey [redacted]"]
    assert all(len(line) <= 200 for line in said)
