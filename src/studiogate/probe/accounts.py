"""The estate as it is: every account of a landscape, read by AWS's own calls.

Nothing that is refused or absent becomes "there is none": it is an error, for a proof over half
an account would look like one over the whole.  What cannot be read here at all, the private
API's policy, is `None` in the estate.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from studiogate.aws.session import Accounts, calling, paged
from studiogate.landscape.model import Landscape
from studiogate.policy.language import Kind
from studiogate.probe.documents import Documents
from studiogate.probe.entities import Entities, Managed
from studiogate.probe.guardrails import Guardrails
from studiogate.reach.estate import Door, Estate, Holder, Studio
from studiogate.topology.endpoint_services import SAGEMAKER_API, SERVICES, STUDIO
from studiogate.topology.ids import Ids, symbolic

_SIDE_BY_SIDE = 8
"""Accounts read at once; more would only meet IAM's rate limits."""

_STANDING = frozenset({"available", "pending", "pendingAcceptance"})
"""States of an endpoint that carries requests, or soon will."""


@dataclass(frozen=True, slots=True)
class _Account:
    """What one account holds."""

    holders: tuple[Holder, ...]
    doors: tuple[Door, ...]
    studios: tuple[Studio, ...]


def estate(landscape: Landscape, accounts: Accounts) -> Estate:
    """The estate of every account of `landscape`, as AWS says it is now.

    `accounts` is of the management account, which may look into every other.

    Raises:
        AwsError: something could not be read; `Denied` and `Absent` stay apart.
        SettingsError: there are no credentials to ask with.
    """
    documents, managed = Documents(), Managed()
    ids = list(landscape.accounts.values())
    guardrails = Guardrails(accounts.client(None, "organizations"), documents)
    reader = _Reader(landscape.region, accounts, managed, documents)
    with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="account") as threads:
        reading = threads.map(reader.account, ids)
        scps = {account: guardrails.scps(account) for account in ids}
        rcps = {account: guardrails.rcps(account) for account in ids}
        found = list(reading)
    doors = tuple(door for one in found for door in one.doors)
    return Estate(
        region=landscape.region,
        holders=tuple(holder for one in found for holder in one.holders),
        doors=doors,
        studios=tuple(studio for one in found for studio in one.studios),
        scps=scps,
        rcps=rcps,
        inside=frozenset(
            door.id
            for door in doors
            if door in _shared(landscape, doors, SAGEMAKER_API, STUDIO)
        ),
        unread=documents.unread,
    )


def ids(landscape: Landscape, found: Estate) -> Ids:
    """What AWS calls the things of `landscape`, as far as they are there.

    What is not there, and a VPC without an endpoint, keeps its symbolic id, so that the
    landscape's own documents can be made; the estate says what is there.
    """
    supposed = symbolic(landscape)
    by_service = {
        service: next(iter(_shared(landscape, found.doors, service)), None)
        for service in SERVICES
    }
    standing = {service: door for service, door in by_service.items() if door}
    hub = next((door.vpc for door in standing.values()), None)
    return Ids(
        domains=_domains(landscape, found),
        endpoints={
            **supposed.endpoints,
            **{service: door.id for service, door in standing.items()},
        },
        vpcs={**supposed.vpcs, **({landscape.gateway.network: hub} if hub else {})},
        api=supposed.api,
    )


def _domains(landscape: Landscape, found: Estate) -> Mapping[str, str]:
    there = {(one.account, one.name): one.domain_id for one in found.studios}
    where = {
        name: (landscape.accounts[landscape.lobs[domain.lob].account], name)
        for name, domain in landscape.domains.items()
    }
    return {name: there[key] for name, key in where.items() if key in there}


def _shared(landscape: Landscape, doors: tuple[Door, ...], *services: str) -> tuple[Door, ...]:
    """The hub account's endpoints for `services`."""
    named = {service.format(region=landscape.region) for service in services}
    return tuple(
        door
        for door in doors
        if door.account == landscape.hub_account and door.service in named
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
        return _Account(entities.holders(), self._doors(account), self._studios(account))

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
