"""The key cache: start without the provider, rotation, outage, floods."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from studiogate.aws.wire.call import WireAnswer, WireRequest
from studiogate.aws.wire.transport import AiohttpTransport
from studiogate.errors import AwsError, Busy, Invalid, NotSignedIn, Unreachable
from studiogate.gateway.ports import Kind, Mark
from studiogate.gateway.signin.cookie import Sealer
from studiogate.gateway.signin.copies import LARGEST_COPY, Shelf
from studiogate.gateway.signin.kept import Ages
from studiogate.gateway.signin.keys import KeyCache
from studiogate.gateway.signin.provider import LARGEST_DOCUMENT, Provider
from studiogate.gateway.told import Secret
from tests.kit.marks import MemoryMarks
from tests.kit.signin_idp import (
    DISCOVERY,
    FakeIdp,
    Reply,
    SetClock,
    ec_key,
    rsa_key,
    serving_idp,
)
from tests.kit.signin_room import idp_settings
from tests.kit.waiting import PATIENCE_S

JWKS = "/jwks.json"
TOO_LARGE = json.dumps({"keys": [rsa_key("key-2").jwk()]}).encode().ljust(LARGEST_DOCUMENT + 1)
"""A good key set, but for its size."""


@pytest.fixture
async def keys(
    idp: FakeIdp, transport: AiohttpTransport, clock: SetClock
) -> AsyncIterator[KeyCache]:
    keys = KeyCache(Provider(idp_settings(idp), transport), clock)
    yield keys
    await keys.close()


async def settled() -> None:
    """Wait for every fetch that goes on behind the readers' backs."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others, timeout=PATIENCE_S)


async def unknown(keys: KeyCache, key_id: str) -> None:
    with pytest.raises(NotSignedIn) as refusal:
        await keys.key(key_id)
    assert refusal.value.recorded == "token-unknown-key"


async def test_keys_are_fetched_once_and_kept(keys: KeyCache, idp: FakeIdp) -> None:
    for _ in range(5):
        assert (await keys.key("key-1")).algorithm == "RS256"

    assert (idp.hits[DISCOVERY], idp.hits[JWKS]) == (1, 1)


async def test_a_hundred_at_once_cost_one_fetch(keys: KeyCache, idp: FakeIdp) -> None:
    await asyncio.gather(*(keys.key("key-1") for _ in range(100)))

    assert (idp.hits[DISCOVERY], idp.hits[JWKS]) == (1, 1)


@pytest.mark.usefixtures("keys")
async def test_nothing_is_fetched_before_somebody_asks(idp: FakeIdp) -> None:
    await settled()

    assert sum(idp.hits.values()) == 0


async def test_a_new_key_is_found_at_its_first_token(
    keys: KeyCache, idp: FakeIdp, clock: SetClock
) -> None:
    await keys.key("key-1")
    clock.advance(seconds=31)
    idp.rotate(ec_key("key-2"))

    assert (await keys.key("key-2")).algorithm == "ES256"
    assert idp.hits[JWKS] == 2


async def test_after_ten_minutes_the_old_set_is_served_and_a_new_one_fetched(
    keys: KeyCache, idp: FakeIdp, clock: SetClock
) -> None:
    await keys.key("key-1")
    idp.rotate(rsa_key("key-2"), keep=False)
    clock.advance(minutes=10)

    assert (await keys.key("key-1")).key_id == "key-1"
    await settled()

    await unknown(keys, "key-1")
    assert (await keys.key("key-2")).key_id == "key-2"
    assert idp.hits[JWKS] == 2


async def test_a_flood_of_unknown_keys_costs_one_fetch_per_cool_down(
    keys: KeyCache, idp: FakeIdp, clock: SetClock
) -> None:
    await keys.key("key-1")
    clock.advance(seconds=31)

    await asyncio.gather(*(unknown(keys, f"flood-{n}") for n in range(300)))
    for n in range(300):
        await unknown(keys, f"more-{n}")
    assert idp.hits[JWKS] == 2

    clock.advance(seconds=29)
    await unknown(keys, "still-cooling")
    assert idp.hits[JWKS] == 2
    clock.advance(seconds=1)
    await unknown(keys, "one-more")
    assert idp.hits[JWKS] == 3


async def test_the_same_unknown_key_is_not_asked_for_again_at_once(
    keys: KeyCache, idp: FakeIdp, clock: SetClock
) -> None:
    await keys.key("key-1")
    clock.advance(seconds=31)
    await unknown(keys, "of-nobody")
    clock.advance(seconds=31)
    await unknown(keys, "of-nobody")
    assert idp.hits[JWKS] == 2

    clock.advance(minutes=2)
    await unknown(keys, "of-nobody")
    assert idp.hits[JWKS] == 3


async def test_an_unknown_key_that_is_published_later_is_known_with_the_next_set(
    keys: KeyCache, idp: FakeIdp, clock: SetClock
) -> None:
    await unknown(keys, "key-2")
    idp.rotate(rsa_key("key-2"))
    clock.advance(seconds=31)
    await unknown(keys, "another")

    assert (await keys.key("key-2")).key_id == "key-2"


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(b"", 500), id="down"),
        pytest.param(Reply(b"", 404), id="gone"),
        pytest.param(Reply(b"<html>", 200), id="no JSON"),
        pytest.param(Reply(b'{"keys": []}', 200), id="empty"),
        pytest.param(Reply(b'{"keys": [{"kid": "a", "kty": "oct"}]}', 200), id="useless"),
        pytest.param(Reply(TOO_LARGE), id="too large"),
        pytest.param(Reply(b"", 302, {"location": "/other"}), id="redirected"),
    ],
)
async def test_a_set_that_cannot_be_used_does_not_replace_a_good_one(
    keys: KeyCache, idp: FakeIdp, clock: SetClock, reply: Reply
) -> None:
    await keys.key("key-1")
    idp.replies[JWKS] = reply
    clock.advance(hours=23)

    assert (await keys.key("key-1")).key_id == "key-1"
    await settled()
    assert (await keys.key("key-1")).key_id == "key-1"
    await unknown(keys, "key-2")
    assert idp.hits["/other"] == 0


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(b"", 503), Busy),
        (Reply(b"", 429), Busy),
        (Reply(b"", 403), Invalid),
        (Reply(b"", 301, {"location": "/other"}), Invalid),
        (Reply(b'{"keys": []}', 200), Invalid),
        (Reply(TOO_LARGE), Invalid),
    ],
)
async def test_after_a_day_of_outage_nothing_is_believed(
    keys: KeyCache, idp: FakeIdp, clock: SetClock, reply: Reply, error: type[AwsError]
) -> None:
    await keys.key("key-1")
    idp.replies[JWKS] = reply
    clock.advance(hours=24)

    with pytest.raises(error):
        await keys.key("key-1")


@pytest.fixture
def outside() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


async def test_an_outage_ends_when_the_provider_is_back(
    keys: KeyCache, idp: FakeIdp, clock: SetClock
) -> None:
    idp.replies[DISCOVERY] = Reply(b"", 503)
    with pytest.raises(Busy):
        await keys.key("key-1")
    with pytest.raises(Busy):
        await keys.key("key-1")
    assert idp.hits[DISCOVERY] == 1

    del idp.replies[DISCOVERY]
    clock.advance(seconds=3)
    assert (await keys.key("key-1")).key_id == "key-1"


async def test_nobody_there_is_unreachable(
    transport: AiohttpTransport, clock: SetClock, outside: ExitStack
) -> None:
    settings = idp_settings(outside.enter_context(serving_idp(clock)))
    outside.close()

    with pytest.raises(Unreachable):
        await KeyCache(Provider(settings, transport), clock).key("key-1")


@pytest.mark.parametrize(
    "discovery",
    [
        pytest.param({"issuer": "https://evil.example"}, id="of another issuer"),
        pytest.param({"issuer": None}, id="of nobody"),
        pytest.param({"jwks_uri": "https://evil.example/jwks.json"}, id="keys elsewhere"),
        pytest.param(
            {"jwks_uri": "http://169.254.169.254/jwks.json"}, id="keys of the metadata"
        ),
        pytest.param({"jwks_uri": "file:///etc/passwd"}, id="keys in a file"),
        pytest.param({"jwks_uri": None}, id="no keys"),
        pytest.param({"token_endpoint": "http://idp.example/token"}, id="tokens in the clear"),
        pytest.param({"token_endpoint": "https://a@idp.example/"}, id="with a user"),
        pytest.param({"authorization_endpoint": "javascript:alert(1)"}, id="script"),
        pytest.param({"authorization_endpoint": "https://idp.example/#a"}, id="fragment"),
        pytest.param(
            {"authorization_endpoint": "https://idp.example:99999/"}, id="no such port"
        ),
        pytest.param({"authorization_endpoint": "https://idp\r\nx: y/"}, id="two lines"),
        pytest.param({"authorization_endpoint": "/authorize"}, id="no host"),
        pytest.param({"authorization_endpoint": ["https://idp.example"]}, id="a list"),
    ],
)
async def test_a_discovery_document_is_believed_only_as_far_as_it_must(
    keys: KeyCache, idp: FakeIdp, discovery: dict[str, object]
) -> None:
    idp.discovery = discovery

    with pytest.raises(Invalid):
        await keys.key("key-1")
    assert idp.hits[JWKS] == 0


class Elsewhere:
    """Answers for an issuer that keeps its keys on a host of another name."""

    issuer = "https://accounts.idp.example"

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def send(self, request: WireRequest) -> WireAnswer:
        self.asked.append(request.url)
        found = {
            "issuer": self.issuer,
            "jwks_uri": "https://keys.idp.example/certs",
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": "https://token.idp.example/token",
            "keys": [rsa_key("key-1").jwk()],
        }
        return WireAnswer(200, {}, json.dumps(found).encode())

    async def close(self) -> None: ...


@pytest.mark.parametrize("host", [None, "idp.example", "eys.idp.example", "keys.idp.example:8"])
async def test_keys_are_fetched_from_no_other_host_than_the_one_that_was_named(
    idp: FakeIdp, clock: SetClock, host: str | None
) -> None:
    there = Elsewhere()
    named = replace(idp_settings(idp), issuer=there.issuer, keys_host=host)

    with pytest.raises(Invalid, match="key set is on a host"):
        await KeyCache(Provider(named, there), clock).key("key-1")

    named = replace(named, keys_host="keys.idp.example")
    assert (await KeyCache(Provider(named, there), clock).key("key-1")).key_id == "key-1"
    assert [url for url in there.asked if "keys." in url] == ["https://keys.idp.example/certs"]


async def test_one_reader_who_leaves_does_not_take_the_fetch_from_the_others(
    keys: KeyCache, idp: FakeIdp
) -> None:
    leaver = asyncio.create_task(keys.key("key-1"))
    stayer = asyncio.create_task(keys.key("key-1"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    leaver.cancel()

    assert (await stayer).key_id == "key-1"
    with pytest.raises(asyncio.CancelledError):
        await leaver
    assert idp.hits[JWKS] == 1


async def test_a_clock_set_back_makes_us_ask_again_and_not_trust_for_ever(
    keys: KeyCache, idp: FakeIdp, clock: SetClock
) -> None:
    await keys.key("key-1")
    idp.replies[JWKS] = Reply(b"", 503)
    clock.advance(days=-2)

    with pytest.raises(Busy):
        await keys.key("key-1")


async def test_what_fails_unexpectedly_is_not_swallowed(clock: SetClock, idp: FakeIdp) -> None:
    class Broken:
        async def send(self, _request: object) -> object:
            raise ZeroDivisionError

        async def close(self) -> None: ...

    keys = KeyCache(Provider(idp_settings(idp), Broken()), clock)  # type: ignore[arg-type]  # broken on purpose

    with pytest.raises(ZeroDivisionError):
        await keys.key("key-1")


@pytest.mark.parametrize(
    ("said", "good_for"),
    [
        ("max-age=1800", timedelta(minutes=30)),
        ("public, max-age=900, must-revalidate", timedelta(minutes=15)),
        ("Max-Age=900", timedelta(minutes=15)),
        ("max-age=0", timedelta(minutes=1)),
        ("max-age=5", timedelta(minutes=1)),
        ("max-age=31536000", timedelta(hours=1)),
        ("no-store", timedelta(minutes=10)),
        ("s-max-age=7200", timedelta(minutes=10)),
        ("max-age=-1", timedelta(minutes=10)),
        ("max-age=" + "9" * 40, timedelta(minutes=10)),
    ],
)
async def test_the_provider_says_how_long_its_keys_are_good_within_bounds(
    keys: KeyCache, idp: FakeIdp, clock: SetClock, said: str, good_for: timedelta
) -> None:
    idp.headers = {"cache-control": said}
    await keys.key("key-1")

    clock.now += good_for - timedelta(seconds=1)
    await keys.key("key-1")
    await settled()
    assert idp.hits[JWKS] == 1
    clock.advance(seconds=1)
    await keys.key("key-1")
    await settled()
    assert idp.hits[JWKS] == 2


async def test_keys_that_did_not_change_are_not_sent_again(
    keys: KeyCache, idp: FakeIdp, clock: SetClock
) -> None:
    idp.headers = {"etag": '"set-1"'}
    await keys.key("key-1")
    clock.advance(hours=23, minutes=59)
    await keys.key("key-1")
    await settled()
    clock.advance(hours=23, minutes=59)

    assert (await keys.key("key-1")).key_id == "key-1"
    await settled()
    assert idp.hits["not modified"] >= 2
    idp.headers = {"etag": '"set-2"'}
    idp.rotate(ec_key("key-2"))
    clock.advance(seconds=31)
    assert (await keys.key("key-2")).algorithm == "ES256"


async def test_nothing_changed_is_no_answer_to_who_has_nothing(
    keys: KeyCache, idp: FakeIdp
) -> None:
    idp.replies[JWKS] = Reply(b"", 304)

    with pytest.raises(Invalid):
        await keys.key("key-1")


@pytest.mark.parametrize("etag", ["set-1", '"a"b"', '"' + "x" * 300 + '"', '"\u00e9"'])
async def test_a_mark_of_a_document_that_is_none_is_never_sent_back(
    keys: KeyCache, idp: FakeIdp, clock: SetClock, etag: str
) -> None:
    idp.headers = {"etag": etag.encode().decode("latin-1")}
    await keys.key("key-1")
    clock.advance(minutes=11)
    await keys.key("key-1")
    await settled()

    assert (idp.hits[JWKS], idp.hits["not modified"]) == (2, 0)


@pytest.fixture
def marks(clock: SetClock) -> MemoryMarks:
    return MemoryMarks(clock)


@pytest.fixture
def shelf(clock: SetClock, marks: MemoryMarks) -> Shelf:
    return Shelf(marks, Sealer((Secret(b"k" * 32),)), clock)


@pytest.fixture
async def started(
    idp: FakeIdp, transport: AiohttpTransport, clock: SetClock, shelf: Shelf
) -> AsyncIterator[list[KeyCache]]:
    """Two processes of the gateway over one table; the second has not been asked yet."""
    both = [KeyCache(Provider(idp_settings(idp), transport), clock, shelf=shelf) for _ in "ab"]
    await both[0].key("key-1")
    yield both
    for each in both:
        await each.close()


def takes_down(idp: FakeIdp) -> None:
    idp.replies |= {DISCOVERY: Reply(b"", 503), JWKS: Reply(b"", 503)}


async def test_who_starts_while_the_provider_is_down_has_the_copy_of_another(
    started: list[KeyCache], idp: FakeIdp, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    takes_down(idp)
    clock.advance(hours=23)

    assert (await started[1].key("key-1")).algorithm == "RS256"
    assert (await started[1].published()).token_endpoint == f"{idp.url}/token"
    assert "keys of the idp 'corporate' are served from a copy made at 2030" in caplog.text
    assert "addresses of the idp 'corporate' are served from a copy" in caplog.text


async def test_a_copy_is_as_old_as_what_it_is_a_copy_of(
    started: list[KeyCache], idp: FakeIdp, clock: SetClock
) -> None:
    takes_down(idp)
    clock.advance(hours=23, minutes=59)
    await started[1].key("key-1")
    clock.advance(minutes=1)

    with pytest.raises(Busy):
        await started[1].key("key-1")


async def test_a_copy_is_read_only_where_the_provider_does_not_answer(
    started: list[KeyCache], idp: FakeIdp
) -> None:
    idp.rotate(rsa_key("key-2"), keep=False)

    assert (await started[1].key("key-2")).key_id == "key-2"
    await unknown(started[1], "key-1")


async def test_the_provider_is_believed_again_when_it_is_back(
    started: list[KeyCache], idp: FakeIdp, clock: SetClock
) -> None:
    takes_down(idp)
    await started[1].key("key-1")
    idp.replies.clear()
    idp.rotate(rsa_key("key-2"), keep=False)
    clock.advance(hours=1)

    await started[1].key("key-1")
    await settled()
    assert (await started[1].key("key-2")).key_id == "key-2"


async def test_a_copy_that_is_no_key_set_lets_nobody_in(
    started: list[KeyCache], idp: FakeIdp, shelf: Shelf
) -> None:
    takes_down(idp)
    place = ("oidc", idp.issuer, "", "keys")
    await shelf.copies(*place, lasts=Ages().hard).make(b'{"keys": []}')

    with pytest.raises(Busy):
        await started[1].key("key-1")


def written_by_others(value: str, marks: MemoryMarks, clock: SetClock) -> Iterator[str]:
    """What whoever may write into the table, and has none of our keys, could put there."""
    tag, at, document = value.split("\n", 2)
    ours = Sealer((Secret(b"x" * 32),))
    made = f"{clock().isoformat()}\n{json.dumps({'keys': [rsa_key('key-9').jwk()]})}"
    yield made
    yield f"\n{made}"
    yield f"{tag}\n{made}"
    yield f"{ours.tag('copy', made)}\n{made}"
    yield f"{tag}\n{(clock() + timedelta(hours=1)).isoformat()}\n{document}"
    yield f"{tag}\n{at}\n{document} "
    yield next(one.value for one in marks.there.values() if one.value != value)
    yield ""


async def test_what_others_put_in_place_of_a_copy_lets_nobody_in(
    started: list[KeyCache], idp: FakeIdp, clock: SetClock, marks: MemoryMarks
) -> None:
    takes_down(idp)
    place = Mark(Kind.DOCUMENT, ("oidc", idp.issuer, "", "keys"))
    good = marks.there[place.key]

    for value in written_by_others(good.value, marks, clock):
        marks.there[place.key] = replace(good, value=value)
        for key_id in ("key-1", "key-9"):
            with pytest.raises(Busy):
                await started[1].key(key_id)
        clock.advance(seconds=30)

    marks.there[place.key] = good
    assert (await started[1].key("key-1")).key_id == "key-1"


async def test_a_copy_of_another_issuer_or_another_endpoint_is_not_ours(
    started: list[KeyCache],
    idp: FakeIdp,
    transport: AiohttpTransport,
    clock: SetClock,
    shelf: Shelf,
) -> None:
    assert (await started[0].key("key-1")).key_id == "key-1"
    takes_down(idp)
    elsewhere = idp_settings(idp, endpoint=f"{idp.url}/")

    with pytest.raises(Busy):
        await KeyCache(Provider(elsewhere, transport), clock, shelf=shelf).key("key-1")


async def test_a_table_that_does_not_answer_costs_nobody_their_sign_in(
    started: list[KeyCache], idp: FakeIdp, marks: MemoryMarks, clock: SetClock
) -> None:
    marks.fails = Unreachable("no table", remedy="Wait.", action="dynamodb:PutItem", about="t")
    assert (await started[1].key("key-1")).key_id == "key-1"
    clock.advance(minutes=11)
    takes_down(idp)

    assert (await started[1].key("key-1")).key_id == "key-1"


async def test_copies_are_made_at_most_once_an_hour_and_never_too_large_for_a_row(
    marks: MemoryMarks, clock: SetClock, shelf: Shelf
) -> None:
    copies = shelf.copies("oidc", "x", lasts=Ages().hard)
    mark = Mark(Kind.DOCUMENT, ("oidc", "x"))
    await copies.make(b"{}")
    first = marks.there[mark.key].at
    clock.advance(minutes=59)
    await copies.make(b"{}")
    assert marks.there[mark.key].at == first
    clock.advance(minutes=1)
    await copies.make(b"{}")
    assert marks.there[mark.key].at == clock()
    await copies.make(b"[]\n")
    assert await copies.found() == (b"[]\n", clock())

    await copies.make(b"x" * (LARGEST_COPY + 1))
    await copies.make(b"\xff")
    assert await copies.found() == (b"[]\n", clock())


async def test_a_copy_counts_no_longer_than_it_was_made_for(
    marks: MemoryMarks, clock: SetClock, shelf: Shelf
) -> None:
    copies = shelf.copies("oidc", "x", lasts=timedelta(hours=24))
    await copies.make(b"{}")
    key = Mark(Kind.DOCUMENT, ("oidc", "x")).key
    marks.there[key] = replace(marks.there[key], until=clock() + timedelta(days=365))
    clock.advance(hours=24)

    assert await copies.found() is None
