"""How each kind of thing is looked for, as a table: one function each, one word each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from studiogate import names
from studiogate.aws.patience import asked
from studiogate.aws.session import paged
from studiogate.deploy.world import World

Thing = tuple[str, str]
"""Its id, and what else there is to say."""

_PREFIX: Final = "studiogate"
_ROLES: Final = (
    names.AUTHORIZER_ROLE,
    names.EXECUTION_ROLE,
    names.GATEWAY_ROLE,
    names.IMAGE_BUILDER_ROLE,
    names.IMAGE_ROLE,
    names.PRESIGN_ROLE,
    names.RSTUDIO_ROLE,
)
_OVER: Final = frozenset(
    {"deleted", "deleting", "rejected", "failed", "expired", "terminated", "DELETED"}
)
"""States of what is gone and shown for a while."""


@dataclass(frozen=True, slots=True)
class Mine:
    """One account, and how ours is known in it."""

    world: World
    account: str
    tags: Mapping[str, str]
    built: frozenset[str] = frozenset()
    """What Redshift calls the warehouses of our making that are in it."""

    def listed(
        self, service: str, operation: str, items: str, action: str, **asking: Any
    ) -> list[Any]:
        """Every one of `items`, over all pages.

        Raises:
            AwsError: AWS refused, or did not answer.
        """
        client = self.world.client(self.account, service)
        return asked(
            self.world,
            action,
            self.account,
            lambda: list(paged(client, operation, items, **asking)),
        )

    def tagged(self, tags: Iterable[Mapping[str, str]]) -> bool:
        """Whether tags, in any of AWS's spellings, are ours."""
        found = {
            next(v for k, v in one.items() if k.lower().endswith("key")): next(
                v for k, v in one.items() if k.lower().endswith("value")
            )
            for one in tags
        }
        return self.tags.items() <= found.items()


Find = Callable[[Mine], Iterator[Thing]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing."""

    word: str
    find: Find


def _ec2(operation: str, items: str, id_: str, state: str = "") -> Find:
    """Things of EC2, which all carry tags; `state` is where it says whether it is gone."""
    action = "ec2:" + operation.title().replace("_", "")

    def find(mine: Mine) -> Iterator[Thing]:
        for one in mine.listed("ec2", operation, items, action):
            status: Any = one.get(state, "")
            said = str(status.get("Code", "") if isinstance(status, Mapping) else status)
            if said not in _OVER and mine.tagged(one.get("Tags", ())):
                yield str(one[id_]), said

    return find


def _named(
    service: str, operation: str, items: str, action: str, keys: tuple[str, str]
) -> Find:
    """Things that are known by their names; `keys` are those of the id and of the name."""

    def find(mine: Mine) -> Iterator[Thing]:
        for one in mine.listed(service, operation, items, action):
            if str(one.get(keys[1], "")).lstrip("/").startswith(_PREFIX):
                yield str(one[keys[0]]), ""

    return find


def _tables(mine: Mine) -> Iterator[Thing]:
    for name in mine.listed("dynamodb", "list_tables", "TableNames", "dynamodb:ListTables"):
        if name.startswith(f"{_PREFIX}-"):
            yield name, ""


def _shares(mine: Mine) -> Iterator[Thing]:
    found = mine.listed(
        "ram",
        "get_resource_shares",
        "resourceShares",
        "ram:GetResourceShares",
        resourceOwner="SELF",
    )
    for one in found:
        if one["status"] not in {"DELETED", "DELETING"} and one["name"].startswith(_PREFIX):
            yield one["resourceShareArn"], one["name"]


def _zones(mine: Mine) -> Iterator[Thing]:
    client = mine.world.client(mine.account, "route53")
    zones = mine.listed(
        "route53", "list_hosted_zones", "HostedZones", "route53:ListHostedZones"
    )
    for one in zones:
        if not one.get("Config", {}).get("PrivateZone"):
            continue
        id_ = one["Id"].rpartition("/")[2]
        told = asked(
            mine.world,
            "route53:ListTagsForResource",
            id_,
            partial(client.list_tags_for_resource, ResourceType="hostedzone", ResourceId=id_),
        )
        if mine.tagged(told["ResourceTagSet"].get("Tags", ())):
            yield id_, one["Name"]


def _rules(mine: Mine) -> Iterator[Thing]:
    found = mine.listed(
        "route53resolver",
        "list_resolver_rules",
        "ResolverRules",
        "route53resolver:ListResolverRules",
    )
    for one in found:
        own = one.get("OwnerId") == mine.account
        if own and one.get("Name", "").startswith(f"{_PREFIX}-"):
            yield one["Id"], one["DomainName"]


def _domains(mine: Mine) -> Iterator[Thing]:
    for one in mine.listed("sagemaker", "list_domains", "Domains", "sagemaker:ListDomains"):
        tags = mine.listed(
            "sagemaker",
            "list_tags",
            "Tags",
            "sagemaker:ListTags",
            ResourceArn=one["DomainArn"],
        )
        if mine.tagged(tags):
            yield one["DomainId"], one["DomainName"]


def start_scripts(mine: Mine) -> Iterator[Thing]:
    """What apps run when they start, each with its ARN."""
    for one in mine.listed(
        "sagemaker",
        "list_studio_lifecycle_configs",
        "StudioLifecycleConfigs",
        "sagemaker:ListStudioLifecycleConfigs",
        # A hyphen at the end of it is refused (API reference, ListStudioLifecycleConfigs).
        NameContains=_PREFIX,
    ):
        arn = one["StudioLifecycleConfigArn"]
        tags = mine.listed(
            "sagemaker", "list_tags", "Tags", "sagemaker:ListTags", ResourceArn=arn
        )
        if mine.tagged(tags):
            yield one["StudioLifecycleConfigName"], arn


def _file_systems(mine: Mine) -> Iterator[Thing]:
    found = mine.listed(
        "efs",
        "describe_file_systems",
        "FileSystems",
        "elasticfilesystem:DescribeFileSystems",
    )
    for one in found:
        if one["LifeCycleState"] not in _OVER and mine.tagged(one.get("Tags", ())):
            yield one["FileSystemId"], ""


def _buckets(mine: Mine) -> Iterator[Thing]:
    for one in mine.listed("s3", "list_buckets", "Buckets", "s3:ListAllMyBuckets"):
        if one["Name"].startswith(f"{_PREFIX}-"):
            yield one["Name"], ""


def _roles(mine: Mine) -> Iterator[Thing]:
    for one in mine.listed("iam", "list_roles", "Roles", "iam:ListRoles"):
        name = one["RoleName"]
        if name in _ROLES or name.startswith((f"{_PREFIX}-", f"{names.READER_ROLE}-")):
            yield name, ""


def _keys(mine: Mine) -> Iterator[Thing]:
    kms = mine.world.client(mine.account, "kms")
    for listed in mine.listed("kms", "list_keys", "Keys", "kms:ListKeys"):
        id_ = listed["KeyId"]
        told = asked(mine.world, "kms:DescribeKey", id_, partial(kms.describe_key, KeyId=id_))[
            "KeyMetadata"
        ]
        if told.get("KeyManager") == "AWS":
            continue
        tags = mine.listed(
            "kms", "list_resource_tags", "Tags", "kms:ListResourceTags", KeyId=id_
        )
        if mine.tagged(tags):
            going = told["KeyState"] == "PendingDeletion"
            yield id_, f"will be deleted {told['DeletionDate']:%Y-%m-%d}" if going else ""


def _guardrails(kind: str) -> Find:
    def find(mine: Mine) -> Iterator[Thing]:
        found = mine.listed(
            "organizations",
            "list_policies",
            "Policies",
            "organizations:ListPolicies",
            Filter=kind,
        )
        for one in found:
            if not one.get("AwsManaged") and one["Name"].startswith(_PREFIX):
                yield one["Id"], one["Name"]

    return find


_RESOLVER = "route53resolver"

KINDS: Final[tuple[Kind, ...]] = (
    Kind("VPC", _ec2("describe_vpcs", "Vpcs", "VpcId")),
    Kind(
        "VPC endpoint",
        _ec2("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", "State"),
    ),
    Kind(
        "transit gateway",
        _ec2("describe_transit_gateways", "TransitGateways", "TransitGatewayId", "State"),
    ),
    Kind(
        "attachment",
        _ec2(
            "describe_transit_gateway_attachments",
            "TransitGatewayAttachments",
            "TransitGatewayAttachmentId",
            "State",
        ),
    ),
    Kind(
        "peering",
        _ec2(
            "describe_vpc_peering_connections",
            "VpcPeeringConnections",
            "VpcPeeringConnectionId",
            "Status",
        ),
    ),
    Kind("address", _ec2("describe_addresses", "Addresses", "AllocationId")),
    Kind("share", _shares),
    Kind("zone", _zones),
    Kind("forwarding rule", _rules),
    Kind(
        "resolver endpoint",
        _named(
            _RESOLVER,
            "list_resolver_endpoints",
            "ResolverEndpoints",
            "route53resolver:ListResolverEndpoints",
            ("Id", "Name"),
        ),
    ),
    Kind(
        "rule association",
        _named(
            _RESOLVER,
            "list_resolver_rule_associations",
            "ResolverRuleAssociations",
            "route53resolver:ListResolverRuleAssociations",
            ("Id", "Name"),
        ),
    ),
    Kind("domain", _domains),
    Kind("start script", start_scripts),
    Kind("file system", _file_systems),
    Kind("table", _tables),
    Kind("bucket", _buckets),
    Kind(
        "log group",
        _named(
            "logs",
            "describe_log_groups",
            "logGroups",
            "logs:DescribeLogGroups",
            ("logGroupName", "logGroupName"),
        ),
    ),
    Kind("role", _roles),
    Kind("key", _keys),
)
"""What there may be in any account, but for stacks."""

ORGANISATION: Final[tuple[Kind, ...]] = (
    Kind("service control policy", _guardrails("SERVICE_CONTROL_POLICY")),
    Kind("resource control policy", _guardrails("RESOURCE_CONTROL_POLICY")),
)
"""What there may be above them."""
