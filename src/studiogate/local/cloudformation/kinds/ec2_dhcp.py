"""Which name servers the hosts of a VPC ask: sets of DHCP options, and whose they are.

Source: CloudFormation Template Reference, "AWS::EC2::DHCPOptions"; EC2 API Reference.
"""

from collections.abc import Mapping
from typing import Any

from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Look,
    Reader,
    Turn,
    at,
    by,
    each,
    ends,
    made_by,
    prop,
    reads,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.tagging import ec2_tagging, read_pairs

_DHCP = {
    "DomainName": "domain-name",
    "DomainNameServers": "domain-name-servers",
    "NetbiosNameServers": "netbios-name-servers",
    "NetbiosNodeType": "netbios-node-type",
    "NtpServers": "ntp-servers",
}


def _create_dhcp_options(turn: Turn) -> Ask:
    found = [
        {"Key": key, "Values": value if isinstance(value, list) else [value]}
        for name, key in _DHCP.items()
        if (value := turn.wanted.get(name)) is not None
    ]
    return Ask("CreateDhcpOptions", {"DhcpConfigurations": found})


def _dhcp_value(name: str) -> Reader:
    def read(options: Mapping[str, Any]) -> Any:
        for one in options.get("DhcpConfigurations", ()):
            if one["Key"] == _DHCP[name]:
                values = [value["Value"] for value in one["Values"]]
                return values if name.endswith("Servers") else values[0]
        return None

    return read


DHCP_OPTIONS = ApiKind(
    name="AWS::EC2::DHCPOptions",
    service="ec2",
    properties=words(f"{' '.join(_DHCP)} Tags"),
    replaced_by=words(" ".join(_DHCP)),
    make=_create_dhcp_options,
    id=lambda answer, _: str(answer["DhcpOptions"]["DhcpOptionsId"]),
    looks=(
        Look(
            asks=by("DescribeDhcpOptions", DhcpOptionsIds=each(this)),
            at=at("DhcpOptions.0"),
            gone=words("InvalidDhcpOptionsID.NotFound InvalidDhcpOptionID.NotFound"),
            attributes=reads("DhcpOptionsId"),
            live={**{name: _dhcp_value(name) for name in _DHCP}, "Tags": read_pairs()},
        ),
    ),
    steps=(ec2_tagging(this, first=True),),
    end=ends(by("DeleteDhcpOptions", DhcpOptionsId=this)),
    gone=words("InvalidDhcpOptionsID.NotFound InvalidDhcpOptionID.NotFound"),
)


def _with_these_options(vpc: Any, turn: Turn) -> Any:
    """The association is gone when the VPC has others."""
    return vpc if vpc.get("DhcpOptionsId") == turn.wanted["DhcpOptionsId"] else None


DHCP_OPTIONS_ASSOCIATION = ApiKind(
    name="AWS::EC2::VPCDHCPOptionsAssociation",
    service="ec2",
    properties=words("DhcpOptionsId VpcId"),
    required=words("DhcpOptionsId VpcId"),
    replaced_by=words("DhcpOptionsId VpcId"),
    make=made_by("AssociateDhcpOptions"),
    id=lambda _, turn: f"{turn.wanted['DhcpOptionsId']}|{turn.wanted['VpcId']}",
    looks=(
        Look(
            asks=by("DescribeVpcs", VpcIds=each(prop("VpcId"))),
            at=at("Vpcs.0"),
            pick=_with_these_options,
            gone=words("InvalidVpcID.NotFound"),
            live=reads("DhcpOptionsId"),
        ),
    ),
    # The word EC2 has for "none of its own".
    end=ends(by("AssociateDhcpOptions", DhcpOptionsId="default", VpcId=prop("VpcId"))),
    gone=words("InvalidVpcID.NotFound"),
)

KINDS = (DHCP_OPTIONS, DHCP_OPTIONS_ASSOCIATION)
