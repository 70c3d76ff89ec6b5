"""Every stack of a landscape, and what their outputs say: the whole of what is built.

The parts compose their own stacks; here they are put together, and read back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from studiogate.foundation.after import (
    Seated,
    Step,
    closed_by_default,
    named_sessions,
    propagated,
)
from studiogate.foundation.large_stacks import with_shelves
from studiogate.foundation.lob_stacks import LobPlan, lob_plan, lob_stacks, seats
from studiogate.foundation.name_stacks import name_stacks, standin_stacks
from studiogate.foundation.network_plan import NetworkPlan
from studiogate.foundation.network_stacks import network_stacks
from studiogate.foundation.stacks import Artifact, Output, Stack, StackKey, Value
from studiogate.foundation.templates import artifacts as artifacts_template
from studiogate.foundation.templates.endpoints import word
from studiogate.foundation.templates.gateway import gateway, keeps
from studiogate.foundation.warehouse_stacks import workgroup_ids
from studiogate.landscape.model import Landscape
from studiogate.topology.attached import lob_account
from studiogate.topology.endpoint_services import EXECUTE_API, hub_services
from studiogate.topology.ids import Ids
from studiogate.topology.network import Topology

Outputs = Mapping[StackKey, Mapping[str, str]]
"""What each stack that stands gives."""

BUNDLE = ("BundleKey", "BundleRuntime", "BundleArchitecture")
"""What whoever deploys says of the gateway's bundle."""


@dataclass(frozen=True)
class Composed:
    """Everything of one landscape."""

    landscape: Landscape
    plan: NetworkPlan = field(repr=False)
    """What the stacks of its network share."""

    _lobs: LobPlan = field(repr=False)

    @property
    def network(self) -> Topology:
        """The network that is built; the API's id in it is the symbol `ApiId`."""
        return self.plan.network

    @property
    def artifacts(self) -> StackKey:
        """The stack of the bucket that templates and the bundle are put in."""
        return self._lobs.artifacts_key

    @property
    def gateway(self) -> StackKey:
        """The stack of the gateway."""
        return self._lobs.gateway_key

    @cached_property
    def stacks(self) -> tuple[Stack, ...]:
        """Every stack, in the order of the design; `in_order` gives that of building."""
        return tuple(with_shelves(self._stacks(), self._hub))

    def _stacks(self) -> tuple[Stack, ...]:
        execute_api = self._lobs.endpoints_key
        api = Output(self.gateway, "ApiId")
        return (
            Stack(
                self.artifacts,
                artifacts_template.artifacts(self._readers),
                {},
                keeps=artifacts_template.KEEPS,
            ),
            *network_stacks(self.plan),
            *lob_stacks(self._lobs),
            self._gateway(),
            *name_stacks(
                self.plan,
                api=api,
                dns_name=Output(execute_api, "ExecuteApiDnsName"),
                zone=Output(execute_api, "ExecuteApiZoneId"),
            ),
            *standin_stacks(self.plan, api=api),
        )

    @property
    def afterwards(self) -> tuple[Step, ...]:
        """What is settled by calls once the stacks stand."""
        sessions: Iterator[Step] = (
            one
            for lob in self.landscape.lobs
            for told in (named_sessions, propagated)
            for one in told(map(self._lobs.domain_id, self._lobs.domains(lob)))
        )
        return (*sessions, *self._seated(), *closed_by_default(self.stacks))

    def ids(self, outputs: Outputs) -> Ids:
        """What AWS calls the things of the landscape.

        Raises:
            KeyError: a stack does not stand, or does not give what it should.
        """
        plan = self._lobs
        places = (self.plan.hub, *self.plan.others)
        services = hub_services(self.landscape)
        return Ids(
            domains={
                name: _given(outputs, plan.domain_id(name)) for name in self.landscape.domains
            },
            endpoints={one: _given(outputs, plan.endpoint(one)) for one in services},
            vpcs={
                one.name: _given(outputs, self.plan.output(one.name, "VpcId")) for one in places
            },
            api=_given(outputs, Output(self.gateway, "ApiId")),
            workgroups={
                name: _given(outputs, one)
                for name, one in workgroup_ids(self.landscape).items()
            },
        )

    @property
    def _hub(self) -> str:
        return self.plan.hub.account

    @property
    def _readers(self) -> tuple[str, ...]:
        """The accounts of lobs that read a warehouse, whose notebooks fetch the library."""
        return tuple(lob_account(self.landscape, lob) for lob in self._lobs.reads)

    def _seated(self) -> Iterator[Seated]:
        for name, domain in self.landscape.domains.items():
            if domain.rstudio is not None:
                given = self._lobs.domain_id(name)
                yield Seated(given.stack, given, seats(self._lobs, name))

    def _gateway(self) -> Stack:
        told: dict[str, Value] = {
            "VpcId": self.plan.of_hub("VpcId"),
            "SubnetIds": self.plan.of_hub("SubnetIds"),
            f"Vpce{word(EXECUTE_API)}": self._lobs.endpoint(EXECUTE_API),
            "BundleBucket": Output(self.artifacts, "BucketName"),
            **{name: Artifact(name) for name in BUNDLE},
        }
        landscape = self.landscape
        return Stack(self.gateway, gateway(landscape), told, keeps=keeps(landscape))


def composed(landscape: Landscape) -> Composed:
    """Everything of `landscape`.

    Raises:
        LandscapeError: the network cannot be laid out.
        PolicyError: a name cannot stand in a policy.
    """
    network = NetworkPlan(landscape)
    return Composed(landscape, network, lob_plan(landscape, network))


def _given(outputs: Outputs, wanted: Output) -> str:
    return outputs[wanted.stack][wanted.name]
