"""The hub's endpoints: each with a door of its own, open to our networks, for what is ours.

Every service has its security group of 443 from the networks that need it (F-26, F-45) and an
endpoint policy that keeps strangers' accounts out (F-27, S3-16).  Private DNS keeps the names
of all but API Gateway, whose private DNS would take over every API of the Region (F-30).
Addresses are AWS's choice: `AWS::EC2::VPCEndpoint` has no property to ask for one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from troposphere import GetAtt, Ref, Select, Split, Sub, ec2
from troposphere import Template as Troposphere

from studiogate import names
from studiogate.foundation.stacks import Template
from studiogate.foundation.symbols import symbol
from studiogate.foundation.templates.dns import NOWHERE
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.policies import resolvable
from studiogate.foundation.templates.prefix_lists import from_lists, prefix_lists
from studiogate.foundation.templates.studio_parameters import told
from studiogate.foundation.templates.subnets import described, gives
from studiogate.landscape.model import Landscape
from studiogate.policy.language import Document
from studiogate.topology.attached import DOMAINS_BY_NAME, endpoint_policies
from studiogate.topology.endpoint_services import EXECUTE_API, GATEWAY_TYPE, hub_services
from studiogate.topology.ids import Ids
from studiogate.topology.network import Topology
from studiogate.topology.parts import HTTPS, Admission, Endpoint


def endpoints(landscape: Landscape, network: Topology) -> Template:
    """The template of every endpoint of `network`, which is that of `landscape`."""
    template = described("the endpoints that everybody shares")
    for domain in named_domains(landscape):
        told(template, "Domain", names.camel(domain))
    policies = endpoint_policies(landscape, _symbols(landscape))
    lists = _Lists(template, network.admissions)
    for service, endpoint in network.endpoints.items():
        policy = policies.get(service)
        if service in GATEWAY_TYPE:
            made_one = _gateway(template, service, policy)
        else:
            made_one = _interface(template, endpoint, policy, lists)
        gives(template, f"Vpce{word(service)}", Ref(made_one))
    _names_of_the_api(template)
    return made("endpoints", template)


def word(service: str) -> str:
    """The word of `service` in outputs and logical ids, as `SagemakerApi`."""
    return names.camel(service.partition("{region}.")[2].replace(".", "-"))


def named_domains(landscape: Landscape) -> tuple[str, ...]:
    """The domains that the template is told the ids of; none, where they are many."""
    few = len(landscape.domains) <= DOMAINS_BY_NAME
    return tuple(landscape.domains) if few else ()


def _symbols(landscape: Landscape) -> Ids:
    return Ids(
        domains={name: symbol(f"Domain{names.camel(name)}") for name in landscape.domains},
        endpoints={one: symbol(f"Endpoint{word(one)}") for one in hub_services(landscape)},
        vpcs={},
        api="",
    )


def _gateway(template: Troposphere, service: str, policy: Document | None) -> ec2.VPCEndpoint:
    return template.add_resource(
        ec2.VPCEndpoint(
            f"Endpoint{word(service)}",
            VpcEndpointType="Gateway",
            ServiceName=_service(service),
            VpcId=told(template, "VpcId"),
            RouteTableIds=told(template, "RouteTableIds"),
            **_policy(policy),
        )
    )


def _interface(
    template: Troposphere, endpoint: Endpoint, policy: Document | None, lists: "_Lists"
) -> ec2.VPCEndpoint:
    service = endpoint.service
    door = template.add_resource(
        ec2.SecurityGroup(
            f"Door{word(service)}",
            GroupDescription=f"HTTPS to the endpoint {endpoint.group}",
            VpcId=told(template, "VpcId"),
            SecurityGroupIngress=from_lists("Our networks", HTTPS, lists.of(endpoint)),
            SecurityGroupEgress=[NOWHERE],
        )
    )
    return template.add_resource(
        ec2.VPCEndpoint(
            f"Endpoint{word(service)}",
            VpcEndpointType="Interface",
            ServiceName=_service(service),
            VpcId=told(template, "VpcId"),
            SubnetIds=told(template, "SubnetIds"),
            SecurityGroupIds=[GetAtt(door, "GroupId")],
            PrivateDnsEnabled=endpoint.private_dns,
            **_policy(policy),
        )
    )


class _Lists:
    """The prefix lists of a template: services that the same networks need share them."""

    def __init__(self, template: Troposphere, admissions: Sequence[Admission]) -> None:
        self._template = template
        self._sources: dict[str, list[Any]] = {}
        for one in admissions:
            self._sources.setdefault(one.group, []).append(one.source)
        self._made: dict[tuple[Any, ...], Sequence[Any]] = {}

    def of(self, endpoint: Endpoint) -> Sequence[Any]:
        """The lists of those who may come to `endpoint`."""
        cidrs = tuple(self._sources.get(endpoint.group or "", ()))
        if cidrs not in self._made:
            name = ("Networks", "Notebooks")[len(self._made)]
            self._made[cidrs] = prefix_lists(self._template, name, cidrs)
        return self._made[cidrs]


def _service(service: str) -> Any:
    return Sub(service.replace("{region}", "${AWS::Region}"))


def _policy(policy: Document | None) -> Mapping[str, Any]:
    return {} if policy is None else {"PolicyDocument": resolvable(policy)}


def _names_of_the_api(template: Troposphere) -> None:
    """What the API's own zone leads to.

    The Regional name comes first: AWS says so of its own services (CloudFormation's reference
    of `DnsEntries`), and of no other entry is the place relied on (F-29).
    """
    entries = GetAtt(f"Endpoint{word(EXECUTE_API)}", "DnsEntries")
    first = Split(":", Select(0, entries))
    gives(template, "ExecuteApiZoneId", Select(0, first))
    gives(template, "ExecuteApiDnsName", Select(1, first))
