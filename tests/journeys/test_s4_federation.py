"""S4-02: from the corporate provider into the user pool, and from there to one's own Studio.

The organisation is this module's own: its pool trusts another provider, as an administrator has
it do so with the AWS command line.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.kit.browser import browsing
from tests.kit.organisation import Organisation
from tests.kit.starting import EXAMPLE, started_as
from tests.kit.waiting import PATIENCE_S
from tests.kit.workforce import Handed, handed, hidden

pytestmark = pytest.mark.browser

PROVIDER = "Workforce"
MAPPED, UNMAPPED = "ada.lovelace@acme.example", "user-lob-b"
MAPPED_HERE = f"{PROVIDER}_{MAPPED}"
UNMAPPED_HERE = f"{PROVIDER}_{UNMAPPED}@acme.example"
OUTSIDE = "user-lob-a"
OUTSIDE_HERE = f"{PROVIDER}_{OUTSIDE}@acme.example"
"""Mapped into a line of business whose groups the pool does not put them in."""

POOL = "eu-west-1_AcmeDemo1"
GROUP = f"{POOL}_{PROVIDER}"


def declared() -> str:
    """The example, with one of those whom the pool takes over from the provider."""
    text = EXAMPLE.read_text(encoding="utf-8")
    person = (
        f"  {MAPPED_HERE}: {{lob: lob-a, profile: ada-by-pool, idp: corporate}}\n"
        f"  {OUTSIDE_HERE}: {{lob: lob-b, profile: outside, idp: corporate}}\n"
    )
    for old, new in {
        "people:\n": f"people:\n{person}",
        "groups: [ml-lob-a]": f"groups: [ml-lob-a, {GROUP}]",
    }.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organisation]:
    landscape = tmp_path_factory.mktemp("federated") / "landscape.yaml"
    landscape.write_text(declared(), encoding="utf-8")
    with started_as(landscape) as up, Organisation(up) as organisation:
        federate(organisation)
        yield organisation


def federate(acme: Organisation) -> None:
    """Let the pool trust the access portal, as its administrator would."""
    portal = acme.up["networks"]["internet"]["access_portal"]
    metadata = acme.http.get(f"{portal}/saml/metadata/acme-user-pool").text
    pool = acme.client("shared-services", "cognito-idp")
    pool.create_identity_provider(
        UserPoolId=POOL,
        ProviderName=PROVIDER,
        ProviderType="SAML",
        ProviderDetails={"MetadataFile": metadata},
        AttributeMapping={"preferred_username": "username"},
    )
    which = {"UserPoolId": POOL, "ClientId": acme.up["user_pool_client_id"]}
    now = pool.describe_user_pool_client(**which)["UserPoolClient"]
    pool.update_user_pool_client(
        **now | which | {"SupportedIdentityProviders": ["COGNITO", PROVIDER]}
    )


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    context.set_default_timeout(60_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def federated(acme: Organisation, page: Page, person: str, path: str = "/") -> None:
    """Let `person` come in by the portal, the pool and the provider, on their way to `path`."""
    page.goto(f"{acme.up['portal']}/signin/corporate?next={path}")
    page.get_by_role("link", name=f"Continue with {PROVIDER}").click()
    page.get_by_label("Name").fill(person)
    page.get_by_label("Password").fill(acme.people[person].password)
    page.get_by_role("button", name="Sign in").click()


def sign_ins(acme: Organisation) -> list[dict[str, Any]]:
    """Every attempt to sign in by OIDC so far, as recorded."""
    return [one for one in acme.records() if one.get("way") == "oidc"]


def in_the_pool(acme: Organisation, username: str) -> dict[str, Any]:
    """What the pool knows of `username`."""
    pool = acme.client("shared-services", "cognito-idp")
    user: dict[str, Any] = pool.admin_get_user(UserPoolId=POOL, Username=username)
    stated = {one["Name"]: one["Value"] for one in user["UserAttributes"]}
    return {**stated, "status": user["UserStatus"]}


def test_s4_02_a_federated_person_opens_their_own_profile(
    acme: Organisation, page: Page
) -> None:
    federated(acme, page, MAPPED, "/open/forecasting")

    page.wait_for_selector("#jp-main-dock-panel", timeout=60_000)
    signed, opened = sign_ins(acme)[-1], acme.records()[-1]
    assert (signed["outcome"], signed["person"], signed["idp"]) == (
        "done",
        MAPPED_HERE,
        "corporate",
    )
    assert (opened["person"], opened["profile"], opened["outcome"]) == (
        MAPPED_HERE,
        "ada-by-pool",
        "opened",
    )
    (vouched,) = json.loads(in_the_pool(acme, MAPPED_HERE)["identities"])
    assert (vouched["providerName"], vouched["userId"]) == (PROVIDER, MAPPED)


@pytest.mark.parametrize(
    ("person", "known_as", "reason"),
    [
        pytest.param(UNMAPPED, UNMAPPED_HERE, "unknown-person", id="nobody named them"),
        pytest.param(OUTSIDE, OUTSIDE_HERE, "not-in-group", id="the pool has them elsewhere"),
    ],
)
def test_s4_02_a_federated_name_that_is_not_mapped_is_signed_in_and_refused(
    acme: Organisation, page: Page, person: str, known_as: str, reason: str
) -> None:
    answers: list[int] = []
    at_the_door = f"{acme.up['portal']}/open/fraud"
    page.on(
        "response", lambda one: answers.append(one.status) if one.url == at_the_door else None
    )
    federated(acme, page, person, "/open/fraud")

    page.wait_for_url(at_the_door)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert answers == [403]
    signed, refused = sign_ins(acme)[-1], acme.records()[-1]
    assert (signed["outcome"], signed["person"]) == ("done", known_as)
    assert (refused["person"], refused["outcome"], refused["reason"]) == (
        known_as,
        "refused",
        reason,
    )


def test_s4_02_a_federated_user_is_never_the_native_one_of_that_name(
    acme: Organisation, page: Page
) -> None:
    federated(acme, page, UNMAPPED)
    page.wait_for_url(f"{acme.up['portal']}/")

    native, foreign = in_the_pool(acme, UNMAPPED), in_the_pool(acme, UNMAPPED_HERE)
    assert (native["status"], foreign["status"]) == ("CONFIRMED", "EXTERNAL_PROVIDER")
    assert foreign["preferred_username"] == UNMAPPED
    assert native["sub"] != foreign["sub"]
    assert sign_ins(acme)[-1]["person"] == UNMAPPED_HERE
    # The native one of that name is who they were.
    assert acme.opens(UNMAPPED, "fraud", "office")


def test_s4_02_what_is_said_to_the_pool_is_worth_nothing_at_the_gateway(
    acme: Organisation,
) -> None:
    with httpx.Client(timeout=PATIENCE_S, trust_env=False, follow_redirects=True) as client:
        page = client.get(f"{acme.up['portal']}/signin/corporate")
        link = page.text.partition(f'">Continue with {PROVIDER}')[0].rpartition('href="')[2]
        page = client.get(str(page.url.join(link.replace("&amp;", "&"))))
        form = {
            "ticket": hidden(page, "ticket"),
            "username": MAPPED,
            "password": acme.people[MAPPED].password,
        }
        found = handed(client.post(str(page.url.join("/sign-in")), data=form))
        assert found.consumer.endswith("/saml2/idpresponse")
        elsewhere = posted(client, Handed(f"{acme.up['portal']}/saml", found.message, None))
        altered = posted(client, Handed(
            found.consumer, found.message.replace(MAPPED.encode(), b"eve@acme.example"), found.relay
        ))  # fmt: skip

    assert elsewhere.status_code == 401
    assert altered.status_code == 401
    assert "error=server_error" in altered.history[0].headers["location"]
    pool = acme.client("shared-services", "cognito-idp")
    names = {one["Username"] for one in pool.list_users(UserPoolId=POOL)["Users"]}
    assert f"{PROVIDER}_eve@acme.example" not in names


def posted(client: httpx.Client, found: Handed) -> httpx.Response:
    """The end of the way that pressing Continue leads to."""
    form = {"SAMLResponse": base64.b64encode(found.message).decode()}
    return client.post(found.consumer, data=form | ({"RelayState": found.relay or ""}))
