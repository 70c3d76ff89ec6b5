"""The session cookie: what holds, what does not, and how it ends."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretBytes
from starlette.requests import Request
from starlette.responses import Response

from studiogate.errors import NotSignedIn
from studiogate.foundation.marks import SO_FAR
from studiogate.gateway.ports import Identity
from studiogate.gateway.signin.cookie import LARGEST_COOKIE, BadSeal, Sealer, clearing
from studiogate.gateway.signin.session import COOKIE, Renewing, Sessions
from tests.kit.marks import MemoryMarks
from tests.kit.signin_idp import NOON, FakeIdp, SetClock
from tests.kit.signin_room import (
    KEY,
    OLD_KEY,
    PORTAL,
    Portal,
    to_idp_and_back,
)

# A busy machine is no failure.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
ADA = Identity(
    person="ada.lovelace@acme.example",
    idp="corporate",
    subject="b1946ac9-2492-4d23-8ea5-65bd5ebf7ba1",
    until=NOON + timedelta(hours=12),
    way="bearer",
)


@pytest.fixture
def sessions(clock: SetClock) -> Sessions:
    return Sessions(Sealer([KEY]), clock, {"corporate"})


def showing(*cookies: str) -> Request:
    """A request whose browser sends `cookies`, each in a header line of its own."""
    lines = [(b"cookie", cookie.encode("latin-1")) for cookie in cookies]
    return Request({"type": "http", "headers": lines})


def kept(sessions: Sessions, identity: Identity = ADA) -> str:
    """What a browser keeps of a new session: `name=value`."""
    return sessions.begun(identity).partition(";")[0]


def why(sessions: Sessions, *cookies: str) -> str:
    with pytest.raises(NotSignedIn) as refusal:
        sessions.read(showing(*cookies))
    assert str(refusal.value) == "you are not signed in"
    return refusal.value.recorded


def test_a_session_speaks_for_whom_it_was_made(sessions: Sessions) -> None:
    found = sessions.read(showing(f"other=1; {kept(sessions)}", "third=2")).identity()

    assert (found.person, found.idp, found.subject) == (ADA.person, ADA.idp, ADA.subject)
    assert (found.way, found.until) == ("session", NOON + timedelta(hours=8))


def test_every_sign_in_is_a_session_of_its_own(sessions: Sessions) -> None:
    first, second = kept(sessions), kept(sessions)

    assert first != second
    one, other = (sessions.read(showing(cookie)).identity() for cookie in (first, second))
    assert one.session != other.session
    shared = set(one.ended_by) & set(other.ended_by)
    assert {mark.kind for mark in shared} == SO_FAR


def flipped(value: str) -> str:
    middle = len(value) // 2
    other = "A" if value[middle] != "A" else "B"
    return value[:middle] + other + value[middle + 1 :]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(flipped, id="tampered with"),
        pytest.param(lambda value: value[:-1], id="cut short"),
        pytest.param(lambda value: value[:20], id="cut very short"),
        pytest.param(lambda value: value + "A", id="made longer"),
        pytest.param(lambda value: value + "=", id="padded"),
        pytest.param(lambda value: value.replace("v1.", "v2."), id="of another version"),
        pytest.param(lambda value: value.replace("v1.", "v1.00000000."), id="with two key ids"),
        pytest.param(lambda _: "", id="empty"),
        pytest.param(lambda _: "v1..", id="nothing sealed"),
        pytest.param(lambda _: "eyJzIjoiYSJ9", id="readable JSON"),
        pytest.param(lambda _: "v1." + "A" * 5000, id="endless"),
        pytest.param(lambda value: value.replace(value[3:11], "\xe9" * 8), id="not ASCII"),
    ],
)
def test_a_cookie_that_is_not_exactly_ours_is_refused(
    sessions: Sessions, spoil: Callable[[str], str]
) -> None:
    value = kept(sessions).partition("=")[2]

    assert why(sessions, f"{COOKIE}={spoil(value)}") == "session-seal"


def test_two_cookies_are_one_too_many(sessions: Sessions) -> None:
    mine, planted = kept(sessions), kept(sessions)

    assert why(sessions, f"{mine}; {planted}") == "session-repeated"
    assert why(sessions, mine, planted) == "session-repeated"


def test_no_cookie_is_nobody(sessions: Sessions) -> None:
    assert why(sessions) == "nothing-shown"
    assert why(sessions, "studiogate=a", "__host-studiogate=b") == "nothing-shown"


def test_a_session_ends_at_its_absolute_limit_however_much_it_is_used(
    sessions: Sessions, clock: SetClock
) -> None:
    cookie = kept(sessions)
    for _ in range(23):
        clock.advance(minutes=20)
        request = showing(cookie)
        sessions.renew(request, sessions.read(request))
        cookie = request.state.studiogate_session.partition(";")[0]
    clock.advance(minutes=19, seconds=59)
    assert sessions.read(showing(cookie)).person == ADA.person

    clock.advance(seconds=1)
    assert why(sessions, cookie) == "session-over"


def test_a_session_nobody_uses_ends_at_the_idle_limit(
    sessions: Sessions, clock: SetClock
) -> None:
    cookie = kept(sessions)
    clock.advance(minutes=29, seconds=59)
    assert sessions.read(showing(cookie)).person == ADA.person

    clock.advance(seconds=1)
    assert why(sessions, cookie) == "session-idle"


def test_a_cookie_is_renewed_at_most_once_a_minute(sessions: Sessions, clock: SetClock) -> None:
    cookie = kept(sessions)
    for seconds, renewed in ((59, False), (1, True)):
        clock.advance(seconds=seconds)
        request = showing(cookie)
        sessions.renew(request, sessions.read(request))
        assert hasattr(request.state, "studiogate_session") is renewed


async def test_a_session_that_was_ended_is_over_in_all_its_copies(
    sessions: Sessions, clock: SetClock
) -> None:
    marks, cookie = MemoryMarks(clock), kept(sessions)
    await sessions.end(sessions.read(showing(cookie)), marks)

    copied = sessions.read(showing(cookie)).identity()
    assert await marks.found(*copied.ended_by)
    clock.advance(hours=7, minutes=59)
    assert await marks.found(*copied.ended_by)


def test_a_session_ends_no_later_than_the_provider_says(
    sessions: Sessions, clock: SetClock
) -> None:
    soon = replace(ADA, until=clock() + timedelta(minutes=20))

    assert sessions.read(showing(kept(sessions, soon))).ends == soon.until


def test_a_session_keeps_what_the_provider_said_of_it(sessions: Sessions) -> None:
    told = replace(ADA, groups=frozenset({"ml-lob-a"}), at_provider="session-at-provider")
    found = sessions.read(showing(kept(sessions, told))).identity()
    silent = sessions.read(showing(kept(sessions))).identity()

    assert (found.groups, found.at_provider) == (told.groups, told.at_provider)
    assert (silent.groups, silent.at_provider) == (None, None)


def test_keys_rotate_without_signing_anybody_out(clock: SetClock) -> None:
    before = Sessions(Sealer([OLD_KEY]), clock, {"corporate"})
    during = Sessions(Sealer([KEY, OLD_KEY]), clock, {"corporate"})
    after = Sessions(Sealer([KEY]), clock, {"corporate"})
    old, new = kept(before), kept(during)

    assert during.read(showing(old)).person == ADA.person
    assert after.read(showing(new)).person == ADA.person
    assert why(after, old) == "session-seal"
    assert why(before, new) == "session-seal"


def test_a_provider_that_is_no_longer_trusted_takes_its_sessions_along(
    sessions: Sessions, clock: SetClock
) -> None:
    cookie = kept(sessions)

    assert why(Sessions(Sealer([KEY]), clock, {"workforce"}), cookie) == "session-idp"


def test_names_too_long_for_a_cookie_get_no_session(sessions: Sessions) -> None:
    longest = Identity("a" * 64, "i" * 40, '"' * 255, NOON, "bearer")
    endless = Identity("a" * 64, "i" * 40, "s" * 700, NOON, "bearer")

    assert len(kept(sessions, longest)) <= len(COOKIE) + 1 + LARGEST_COOKIE
    with pytest.raises(NotSignedIn) as refusal:
        sessions.begun(endless)
    assert refusal.value.recorded == "session-size"


def test_what_is_sealed_for_one_purpose_opens_for_no_other() -> None:
    sealer = Sealer([KEY])
    sealed = sealer.sealed("signin", {"a": 1})

    assert sealer.opened("signin", sealed) == {"a": 1}
    with pytest.raises(BadSeal):
        sealer.opened("session", sealed)


def test_what_is_larger_than_a_cookie_is_not_even_tried() -> None:
    sealer = Sealer([KEY])

    with pytest.raises(BadSeal):
        sealer.opened("session", sealer.sealed("session", {"p": "x" * LARGEST_COOKIE}))


def test_the_seal_hides_what_it_holds_and_never_looks_the_same() -> None:
    sealer = Sealer([KEY])
    sealed = [sealer.sealed("session", {"person": "ada"}) for _ in range(2)]

    assert sealed[0] != sealed[1]
    assert KEY.get_secret_value().decode() not in repr(vars(sealer))


@PATIENT
@given(st.text(max_size=300), st.integers(min_value=0), st.characters(codec="latin-1"))
def test_no_single_change_to_a_seal_goes_unseen(person: str, place: int, other: str) -> None:
    sealer = Sealer([KEY])
    sealed = sealer.sealed("session", {"p": person})
    place %= len(sealed)
    changed = sealed[:place] + other + sealed[place + 1 :]

    if len(sealed) > LARGEST_COOKIE or changed != sealed:
        with pytest.raises(BadSeal):
            sealer.opened("session", changed)
    else:
        assert sealer.opened("session", changed) == {"p": person}


@PATIENT
@given(st.text(max_size=100))
def test_noise_opens_nothing(noise: str) -> None:
    with pytest.raises(BadSeal):
        Sealer([KEY]).opened("session", noise)


def test_no_secret_is_in_a_repr(sessions: Sessions) -> None:
    cookie = kept(sessions)
    session = sessions.read(showing(cookie))

    assert session.sid not in repr(session)


@pytest.fixture
async def browser(site: Portal) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that is signed in."""
    async with site.browser() as browser:
        await browser.get(await to_idp_and_back(browser))
        yield browser


OURS = {"origin": PORTAL, "sec-fetch-site": "same-origin"}


async def test_using_the_portal_keeps_the_session_alive(
    browser: httpx.AsyncClient, clock: SetClock
) -> None:
    for _ in range(4):
        clock.advance(minutes=20)
        assert (await browser.get("/me")).status_code == 200
    clock.advance(minutes=31)
    assert (await browser.get("/me")).json()["why"] == "session-idle"


async def test_the_old_cookie_before_a_renewal_still_idles_out(
    browser: httpx.AsyncClient, clock: SetClock
) -> None:
    old = browser.cookies[COOKIE]
    clock.advance(minutes=20)
    await browser.get("/me")
    assert browser.cookies[COOKIE] != old


async def test_signing_out_ends_the_session_for_whoever_copied_the_cookie(
    browser: httpx.AsyncClient,
) -> None:
    copy = browser.cookies[COOKIE]
    token = (await browser.get("/me")).json()["csrf"]

    answer = await browser.post("/signout", data={"csrf": token}, headers=OURS)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert COOKIE not in browser.cookies
    browser.cookies.set(COOKIE, copy)
    assert (await browser.get("/me")).json()["why"] == "session-ended"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"origin": PORTAL}, id="a browser without fetch metadata"),
        pytest.param(OURS, id="a page with a referrer"),
        pytest.param({**OURS, "origin": "null"}, id="a page without referrer, as ours are"),
        pytest.param({"sec-fetch-site": "same-origin"}, id="fetch metadata alone"),
    ],
)
async def test_our_own_page_is_believed_and_the_token_may_come_in_a_header(
    browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    token = (await browser.get("/me")).json()["csrf"]

    answer = await browser.post("/signout", headers={**headers, "x-csrf-token": token})

    assert answer.status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="says nothing"),
        pytest.param({"origin": "https://evil.example"}, id="another origin"),
        pytest.param({"origin": "null"}, id="no origin it would name"),
        pytest.param({"origin": PORTAL.replace("https", "http")}, id="in the clear"),
        pytest.param(
            {"origin": f"{PORTAL}.evil.example"}, id="an origin that begins like ours"
        ),
        pytest.param(
            {"origin": "null", "sec-fetch-site": "cross-site"}, id="a sandboxed frame"
        ),
        pytest.param({**OURS, "origin": "https://evil.example"}, id="a contradiction"),
        pytest.param({**OURS, "sec-fetch-site": "cross-site"}, id="another site"),
        pytest.param({**OURS, "sec-fetch-site": "same-site"}, id="a neighbour"),
        pytest.param({**OURS, "sec-fetch-site": "none"}, id="no page at all"),
    ],
)
async def test_another_page_cannot_sign_anybody_out_even_with_the_token(
    browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    token = (await browser.get("/me")).json()["csrf"]

    answer = await browser.post("/signout", data={"csrf": token}, headers=headers)

    assert (answer.status_code, answer.json()["why"]) == (403, "cross-site")
    assert (await browser.get("/me")).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="no token"),
        pytest.param({"csrf": ""}, id="empty"),
        pytest.param({"csrf": "x" * 43}, id="another"),
        pytest.param({"csrf": ["TOKEN", "TOKEN"]}, id="twice"),
        pytest.param({"csrf": "TOKEN", "more": "x" * 9000}, id="in an endless form"),
        pytest.param({f"f{n}": "1" for n in range(40)} | {"csrf": "TOKEN"}, id="many fields"),
        pytest.param({"csrf": "\u00fc"}, id="not ASCII"),
    ],
)
async def test_our_own_page_must_carry_its_token(
    browser: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    token = (await browser.get("/me")).json()["csrf"]
    real = {
        name: [token, token] if isinstance(value, list) else value.replace("TOKEN", token)
        for name, value in body.items()
    }

    answer = await browser.post("/signout", data=real, headers=OURS)

    assert (answer.status_code, answer.json()["why"]) == (403, "csrf-token")
    assert (await browser.get("/me")).status_code == 200


async def test_the_token_of_another_session_is_of_no_use(
    browser: httpx.AsyncClient, site: Portal
) -> None:
    async with site.browser() as other:
        await other.get(await to_idp_and_back(other))
        token = (await other.get("/me")).json()["csrf"]

    answer = await browser.post("/signout", data={"csrf": token}, headers=OURS)

    assert (answer.status_code, answer.json()["why"]) == (403, "csrf-token")


async def test_signing_out_twice_does_no_harm(site: Portal) -> None:
    async with site.browser() as stranger:
        answer = await stranger.post("/signout", headers=OURS)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_reading_never_signs_out(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/signout")).status_code == 405
    assert (await browser.get("/me")).status_code == 200


async def test_signing_in_again_leaves_no_cookie_of_the_last_one(
    browser: httpx.AsyncClient, idp: FakeIdp
) -> None:
    before = browser.cookies[COOKIE]
    idp.person = "user-lob-b"
    await browser.get(await to_idp_and_back(browser))

    assert browser.cookies[COOKIE] != before
    assert (await browser.get("/me")).json()["person"] == "user-lob-b"


async def test_other_kinds_of_connection_pass_through() -> None:
    met = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        met.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        return {}

    await Renewing(app)({"type": "lifespan"}, nothing, nothing)

    assert met == ["lifespan"]


async def test_an_answer_that_sets_the_session_itself_is_not_overruled(
    sessions: Sessions, clock: SetClock
) -> None:
    old = kept(sessions)
    clock.advance(minutes=2)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope)
        sessions.renew(request, sessions.read(request))
        answer = Response()
        answer.headers.append("set-cookie", clearing(COOKIE))
        await answer(scope, receive, send)

    carried = httpx.ASGITransport(app=Renewing(app))
    async with httpx.AsyncClient(transport=carried, base_url=PORTAL) as browser:
        answer = await browser.get("/", headers={"cookie": old})

    assert answer.headers.get_list("set-cookie") == [clearing(COOKIE)]


def test_the_first_key_seals() -> None:
    sealed = Sealer([KEY, OLD_KEY]).sealed("session", {"a": 1})

    assert Sealer([KEY]).opened("session", sealed) == {"a": 1}
    with pytest.raises(BadSeal):
        Sealer([SecretBytes(b"x" * 32)]).opened("session", sealed)
