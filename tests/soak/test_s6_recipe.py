"""S6: what `images init` writes, really built on a real base, and run by a person."""

import ast
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from studiogate.images.recipe.choices import R_PACKAGES
from studiogate.images.recipe.workbench import standing
from tests.kit import bases, conda, posit
from tests.kit.browser import browsing
from tests.kit.notebook import Notebook
from tests.kit.organisation import Organisation
from tests.kit.recipe_room import RecipeRoom, recipe_room

pytestmark = [
    pytest.mark.soak,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(os.geteuid() != 0, reason="debootstrap has to be root"),
]

WHO, PROFILE = "ada.lovelace@acme.example", "ada"
PACKAGES = (*R_PACKAGES, "odbc")
R = "4.5.0"
"""The R of Debian 13, which stands in for Posit's."""

STARTS_WITHIN_MS = 900_000
"""Until an app is there: a real image is fetched, unpacked, and what starts with it is run."""

UBUNTU = 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\n'
SERVICE = standing(datetime.now(UTC).date()).version  # noqa: TID251 - the day on which it is built


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bases.debian(tmp_path_factory.mktemp("base"), "trixie")


@pytest.fixture
def room(acme: Organisation, tmp_path: Path) -> Iterator[RecipeRoom]:
    hosts = posit.hosts(tmp_path / "posit", r_version=R, session=SERVICE, packages=PACKAGES)
    with recipe_room(tmp_path, acme, {**hosts, **conda.hosts()}) as one:
        yield one


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture
def office(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(120_000)
    yield context
    context.close()


def built(room: RecipeRoom, name: str) -> str:
    """The id of the image `name`, built once more."""
    said = room.done("build", name).noise
    return next(one for one in said.split() if one.startswith("sha256:"))


def started(acme: Organisation, context: BrowserContext, app: str, shows: str) -> Page:
    """An app as its button is called, from the portal by Studio's launcher, once it `shows`."""
    page = context.new_page()
    page.goto(acme.up["portal"])
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_label("Name").fill(WHO)
    page.get_by_label("Password").fill(acme.people[WHO].password)
    page.get_by_role("button", name="Sign in").click()
    with context.expect_page() as opened:
        page.get_by_role("link", name="Choose one in Studio").first.click()
    studio = opened.value
    studio.get_by_role("button", name=f"Start {app}").click()
    studio.wait_for_selector(shows, timeout=STARTS_WITHIN_MS)
    return studio


def test_s6_01_the_recipe_of_jupyterlab_builds_on_a_real_base_and_a_person_works_in_it(
    acme: Organisation, room: RecipeRoom, debian: Path, office: BrowserContext
) -> None:
    base = room.base(debian, "debian:13")
    words = ("--kind", "jupyterlab", "--base", base, "--domain", "forecasting")
    room.done("init", "lab", *words)
    room.done("check", "lab")
    once, again = built(room, "lab"), built(room, "lab")
    room.done("check", "lab", "--built")
    first, second = (room.done("publish", "lab", "--json").answer for _ in range(2))
    room.done("attach", "lab", "--json")

    book = Notebook(started(acme, office, "JupyterLab with lab", "#jp-main-dock-panel"))
    where = book.run(
        "import sys, pathlib, os\n"
        "print([sys.prefix, os.getuid(), "
        'pathlib.Path("/opt/studiogate/requirements.txt").read_text().splitlines()[0], '
        'pathlib.Path("/etc/debian_version").read_text().partition(".")[0]])'
    )
    asked = book.run(
        "import studiogate; from studiogate import warehouse\n"
        'sales = warehouse.connect("sales")\n'
        'print([studiogate.__file__, sales.read("select current_user as me")["me"][0]])'
    )
    room.done("detach", "lab", "--yes", "--json")

    assert once == again
    assert [one["outcome"] for one in second["published"]] == ["there already"]
    assert first["published"][0]["outcome"] != "there already"
    assert "@sha256:" in (room.folder("lab") / "Dockerfile").read_text(encoding="utf-8")
    assert ast.literal_eval(where) == ["/opt/python", 1000, "jupyterlab>=4,<5", "13"]
    library, me = ast.literal_eval(asked)
    assert library.startswith("/opt/python/lib/")
    assert me == PROFILE


def test_s6_01_the_recipe_of_code_editor_builds_on_a_real_base_and_a_person_opens_it(
    acme: Organisation, room: RecipeRoom, debian: Path, office: BrowserContext
) -> None:
    base = room.base(debian, "debian:13")
    words = ("--kind", "codeeditor", "--base", base, "--domain", "forecasting")
    room.done("init", "editor", *words)
    room.described("editor", python=False)  # which the recipe of JupyterLab builds
    room.done("init", "editor")
    room.done("check", "editor")
    once, again = built(room, "editor"), built(room, "editor")
    room.done("check", "editor", "--built")
    room.done("publish", "editor", "--json")
    room.done("attach", "editor", "--json")

    shown = started(acme, office, "Code Editor with editor", "main #who")
    who, where = (shown.locator(f"main #{one}").inner_text() for one in ("who", "where"))
    files = shown.locator("main li").all_inner_texts()
    room.done("detach", "editor", "--yes", "--json")

    assert once == again
    assert (who, where) == ("1000", "/home/sagemaker-user")
    assert "sales.ipynb" in files


def test_s6_08_s6_10_s6_13_the_recipe_of_rstudio_builds_on_a_real_base(
    room: RecipeRoom, debian: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    bases.copied(debian, root)
    (root / "usr/lib/os-release").write_text(UBUNTU, encoding="utf-8")
    base = room.base(root, "ubuntu:24.04")
    words = ("--kind", "rstudio", "--base", base, "--domain", "forecasting", "--r", R)
    room.done("init", "r", *words)
    room.done("check", "r")
    once, again = built(room, "r"), built(room, "r")
    room.done("check", "r", "--built")

    assert once == again
    assert {one.rpartition("/")[2] for one in room.world.asked} >= {
        f"{one}_1.0.tar.gz" for one in PACKAGES
    }
