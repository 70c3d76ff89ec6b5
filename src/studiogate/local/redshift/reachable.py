"""Whether packets of a network get to an emulated warehouse: as the emulated EC2 is now.

The network is found in EC2 as people find it, by account and CIDR; its routes and doors are
read by the calls that `studiogate doctor` makes, and judged by the same walk.  A route that is
deleted, or a rule that is revoked, cuts off within a second.

Nobody is asked whether this may be read: packets need no permission, and leave no trail.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from typing import Any, Final, Protocol
from uuid import uuid4

from studiogate.landscape.model import INTERNET, CorporateNetwork, Landscape
from studiogate.local.call import ApiCall, ApiError, Arrival, Caller, Service
from studiogate.local.front.deciding import understood
from studiogate.local.front.models import answered, written
from studiogate.local.front.protocols import sent_as
from studiogate.local.redshift.parts import Seat
from studiogate.local.sagemaker.model import Domain
from studiogate.reach.arrival import client_ip
from studiogate.reach.packets.asking import Question, questions
from studiogate.reach.packets.crossing import REDSHIFT, Side, crossing, from_internet
from studiogate.reach.packets.facts import Facts
from studiogate.reach.packets.read import facts

FRESH_FOR: Final = timedelta(seconds=1)
"""How long an answer is believed: AWS takes as long to have a route gone everywhere."""

log = logging.getLogger(__name__)

_ITSELF: Final = Arrival("aws", "redshift.amazonaws.com", {})


class Door(Protocol):
    """A Redshift-managed VPC endpoint: a way to a cluster that needs no route."""

    @property
    def vpc(self) -> str:
        """The VPC it is in."""
        ...

    @property
    def subnets(self) -> tuple[str, ...]:
        """Ids of the subnets it is in."""
        ...

    @property
    def groups(self) -> tuple[str, ...]:
        """Ids of its security groups."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else decides, looked at anew every time."""

    landscape: Callable[[], Landscape]
    domains: Callable[[], Iterable[Domain]]
    """Every Studio domain there is: apps have the security groups of theirs."""

    now: Callable[[Seat], Seat | None] = field(default=lambda seat: seat)
    """A seat with the subnets and groups it has now; `None` when it is gone."""

    doors: Callable[[Seat], Sequence[Door]] = field(default=lambda _: ())
    """Its Redshift-managed endpoints."""


class ReachableByPackets:
    """Implements `redshift.parts.Reachable`."""

    def __init__(
        self, ec2: Service, around: Surroundings, *, clock: Callable[[], datetime]
    ) -> None:
        """Read `ec2`, the whole of it: with gateways and peerings."""
        self._ec2 = ec2
        self._around = around
        self._clock = clock
        self._known: dict[tuple[str, Seat], tuple[datetime, bool]] = {}
        self._asking = asyncio.Lock()

    async def __call__(self, network: str, seat: Seat) -> bool:
        """Whether TCP from `network` gets to the seat's port, and answers come back.

        `False` for a network that is nowhere in EC2, for a seat that is gone, and where EC2
        cannot say, as while something on the way is being deleted.
        """
        there = self._around.now(seat)
        if there is None:
            return False
        key = (network, there)
        async with self._asking:
            found = self._known.get(key)
            if found is None or self._clock() - found[0] >= FRESH_FOR:
                answer = await self._judged(network, there)
                self._known = {k: v for k, v in self._known.items() if self._fresh(v[0])}
                found = self._known[key] = (self._clock(), answer)
            return found[1]

    async def within(self, account: str, region: str, side: Side, port: int) -> str:
        """What stops TCP from `side` to `port` elsewhere in its own subnets; "" if nothing.

        What is there lets in whoever asks: it is AWS's own, as the mount targets of homes are.
        """
        known = await self._facts({account: {side.vpc}}, region)
        anything = Side(side.vpc, side.subnets)
        found = crossing(known, side, anything, port=port)
        return "" if found.stop is None else found.said

    def _fresh(self, at: datetime) -> bool:
        return self._clock() - at < FRESH_FOR

    async def _judged(self, network: str, seat: Seat) -> bool:
        try:
            return await self._arrives(network, seat)
        except ApiError as exc:
            log.warning("no way from %s to %s is known: %s", network, seat.name, exc.code)
            return False

    async def _arrives(self, network: str, seat: Seat) -> bool:
        target = Side(seat.vpc, seat.subnets, seat.groups)
        landscape = self._around.landscape()
        if network == INTERNET:
            known = await self._facts({seat.account: {seat.vpc}}, seat.region)
            address = IPv4Address(client_ip(landscape, network))
            return seat.public and from_internet(known, address, target, port=REDSHIFT)
        account = _account(landscape, network)
        vpc = account and await self._vpc(landscape, network, account, seat.region)
        if not account or not vpc:
            return False
        about: dict[str, set[str]] = {account: {vpc}}
        about.setdefault(seat.account, set()).add(seat.vpc)
        known = await self._facts(about, seat.region)
        doors = [one for one in self._around.doors(seat) if one.vpc == vpc]
        ways = [target, *(Side(one.vpc, one.subnets, one.groups) for one in doors)]
        return any(
            crossing(known, source, way, port=REDSHIFT).arrives
            for source in self._sources(vpc)
            for way in ways
        )

    def _sources(self, vpc: str) -> list[Side]:
        """Where packets come from: the apps of each domain in the VPC, or any host in it."""
        apps = [
            Side(vpc, tuple(one.rest.get("SubnetIds", ())), _groups(one))
            for one in self._around.domains()
            if one.rest.get("VpcId") == vpc
        ]
        return apps or [Side(vpc)]

    async def _vpc(
        self, landscape: Landscape, network: str, account: str, region: str
    ) -> str | None:
        """The id of the VPC with the network's first CIDR."""
        cidr = str(landscape.networks[network].cidrs[0])
        asked = Question(account, "DescribeVpcs", "Vpcs", filters=(("cidr", (cidr,)),))
        rows = await self._rows(asked, region)
        return next((str(one["VpcId"]) for one in rows), None)

    async def _facts(self, about: Mapping[str, set[str]], region: str) -> Facts:
        """Everything there is to know about those VPCs, whoever has the gateways between."""
        entered = frozenset(self._around.landscape().accounts.values()) | about.keys()
        told: dict[Question, Sequence[Mapping[str, Any]]] = {}
        while asked := questions(about, told, entered=entered):
            rows = await asyncio.gather(*(self._rows(one, region) for one in asked))
            told |= dict(zip(asked, rows, strict=True))
        return facts(told)

    async def _rows(self, asked: Question, region: str) -> Sequence[Mapping[str, Any]]:
        """The answer to one question, over all pages."""
        rows: list[Mapping[str, Any]] = []
        more: dict[str, Any] = {}
        while True:
            answer = await self._call(asked, {**asked.params, **more}, region)
            rows += answer.get(asked.member, ())
            token = answer.get("NextToken")
            if not token:
                return rows
            more = {"NextToken": token}

    async def _call(
        self, asked: Question, params: Mapping[str, Any], region: str
    ) -> dict[str, Any]:
        request = written("ec2", asked.operation, params)
        operation, read = understood("ec2", request)
        id_ = str(uuid4())
        call = ApiCall(
            "ec2", operation, read, region, _of(asked.account), _ITSELF, request_id=id_
        )
        answer = await self._ec2.answer(sent_as(request, call))
        return answered("ec2", operation, answer)


def _account(landscape: Landscape, network: str) -> str | None:
    """The account a network's packets start in; for a place outside, of its stand-in."""
    found = landscape.networks.get(network)
    if found is None:
        return None
    name = found.simulated_in if isinstance(found, CorporateNetwork) else found.account
    return None if name is None else landscape.accounts[name]


def _groups(domain: Domain) -> tuple[str, ...]:
    return tuple(map(str, domain.user_settings.get("SecurityGroups", ())))


def _of(account: str) -> Caller:
    """Redshift itself, in an account."""
    arn = f"arn:aws:iam::{account}:root"
    return Caller("root", account, arn, account, account, access_key="", secret_key="")
