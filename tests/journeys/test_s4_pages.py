"""S4-17, every page there is: for who sees little, has no mouse, no script, or only a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from studiogate.names import PEOPLE_TABLE
from tests.kit.browser import browsing
from tests.kit.looked import unsafe
from tests.kit.organisation import PASSWORD, Organisation
from tests.kit.pages_shown import (
    BESIDE,
    GATEWAY,
    LEFT,
    NEWCOMER,
    OURS,
    PARTS,
    PERSON,
    POOL,
    WORKFORCE,
    Jar,
    Visitor,
)  # fmt: skip

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def jars() -> dict[str, Jar]:
    """The cookies of people who have signed in already."""
    return {}


@pytest.fixture(scope="module")
def organisation(acme: Organisation) -> Iterator[Organisation]:
    """The running organisation, with somebody whose password is temporary, and a revoked one."""
    pool, id_ = acme.client("shared-services", "cognito-idp"), acme.up["user_pool_id"]
    acme.newcomer(LEFT)
    directory = acme.client("shared-services", "dynamodb")
    row = {"PK": {"S": LEFT}, "LOB": {"S": "lob-a"}, "REVOKED": {"BOOL": True}}
    directory.put_item(TableName=PEOPLE_TABLE, Item=row)
    pool.admin_create_user(
        UserPoolId=id_, Username=NEWCOMER, TemporaryPassword=PASSWORD, MessageAction="SUPPRESS"
    )
    yield acme
    for name in (LEFT, NEWCOMER):
        pool.admin_delete_user(UserPoolId=id_, Username=name)
    directory.delete_item(TableName=PEOPLE_TABLE, Key={"PK": {"S": LEFT}})


@pytest.fixture
def visitor(
    organisation: Organisation, chromium: Browser, jars: dict[str, Jar]
) -> Iterator[Visitor]:
    # The checker is a script, and the pages' policy lets none run.
    context = chromium.new_context(bypass_csp=True)
    yield Visitor(organisation, context, jars)
    context.close()


@pytest.mark.parametrize("name", [*GATEWAY, *BESIDE])
def test_s4_17_a_page_is_for_everybody_and_every_screen(visitor: Visitor, name: str) -> None:
    shown = (GATEWAY | BESIDE)[name]

    shown.come(visitor)

    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(shown.heading)
    assert visitor.answer is not None
    assert visitor.answer.status == shown.status
    assert unsafe(visitor.answer.headers) == []
    assert visitor.complaints() == []


def test_no_page_is_forgotten() -> None:
    written = {one for room in (OURS, POOL, WORKFORCE) for one in room.glob("*.html")}
    seen = {shown.template for shown in (GATEWAY | BESIDE).values()} - {None}

    assert seen | PARTS == written
    assert len(GATEWAY) + len(BESIDE) == 33


WRONG = """<!doctype html><title> </title><style>
    @keyframes turn { to { rotate: 1turn } }
    b { animation: turn 1s infinite } a, button { outline: none } div { width: 400px }
</style><h1>One</h1><h1>Two</h1><p style="color: #ccc">faint</p><b>turning</b>
<div><button style="margin-left: 330px; width: 100px">Out</button></div>
<a href="#" tabindex="-1">nobody gets here</a>"""


def test_the_look_finds_what_is_wrong(visitor: Visitor) -> None:
    visitor.page.set_content(WRONG)

    found = "\n".join(visitor.complaints())

    for fault in (
        "no title", "no language", "2 first headings, 0 main landmarks", "color-contrast",
        "320 wide: slides sideways", "320 wide: sticks out: <button", "1 animations",
        "focus is not seen on <button", "1 controls that Tab does not reach",
    ):  # fmt: skip
        assert fault in found
    assert len(unsafe({})) == 5


class Hands:
    """Somebody with a keyboard and nothing else, in a browser that runs no script."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, control: str) -> None:
        """Press Tab until the focus is on the `control` of that name, and Enter there."""
        wanted = self.page.locator(":focus", has_text=control)
        for _ in range(20):
            self.page.keyboard.press("Tab")
            if wanted.count():
                self.page.keyboard.press("Enter")
                return
        pytest.fail(f"Tab never came to {control}")

    def says(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)


def test_s4_17_by_keyboard_alone_and_without_scripts_one_signs_in_opens_and_signs_out(
    acme: Organisation, chromium: Browser
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    hands = Hands(context.new_page())
    objections: list[str] = []
    hands.page.on("console", lambda message: objections.append(message.text))
    hands.page.goto(acme.up["portal"])

    hands.to("Sign in with Acme corporate")
    hands.says("Sign in")
    hands.page.keyboard.type(PERSON)
    hands.page.keyboard.press("Tab")
    hands.page.keyboard.type(acme.people[PERSON].password)
    hands.page.keyboard.press("Enter")
    hands.says("Your domains")
    with context.expect_page() as opening:
        hands.to("Open")
    opened = opening.value
    opened.wait_for_url("**/jupyterlab/default/lab**")
    hands.to("Sign out")
    hands.says("You are signed out here")
    hands.to("Sign out of Acme corporate")
    hands.says("Your Studio is behind this door")
    hands.page.goto(f"{acme.up['portal']}/api/me")

    assert "not-signed-in" in hands.page.content()
    assert [one for one in objections if "401" not in one] == []
    context.close()
