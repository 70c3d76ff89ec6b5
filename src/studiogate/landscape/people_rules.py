"""What has to hold of each person: where they belong, whose word counts, what they are called.

Pure: a landscape in, findings out.  What two people must not share is in `collisions`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from studiogate import names
from studiogate.landscape.complaints import Finding
from studiogate.landscape.document import Path, shown
from studiogate.landscape.model import OWN_POOL, Landscape
from studiogate.landscape.people import Person
from studiogate.landscape.pointing import Declared, pointing
from studiogate.landscape.profiles import Unfit, unfit_for_database, unfit_for_studio

RESERVED_PEOPLE = frozenset({
    "api", "cli", "device", "healthz", "metrics", "open", "reach", "readyz", "saml", "scim",
    "signin", "signout",
})  # fmt: skip
"""Names the gateway answers itself, where the published `GET /{person}` has people (S4-18)."""


def people_findings(landscape: Landscape, declared: Declared) -> Iterator[Finding]:
    """Everything about the people of `landscape` that does not fit; see `rules.findings`."""
    rules = _Rules(landscape, declared)
    for name, person in landscape.people.items():
        path: Path = ("people", name)
        yield from pointing(declared, (*path, "lob"), person.lob, "lobs")
        yield from rules.vouched((*path, "idp"), person)
        yield from rules.profile((*path, "profile"), name, person)
        if name.casefold() in RESERVED_PEOPLE:
            yield Finding(
                path,
                "the gateway answers this path itself",
                "Choose another sign-in name: each person has the path /NAME.",
            )
        if person.demo_password is not None and landscape.environment != "demo":
            yield Finding(
                (*path, "demo_password"),
                f"a password in a landscape of {landscape.environment!r}",
                "Remove it, and change it wherever else it is used; people sign in at "
                "their idp. Passwords are for `environment: demo` alone.",
            )


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules about one person, over one landscape."""

    landscape: Landscape
    declared: Declared

    def vouched(self, path: Path, person: Person) -> Iterator[Finding]:
        """The findings about whose word counts for somebody (OWASP ASVS 5, 6.8.1)."""
        pool = [OWN_POOL] if self.landscape.gateway.user_pool else []
        for idp in person.idp or ():
            if idp not in pool:
                yield from pointing(self.declared, path, idp, "idps")
        known = self.declared["idps"]
        if person.idp is None and known and len({*known, *pool}) > 1:
            yield Finding(
                path,
                "is missing, and there are several idps: whichever of them signs this name "
                "would be believed",
                "Name those whose word counts for them. "
                f"For example: `idp: {shown(known[0])}`.",
            )

    def profile(self, path: Path, name: str, person: Person) -> Iterator[Finding]:
        """The findings about somebody's profile, in every alphabet it has to live in."""
        if person.lob is None:
            return
        profile = person.profile or self.landscape.derived_profile(name)
        if isinstance(profile, Unfit):
            yield self._no_profile(path, name, profile)
        elif unfit := unfit_for_studio(profile):
            yield Finding(path, unfit.why, unfit.remedy)
        elif (warehouse := self._reads(person.lob)) and (unfit := unfit_for_database(profile)):
            yield Finding(
                path,
                f"{profile!r} {unfit.why}, and {person.lob!r} reads {warehouse!r}",
                unfit.remedy,
            )
        elif warehouse := self._too_long_for(person.lob, profile):
            yield Finding(
                path,
                f"{profile!r} is too long for a role of their own, by which alone the "
                f"workgroup of {warehouse!r} is read",
                "Give the warehouse a shorter name, or the profile: a role has 64 characters.",
            )

    def _no_profile(self, path: Path, name: str, unfit: Unfit) -> Finding:
        """The finding that no profile can be made from `name`."""
        proposed = f"For example: `profile: {_proposed(name)}`."
        if self.landscape.profiles is not None:
            what = f"is missing, and the sign-in name {unfit.why}"
            return Finding(path, what, f"{unfit.remedy} {proposed}")
        return Finding(
            path,
            "is missing, and the sign-in name cannot be a Studio profile",
            "Add `profile:`, of letters, digits and inner hyphens, at most 63, or say once "
            f"with `profiles:` how one is made. {proposed}",
        )

    def _reads(self, lob: str) -> str | None:
        """A cluster that `lob` reads, whose database users its people are, if there is one."""
        for name, one in self.landscape.warehouses.items():
            if one.cluster is not None and lob in one.readers:
                return name
        return None

    def _too_long_for(self, lob: str, profile: str) -> str | None:
        """A workgroup that `lob` reads and `profile` can have no role for, if there is one."""
        for name, one in self.landscape.warehouses.items():
            if one.workgroup is not None and lob in one.readers:
                role = names.own_reader_role(name, profile)
                if not names.fits_a_role(role):
                    return name
        return None


def _proposed(name: str) -> str:
    """A profile for somebody whose sign-in name cannot be one."""
    local = name.partition("@")[0]
    words = "".join(letter if letter.isalnum() else " " for letter in local).split()
    return "-".join(words)[:63].rstrip("-") or "ada"
