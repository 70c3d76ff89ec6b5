"""Every attack on the gateway's SAML side that is one message, made on the user pool's."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.kit.federation import Federation, Traveller, answering
from tests.kit.idp import answered
from tests.kit.saml_attacks import CANARY, Case, Scene
from tests.kit.saml_attacks_all import GROUPS
from tests.kit.saml_idp import Asked, Said, SamlIdp

OF_THE_GATEWAY = {"spelling", "attributes", "wish", "providers"}
"""What names, attributes and several providers mean is not the same at the pool."""

ABOUT_ITS_ADDRESSES = {
    "a comment in the audience",
    "an attribute twice",
    "another audience",
    "the destination was taken from a signed response",
}
"""They look for the gateway's own names in the text of a message."""

CASES = [
    pytest.param(case, id=f"{group}: {case.name}")
    for group, cases in GROUPS.items()
    if group not in OF_THE_GATEWAY
    for case in cases
    if case.name not in ABOUT_ITS_ADDRESSES
]


@dataclass(frozen=True, slots=True)
class PoolScene(Scene):
    """The same people, but the pool is who asked."""

    to: Asked

    def said(self, **changes: Any) -> Said:
        """A response that would sign somebody in at the pool, but for `changes`."""
        ours = {**answering(self.to), "name_id": f"{CANARY}@acme.example"}
        del ours["attributes"]
        return Scene.said(self, **ours | changes)


@cache
def world() -> Federation:
    """One pool for all of them: nothing that is refused leaves anything behind."""
    return Federation()


async def scene(browser: Traveller) -> PoolScene:
    clock = browser.federation.clock
    partner = SamlIdp(clock, entity="https://partner.example/saml", key="partner")
    thief = SamlIdp(clock, key="thief")
    return PoolScene(browser.federation.idp, thief, partner, await browser.leave())


def relayed(body: bytes, to: Asked) -> bytes:
    return body + b"&" + urlencode({"RelayState": to.relay}).encode()


async def test_the_message_they_all_differ_from_signs_in() -> None:
    federation = Federation()
    browser = federation.browser()
    found = await scene(browser)

    back = await browser.arrive(relayed(urlencode({
        "SAMLResponse": found.idp.form(found.said())["SAMLResponse"]
    }).encode(), found.to))  # fmt: skip

    assert "code" in answered(back)


@pytest.mark.parametrize("case", CASES)
async def test_s4_02_the_pool_believes_no_attack(case: Case) -> None:
    federation = world()
    browser, before = federation.browser(), federation.usernames
    found = await scene(browser)
    post = case.hostile(found)

    back = await browser.http.request(
        post.method,
        f"/saml2/idpresponse{post.query}",
        content=relayed(post.body, found.to),
        headers={"content-type": post.kind} if post.kind else {},
    )

    assert "code=" not in back.headers.get("location", "")
    assert "studiogate-idp-session" not in back.headers.get("set-cookie", "")
    assert CANARY not in back.text + back.headers.get("location", "")
    assert federation.usernames == before
