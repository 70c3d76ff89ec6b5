"""One person and one domain on the way through every layer, from any network.

What does not depend on the network is asked once and remembered.  A no does not end the trace:
each layer is asked what it would say if those before it had said yes, so that all reasons are
seen.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from studiogate import names
from studiogate.reach.claims import grant_step, person_step
from studiogate.reach.network.dns import Lookup, lookup
from studiogate.reach.network.route import path
from studiogate.reach.network.walk import Hop
from studiogate.reach.questions import assuming, creating, invoking, opening, using
from studiogate.reach.rulings import Ruling, rule, ruled
from studiogate.reach.stops import no_door, no_role, unread
from studiogate.reach.trace import MISSING, PUBLIC, Fact, Layer, Step
from studiogate.reach.world import World
from studiogate.topology.endpoint_services import EXECUTE_API, SAGEMAKER_API, STS, STUDIO


class Chain:
    """Every layer, for `person` and `domain` of `world`; both names are known to be there.

    Without `evidence` the steps carry no facts about policies, which are the costly part.
    """

    def __init__(
        self, world: World, person: str, domain: str, *, evidence: bool = True
    ) -> None:
        self._world = world
        self._topology = world.topology
        self._person = person
        self._domain = domain
        self._evidence = evidence
        self._way = opening(world, person, domain)

    def steps(self, network: str) -> tuple[Step, ...]:
        """What each layer says, asked from `network`, in their order."""
        return tuple(self._steps(network))

    def rulings(self, network: str) -> tuple[Ruling, ...]:
        """What the policies were asked and said, in the order of the layers."""
        public = self._name(network, self._topology.api_name).public
        api = self._invocation(network, private=not public)
        found = (api, *self._assumption, *self._creation, self._use(network))
        return tuple(one for one in found if one is not None)

    def _steps(self, network: str) -> Iterator[Step]:
        yield self._known
        yield grant_step(self._world, self._person, self._domain, network)
        name = self._name(network, self._topology.api_name)
        yield _resolved(Layer.API_DNS, name, ok=name.private)
        if name.private:
            yield self._routed(Layer.API_ROUTE, network, EXECUTE_API)
        if name.public or EXECUTE_API in self._world.doors:
            yield self._invoked(network, private=not name.public)
        yield from self._made
        yield from self._entered(network)

    @cached_property
    def _known(self) -> Step:
        return person_step(self._world, self._person)

    def _name(self, network: str, name: str) -> Lookup:
        return lookup(self._topology, network, name)

    def _routed(self, layer: Layer, network: str, service: str) -> Step:
        if service not in self._world.doors:
            return no_door(self._topology, layer, service)
        found = path(self._topology, network, service)
        facts = (
            *(_hop("there", hop) for hop in found.hops),
            *(_hop("back", hop) for hop in found.back),
        )
        return Step(layer, found.reaches, found.said, found.by, facts)

    # The private API.

    def _invocation(self, network: str, *, private: bool) -> Ruling | None:
        if private and EXECUTE_API not in self._world.doors:
            return None
        question = invoking(self._world, self._person, network, private=private)
        return None if question is None else rule(Layer.API_POLICY, question)

    def _invoked(self, network: str, *, private: bool) -> Step:
        ruling = self._invocation(network, private=private)
        if ruling is None:
            said = "The resource policy of the private API was not read, so nothing is known."
            return Step(Layer.API_POLICY, ok=False, said=said, by="what could not be read")
        yes = "The private API lets the request in: its policy, and what the token allows."
        return ruled([ruling], yes, with_facts=self._evidence)

    # The gateway's part, from the hub: the same for every network.

    @cached_property
    def _assumption(self) -> tuple[Ruling, ...]:
        if self._way is None or self._lacking or STS not in self._world.doors:
            return ()
        return tuple(rule(Layer.ROLE, one) for one in assuming(self._world, self._way))

    @cached_property
    def _creation(self) -> tuple[Ruling, ...]:
        if self._way is None or self._lacking or SAGEMAKER_API not in self._world.doors:
            return ()
        return (rule(Layer.CREATE, creating(self._world, self._way)),)

    @cached_property
    def _made(self) -> tuple[Step, ...]:
        way = self._way
        if way is None:
            return ()
        if self._lacking:
            return (self._lacking,)
        become = (
            f"The gateway becomes {names.PRESIGN_ROLE} of {way.lob} as {way.person}, "
            f"for the profile {way.profile}."
        )
        make = (
            f"As that role it makes a URL for {way.profile} in {way.domain_id}, from the hub."
        )
        return (
            self._from_hub(Layer.ROLE, STS, self._assumption, become),
            self._opened_by_iam(
                self._from_hub(Layer.CREATE, SAGEMAKER_API, self._creation, make)
            ),
        )

    @cached_property
    def _lacking(self) -> Step | None:
        """That a role is not there, or what is over it was not read; `None` for neither."""
        way, world = self._way, self._world
        if way is None:
            return None
        hub = world.landscape.hub_account
        if world.gateway is None:
            return no_role(hub, names.GATEWAY_ROLE)
        if way.account not in world.presigners:
            return no_role(way.account, names.PRESIGN_ROLE)
        unknown = [one for one in (hub, way.account) if one not in world.estate.scps]
        unknown += [way.account] if way.account not in world.estate.rcps else []
        return unread(unknown[0]) if unknown else None

    def _from_hub(
        self, layer: Layer, service: str, rulings: tuple[Ruling, ...], yes: str
    ) -> Step:
        """What the policies say, unless the gateway does not get to the service at all."""
        hub = self._world.landscape.gateway.network
        if service not in self._world.doors:
            return no_door(self._topology, layer, service)
        name = self._name(hub, self._topology.service_name(service))
        if not name.private:
            return Step(layer, ok=False, said=_for_the_gateway(layer, name.said), by=name.by)
        way = path(self._topology, hub, service)
        if not way.reaches:
            return Step(layer, ok=False, said=_for_the_gateway(layer, way.said), by=way.by)
        return self._own_account(rulings, ruled(rulings, yes, with_facts=self._evidence))

    def _own_account(self, rulings: tuple[Ruling, ...], step: Step) -> Step:
        """`step`, in plainer words where it is refused for being of another account."""
        way = self._way
        across = any(one.decision.layer == "resource" for one in rulings if not step.ok)
        if way is None or not way.foreign or not across:
            return step
        said = (
            f"{way.lob}'s role is of account {way.account}; {way.domain} is in {way.owner}, "
            "where nothing lets it in."
        )
        return replace(step, said=said, by=f"account {way.owner}")

    def _opened_by_iam(self, step: Step) -> Step:
        """`step`, unless there is no such profile or the domain takes no URLs."""
        way = self._way
        if way is None or not step.ok:
            return step
        mode = self._world.studios[way.domain].auth_mode
        there = way.profile in self._world.profiles[way.domain]
        facts = (
            Fact("AuthMode", "IAM", mode, held=mode == "IAM"),
            Fact("profile", way.profile, way.profile if there else MISSING, held=there),
        )
        said = {
            facts[0]: f"{way.domain_id} signs people in by {mode}, so no URL can be made. "
            "AWS does not let that be changed: make another domain.",
            facts[1]: f"There is no profile {way.profile} in {way.domain_id}.",
        }
        missed = next((fact for fact in facts if not fact.held), None)
        if missed is None:
            return step
        by = f"the {missed.what} of {way.domain_id}"
        return Step(step.layer, ok=False, said=said[missed], by=by, facts=facts)

    # The browser at Studio.

    def _entered(self, network: str) -> Iterator[Step]:
        studio = self._world.studios.get(self._domain)
        if studio is None:
            return
        name = self._name(network, self._topology.studio_name(studio.domain_id))
        use = self._use(network)
        # A public answer is no refusal by itself: the request then comes from the internet,
        # and whether it is let in is for the policies to say.
        let_in = name.private or (name.public and use is not None and use.decision.allowed)
        yield _resolved(Layer.STUDIO_DNS, name, ok=let_in)
        if name.private:
            yield self._routed(Layer.STUDIO_ROUTE, network, STUDIO)
        if use is not None:
            yes = "Studio lets the browser in: the same role's policies, asked from here."
            yield self._own_account((use,), ruled([use], yes, with_facts=self._evidence))

    def _use(self, network: str) -> Ruling | None:
        way = self._way
        if way is None or self._lacking:
            return None
        public = self._name(network, self._topology.studio_name(way.domain_id)).public
        if not public and STUDIO not in self._world.doors:
            return None
        return rule(Layer.USE, using(self._world, way, network, private=not public))


def _resolved(layer: Layer, name: Lookup, *, ok: bool) -> Step:
    saw = PUBLIC if name.public else MISSING
    if name.private:
        saw = ", ".join(map(str, name.addresses))
    asked = f"{name.name}, asked of {', then of '.join(name.chain[1:]) or 'nobody'}"
    facts = (Fact(asked, "a private address", saw, name.private),)
    return Step(layer, ok, name.said, name.by, facts)


def _for_the_gateway(layer: Layer, said: str) -> str:
    """What a sentence about the hub's network means for the gateway, which is there."""
    means = "becomes nobody" if layer is Layer.ROLE else "makes no URL"
    return f"The gateway {means}: {said[0].lower()}{said[1:]}"


def _hop(way: str, hop: Hop) -> Fact:
    held = hop.local or hop.route is not None
    return Fact(f"{way}, {hop.table}", "a route", str(hop) if held else MISSING, held)
