"""Studio's home and RStudio's: launch lists by display name, and apps begun and ended by forms."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from html import unescape
from typing import Any

import aiohttp
import pytest

from studiogate.local.ecr.parts import Pulled
from studiogate.local.sagemaker.landing import BASE
from studiogate.local.sagemaker.model import Owner, Status
from studiogate.local.studio import cookies
from tests.kit.layers import SERVES, Entry, as_root, busybox, folder, image_of, site
from tests.kit.studio import INSUFFICIENT, SETTINGS
from tests.kit.studio_browser import Browser
from tests.kit.studio_images import RSTUDIO, Shop, shop
from tests.kit.waiting import until

START, STOP, HOME, RHOME = "/apps/start", "/apps/stop", "/", "/rstudio/default"
ADA = Owner("user-profile", "ada")
SERVICE = "2026.08.2+200.pro1"
"""The Workbench of a domain that is made on the day these tests play on."""


@asynccontextmanager
async def visited(
    here: Shop, domain: str, *, landing: str = "studio::"
) -> AsyncIterator[Browser]:
    """Ada's browser, in her Studio."""
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(cookie_jar=jar) as client:
        browser = Browser(client, here.studio, here.studio.host(domain))
        status, _, headers = await browser.open(
            await here.studio.url(domain, LandingUri=landing)
        )
        assert status == 302
        browser.landed = headers["location"]
        yield browser


def lab(here: Shop, says: str = "lab of an image") -> Pulled:
    pages = site(BASE, api__status="{}", lab=says)
    return image_of(here.folder / says.replace(" ", ""), busybox(*pages), Cmd=SERVES)


def r(
    here: Shop,
    *,
    components: str | None = SERVICE,
    rsession: str | None = None,
    says: str = "R version 4.5.1",
) -> Pulled:
    """An image with session components and something that speaks like R."""
    more: list[Entry] = [folder("usr/local/bin")]
    for name in ("R", "Rscript"):
        script = f"#!/bin/sh\necho '{says} of {name}'\necho more\n"
        more.append(Entry(f"usr/local/bin/{name}", script.encode(), mode=0o755))
    if components is not None:
        more.append(Entry("usr/lib/rstudio-server/VERSION", f"{components}\n".encode()))
    if rsession is not None:
        script = f"#!/bin/sh\necho '{rsession}, built for noble'\n"
        more.append(Entry("usr/lib/rstudio-server/bin/rsession", script.encode(), mode=0o755))
    return image_of(
        here.folder / says.split("'", maxsplit=1)[0].replace(" ", "-"),
        busybox(*more),
        Entrypoint=["/absent"],
    )


async def domain_of(here: Shop, **more: Any) -> str:
    domain = await here.studio.domain(**more)
    await here.studio.profile(domain)
    return domain


def labels(page: str) -> Sequence[str]:
    """What the launch lists of a page offer, in order."""
    rows = page.split("<li><span>")[1:]
    return [unescape(row.partition("</span>")[0].partition("<small>")[0]) for row in rows]


async def shown(browser: Browser, path: str = HOME, text: str = "") -> str:
    """The page, once it has `text`."""
    found: list[str] = []

    async def has() -> bool:
        status, page, _ = await browser.send(path)
        assert status == 200, page
        found.append(unescape(page))
        return text in found[-1]

    await until(has)
    return found[-1]


async def test_s6_17_the_launch_list_has_display_names_else_names_with_versions() -> None:
    async with shop() as here:
        domain = await domain_of(here)
        await here.publish("r-tools", lab(here), display="R tools <of> ours")
        await here.publish("plain", lab(here, "other"))
        await here.publish("plain", lab(here, "newer"), tag="2")
        await here.attach(domain, "JupyterLab", "r-tools", "plain")
        async with visited(here, domain) as browser:
            assert browser.landed == HOME
            status, page, headers = await browser.send(HOME)

    assert status == 200
    assert labels(page) == ["This machine’s Python", "R tools <of> ours", "plain"]
    assert "<small>r-tools, version 1</small>" in page
    assert "<small>version 2</small>" in page
    assert "<of>" not in page, "names are text"
    assert "RStudio" not in page
    assert "No custom image for Code Editor is attached" in page
    assert headers["cache-control"] == "no-store"
    assert "form-action 'self'" in headers["content-security-policy"]


async def test_landing_on_studios_home_starts_nothing_and_on_the_lab_starts_it() -> None:
    async with shop() as here:
        domain = await domain_of(here)
        async with visited(here, domain):
            assert here.studio.store.apps == {}
        async with visited(here, domain, landing="app:JupyterLab:") as browser:
            assert browser.landed == f"{BASE}/lab"
            await browser.lab()
        for landing, where in {
            "app:CodeEditor:": "/codeeditor/default/",
            "app:RStudioServerPro:": RHOME,
            "studio::models/a": HOME,
        }.items():
            async with visited(here, domain, landing=landing) as browser:
                assert browser.landed == where

        assert [app.type for app in here.studio.store.apps.values()] == ["JupyterLab"]


@as_root
async def test_a_form_starts_an_app_in_the_chosen_image_and_another_stops_it() -> None:
    async with shop() as here:
        domain = await domain_of(here)
        await here.publish("lab", lab(here), display="Our lab")
        await here.attach(domain, "JupyterLab", "lab")
        async with visited(here, domain) as browser:
            arn = "arn:aws:sagemaker:eu-west-1:222222222222:image-version/lab/1"
            status, _, headers = await browser.press(START, app="JupyterLab", image=arn)
            assert (status, headers["location"]) == (303, f"{BASE}/lab")
            await browser.lab()
            in_image = (await browser.send(f"{BASE}/lab"))[1]
            page = await shown(browser, text="running")
            again = await browser.press(START, app="JupyterLab", image="")
            app = here.studio.store.apps[domain, ADA, "JupyterLab", "default"]
            lives = app.progress

            stopped = await browser.press(STOP, app="JupyterLab")
            after = await shown(browser, text="not running")

    assert in_image == "lab of an image"
    assert app.rest["ResourceSpec"]["SageMakerImageVersionArn"] == arn
    assert app.opened_as == "user-lob-a"
    assert "Image: Our lab (lab, version 1)" in page
    assert "To start it with another image, stop it first." in page
    assert (again[0], lives) == (303, Status.IN_SERVICE), "what lives is opened as it is"
    assert (stopped[0], stopped[2]["location"]) == (303, HOME)
    assert app.progress is Status.DELETED
    assert labels(after) == ["This machine’s Python", "Our lab"]


@as_root
async def test_s6_24_an_image_that_is_detached_leaves_the_list_and_the_others_stay() -> None:
    async with shop() as here:
        domain = await domain_of(here)
        for name in ("one", "two"):
            await here.publish(name, lab(here, name))
        await here.attach(domain, "JupyterLab", "one", "two")
        app = await here.create(domain, "JupyterLab", "one")
        pair = {"ImageName": "two", "AppImageConfigName": "two"}
        settings = {**SETTINGS, "JupyterLabAppSettings": {"CustomImages": [pair]}}
        await here.studio.ask("UpdateDomain", DomainId=domain, DefaultUserSettings=settings)
        async with visited(here, domain) as browser:
            page = await shown(browser)
            assert "Image: one" in page, "what runs keeps its image"
            await browser.press(STOP, app="JupyterLab")
            arn = app.rest["ResourceSpec"]["SageMakerImageVersionArn"]
            refused = await browser.press(START, app="JupyterLab", image=arn)
            after = await shown(browser)

    assert refused[0] == 409
    assert labels(after) == ["This machine’s Python", "two"]


async def test_another_sites_form_starts_and_stops_nothing() -> None:
    async with shop() as here:
        domain = await domain_of(here)
        async with visited(here, domain) as browser:
            for headers in (
                {"origin": "https://elsewhere.example"},
                {"origin": "null"},
                {"sec_fetch_site": "cross-site"},
                {"sec_fetch_site": "same-site"},
            ):
                for path in (START, STOP):
                    status, _, _ = await browser.send(
                        path, method="POST", data="app=JupyterLab&image=", **headers
                    )
                    assert status == 403
            assert (await browser.send(START))[0] == 405
            assert (await browser.send(HOME, method="POST", data=""))[0] == 405

        assert here.studio.store.apps == {}


async def test_a_form_that_is_none_of_ours_changes_nothing() -> None:
    async with shop() as here:
        domain = await domain_of(here)
        async with visited(here, domain) as browser:
            for form in (
                {"app": "Canvas"}, {"app": "RSessionGateway", "image": ""}, {},
                {"app": "JupyterLab", "image": "arn:aws:sagemaker:eu-west-1:1:image-version/x/1"},
            ):  # fmt: skip
                assert (await browser.press(START, **form))[0] == 409
            assert (await browser.press(START, app="J" * 5000))[0] == 413
            browser.cookies.clear()
            assert (await browser.press(START, app="JupyterLab", image=""))[0] == 403

        assert here.studio.store.apps == {}


async def test_the_policies_are_asked_about_studios_home_as_about_everything() -> None:
    async with shop() as here:
        domain = await domain_of(here)
        async with visited(here, domain) as browser:
            here.studio.guard.open = False
            for answer in (
                await browser.send(HOME),
                await browser.press(START, app="JupyterLab", image=""),
            ):
                assert answer[0] == 403
                assert INSUFFICIENT in answer[1]

        assert here.studio.store.apps == {}


@as_root
async def test_s6_23_an_r_session_says_which_image_it_is_of_and_what_its_r_said() -> None:
    async with shop() as here:
        domain = await domain_of(here, **RSTUDIO)
        await here.publish("r-4.5", r(here), display="R 4.5 with our packages")
        await here.publish("r-4.4", r(here, says="R version 4.4.3"))
        await here.attach_r(domain, "r-4.5", "r-4.4")
        async with visited(here, domain, landing="app:RStudioServerPro:") as browser:
            assert browser.landed == RHOME
            assert 'href="/rstudio/default"' in await shown(browser)
            first = await shown(browser, RHOME)
            arn = "arn:aws:sagemaker:eu-west-1:222222222222:image-version/r-4.5/1"
            pressed = await browser.press(START, app="RSessionGateway", image=arn)
            page = await shown(browser, RHOME, "What its image said")
            stopped = await browser.press(STOP, app="RSessionGateway")

    assert labels(first) == ["R 4.5 with our packages", "r-4.4"]
    assert f"Posit Workbench {SERVICE} itself is not part of this emulation" in first
    assert (pressed[0], pressed[2]["location"]) == (303, RHOME)
    assert "Image: R 4.5 with our packages (r-4.5, version 1)" in page
    assert "R version 4.5.1 of R<" in page
    assert "R version 4.5.1 of Rscript<" in page
    assert SERVICE in page
    assert stopped[2]["location"] == RHOME


@as_root
@pytest.mark.parametrize(
    ("made", "why"),
    [
        (
            {"components": "2025.05.1+513.pro3"},
            f"Session version 2025.05.1+513.pro3 does not match server version {SERVICE}.",
        ),
        (
            {"components": None, "rsession": "2024.01.0+1.pro1"},
            f"Session version 2024.01.0+1.pro1 does not match server version {SERVICE}.",
        ),
        (
            {"components": None},
            f"Session version unknown does not match server version {SERVICE}.",
        ),
        ({"says": "broken' >&2; exit 4 #"}, "`R --version` ended with 4, and said: broken"),
    ],
    ids=["another version", "told by the program", "no components", "no R"],
)
async def test_s6_08_a_session_of_another_version_or_without_r_does_not_start(
    made: dict[str, Any], why: str
) -> None:
    async with shop() as here:
        domain = await domain_of(here, **RSTUDIO)
        await here.publish("r", r(here, **made))
        await here.attach_r(domain, "r")
        app = await here.create(domain, "RSessionGateway", "r")
        async with visited(here, domain) as browser:
            page = await shown(browser, RHOME)

    assert app.progress is Status.FAILED
    assert why in app.failure
    assert why in page


@as_root
async def test_s6_02_a_server_that_is_made_anew_has_the_version_of_that_day() -> None:
    async with shop() as here:
        here.studio.store.clock.now = here.studio.store.clock.now.replace(year=2025)  # type: ignore[attr-defined]  # a test turns it
        domain = await domain_of(here, **RSTUDIO)
        await here.publish("r", r(here))
        await here.attach_r(domain, "r")
        old = await here.create(domain, "RSessionGateway", "r")
        here.studio.store.clock.now = here.studio.store.clock.now.replace(year=2026)  # type: ignore[attr-defined]  # as above
        await here.studio.apps.end(old)
        server = {"UserProfileName": "domain-shared", "AppType": "RStudioServerPro"}
        for operation in ("DeleteApp", "CreateApp"):
            await here.studio.ask(operation, DomainId=domain, AppName="default", **server)
        await here.serves(domain)
        new = await here.create(domain, "RSessionGateway", "r")

    assert "does not match server version 2025.05.1+513.pro3" in old.failure
    assert (new.progress, new.failure) == (Status.IN_SERVICE, "")


async def test_a_profile_without_access_sees_no_rstudio() -> None:
    async with shop() as here:
        domain = await here.studio.domain(**RSTUDIO)
        closed = {"RStudioServerProAppSettings": {"AccessStatus": "DISABLED"}}
        await here.studio.ask(
            "CreateUserProfile", DomainId=domain, UserProfileName="ada", UserSettings=closed
        )
        await here.serves(domain)
        async with visited(here, domain) as browser:
            page = await shown(browser)
            status, text, _ = await browser.send(RHOME)

    assert "RStudio" not in page
    assert status == 404
    assert "There is no RStudio here" in text


async def test_an_app_without_a_token_keeps_its_cookies_under_its_domains_name_alone() -> None:
    async with shop() as here:
        here.own.asks = False
        domain = await domain_of(here)
        async with visited(here, domain, landing="app:JupyterLab:") as browser:
            await browser.lab()
            session = dict(browser.cookies)
            named = (await browser.send(f"{BASE}/lab"))[2]
            seen = here.own.of("ada").headers[-1]
            browser.host = f"127.0.0.1:{here.studio.port}"
            bare = (await browser.send(f"{BASE}/lab"))[2]
            at_bare = here.own.of("ada").headers[-1]

    assert "_xsrf=upstream" in named["set-cookie"]
    assert not any(value in str(seen) for value in session.values() if value != "upstream")
    assert "_xsrf=upstream" in seen["Cookie"]
    assert "set-cookie" not in bare
    assert "Cookie" not in at_bare
    assert "authorization" not in {name.lower() for name in seen}


def test_cookies_of_ours_pass_neither_way_and_others_for_one_host_only() -> None:
    sent = ["a=1; studio-session-d-1=secret", "Studio-Session-d-2=secret; b=2;  "]
    given = [
        "_xsrf=2|a; Domain=localhost; Path=/x; Secure",
        "STUDIO-session-d-1=planted; Path=/",
        # Sent back as it is here, without the first sign, these would be ours.
        "=studio-session-d-1=planted; Path=/",
        " = studio-session-d-1=planted",
        "studio-session-d-1",
        "nameless; Path=/",
    ]

    assert cookies.for_the_app(sent) == "a=1; b=2"
    assert list(cookies.for_the_browser(given)) == ["_xsrf=2|a; Path=/x; Secure"]
