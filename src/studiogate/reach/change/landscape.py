"""Changes that a landscape can say: another question, another key.

A key is changed by reading the changed landscape whole: what its rules refuse, as a domain that
opens from the internet, is never proposed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from ipaddress import IPv4Address
from typing import Any

from pydantic import ValidationError

from studiogate import names
from studiogate.landscape.model import CorporateNetwork, Landscape
from studiogate.landscape.place import flow
from studiogate.landscape.rules import findings
from studiogate.landscape.salvage import declared as names_of
from studiogate.reach.change.edit import Edit
from studiogate.reach.declared import declared
from studiogate.reach.estate import Estate
from studiogate.reach.trace import Answer
from studiogate.reach.world import World, world
from studiogate.topology.network import Topology, topology

_DNS_HOST = 53
"""The host number proposed for a DNS server, as in 192.168.10.53."""

_WORDS = re.compile(r"[A-Za-z0-9]+")


def questions(known: World, answer: Answer) -> Iterator[Edit]:
    """The same person and domain, asked from the networks it opens from."""
    for network in known.landscape.domains[answer.domain].opens_from:
        if network != answer.network:
            said = f"{answer.domain} opens from {network}: connect to it, and change nothing."
            yield Edit("question", "--from", network, said, lambda: known, network)


def opening_keys(known: World, answer: Answer) -> Iterator[Edit]:
    """Keys that might let the person in."""
    yield from _more_networks(known, answer)
    yield from _into_the_lob(known, answer)
    yield from _dns_servers(known, answer)


def closing_keys(known: World, answer: Answer) -> Iterator[Edit]:
    """Keys that might keep the person out."""
    opens_from = known.landscape.domains[answer.domain].opens_from
    rest = [name for name in opens_from if name != answer.network]
    if rest:
        said = f"Nobody opens {answer.domain} from {answer.network} any more."
        yield _keyed(known, ("domains", answer.domain), {"opens_from": rest}, said)
    lob = known.landscape.people[answer.person].lob
    said = f"{answer.person} opens none of {lob}'s domains any more."
    yield _keyed(known, ("people", answer.person), {"lob": None}, said)


def _more_networks(known: World, answer: Answer) -> Iterator[Edit]:
    opens_from = known.landscape.domains[answer.domain].opens_from
    if answer.network not in opens_from:
        lob = known.landscape.domains[answer.domain].lob
        said = f"Everybody of {lob} may then open {answer.domain} from {answer.network}."
        more = {"opens_from": [*opens_from, answer.network]}
        yield _keyed(known, ("domains", answer.domain), more, said)


def _into_the_lob(known: World, answer: Answer) -> Iterator[Edit]:
    row, lob = known.landscape.people[answer.person], known.landscape.domains[answer.domain].lob
    if row.lob == lob:
        return
    lost = [name for name, one in known.landscape.domains.items() if one.lob == row.lob]
    but = f", but loses {', '.join(lost)}" if row.lob is not None and lost else ""
    said = f"{answer.person} then belongs to {lob} and opens all its domains{but}."
    values = {"lob": lob}
    if row.profile is None and not names.is_profile(answer.person):
        values["profile"] = _profile_for(answer.person)
    yield _keyed(known, ("people", answer.person), values, said)


def _dns_servers(known: World, answer: Answer) -> Iterator[Edit]:
    network = known.landscape.networks.get(answer.network)
    if isinstance(network, CorporateNetwork) and not network.dns_servers:
        cidr = network.cidrs[0]
        host = IPv4Address(int(cidr.network_address) + min(_DNS_HOST, cidr.num_addresses - 1))
        said = f"The DNS servers of {answer.network} forward the private names to the hub."
        yield _keyed(known, ("networks", answer.network), {"dns_servers": [str(host)]}, said)


def _profile_for(person: str) -> str:
    """A profile for somebody whose sign-in name cannot be one."""
    return "-".join(_WORDS.findall(person.partition("@")[0]))


def _keyed(known: World, where: tuple[str, str], values: Mapping[str, Any], said: str) -> Edit:
    """The edit that writes `values` into the entry at `where`."""
    key, text = ".".join(where), _flow(values)
    if len(values) == 1:
        only = next(iter(values))
        key, text = f"{key}.{only}", _text(values[only])
    return Edit("landscape", key, text, said, partial(_made, known, where, values))


def _flow(values: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{key}: {_text(value)}" for key, value in values.items()) + "}"


def _text(value: Any) -> str:
    if value is None:
        return "null"
    return f"[{', '.join(map(flow, value))}]" if isinstance(value, list) else flow(value)


def _made(known: World, where: tuple[str, str], values: Mapping[str, Any]) -> World | None:
    """The world with those keys written; `None` where the landscape would not be sound."""
    section, name = where
    data = known.landscape.model_dump(by_alias=True)
    data[section][name] |= values
    try:
        changed = Landscape.model_validate(data)
    except ValidationError:
        return None
    if any(findings(changed, names_of(_sections(changed)))):
        return None
    return _carried(known, changed)


def _sections(landscape: Landscape) -> Mapping[str, Any]:
    return {name: getattr(landscape, name) for name in Landscape.model_fields}


def _carried(known: World, landscape: Landscape) -> World:
    """The world of `landscape`, with whatever in `known` is not as declared left as it is."""
    new = world(landscape, known.ids)
    return new.but(
        topology=_network(known, new.topology),
        estate=_estate(known, new.estate),
    )


def _network(known: World, new: Topology) -> Topology:
    meant = set(topology(known.landscape, known.ids).parts)
    there = known.topology.parts
    gone = [part for part in new.parts if part in meant and part not in set(there)]
    return new.without(*gone).having(*(part for part in there if part not in meant))


def _estate(known: World, new: Estate) -> Estate:
    before = declared(known.landscape, known.ids)
    if known.estate == before:
        return new
    old = {studio.name: set(studio.profiles) for studio in before.studios}
    after = {studio.name: set(studio.profiles) for studio in new.studios}
    gone = {name: profiles - after[name] for name, profiles in old.items()}
    more = {name: profiles - old[name] for name, profiles in after.items()}
    return replace(
        known.estate,
        studios=tuple(
            replace(
                studio,
                profiles=(
                    *(one for one in studio.profiles if one not in gone[studio.name]),
                    *sorted(more[studio.name] - set(studio.profiles)),
                ),
            )
            for studio in known.estate.studios
        ),
    )
