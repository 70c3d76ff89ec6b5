"""S6: an image from its Dockerfile into launchers, to its next version, back, and gone."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.kit.browser import browsing
from tests.kit.containers import private_storage
from tests.kit.organisation import Organisation
from tests.kit.portal import signed_in
from tests.kit.publisher import Publisher
from tests.kit.tools_image import left_as_found, write_tools
from tests.kit.waiting import PATIENCE_S, awaited

pytestmark = pytest.mark.browser

SHOWN = "JupyterLab with our tools"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("storage")


@pytest.fixture
def publisher(acme: Organisation, storage: Path) -> Iterator[Publisher]:
    one = Publisher(acme, private_storage(storage), acme.landscape)
    with left_as_found(one):
        yield one


@pytest.fixture
def office(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    context.set_default_timeout(60_000)
    yield context
    context.close()


def says(page: Page, words: re.Pattern[str]) -> None:
    """Look at the portal until it says so: it tells for a minute what it saw of images."""

    def shown() -> bool:
        page.reload()
        return page.get_by_text(words).first.is_visible()

    awaited(
        shown,
        within_s=2 * PATIENCE_S,
        pause_s=1,
        pause=lambda pause_s: page.wait_for_timeout(pause_s * 1000),
    )


def launcher(page: Page, context: BrowserContext) -> Page:
    """Studio's launcher, by the link beside the images."""
    with context.expect_page() as opened:
        page.get_by_role("link", name="Choose one in Studio").first.click()
    expect(opened.value.get_by_role("heading", name="JupyterLab")).to_be_visible()
    return opened.value


def published(publisher: Publisher, words: str) -> None:
    """A version of the image whose JupyterLab shows `words`, in both accounts."""
    write_tools(publisher.folder("tools"), words)
    publisher.images("build", "tools")
    publisher.images("publish", "tools")


def listed(publisher: Publisher) -> dict[str, dict[str, Any]]:
    """What is said of the image, by domain, while one of them is without it."""
    return {one["domain"]: one for one in publisher.listed("tools", code=3)}


def _stop_lab(acme: Organisation) -> None:
    """End the JupyterLab that somebody began before: the launcher starts another then."""
    studio = acme.client("lob-a", "sagemaker")
    for one in studio.list_apps(UserProfileNameEquals="user-lob-a")["Apps"]:
        if one["Status"] in {"InService", "Pending"}:
            keys = ("DomainId", "UserProfileName", "AppType", "AppName")
            studio.delete_app(**{key: one[key] for key in keys})


def versions(acme: Organisation) -> list[int | None]:
    """What JupyterLab of either lob's domain has of the image: its pinned version."""
    found = []
    for lob in ("lob-a", "lob-b"):
        studio = acme.client(lob, "sagemaker")
        (domain,) = studio.list_domains()["Domains"]
        there = studio.describe_domain(DomainId=domain["DomainId"])["DefaultUserSettings"]
        listed = there.get("JupyterLabAppSettings", {}).get("CustomImages", [])
        mine = [one["ImageVersionNumber"] for one in listed if one["ImageName"] == "tools"]
        found.append(mine[0] if mine else None)
    return found


def test_s6_01_s6_14_s6_17_s6_20_an_image_comes_from_its_dockerfile_into_the_launcher(
    acme: Organisation, publisher: Publisher, office: BrowserContext
) -> None:
    published(publisher, "Version one of our tools")
    publisher.images("attach", "tools")
    first = listed(publisher)
    _stop_lab(acme)

    page = signed_in(acme, office, "user-lob-a")
    says(page, re.compile(rf"{SHOWN}.*version 1"))
    studio = launcher(page, office)
    # The last of the list: this machine's own JupyterLab comes before it.
    row = studio.locator("li, form").filter(has_text=SHOWN).last
    row.get_by_role("button", name="Start").click()
    expect(studio.get_by_role("heading", name="Version one of our tools")).to_be_visible()

    runs = listed(publisher)["forecasting"]["runs"]
    retired = publisher.images("retire", "tools", "--yes", code=3)
    app = acme.client("lob-a", "sagemaker").list_apps(UserProfileNameEquals="user-lob-a")

    assert (first["forecasting"]["version"], first["fraud"]["version"]) == (1, None)
    assert first["forecasting"]["status"] == "propagating"
    assert (first["forecasting"]["usage"], first["forecasting"]["shown"]) == (
        "Studio image",
        SHOWN,
    )
    assert [one["who"] for one in runs] == ["user-lob-a"]
    labs = [one for one in app["Apps"] if one["AppType"] == "JupyterLab"]
    assert [one["Status"] for one in labs if one["Status"] != "Deleted"] == ["InService"]
    assert "user-lob-a" in retired.words


def test_s6_24_a_new_version_is_tried_in_one_lob_goes_everywhere_and_comes_back(
    acme: Organisation, publisher: Publisher, office: BrowserContext
) -> None:
    published(publisher, "One")
    publisher.images("attach", "tools")
    publisher.images("attach", "tools", "--everywhere")
    everywhere = versions(acme)
    again = publisher.images("publish", "tools", "--json")

    published(publisher, "Two")
    page = signed_in(acme, office, "user-lob-b")
    says(page, re.compile("version 2 waits"))
    too_soon = publisher.images("attach", "tools", "--everywhere", code=3)
    publisher.images("attach", "tools")
    canary = versions(acme)
    publisher.images("attach", "tools", "--everywhere")
    after = versions(acme)
    publisher.images("rollback", "tools")
    back = versions(acme)
    publisher.images("detach", "tools", "--yes")

    assert everywhere == [1, 1]
    unchanged = json.loads(again.out)
    assert {one["outcome"] for one in unchanged["published"]} == {"there already"}
    assert unchanged["inside"] == "as before"
    assert "canary" in too_soon.words
    assert canary == [2, 1]
    assert after == [2, 2]
    assert back == [1, 1]
    assert versions(acme) == [None, None]


def test_s6_25_a_run_that_was_killed_is_gone_on_with_and_all_is_gone_at_the_end(
    acme: Organisation, publisher: Publisher
) -> None:
    write_tools(publisher.folder("tools"), "Killed")
    publisher.images("build", "tools")
    publisher.killed("publish", "tools", at="lob-a: image made")

    publisher.images("publish", "tools")
    publisher.images("attach", "tools", "--lob", "lob-a", "--lob", "lob-b")
    stood = versions(acme)
    publisher.killed("retire", "tools", "--yes", at="lob-a")
    publisher.images("retire", "tools", "--yes")

    assert stood == [1, 1]
    for lob in ("lob-a", "lob-b"):
        studio, ecr = acme.client(lob, "sagemaker"), acme.client(lob, "ecr")
        assert studio.list_images(NameContains="tools")["Images"] == []
        assert studio.list_app_image_configs(NameContains="tools")["AppImageConfigs"] == []
        names = [one["repositoryName"] for one in ecr.describe_repositories()["repositories"]]
        assert "studiogate/tools" not in names
