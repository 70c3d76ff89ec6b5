"""Changes that a landscape can say: another question, another key.

A key is changed by reading the changed landscape whole: what its rules refuse, as a domain that
opens from the internet, is never proposed.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from ipaddress import IPv4Address
from typing import Any

from pydantic import ValidationError

from studiogate.landscape.model import CorporateNetwork, Landscape
from studiogate.landscape.place import flow
from studiogate.landscape.profiles import Unfit
from studiogate.landscape.rules import findings
from studiogate.landscape.salvage import declared as names_of
from studiogate.reach.change.edit import Edit
from studiogate.reach.declared import declared
from studiogate.reach.estate import Estate
from studiogate.reach.trace import Answer
from studiogate.reach.world import World, world
from studiogate.topology.network import Topology, topology
from studiogate.topology.parts import Part

_DNS_HOST = 53
"""The host number proposed for a DNS server, as in 192.168.10.53."""

_WORDS = re.compile(r"[A-Za-z0-9]+")


class _Old:
    """The world before the change, and what its landscape alone would make of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.landscape = world.landscape

    @cached_property
    def planned(self) -> frozenset[Part]:
        """Every part of the network that the landscape plans."""
        return frozenset(topology(self.landscape, self.world.ids).parts)

    @cached_property
    def declared(self) -> Estate:
        """The estate that the landscape declares."""
        return declared(self.landscape, self.world.ids)


def questions(known: World, answer: Answer) -> Iterator[Edit]:
    """The same person and domain, asked from the networks it opens from."""
    for network in known.landscape.domains[answer.domain].opens_from:
        if network != answer.network:
            said = f"{answer.domain} opens from {network}: connect to it, and change nothing."
            yield Edit("question", "--from", network, said, lambda: known, network)


def opening_keys(known: World, answer: Answer) -> Iterator[Edit]:
    """Keys that might let the person in."""
    old = _Old(known)
    yield from _more_networks(old, answer)
    yield from _into_the_lob(old, answer)
    yield from _dns_servers(old, answer)


def closing_keys(known: World, answer: Answer) -> Iterator[Edit]:
    """Keys that might keep the person out, by how many openings each ends."""
    old = _Old(known)
    lob = known.landscape.people[answer.person].lob
    people = [one for one in known.landscape.people.values() if one.lob == lob]
    theirs = [one.opens_from for one in known.landscape.domains.values() if one.lob == lob]
    found = [(sum(map(len, theirs)), _out_of_the_lob(old, answer))]
    opens_from = known.landscape.domains[answer.domain].opens_from
    if rest := [name for name in opens_from if name != answer.network]:
        said = f"Nobody of {lob} opens {answer.domain} from {answer.network} any more."
        fewer = _keyed(old, ("domains", answer.domain), {"opens_from": rest}, said)
        found.insert(0, (len(people), fewer))
    yield from (edit for _, edit in sorted(found, key=lambda one: one[0]))


def _out_of_the_lob(old: _Old, answer: Answer) -> Edit:
    lob = old.landscape.people[answer.person].lob
    said = f"{answer.person} opens none of {lob}'s domains any more."
    return _keyed(old, ("people", answer.person), {"lob": None}, said)


def _more_networks(old: _Old, answer: Answer) -> Iterator[Edit]:
    opens_from = old.landscape.domains[answer.domain].opens_from
    if answer.network not in opens_from:
        lob = old.landscape.domains[answer.domain].lob
        said = f"Everybody of {lob} may then open {answer.domain} from {answer.network}."
        more = {"opens_from": [*opens_from, answer.network]}
        yield _keyed(old, ("domains", answer.domain), more, said)


def _into_the_lob(old: _Old, answer: Answer) -> Iterator[Edit]:
    row, lob = old.landscape.people[answer.person], old.landscape.domains[answer.domain].lob
    if row.lob == lob:
        return
    lost = [name for name, one in old.landscape.domains.items() if one.lob == row.lob]
    but = f", but loses {', '.join(lost)}" if row.lob is not None and lost else ""
    said = f"{answer.person} then belongs to {lob} and opens all its domains{but}."
    values = {"lob": lob}
    made = old.landscape.derived_profile(answer.person)
    if row.profile is None and isinstance(made, Unfit):
        values["profile"] = _profile_for(answer.person)
    yield _keyed(old, ("people", answer.person), values, said)


def _dns_servers(old: _Old, answer: Answer) -> Iterator[Edit]:
    network = old.landscape.networks.get(answer.network)
    if isinstance(network, CorporateNetwork) and not network.dns_servers:
        cidr = network.cidrs[0]
        host = IPv4Address(int(cidr.network_address) + min(_DNS_HOST, cidr.num_addresses - 1))
        said = f"The DNS servers of {answer.network} forward the private names to the hub."
        yield _keyed(old, ("networks", answer.network), {"dns_servers": [str(host)]}, said)


def _profile_for(person: str) -> str:
    """A profile for somebody whose sign-in name cannot be one."""
    return "-".join(_WORDS.findall(person.partition("@")[0]))


def _keyed(old: _Old, where: tuple[str, str], values: Mapping[str, Any], said: str) -> Edit:
    """The edit that writes `values` into the entry at `where`."""
    key, text = ".".join(where), _flow(values)
    if len(values) == 1:
        only = next(iter(values))
        key, text = f"{key}.{only}", _text(values[only])
    return Edit("landscape", key, text, said, partial(_made, old, where, values))


def _flow(values: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{key}: {_text(value)}" for key, value in values.items()) + "}"


def _text(value: Any) -> str:
    if value is None:
        return "null"
    return f"[{', '.join(map(flow, value))}]" if isinstance(value, list) else flow(value)


def _made(old: _Old, where: tuple[str, str], values: Mapping[str, Any]) -> World | None:
    """The world with those keys written; `None` where the landscape would not be sound."""
    section, name = where
    data = old.landscape.model_dump(by_alias=True)
    data[section][name] |= values
    try:
        changed = Landscape.model_validate(data)
    except ValidationError:
        return None
    if any(findings(changed, names_of(_sections(changed)))):
        return None
    return _carried(old, changed)


def _sections(landscape: Landscape) -> Mapping[str, Any]:
    return {name: getattr(landscape, name) for name in Landscape.model_fields}


def _carried(old: _Old, landscape: Landscape) -> World:
    """The world of `landscape`, with whatever in the old one is not as declared left so."""
    new = world(landscape, old.world.ids)
    return new.but(
        topology=_network(old, new.topology),
        estate=_estate(old, new.estate),
        barred=old.world.barred,
    )


def _network(old: _Old, new: Topology) -> Topology:
    there = old.world.topology.parts
    gone = old.planned - frozenset(there)
    lacking = [part for part in new.parts if part in gone]
    more = [part for part in there if part not in old.planned]
    return new.without(*lacking).having(*more) if lacking or more else new


def _estate(old: _Old, new: Estate) -> Estate:
    there, before = old.world.estate, old.declared
    if there == before:
        return new
    # By id: accounts may hold domains that no landscape knows.
    had = {studio.domain_id: set(studio.profiles) for studio in before.studios}
    has = {studio.domain_id: set(studio.profiles) for studio in new.studios}
    gone = {id_: profiles - has[id_] for id_, profiles in had.items()}
    more = {id_: profiles - had[id_] for id_, profiles in has.items()}
    return replace(
        there,
        studios=tuple(
            replace(
                studio,
                profiles=(
                    *_without(studio.profiles, gone.get(studio.domain_id, set())),
                    *sorted(more.get(studio.domain_id, set()) - set(studio.profiles)),
                ),
            )
            for studio in there.studios
        ),
    )


def _without(profiles: Iterable[str], gone: Collection[str]) -> Iterator[str]:
    return (one for one in profiles if one not in gone)
