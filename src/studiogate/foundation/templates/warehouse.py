"""In a producer's account: who reads one warehouse, and from where (S1-13 to S1-19).

A role for each reading lob, that its notebooks alone become, and a security group.  A cluster
of ours is in the group; into one that is not, whoever looks after it puts it.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Any

from troposphere import GetAtt, ec2
from troposphere import Template as Troposphere

from studiogate import names
from studiogate.foundation.stacks import Template
from studiogate.foundation.symbols import symbol
from studiogate.foundation.templates.dns import NOWHERE
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.policies import role
from studiogate.foundation.templates.prefix_lists import from_lists, prefix_lists
from studiogate.foundation.templates.studio import REDSHIFT
from studiogate.foundation.templates.studio_parameters import told
from studiogate.foundation.templates.subnets import described, gives
from studiogate.topology.parts import HTTPS
from studiogate.topology.roles import Reads, reader_role

READERS = 200
"""Lobs in one template, of whose 500 resources each takes one."""


def warehouse(
    name: str,
    readers: Sequence[tuple[Reads, str]],
    cidrs: Sequence[IPv4Network] = (),
    *,
    door: bool = True,
    loads: bool = False,
) -> Template:
    """The template of who reads the warehouse `name`.

    `readers` are the lobs that have one role together, each with the id of its account; of a
    workgroup there are none.  With `door` the group is in it, which lets in `cidrs`: the VPCs
    that notebooks are in; with `loads` what is in the group reaches buckets.
    """
    template = described(f"who reads the warehouse {name}")
    for one, account in readers:
        made_role = role(
            template,
            f"Reader{names.camel(one.lob)}",
            reader_role(
                region=symbol("AWS::Region"),
                one=one,
                account=symbol("AWS::AccountId"),
                reader_account=account,
            ),
            f"Reads {name} for {one.lob}, in a person's name",
        )
        gives(template, f"ReaderRoleArn{names.camel(one.lob)}", GetAtt(made_role, "Arn"))
    if door:
        _door(template, name, cidrs, loads=loads)
    return made(f"warehouse-{name}", template)


def _door(
    template: Troposphere, name: str, cidrs: Sequence[IPv4Network], *, loads: bool
) -> None:
    """Put the warehouse's group into `template`.

    COPY and UNLOAD go by the VPC, and so by the group (Redshift Management Guide, "Enhanced VPC
    routing"); which buckets, is for the warehouse's own roles and the VPC's endpoint to say.
    """
    leaves: list[Any] = [NOWHERE]
    if loads:
        leaves = [
            {
                "Description": "Buckets, by the gateway of the VPC",
                "IpProtocol": "tcp",
                "FromPort": HTTPS,
                "ToPort": HTTPS,
                "DestinationPrefixListId": told(template, "S3PrefixListId"),
            }
        ]
    lists = prefix_lists(template, "Readers", cidrs)
    group = template.add_resource(
        ec2.SecurityGroup(
            "Door",
            GroupDescription=f"Readers of the warehouse {name}",
            VpcId=told(template, "VpcId"),
            SecurityGroupIngress=from_lists("Notebooks that read", REDSHIFT, lists),
            SecurityGroupEgress=leaves,
        )
    )
    gives(template, "SecurityGroupId", GetAtt(group, "GroupId"))
