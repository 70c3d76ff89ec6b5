"""The network of a landscape, by its own templates: it stands, keeps lobs apart, and goes."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from studiogate.foundation.stacks import Output, Stack, StackKey, Value
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.local.between.resolver.resolving import Rule, Tie
from studiogate.local.between.together import Between
from studiogate.local.between.transit.routes import routes_of
from studiogate.local.call import ApiError
from studiogate.local.cloudformation.api import CloudFormationService
from studiogate.local.cloudformation.kinds.all import KINDS
from studiogate.local.kept.moto_services import MotoService
from tests.kit.between import Accounts, MovingClock, accounts, ground
from tests.kit.network_stacks import API, stacks_of

EXAMPLE = Path("examples/two-lobs.yaml").read_text(encoding="utf-8")
HUB = "111111111111"
DATA = "444444444444"
"""Where the warehouse is that both lobs read."""

LOBS = {"222222222222", "333333333333", DATA}
"""And the producer."""

DONE = ("COMPLETE", "FAILED")


@dataclass
class Building:
    """Stacks made one after the other, what each gave kept for the next."""

    org: Accounts
    given: dict[tuple[StackKey, str], str] = field(default_factory=dict)
    endpoint: str = ""

    async def ask(self, account: str, operation: str, **params: Any) -> dict[str, Any]:
        return await self.org.cloud(account).call("cloudformation", operation, **params)

    async def build(self, stack: Stack) -> None:
        if stack.key.name == "studiogate-names":
            await self._others(stack)
        parameters = [
            {"ParameterKey": name, "ParameterValue": self._text(value)}
            for name, value in stack.parameters.items()
        ]
        await self.ask(
            stack.key.account,
            "CreateStack",
            StackName=stack.key.name,
            TemplateBody=stack.template.text,
            Parameters=parameters,
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        found = await self._over(stack)
        assert found["StackStatus"] == "CREATE_COMPLETE", await self._why(stack)
        for one in found.get("Outputs", ()):
            self.given[stack.key, one["OutputKey"]] = one["OutputValue"]

    async def end(self, stack: Stack) -> None:
        await self.ask(stack.key.account, "DeleteStack", StackName=stack.key.name)
        try:
            found = await self._over(stack)
        except ApiError:
            return
        assert found["StackStatus"] == "DELETE_COMPLETE", await self._why(stack)

    async def _over(self, stack: Stack) -> dict[str, Any]:
        while True:
            answer = await self.ask(
                stack.key.account, "DescribeStacks", StackName=stack.key.name
            )
            found: dict[str, Any] = answer["Stacks"][0]
            if found["StackStatus"].endswith(DONE):
                return found
            await asyncio.sleep(0.01)

    async def _why(self, stack: Stack) -> list[str]:
        answer = await self.ask(
            stack.key.account, "DescribeStackEvents", StackName=stack.key.name
        )
        failed = (e for e in answer["StackEvents"] if "FAILED" in e["ResourceStatus"])
        return [f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason')}" for e in failed]

    async def _others(self, names: Stack) -> None:
        """What the stacks of endpoints and of the API give."""
        key = StackKey(HUB, "others")
        vpc = self._text(names.parameters["VpcId"])
        made = await self.org.ec2(
            HUB,
            "CreateVpcEndpoint",
            VpcId=vpc,
            VpcEndpointType="Interface",
            ServiceName="com.amazonaws.eu-west-1.execute-api",
        )
        self.endpoint = made["VpcEndpoint"]["VpcEndpointId"]
        entry = made["VpcEndpoint"]["DnsEntries"][0]
        self.given[key, "ApiId"] = API
        self.given[key, "Name"], self.given[key, "Zone"] = (
            entry["DnsName"],
            entry["HostedZoneId"],
        )

    def _text(self, value: Value) -> str:
        if isinstance(value, Output):
            return self.given[value.stack, value.name]
        return ",".join(map(self._text, value)) if isinstance(value, tuple) else str(value)


def landscape(manner: str) -> Landscape:
    return read(EXAMPLE.replace("connect: transit-gateway", f"connect: {manner}"))


@contextmanager
def organisation(declared: Landscape) -> Iterator[Accounts]:
    """Its accounts, with a CloudFormation."""
    with ground(declared) as there:
        org = accounts(there, MovingClock(), sharing=True)
        org.services["logs"] = MotoService("logs", there.moto)
        cloud_of = org.inside.cloud_of
        org.services["cloudformation"] = CloudFormationService(KINDS, cloud_of, org.clock)
        yield org


@pytest.mark.parametrize("manner", ["transit-gateway", "vpc-peering"])
async def test_s2_46_the_network_stands_keeps_lobs_apart_and_goes(manner: str) -> None:
    declared = landscape(manner)
    stacks = [one for one in stacks_of(declared) if one.key.name != "others"]
    with organisation(declared) as org:
        building = Building(org)
        for stack in stacks:
            await building.build(stack)

        between = org.between
        apart = by_gateway(between) if manner == "transit-gateway" else by_peering(between)
        meet = {(HUB, lob) for lob in LOBS} | {(reader, DATA) for reader in LOBS - {DATA}}
        assert apart == meet | {(there, here) for here, there in meet}
        asking = {tie.place.account for tie in between.resolving.ties() if rule(tie)}
        assert asking == LOBS

        await org.ec2(HUB, "DeleteVpcEndpoints", VpcEndpointIds=[building.endpoint])
        for stack in reversed(stacks):
            await building.end(stack)
        assert not list(between.resolving.ties())
        assert between.zones.zones == {}


def rule(tie: Tie) -> bool:
    return isinstance(tie.of, Rule)


def by_gateway(between: Between) -> set[tuple[str, str]]:
    """Whose table leads to whom."""
    transit, found = between.transit, set[tuple[str, str]]()
    for one in transit.attachments.values():
        table = transit.table_serving(one.id)
        assert table is not None
        for row in routes_of(transit, table):
            (towards,) = row["TransitGatewayAttachments"]
            other = transit.attachments[towards["TransitGatewayAttachmentId"]]
            found.add((one.place.account, other.place.account))
    return found


def by_peering(between: Between) -> set[tuple[str, str]]:
    """Who is peered with whom."""
    found = set[tuple[str, str]]()
    for one in between.peerings.peerings.values():
        assert between.peerings.state(one) == "active"
        ends = one.requester.place.account, one.accepter.place.account
        found |= {ends, ends[::-1]}
    return found
