from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from studiogate.landscape.collisions import collisions
from studiogate.landscape.model import Landscape


@st.composite
def cidrs(draw: st.DrawFn) -> IPv4Network:
    """A VPC's CIDR, from a small space so that some overlap."""
    prefix = draw(st.integers(16, 22))
    base = int(IPv4Network("10.0.0.0/14").network_address)
    return IPv4Network((base + draw(st.integers(0, 255)) * 1024, prefix), strict=False)


def landscape(networks: list[IPv4Network]) -> Landscape:
    """A landscape with these VPCs and nothing else."""
    return Landscape.model_validate(
        {
            "name": "acme",
            "environment": "test",
            "region": "eu-west-1",
            "accounts": {"hub": "111111111111"},
            "networks": {
                f"n-{n}": {"kind": "vpc", "account": "hub", "cidr": str(cidr)}
                for n, cidr in enumerate(networks)
            },
            "idps": {"saml": {"kind": "saml", "metadata": "x.xml"}},
        }
    )


@given(st.lists(cidrs(), min_size=1, max_size=8))
def test_networks_are_free_of_complaint_exactly_when_no_two_share_an_address(
    networks: list[IPv4Network],
) -> None:
    shared = any(
        one.overlaps(other) for n, one in enumerate(networks) for other in networks[n + 1 :]
    )

    found = list(collisions(landscape(networks)))

    assert bool(found) is shared


@given(st.lists(cidrs(), min_size=1, max_size=8))
def test_taking_out_the_networks_complained_of_leaves_none_to_complain_of(
    networks: list[IPv4Network],
) -> None:
    rest = networks
    while found := list(collisions(landscape(rest))):
        wrong = {str(finding.path[1]) for finding in found}
        assert wrong
        assert wrong <= {f"n-{n}" for n in range(len(rest))}
        rest = [cidr for n, cidr in enumerate(rest) if f"n-{n}" not in wrong]

    assert rest
