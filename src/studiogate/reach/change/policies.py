"""Changes to policies: put back what the product says, else widen or drop what decided."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from studiogate.errors import PolicyError
from studiogate.landscape.model import Landscape
from studiogate.policy.evidence import Considered
from studiogate.policy.language import Policy
from studiogate.reach.arrival import network_of
from studiogate.reach.change.edit import Edit
from studiogate.reach.change.places import restored, swapped
from studiogate.reach.change.rewrite import dropped, widened
from studiogate.reach.declared import declared
from studiogate.reach.rulings import Ruling, policies
from studiogate.reach.world import World

_GUARDRAIL = "It takes a guardrail away: make sure of what else it keeps out."
_REVOCATION = "They were revoked: `studiogate restore` undoes that everywhere, if it is to end."


def put_back(known: World) -> Iterator[Edit]:
    """Everything that is not as the product says, made so again on its own."""
    meant = declared(known.landscape, known.ids)
    # Of an account that nobody looked into there is nothing to say.
    read = tuple(one for one in meant.holders if one.account in known.estate.scps)
    for where, estate in restored(known.estate, replace(meant, holders=read)):
        said = "It is not as studiogate writes it."
        made = partial(known.but, estate=estate)
        yield Edit("policy", where, "put back what studiogate writes", said, made)


def loosened(known: World, rulings: tuple[Ruling, ...]) -> Iterator[Edit]:
    """What decided the refusals: first widened by what it saw, then dropped."""
    decisive = [
        (policy, found)
        for ruling in rulings
        if not ruling.decision.allowed
        for found in ruling.explained().decisive
        for policy in policies(ruling.question.layers)
        if policy.name == found.policy
    ]
    for policy, found in decisive:
        yield from _widened(known, policy, found)
    for policy, found in decisive:
        yield from _dropped(known, policy, found)


def _widened(known: World, policy: Policy, found: Considered) -> Iterator[Edit]:
    for fact in found.facts:
        for value in fact.saw or () if fact.key else ():
            more = _more(known.landscape, fact.key, value)
            if not more:
                continue
            where = f"{_statement(found)}, {fact.operator} {fact.key}"
            added = ", ".join(more)
            said = f"The statement then takes {added} for one of its own."
            change = partial(widened, policy, found.statement, fact.key, more)
            made = partial(_changed, known, policy, change)
            yield Edit("policy", where, f"add {added}", said, made)


def _more(landscape: Landscape, key: str, value: str) -> tuple[str, ...]:
    """What to list for `value` to be listed: of an address its whole network, or nothing.

    The client asked about is one of many, and one on the internet is anybody.
    """
    if not key.lower().endswith("sourceip"):
        return (value,)
    network = network_of(landscape, value)
    return tuple(map(str, landscape.networks[network].cidrs)) if network else ()


def _dropped(known: World, policy: Policy, found: Considered) -> Iterator[Edit]:
    if found.effect == "Deny":
        revoked = (found.sid or "").startswith("RevokedAt")
        said = _REVOCATION if revoked else _GUARDRAIL
        change = partial(dropped, policy, found.statement)
        made = partial(_changed, known, policy, change)
        yield Edit("policy", _statement(found), "remove", said, made)


def _statement(found: Considered) -> str:
    return f"statement {found.sid or found.statement} of {found.policy}"


def _changed(known: World, old: Policy, change: Callable[[], Policy]) -> World | None:
    """The world with `old` changed wherever it is attached."""
    try:
        new = change()
    except PolicyError:
        return None
    return known.but(estate=swapped(known.estate, lambda one: new if one == old else one))
