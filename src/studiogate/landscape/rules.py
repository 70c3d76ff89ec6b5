"""What needs two places of the landscape at once: names must point at something that fits.

Pure: a landscape in, findings out.  `collisions` has the rules about things that must not be
the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from studiogate import names
from studiogate.landscape.building import building
from studiogate.landscape.collisions import collisions
from studiogate.landscape.complaints import Finding
from studiogate.landscape.document import Path
from studiogate.landscape.image_rules import image_findings
from studiogate.landscape.model import (
    INTERNET,
    CorporateNetwork,
    Domain,
    Landscape,
    Never,
    OidcIdp,
    VpcNetwork,
)
from studiogate.landscape.people_rules import people_findings
from studiogate.landscape.place import listed
from studiogate.landscape.pointing import Declared, pointing
from studiogate.landscape.warehouse_rules import warehouse_findings

ANY = "*"


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules, over one landscape."""

    landscape: Landscape
    declared: Declared

    def point(self, path: Path, name: str | None, section: str) -> Iterator[Finding]:
        """The finding that nothing in `section` is called `name`."""
        return pointing(self.declared, path, name, section)

    def vpc(self, path: Path, name: str, account: str | None, what: str) -> Iterator[Finding]:
        """The findings about a reference to a VPC that must be in `account`."""
        yield from self.point(path, name, "networks")
        network = self.landscape.networks.get(name)
        if network is None:
            return
        if not isinstance(network, VpcNetwork):
            yield Finding(path, f"{name!r} is a corporate network", f"{what} is in a VPC.")
        elif account is not None and self._elsewhere(network, account):
            fitting = [n for n, a in self._vpcs() if a == account]
            yield Finding(
                path,
                f"{name!r} is in account {network.account!r}, not in {account!r}",
                f"{what} is in the account it belongs to. Networks there: {listed(fitting)}.",
            )

    def _elsewhere(self, network: VpcNetwork, account: str) -> bool:
        """Whether `network` is in another account, and not in one that is not there."""
        known = self.declared["accounts"] or ()
        return network.account != account and network.account in known

    def _vpcs(self) -> Iterator[tuple[str, str]]:
        for name, network in self.landscape.networks.items():
            if isinstance(network, VpcNetwork):
                yield name, network.account

    def hub_account(self) -> str | None:
        """The account the gateway is in, where the landscape says so."""
        hub = self.landscape.networks.get(self.landscape.gateway.network)
        return hub.account if isinstance(hub, VpcNetwork) else None

    def networks(self) -> Iterator[Finding]:
        if INTERNET in self.landscape.networks:
            yield Finding(
                ("networks", INTERNET),
                "`internet` is the name of everywhere else",
                "Choose another name for this network.",
            )
        for name, account in self._vpcs():
            yield from self.point(("networks", name, "account"), account, "accounts")
        for name, network in self.landscape.networks.items():
            if isinstance(network, CorporateNetwork):
                path: Path = ("networks", name, "simulated_in")
                yield from self.point(path, network.simulated_in, "accounts")
        path = ("gateway", "network")
        yield from self.vpc(path, self.landscape.gateway.network, None, "The gateway")

    def idps(self) -> Iterator[Finding]:
        for name, idp in self.landscape.idps.items():
            if isinstance(idp, OidcIdp) and not _safe_issuer(idp.issuer):
                yield Finding(
                    ("idps", name, "issuer"),
                    "the issuer is not reached over https",
                    "Begin it with https://: whoever can change what it answers signs for "
                    "everybody. Only a loopback address may do without.",
                )

    def lobs(self) -> Iterator[Finding]:
        hub = self.hub_account()
        for name, lob in self.landscape.lobs.items():
            path = ("lobs", name, "account")
            yield from self.point(path, lob.account, "accounts")
            if lob.account == hub:
                yield Finding(
                    path,
                    f"{lob.account!r} is the account of the gateway",
                    "Give the lob an account of its own: in the gateway's it would reach "
                    "every other lob.",
                )

    def domains(self) -> Iterator[Finding]:
        for name, domain in self.landscape.domains.items():
            path: Path = ("domains", name)
            yield from self.point((*path, "lob"), domain.lob, "lobs")
            lob = self.landscape.lobs.get(domain.lob)
            account = lob.account if lob else None
            what = "A domain of the lob" if lob else "A domain"
            yield from self.vpc((*path, "network"), domain.network, account, what)
            yield from self._opens_from(path, domain)

    def _opens_from(self, path: Path, domain: Domain) -> Iterator[Finding]:
        for n, network in enumerate(domain.opens_from):
            here = (*path, "opens_from", n)
            if network == INTERNET:
                yield Finding(
                    here,
                    "a domain cannot open from the internet: this is a private front door",
                    "Name the corporate network or the VPC people are in, and give those "
                    "outside a VPN into it.",
                )
            else:
                yield from self.point(here, network, "networks")

    def warehouses(self) -> Iterator[Finding]:
        for name, warehouse in self.landscape.warehouses.items():
            path: Path = ("warehouses", name)
            yield from self.point((*path, "account"), warehouse.account, "accounts")
            yield from self.vpc(
                (*path, "network"), warehouse.network, warehouse.account, "A warehouse"
            )
            for lob in warehouse.readers:
                yield from self.point((*path, "readers", lob), lob, "lobs")

    def invariants(self) -> Iterator[Finding]:
        for n, invariant in enumerate(self.landscape.invariants):
            yield from self._never(("invariants", n, "never"), invariant.never)

    def _never(self, path: Path, never: Never) -> Iterator[Finding]:
        if never.open != ANY:
            yield from self.point((*path, "open"), never.open, "domains")
        if never.from_ not in {ANY, INTERNET}:
            yield from self.point((*path, "from"), never.from_, "networks")
        yield from self.point((*path, "lob"), never.lob, "lobs")
        yield from self.point((*path, "person"), never.person, "people")


def findings(landscape: Landscape, declared: Declared) -> Iterator[Finding]:
    """Everything in `landscape` that does not fit together, in no particular order.

    `declared` has the names of the file, which may be more than `landscape` has: an entry that
    cannot be read is not there, but names that point at it still point at something.
    """
    rules = _Rules(landscape, declared)
    yield from rules.networks()
    yield from rules.idps()
    yield from rules.lobs()
    yield from rules.domains()
    yield from people_findings(landscape, declared)
    yield from rules.warehouses()
    yield from warehouse_findings(landscape)
    yield from image_findings(landscape, declared)
    yield from rules.invariants()
    yield from collisions(landscape)
    yield from building(landscape)


def _safe_issuer(issuer: str) -> bool:
    """Whether what the issuer publishes cannot be changed on the way to us."""
    try:
        url = urlsplit(issuer)
        host = url.hostname or ""
    except ValueError:
        return False
    return bool(host) and (
        url.scheme == "https" or host == "localhost" or names.is_loopback_address(host)
    )
