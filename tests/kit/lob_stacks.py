"""The stacks of lobs as they come to stand, and every document that is then in the accounts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from studiogate import names
from studiogate.foundation.lob_stacks import LobPlan, lob_plan, lob_stacks
from studiogate.foundation.network_plan import NetworkPlan
from studiogate.foundation.network_stacks import network_stacks
from studiogate.foundation.stacks import Stack, StackKey
from studiogate.foundation.templates.artifacts import artifacts
from studiogate.foundation.warehouse_stacks import workgroup_ids
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.topology.ids import Ids
from tests.kit.images import with_images
from tests.kit.landscape import SOUND
from tests.kit.large import large
from tests.kit.templates import of_type, outputs, standing
from tests.kit.topology import document
from tests.kit.warehouses import EVERY_KIND, WORKGROUP_ID

EXAMPLES = Path(__file__).parents[2] / "examples"

ABROAD: dict[str, dict[str, Any]] = {
    "china": {"region": "cn-north-1"},
    "government": {"region": "us-gov-west-1"},
    "by peering": {"connect": "vpc-peering"},
    "nothing shared": {"shared_endpoints": []},
    "no domains": {"domains": {}, "warehouses": {}},
    "nobody": {"lobs": {}, "domains": {}, "warehouses": {}},
}

TEXTS: Mapping[str, str] = {
    "two-lobs": (EXAMPLES / "two-lobs.yaml").read_text(encoding="utf-8"),
    "many-ways": (EXAMPLES / "many-ways.yaml").read_text(encoding="utf-8"),
    "with a warehouse": json.dumps(document()),
    "warehouses of every kind": json.dumps(EVERY_KIND),
    "two groups of domains": SOUND,
    "images and rstudio": json.dumps(with_images()),
    "more domains than have names": large(40, people=3, promises=False),
    "more lobs than the gateway names": large(130, people=1, promises=False),
    **{name: json.dumps(document(**changes)) for name, changes in ABROAD.items()},
}


DNS_ENTRIES = [
    "Z1REGIONAL:vpce-0a1b.execute-api.eu-west-1.vpce.amazonaws.com",
    "Z1ZONAL:vpce-0a1b-eu-west-1a.execute-api.eu-west-1.vpce.amazonaws.com",
]


@dataclass(frozen=True, slots=True)
class Stood:
    """A landscape of which everything stands."""

    landscape: Landscape
    plan: LobPlan
    ids: Ids
    templates: Mapping[StackKey, dict[str, Any]]
    """Resolved, those of lobs only."""


@dataclass(slots=True)
class Deployed:
    """Every document in the accounts."""

    trusts: dict[tuple[str, str], Any] = field(default_factory=dict)
    """By account and role."""

    policies: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """By account and role, then by name."""

    endpoints: dict[str, Any] = field(default_factory=dict)
    """By service."""

    guardrails: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """By type, account and name."""


@cache
def stood(name: str) -> Stood:
    """The landscape of `TEXTS` called `name`, with everything built."""
    landscape = read(TEXTS[name])
    network = NetworkPlan(landscape)
    plan = lob_plan(landscape, network)
    stacks = [_beside(plan.gateway_key, one) for one in lob_stacks(plan)]
    shelf = Stack(plan.artifacts_key, artifacts(), {})
    partition = names.partition(landscape.region)
    found = standing(
        [shelf, *network_stacks(network), *stacks],
        artifacts={"LibraryKey": "library/0123456789ab0123.zip"},
        attributes={
            plan.endpoints_key: {"EndpointExecuteApi.DnsEntries": DNS_ENTRIES},
            **{
                one.stack: {"Workgroup.Workgroup.WorkgroupId": WORKGROUP_ID}
                for one in workgroup_ids(landscape).values()
            },
            plan.artifacts_key: {
                "Artifacts": names.artifacts_bucket(landscape.region, landscape.hub_account)
            },
        },
        pseudo={
            "AWS::Partition": partition,
            "AWS::Region": landscape.region,
            "AWS::URLSuffix": names.dns_suffix(landscape.region),
        },
    )
    own = {stack.key: found[stack.key] for stack in stacks}
    return Stood(landscape, plan, _ids(plan, found), own)


def _beside(gateway: StackKey, stack: Stack) -> Stack:
    """The stack where there is no gateway to wait for: it is not built here."""
    return replace(stack, after=tuple(key for key in stack.after if key != gateway))


def deployed(templates: Mapping[StackKey, dict[str, Any]]) -> Deployed:
    """The documents in `templates`."""
    found = Deployed()
    for key, template in templates.items():
        for role in of_type(template, "AWS::IAM::Role").values():
            who = (key.account, role["RoleName"])
            found.trusts[who] = role["AssumeRolePolicyDocument"]
            for one in role.get("Policies", ()):
                _put(found, who, one)
        for one in of_type(template, "AWS::IAM::RolePolicy").values():
            _put(found, (key.account, one["RoleName"]), one)
        for one in of_type(template, "AWS::IAM::Policy").values():
            for name in one["Roles"]:
                _put(found, (key.account, name), one)
        _managed(found, key.account, template)
        for one in of_type(template, "AWS::EC2::VPCEndpoint").values():
            found.endpoints[one["ServiceName"]] = one.get("PolicyDocument")
        _guardrails(found, template)
    return found


def _managed(found: Deployed, account: str, template: Mapping[str, Any]) -> None:
    """Managed policies of the template's own, on the roles that name them."""
    known = of_type(template, "AWS::IAM::ManagedPolicy")
    for role in of_type(template, "AWS::IAM::Role").values():
        for named in role.get("ManagedPolicyArns", ()):
            policy = known[str(named).partition("-")[0]]  # the id that is made up for it
            found.policies.setdefault((account, role["RoleName"]), {})[
                policy["ManagedPolicyName"]
            ] = policy["PolicyDocument"]


def _guardrails(found: Deployed, template: Mapping[str, Any]) -> None:
    for one in of_type(template, "AWS::Organizations::Policy").values():
        over = found.guardrails.setdefault(one["Type"], {})
        for account in one["TargetIds"]:
            over.setdefault(account, {})[one["Name"]] = one["Content"]


def plain(value: Any) -> Any:
    """`value` as JSON has it: no tuples, no types of our own."""
    return json.loads(json.dumps(value))


def _put(found: Deployed, who: tuple[str, str], one: Mapping[str, Any]) -> None:
    found.policies.setdefault(who, {})[one["PolicyName"]] = one["PolicyDocument"]


def _ids(plan: LobPlan, found: Mapping[StackKey, dict[str, Any]]) -> Ids:
    network = plan.network.network
    hub = outputs(found[plan.network.of_hub("VpcId").stack])
    given = {
        domain: plan.domain_id(domain)
        for lob in plan.landscape.lobs
        for domain in plan.domains(lob)
    }
    return Ids(
        domains={name: outputs(found[one.stack])[one.name] for name, one in given.items()},
        endpoints={
            service: outputs(found[plan.endpoints_key])[plan.endpoint(service).name]
            for service in network.endpoints
        },
        vpcs={network.hub: hub["VpcId"]},
        api="a1b2c3d4e5",
        workgroups={
            name: outputs(found[one.stack])[one.name]
            for name, one in workgroup_ids(plan.landscape).items()
        },
    )
