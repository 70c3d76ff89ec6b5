"""A stand-in for a corporate network: hosts in a VPC, from which one can try to open Studio.

The hosts have no key, no password and no open port; people come by Session Manager, whose
endpoints are in this VPC, so that nothing here needs the internet (S2-31, S3-23, F-35, F-53,
F-55).  Images are found by their public parameters, in any Region (F-56).  It is for trying
things out: one zone is enough.

The Linux host is also what the place's own DNS server would be: it forwards the private names
to the hub, and everything else to the VPC's resolver.
"""

from functools import cache
from typing import Any

from troposphere import (
    Base64,
    Equals,
    GetAtt,
    Join,
    Output,
    Parameter,
    Ref,
    Select,
    Sub,
    Template,
    ec2,
    iam,
)

from studiogate.foundation.stacks import Template as Made
from studiogate.foundation.templates.dns import NOWHERE, host_name
from studiogate.foundation.templates.links import VIA_TRANSIT, attachment, routes
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.network_parameters import told
from studiogate.foundation.templates.subnets import Ground, described, gives, ground, named
from studiogate.topology.parts import DNS, HTTPS

_CHANNELS = [
    f"ssmmessages:{verb}{kind}Channel"
    for verb in ("Create", "Open")
    for kind in ("Control", "Data")
]
_SSM = {"ssm": ["ssm:UpdateInstanceInformation"], "ssmmessages": _CHANNELS}
"""By endpoint, what Session Manager's agent does (AWS Systems Manager User Guide, "Create a
custom IAM role for Session Manager")."""

_IMAGES = "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
LINUX = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
WINDOWS = "/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base"

_VPC_RESOLVER = "169.254.169.253"
"""Answers in every VPC, whatever the VPC's DHCP options say."""


@cache
def onpremises(names: tuple[str, ...], inbound: int) -> Made:
    """The template of a stand-in that forwards `names` to `inbound` addresses of the hub.

    The API's id in `names` is the symbol of the parameter `ApiId`.
    """
    template = described("hosts that stand in for a corporate network")
    stands = ground(template, 1, egress=False)
    transit = told(template, "TransitGatewayId")
    attachment(template, stands, transit)
    hub = [told(template, "HubCidr")]
    routes(template, stands.tables, hub, {VIA_TRANSIT: transit}, after="Attachment")
    _own_dns(template, stands)
    _groups(template, stands, inbound)
    _sessions(template, stands)
    _hosts(template, stands, names)
    return made(f"onpremises-{len(names)}-names-{inbound}-resolvers", template)


def _own_dns(template: Template, stands: Ground) -> None:
    options = template.add_resource(
        ec2.DHCPOptions(
            "OwnDns", DomainNameServers=[told(template, "DnsServer")], Tags=named(template)
        )
    )
    template.add_resource(
        ec2.VPCDHCPOptionsAssociation(
            "OwnDnsHere", VpcId=stands.vpc, DhcpOptionsId=Ref(options)
        )
    )


def _groups(template: Template, stands: Ground, inbound: int) -> None:
    """Hosts go to the hub, to their sessions and to DNS; in comes DNS alone."""
    here, hub = told(template, "Cidr"), told(template, "HubCidr")
    resolvers = told(template, "InboundAddresses")
    asked = [Sub("${Address}/32", Address=Select(n, resolvers)) for n in range(inbound)]
    out = [
        _rule("tcp", HTTPS, hub, "Private endpoints"),
        _rule("tcp", HTTPS, here, "Session Manager"),
        *_dns([here, *asked], "DNS servers"),
    ]
    for name, what, come, go in (
        ("HostGroup", "Hosts of the stand-in", _dns([here], "Hosts"), out),
        (
            "SessionGroup",
            "Endpoints of Session Manager",
            [_rule("tcp", HTTPS, here, "Hosts")],
            [NOWHERE],
        ),
    ):
        template.add_resource(
            ec2.SecurityGroup(
                name,
                GroupDescription=what,
                VpcId=stands.vpc,
                SecurityGroupIngress=come,
                SecurityGroupEgress=go,
                Tags=named(template),
            )
        )


def _rule(protocol: str, port: int, cidr: Any, who: str) -> dict[str, Any]:
    return {
        "IpProtocol": protocol,
        "FromPort": port,
        "ToPort": port,
        "CidrIp": cidr,
        "Description": who,
    }


def _dns(cidrs: list[Any], who: str) -> list[dict[str, Any]]:
    return [_rule(protocol, DNS, cidr, who) for cidr in cidrs for protocol in ("tcp", "udp")]


def _sessions(template: Template, stands: Ground) -> None:
    """Session Manager's endpoints, for the hosts of this account and nobody else."""
    for service, actions in _SSM.items():
        template.add_resource(
            ec2.VPCEndpoint(
                f"{service.capitalize()}Endpoint",
                VpcEndpointType="Interface",
                ServiceName=Sub(f"com.amazonaws.${{AWS::Region}}.{service}"),
                VpcId=stands.vpc,
                SubnetIds=list(stands.subnets),
                SecurityGroupIds=[GetAtt("SessionGroup", "GroupId")],
                PrivateDnsEnabled=True,
                PolicyDocument=_policy(
                    actions,
                    Principal="*",
                    Condition={"StringEquals": {"aws:PrincipalAccount": Ref("AWS::AccountId")}},
                ),
            )
        )


def _policy(actions: list[str], **more: Any) -> dict[str, Any]:
    # These actions know no resources: `*` is the only one they take.
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _hosts(template: Template, stands: Ground, names: tuple[str, ...]) -> None:
    _profile(template)
    linux = _image(template, "LinuxImage", LINUX)
    template.add_resource(
        _host(
            "Host",
            "/dev/xvda",
            stands,
            ImageId=linux,
            InstanceType="t3.micro",
            PrivateIpAddress=told(template, "DnsServer"),
            UserData=Base64(Join("", _set_up(template, names))),
            Tags=named(template, "-host"),
        )
    )
    gives(template, "HostId", Ref("Host"))
    template.add_parameter(
        Parameter(
            "WindowsHost",
            Type="String",
            AllowedValues=["yes", "no"],
            Default="no",
            Description="Whether a Windows host stands there too, for its browser.",
        )
    )
    template.add_condition("HasWindows", Equals(Ref("WindowsHost"), "yes"))
    template.add_resource(
        _host(
            "Windows",
            "/dev/sda1",
            stands,
            Condition="HasWindows",
            ImageId=_image(template, "WindowsImage", WINDOWS),
            InstanceType="t3.large",
            Tags=named(template, "-windows"),
        )
    )
    template.add_output(Output("WindowsId", Condition="HasWindows", Value=Ref("Windows")))


def _image(template: Template, name: str, path: str) -> Any:
    template.add_parameter(
        Parameter(
            name,
            Type=_IMAGES,
            Default=path,
            Description="The public parameter that says which image is the newest.",
        )
    )
    return Ref(name)


def _host(name: str, root: str, stands: Ground, **more: Any) -> Any:
    return ec2.Instance(
        name,
        SubnetId=stands.subnets[0],
        SecurityGroupIds=[GetAtt("HostGroup", "GroupId")],
        IamInstanceProfile=Ref("HostProfile"),
        MetadataOptions=ec2.MetadataOptions(HttpTokens="required"),
        EbsOptimized=True,
        BlockDeviceMappings=[
            ec2.BlockDeviceMapping(
                DeviceName=root, Ebs=ec2.EbsBlockDevice(Encrypted=True, VolumeType="gp3")
            )
        ],
        **more,
    )


def _profile(template: Template) -> None:
    actions = [action for some in _SSM.values() for action in some]
    role = template.add_resource(
        iam.Role(
            "HostRole",
            Description="Lets Session Manager reach a host, and nothing else",
            AssumeRolePolicyDocument={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": Sub("ec2.${AWS::URLSuffix}")},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            Policies=[iam.Policy(PolicyName="Sessions", PolicyDocument=_policy(actions))],
        )
    )
    template.add_resource(iam.InstanceProfile("HostProfile", Roles=[Ref(role)]))


def _set_up(template: Template, names: tuple[str, ...]) -> list[Any]:
    """The host's first start: a forwarder on its own address, made of what is installed.

    The private names are routed to the hub's resolver, the root to the VPC's (resolved.conf(5),
    "Domains="; systemd.network(5), "Domains=").
    """
    told(template, "ApiId")
    forwarded = [part for name in names for part in (" ~", host_name(name))]
    return [
        "#!/bin/bash\nset -euo pipefail\n",
        "mkdir -p /etc/systemd/resolved.conf.d /etc/systemd/network\n",
        "cat > /etc/systemd/resolved.conf.d/studiogate.conf <<'END'\n[Resolve]\nDNS=",
        Join(" ", told(template, "InboundAddresses")),
        "\nDomains=",
        *forwarded,
        "\nDNSStubListenerExtra=",
        told(template, "DnsServer"),
        "\nEND\n",
        "cat > /etc/systemd/network/05-studiogate.network <<'END'\n[Match]\nName=en* eth*\n",
        f"[Network]\nDHCP=ipv4\nDNS={_VPC_RESOLVER}\nDomains=~.\n[DHCPv4]\nUseDNS=no\nEND\n",
        "systemctl restart systemd-networkd systemd-resolved\n",
    ]
