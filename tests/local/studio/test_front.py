"""A browser at the Studio front: redeemed once, checked always, kept to its own app."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from studiogate.local.sagemaker.landing import BASE
from tests.kit.studio import (
    INSUFFICIENT,
    INVALID,
    LOB_B,
    OFFICE,
    OUTSIDE,
    FakeLauncher,
    HandClock,
    Studio,
    short_folder,
    studio_of,
)
from tests.kit.studio_browser import Browser
from tests.kit.waiting import until

LAB = f"{BASE}/lab"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def launcher() -> AsyncIterator[FakeLauncher]:
    async with short_folder() as folder:
        yield FakeLauncher(folder)


@pytest.fixture
async def studio(launcher: FakeLauncher, clock: HandClock) -> AsyncIterator[Studio]:
    async with studio_of(launcher, clock=clock) as studio:
        yield studio


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(cookie_jar=jar) as client:
        yield client


@pytest.fixture
async def domain(studio: Studio) -> str:
    domain = await studio.domain()
    await studio.profile(domain, "ada")
    return domain


@pytest.fixture
def browser(client: aiohttp.ClientSession, studio: Studio, domain: str) -> Browser:
    return Browser(client, studio, studio.host(domain))


@pytest.fixture
async def ada(browser: Browser, studio: Studio, domain: str) -> Browser:
    """Ada's browser, in her Lab."""
    assert (await browser.open(await studio.url(domain)))[0] == 302
    await browser.lab()
    return browser


async def test_a_url_opens_the_lab_and_leaves_a_cookie_no_script_can_read(
    browser: Browser, studio: Studio, domain: str
) -> None:
    status, _, headers = await browser.open(await studio.url(domain))

    assert (status, headers["location"]) == (302, LAB)
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    cookie = headers["set-cookie"]
    assert cookie.startswith(f"studio-session-{domain}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    await browser.lab()
    assert (await browser.send(LAB))[1] == "<title>JupyterLab</title>"


async def test_a_url_opens_once(browser: Browser, studio: Studio, domain: str) -> None:
    url = await studio.url(domain)
    assert (await browser.open(url))[0] == 302

    status, text, _ = await browser.open(url)

    assert status == 403
    assert INVALID in text


async def test_of_twenty_who_redeem_at_once_one_wins(
    browser: Browser, studio: Studio, domain: str
) -> None:
    url = await studio.url(domain)

    answers = await asyncio.gather(*(browser.open(url) for _ in range(20)))

    assert sorted(status for status, _, _ in answers) == [302] + [403] * 19


async def test_a_late_url_is_refused_and_a_timely_one_is_not(
    browser: Browser, studio: Studio, domain: str, clock: HandClock
) -> None:
    url = await studio.url(domain, ExpiresInSeconds=20)
    late = await studio.url(domain, ExpiresInSeconds=20)
    clock.forward(19.9)
    assert (await browser.open(url))[0] == 302
    clock.forward(0.1)

    status, text, _ = await browser.open(late)

    assert status == 403
    assert INVALID in text


@pytest.mark.parametrize("path", ["/auth", "/auth?token=", "/auth?token=guess", LAB, "/"])
async def test_without_a_ticket_or_a_session_there_is_one_answer(
    browser: Browser, path: str
) -> None:
    status, text, headers = await browser.send(path)

    assert status == 403
    assert INVALID in text
    assert headers["cache-control"] == "no-store"


async def test_a_refusal_by_the_policies_has_awss_words_and_keeps_the_url_whole(
    browser: Browser, studio: Studio, domain: str
) -> None:
    url = await studio.url(domain)
    studio.arrival = OUTSIDE
    status, text, headers = await browser.open(url)
    assert status == 403
    assert INSUFFICIENT in text
    assert "set-cookie" not in headers

    studio.arrival = OFFICE

    assert (await browser.open(url))[0] == 302


async def test_a_used_url_is_invalid_even_to_those_the_policies_refuse(
    browser: Browser, studio: Studio, domain: str
) -> None:
    url = await studio.url(domain)
    await browser.open(url)
    studio.arrival = OUTSIDE

    assert INVALID in (await browser.open(url))[1]


async def test_the_policies_asked_are_the_creators_about_the_exact_profile(
    ada: Browser, studio: Studio, domain: str
) -> None:
    studio.guard.asked.clear()

    await ada.send(LAB)

    ((caller, needed, arrival, region),) = studio.guard.asked
    assert caller.source_identity == "user-lob-a"
    assert needed.action == "sagemaker:CreatePresignedDomainUrl"
    assert needed.resource == (
        f"arn:aws:sagemaker:eu-west-1:222222222222:user-profile/{domain}/ada"
    )
    assert (arrival, region) == (OFFICE, "eu-west-1")


async def test_a_deny_mid_session_stops_the_next_request(ada: Browser, studio: Studio) -> None:
    assert (await ada.send(LAB))[0] == 200
    studio.guard.open = False

    status, text, _ = await ada.send(LAB)

    assert status == 403
    assert INSUFFICIENT in text


async def test_a_deny_mid_session_stops_the_next_frame_to_the_app(
    ada: Browser, studio: Studio, launcher: FakeLauncher
) -> None:
    async with ada.socket() as socket:
        await socket.send_str("before")
        assert (await socket.receive()).data == "before"
        studio.guard.open = False

        await socket.send_str("after")
        end = await socket.receive()

        assert (end.type, end.data, end.extra) == (aiohttp.WSMsgType.CLOSE, 1008, INSUFFICIENT)
    assert launcher.of("ada").received == ["before"]


async def test_a_deny_mid_session_stops_the_next_frame_from_the_app(
    ada: Browser, studio: Studio, launcher: FakeLauncher
) -> None:
    async with ada.socket() as socket:
        await launcher.of("ada").connected.wait()
        studio.guard.open = False

        await launcher.of("ada").say("secret output")
        end = await socket.receive()

        assert (end.type, end.data, end.extra) == (aiohttp.WSMsgType.CLOSE, 1008, INSUFFICIENT)


async def test_each_frame_is_asked_about_as_its_network_is_now(
    ada: Browser, studio: Studio
) -> None:
    changed = replace(OFFICE, context={"aws:SourceVpce": "vpce-another"})
    async with ada.socket() as socket:
        await socket.send_str("before")
        await socket.receive()
        studio.arrival = changed

        await socket.send_str("after")
        await socket.receive()

    assert studio.guard.asked[-1][2] is changed


async def test_a_socket_is_refused_before_it_opens_where_the_policies_say_no(
    ada: Browser, studio: Studio
) -> None:
    studio.guard.open = False

    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await ada.socket()

    assert refused.value.status == 403


async def test_a_session_ends_when_its_time_is_up_sockets_included(
    browser: Browser, studio: Studio, domain: str, clock: HandClock
) -> None:
    await browser.open(await studio.url(domain, SessionExpirationDurationInSeconds=1800))
    await browser.lab()
    async with browser.socket() as socket:
        clock.forward(1800)

        assert INVALID in (await browser.send(LAB))[1]
        await socket.send_str("late")
        end = await socket.receive()

        assert (end.data, end.extra) == (1008, INVALID)


async def test_a_deleted_profile_ends_its_sessions(
    ada: Browser, studio: Studio, domain: str
) -> None:
    await studio.ask(
        "DeleteApp",
        DomainId=domain,
        UserProfileName="ada",
        AppType="JupyterLab",
        AppName="default",
    )
    assert (await ada.send(LAB))[0] == 409
    await studio.ask("DeleteUserProfile", DomainId=domain, UserProfileName="ada")

    status, text, _ = await ada.send(LAB)

    assert status == 403
    assert INVALID in text


async def test_two_domains_are_open_at_the_same_time_and_each_shows_its_own(
    ada: Browser, studio: Studio, client: aiohttp.ClientSession
) -> None:
    other = await studio.domain("fraud", account=LOB_B)
    await studio.profile(other, "bo", account=LOB_B)
    bo = Browser(client, studio, studio.host(other))
    await bo.open(await studio.url(other, "bo", account=LOB_B))
    await bo.lab()

    assert '"ada"' in (await ada.send(f"{BASE}/whoami"))[1]
    assert '"bo"' in (await bo.send(f"{BASE}/whoami"))[1]
    assert ada.host != bo.host


async def test_two_profiles_of_one_domain_reach_only_their_own_app(
    ada: Browser, studio: Studio, domain: str, client: aiohttp.ClientSession
) -> None:
    await studio.profile(domain, "grace")
    grace = Browser(client, studio, studio.host(domain))
    await grace.open(await studio.url(domain, "grace"))
    await grace.lab()

    assert '"grace"' in (await grace.send(f"{BASE}/whoami"))[1]
    assert '"ada"' in (await ada.send(f"{BASE}/whoami"))[1]


async def test_a_cookie_of_one_domain_opens_no_other(
    ada: Browser, studio: Studio, client: aiohttp.ClientSession
) -> None:
    other = await studio.domain("fraud", account=LOB_B)
    thief = Browser(client, studio, studio.host(other))
    (stolen,) = ada.cookies.values()

    for name in (f"studio-session-{other}", *ada.cookies):
        thief.cookies = {name: stolen}
        status, text, _ = await thief.send(LAB)
        assert status == 403
        assert INVALID in text


async def test_a_ticket_of_one_domain_is_worth_nothing_under_the_name_of_another(
    studio: Studio, domain: str, client: aiohttp.ClientSession
) -> None:
    other = await studio.domain("fraud", account=LOB_B)
    url = await studio.url(domain)
    wrong = Browser(client, studio, studio.host(other))
    right = Browser(client, studio, studio.host(domain))

    assert INVALID in (await wrong.open(url))[1]
    assert (await right.open(url))[0] == 302


@pytest.mark.parametrize(
    "host", ["evil.example", "d-x.studio.eu-west-1.evil.example", "user@127.0.0.1", "192.0.2.1"]
)
async def test_a_name_that_is_not_ours_is_refused_before_anything_else(
    ada: Browser, host: str
) -> None:
    ada.host = host

    assert (await ada.send(LAB))[0] == 421
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await ada.socket()


async def test_a_program_without_name_resolution_may_use_the_bare_address(
    studio: Studio, domain: str, client: aiohttp.ClientSession
) -> None:
    program = Browser(client, studio, f"127.0.0.1:{studio.port}")
    await program.open(await studio.url(domain))
    await program.lab()

    assert (await program.send("/"))[0] == 200
    assert (await program.send(f"{BASE}/whoami"))[0] == 200


async def test_sessions_of_two_domains_at_one_bare_address_are_not_guessed_between(
    studio: Studio, domain: str, client: aiohttp.ClientSession
) -> None:
    other = await studio.domain("fraud", account=LOB_B)
    await studio.profile(other, "bo", account=LOB_B)
    program = Browser(client, studio, f"127.0.0.1:{studio.port}")
    await program.open(await studio.url(domain))
    await program.open(await studio.url(other, "bo", account=LOB_B))

    assert len(program.cookies) == 2
    assert (await program.send(LAB))[0] == 409


async def test_a_cookie_planted_beside_ones_own_is_not_guessed_between(
    ada: Browser, studio: Studio, domain: str, client: aiohttp.ClientSession
) -> None:
    """A neighbour's page can set cookies for a shared parent host; it must choose for nobody."""
    await studio.profile(domain, "eve")
    eve = Browser(client, studio, ada.host)
    await eve.open(await studio.url(domain, "eve"))
    ((name, own),) = ada.cookies.items()

    answers = []
    for both in ((own, eve.cookies[name]), (eve.cookies[name], own), (own, own)):
        cookie = "; ".join(f"{name}={value}" for value in both)
        answers.append((await ada.send(LAB, cookie=cookie))[0])

    assert answers == [409, 409, 200]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_another_sites_page_opens_no_socket(ada: Browser, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await ada.socket(origin=origin)

    assert refused.value.status == 403


async def test_studios_own_page_opens_a_socket_with_its_subprotocol(ada: Browser) -> None:
    async with ada.socket(
        protocols=("v1.other", "v1.kernel"), origin=f"http://{ada.host}"
    ) as socket:
        assert socket.protocol == "v1.kernel"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
    ids=["origin", "opaque origin", "fetch metadata", "a sister site"],
)
async def test_another_sites_page_changes_nothing(
    ada: Browser, headers: dict[str, str], launcher: FakeLauncher
) -> None:
    before = len(launcher.of("ada").headers)

    status, _, _ = await ada.send(f"{BASE}/count", method="POST", data=b"x", **headers)

    assert status == 403
    assert len(launcher.of("ada").headers) == before


async def test_the_app_sees_the_fronts_token_and_none_of_the_browsers_proofs(
    ada: Browser, launcher: FakeLauncher
) -> None:
    await ada.send(
        f"{BASE}/whoami",
        authorization="Bearer mine",
        connection="x-private",
        x_private="1",
        x_forwarded_for="1.2.3.4",
        referer="http://x/auth?token=t",
    )

    seen = {name.lower(): text for name, text in launcher.of("ada").headers[-1].items()}
    assert seen["authorization"] == "token token-of-ada"
    assert not {"cookie", "referer", "x-private", "x-forwarded-for"} & set(seen)


async def test_the_browser_sees_neither_the_apps_cookies_nor_a_stale_token(
    ada: Browser,
) -> None:
    _, _, headers = await ada.send(f"{LAB}?token=stale&reset=1")

    assert "set-cookie" not in headers
    assert headers["x-query"] == "reset=1"


async def test_an_app_clears_nothing_of_studios_and_puts_nothing_before_its_pages(
    ada: Browser,
) -> None:
    _, _, headers = await ada.send(LAB)

    assert "x-query" in headers
    assert not {"clear-site-data", "service-worker-allowed"} & {one.lower() for one in headers}


async def test_big_uploads_and_downloads_stream_through(ada: Browser) -> None:
    async def blocks() -> AsyncIterator[bytes]:
        for _ in range(320):
            yield b"x" * 65536

    _, counted, _ = await ada.send(f"{BASE}/count", method="PUT", data=blocks())
    _, body, _ = await ada.send(f"{BASE}/download?blocks=320")

    assert '"size": 20971520' in counted
    assert len(body) == 20971520


@pytest.mark.parametrize(
    ("method", "data", "size"),
    [
        ("POST", b"", 0),
        ("POST", None, 0),
        ("PATCH", b"x" * 900_000, 900_000),
        ("DELETE", b"", 0),
    ],
)
async def test_a_body_of_known_length_arrives_whole(
    ada: Browser, method: str, data: bytes | None, size: int
) -> None:
    status, counted, _ = await ada.send(f"{BASE}/count", method=method, data=data)

    assert status == 200
    assert json.loads(counted) == {"size": size, "method": method}


async def test_an_answer_without_a_body_passes(ada: Browser) -> None:
    status, text, headers = await ada.send(LAB, method="HEAD")

    assert (status, text) == (200, "")
    assert int(headers["content-length"]) > 0


async def test_paths_arrive_as_they_were_encoded(ada: Browser) -> None:
    _, text, _ = await ada.send(f"{BASE}/named/a%2Fb%20%C3%A9?x=%26y&z=1")

    assert text == f"{BASE}/named/a%2Fb%20%C3%A9?x=%26y&z=1"


async def test_a_download_begins_before_it_is_complete(
    ada: Browser, studio: Studio, client: aiohttp.ClientSession
) -> None:
    async with client.get(
        f"http://127.0.0.1:{studio.port}{BASE}/download?blocks=4000", headers=ada.headers()
    ) as answer:
        first = await answer.content.read(1000)

    assert first == b"x" * 1000


async def test_a_frame_of_twenty_megabytes_passes_both_ways(ada: Browser) -> None:
    frame = bytes(20 * 2**20)
    async with ada.socket() as socket:
        await socket.send_bytes(frame)

        assert (await socket.receive()).data == frame


async def test_a_browser_that_leaves_ends_the_apps_side(
    ada: Browser, launcher: FakeLauncher
) -> None:
    async with ada.socket():
        await launcher.of("ada").connected.wait()
    (socket,) = launcher.of("ada").sockets

    async def closed() -> bool:
        return socket.closed

    await until(closed)


async def test_an_app_that_leaves_ends_the_browsers_side(
    ada: Browser, launcher: FakeLauncher
) -> None:
    async with ada.socket() as socket:
        await launcher.of("ada").connected.wait()
        await launcher.of("ada").sockets[0].close(code=4001)

        end = await socket.receive()

    assert (end.type, end.data) == (aiohttp.WSMsgType.CLOSE, 4001)


async def test_while_the_app_starts_a_page_says_so_and_for_how_long(
    browser: Browser, studio: Studio, domain: str, clock: HandClock, launcher: FakeLauncher
) -> None:
    launcher.held = asyncio.Event()
    await browser.open(await studio.url(domain))
    clock.forward(7)

    status, text, headers = await browser.send(LAB)

    assert status == 503
    assert headers["retry-after"] == "1"
    assert "Starting JupyterLab for ada" in text
    assert "7 s" in text
    assert "takes a few seconds" in text
    assert headers["refresh"] == "1"
    assert "http-equiv" not in text  # whoever reads it aloud is not interrupted by the page
    clock.forward(60)
    assert "takes longer than others" in (await browser.send(LAB))[1]
    launcher.held.set()
    await browser.lab()
    assert (await browser.send(LAB))[0] == 200


async def test_an_app_that_cannot_start_says_why_and_opening_again_tries_again(
    browser: Browser, studio: Studio, domain: str, launcher: FakeLauncher
) -> None:
    launcher.broken = True
    await browser.open(await studio.url(domain))
    await browser.lab()
    status, text, _ = await browser.send(LAB)
    described = await studio.ask(
        "DescribeApp",
        DomainId=domain,
        UserProfileName="ada",
        AppType="JupyterLab",
        AppName="default",
    )
    assert status == 502
    assert "ended while it was starting" in text
    assert described["Status"] == "Failed"
    assert described["FailureReason"] == "JupyterLab ended while it was starting."
    launcher.broken = False

    await browser.open(await studio.url(domain))
    await browser.lab()

    assert (await browser.send(LAB))[0] == 200


async def test_an_app_that_crashed_is_started_again_by_the_next_request(
    ada: Browser, launcher: FakeLauncher
) -> None:
    await launcher.of("ada").stop()

    assert (await ada.send(LAB))[0] == 503
    await ada.lab()

    assert (await ada.send(LAB))[0] == 200
    assert len(launcher.launched) == 2


async def test_an_app_of_a_kind_we_have_not_is_named_and_the_url_stays_whole(
    browser: Browser, studio: Studio, domain: str
) -> None:
    url = await studio.url(domain, LandingUri="app:Canvas:")

    for _ in range(2):
        status, text, _ = await browser.open(url)
        assert status == 501
        assert "Canvas is not offered by this emulation" in text


async def test_a_url_may_land_inside_the_lab(
    browser: Browser, studio: Studio, domain: str
) -> None:
    url = await studio.url(domain, LandingUri="app:JupyterLab:lab/tree/report.ipynb")

    assert (await browser.open(url))[2]["location"] == f"{LAB}/tree/report.ipynb"


async def test_a_space_has_an_app_of_its_own(
    ada: Browser, studio: Studio, domain: str, client: aiohttp.ClientSession
) -> None:
    await studio.ask("CreateSpace", DomainId=domain, SpaceName="common")
    shared = Browser(client, studio, studio.host(domain))
    await shared.open(await studio.url(domain, SpaceName="common"))
    await shared.lab()

    assert '"common"' in (await shared.send(f"{BASE}/whoami"))[1]
    assert '"ada"' in (await ada.send(f"{BASE}/whoami"))[1]


async def test_only_the_app_is_behind_a_session(ada: Browser) -> None:
    for path in ("/jupyterlab/other/lab", "/jupyterlab/defaultx", "/favicon.ico"):
        assert (await ada.send(path))[0] == 404
