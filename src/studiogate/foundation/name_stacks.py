"""The stacks by which private names are answered, and the hosts that stand in for an office."""

from collections import defaultdict
from collections.abc import Iterator

from studiogate.foundation.network_plan import NetworkPlan, texts
from studiogate.foundation.network_stacks import joined_corporate
from studiogate.foundation.stacks import Output, Stack, StackKey, Value
from studiogate.foundation.templates.asked import asked
from studiogate.foundation.templates.dns import names_template, rule_words
from studiogate.foundation.templates.onpremises import onpremises


def names_key(plan: NetworkPlan) -> StackKey:
    """The stack of the private names, which gives `Rule<word>` for each."""
    return StackKey(plan.hub.account, "studiogate-names")


def name_stacks(
    plan: NetworkPlan, *, api: Output, dns_name: Output, zone: Output
) -> Iterator[Stack]:
    """The private names, and the VPCs that ask for them.

    `api` gives the private API's id; `dns_name` and `zone` the name, and the hosted zone, of
    the endpoint of API Gateway.
    """
    resolver, members = plan.network.resolver, plan.members
    told: dict[str, Value] = {
        "VpcId": plan.of_hub("VpcId"),
        "SubnetIds": plan.of_hub("SubnetIds"),
        "InboundAddresses": texts(resolver.inbound),
        "OutboundAddresses": texts(resolver.outbound),
        "ApiId": api,
        "ExecuteApiDnsName": dns_name,
        "ExecuteApiZoneId": zone,
        **members,
    }
    yield Stack(names_key(plan), names_template(plan.network, len(members)), told)
    yield from _asking(plan)


def _asking(plan: NetworkPlan) -> Iterator[Stack]:
    key = names_key(plan)
    rules = {
        name: (word, Output(key, f"Rule{word}"))
        for name, word in rule_words(plan.network).items()
    }
    asked_by = defaultdict[str, list[tuple[str, Output]]](list)
    for one in plan.network.rule_associations:
        asked_by[one.network].append(rules[one.name])
    for name, some in asked_by.items():
        told: dict[str, Value] = {f"Rule{word}": rule for word, rule in some}
        told["VpcId"] = plan.output(name, "VpcId")
        yield Stack(
            StackKey(plan.vpc(name).account, f"studiogate-names-{name}"),
            asked(tuple(word for word, _ in some)),
            told,
        )


def standin_stacks(plan: NetworkPlan, *, api: Output) -> Iterator[Stack]:
    """Test hosts for corporate networks, joined to the hub as the networks would be (S2-31)."""
    inbound = plan.network.resolver.inbound
    for name, account in plan.simulated.items():
        place = plan.corporate(name)
        forwards = plan.network.corporate_forwards
        forwarded = tuple(one.name for one in forwards if one.network == name)
        told: dict[str, Value] = {
            "NetworkName": name,
            "Cidr": str(place.cidrs[0]),
            # One subnet, so that the DNS server may stand anywhere in it.
            "SubnetCidrs": texts(place.cidrs),
            "ZoneIds": plan.zones[:1],
            "HubCidr": str(plan.hub.cidr),
            "TransitGatewayId": plan.of_hub("TransitGatewayId"),
            "DnsServer": str(place.dns_servers[0]),
            "InboundAddresses": texts(inbound),
            "ApiId": api,
        }
        key = StackKey(account, f"studiogate-onpremises-{name}")
        yield Stack(key, onpremises(forwarded, len(inbound)), told)
        yield joined_corporate(plan, name, Output(key, "AttachmentId"))
