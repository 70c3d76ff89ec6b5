"""People who come to the user pool from a SAML provider (S4-02)."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.kit.federation import (
    POOL_ACS,
    POOL_ENTITY,
    PROVIDER,
    SUBJECT,
    USERNAME,
    Federation,
    Traveller,
    answering,
)
from tests.kit.idp import ADA, POOL_ID, answered
from tests.kit.saml_idp import ENTITY, SSO, SamlIdp, asked

NATIVE = ADA[0]


@pytest.fixture
def world() -> Federation:
    return Federation()


@pytest.fixture
def browser(world: Federation) -> Traveller:
    return world.browser()


def refused(back: httpx.Response) -> str:
    """What the application is told of a sign-in that came to nothing."""
    told = answered(back)
    assert told["error"] == "server_error"
    assert "code" not in told
    return told["error_description"].removeprefix("Invalid SAML response received: ")


async def test_the_page_has_a_link_for_each_provider_the_client_offers(
    world: Federation, browser: Traveller
) -> None:
    page = await browser.begin(login_hint="ada")
    world.offer("COGNITO")
    without = await browser.begin()

    assert f"identity_provider={PROVIDER}" in page.text
    assert 'name="password"' in page.text
    assert f"Continue with {PROVIDER}" not in without.text


async def test_the_link_of_the_page_goes_on_with_the_same_sign_in(browser: Traveller) -> None:
    page = await browser.begin(state="state-of-the-link", nonce="nonce-of-the-link")
    link = page.text.partition('<li><a href="')[2].partition('"')[0].replace("&amp;", "&")

    away = await browser.http.get(link)
    assert away.headers["location"].startswith(f"{SSO}?SAMLRequest=")
    back = await browser.arrive(browser.said(asked(away.headers["location"])))
    assert answered(back)["state"] == "state-of-the-link"
    assert (await browser.tokens(back))["id"]["nonce"] == "nonce-of-the-link"


async def test_the_request_names_the_pool_and_its_address(browser: Traveller) -> None:
    to = await browser.leave()

    assert (to.issuer, to.acs, to.destination) == (POOL_ENTITY, POOL_ACS, SSO)
    assert to.relay
    assert b"ForceAuthn" not in to.xml
    assert b'ForceAuthn="true"' in (await browser.leave(prompt="login")).xml


async def test_s4_02_a_federated_person_gets_tokens_of_the_pool(
    world: Federation, browser: Traveller
) -> None:
    back = await browser.arrive(browser.said(await browser.leave()))
    tokens = await browser.tokens(back)

    identity = tokens["id"]
    assert answered(back)["state"] == "state-0123456789"
    assert identity["cognito:username"] == USERNAME
    assert identity["cognito:groups"] == [f"{POOL_ID}_{PROVIDER}"]
    assert (identity["email"], identity["email_verified"]) == ("ada@acme.example", False)
    assert identity["identities"] == [
        {
            "userId": SUBJECT,
            "providerName": PROVIDER,
            "providerType": "SAML",
            "issuer": ENTITY,
            "primary": "true",
            "dateCreated": str(int(world.clock.now.timestamp() * 1000)),
        }
    ]
    assert tokens["access"]["username"] == USERNAME
    assert "identities" not in tokens["access"]


async def test_the_second_time_it_is_the_same_user_with_what_is_said_now(
    world: Federation, browser: Traveller
) -> None:
    first = await browser.comes_in()
    second = await browser.comes_in(attributes={"mail": ("ada.l@acme.example",)})

    assert first["sub"] == second["sub"]
    assert second["email"] == "ada.l@acme.example"
    user = world.pool.pool.users[USERNAME]
    assert user.attribute_lookup["preferred_username"] == "ada"
    assert user.status == "EXTERNAL_PROVIDER"


async def test_an_identifier_leads_to_its_provider(
    world: Federation, browser: Traveller
) -> None:
    world.pool.backend.update_identity_provider(
        POOL_ID, PROVIDER, {"IdpIdentifiers": ["acme.example"]}
    )

    to = await browser.leave(identity_provider=None, idp_identifier="acme.example")

    assert to.destination == SSO


@pytest.mark.parametrize(
    "chosen", [{"identity_provider": "Nobody"}, {"idp_identifier": "nobody.example"}]
)
async def test_a_provider_there_is_none_of_is_refused_to_the_application(
    browser: Traveller, chosen: dict[str, str]
) -> None:
    assert answered(await browser.begin(**chosen))["error"] == "invalid_request"


async def test_a_provider_the_client_does_not_offer_leads_nowhere(
    world: Federation, browser: Traveller
) -> None:
    world.offer("COGNITO")

    told = answered(await browser.begin(identity_provider=PROVIDER))

    assert told["error"] == "invalid_request"


async def test_where_there_is_one_provider_alone_nobody_is_asked_which(
    world: Federation, browser: Traveller
) -> None:
    world.offer(PROVIDER)

    assert (await browser.leave(identity_provider=None)).destination == SSO


async def test_without_the_pool_s_own_people_no_password_is_looked_at(
    world: Federation, browser: Traveller
) -> None:
    page = await browser.begin()
    world.offer(PROVIDER)

    answer = await browser.login(page, *ADA)

    assert answer.status_code == 403
    assert 'name="password"' not in answer.text


async def test_a_client_that_offers_nobody_says_so(
    world: Federation, browser: Traveller
) -> None:
    world.offer()

    page = await browser.begin()

    assert "offers no identity provider" in page.text
    assert 'name="password"' not in page.text


async def test_a_federated_user_has_no_password(browser: Traveller) -> None:
    await browser.comes_in()

    for password in ("", "None", "UserLobB1!"):
        answer = await browser.login(await browser.begin(prompt="login"), USERNAME, password)
        assert answer.status_code == 403


async def test_s4_02_a_native_user_s_name_is_not_given_to_a_federated_one(
    world: Federation, browser: Traveller
) -> None:
    native = world.pool.pool.users[NATIVE]

    claims = await browser.comes_in(name_id=NATIVE, attributes={"username": (NATIVE,)})

    assert claims["cognito:username"] == f"{PROVIDER}_{NATIVE}"
    assert claims["sub"] != native.id
    assert world.pool.pool.users[NATIVE] is native


async def test_s4_02_who_has_a_federated_name_already_keeps_it(
    world: Federation, browser: Traveller
) -> None:
    world.pool.backend.admin_create_user(POOL_ID, USERNAME, "SUPPRESS", "Temporary-1!", [])

    back = await browser.arrive(browser.said(await browser.leave()))

    assert refused(back) == "User already exists"
    assert world.pool.pool.users[USERNAME].status == "FORCE_CHANGE_PASSWORD"


async def test_a_disabled_user_stays_out_and_loses_what_they_hold(
    world: Federation, browser: Traveller
) -> None:
    await browser.comes_in()
    world.pool.backend.admin_disable_user(POOL_ID, USERNAME)

    back = await browser.arrive(browser.said(await browser.leave()))

    assert refused(back) == "User is disabled."
    assert world.pool.pool.subject(USERNAME) is None


async def test_an_assertion_is_worth_one_sign_in(browser: Traveller) -> None:
    form = browser.said(await browser.leave())
    await browser.arrive(form)

    again = await browser.arrive(form)

    assert again.status_code == 400
    assert "Invalid samlResponse or relayState" in again.text


async def test_an_answer_is_worth_nothing_in_another_browser(
    world: Federation, browser: Traveller
) -> None:
    form = browser.said(await browser.leave())

    assert (await world.browser().arrive(form)).status_code == 400
    assert "code" in answered(await browser.arrive(form))


async def test_what_nobody_asked_for_signs_nobody_in(
    world: Federation, browser: Traveller
) -> None:
    to = await browser.leave()
    unasked = world.idp.form(audiences=((POOL_ENTITY,),), destination=POOL_ACS)

    without = await browser.arrive(unasked)
    with_another = await browser.arrive(browser.said(to, in_response_to=None))

    assert without.status_code == 400
    assert refused(with_another) == "InResponseTo is not the request that was sent"
    assert USERNAME not in world.usernames


async def test_the_answer_to_one_request_does_not_answer_another(browser: Traveller) -> None:
    first, second = await browser.leave(), await browser.leave()

    crossed = {**browser.said(first), "RelayState": second.relay or ""}

    assert refused(await browser.arrive(crossed)).startswith("InResponseTo")


async def test_a_provider_has_five_minutes(world: Federation, browser: Traveller) -> None:
    to = await browser.leave()
    world.clock.wait(minutes=5)

    assert (await browser.arrive(browser.said(to))).status_code == 400


async def test_a_provider_that_is_gone_since_vouches_for_nobody(
    world: Federation, browser: Traveller
) -> None:
    form = browser.said(await browser.leave())
    world.pool.backend.delete_identity_provider(POOL_ID, PROVIDER)

    assert refused(await browser.arrive(form)).endswith("does not exist")
    assert USERNAME not in world.usernames


async def test_whom_another_provider_vouches_for_is_nobody(
    world: Federation, browser: Traveller
) -> None:
    to = await browser.leave()
    thief = SamlIdp(world.clock, key="thief")

    form = {**thief.form(**answering(to)), "RelayState": to.relay or ""}

    assert refused(await browser.arrive(form)) == "saml-signature"
    assert USERNAME not in world.usernames


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name_id": "ada lovelace"}, "Invalid user attributes: username"),
        ({"name_id": ""}, "Invalid user attributes: username"),
        ({"name_id": "a" * 129}, "Invalid user attributes: username"),
        (
            {"attributes": {"mail": ("a@b.example", "c@d.example")}},
            "mail: the emulated user pool takes one value of an attribute",
        ),
        (
            {"attributes": {"mail": ("",)}},
            "the emulated user pool takes attributes that are text, and not empty",
        ),
        (
            {"attributes": {"mail": ("m" * 2049,)}},
            "Invalid user attributes: email: longer than 2048",
        ),
        ({"issued": -timedelta(minutes=12)}, "saml-too-old"),
        ({"audiences": (("urn:studiogate:acme:demo",),)}, "saml-audience"),
        ({"recipient": "http://localhost:4000/saml"}, "saml-recipient"),
    ],
)
async def test_what_cannot_be_entered_is_refused_in_words(
    world: Federation, browser: Traveller, changes: dict[str, Any], words: str
) -> None:
    before = world.usernames

    back = await browser.arrive(browser.said(await browser.leave(), **changes))

    assert refused(back) == words
    assert world.usernames == before


async def test_who_comes_from_elsewhere_gave_a_second_factor_there(
    world: Federation, browser: Traveller
) -> None:
    world.pool.backend.set_user_pool_mfa_config(POOL_ID, None, {"Enabled": True}, "ON")

    assert (await browser.comes_in())["cognito:username"] == USERNAME
    assert (await browser.login(await browser.begin(prompt="login"), *ADA)).status_code == 403


async def test_user_info_and_the_administrator_see_who_vouches(
    world: Federation, browser: Traveller
) -> None:
    back = await browser.arrive(browser.said(await browser.leave()))
    access = (await browser.redeem(answered(back)["code"])).json()["access_token"]

    info = await browser.http.get(
        "/oauth2/userInfo", headers={"authorization": f"Bearer {access}"}
    )
    user = world.pool.backend.admin_get_user(POOL_ID, USERNAME)

    assert json.loads(info.json()["identities"])[0]["userId"] == SUBJECT
    assert json.loads(user.attribute_lookup["identities"])[0]["providerName"] == PROVIDER


async def test_a_rolled_over_certificate_counts_once_it_is_configured(
    world: Federation, browser: Traveller
) -> None:
    new = SamlIdp(world.clock, key="next")
    to = await browser.leave()
    early = {**new.form(**answering(to)), "RelayState": to.relay or ""}
    assert refused(await browser.arrive(early)) == "saml-signature"
    world.pool.backend.update_identity_provider(
        POOL_ID, PROVIDER, {"ProviderDetails": {"MetadataFile": new.metadata().decode()}}
    )

    to = await browser.leave()
    back = await browser.arrive({**new.form(**answering(to)), "RelayState": to.relay or ""})

    assert (await browser.tokens(back))["id"]["cognito:username"] == USERNAME
