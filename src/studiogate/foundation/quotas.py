"""Which of AWS's limits a landscape meets: those that stop it, and those that can be raised.

A limit that stops is found before anything is built, for it would be met half-way.  Values are
AWS's defaults; what an account was granted beyond them nobody knows before asking.

Sources: IAM User Guide, "IAM and AWS STS quotas"; Amazon VPC User Guide, "Amazon VPC quotas";
CloudFormation User Guide, "CloudFormation quotas"; Organizations User Guide, "Quotas"; Route 53
Developer Guide, "Quotas on Route 53 Resolver"; Amazon VPC Transit Gateways, "Quotas".
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from studiogate import names
from studiogate.foundation.network_plan import NetworkPlan
from studiogate.foundation.notebook_library import MOST_BASE64, listed, script
from studiogate.foundation.stacks import Stack
from studiogate.foundation.templates.prefix_lists import blocks, parts, room
from studiogate.landscape.model import Landscape
from studiogate.policy import sizes
from studiogate.policy.notebook_library import taken_from_bucket
from studiogate.topology.attached import attached
from studiogate.topology.endpoint_services import hub_services
from studiogate.topology.ids import Ids, built_workgroups
from studiogate.topology.parts import RESOLVER, Attachment, Peering, Vpc
from studiogate.topology.roles import Role, profiles, reads

TEMPLATE_BYTES = 1_000_000
RESOURCES, PARAMETERS, OUTPUTS = 500, 200, 200
PARAMETER_BYTES = 4_096

RSTUDIO_USERS = 60
"""SageMaker Developer Guide, "Manage users" of RStudio."""

BUCKET_POLICY = 20_000
"""Bytes that lobs may take of the policy of the bucket, of which some hundreds say other things
(Amazon S3 User Guide, "Policies and permissions": 20 KB)."""

_BODY, _RESOURCES, _PARAMETERS, _OUTPUTS = (
    "Template body size in bytes",
    "Resources in a template",
    "Parameters in a template",
    "Outputs in a template",
)
_REMEDIES = dict.fromkeys(
    (_BODY, _RESOURCES, _PARAMETERS, _OUTPUTS),
    "Nobody can raise it: give the account fewer domains, or its lob fewer warehouses to read,"
    " by another lob with an account of its own; or make two landscapes of this one.",
)

_A_RESOURCE, _A_ROLE = "\n    Type: AWS::", "\n    Type: AWS::IAM::Role\n"
_AN_OUTPUT = "\n    Value:"
"""How a template of ours writes each of them, once."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A limit that the landscape does not fit."""

    quota: str
    """As AWS calls it."""

    where: str
    """What does not fit: a stack, a role, an account."""

    needs: int
    has: int
    """AWS's default."""

    adjustable: bool
    """Whether Service Quotas can raise it; what cannot be raised stops the landscape."""

    @property
    def remedy(self) -> str:
        """What to do about it."""
        if self.adjustable:
            return "Ask for more in Service Quotas before you apply."
        return _REMEDIES.get(
            self.quota, "Nobody can raise it: make the landscape smaller, or two of it."
        )

    def __str__(self) -> str:
        """As `Rules per security group: vpce needs 80, AWS gives 60`."""
        return f"{self.quota}: {self.where} needs {self.needs}, AWS gives {self.has}"


def hits(
    landscape: Landscape, network: NetworkPlan, stacks: Iterable[Stack]
) -> tuple[Hit, ...]:
    """Every limit that `landscape`, built by `stacks`, does not fit; what stops it first."""
    kept = tuple(stacks)
    found = [
        *_documents(landscape),
        *_templates(kept),
        *_library(landscape),
        *_seats(landscape),
        *_rules(network),
        *_counts(network, kept),
    ]
    over = (one for one in found if one.needs > one.has)
    return tuple(sorted(over, key=lambda one: (one.adjustable, one.quota, one.where)))


def _documents(landscape: Landscape) -> Iterator[Hit]:
    """Documents, as long as they will be with ids of the length that AWS gives."""
    found = attached(landscape, _ids(landscape))
    for service, document in found.endpoints.items():
        size = sizes.characters(document, spaces=True)
        quota = "Size of a VPC endpoint policy in characters"
        yield Hit(quota, service, size, sizes.ENDPOINT_POLICY, adjustable=False)
    over = (one for some in (found.scps, found.rcps) for one in some.values())
    for name, document in {name: one for some in over for name, one in some.items()}.items():
        size = sizes.characters(document, spaces=True)
        yield Hit("Size of a guardrail", name, size, sizes.GUARDRAIL, adjustable=False)
    for role in found.roles:
        yield from _role(role)


def _role(role: Role) -> Iterator[Hit]:
    where = f"{role.account}/{role.name}"
    inline = sum(map(sizes.characters, role.policies.values()))
    yield Hit("Role inline policy length", where, inline, sizes.ROLE_INLINE, adjustable=False)
    for name, document in role.managed.items():
        size = sizes.characters(document)
        yield Hit("Managed policy length", name, size, sizes.MANAGED_POLICY, adjustable=False)
    managed = len(role.managed)
    quota = "Managed policies attached to an IAM role"
    yield Hit(quota, where, managed, sizes.MANAGED_POLICIES, adjustable=True)
    trust = sizes.characters(role.trust)
    yield Hit("Role trust policy length", where, trust, sizes.TRUST_POLICY, adjustable=True)


def _ids(landscape: Landscape) -> Ids:
    return Ids(
        domains={name: f"d-{n:012}" for n, name in enumerate(landscape.domains)},
        endpoints={one: f"vpce-{n:017}" for n, one in enumerate(hub_services(landscape))},
        vpcs={landscape.gateway.network: f"vpc-{0:017}"},
        api="a" * 10,
        workgroups=dict.fromkeys(built_workgroups(landscape), "0" * 36),
    )


def _templates(stacks: tuple[Stack, ...]) -> Iterator[Hit]:
    """Templates, each of a shape once, and what every stack is told."""
    for stack in {id(one.template): one for one in stacks}.values():
        text = stack.template.text
        counted = (
            (_BODY, len(text.encode()), TEMPLATE_BYTES),
            (_RESOURCES, text.count(_A_RESOURCE), RESOURCES),
            (_PARAMETERS, len(stack.template.parameters), PARAMETERS),
            (_OUTPUTS, text.count(_AN_OUTPUT), OUTPUTS),
        )
        for quota, needs, has in counted:
            yield Hit(quota, str(stack.key), needs, has, adjustable=False)
    for stack in stacks:
        for name, value in stack.parameters.items():
            # Ids are shorter than any text that comes near the limit.
            texts = value if isinstance(value, tuple) else (value,)
            size = len(",".join(one for one in texts if isinstance(one, str)))
            where = f"{name} of {stack.key}"
            quota = "Parameter value in bytes"
            yield Hit(quota, where, size, PARAMETER_BYTES, adjustable=False)


def _library(landscape: Landscape) -> Iterator[Hit]:
    """What apps of reading lobs run when they start, and what lets them fetch the library."""
    region, account = landscape.region, landscape.hub_account
    bucket = names.artifacts_bucket(region, account)
    reading = dict.fromkeys(one.lob for one in reads(landscape))
    for name, domain in landscape.domains.items():
        if domain.lob in reading:
            found = listed(landscape, domain.lob, domain.network)
            key = f"library/{'0' * 32}.zip"
            text = script(bucket=bucket, key=key, region=region, warehouses=found)
            size = len(b64encode(text.encode()))
            quota = "Content of a Studio lifecycle configuration"
            yield Hit(quota, name, size, MOST_BASE64, adjustable=False)
    accounts = [landscape.accounts[landscape.lobs[lob].account] for lob in reading]
    if accounts:
        lets = taken_from_bucket(region=region, bucket=bucket, accounts=accounts)
        size = sizes.characters({"Statement": [lets]})
        quota = "Size of a bucket policy in bytes"
        yield Hit(quota, bucket, size, BUCKET_POLICY, adjustable=False)


def _seats(landscape: Landscape) -> Iterator[Hit]:
    """People who get into RStudio: AWS lets in sixty of a domain, unless asked for more."""
    found = profiles(landscape)
    for name, domain in landscape.domains.items():
        if domain.rstudio is not None:
            needs = len(found.get(domain.lob, ()))
            yield Hit("RStudio users per domain", name, needs, RSTUDIO_USERS, adjustable=True)


def _rules(network: NetworkPlan) -> Iterator[Hit]:
    """Security groups of endpoints: a list counts with all that it has room for."""
    named = sorted(network.network.admissions, key=lambda one: one.group)
    for group, admissions in groupby(named, key=lambda one: one.group):
        if group != RESOLVER:
            found = blocks(one.source for one in admissions)
            needs = sum(room(len(part)) for part in parts(found))
            quota = "Inbound or outbound rules per security group"
            yield Hit(quota, f"endpoint {group}", needs, 60, adjustable=True)


def _counts(network: NetworkPlan, stacks: tuple[Stack, ...]) -> Iterator[Hit]:
    """Things of which an account, a VPC or a gateway has only so many."""
    for quota, has, counted in (
        ("Active VPC peering connections per VPC", 50, _peerings(network)),
        ("Associations between resolver rules and VPCs", 2_000, _asking(network)),
        ("Attachments per transit gateway", 5_000, _attachments(network)),
        ("Interface VPC endpoints per VPC", 50, _interfaces(network)),
        ("Roles per account", 1_000, _roles(stacks)),
        ("Stack count", 2_000, Counter(one.key.account for one in stacks)),
        ("VPCs per Region", 5, Counter(one.account for one in _vpcs(network))),
    ):
        for where, needs in counted.items():
            yield Hit(quota, where, needs, has, adjustable=True)


def _vpcs(network: NetworkPlan) -> list[Vpc]:
    return [one for one in network.network.places.values() if isinstance(one, Vpc)]


def _peerings(network: NetworkPlan) -> Counter[str]:
    links = (one for one in network.network.links if isinstance(one, Peering))
    return Counter(end for link in links for end in (link.one, link.other))


def _attachments(network: NetworkPlan) -> Counter[str]:
    links = (one for one in network.network.links if isinstance(one, Attachment))
    return Counter(network.hub.name for _ in links)


def _interfaces(network: NetworkPlan) -> Counter[str]:
    endpoints = network.network.endpoints.values()
    return Counter(one.network for one in endpoints if one.group is not None)


def _asking(network: NetworkPlan) -> Counter[str]:
    owner = {one.name: one.account for one in _vpcs(network)}
    return Counter(owner[one.network] for one in network.network.rule_associations)


def _roles(stacks: tuple[Stack, ...]) -> Counter[str]:
    found: Counter[str] = Counter()
    for stack in stacks:
        found[stack.key.account] += stack.template.text.count(_A_ROLE)
    return found
