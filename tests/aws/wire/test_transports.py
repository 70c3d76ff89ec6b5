"""One contract over both transports, against a real server on loopback."""

import asyncio
import datetime as dt
import json
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from studiogate.aws.wire.blocking import BlockingTransport, drive
from studiogate.aws.wire.call import NoAnswer, Transport, WireAnswer, WireRequest
from studiogate.aws.wire.transport import AiohttpTransport
from tests.kit.aws_server import RudeServer


@pytest.fixture
def server() -> Iterator[RudeServer]:
    with RudeServer() as running:
        yield running


@pytest.fixture(params=["aiohttp", "blocking"])
async def transport(request: pytest.FixtureRequest) -> AsyncIterator[Transport]:
    made: Transport = (
        AiohttpTransport(timeout_s=5)
        if request.param == "aiohttp"
        else BlockingTransport(timeout_s=5)
    )
    yield made
    await made.close()


@pytest.fixture(params=["aiohttp", "blocking"])
async def hasty(request: pytest.FixtureRequest) -> AsyncIterator[Transport]:
    made: Transport = (
        AiohttpTransport(timeout_s=0.6)
        if request.param == "aiohttp"
        else BlockingTransport(timeout_s=0.6)
    )
    yield made
    await made.close()


def post(url: str, *, repeatable: bool = False) -> WireRequest:
    return WireRequest("POST", url, {"x-asked": "this"}, b"body", repeatable=repeatable)


class TestTransport:
    async def test_sends_method_target_headers_and_body_as_they_are(
        self, transport: Transport, server: RudeServer
    ) -> None:
        answer = await transport.send(post(f"{server.url}/echo?b=%2F&a=%20+"))

        seen = json.loads(answer.body)
        assert answer.status == 200
        assert answer.headers["x-shown"] == "yes"
        assert (seen["method"], seen["target"]) == ("POST", "/echo?b=%2F&a=%20+")
        assert (seen["x-asked"], seen["body"]) == ("this", "body")

    async def test_sends_the_host_header_it_is_given(
        self, transport: Transport, server: RudeServer
    ) -> None:
        request = WireRequest("GET", f"{server.url}/echo", {"host": "sts.example"}, b"")

        answer = await transport.send(request)

        assert json.loads(answer.body)["host"] == "sts.example"

    async def test_cookies_are_kept_apart_and_shown_to_nobody(
        self, transport: Transport, server: RudeServer
    ) -> None:
        answer = await transport.send(WireRequest("GET", f"{server.url}/cookies", {}, b""))

        assert answer.set_cookies == ("a=SECRET; Path=/", "b=2, c; Secure")
        assert "set-cookie" not in answer.headers
        assert "SECRET" not in repr(answer)

    async def test_adds_no_header_that_would_tell_about_this_program(
        self, transport: Transport, server: RudeServer
    ) -> None:
        answer = await transport.send(post(f"{server.url}/echo"))

        added = json.loads(answer.body).keys() - {"method", "target", "body", "x-asked"}
        assert added <= {"host", "content-length", "accept-encoding"}

    @pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
    async def test_an_answer_of_any_status_is_an_answer(
        self, transport: Transport, server: RudeServer, status: int
    ) -> None:
        server.answers["/refused"] = (status, {}, b"no")

        answer = await transport.send(post(f"{server.url}/refused"))

        assert (answer.status, answer.body) == (status, b"no")

    async def test_reads_a_chunked_answer_whole(
        self, transport: Transport, server: RudeServer
    ) -> None:
        answer = await transport.send(post(f"{server.url}/chunked"))

        assert answer.body == b"hello world"

    async def test_opens_no_connection_when_warm(
        self, transport: Transport, server: RudeServer
    ) -> None:
        await transport.send(post(f"{server.url}/echo"))
        cold = server.connections

        for path in ("echo", "chunked", "echo", "redirect", "echo"):
            await transport.send(post(f"{server.url}/{path}"))

        assert server.connections - cold == 0

    async def test_follows_no_redirect_and_keeps_no_cookie(
        self, transport: Transport, server: RudeServer
    ) -> None:
        redirected = await transport.send(post(f"{server.url}/redirect"))
        after = await transport.send(post(f"{server.url}/echo"))

        assert redirected.status == 302
        assert server.requests == ["/redirect", "/echo"]
        assert "cookie" not in json.loads(after.body)

    async def test_goes_through_no_proxy_of_the_environment(
        self, transport: Transport, server: RudeServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

        assert (await transport.send(post(f"{server.url}/echo"))).status == 200

    async def test_does_not_unpack_what_it_did_not_ask_to_be_packed(
        self, transport: Transport, server: RudeServer
    ) -> None:
        server.answers["/packed"] = (200, {"Content-Encoding": "gzip"}, b"as it came")

        assert (await transport.send(post(f"{server.url}/packed"))).body == b"as it came"

    async def test_recovers_when_the_server_closed_a_kept_connection(
        self, transport: Transport, server: RudeServer
    ) -> None:
        for _ in range(3):
            answer = await transport.send(post(f"{server.url}/once", repeatable=True))
            assert answer.body == b"then gone"

    async def test_repeats_once_what_may_be_repeated(
        self, transport: Transport, server: RudeServer
    ) -> None:
        await transport.send(post(f"{server.url}/echo"))
        server.hangs_up_on_kept = True

        answer = await transport.send(post(f"{server.url}/echo?2", repeatable=True))

        assert answer.status == 200
        assert server.requests == ["/echo", "/echo?2", "/echo?2"]

    async def test_repeats_nothing_that_may_have_arrived_and_counts(
        self, transport: Transport, server: RudeServer
    ) -> None:
        await transport.send(post(f"{server.url}/echo"))
        server.hangs_up_on_kept = True

        with pytest.raises(NoAnswer):
            await transport.send(post(f"{server.url}/echo?2"))
        assert server.requests == ["/echo", "/echo?2"]

    @pytest.mark.parametrize("path", ["reset", "silence"])
    async def test_does_not_repeat_on_a_connection_that_was_new(
        self, transport: Transport, server: RudeServer, path: str
    ) -> None:
        with pytest.raises(NoAnswer):
            await transport.send(post(f"{server.url}/{path}", repeatable=True))
        assert server.requests == [f"/{path}"]

    @pytest.mark.parametrize("path", ["garbage", "cut", "huge", "flood"])
    async def test_what_is_not_a_whole_small_answer_is_no_answer(
        self, transport: Transport, server: RudeServer, path: str
    ) -> None:
        await transport.send(post(f"{server.url}/echo"))

        with pytest.raises(NoAnswer):
            await transport.send(post(f"{server.url}/{path}", repeatable=True))

        assert server.requests.count(f"/{path}") == 1
        assert (await transport.send(post(f"{server.url}/echo"))).status == 200

    @pytest.mark.parametrize("path", ["slow", "drip"])
    async def test_patience_ends_even_while_bytes_arrive(
        self, hasty: Transport, server: RudeServer, path: str
    ) -> None:
        with pytest.raises(NoAnswer, match=r"within 0\.6 s"):
            await hasty.send(post(f"{server.url}/{path}", repeatable=True))
        assert server.requests == [f"/{path}"]

    async def test_a_closed_port_is_no_answer(self, transport: Transport) -> None:
        with RudeServer() as gone:
            url = gone.url

        with pytest.raises(NoAnswer):
            await transport.send(post(f"{url}/echo", repeatable=True))

    async def test_a_certificate_nobody_vouches_for_is_no_answer(
        self, transport: Transport, tmp_path: Path
    ) -> None:
        with RudeServer(self_signed(tmp_path)) as impostor, pytest.raises(NoAnswer):
            await transport.send(post(f"{impostor.url}/echo", repeatable=True))
        assert impostor.requests == []

    async def test_can_be_used_again_after_close(
        self, transport: Transport, server: RudeServer
    ) -> None:
        await transport.send(post(f"{server.url}/echo"))
        await transport.close()

        assert (await transport.send(post(f"{server.url}/echo"))).status == 200
        assert server.connections == 2

    async def test_no_error_tells_what_was_sent(
        self, transport: Transport, server: RudeServer
    ) -> None:
        headers = {"authorization": "hush-header"}
        request = WireRequest("POST", f"{server.url}/garbage", headers, b"hush-body")

        with pytest.raises(NoAnswer) as told:
            await transport.send(request)
        assert "hush" not in f"{told.value!r} {request!r}"


async def test_aiohttp_answers_many_at_once_over_few_connections(server: RudeServer) -> None:
    transport = AiohttpTransport(limit=4)
    requests = [post(f"{server.url}/echo?{number}") for number in range(40)]

    answers = await asyncio.gather(*(transport.send(request) for request in requests))
    await transport.close()

    assert [json.loads(a.body)["target"] for a in answers] == [f"/echo?{n}" for n in range(40)]
    assert server.connections <= 4


def test_the_blocking_transport_is_driven_without_an_event_loop(server: RudeServer) -> None:
    transport = BlockingTransport()

    async def two() -> list[WireAnswer]:
        url = f"{server.url}/echo"
        return [await transport.send(post(url)), await transport.send(post(url))]

    answers = drive(two())
    drive(transport.close())

    assert [answer.status for answer in answers] == [200, 200]
    assert server.connections == 1


def test_drive_refuses_a_coroutine_that_waits() -> None:
    with pytest.raises(RuntimeError, match="event loop"):
        drive(asyncio.sleep(0))


def test_drive_passes_on_what_is_raised() -> None:
    async def fails() -> None:
        raise NoAnswer("nobody")

    with pytest.raises(NoAnswer, match="nobody"):
        drive(fails())


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("studiogate.aws.wire.blocking", ["asyncio", "aiohttp", "boto3", "botocore"]),
        ("studiogate.aws.wire.calls", ["asyncio", "aiohttp", "boto3", "botocore"]),
        ("studiogate.aws.wire.sources", ["aiohttp", "boto3", "botocore"]),
        ("studiogate.aws.wire.transport", ["boto3", "botocore"]),
        ("studiogate.audit.ledger", ["asyncio", "aiohttp", "boto3", "starlette"]),
    ],
)
def test_a_cold_start_pays_only_for_what_it_uses(module: str, absent: list[str]) -> None:
    code = f"import sys, {module}; print([m for m in {absent} if m in sys.modules])"

    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert ran.stdout.strip() == "[]"


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's TLS with a certificate of its own making for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
