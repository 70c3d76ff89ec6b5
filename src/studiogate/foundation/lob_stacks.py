"""The stacks by which lobs open: domains, the shared endpoints, roles, guardrails, people.

In that order: an endpoint's policy names domains, and a role's names endpoints.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from studiogate import names
from studiogate.foundation.image_stacks import image_stacks
from studiogate.foundation.network_plan import NetworkPlan
from studiogate.foundation.notebook_library import listed
from studiogate.foundation.stacks import (
    LIBRARY_KEY,
    MANAGEMENT,
    S3_PREFIX_LIST,
    Output,
    Stack,
    StackKey,
    Value,
)
from studiogate.foundation.templates.access import access
from studiogate.foundation.templates.endpoints import endpoints, named_domains, word
from studiogate.foundation.templates.guardrails import guardrails
from studiogate.foundation.templates.people import people, spread
from studiogate.foundation.templates.starting import script_of
from studiogate.foundation.templates.studio import called, kept, studio
from studiogate.foundation.templates.workbench import (
    ADMINISTRATOR,
    CONNECT,
    PACKAGES,
    USER,
    Urls,
)
from studiogate.foundation.warehouse_stacks import warehouse_stacks
from studiogate.landscape.image import RStudio
from studiogate.landscape.model import Landscape, VpcNetwork
from studiogate.policy import buckets
from studiogate.topology.attached import external_id, lob_account
from studiogate.topology.endpoint_services import GATEWAY_TYPE, SAGEMAKER_API, STUDIO
from studiogate.topology.roles import Opens, Reads, opens, profiles, reads

_INSIDE = {f"Vpce{word(one)}": f"Vpce{word(one)}" for one in (SAGEMAKER_API, STUDIO)}


@dataclass(frozen=True, slots=True)
class LobPlan:
    """What the stacks of lobs share, looked up once."""

    landscape: Landscape
    network: NetworkPlan
    opens: Mapping[str, tuple[Opens, ...]]
    """The domains of every lob, by where they open from."""

    reads: Mapping[str, tuple[Reads, ...]]
    """The warehouses of every lob that reads any."""

    profiles: Mapping[str, tuple[str, ...]]
    """The profiles of every lob."""

    gateway_key: StackKey
    """The stack with the gateway's role, which opens every domain."""

    def domains(self, lob: str) -> tuple[str, ...]:
        """The domains of `lob` in the order of their names: no move in the file changes it."""
        return tuple(sorted(self.grouped(lob)))

    def grouped(self, lob: str) -> tuple[str, ...]:
        """The same domains, those together that open from the same places."""
        return tuple(name for group in self.opens[lob] for name in group.domains)

    def studio_key(self, lob: str) -> StackKey:
        """The stack of the domains of `lob`."""
        return StackKey(lob_account(self.landscape, lob), "studiogate-studio")

    def domain_id(self, domain: str) -> Output:
        """What gives the id of `domain`."""
        stack = self.studio_key(self.landscape.domains[domain].lob)
        return Output(stack, called("DomainId", domain))

    @property
    def endpoints_key(self) -> StackKey:
        """The stack of the shared endpoints."""
        return StackKey(self.network.hub.account, "studiogate-endpoints")

    @property
    def artifacts_key(self) -> StackKey:
        """The stack of the bucket that the library is in."""
        return StackKey(self.network.hub.account, "studiogate-artifacts")

    def endpoint(self, service: str) -> Output:
        """What gives the id of the endpoint for `service`."""
        return Output(self.endpoints_key, f"Vpce{word(service)}")


def lob_plan(landscape: Landscape, network: NetworkPlan) -> LobPlan:
    """The plan of `landscape`, whose network is `network`."""
    reading: defaultdict[str, list[Reads]] = defaultdict(list)
    for one in reads(landscape):
        reading[one.lob].append(one)
    return LobPlan(
        landscape=landscape,
        network=network,
        opens=opens(landscape),
        reads={lob: tuple(some) for lob, some in reading.items()},
        profiles=profiles(landscape),
        gateway_key=StackKey(network.hub.account, "studiogate-gateway"),
    )


def lob_stacks(plan: LobPlan) -> Iterator[Stack]:
    """Every stack of this kind; for the order of building see `stacks.in_order`."""
    lobs = [lob for lob in plan.landscape.lobs if plan.opens[lob]]
    for lob in lobs:
        yield _studio(plan, lob)
    yield _endpoints(plan)
    for lob in lobs:
        yield _access(plan, lob)
        for domain in plan.domains(lob):
            yield from _people(plan, lob, domain)
    yield from _guardrails(plan)
    yield from warehouse_stacks(plan.landscape, plan.network)
    yield from image_stacks(plan.landscape)


def seats(plan: LobPlan, domain: str) -> dict[str, str]:
    """What each profile of `domain`, which has RStudio, is there: its user group."""
    declared = plan.landscape.domains[domain]
    named = declared.rstudio.administrators if declared.rstudio is not None else ()
    administrators = {plan.landscape.profile_of(one) for one in named}
    return {
        profile: ADMINISTRATOR if profile in administrators else USER
        for profile in plan.profiles.get(declared.lob, ())
    }


def _studio(plan: LobPlan, lob: str) -> Stack:
    landscape, network = plan.landscape, plan.network
    domains = plan.domains(lob)
    told: dict[str, Value] = {
        "HubCidr": str(network.hub.cidr),
        S3_PREFIX_LIST.name: S3_PREFIX_LIST,
    }
    egress = []
    for name in domains:
        where = landscape.domains[name].network
        declared = landscape.networks[where]
        egress.append(isinstance(declared, VpcNetwork) and declared.egress)
        told |= {
            called("NameOfDomain", name): name,
            called("VpcId", name): network.output(where, "VpcId"),
            called("SubnetIds", name): network.output(where, "SubnetIds"),
            called("VpcCidr", name): str(network.vpc(where).cidr),
            called("LandingUri", name): landscape.domains[name].landing,
        }
    found = plan.reads.get(lob, ())
    places = dict.fromkeys(
        landscape.warehouses[one.warehouse].network for one in found if not one.by_endpoint
    )
    for n, place in enumerate(places, start=1):
        told[f"WarehouseCidr{n}"] = str(network.vpc(place).cidr)
    template = studio(
        domains,
        egress=tuple(egress),
        warehouses=len(places),
        by_endpoint=any(one.by_endpoint for one in found),
        scripts=_scripts(plan, lob) if found else (),
        rstudio=_workbenches(landscape, domains),
    )
    told |= _library(plan) if found else {}
    told |= _workbench_urls(landscape, domains)
    return Stack(plan.studio_key(lob), template, told, keeps=kept(domains))


def _workbenches(landscape: Landscape, domains: tuple[str, ...]) -> tuple[Urls | None, ...]:
    """Which URLs each domain is told that has RStudio; nothing where none has."""
    found = tuple(
        None if one is None else tuple(name for name, url in _urls(one) if url)
        for one in (landscape.domains[name].rstudio for name in domains)
    )
    return () if set(found) == {None} else found


def _workbench_urls(landscape: Landscape, domains: tuple[str, ...]) -> dict[str, Value]:
    return {
        called(parameter, name): url
        for name in domains
        for parameter, url in _urls(landscape.domains[name].rstudio)
        if url
    }


def _urls(one: RStudio | None) -> tuple[tuple[str, str | None], ...]:
    if one is None:
        return ()
    return (CONNECT, one.connect_url), (PACKAGES, one.package_manager_url)


def _scripts(plan: LobPlan, lob: str) -> tuple[str, ...]:
    """What the apps of each domain of a reading lob run when they start (S1-28)."""
    places = (plan.landscape.domains[name].network for name in plan.domains(lob))
    return tuple(script_of(listed(plan.landscape, lob, place)) for place in places)


def _library(plan: LobPlan) -> dict[str, Value]:
    return {
        "LibraryBucket": Output(plan.artifacts_key, "BucketName"),
        LIBRARY_KEY.name: LIBRARY_KEY,
    }


def _endpoints(plan: LobPlan) -> Stack:
    network = plan.network
    told: dict[str, Value] = {
        "VpcId": network.of_hub("VpcId"),
        "SubnetIds": network.of_hub("SubnetIds"),
    }
    if any(service in GATEWAY_TYPE for service in network.network.endpoints):
        told["RouteTableIds"] = network.of_hub("RouteTableIds")
    for domain in named_domains(plan.landscape):
        told[f"Domain{names.camel(domain)}"] = plan.domain_id(domain)
    template = endpoints(plan.landscape, network.network)
    return Stack(plan.endpoints_key, template, told)


def _access(plan: LobPlan, lob: str) -> Stack:
    landscape, groups = plan.landscape, plan.opens[lob]
    told: dict[str, Value] = {
        "HubAccount": landscape.hub_account,
        "ExternalId": external_id(landscape, lob),
        **_inside(plan),
    }
    for n, group in enumerate(groups, start=1):
        told[f"OpensFrom{n}"] = group.cidrs
    for n, domain in enumerate(plan.grouped(lob), start=1):
        told[f"DomainId{n}"] = plan.domain_id(domain)
    found = plan.reads.get(lob, ())
    if found:
        told["ReaderRoleArns"] = tuple(
            names.role_arn(landscape.region, one.account, one.role) for one in found
        )
    if named := landscape.lobs[lob].buckets:
        arns = [buckets.bucket_arn(landscape.region, one) for one in named]
        told["BucketArns"] = tuple(arns)
        told["ObjectArns"] = tuple(map(buckets.inside, arns))
    key = StackKey(lob_account(landscape, lob), "studiogate-access")
    looks = any(one.by_endpoint for one in found)
    counts = tuple(len(group.domains) for group in groups)
    template = access(counts, reads=bool(found), looks=looks, buckets=bool(named))
    # IAM takes no trust in the gateway's role before it is there.
    return Stack(key, template, told, after=(plan.gateway_key,))


def _people(plan: LobPlan, lob: str, domain: str) -> Iterator[Stack]:
    account = lob_account(plan.landscape, lob)
    for number, some in spread(plan.profiles.get(lob, ())).items():
        key = StackKey(account, _counted(f"studiogate-people-{domain}", number))
        yield Stack(
            key,
            people(some),
            {"DomainId": plan.domain_id(domain)},
            # A profile's apps run as the role, which is to be whole by then.
            after=(StackKey(account, "studiogate-access"),),
        )


def _guardrails(plan: LobPlan) -> Iterator[Stack]:
    told: dict[str, Value] = {**_inside(plan), "HubVpcId": plan.network.of_hub("VpcId")}
    before: tuple[StackKey, ...] = ()
    for number, template in enumerate(guardrails(plan.landscape)):
        key = StackKey(MANAGEMENT, _counted("studiogate-guardrails", number))
        yield Stack(key, template, told, after=before)
        before = (key,)  # Organizations takes one change at a time


def _inside(plan: LobPlan) -> dict[str, Value]:
    return {name: Output(plan.endpoints_key, output) for name, output in _INSIDE.items()}


def _counted(name: str, number: int) -> str:
    return f"{name}-{number + 1}" if number else name
