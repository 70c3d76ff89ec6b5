"""Who may open the domains of a lob: its presign role, and what its notebooks may do (S2-11).

After the endpoints, whose ids both documents name; the execution role itself stands since
before its domains.
"""

from collections.abc import Iterator
from functools import cache

from troposphere import GetAtt, iam

from studiogate import names
from studiogate.foundation.stacks import Template
from studiogate.foundation.symbols import listed, symbol
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.policies import resolvable, role
from studiogate.foundation.templates.studio_parameters import told
from studiogate.foundation.templates.subnets import described, gives
from studiogate.policy.buckets import buckets_policy
from studiogate.policy.language import Document
from studiogate.topology.roles import (
    BUCKETS,
    Role,
    execution_role,
    presign_role,
    reading_policies,
)

_REGION, _ACCOUNT = symbol("AWS::Region"), symbol("AWS::AccountId")


@cache
def access(
    opens: tuple[int, ...], *, reads: bool = False, looks: bool = False, buckets: bool = False
) -> Template:
    """The template of the roles of a lob.

    `opens` is the number of domains in each group that opens from the same places: those of
    the first group are `DomainId1` and on, and open from `OpensFrom1`.  With `reads` its
    notebooks become the `ReaderRoleArns`; with `looks` they find endpoints of warehouses; with
    `buckets` they use those of the lob.
    """
    template = described("who opens the domains of one line of business")
    for name in ("VpceSagemakerApi", "VpceStudio", "HubAccount", "ExternalId"):
        told(template, name)
    for group, domains in _grouped(opens).items():
        told(template, "OpensFrom", group)
        for number in domains:
            told(template, "DomainId", number)
    if reads:
        told(template, "ReaderRoleArns")
    if buckets:
        told(template, "BucketArns")
        told(template, "ObjectArns")
    presign = role(
        template, "PresignRole", presign_of(opens), "Makes Studio URLs, in a person's name"
    )
    for name, document in _execution(opens, reads=reads, looks=looks, buckets=buckets):
        template.add_resource(
            iam.RolePolicy(
                name,
                PolicyName=name,
                RoleName=names.EXECUTION_ROLE,
                PolicyDocument=resolvable(document),
            )
        )
    gives(template, "PresignRoleArn", GetAtt(presign, "Arn"))
    said = (("reads", reads), ("looks", looks), ("buckets", buckets))
    does = [word for word, true in said if true]
    shape = "-".join(["access", *map(str, opens), *does])
    return made(shape, template)


def presign_of(opens: tuple[int, ...]) -> Role:
    """The presign role, with symbols for what the template is told."""
    return presign_role(
        region=_REGION,
        account=_ACCOUNT,
        hub_account=symbol("HubAccount"),
        external_id=symbol("ExternalId"),
        domains={
            symbol(f"DomainId{number}"): [listed(f"OpensFrom{group}")]
            for group, domains in _grouped(opens).items()
            for number in domains
        },
        endpoints=[symbol("VpceSagemakerApi"), symbol("VpceStudio")],
    )


def _execution(
    opens: tuple[int, ...], *, reads: bool, looks: bool, buckets: bool
) -> Iterator[tuple[str, Document]]:
    """The policies of the execution role, with symbols for what the template is told."""
    more: dict[str, Document] = {}
    if reads:
        more |= reading_policies(
            region=_REGION,
            suffix=symbol("AWS::URLSuffix"),
            hub=symbol("HubAccount"),
            reader_role_arns=[listed("ReaderRoleArns")],
            looks=looks,
        )
    if buckets:
        used = buckets_policy(buckets=[listed("BucketArns")], objects=[listed("ObjectArns")])
        more[BUCKETS] = used
    role = execution_role(
        region=_REGION,
        account=_ACCOUNT,
        domain_ids=[symbol(f"DomainId{n + 1}") for n in range(sum(opens))],
        more=more,
    )
    yield from role.policies.items()


def _grouped(opens: tuple[int, ...]) -> dict[int, range]:
    """The numbers of the domains of each group, both counted from 1."""
    found: dict[int, range] = {}
    first = 1
    for group, count in enumerate(opens, start=1):
        found[group] = range(first, first + count)
        first += count
    return found
