"""The proxy: to registries and into the world, and nowhere on this machine."""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.local.ecr.door.world import Forbidden, into_the_world, is_here, is_public
from tests.kit.ecr import Registry
from tests.kit.front import LOB_A
from tests.kit.waiting import PATIENCE_S


def said(here: Registry, request: str) -> str:
    """What the proxy answers."""
    port = int(here.proxy.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as line:
        line.sendall(request.encode())
        answer = b""
        while b"\r\n\r\n" not in answer and (piece := line.recv(4096)):
            answer += piece
        return answer.decode().partition("\r\n")[0]


@pytest.mark.parametrize(
    "target",
    [
        "127.0.0.1:22",
        "localhost:80",
        "[::1]:80",
        "[::ffff:127.0.0.1]:80",
        "[64:ff9b::7f00:1]:80",
        "[64:ff9b:1::7f00:1]:80",
        "[::127.0.0.1]:80",
        "[::ffff:0:127.0.0.1]:80",
        "[2002:7f00:1::]:80",
        "127.1:80",
        "2130706433:80",
        "0x7f.1:80",
        "10.0.0.1:443",
        "192.168.1.1:443",
        "169.254.169.254:80",
        "169.254.170.2:80",
        "0.0.0.0:80",
        "224.0.0.1:80",
        "[fe80::1]:80",
        "[fd00::1]:443",
    ],
)
def test_no_tunnel_leads_to_this_machine_or_a_private_network(
    here: Registry, target: str
) -> None:
    assert said(here, f"CONNECT {target} HTTP/1.1\r\n\r\n") == "HTTP/1.1 403 Forbidden"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("GET http://example.com/ HTTP/1.1\r\n\r\n", 405),
        ("POST / HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        ("CONNECT example.com HTTP/1.1\r\n\r\n", 400),
        ("CONNECT example.com:0 HTTP/1.1\r\n\r\n", 400),
        ("CONNECT example.com:99999 HTTP/1.1\r\n\r\n", 400),
        ("CONNECT a/b:443 HTTP/1.1\r\n\r\n", 400),
        ("nonsense\r\n\r\n", 400),
        ("CONNECT " + "a" * 9000, 400),
    ],
)
def test_everything_else_is_refused(here: Registry, request_: str, status: int) -> None:
    assert said(here, request_).startswith(f"HTTP/1.1 {status} ")


def test_a_registry_of_nobody_here_is_one_of_the_world(here: Registry) -> None:
    before = len(here.asked)

    said(here, "CONNECT 999999999999.dkr.ecr.xx-nowhere-1.amazonaws.com:443 HTTP/1.1\r\n\r\n")
    said(here, f"CONNECT {here.host()}:444 HTTP/1.1\r\n\r\n")

    assert [host for host, _ in here.asked[before:]] == [
        "999999999999.dkr.ecr.xx-nowhere-1.amazonaws.com",
        here.host(),
    ]


def test_the_certificate_is_verified_and_is_for_the_registrys_name(here: Registry) -> None:
    with (
        httpx.Client(proxy=here.proxy) as stranger,
        pytest.raises(httpx.ConnectError, match=r"(?i)certificate"),
    ):
        stranger.get(f"https://{here.host(LOB_A)}/v2/")
    with here.client(None) as client:
        assert client.get("/v2/").status_code == 401


def test_a_name_that_leads_to_this_machine_is_known_by_where_it_leads() -> None:
    with pytest.raises(Forbidden):
        asyncio.run(into_the_world("localhost", 443))


async def test_an_address_of_this_machine_is_known_by_the_line_that_ends_here() -> None:
    async def came(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(came, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        _, own = await asyncio.open_connection("127.0.0.1", port)
        _, other = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))

        assert is_here(own)
        assert not is_here(other)
        for writer in (own, other):
            writer.close()
            await writer.wait_closed()


@given(st.ip_addresses(v=4))
def test_an_address_is_as_public_in_ipv6_as_it_is(address: IPv4Address) -> None:
    mapped = IPv6Address((0xFFFF << 32) | int(address))
    translated = IPv6Address((0x64FF9B << 96) | int(address))

    expected = address.is_global and not address.is_multicast
    assert is_public(str(address)) is expected
    assert is_public(str(mapped)) is expected
    assert is_public(str(translated)) is expected
