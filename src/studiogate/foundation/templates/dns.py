"""How private names are answered: the API's zone, resolvers both ways, shared rules (S2-04).

Endpoints keep their own names in hidden zones of the hub's VPC.  Only the API has a zone of
ours, by its whole name and no wider (F-30).  Everybody else asks by forwarding rules, which are
never associated with the hub itself: each question would go round in a circle (F-31).
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from troposphere import GetAtt, Join, Ref, Select, Sub, Template, ec2, route53, route53resolver

from studiogate import names
from studiogate.foundation.stacks import Template as Made
from studiogate.foundation.symbols import intrinsic
from studiogate.foundation.templates.links import shared
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.network_parameters import told
from studiogate.foundation.templates.subnets import described, gives, log_group
from studiogate.topology.network import Topology
from studiogate.topology.parts import DNS, RESOLVER, Zone

_SOURCES = 25
"""Of one security group: a rule each for TCP and UDP, of 60 (VPC quotas)."""

NOWHERE = {
    "IpProtocol": "-1",
    "CidrIp": "127.0.0.1/32",
    "Description": "Nowhere: without a rule of its own a group may go anywhere",
}


def names_template(network: Topology, members: int = 1) -> Made:
    """The template of all that answers the private names of `network`.

    The API's id in `network` is the symbol of the parameter `ApiId`; `members` is the number of
    list parameters (`Members`, `Members2`, …) that name accounts.
    """
    template = described("private names, and how everybody comes to ask for them")
    zones = len(network.resolver.inbound)
    words = rule_words(network)
    told(template, "ApiId")
    for zone in network.zones:
        if not network.endpoints[zone.service].private_dns:
            _zone(template, zone, words[zone.name])
    _inbound(template, network, zones)
    _outbound(template, zones)
    for name, word in words.items():
        _rule(template, name, word, zones)
    arns = [GetAtt(f"Rule{word}", "Arn") for word in words.values()]
    shared(template, "names", arns, members)
    _record_questions(template)
    gives(template, "InboundAddresses", Join(",", told(template, "InboundAddresses")))
    return made("names", template)


def rule_words(network: Topology) -> dict[str, str]:
    """The word that the rule of each forwarded name goes by, as `Sts` or `SagemakerApi`.

    A service that has several names counts them.
    """
    seen: Counter[str] = Counter()
    found = {}
    for zone in network.zones:
        word = service_word(zone.service)
        seen[word] += 1
        found[zone.name] = word if seen[word] == 1 else f"{word}{seen[word]}"
    return {one.name: found[one.name] for one in network.forwardings}


def service_word(service: str) -> str:
    """What parameters and outputs call `service`, as `SagemakerApi`."""
    return names.camel(service.partition("{region}.")[2].replace(".", "-"))


def host_name(name: str) -> Any:
    """`name` as a template has it, with the API's id where its symbol is."""
    found = intrinsic(name)
    return found if isinstance(found, str) else Sub(found["Fn::Sub"])


def _zone(template: Template, zone: Zone, word: str) -> None:
    """A zone of exactly one name, which leads to the endpoint."""
    made_zone = template.add_resource(
        route53.HostedZone(
            f"Zone{word}",
            Name=host_name(zone.name),
            VPCs=[
                route53.HostedZoneVPCs(
                    VPCId=told(template, "VpcId"), VPCRegion=Ref("AWS::Region")
                )
            ],
        )
    )
    template.add_resource(
        route53.RecordSetType(
            f"Record{word}",
            HostedZoneId=Ref(made_zone),
            Name=host_name(f"*.{zone.name}" if zone.wildcard else zone.name),
            Type="A",
            AliasTarget=route53.AliasTarget(
                # The Regional name, by name: the order of the list says nothing (F-29).
                DNSName=told(template, f"{word}DnsName"),
                HostedZoneId=told(template, f"{word}ZoneId"),
                EvaluateTargetHealth=False,
            ),
        )
    )
    gives(template, f"Zone{word}", Ref(made_zone))


def _inbound(template: Template, network: Topology, zones: int) -> None:
    """The way in: for the outbound resolver, and the DNS servers of the landscape (F-28)."""
    own = {f"{address}/32" for address in network.resolver.outbound}
    asking = [str(one.source) for one in network.admissions if one.group == RESOLVER]
    servers = [cidr for cidr in asking if cidr not in own]
    sources = [*_each(template, "OutboundAddresses", zones, "/32"), *servers]
    groups = [
        _group(template, f"InboundGroup{n // _SOURCES + 1}", sources[n : n + _SOURCES])
        for n in range(0, len(sources), _SOURCES)
    ]
    _endpoint(template, "Inbound", groups, zones)


def _group(template: Template, name: str, sources: list[Any]) -> Any:
    return template.add_resource(
        ec2.SecurityGroup(
            name,
            GroupDescription="Questions for private names, from resolvers and DNS servers",
            VpcId=told(template, "VpcId"),
            SecurityGroupIngress=[
                rule for cidr in sources for rule in _dns(cidr, "A resolver or DNS server")
            ],
            SecurityGroupEgress=[NOWHERE],
        )
    )


def _outbound(template: Template, zones: int) -> None:
    """The way out of what is forwarded: to the inbound resolver, and nowhere else."""
    targets = _each(template, "InboundAddresses", zones, "/32")
    group = template.add_resource(
        ec2.SecurityGroup(
            "OutboundGroup",
            GroupDescription="Forwarded questions, to the inbound resolver",
            VpcId=told(template, "VpcId"),
            SecurityGroupIngress=[],
            SecurityGroupEgress=[
                rule for cidr in targets for rule in _dns(cidr, "The inbound resolver")
            ],
        )
    )
    _endpoint(template, "Outbound", [group], zones)


def _endpoint(template: Template, direction: str, groups: list[Any], zones: int) -> None:
    addresses, subnets = told(template, f"{direction}Addresses"), told(template, "SubnetIds")
    template.add_resource(
        route53resolver.ResolverEndpoint(
            direction,
            Name=f"studiogate-{direction.lower()}",
            Direction=direction.upper(),
            ResolverEndpointType="IPV4",
            Protocols=["Do53"],
            SecurityGroupIds=[GetAtt(group, "GroupId") for group in groups],
            IpAddresses=[
                route53resolver.IpAddressRequest(
                    Ip=Select(n, addresses), SubnetId=Select(n, subnets)
                )
                for n in range(zones)
            ],
        )
    )


def _rule(template: Template, name: str, word: str, zones: int) -> None:
    inbound = told(template, "InboundAddresses")
    template.add_resource(
        route53resolver.ResolverRule(
            f"Rule{word}",
            Name=f"studiogate-{word}",
            RuleType="FORWARD",
            DomainName=host_name(name),
            ResolverEndpointId=Ref("Outbound"),
            TargetIps=[
                route53resolver.TargetAddress(Ip=Select(n, inbound), Port=str(DNS))
                for n in range(zones)
            ],
        )
    )
    gives(template, f"Rule{word}", Ref(f"Rule{word}"))


def _record_questions(template: Template) -> None:
    """Every question the hub's resolver answers, those that came through it included."""
    group = log_group(template, "QuestionLogs", "/studiogate/names")
    config = template.add_resource(
        route53resolver.ResolverQueryLoggingConfig(
            "Questions", Name="studiogate", DestinationArn=GetAtt(group, "Arn")
        )
    )
    template.add_resource(
        route53resolver.ResolverQueryLoggingConfigAssociation(
            "QuestionsOfHub",
            ResolverQueryLogConfigId=Ref(config),
            ResourceId=told(template, "VpcId"),
        )
    )


def _each(template: Template, name: str, count: int, suffix: str = "") -> list[Any]:
    """Each item of the list parameter `name`, with `suffix`."""
    some = told(template, name)
    return [Sub(f"${{Address}}{suffix}", Address=Select(n, some)) for n in range(count)]


def _dns(cidr: Any, who: str) -> list[Mapping[str, Any]]:
    return [
        {
            "IpProtocol": protocol,
            "FromPort": DNS,
            "ToPort": DNS,
            "CidrIp": cidr,
            "Description": who,
        }
        for protocol in ("tcp", "udp")
    ]
