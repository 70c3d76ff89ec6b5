"""Where a request comes from: headers are believed from named proxies only."""

from ipaddress import ip_network

import pytest
from starlette.requests import Request

from studiogate.gateway.source import ARRIVAL, Arrival, Proxy, behind, direct, through

NOWHERE = "0.0.0.0"  # noqa: S104 - the unknown address, never bound to
PROXIES: list[Proxy] = [ip_network("10.0.0.0/24")]
SOCKET: list[Proxy] = ["unix", ip_network("10.0.0.0/24")]


def request(peer: str | None, *headers: tuple[str, str]) -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    client = None if peer is None else (peer, 1)
    return Request({"type": "http", "client": client, "headers": raw, "scheme": "http"})


def forwarded(value: str) -> tuple[str, str]:
    return ("x-forwarded-for", value)


@pytest.mark.parametrize(
    ("trusted", "peer", "headers", "ip"),
    [
        pytest.param([], "192.0.2.1", [forwarded("1.1.1.1")], "192.0.2.1", id="no proxy"),
        pytest.param([], None, [forwarded("1.1.1.1")], NOWHERE, id="a socket nobody named"),
        pytest.param([], "::ffff:192.0.2.1", [], "192.0.2.1", id="IPv4 in IPv6"),
        pytest.param([], "testclient", [], NOWHERE, id="not an address"),
        pytest.param(
            PROXIES, "192.0.2.1", [forwarded("1.1.1.1")], "192.0.2.1", id="a stranger"
        ),
        pytest.param(PROXIES, None, [forwarded("1.1.1.1")], NOWHERE, id="not that socket"),
        pytest.param(PROXIES, "10.0.0.9", [forwarded("192.0.2.1")], "192.0.2.1", id="a proxy"),
        pytest.param(PROXIES, "10.0.0.9", [], NOWHERE, id="a proxy that does not say"),
        pytest.param(
            PROXIES,
            "10.0.0.9",
            [forwarded("6.6.6.6, 192.0.2.1")],
            "192.0.2.1",
            id="forged left",
        ),
        pytest.param(
            PROXIES,
            "10.0.0.9",
            [forwarded("6.6.6.6"), forwarded("192.0.2.1, 10.0.0.8")],
            "192.0.2.1",
            id="two headers, two proxies",
        ),
        pytest.param(PROXIES, "10.0.0.9", [forwarded("unknown")], NOWHERE, id="a word"),
        pytest.param(
            PROXIES,
            "10.0.0.9",
            [forwarded("192.0.2.1, unknown")],
            NOWHERE,
            id="a word at the end",
        ),
        pytest.param(
            PROXIES, "10.0.0.9", [forwarded("192.0.2.1:443")], NOWHERE, id="with a port"
        ),
        pytest.param(
            PROXIES, "10.0.0.9", [forwarded("10.0.0.3, 10.0.0.4")], "10.0.0.3", id="all trusted"
        ),
        pytest.param(SOCKET, None, [forwarded("192.0.2.1")], "192.0.2.1", id="the socket"),
        pytest.param(SOCKET, None, [forwarded("2001:DB8::1")], "2001:db8::1", id="IPv6"),
    ],
)
def test_the_address_is_the_last_one_a_trusted_proxy_saw(
    trusted: list[Proxy], peer: str | None, headers: list[tuple[str, str]], ip: str
) -> None:
    assert behind(trusted)(request(peer, *headers)).ip == ip


@pytest.mark.parametrize(
    ("peer", "said", "scheme"),
    [
        ("10.0.0.9", ["https"], "https"),
        ("10.0.0.9", ["http, https"], "https"),
        ("10.0.0.9", ["https", "http"], "http"),
        ("10.0.0.9", ["gopher"], None),
        ("10.0.0.9", [], None),
        ("192.0.2.1", ["https"], None),
    ],
)
def test_so_is_the_scheme(peer: str, said: list[str], scheme: str | None) -> None:
    headers = [("x-forwarded-proto", value) for value in said]

    assert behind(PROXIES)(request(peer, *headers)).scheme == scheme


@pytest.mark.parametrize(
    ("peer", "said", "prefix"),
    [
        pytest.param("10.0.0.9", ["/prod"], "/prod", id="the one that is ours"),
        pytest.param("10.0.0.9", ["/dev"], "", id="another, which a client may have written"),
        pytest.param("10.0.0.9", ["//evil.example"], "", id="another host"),
        pytest.param("10.0.0.9", ["/prod", "/prod"], "", id="twice"),
        pytest.param("10.0.0.9", [], "", id="nothing said"),
        pytest.param("192.0.2.1", ["/prod"], "", id="a stranger"),
    ],
)
def test_a_prefix_is_believed_from_a_proxy_and_only_if_it_is_ours(
    peer: str, said: list[str], prefix: str
) -> None:
    headers = [("x-forwarded-prefix", value) for value in said]

    assert behind(PROXIES, {"/prod"})(request(peer, *headers)).prefix == prefix
    assert behind(PROXIES)(request(peer, *headers)).prefix == ""


def test_without_proxies_nothing_is_believed() -> None:
    assert behind([]) is direct


OURS = "vpce-0a1b2c3d"


def arrived(arrival: object, *headers: tuple[str, str]) -> Request:
    """A request of a function: how it came is in the scope, where no client can write."""
    asked = request("10.0.0.9", *headers)
    asked.scope[ARRIVAL] = arrival
    return asked


@pytest.mark.parametrize(
    ("arrival", "ip"),
    [
        pytest.param(Arrival("192.168.10.7", OURS), "192.168.10.7", id="through our endpoint"),
        pytest.param(
            Arrival("::ffff:192.168.10.7", OURS), "192.168.10.7", id="in IPv6 clothes"
        ),
        pytest.param(Arrival("192.168.10.7", "vpce-0ffff"), NOWHERE, id="through another"),
        pytest.param(Arrival("192.168.10.7", None), NOWHERE, id="through none"),
        pytest.param(Arrival("test-invoke-source-ip", OURS), NOWHERE, id="no address"),
        pytest.param(Arrival("", OURS), NOWHERE, id="an empty address"),
        pytest.param({"ip": "192.168.10.7", "endpoint": OURS}, NOWHERE, id="no arrival at all"),
        pytest.param(None, NOWHERE, id="nothing said"),
    ],
)
def test_s2_14_a_function_knows_only_who_comes_through_its_endpoint(
    arrival: object, ip: str
) -> None:
    asked = arrived(arrival, forwarded("192.168.10.7"), ("x-amzn-vpce-id", OURS))

    assert through(OURS)(asked).ip == ip


def test_behind_api_gateway_there_is_nothing_but_https() -> None:
    asked = arrived(Arrival("192.168.10.7", OURS), ("x-forwarded-proto", "http"))

    assert through(OURS)(asked).scheme == "https"


@pytest.mark.parametrize("endpoint", [OURS, "vpce-0ffff"])
def test_s4_18_a_function_is_told_its_prefix_by_api_gateway(endpoint: str) -> None:
    asked = arrived(Arrival("192.168.10.7", endpoint, "/prod"), ("x-forwarded-prefix", "/evil"))

    assert through(OURS)(asked).prefix == "/prod"
