"""The Studio domains of one lob: their apps' doors, their key, and what notebooks run as.

VPC-only and IAM, so that nothing leaves but by the VPC and nobody enters but by a URL of ours
(S1-05, S3-01 to S3-03).  What CloudFormation cannot say of a domain is in `foundation.after`.
`AppSecurityGroupManagement` is for RStudio alone, so it is left out (API reference,
CreateDomain).
"""

from functools import cache
from typing import Any

from troposphere import Equals, GetAtt, Not, Ref, ec2, kms, sagemaker
from troposphere import Template as Troposphere

from studiogate import names
from studiogate.foundation.stacks import Template
from studiogate.foundation.symbols import intrinsic, symbol
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.policies import resolvable, role
from studiogate.foundation.templates.studio_parameters import told
from studiogate.foundation.templates.subnets import ANYWHERE, described, gives
from studiogate.policy.keys import studio_key_policy
from studiogate.topology.parts import DNS, HTTPS
from studiogate.topology.roles import Role, execution_trust

NFS, REDSHIFT = 2049, 5439
AMONG_APPS = ((NFS, NFS), (8192, 65535))
"""Ports on which apps reach one another and their file system (SageMaker Developer Guide,
"Connect Studio in a VPC to external resources")."""

KEY_PENDING_DAYS = 30
"""Days in which a key that was deleted with its domains can be had back: the most AWS gives,
because a home file system that was kept is unreadable without it."""

_S3_KNOWN = "S3Known"


@cache
def studio(domains: int, *, egress: tuple[bool, ...] = (), warehouses: int = 0) -> Template:
    """The template of `domains` domains in one account.

    `egress` says of each whether its VPC has a way out (none has, where it is left out), and
    `warehouses` is the number of VPCs with a warehouse that the lob reads.
    """
    template = described("the Studio domains of one line of business")
    template.add_condition(_S3_KNOWN, Not(Equals(told(template, "S3PrefixListId"), "")))
    execution = Role("", names.EXECUTION_ROLE, execution_trust(), {})
    made_role = role(
        template, "ExecutionRole", execution, "What notebooks run as, in a person's name"
    )
    key = _key(template)
    for n in range(1, domains + 1):
        goes_out = egress[n - 1] if egress else False
        group = _apps(template, n, goes_out=goes_out, warehouses=warehouses)
        _domain(template, n, key=key, role_arn=GetAtt(made_role, "Arn"), group=group)
    gives(template, "ExecutionRoleArn", GetAtt(made_role, "Arn"))
    return made(_shape(domains, egress, warehouses), template)


def kept(domains: int) -> tuple[str, ...]:
    """The resources that hold what cannot be made again: homes, and the key they are under."""
    return ("Key", *(f"Domain{n}" for n in range(1, domains + 1)))


def _key(template: Troposphere) -> kms.Key:
    """One key for the homes of one lob, so that no other account's grants reach them."""
    document = studio_key_policy(
        region=symbol("AWS::Region"),
        suffix=symbol("AWS::URLSuffix"),
        account=symbol("AWS::AccountId"),
        execution_role_arn=symbol("ExecutionRole.Arn"),
    )
    return template.add_resource(
        kms.Key(
            "Key",
            Description="Home file systems and volumes of Studio",
            EnableKeyRotation=True,
            PendingWindowInDays=KEY_PENDING_DAYS,
            KeyPolicy=resolvable(document),
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Retain",
        )
    )


def _domain(template: Troposphere, n: int, *, key: kms.Key, role_arn: Any, group: Any) -> None:
    domain = template.add_resource(
        sagemaker.Domain(
            f"Domain{n}",
            DomainName=told(template, "DomainName", n),
            AuthMode="IAM",
            AppNetworkAccessType="VpcOnly",
            VpcId=told(template, "VpcId", n),
            SubnetIds=told(template, "SubnetIds", n),
            KmsKeyId=Ref(key),
            DomainSettings=sagemaker.DomainSettings(
                # Every session carries the person's profile (S1-08).
                ExecutionRoleIdentityConfig="USER_PROFILE_NAME",
            ),
            DefaultUserSettings=sagemaker.UserSettings(
                ExecutionRole=role_arn,
                SecurityGroups=[group],
                StudioWebPortal="ENABLED",
                DefaultLandingUri=told(template, "LandingUri", n),
            ),
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Retain",
        )
    )
    gives(template, f"DomainId{n}", Ref(domain))
    gives(template, f"HomeEfsFileSystemId{n}", GetAtt(domain, "HomeEfsFileSystemId"))


def _apps(template: Troposphere, n: int, *, goes_out: bool, warehouses: int) -> Any:
    """The group of the apps of domain `n`: to one another, and by named doors (F-45)."""
    cidr, hub = told(template, "VpcCidr", n), told(template, "HubCidr")
    places = [told(template, "WarehouseCidr", one + 1) for one in range(warehouses)]
    to = [
        _to("The endpoints of the hub", HTTPS, hub),
        *([_to("By NAT, to fetch libraries", HTTPS, ANYWHERE)] if goes_out else []),
        _to("Home file systems", NFS, cidr),
        *(_to("Names", DNS, cidr, protocol) for protocol in ("tcp", "udp")),
        *(_to("A warehouse", REDSHIFT, place) for place in places),
    ]
    group = template.add_resource(
        ec2.SecurityGroup(
            f"Apps{n}",
            GroupDescription="Studio apps, and what they reach",
            VpcId=told(template, "VpcId", n),
            SecurityGroupEgress=to,
        )
    )
    members = GetAtt(group, "GroupId")
    for first, last in AMONG_APPS:
        _among(template, f"Apps{n}", members, (first, last))
    template.add_resource(
        ec2.SecurityGroupEgress(
            f"Apps{n}ToS3",
            Condition=_S3_KNOWN,
            GroupId=members,
            Description="Buckets, by the VPC's own gateway",
            IpProtocol="tcp",
            FromPort=HTTPS,
            ToPort=HTTPS,
            DestinationPrefixListId=told(template, "S3PrefixListId"),
        )
    )
    gives(template, f"AppsSecurityGroupId{n}", members)
    return members


def _among(template: Troposphere, group: str, members: Any, ports: tuple[int, int]) -> None:
    """From members to members on `ports`, both ways."""
    first, last = ports
    there = {
        "GroupId": members,
        "Description": "Apps among themselves",
        "IpProtocol": "tcp",
        "FromPort": first,
        "ToPort": last,
    }
    template.add_resource(
        ec2.SecurityGroupIngress(f"{group}From{first}", SourceSecurityGroupId=members, **there)
    )
    template.add_resource(
        ec2.SecurityGroupEgress(
            f"{group}To{first}", DestinationSecurityGroupId=members, **there
        )
    )


def _to(what: str, port: int, cidr: Any, protocol: str = "tcp") -> dict[str, Any]:
    rule: dict[str, Any] = intrinsic({"Description": what, "IpProtocol": protocol})
    return {**rule, "FromPort": port, "ToPort": port, "CidrIp": cidr}


def _shape(domains: int, egress: tuple[bool, ...], warehouses: int) -> str:
    out = [f"out-{n}" for n, one in enumerate(egress, start=1) if one]
    reads = [f"reads-{warehouses}"] if warehouses else []
    return "-".join([f"studio-{domains}", *out, *reads])
