"""The edge, attacked with raw bytes: paths, hosts, sizes; and the headers of every answer."""

import socket
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from studiogate.gateway.edge import HEADERS, canonical
from studiogate.gateway.ports import Source
from studiogate.names import is_person
from tests.kit.gateway import HOST, House, Stage, bearer, session
from tests.kit.waiting import PATIENCE_S


def raw(url: str, head: bytes) -> tuple[int, bytes]:
    """What the server answers to exactly these bytes: status, and everything it sent."""
    where = urlsplit(url)
    with socket.create_connection((where.hostname, where.port), timeout=PATIENCE_S) as line:
        line.sendall(head + b"connection: close\r\n\r\n")
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    return int(answer.split(b" ", 2)[1]), answer


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param(b"/%75ser-lob-b", 400, id="an unreserved letter encoded"),
        pytest.param(b"/user%2dlob-b", 400, id="an unreserved hyphen encoded"),
        pytest.param(b"//user-lob-b", 400, id="an empty segment"),
        pytest.param(b"/user-lob-b/", 400, id="a slash at the end"),
        pytest.param(b"/user-lob-a/../user-lob-b", 400, id="dots"),
        pytest.param(b"/./user-lob-b", 400, id="one dot"),
        pytest.param(b"/%2e%2e/user-lob-b", 400, id="encoded dots"),
        pytest.param(b"/ad%2Fmin", 400, id="an encoded slash"),
        pytest.param(b"/ad%5Cmin", 404, id="a backslash"),
        pytest.param(b"/user-lob-b%0d%0aX-Evil:%201", 400, id="line ends"),
        pytest.param(b"/user-lob-b%00", 400, id="a zero byte"),
        pytest.param(b"/user-lob-b%7f", 400, id="delete"),
        pytest.param(b"/us%C3%A9r", 400, id="beyond ASCII"),
        pytest.param(b"/ada%2540x", 404, id="encoded twice"),
        pytest.param(b"/a%2bb%40c", 400, id="lower-case hex"),
        pytest.param(b"/a+b%40c", 400, id="half encoded"),
        pytest.param(b"/user-lob-b;x=1", 404, id="a matrix parameter"),
        pytest.param(b"/ad/min", 404, id="two segments"),
        pytest.param(b"/*", 404, id="a star"),
        pytest.param(b"/%2A", 404, id="an encoded star"),
        pytest.param(b"/user-lob-%3F", 404, id="a question mark"),
        pytest.param(b"/a%20b", 404, id="a space"),
        pytest.param(b"/aws:user", 404, id="a colon"),
        pytest.param(b"/x", 404, id="one letter"),
        pytest.param(b"/" + b"a" * 65, 404, id="65 letters"),
        pytest.param(b"/" + b"a" * 10_000, 414, id="ten thousand letters"),
        pytest.param(b"/user-lob-b?" + b"a" * 10_000, 414, id="a long query"),
        pytest.param(b"/User-Lob-A", 403, id="another case is another person"),
        pytest.param(b"/open/%66orecasting", 400, id="an encoded domain"),
        pytest.param(b"/open/Forecasting", 403, id="a domain in another case"),
    ],
)
def test_only_a_canonical_path_is_looked_at(
    house: House, gateway: httpx.Client, stage: Stage, path: bytes, *, status: int
) -> None:
    del gateway
    head = b"GET " + path + b" HTTP/1.1\r\nhost: " + HOST.encode() + b"\r\n"

    answered, answer = raw(stage.url, head + b"authorization: Bearer user-lob-a\r\n")

    assert answered == status, answer
    assert b"x-evil" not in answer.lower().replace(b"x-evil:%201", b"")
    assert b"location:" not in answer.lower()
    assert house.aws.asked == []
    assert all(asked in {"user-lob-a", "lob-a"} for asked in house.directory.asked)


def test_a_name_nobody_can_have_is_recorded_without_asking_anybody(
    house: House, gateway: httpx.Client
) -> None:
    gateway.get("/user-lob-*", headers=bearer("user-lob-a"))

    assert [line.reason for line in house.ledger.openings] == ["name-alphabet"]
    assert house.directory.asked == []


@given(st.text(st.characters(codec="ascii"), min_size=2, max_size=64).filter(is_person))
def test_every_name_has_two_spellings_and_both_are_canonical(name: str) -> None:
    encoded = httpx.QueryParams({"x": name}).get("x")
    spelt = b"/" + name.encode()
    quoted = b"/" + b"".join(
        bytes([c]) if chr(c).isalnum() or chr(c) in "-._~" else b"%%%02X" % c
        for c in encoded.encode()
    )

    assert canonical(spelt) is (name not in {".", ".."})
    assert canonical(quoted) is (name not in {".", ".."})


@given(st.binary(max_size=40))
def test_a_canonical_path_has_no_second_reading(tail: bytes) -> None:
    path = b"/" + tail
    if canonical(path) and path != b"/":
        decoded = httpx.URL("http://x" + path.decode("ascii")).path
        assert decoded.isprintable()
        assert decoded.count("/") == path.count(b"/")
        assert not {"", ".", ".."} & set(decoded.split("/")[1:])


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        pytest.param([b"evil.example"], 421, id="another name"),
        pytest.param([b"studio.acme.example:8080"], 421, id="another port"),
        pytest.param([b"studio.acme.example.evil.example"], 421, id="a longer name"),
        pytest.param([b"studio.acme.example", b"evil.example"], 400, id="two"),
        pytest.param([b"studio.acme.example/x"], 400, id="with a path"),
        pytest.param([b"x@studio.acme.example"], 400, id="with a user"),
        pytest.param([b"Studio.Acme.Example"], 200, id="in capitals"),
    ],
)
def test_the_gateway_answers_only_to_its_own_names(
    gateway: httpx.Client, stage: Stage, hosts: list[bytes], *, status: int
) -> None:
    del gateway
    lines = b"".join(b"host: " + host + b"\r\n" for host in hosts)

    answered, answer = raw(stage.url, b"GET / HTTP/1.1\r\n" + lines)

    assert answered == status, answer
    assert b"evil.example" not in answer


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_what_only_knows_an_address_may_ask_for_health(
    gateway: httpx.Client, path: str
) -> None:
    assert gateway.get(path, headers={"host": "10.0.0.7:8080"}).status_code == 200


def test_the_scheme_is_the_one_a_trusted_proxy_saw(
    house: House, stage: Stage, visitor: httpx.Client
) -> None:
    stage.app = house.app(
        source_of=lambda _request: Source("192.168.10.7", "https"),
        origins=frozenset({f"https://{HOST}"}),
    )
    own = visitor.post(
        "/api/open/forecasting",
        headers={"x-session": "user-lob-a", "origin": f"https://{HOST}"},
    )

    assert own.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/", {}),
        ("GET", "/", session("user-lob-a")),
        ("GET", "/", session("stranger")),
        ("GET", "/open/forecasting", bearer("user-lob-a")),
        ("GET", "/open/fraud", session("user-lob-a")),
        ("GET", "/open/forecasting", {"accept": "text/html"}),
        ("POST", "/api/open/forecasting", bearer("user-lob-a")),
        ("GET", "/api/me", {}),
        ("GET", "/user-lob-a", {}),
        ("GET", "/no/such/page", {"accept": "text/html"}),
        ("DELETE", "/", {}),
        ("GET", "/healthz", {}),
        ("GET", "/%2e", {}),
        ("GET", "/signin/x", {"host": "evil.example"}),
    ],
)
def test_every_answer_carries_the_security_headers(
    gateway: httpx.Client, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = gateway.request(method, path, headers=headers)

    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["x-request-id"]
    assert "server" not in answer.headers
    assert "set-cookie" not in answer.headers


def test_only_the_style_may_be_kept(gateway: httpx.Client) -> None:
    answer = gateway.get("/static/studiogate.css")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_no_other_file_is_static(gateway: httpx.Client) -> None:
    assert gateway.get("/static/render.py").status_code == 404


async def _reads(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def _breaks(_request: Request) -> Response:
    raise RecursionError("eyJhbGciOiJub25lIn0.e30.SECRET")


@pytest.fixture
def wider(house: House, stage: Stage, visitor: httpx.Client) -> httpx.Client:
    more = [Route("/reads", _reads, methods=["POST"]), Route("/breaks", _breaks)]
    stage.app = house.app(more)
    return visitor


def test_a_large_body_is_refused_before_it_is_read(wider: httpx.Client) -> None:
    answer = wider.post("/reads", content=b"x" * (64 * 1024 + 1))

    assert answer.status_code == 413
    assert answer.json()["reason"] == "too-large"


def test_a_large_body_that_does_not_say_so_is_refused_too(wider: httpx.Client) -> None:
    answer = wider.post("/reads", content=(b"x" * 1024 for _ in range(70)))

    assert answer.status_code == 413


def test_what_nobody_caught_is_an_incident_and_not_a_traceback(
    wider: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = wider.get("/breaks")

    assert answer.status_code == 500
    assert answer.json()["reason"] == "defect"
    assert answer.json()["incident"] == answer.headers["x-request-id"]
    assert "RecursionError" not in answer.text
    assert [record.getMessage() for record in caplog.records if record.exc_info] == ["defect"]


def test_headers_that_are_too_large_are_refused_before_anything_reads_them(
    gateway: httpx.Client,
) -> None:
    some = {f"x-filler-{number}": "x" * 8_000 for number in range(7)}

    answer = gateway.get("/api/me", headers=some)

    assert answer.status_code == 431
    assert "Send fewer cookies" in answer.text
