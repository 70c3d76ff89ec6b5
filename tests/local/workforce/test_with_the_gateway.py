"""The access portal and the gateway's own service provider believe each other (S3-08, S3-09)."""

from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.x509 import Certificate

from studiogate.errors import NotSignedIn
from studiogate.gateway.providers import SamlSettings
from studiogate.gateway.saml.asking import Requests, asked
from studiogate.gateway.saml.attributes import About, about
from studiogate.gateway.saml.conditions import Expected, Stated, stated
from studiogate.gateway.saml.metadata import SamlProvider, read
from studiogate.gateway.saml.reading import parsed
from studiogate.gateway.saml.signed import believed
from studiogate.gateway.saml.structure import shaped
from studiogate.gateway.signin.cookie import Sealer
from studiogate.gateway.told import Secret
from tests.kit.workforce import (
    ADA,
    ASKED_AT,
    AUDIENCE,
    ENTITY,
    SAM,
    Founded,
    Handed,
    handed,
)

SETTINGS = SamlSettings(name="workforce", audience=AUDIENCE)


def provider(portal: Founded) -> SamlProvider:
    return read(portal.metadata.read_bytes())


def arrived(
    portal: Founded, found: Handed, certificates: tuple[Certificate, ...] | None = None
) -> tuple[Stated, About]:
    """What the gateway takes from the message, at the address it was posted to."""
    now = portal.clock.now
    by = certificates or provider(portal).usable(now)
    message = believed(shaped(parsed(found.message)), by, now)
    facts = stated(message, Expected(ENTITY, AUDIENCE, found.consumer), now)
    solicited = facts.in_response_to is not None
    return facts, about(message.assertion, SETTINGS, unsolicited=not solicited)


def sent_away(portal: Founded) -> tuple[str, str]:
    """The id of a request of the gateway's, and where it sends the browser."""
    requests = Requests(Sealer((Secret(b"s" * 32),)), portal.clock)
    begun, _ = requests.begun("workforce", next_path="/open/forecasting")
    there = provider(portal).sso_redirect
    assert there is not None
    way = asked(
        begun,
        now=portal.clock.now,
        issuer=AUDIENCE,
        acs="http://localhost:4000/saml",
        there=there,
    )
    return begun.id, way


async def test_s3_09_a_tile_brings_the_person_their_groups_and_the_domain(
    portal: Founded,
) -> None:
    page = await portal.browser().sign_in(*ADA, "/applications/forecasting")

    facts, who = arrived(portal, handed(page))

    assert facts.in_response_to is None
    assert facts.session_index is not None
    assert (who.person, who.subject) == (ADA[0], ADA[0])
    assert who.wish == "d-forecasting1"
    assert who.groups == frozenset({"ml-lob-a", "all-ml"})


async def test_s3_08_what_the_gateway_asks_is_answered_to_it(portal: Founded) -> None:
    asked_id, way = sent_away(portal)
    parts = urlsplit(way)
    assert parts.path == ASKED_AT
    assert set(parse_qs(parts.query)) <= {"SAMLRequest", "RelayState"}

    page = await portal.browser("internet").sign_in(*ADA, f"{parts.path}?{parts.query}")

    facts, who = arrived(portal, handed(page))
    assert facts.in_response_to == asked_id
    assert (who.person, who.wish) == (ADA[0], None)


async def test_an_assertion_is_too_old_after_a_few_minutes(portal: Founded) -> None:
    found = handed(await portal.browser().sign_in(*ADA, "/applications/forecasting"))
    portal.clock.wait(minutes=6)

    with pytest.raises(NotSignedIn):
        arrived(portal, found)


async def new_assertion(portal: Founded) -> Handed:
    page = await portal.browser().sign_in(*ADA, "/applications/forecasting")
    return handed(page)


async def test_a_gateway_that_reads_the_metadata_between_the_steps_never_refuses(
    portal: Founded,
) -> None:
    administrator = portal.browser()
    await administrator.sign_in(*SAM)
    first = provider(portal).certificates

    await administrator.step("publish")
    arrived(portal, await new_assertion(portal), first)
    both = provider(portal).certificates
    await administrator.step("switch")
    switched = await new_assertion(portal)
    arrived(portal, switched, both)
    await administrator.step("retire")
    arrived(portal, await new_assertion(portal), both)

    assert [len(one) for one in (first, both, provider(portal).certificates)] == [1, 2, 1]
    with pytest.raises(NotSignedIn):
        arrived(portal, switched, first)
