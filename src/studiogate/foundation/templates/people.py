"""The profiles of one domain (S1-06): text put together, for there may be tens of thousands.

A template is rendered once, with one profile in it, and cut up; each profile after that is two
names put between the pieces.  The result is what rendering all of them would give, byte for
byte.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

import yaml
from troposphere import sagemaker

from studiogate.foundation.stacks import Template
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.studio_parameters import told
from studiogate.foundation.templates.subnets import described

TOGETHER = 100
"""Profiles that one template may have before they are spread over several."""

SPREAD = 8
"""Into so many templates they are spread, and then into so many times as many."""

# A letter first, so that it is neither number nor date; and none of YAML 1.1's words.
_PLAIN = re.compile(r"(?!(?i:y|n|yes|no|on|off|true|false|null)\Z)[A-Za-z][A-Za-z0-9-]*\Z")
_MARK = "A-MARK"


def spread(profiles: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """The profiles that go together, by the number of their template, counted from 0."""
    places = 1
    while len(profiles) > TOGETHER * places:
        places *= SPREAD
    return spread_over(places, profiles)


def spread_over(places: int, profiles: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """The profiles that go together when there are so many `places` for them.

    Which template a profile is in follows from its name, so that somebody who comes or goes
    moves nobody else: what moves is deleted in one place and made anew in another.
    """
    found: dict[int, list[str]] = {}
    for profile in profiles:
        number = int.from_bytes(sha256(profile.encode()).digest()[:4], "big") % places
        found.setdefault(number, []).append(profile)
    return {number: tuple(found[number]) for number in sorted(found)}


def people(profiles: Sequence[str]) -> Template:
    """The template of `profiles` in the domain `DomainId`."""
    rendered = _rendered()
    before, between, after = rendered.profile
    bodies = (f"{before}{logical_id(one)}{between}{scalar(one)}{after}" for one in profiles)
    return Template(
        shape="people",
        text="".join((rendered.head, *bodies)),
        parameters=frozenset({"DomainId"}),
        outputs=frozenset(),
        named_roles=False,
    )


def drawn(profiles: Sequence[str]) -> Template:
    """The same template, rendered whole; what `people` is to equal."""
    template = described("profiles of one Studio domain")
    domain = told(template, "DomainId")
    for profile in profiles:
        template.add_resource(
            sagemaker.UserProfile(logical_id(profile), DomainId=domain, UserProfileName=profile)
        )
    return made("people", template)


def logical_id(profile: str) -> str:
    """The logical id of `profile`; no two profiles have the same."""
    return "Profile" + profile.replace("Z", "ZZ").replace("-", "Zd")


@dataclass(frozen=True, slots=True)
class _Rendered:
    head: str
    profile: tuple[str, str, str]
    """What is before a profile's logical id, between that and its name, and after it."""


@cache
def _rendered() -> _Rendered:
    text = drawn([_MARK]).text
    head, line, rest = text.partition("Resources:\n")
    before, between, after = re.split(f"{logical_id(_MARK)}|{_MARK}", rest)
    return _Rendered(head + line, (before, between, after))


def scalar(name: str) -> str:
    """`name` as YAML has a text, quoted where it would be read as something else."""
    if _PLAIN.match(name):
        return name
    return yaml.dump(name, Dumper=yaml.SafeDumper).removesuffix("...\n").rstrip("\n")
