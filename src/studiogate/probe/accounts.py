"""The estate as it is: every account of a landscape, read by AWS's own calls.

Nothing that is refused or absent becomes "there is none": it is an error, for a proof over half
an account would look like one over the whole.  What cannot be read here at all, the private
API's policy, is `None` in the estate.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from studiogate.aws.session import Accounts, calling, paged
from studiogate.landscape.model import Landscape
from studiogate.policy.language import Kind
from studiogate.probe.documents import Documents
from studiogate.probe.entities import Entities, Managed
from studiogate.probe.guardrails import Guardrails
from studiogate.reach.estate import Door, Estate, Holder, Studio, Unread
from studiogate.topology.endpoint_services import SAGEMAKER_API, STUDIO, hub_services
from studiogate.topology.ids import Ids, symbolic

_SIDE_BY_SIDE = 8
"""Accounts read at once; more would only meet IAM's rate limits."""

_LEVELS_SIDE_BY_SIDE = 3
"""The same for what stands over them: Organizations answers the whole organisation's calls."""

_STANDING = frozenset({"available", "pending", "pendingAcceptance"})
"""States of an endpoint that carries requests, or soon will."""


Progress = Callable[[int, int], None]
"""Is told how many accounts of how many are read."""


@dataclass(frozen=True, slots=True)
class _Account:
    """What one account holds."""

    holders: tuple[Holder, ...]
    doors: tuple[Door, ...]
    studios: tuple[Studio, ...]


def estate(
    landscape: Landscape, accounts: Accounts, *, progress: Progress | None = None
) -> Estate:
    """The estate of every account of `landscape`, as AWS says it is now.

    `accounts` is of the management account, which may look into every other.  `progress` is
    told how many accounts are read, and of how many, each time it is one more.

    Raises:
        AwsError: something could not be read; `Denied` and `Absent` stay apart.
        SettingsError: there are no credentials to ask with.
    """
    documents, managed = Documents(), Managed()
    ids = list(landscape.accounts.values())
    guardrails = Guardrails(accounts.client(None, "organizations"), documents)
    reader = _Reader(landscape.region, accounts, managed, documents)
    # First, because each account is let go of as soon as it is read.
    vpc, doubtful = home(landscape, accounts.client(landscape.hub_account, "ec2"))
    with _threads(_SIDE_BY_SIDE) as reading, _threads(_LEVELS_SIDE_BY_SIDE) as levels:
        holding = reading.map(reader.account, ids)
        standing = levels.map(lambda id_: (guardrails.scps(id_), guardrails.rcps(id_)), ids)
        found = []
        for one in holding:
            found.append(one)
            if progress is not None:
                progress(len(found), len(ids))
        above = dict(zip(ids, standing, strict=True))
    doors = tuple(door for one in found for door in one.doors)
    return Estate(
        region=landscape.region,
        holders=tuple(holder for one in found for holder in one.holders),
        doors=doors,
        studios=tuple(studio for one in found for studio in one.studios),
        scps={account: scps for account, (scps, _) in above.items()},
        rcps={account: rcps for account, (_, rcps) in above.items()},
        inside=frozenset(
            door.id for door in _shared(landscape, doors, vpc, SAGEMAKER_API, STUDIO)
        ),
        vpc=vpc,
        unread=(*documents.unread, *doubtful),
    )


@contextmanager
def _threads(most: int) -> Iterator[ThreadPoolExecutor]:
    """Threads for what is read side by side; after an error nothing more is begun."""
    threads = ThreadPoolExecutor(most, thread_name_prefix="account")
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)


def ids(landscape: Landscape, found: Estate) -> Ids:
    """What AWS calls the things of `landscape`, as far as they are there.

    What is not there, and any VPC but the gateway's, keeps its symbolic id, so that the
    landscape's own documents can be made; the estate says what is there.
    """
    supposed = symbolic(landscape)
    by_service = {
        service: next(iter(_shared(landscape, found.doors, found.vpc, service)), None)
        for service in hub_services(landscape)
    }
    standing = {service: door for service, door in by_service.items() if door}
    return Ids(
        domains=_domains(landscape, found),
        endpoints={
            **supposed.endpoints,
            **{service: door.id for service, door in standing.items()},
        },
        vpcs={**supposed.vpcs, **({landscape.gateway.network: found.vpc} if found.vpc else {})},
        api=supposed.api,
        workgroups=supposed.workgroups,
    )


def _domains(landscape: Landscape, found: Estate) -> Mapping[str, str]:
    there = {(one.account, one.name): one.domain_id for one in found.studios}
    where = {
        name: (landscape.accounts[landscape.lobs[domain.lob].account], name)
        for name, domain in landscape.domains.items()
    }
    return {name: there[key] for name, key in where.items() if key in there}


def home(landscape: Landscape, ec2: Any) -> tuple[str, tuple[Unread, ...]]:
    """The id of the gateway's VPC, which is told by its addresses, and why there is none.

    Two VPCs may have the same addresses.  Then none counts as ours: an endpoint in a network
    that is not the gateway's would be taken for inside.  `ec2` is a client of its account.

    Raises:
        AwsError: the VPCs could not be read.
    """
    name, hub = landscape.gateway.network, landscape.hub_account
    network = landscape.networks[name]
    with calling("ec2:DescribeVpcs", about=hub):
        found = [
            str(one["VpcId"])
            for one in paged(ec2, "describe_vpcs", "Vpcs")
            if _cidrs(one) & {str(cidr) for cidr in network.cidrs}
        ]
    if len(found) == 1:
        return found[0], ()
    what = f"{len(found)} VPCs have the addresses of {name}, so that none counts as inside"
    return "", (Unread(f"VPCs of {hub}", what, f"Leave one VPC with those of {name}."),)


def _cidrs(vpc: Any) -> set[str]:
    more = vpc.get("CidrBlockAssociationSet", ())
    return {vpc["CidrBlock"], *(one["CidrBlock"] for one in more)}


def _shared(
    landscape: Landscape, doors: tuple[Door, ...], vpc: str, *services: str
) -> tuple[Door, ...]:
    """The hub account's endpoints for `services` in the gateway's own VPC."""
    named = {service.format(region=landscape.region) for service in services}
    hub = landscape.hub_account
    return tuple(
        door
        for door in doors
        if door.account == hub and door.vpc == vpc and door.service in named
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one account after another; its parts are shared between threads."""

    region: str
    accounts: Accounts
    managed: Managed
    documents: Documents

    def account(self, account: str) -> _Account:
        """What `account` holds."""
        iam = self.accounts.client(account, "iam")
        entities = Entities(iam, account, managed=self.managed, documents=self.documents)
        found = _Account(entities.holders(), self._doors(account), self._studios(account))
        # A thousand accounts' clients would be gigabytes.
        self.accounts.forget(account)
        return found

    def _doors(self, account: str) -> tuple[Door, ...]:
        ec2 = self.accounts.client(account, "ec2")
        with calling("ec2:DescribeVpcEndpoints", about=account):
            found = list(paged(ec2, "describe_vpc_endpoints", "VpcEndpoints"))
        return tuple(self._door(account, one) for one in found if _stands(one))

    def _door(self, account: str, endpoint: Any) -> Door:
        id_, text = endpoint["VpcEndpointId"], endpoint.get("PolicyDocument")
        where = f"endpoint {id_} of {account}"
        return Door(
            id=id_,
            vpc=endpoint["VpcId"],
            service=endpoint["ServiceName"],
            account=account,
            policy=self.documents.policy(text, Kind.ENDPOINT, id_, where) if text else None,
        )

    def _studios(self, account: str) -> tuple[Studio, ...]:
        sagemaker = self.accounts.client(account, "sagemaker")
        with calling("sagemaker:ListDomains", about=account):
            found = list(paged(sagemaker, "list_domains", "Domains"))
        return tuple(self._studio(sagemaker, account, one["DomainId"]) for one in found)

    def _studio(self, sagemaker: Any, account: str, id_: str) -> Studio:
        with calling("sagemaker:DescribeDomain", about=id_):
            domain = sagemaker.describe_domain(DomainId=id_)
        with calling("sagemaker:ListUserProfiles", about=id_):
            profiles = list(
                paged(sagemaker, "list_user_profiles", "UserProfiles", DomainIdEquals=id_)
            )
        return Studio(
            name=domain["DomainName"],
            domain_id=id_,
            account=account,
            profiles=tuple(one["UserProfileName"] for one in profiles),
            auth_mode=domain["AuthMode"],
            # AWS leaves out what nobody chose, and takes its default.
            app_network=domain.get("AppNetworkAccessType", "PublicInternetOnly"),
        )


def _stands(endpoint: Any) -> bool:
    # EC2 writes the state as its documentation does not: sometimes with a capital letter.
    return str(endpoint["State"]).lower() in {one.lower() for one in _STANDING}
