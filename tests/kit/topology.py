"""Landscapes of every shape, and their networks, for tests of topology, routes and names."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.topology.endpoint_services import DYNAMODB, HOST, SERVICES, STS
from studiogate.topology.ids import symbolic
from studiogate.topology.network import Topology, topology

MANNERS = ("transit-gateway", "vpc-peering")
INTERFACES = tuple(service for service in SERVICES if service != DYNAMODB)


@dataclass(frozen=True, slots=True)
class Laid:
    """A landscape, and the network of it."""

    landscape: Landscape
    topology: Topology


def document(**changes: Any) -> dict[str, Any]:
    """Two lobs, an office, a producer with a warehouse that lob-a reads; then `changes`."""
    return {
        "name": "acme",
        "environment": "test",
        "region": "eu-west-1",
        "accounts": {
            "shared-services": "111111111111",
            "lob-a": "222222222222",
            "lob-b": "333333333333",
            "data": "444444444444",
        },
        "networks": {
            "office": {
                "kind": "corporate",
                "cidrs": ["192.168.10.0/24", "192.168.20.0/24"],
                "dns_servers": ["192.168.10.53", "192.168.99.53"],
            },
            "branch": {"kind": "corporate", "cidrs": ["192.168.30.0/24"]},
            "hub": {"kind": "vpc", "account": "shared-services", "cidr": "10.0.0.0/16"},
            "lob-a": {"kind": "vpc", "account": "lob-a", "cidr": "10.100.0.0/16"},
            "lob-b": {"kind": "vpc", "account": "lob-b", "cidr": "10.120.0.0/16"},
            "data": {"kind": "vpc", "account": "data", "cidr": "10.200.0.0/16"},
        },
        "connect": "transit-gateway",
        "idps": {
            "corporate": {
                "kind": "oidc",
                "issuer": "https://idp.acme.example",
                "client_id": "portal",
            }
        },
        "lobs": {"lob-a": {"account": "lob-a"}, "lob-b": {"account": "lob-b"}},
        "domains": {
            "forecasting": {"lob": "lob-a", "network": "lob-a", "opens_from": ["office"]},
            "fraud": {"lob": "lob-b", "network": "lob-b", "opens_from": ["office"]},
        },
        "warehouses": {
            "sales": {
                "account": "data",
                "network": "data",
                "cluster": "sales",
                "database": "dev",
                "readers": {"lob-a": ["analysts"]},
            }
        },
        **changes,
    }


def laid(file: Mapping[str, Any] | None = None, **changes: Any) -> Laid:
    """The landscape of `file`, read by the same rules as anybody's, and its network."""
    landscape = read(json.dumps(file or document(**changes)))
    return Laid(landscape, topology(landscape, symbolic(landscape)))


def answered_names(found: Topology) -> tuple[str, ...]:
    """One name for each private zone that everybody asks for."""
    return (
        found.api_name,
        found.studio_name("d-forecasting"),
        found.service_name(STS),
        f"api.sagemaker.{found.region}.amazonaws.com",
    )


def every_name(found: Topology) -> tuple[str, ...]:
    """One name for each private zone, those included that only notebooks ask for."""
    shared = [zone for zone in found.zones if zone.service in HOST]
    return (
        *answered_names(found),
        *(f"222222222222.{zone.name}" if zone.wildcard else zone.name for zone in shared),
    )


@st.composite
def landscapes(draw: st.DrawFn) -> Laid:
    """A network of any shape the rules of the landscape let pass."""
    shared = draw(st.sampled_from([[], ["ecr.dkr", "logs"]]))
    manner = draw(st.sampled_from(MANNERS))
    file = document(connect=manner, shared_endpoints=shared, warehouses={})
    lobs = draw(st.integers(1, 4))
    accounts = {"shared-services": "111111111111", "data": "444444444444"}
    accounts |= {f"lob-{n}": f"2{n:011}" for n in range(lobs)}
    networks = dict(draw(_corporate()))
    networks["hub"] = _vpc("shared-services", 0, draw(st.integers(16, 26)))
    networks |= {f"lob-{n}": _vpc(f"lob-{n}", 100 + n, 16) for n in range(lobs)}
    producers = draw(st.integers(0, 2))
    networks |= {f"data-{n}": _vpc("data", 200 + n, 24) for n in range(producers)}
    everybody = st.sampled_from([f"lob-{n}" for n in range(lobs)])
    return laid(
        file
        | {
            "accounts": accounts,
            "networks": networks,
            "lobs": {f"lob-{n}": {"account": f"lob-{n}"} for n in range(lobs)},
            "domains": {
                f"domain-{n}": {"lob": f"lob-{n}", "network": f"lob-{n}", "opens_from": ["hub"]}
                for n in range(lobs)
            },
            "warehouses": {
                f"sales-{n}": {
                    "account": "data",
                    "network": f"data-{n}",
                    "cluster": f"sales-{n}",
                    "database": "dev",
                    "readers": {lob: ["analysts"] for lob in draw(st.sets(everybody))},
                }
                for n in range(producers)
            },
        }
    )


@st.composite
def _corporate(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    found = {}
    for n in range(draw(st.integers(0, 3))):
        cidrs = [f"192.168.{n * 10 + i}.0/24" for i in range(draw(st.integers(1, 3)))]
        servers = draw(st.sampled_from([[], [f"192.168.{n * 10}.53"], [f"172.20.{n}.53"]]))
        found[f"office-{n}"] = {"kind": "corporate", "cidrs": cidrs, "dns_servers": servers}
    return found


def _vpc(account: str, number: int, prefix: int) -> dict[str, str]:
    return {"kind": "vpc", "account": account, "cidr": f"10.{number}.0.0/{prefix}"}
