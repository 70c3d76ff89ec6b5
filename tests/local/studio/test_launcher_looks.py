"""Studio's home and RStudio's, looked at: for everybody, on every screen, by keyboard."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page
from starlette.responses import Response

from studiogate.local.call import Place
from studiogate.local.sagemaker.model import App, Owner, Status
from studiogate.local.studio import launcher, pages
from studiogate.local.studio.kinds import EDITOR, JUPYTER, SESSIONS, Kind
from studiogate.local.studio.rsession import Heard, RSession
from studiogate.local.studio.shelf import OWN, Choice, Shelf
from tests.kit.browser import browsing
from tests.kit.looked import complaints, unsafe

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ARN = "arn:aws:sagemaker:eu-west-1:222222222222:image-version"
OURS = Choice(f"{ARN}/lab/3", "Our lab", "lab, version 3", None)
LONG = Choice(
    f"{ARN}/r-4.5/12", "R 4.5 with everything that forecasting needs" + "x" * 40,
    "r-4.5-" + "y" * 50 + ", version 12", None,
)  # fmt: skip
PLAIN = Choice(OWN, JUPYTER.own, "", None)
HEARD = RSession(
    Heard(
        "2026.08.2+200.pro1",
        (("R --version", "R version 4.5.1"), ("Rscript --version", "Rscript 4.5.1")),
    )
)


def shelf(kind: Kind, *choices: Choice, progress: Status | None = None, why: str = "") -> Shelf:
    if progress is None:
        return Shelf(kind, choices, None, None)
    place, owner = Place("222222222222", "eu-west-1"), Owner("user-profile", "ada")
    app = App(
        place, NOW, NOW, NOW, domain_id="d-1", owner=owner, type=kind.type, name="default",
        rest={}, progress=progress, failure=why,
    )  # fmt: skip
    return Shelf(kind, choices, app, choices[-1])


FAILED = (
    "SageMaker is unable to launch the app using the image [222222222222.dkr.ecr.eu-west-1."
    f"amazonaws.com/studiogate/lab@sha256:{'0' * 64}]. Its program ended, exit code 3."
)
SEVERAL = shelf(SESSIONS, LONG, replace(LONG, label="R 4.4", value=f"{ARN}/r-4.4/1"))
ALIVE = shelf(SESSIONS, LONG, progress=Status.IN_SERVICE)


def home(*shelves: Shelf) -> Response:
    return launcher.home("ada.lovelace", "forecasting", shelves)


def rstudio(one: Shelf, session: RSession | None = None) -> Response:
    return launcher.rstudio_home("ada.lovelace", one, session, "2026.08.2+200.pro1")


PAGES = {
    "nothing runs": home(shelf(JUPYTER, PLAIN, OURS, LONG), shelf(EDITOR), SEVERAL),
    "everything": home(
        shelf(JUPYTER, PLAIN, OURS, progress=Status.IN_SERVICE),
        shelf(EDITOR, LONG, progress=Status.FAILED, why=FAILED),
        ALIVE,
    ),
    "rstudio": rstudio(SEVERAL),
    "a session": rstudio(ALIVE, HEARD),
    "failed": pages.failed("Code Editor for ada.lovelace", FAILED),
}


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browsing() as browser:
        context = browser.new_context(bypass_csp=True)
        yield context.new_page()
        context.close()


@pytest.mark.parametrize("shown", PAGES.values(), ids=PAGES)
def test_the_page_is_one_for_everybody(page: Page, shown: Response) -> None:
    page.set_content(bytes(shown.body).decode())

    assert complaints(page) == []
    assert unsafe(shown.headers) == []
    assert "refresh" not in shown.headers
    assert page.locator("script").count() == 0


def test_an_address_that_is_longer_than_the_page_is_wide_is_not_cut_off(page: Page) -> None:
    page.set_content(bytes(PAGES["failed"].body).decode())

    assert page.locator("main").evaluate("one => one.scrollWidth - one.clientWidth") == 0
    assert names(page, "paragraph")[-2].startswith("Open the domain again")


def test_while_an_app_starts_the_page_looks_again_by_itself() -> None:
    shown = home(shelf(JUPYTER, PLAIN, progress=Status.PENDING))

    assert int(shown.headers["refresh"]) > 0
    assert b"starting" in shown.body


def names(page: Page, role: str) -> Sequence[str]:
    found = page.get_by_role(role).all()  # type: ignore[arg-type]  # one of playwright's words
    return [one.get_attribute("aria-label") or one.inner_text() for one in found]


def test_every_button_says_by_itself_what_it_does(page: Page) -> None:
    page.set_content(bytes(PAGES["nothing runs"].body).decode())
    starts = names(page, "button")
    page.set_content(bytes(PAGES["everything"].body).decode())

    assert starts[:2] == [
        "Start JupyterLab with This machine’s Python",
        "Start JupyterLab with Our lab, lab, version 3",
    ]
    assert "Stop JupyterLab" in names(page, "button")
    assert {"Open JupyterLab", "Open RStudio"} <= set(names(page, "link"))
