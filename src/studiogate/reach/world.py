"""The world a question is put to: landscape, ids, network and policies, read once.

Everything is a value, so that "what if" is a world with one thing replaced; the indexes beside
them are made anew with each.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from studiogate import names
from studiogate.landscape.model import Landscape
from studiogate.reach.declared import declared
from studiogate.reach.estate import Door, Estate, Holder, Studio
from studiogate.topology.endpoint_services import hub_services
from studiogate.topology.ids import Ids, symbolic
from studiogate.topology.network import Topology, topology


@dataclass(frozen=True, slots=True)
class Bar:
    """Why the directory as it is keeps somebody out, whatever the landscape says of them."""

    said: str
    """One sentence."""

    remedy: str
    """What to do, as the end of a sentence: `run …`."""


@dataclass(frozen=True, slots=True)
class World:
    """Everything that has a say in who opens what from where."""

    landscape: Landscape
    ids: Ids
    topology: Topology
    estate: Estate
    barred: Mapping[str, Bar] = field(default_factory=dict)
    """By person; only a world that was read from accounts has any."""

    studios: Mapping[str, Studio] = field(init=False, repr=False, compare=False)
    """By name in the landscape; a domain that is not there yet is in no estate."""

    profiles: Mapping[str, frozenset[str]] = field(init=False, repr=False, compare=False)
    """The profiles of each of those domains."""

    doors: Mapping[str, Door] = field(init=False, repr=False, compare=False)
    """The shared endpoints by service, as in `endpoint_services`; those that are there."""

    gateway: Holder | None = field(init=False, repr=False, compare=False)
    presigners: Mapping[str, Holder] = field(init=False, repr=False, compare=False)
    """The presign role by account."""

    def __post_init__(self) -> None:
        estate, region = self.estate, self.landscape.region
        services = {one.format(region=region): one for one in hub_services(self.landscape)}
        ours = set(self.ids.endpoints.values())
        roles = [one for one in estate.holders if one.kind == "role"]
        hub = self.landscape.hub_account
        # By id, for accounts may hold other domains under the names of ours.
        by_id = {studio.domain_id: studio for studio in estate.studios}
        domains = self.ids.domains.items()
        studios = {name: by_id[id_] for name, id_ in domains if id_ in by_id}
        made = {
            "studios": studios,
            "profiles": {name: frozenset(one.profiles) for name, one in studios.items()},
            "doors": {services[one.service]: one for one in estate.doors if one.id in ours},
            "gateway": next((one for one in roles if _is(one, names.GATEWAY_ROLE, hub)), None),
            "presigners": {one.account: one for one in roles if one.name == names.PRESIGN_ROLE},
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    def but(
        self,
        *,
        landscape: Landscape | None = None,
        topology: Topology | None = None,
        estate: Estate | None = None,
        barred: Mapping[str, Bar] | None = None,
    ) -> "World":
        """The same world with the parts given in place of its own.

        Nothing follows from anything: a new landscape does not bring a new estate (`world`
        makes a whole new world).
        """
        return replace(
            self,
            landscape=landscape or self.landscape,
            topology=topology or self.topology,
            estate=estate or self.estate,
            barred=self.barred if barred is None else barred,
        )


def world(landscape: Landscape, ids: Ids | None = None) -> World:
    """The world `landscape` declares, with the ids AWS gave or, without, symbolic ones.

    Raises:
        LandscapeError: the network cannot be laid out.
        PolicyError: a name cannot stand in a policy.
    """
    known = ids or symbolic(landscape)
    return World(landscape, known, topology(landscape, known), declared(landscape, known))


def _is(holder: Holder, name: str, account: str) -> bool:
    return holder.name == name and holder.account == account
