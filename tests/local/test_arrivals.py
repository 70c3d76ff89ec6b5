"""Where a request comes in decides which network keys it has, as the emulated EC2 is now."""

from pathlib import Path

import pytest

from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.local.arrivals import Arrivals
from studiogate.local.iam.endpoints import Endpoint
from studiogate.local.listeners import DYNAMODB, PORTAL, SAGEMAKER, STS, STUDIO, listeners
from studiogate.policy.language import Kind, Policy, parse
from studiogate.topology.endpoint_services import SERVICES

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-lobs.yaml"
ANYBODY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}


class Ec2:
    """Endpoints by service name, as somebody may change them."""

    def __init__(self, *services: str) -> None:
        policy: Policy = parse(ANYBODY, kind=Kind.ENDPOINT)
        self.endpoints = {
            name: Endpoint(f"vpce-{name}", "vpc-hub", policy) for name in services
        }

    def find(self, service: str) -> Endpoint | None:
        return self.endpoints.get(service)


@pytest.fixture
def acme() -> Landscape:
    return read(EXAMPLE.read_text(encoding="utf-8"))


def test_s3_05_from_a_network_the_endpoint_of_the_door_gives_the_keys(acme: Landscape) -> None:
    studio = "aws.sagemaker.eu-west-1.studio"
    arrivals = Arrivals(acme, Ec2(studio).find)

    arrival = arrivals.of(listeners(acme, 8400)[STUDIO, "office"])

    assert arrival is not None
    assert arrival.context == {
        "aws:SourceVpce": f"vpce-{studio}",
        "aws:SourceVpc": "vpc-hub",
        "aws:VpcSourceIp": "192.168.10.23",
    }
    assert arrival.endpoint_policy is not None


def test_s3_06_from_the_internet_there_is_an_address_and_nothing_else(acme: Landscape) -> None:
    arrivals = Arrivals(acme, Ec2().find)

    arrival = arrivals.of(listeners(acme, 8400)[PORTAL, "internet"])

    assert arrival is not None
    assert set(arrival.context) == {"aws:SourceIp"}
    assert arrival.endpoint_policy is None


def test_a_door_whose_endpoint_is_gone_leads_nowhere_from_then_on(acme: Landscape) -> None:
    service = "com.amazonaws.eu-west-1.sts"
    ec2 = Ec2(service)
    arrivals, door = Arrivals(acme, ec2.find), listeners(acme, 8400)[STS, "hub"]

    before = arrivals.of(door)
    del ec2.endpoints[service]

    assert before is not None
    assert arrivals.of(door) is None


def test_s2_04_a_place_without_dns_servers_comes_by_the_internet_whatever_it_has(
    acme: Landscape,
) -> None:
    offices = acme.networks["office"].model_copy(update={"dns_servers": ()})
    deaf = acme.model_copy(update={"networks": {**acme.networks, "office": offices}})
    everywhere = Ec2(*(name.format(region=acme.region) for name in SERVICES))
    arrivals, known = Arrivals(deaf, everywhere.find), listeners(deaf, 8400)

    found = [arrivals.of(known[door, "office"]) for door in (PORTAL, STUDIO)]

    for one in found:
        assert one is not None
        assert (one.network, one.client_ip) == ("office", "198.51.100.77")
        assert set(one.context) == {"aws:SourceIp"}
        assert one.endpoint_policy is None


def test_s2_18_the_route_to_dynamodb_is_the_hub_s_own(acme: Landscape) -> None:
    everywhere = Ec2(*(name.format(region=acme.region) for name in SERVICES))
    arrivals, known = Arrivals(acme, everywhere.find), listeners(acme, 8400)

    assert arrivals.of(known[DYNAMODB, "hub"]) is not None
    assert arrivals.of(known[DYNAMODB, "lob-a"]) is None
    assert arrivals.of(known[SAGEMAKER, "lob-a"]) is not None
