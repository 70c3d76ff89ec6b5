"""Steps that say no because something is not there, or because nobody has looked at it."""

from studiogate.reach.trace import MISSING, Fact, Layer, Step
from studiogate.topology.network import Topology


def no_door(topology: Topology, layer: Layer, service: str) -> Step:
    """That the hub has no endpoint for `service`."""
    name = service.format(region=topology.region)
    said = f"{topology.hub} has no VPC endpoint for {name}. Create it: nothing else leads in."
    fact = Fact("VPC endpoint", name, MISSING, held=False)
    return Step(layer, ok=False, said=said, by=f"no endpoint for {name}", facts=(fact,))


def no_role(account: str, role: str) -> Step:
    """That `account` has no `role`."""
    said = f"There is no role {role} in account {account}, so nobody can make a URL."
    fact = Fact("role", role, MISSING, held=False)
    return Step(Layer.ROLE, ok=False, said=said, by=f"account {account}", facts=(fact,))


def unread(account: str) -> Step:
    """That the guardrails of `account` are not known: that is not the same as none."""
    said = f"The guardrails over account {account} were not read, so nothing is known."
    return Step(Layer.ROLE, ok=False, said=said, by="what could not be read")
