"""The network that a landscape's templates build, read back as parts of a topology."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from typing import Any

from studiogate.foundation.name_stacks import name_stacks, standin_stacks
from studiogate.foundation.network_plan import NetworkPlan
from studiogate.foundation.network_stacks import network_stacks
from studiogate.foundation.stacks import Output, Stack, StackKey, Template
from studiogate.foundation.templates.links import table_name
from studiogate.foundation.templates.subnets import ANYWHERE
from studiogate.landscape.model import Landscape
from studiogate.topology.ids import symbolic
from studiogate.topology.network import Topology, topology
from studiogate.topology.parts import (
    RESOLVER,
    Admission,
    Association,
    Attachment,
    Corporate,
    Forwarding,
    Link,
    Part,
    Peering,
    Role,
    Route,
    RuleAssociation,
    Vpc,
    ZoneAssociation,
    transit_table,
)
from tests.kit.templates import of_type, outputs, standing

API = "a1b2c3d4e5"
ENDPOINT_NAME, ENDPOINT_ZONE = "vpce-1-x.execute-api.eu-west-1.vpce.amazonaws.com", "Z123"

_GIVEN = Template(
    "what stacks of others give",
    "Resources: {Handle: {Type: 'AWS::CloudFormation::WaitConditionHandle'}}\n"
    f"Outputs: {{ApiId: {{Value: {API}}}, Name: {{Value: {ENDPOINT_NAME}}}, "
    f"Zone: {{Value: {ENDPOINT_ZONE}}}}}\n",
    frozenset(),
    frozenset({"ApiId", "Name", "Zone"}),
    named_roles=False,
)

Standing = Mapping[StackKey, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Built:
    """A landscape's network as its templates build it, and as `topology` says it is."""

    landscape: Landscape
    stacks: tuple[Stack, ...]
    stood: Standing
    meant: Topology

    def template(self, name: str) -> Mapping[str, Any]:
        """The resolved template of the only stack called `name`."""
        (found,) = [one for key, one in self.stood.items() if key.name == name]
        return found

    def each(self, kind: str) -> Iterator[tuple[StackKey, dict[str, Any]]]:
        """The properties of every resource of type `kind`, with its stack."""
        for key, one in self.stood.items():
            for properties in of_type(one, kind).values():
                yield key, properties


def stacks_of(landscape: Landscape) -> tuple[Stack, ...]:
    """Every stack of the network of `landscape`, and one that gives what others would."""
    plan = NetworkPlan(landscape)
    other = StackKey(plan.hub.account, "others")
    api = Output(other, "ApiId")
    return (
        Stack(other, _GIVEN, {}),
        *network_stacks(plan),
        *name_stacks(plan, api=api, dns_name=Output(other, "Name"), zone=Output(other, "Zone")),
        *standin_stacks(plan, api=api),
    )


def built(landscape: Landscape) -> Built:
    """The network of `landscape`, built in one's head."""
    stacks = stacks_of(landscape)
    stood = standing(stacks, pseudo={"AWS::Region": landscape.region})
    meant = topology(landscape, replace(symbolic(landscape), api=API))
    return Built(landscape, stacks, stood, meant)


def read_back(found: Built) -> Topology:
    """The topology that the templates build: their parts in the place of `topology`'s own."""
    return replace(found.meant, parts=tuple(_Reading(found).parts()))


def ours(found: Built) -> frozenset[Part]:
    """What of `topology` is for templates to build.

    Not an office's own routers and DNS servers, nor its link before there is one; not the
    endpoints, nor the tables of the transit gateway that nobody's attachment is in.
    """
    linked = _linked(found)
    apart = {
        block
        for one in found.meant.places.values()
        if isinstance(one, Corporate) and one.name not in linked
        for block in one.blocks
    }
    tables = {transit_table(found.meant.places[name].role) for name in linked}
    own = {*linked} - {
        name
        for name, one in found.landscape.networks.items()
        if one.kind == "corporate" and one.attachment
    }

    def built_here(part: Part) -> bool:
        match part:
            case Attachment(network):
                return network in own
            case Association(network):
                return network in linked
            case Peering():
                return True
            case Route(table, to, via):
                near = table in own or table in tables
                return near and to not in apart and _ends(via) <= {*linked}
            case Admission(group):
                return group == RESOLVER
            case ZoneAssociation(zone):
                return not found.meant.endpoints[_service(found.meant, zone)].private_dns
        return isinstance(part, Forwarding | RuleAssociation)

    return frozenset(part for part in found.meant.parts if built_here(part))


def _linked(found: Built) -> list[str]:
    """Networks that are on the transit gateway, or peered."""
    networks = found.landscape.networks.items()
    return [
        name
        for name, one in networks
        if one.kind == "vpc" or one.attachment or one.simulated_in
    ]


def _ends(link: Link) -> set[str]:
    match link:
        case Attachment(network):
            return {network}
        case Peering(one, other):
            return {one, other}
    return {link.network, link.hub}


def _service(network: Topology, zone: str) -> str:
    (service,) = [one.service for one in network.zones if one.name == zone]
    return service


class _Reading:
    """Ids of what stands, by what they are; then every part."""

    def __init__(self, found: Built) -> None:
        self._found = found
        self._vpcs: dict[str, str] = {}
        self._tables: dict[str, str] = {}
        self._attached = {
            one.attachment: name
            for name, one in found.landscape.networks.items()
            if one.kind == "corporate" and one.attachment
        }
        self._peerings: dict[str, Peering] = {}
        self._rules: dict[str, str] = {}
        for key, template in found.stood.items():
            self._know(key, outputs(template))
        hub = outputs(found.template(f"studiogate-network-{found.meant.hub}"))
        self._transit = {
            hub[table_name(role)]: transit_table(role)
            for role in Role
            if table_name(role) in hub
        }
        self._resolver_rules(outputs(found.template("studiogate-names")))

    def _know(self, key: StackKey, gives: Mapping[str, Any]) -> None:
        for prefix in ("studiogate-network-", "studiogate-onpremises-"):
            if key.name.startswith(prefix):
                name = key.name.removeprefix(prefix)
                self._vpcs[gives["VpcId"]] = name
                self._tables |= dict.fromkeys(gives["RouteTableIds"].split(","), name)
                if "AttachmentId" in gives:
                    self._attached[gives["AttachmentId"]] = name

    def _resolver_rules(self, gives: Mapping[str, Any]) -> None:
        rules = of_type(
            self._found.template("studiogate-names"), "AWS::Route53Resolver::ResolverRule"
        )
        self._rules = {gives[name]: rule["DomainName"] for name, rule in rules.items()}

    def parts(self) -> Iterator[Part]:
        yield from self._links()
        yield from self._associations()
        yield from self._vpc_routes()
        yield from self._transit_routes()
        yield from self._names()

    def _links(self) -> Iterator[Part]:
        for _, one in self._found.each("AWS::EC2::TransitGatewayVpcAttachment"):
            yield Attachment(self._vpcs[one["VpcId"]])
        for template in self._found.stood.values():
            gives = outputs(template)
            for wanted in of_type(template, "AWS::EC2::VPCPeeringConnection").values():
                link = Peering(self._vpcs[wanted["PeerVpcId"]], self._vpcs[wanted["VpcId"]])
                self._peerings[gives["PeeringId"]] = link
                yield link

    def _associations(self) -> Iterator[Part]:
        for _, one in self._found.each("AWS::EC2::TransitGatewayRouteTableAssociation"):
            network = self._attached[one["TransitGatewayAttachmentId"]]
            yield Association(network, self._transit[one["TransitGatewayRouteTableId"]])

    def _vpc_routes(self) -> Iterator[Part]:
        zones: defaultdict[Route, list[str]] = defaultdict(list)
        for _, one in self._found.each("AWS::EC2::Route"):
            if one["DestinationCidrBlock"] != ANYWHERE:
                table = one["RouteTableId"]
                zones[self._route(one, self._tables[table])].append(table)
        for route, tables in zones.items():
            place = self._found.meant.places[route.table]
            count = len(place.subnets) if isinstance(place, Vpc) else 1
            assert len(tables) == len(set(tables)) == count, f"not in every zone: {route}"
            yield route

    def _route(self, one: Mapping[str, Any], here: str) -> Route:
        peering = one.get("VpcPeeringConnectionId")
        assert (peering is None) is ("TransitGatewayId" in one)
        via = Attachment(here) if peering is None else self._peerings[peering]
        return Route(here, IPv4Network(one["DestinationCidrBlock"]), via)

    def _transit_routes(self) -> Iterator[Part]:
        members = {part.table for part in self._associations() if isinstance(part, Association)}
        for _, one in self._found.each("AWS::EC2::TransitGatewayRouteTablePropagation"):
            network = self._attached[one["TransitGatewayAttachmentId"]]
            place = self._found.meant.places[network]
            assert isinstance(place, Vpc), "what routers announce must not be believed"
            table = self._transit[one["TransitGatewayRouteTableId"]]
            if table in members:
                yield Route(table, place.cidr, Attachment(network))
        for _, one in self._found.each("AWS::EC2::TransitGatewayRoute"):
            network = self._attached[one["TransitGatewayAttachmentId"]]
            table = self._transit[one["TransitGatewayRouteTableId"]]
            yield Route(table, IPv4Network(one["DestinationCidrBlock"]), Attachment(network))

    def _names(self) -> Iterator[Part]:
        names = self._found.template("studiogate-names")
        yield from (Forwarding(name) for name in self._rules.values())
        for zone in of_type(names, "AWS::Route53::HostedZone").values():
            for vpc in zone["VPCs"]:
                yield ZoneAssociation(zone["Name"], self._vpcs[vpc["VPCId"]])
        for _, one in self._found.each("AWS::Route53Resolver::ResolverRuleAssociation"):
            yield RuleAssociation(self._rules[one["ResolverRuleId"]], self._vpcs[one["VPCId"]])
        (inbound,) = [
            one
            for one in of_type(names, "AWS::Route53Resolver::ResolverEndpoint").values()
            if one["Direction"] == "INBOUND"
        ]
        groups = {
            name: group
            for name, group in of_type(names, "AWS::EC2::SecurityGroup").items()
            if name.startswith("InboundGroup")
        }
        assert len(inbound["SecurityGroupIds"]) == len(groups)
        for group in groups.values():
            for rule in group["SecurityGroupIngress"]:
                assert rule["FromPort"] == rule["ToPort"]
                yield Admission(RESOLVER, IPv4Network(rule["CidrIp"]), rule["FromPort"])
