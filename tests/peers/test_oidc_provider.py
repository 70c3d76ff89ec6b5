"""A certified OpenID provider as the peer: what works with it works by the standard."""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
import pytest

from studiogate.gateway.providers import IdpSettings
from studiogate.gateway.told import Secret
from tests.kit.peer_oidc import (
    API,
    PERSON,
    REDIRECT,
    Gateway,
    Peer,
    Visitor,
    forms,
    gateway,
    links,
)
from tests.kit.ports import free_port

DONE = ("sign-in", "done", "ok")
KEYS = "GET /jwks"
SIGNED_OUT_THERE = ("provider-sign-out", "done", "ok")


@dataclass
class Scene:
    """The gateway and the provider it trusts."""

    ours: Gateway
    stack: ExitStack
    trusted: IdpSettings | None = None
    secret: Secret | None = None

    def meet(
        self, *, trust: dict[str, Any] | None = None, shown: str | None = None, **how: Any
    ) -> Peer:
        """Start the provider with the gateway registered as `how` says, and trust it.

        `shown` is the secret the gateway believes it has.
        """
        peer = Peer(f"http://127.0.0.1:{free_port()}", self.ours.url, **how)
        self.stack.callback(peer.stop)
        peer.start()
        idp = IdpSettings(
            name="peer",
            issuer=peer.issuer,
            client_id="studiogate",
            audiences=(API,),
            algorithms=(peer.algorithm,),
        )
        self.trusted = replace(idp, **(trust or {}))
        secret = shown or peer.secret
        self.secret = Secret(secret.encode()) if secret else None
        self.begin_again()
        return peer

    def begin_again(self) -> None:
        """A new process of the gateway, which remembers nothing."""
        assert self.trusted is not None
        self.ours.begin(self.trusted, self.secret)

    def visitor(self) -> Visitor:
        return self.stack.enter_context(Visitor())

    def signed_in(self) -> Visitor:
        """A browser with a session of ours."""
        visitor = self.visitor()
        visitor.signed_in(f"{self.ours.url}/signin/peer")
        assert self.ours.me(visitor).status_code == 200
        return visitor


@pytest.fixture
def scene() -> Iterator[Scene]:
    with ExitStack() as stack:
        yield Scene(stack.enter_context(gateway()), stack)


def program(scene: Scene, token: str) -> httpx.Response:
    """The answer to a program that shows `token`."""
    shown = {"authorization": f"Bearer {token}"}
    return httpx.get(f"{scene.ours.url}/api/me", headers=shown, timeout=20)


def access_token(scene: Scene, peer: Peer) -> str:
    """A token for our API, as a program gets one: its own client, code and PKCE."""
    verifier = secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    asked = {
        "client_id": "terminal", "redirect_uri": REDIRECT, "response_type": "code",
        "scope": "openid open", "resource": API, "code_challenge_method": "S256",
        "code_challenge": challenge.rstrip(b"=").decode(), "state": "any",
    }  # fmt: skip
    begun = f"{peer.issuer}/auth?{urlencode(asked)}"
    back = scene.visitor().signed_in(begun, until=REDIRECT).headers["location"]
    form = {
        "grant_type": "authorization_code", "client_id": "terminal", "resource": API,
        "redirect_uri": REDIRECT, "code_verifier": verifier,
        "code": parse_qs(urlsplit(back).query)["code"][0],
    }  # fmt: skip
    answer = httpx.post(f"{peer.issuer}/token", data=form, timeout=20)
    token: str = answer.json()["access_token"]
    return token


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "ES384", "EdDSA"])
def test_s4_14_a_person_signs_in_whatever_the_provider_signs_with(
    scene: Scene, algorithm: str
) -> None:
    scene.meet(algorithm=algorithm, kinds=("RSA", "P-256", "P-384", "Ed25519"))
    visitor = scene.visitor()

    start = f"{scene.ours.url}/signin/peer?next=/open/forecasting"
    answer = visitor.signed_in(start, until="/open/")

    assert (answer.status_code, answer.headers["location"]) == (303, "/open/forecasting")
    me = scene.ours.me(visitor).json()
    assert (me["person"], me["idp"], me["way"]) == (PERSON, "peer", "session")
    assert scene.ours.records() == [DONE]


@pytest.mark.parametrize("allowed", ["RS256", "ES256", "EdDSA"])
def test_a_signature_that_is_not_allowed_for_the_provider_signs_nobody_in(
    scene: Scene, allowed: str
) -> None:
    scene.meet(algorithm="PS256", trust={"algorithms": (allowed,)})
    visitor = scene.visitor()

    page = visitor.signed_in(f"{scene.ours.url}/signin/peer")

    assert page.status_code == 401
    assert scene.ours.me(visitor).status_code == 401
    assert scene.ours.records() == [("sign-in", "refused", "token-algorithm")]


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
@pytest.mark.parametrize("secret", ["a-plain-secret-of-a-client", "with: a % + & = / colon"])
def test_a_confidential_client_proves_itself_the_way_the_provider_takes(
    scene: Scene, way: str, secret: str
) -> None:
    scene.meet(ways=(way,), secret=secret)

    assert scene.ours.me(scene.signed_in()).json()["person"] == PERSON


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
def test_a_wrong_secret_is_our_failure_and_is_shown_to_nobody(
    scene: Scene, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="studiogate")
    wrong = "the-secret-of-last-year"
    scene.meet(ways=(way,), secret="the-secret-of-this-year", shown=wrong)
    visitor = scene.visitor()

    page = visitor.signed_in(f"{scene.ours.url}/signin/peer")

    assert page.status_code == 502
    assert scene.ours.me(visitor).status_code == 401
    assert [record[:2] for record in scene.ours.records()] == [("sign-in", "failed")]
    told = page.text + caplog.text + str([line.args for line in caplog.records])
    for hidden in (wrong, base64.b64encode(f"studiogate:{wrong}".encode()).decode()):
        assert hidden not in told


def test_groups_of_the_id_token_can_close_a_line_of_business(scene: Scene) -> None:
    scene.meet()
    member = scene.signed_in()
    opened = member.get(f"{scene.ours.url}/open/forecasting")
    scene.meet(groups={PERSON: ["of-somebody-else"]})
    moved = scene.signed_in()
    refusal = moved.get(f"{scene.ours.url}/open/forecasting", accept="application/json")

    assert (opened.status_code, refusal.status_code) == (302, 403)
    assert refusal.json()["reason"] == "not-in-group"


def test_new_keys_are_found_with_the_first_token_they_sign(scene: Scene) -> None:
    peer = scene.meet()
    scene.signed_in()
    peer.stop()
    peer.start()
    scene.ours.clock.forward(seconds=31)

    scene.signed_in()
    scene.signed_in()

    assert peer.said.count(KEYS) == 1
    assert scene.ours.records() == [DONE, DONE, DONE]


def signed_out_at(peer: Peer, visitor: Visitor) -> httpx.Response:
    """Sign out of the provider, at the provider, whatever it asks."""
    return visitor.followed(
        visitor.submitted(visitor.get(f"{peer.issuer}/session/end"), logout="yes")
    )


def test_a_sign_out_at_the_provider_ends_our_session_at_the_next_request(scene: Scene) -> None:
    peer = scene.meet()
    visitor, elsewhere = scene.signed_in(), scene.signed_in()

    signed_out_at(peer, visitor)
    peer.wait_for("backchannel-done studiogate")

    assert scene.ours.me(visitor).status_code == 401
    assert scene.ours.me(elsewhere).status_code == 200
    assert scene.ours.records()[-1] == SIGNED_OUT_THERE


def test_a_provider_that_names_no_session_ends_all_of_the_person_but_not_the_next(
    scene: Scene,
) -> None:
    peer = scene.meet(session_required=False)
    visitor, elsewhere = scene.signed_in(), scene.signed_in()

    signed_out_at(peer, visitor)
    peer.wait_for("backchannel-done studiogate")

    assert scene.ours.me(visitor).status_code == 401
    assert scene.ours.me(elsewhere).status_code == 401
    assert scene.ours.me(scene.signed_in()).status_code == 200


def test_after_our_own_sign_out_the_person_can_sign_out_of_the_provider_too(
    scene: Scene,
) -> None:
    peer = scene.meet()
    visitor = scene.signed_in()
    portal = visitor.get(f"{scene.ours.url}/")
    token = next(fields["csrf"] for where, fields in forms(portal) if where == "/signout")

    out = visitor.post(
        f"{scene.ours.url}/signout", {"csrf": token}, sec_fetch_site="same-origin"
    )
    page = visitor.followed(out)

    assert out.headers["location"] == "/signin/peer/signed-out"
    assert scene.ours.me(visitor).status_code == 401
    there = next(link for link in links(page) if link.startswith(peer.issuer))
    assert "id_token_hint" not in there
    asked = visitor.get(urljoin(str(page.url), there))
    assert asked.status_code == 200, asked.text
    back = visitor.submitted(asked, logout="yes")
    assert (
        visitor.followed(back, until=scene.ours.url).headers["location"] == f"{scene.ours.url}/"
    )
    assert scene.ours.records()[1] == ("sign-out", "done", "ok")


def test_s4_14_a_program_signs_in_with_a_token_for_our_api(scene: Scene) -> None:
    peer = scene.meet()

    answer = program(scene, access_token(scene, peer))

    assert (answer.status_code, answer.json()["way"]) == (200, "bearer")


def test_a_token_for_another_api_is_refused(scene: Scene) -> None:
    peer = scene.meet(trust={"audiences": ("urn:studiogate:another",)})

    assert program(scene, access_token(scene, peer)).status_code == 401


def test_while_the_provider_is_down_its_last_keys_serve_for_a_day_and_no_longer(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    peer = scene.meet()
    token = access_token(scene, peer)
    assert program(scene, token).status_code == 200
    peer.stop()

    scene.ours.clock.forward(minutes=11)
    assert program(scene, token).status_code == 200
    scene.begin_again()
    assert program(scene, token).status_code == 200
    assert "served from a copy" in caplog.text
    scene.ours.clock.forward(hours=24)
    assert program(scene, token).status_code in {502, 503}
