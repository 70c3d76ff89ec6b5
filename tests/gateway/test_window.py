"""What the gateway sees of a session it holds, and what it never lets out of its hands."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest
from pydantic import SecretBytes

from studiogate.audit.revocation import Vital
from studiogate.aws.wire.call import NoAnswer, WireAnswer, WireRequest
from studiogate.errors import NotAllowed
from studiogate.gateway.ports import Grant
from studiogate.gateway.signin.cookie import BadSeal, Sealer
from studiogate.gateway.window import SESSION_S, StudioWindow
from tests.kit.gateway import Clock

URL = "https://d-forecasting.studio.eu-west-1.sagemaker.aws/auth?token=SECRET-TOKEN"
HOST = "d-forecasting.studio.eu-west-1.sagemaker.aws"
COOKIES = (
    "studio-session=SECRET-ONE; Path=/; HttpOnly",
    "edge=SECRET-TWO; Secure",
    "gone=; Max-Age=0",
)
GRANT = Grant(
    person="ada",
    profile="ada",
    lob="lob-a",
    account="222222222222",
    external_id="x",
    domain="forecasting",
    domain_id="d-forecasting",
    url_expires_s=5,
    session_s=1800,
    landing="app:JupyterLab:",
    network="",
)
IN = WireAnswer(302, {"location": "/jupyterlab/default/lab"}, b"", COOKIES)
ROOT = WireAnswer(302, {"location": "/jupyterlab/default/lab"}, b"")
NO = WireAnswer(403, {}, b"<h1>Auth token containing insufficient permissions</h1>")
OVER = WireAnswer(403, {}, b"<h1>Invalid or Expired Auth Token</h1>")


class Studio:
    """Studio as a transport: answers by path, and remembers what it was asked."""

    def __init__(self, answers: Mapping[str, WireAnswer | None]) -> None:
        self.answers = dict(answers)
        self.asked: list[WireRequest] = []

    async def send(self, request: WireRequest) -> WireAnswer:
        self.asked.append(request)
        answer = self.answers[urlsplit(request.url).path]
        if answer is None:
            raise NoAnswer("no answer within 5 s")
        return answer

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def studio() -> Studio:
    return Studio({"/auth": IN, "/": ROOT})


@pytest.fixture
def window(studio: Studio, clock: Clock) -> StudioWindow:
    return StudioWindow(studio, Sealer([SecretBytes(b"k" * 32)]), clock)


async def begun(window: StudioWindow) -> str:
    sight = await window.begin(URL, GRANT, asked_by="sam")
    assert sight.state is Vital.ALIVE
    assert sight.sealed is not None
    return sight.sealed


async def test_a_canary_uses_its_url_once_and_then_its_cookies(
    window: StudioWindow, studio: Studio
) -> None:
    await begun(window)

    redeemed, looked = studio.asked
    assert (redeemed.method, redeemed.url) == ("GET", URL)
    assert "cookie" not in redeemed.headers
    assert looked.url == f"https://{HOST}/"
    assert looked.headers["cookie"] == "studio-session=SECRET-ONE; edge=SECRET-TWO"


async def test_an_endpoint_leads_there_and_the_name_stays_the_domains(
    studio: Studio, clock: Clock
) -> None:
    sealer = Sealer([SecretBytes(b"k" * 32)])
    window = StudioWindow(studio, sealer, clock, "http://127.0.0.1:8412/")

    await begun(window)

    assert [one.url for one in studio.asked] == [
        "http://127.0.0.1:8412/auth?token=SECRET-TOKEN",
        "http://127.0.0.1:8412/",
    ]
    assert {one.headers["host"] for one in studio.asked} == {HOST}


async def test_what_is_handed_out_shows_nothing_and_any_process_can_look_again(
    window: StudioWindow, studio: Studio, clock: Clock
) -> None:
    sealed = await begun(window)
    elsewhere = StudioWindow(studio, Sealer([SecretBytes(b"k" * 32)]), clock)

    assert "SECRET" not in sealed
    assert sealed not in repr(await window.begin(URL, GRANT, asked_by="sam"))
    assert (await elsewhere.look(sealed, asked_by="sam")).state is Vital.ALIVE


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        pytest.param(NO, Vital.REFUSED, id="the policies say no"),
        pytest.param(WireAnswer(401, {}, NO.body), Vital.REFUSED, id="by another status"),
        pytest.param(WireAnswer(401, {}, b""), Vital.UNCLEAR, id="cookies that do not count"),
        pytest.param(WireAnswer(403, {}, b"blocked"), Vital.UNCLEAR, id="a no on the way"),
        pytest.param(WireAnswer(200, {}, NO.body), Vital.ALIVE, id="a page that quotes it"),
        pytest.param(OVER, Vital.UNCLEAR, id="its own end says nothing of others"),
        pytest.param(None, Vital.UNREACHABLE, id="silence"),
        pytest.param(WireAnswer(503, {}, b""), Vital.UNCLEAR, id="busy"),
        pytest.param(WireAnswer(404, {}, b""), Vital.UNCLEAR, id="somebody else answers"),
        pytest.param(
            WireAnswer(302, {"location": "https://login.example/"}, b""),
            Vital.UNCLEAR,
            id="sent elsewhere",
        ),
        pytest.param(
            WireAnswer(302, {"location": "http://["}, b""), Vital.UNCLEAR, id="nowhere"
        ),
        pytest.param(WireAnswer(200, {}, b"<html>"), Vital.ALIVE, id="a page"),
        pytest.param(
            WireAnswer(302, {"location": f"https://{HOST}/lab"}, b""), Vital.ALIVE, id="onward"
        ),
    ],
)
async def test_only_a_no_of_studio_counts_as_refused(
    window: StudioWindow, studio: Studio, answer: WireAnswer | None, state: Vital
) -> None:
    sealed = await begun(window)
    studio.answers["/"] = answer

    assert (await window.look(sealed, asked_by="sam")).state is state


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        pytest.param(NO, Vital.UNCLEAR, id="refused to us may be allowed to them"),
        pytest.param(OVER, Vital.UNCLEAR, id="too late"),
        pytest.param(ROOT, Vital.UNCLEAR, id="no cookie"),
        pytest.param(
            WireAnswer(302, {"location": "https://evil.example/"}, b"", COOKIES),
            Vital.UNCLEAR,
            id="sent elsewhere",
        ),
        pytest.param(None, Vital.UNREACHABLE, id="silence"),
        pytest.param(
            WireAnswer(302, {"location": "/lab"}, b"", (f"a={'x' * 20_000}",)),
            Vital.UNCLEAR,
            id="more than can be kept",
        ),
    ],
)
async def test_a_session_that_does_not_begin_is_no_refusal(
    window: StudioWindow, studio: Studio, answer: WireAnswer | None, state: Vital
) -> None:
    studio.answers["/auth"] = answer

    sight = await window.begin(URL, GRANT, asked_by="sam")

    assert (sight.state, sight.sealed) == (state, None)
    assert "SECRET" not in f"{sight}"


async def test_a_cookie_no_header_can_hold_is_left_out(
    window: StudioWindow, studio: Studio
) -> None:
    strange = ("odd=\udcff; Path=/", "tab=a\tb", *COOKIES)
    studio.answers["/auth"] = WireAnswer(302, {"location": "/lab"}, b"", strange)

    await begun(window)

    assert studio.asked[-1].headers["cookie"] == "studio-session=SECRET-ONE; edge=SECRET-TWO"


async def test_a_canary_past_its_own_end_is_not_asked_about(
    window: StudioWindow, studio: Studio, clock: Clock
) -> None:
    sealed = await begun(window)
    clock.forward(seconds=SESSION_S)
    before = len(studio.asked)

    sight = await window.look(sealed, asked_by="sam")

    assert sight.state is Vital.UNCLEAR
    assert len(studio.asked) == before


@pytest.mark.parametrize("purpose", ["session", "pending", "sign-in", "csrf", ""])
async def test_a_canary_opens_for_no_other_purpose(window: StudioWindow, purpose: str) -> None:
    sealed = await begun(window)

    with pytest.raises(BadSeal):
        Sealer([SecretBytes(b"k" * 32)]).opened(purpose, sealed, largest=16 * 1024)


async def test_nobody_elses_and_no_other_seal_opens(
    window: StudioWindow, studio: Studio, clock: Clock
) -> None:
    sealed = await begun(window)
    session = Sealer([SecretBytes(b"k" * 32)]).sealed("session", {"a": "sam"})
    foreign = StudioWindow(studio, Sealer([SecretBytes(b"z" * 32)]), clock)
    before = len(studio.asked)

    for asked, one, who in [
        (window, sealed, "mallory"),
        (window, session, "sam"),
        (window, sealed[:-2], "sam"),
        (window, "", "sam"),
        (foreign, sealed, "sam"),
    ]:
        with pytest.raises(NotAllowed) as refused:
            await asked.look(one, asked_by=who)
        assert refused.value.reason == "not-your-canary"

    assert len(studio.asked) == before
