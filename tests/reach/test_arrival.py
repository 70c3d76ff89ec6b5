from ipaddress import IPv4Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import LandscapeError
from studiogate.landscape.model import INTERNET, CorporateNetwork
from studiogate.landscape.read import read
from studiogate.reach.arrival import arrival_keys, client_ip, network_of
from tests.kit.landscape import SOUND

LANDSCAPE = read(SOUND)
NETWORKS = sorted(LANDSCAPE.networks)


def test_a_client_has_the_same_address_every_time() -> None:
    assert client_ip(LANDSCAPE, "office") == "192.168.10.23"
    assert client_ip(LANDSCAPE, "hub") == "10.0.0.23"
    assert client_ip(LANDSCAPE, "office", 7) == "192.168.10.7"
    assert client_ip(LANDSCAPE, INTERNET) == "198.51.100.77"


@given(st.sampled_from(NETWORKS), st.integers(1, 100_000))
def test_a_client_is_in_the_network_it_is_in(network: str, host: int) -> None:
    assert network_of(LANDSCAPE, client_ip(LANDSCAPE, network, host)) == network


@given(st.integers(8, 32), st.integers(1, 100_000))
def test_a_client_of_any_network_has_an_address_a_host_can_have(prefix: int, host: int) -> None:
    cidr = IPv4Network((int(ip_address("10.0.0.0")), prefix))
    office = CorporateNetwork(kind="corporate", cidrs=(cidr,))
    landscape = LANDSCAPE.model_copy(update={"networks": {"office": office}})

    address = ip_address(client_ip(landscape, "office", host))

    assert address in cidr
    if prefix <= 30:
        assert address not in {cidr.network_address, cidr.broadcast_address}


def test_from_the_internet_there_is_a_source_address_and_no_endpoint() -> None:
    assert arrival_keys(LANDSCAPE, INTERNET, vpce="vpce-1", vpc="vpc-hub") == {
        "aws:SourceIp": "198.51.100.77"
    }


@pytest.mark.parametrize("network", NETWORKS)
def test_everybody_inside_comes_through_the_hub_s_endpoint_under_their_own_address(
    network: str,
) -> None:
    assert arrival_keys(LANDSCAPE, network, vpce="vpce-1", vpc="vpc-hub") == {
        "aws:SourceVpce": "vpce-1",
        "aws:SourceVpc": "vpc-hub",
        "aws:VpcSourceIp": client_ip(LANDSCAPE, network),
    }


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("192.168.10.23", "office"),
        ("192.168.11.23", None),
        ("10.100.255.255", "lob-a"),
        ("10.101.0.0", None),
        ("198.51.100.77", None),
        ("0.0.0.0", None),  # noqa: S104 - what an unknown client is recorded as
        ("::ffff:10.100.0.1", "lob-a"),  # a listener for both families
        ("::10.100.0.1", None),  # deprecated form, a different address
        ("2001:db8::1", None),
    ],
)
def test_an_address_is_in_the_network_that_declares_it(ip: str, network: str | None) -> None:
    assert network_of(LANDSCAPE, ip) == network


@pytest.mark.parametrize(
    "ip", ["", "office", "10.100.0.1/16", "10.100.0.1 ", "010.100.0.1", "10.100.1"]
)
def test_what_is_not_an_address_is_an_error_and_not_the_internet(ip: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        network_of(LANDSCAPE, ip)


def test_a_network_nobody_declared_is_named_with_those_there_are() -> None:
    with pytest.raises(LandscapeError) as refused:
        arrival_keys(LANDSCAPE, "offce", vpce="vpce-1", vpc="vpc-hub")

    (problem,) = refused.value.problems
    assert problem.where == "networks.offce"
    assert problem.remedy.startswith("Did you mean office? ")
