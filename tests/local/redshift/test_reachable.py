"""From where an emulated warehouse answers: as routes and security groups of EC2 are now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from studiogate.landscape.model import INTERNET, Landscape
from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Needed, Place, Service
from studiogate.local.redshift.parts import Seat
from studiogate.local.redshift.reachable import FRESH_FOR, ReachableByPackets, Surroundings
from studiogate.local.sagemaker.model import Domain
from tests.kit.between import LOB_A, LOB_B, REGION, SHARED, Accounts, Ground, accounts, ground
from tests.kit.topology import laid

DATA = "444444444444"
CIDRS = {"hub": "10.0.0.0/16", "lob-a": "10.100.0.0/16", "lob-b": "10.120.0.0/16"}
CIDRS |= {"data": "10.200.0.0/16"}
OWNER = {"hub": SHARED, "lob-a": LOB_A, "lob-b": LOB_B, "data": DATA}
LANDSCAPE: Landscape = laid().landscape


@dataclass(frozen=True)
class Door:
    vpc: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass
class World:
    """Four VPCs, apps in two of them, and a cluster in the producer's."""

    org: Accounts
    vpcs: dict[str, str] = field(default_factory=dict)
    subnets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    domains: list[Domain] = field(default_factory=list)
    doors: list[Door] = field(default_factory=list)
    seat: Seat | None = None
    landscape: Landscape = LANDSCAPE
    ec2_asked: Service | None = None
    """In place of the one that is there."""

    async def ec2(self, network: str, operation: str, **params: Any) -> dict[str, Any]:
        return await self.org.ec2(OWNER[network], operation, **params)

    async def lay(self, *networks: str) -> None:
        for network in networks:
            vpc, subnets = await self.org.vpc(OWNER[network], CIDRS[network])
            self.vpcs[network], self.subnets[network] = vpc, tuple(subnets)
            listed = await self.ec2(network, "DescribeRouteTables")
            main = next(one for one in listed["RouteTables"] if one["VpcId"] == vpc)
            self.tables[network] = main["RouteTableId"]
        for network in networks:
            self.groups[network] = await self.group(network)
        for network in (one for one in networks if one.startswith("lob-")):
            self.domains.append(self.domain(network))
            await self.rule(network, "Egress", CIDRS["data"])
            await self.rule("data", "Ingress", CIDRS[network])
        self.seat = Seat(
            "cluster", DATA, REGION, "sales", "dev", "admin", self.vpcs["data"],
            self.subnets["data"], (self.groups["data"],),
        )  # fmt: skip

    async def group(self, network: str) -> str:
        """A security group that lets nothing in and nothing out."""
        made = await self.ec2(
            network,
            "CreateSecurityGroup",
            GroupName="doors",
            Description="doors",
            VpcId=self.vpcs[network],
        )
        every = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        await self.ec2(
            network,
            "RevokeSecurityGroupEgress",
            GroupId=made["GroupId"],
            IpPermissions=[every],
        )
        return str(made["GroupId"])

    async def rule(self, network: str, way: str, cidr: str, verb: str = "Authorize") -> None:
        rule = {"IpProtocol": "tcp", "FromPort": 5439, "ToPort": 5439}
        await self.ec2(
            network,
            f"{verb}SecurityGroup{way}",
            GroupId=self.groups[network],
            IpPermissions=[{**rule, "IpRanges": [{"CidrIp": cidr}]}],
        )

    def domain(self, network: str) -> Domain:
        now = self.org.clock()
        return Domain(
            Place(OWNER[network], REGION), now, now, now, id=f"d-{network}",
            name=network, auth_mode="IAM", network_access="VpcOnly",
            user_settings={"SecurityGroups": [self.groups[network]]}, settings={},
            rest={"VpcId": self.vpcs[network], "SubnetIds": list(self.subnets[network])},
        )  # fmt: skip

    async def route(self, network: str, cidr: str, **via: str) -> None:
        await self.ec2(
            network,
            "CreateRoute",
            RouteTableId=self.tables[network],
            DestinationCidrBlock=cidr,
            **via,
        )

    async def unroute(self, network: str, cidr: str) -> None:
        table = self.tables[network]
        await self.ec2(network, "DeleteRoute", RouteTableId=table, DestinationCidrBlock=cidr)

    async def peer(self, *, accept: bool = True) -> str:
        made = await self.ec2(
            "lob-a",
            "CreateVpcPeeringConnection",
            VpcId=self.vpcs["lob-a"],
            PeerVpcId=self.vpcs["data"],
            PeerOwnerId=DATA,
        )
        name = str(made["VpcPeeringConnection"]["VpcPeeringConnectionId"])
        self.org.tick()
        for network, other in (("lob-a", "data"), ("data", "lob-a")):
            await self.route(network, CIDRS[other], VpcPeeringConnectionId=name)
        if accept:
            await self.accept(name)
        return name

    async def accept(self, name: str) -> None:
        await self.ec2("data", "AcceptVpcPeeringConnection", VpcPeeringConnectionId=name)
        self.org.tick()

    async def attach(self) -> dict[str, str]:
        """Everybody on the hub's transit gateway, in one table that knows everybody."""
        gateway = await self.org.gateway()
        arn = f"arn:aws:ec2:{REGION}:{SHARED}:transit-gateway/{gateway}"
        await self.org.shared(arn, LOB_A, LOB_B, DATA)
        table, found = await self.org.table(gateway), {}
        for network, vpc in self.vpcs.items():
            made = await self.ec2(
                network,
                "CreateTransitGatewayVpcAttachment",
                TransitGatewayId=gateway,
                VpcId=vpc,
                SubnetIds=list(self.subnets[network]),
            )
            self.org.tick()
            found[network] = made["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
            ends = {
                "TransitGatewayRouteTableId": table,
                "TransitGatewayAttachmentId": found[network],
            }
            await self.ec2("hub", "AssociateTransitGatewayRouteTable", **ends)
            await self.ec2("hub", "EnableTransitGatewayRouteTablePropagation", **ends)
        self.org.tick()
        for network, other in (("lob-a", "data"), ("data", "lob-a")):
            await self.route(network, CIDRS[other], TransitGatewayId=gateway)
        return {**found, "table": table}

    @property
    def reachable(self) -> ReachableByPackets:
        around = Surroundings(
            landscape=lambda: self.landscape,
            domains=lambda: self.domains,
            now=lambda _: self.seat,
            doors=lambda _: self.doors,
        )
        ec2 = self.ec2_asked or self.org.between.services["ec2"]
        return ReachableByPackets(ec2, around, clock=self.org.clock)

    async def reached(self, network: str = "lob-a") -> bool:
        """As it is now, asked for the first time."""
        assert self.seat is not None
        return await self.reachable(network, self.seat)


@pytest.fixture(scope="module")
def there() -> Iterator[Ground]:
    with ground(LANDSCAPE) as found:
        yield found


@pytest.fixture
async def world(there: Ground) -> World:
    found = World(accounts(there))
    await found.lay("lob-a", "data")
    return found


@pytest.fixture
async def whole(there: Ground) -> World:
    found = World(accounts(there))
    await found.lay(*CIDRS)
    return found


async def test_s1_03_before_there_is_a_way_nobody_reaches_it(whole: World) -> None:
    for network in ("lob-a", "lob-b", "hub", "office", INTERNET):
        assert not await whole.reached(network)
    assert not await whole.reached("data"), "not even from beside it"

    await whole.rule("data", "Ingress", CIDRS["data"])
    assert await whole.reached("data")


async def test_s1_22_s1_23_by_a_peering_it_is_reached_once_that_is_accepted(
    world: World,
) -> None:
    name = await world.peer(accept=False)
    assert not await world.reached()

    await world.accept(name)
    assert await world.reached()

    await world.ec2("lob-a", "DeleteVpcPeeringConnection", VpcPeeringConnectionId=name)
    world.org.tick()
    assert not await world.reached()


@pytest.mark.parametrize("manner", ["peering", "transit gateway"])
async def test_s1_24_s1_25_without_a_route_there_or_back_it_is_not_reached(
    world: World, manner: str
) -> None:
    via = {}
    if manner == "peering":
        via = {"VpcPeeringConnectionId": await world.peer()}
    else:
        await world.attach()
        table = await world.ec2("lob-a", "DescribeTransitGateways")
        via = {"TransitGatewayId": table["TransitGateways"][0]["TransitGatewayId"]}
    assert await world.reached()

    for network, other in (("lob-a", "data"), ("data", "lob-a")):
        await world.unroute(network, CIDRS[other])
        assert not await world.reached()
        await world.route(network, CIDRS[other], **via)
        assert await world.reached()


async def test_by_the_transit_gateway_only_those_with_routes_of_their_own_reach_it(
    whole: World,
) -> None:
    made = await whole.attach()
    assert await whole.reached()
    assert not await whole.reached("lob-b")
    assert not await whole.reached("hub")

    ends = {
        "TransitGatewayRouteTableId": made["table"],
        "TransitGatewayAttachmentId": made["data"],
    }
    await whole.ec2("hub", "DisableTransitGatewayRouteTablePropagation", **ends)
    assert not await whole.reached()


async def test_f_63_a_rule_that_is_revoked_at_either_end_cuts_off_until_it_is_back(
    world: World,
) -> None:
    await world.peer()
    for network, way, cidr in (
        ("lob-a", "Egress", CIDRS["data"]),
        ("data", "Ingress", CIDRS["lob-a"]),
    ):
        await world.rule(network, way, cidr, "Revoke")
        assert not await world.reached()
        await world.rule(network, way, cidr)
        assert await world.reached()


async def test_an_answer_is_believed_for_a_second_and_no_longer(world: World) -> None:
    await world.peer()
    seat, reachable = world.seat, world.reachable
    assert seat is not None
    assert await reachable("lob-a", seat)

    await world.unroute("lob-a", CIDRS["data"])
    assert await reachable("lob-a", seat)
    world.org.clock.tick(FRESH_FOR - timedelta(milliseconds=1))
    assert await reachable("lob-a", seat)
    world.org.clock.tick(timedelta(milliseconds=1))
    assert not await reachable("lob-a", seat)


async def test_a_seat_that_got_other_groups_is_judged_by_them_at_once(world: World) -> None:
    await world.peer()
    seat, reachable = world.seat, world.reachable
    assert seat is not None
    assert await reachable("lob-a", seat)

    world.groups["data"] = await _closed(world)
    world.seat = replace(seat, groups=(world.groups["data"],))
    assert not await reachable("lob-a", seat)

    world.seat = None
    assert not await reachable("lob-a", seat)


async def _closed(world: World) -> str:
    made = await world.ec2(
        "data",
        "CreateSecurityGroup",
        GroupName="closed",
        Description="closed",
        VpcId=world.vpcs["data"],
    )
    return str(made["GroupId"])


async def test_what_ec2_cannot_say_is_no_way(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.peer()

    class Failing:
        def needed(self, call: ApiCall) -> Sequence[Needed]:
            raise NotImplementedError(call.operation)

        async def answer(self, call: ApiCall) -> ApiAnswer:
            raise ApiError("InvalidRouteTableID.NotFound", f"{call.operation}: it is gone")

    world.ec2_asked = Failing()
    assert not await world.reached()
    assert "no way from lob-a to sales is known" in caplog.text


async def test_a_redshift_managed_endpoint_in_ones_own_network_needs_no_route(
    world: World,
) -> None:
    own = CIDRS["lob-a"]
    door = Door(world.vpcs["lob-a"], world.subnets["lob-a"], (world.groups["lob-a"],))
    world.doors.append(door)
    assert not await world.reached()

    await world.rule("lob-a", "Egress", own)
    await world.rule("lob-a", "Ingress", own)
    assert await world.reached()


async def test_s1_03_from_the_internet_it_takes_all_of_public_gateway_and_rule(
    world: World,
) -> None:
    seat = world.seat
    assert seat is not None
    world.seat = replace(seat, public=True)
    assert not await world.reached(INTERNET)

    made = await world.ec2("data", "CreateInternetGateway")
    gateway = made["InternetGateway"]["InternetGatewayId"]
    await world.ec2(
        "data", "AttachInternetGateway", InternetGatewayId=gateway, VpcId=world.vpcs["data"]
    )
    await world.route("data", "0.0.0.0/0", GatewayId=gateway)
    assert not await world.reached(INTERNET)

    await world.rule("data", "Ingress", "198.51.100.0/24")
    assert await world.reached(INTERNET)
    world.seat = seat
    assert not await world.reached(INTERNET)


async def test_an_office_reaches_it_where_a_stand_in_of_it_does(world: World) -> None:
    office = LANDSCAPE.networks["office"].model_copy(update={"simulated_in": "data"})
    networks = {**LANDSCAPE.networks, "office": office}
    world.landscape = LANDSCAPE.model_copy(update={"networks": networks})
    vpc, _ = await world.org.vpc(DATA, "192.168.10.0/23")
    assert not await world.reached("office"), "no VPC has the first of its CIDRs"

    await world.ec2("data", "AssociateVpcCidrBlock", VpcId=vpc, CidrBlock="192.168.20.0/24")
    assert not await world.reached("office")
