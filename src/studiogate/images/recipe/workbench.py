"""Posit Workbench as RStudio on SageMaker has it: which version, which R, which package.

A session whose components are of another version than the service is told "Session version …
does not match server version …", and does not start (SageMaker developer guide, "RStudio
Versioning"; S6-08).  The package is that of the guide, "Changes to BYOI Images": the whole of
Workbench, for the system of the base (S6-09).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from studiogate.images.recipe.releases import Release

LOOKED = date(2026, 11, 22)
"""When the guide was read for the versions below."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """A version of the service."""

    version: str
    since: date
    """From when new domains have it."""

    until: date
    """When SageMaker ends it."""

    r: tuple[str, ...]
    """The R that its own image has, the newest first; a custom image may have others."""


WORKBENCHES: tuple[Workbench, ...] = (
    Workbench("2026.08.2+200.pro1", date(2026, 9, 30), date(2028, 1, 31), ("4.6.1",)),
    Workbench(
        "2025.05.1+513.pro3",
        date(2025, 10, 31),
        date(2026, 12, 5),
        ("4.5.1", "4.4.3", "4.4.0", "4.3.3", "4.2.3", "4.2.1", "4.1.3", "4.0.2"),
    ),
)
"""The newest first."""

SCANNED: tuple[str, ...] = (
    "/usr/lib/R",
    "/usr/lib64/R",
    "/usr/local/lib/R",
    "/usr/local/lib64/R",
    "/opt/local/lib/R",
    "/opt/local/lib64/R",
    "/opt/R/*",
    "/opt/local/R/*",
)
"""Where Workbench finds versions of R by itself (S6-11); a star is one folder."""

_NOBLE_SINCE = (2026, 5)
"""The first release that Posit offers a package of its own for Ubuntu 24.04 with; until then
that of 22.04 was the one for both."""

_FITS: Mapping[str, frozenset[tuple[str, str]]] = {
    "jammy": frozenset({("ubuntu", "22.04"), ("ubuntu", "24.04"), ("debian", "12")}),
    "noble": frozenset({("ubuntu", "24.04")}),
    "focal": frozenset({("ubuntu", "20.04"), ("debian", "11")}),
    "bionic": frozenset({("ubuntu", "18.04")}),
    "rhel8": frozenset({("rhel", "8"), ("rocky", "8"), ("almalinux", "8")}),
    "rhel9": frozenset({("rhel", "9"), ("rocky", "9"), ("almalinux", "9")}),
    "centos7": frozenset({("centos", "7"), ("rhel", "7"), ("amzn", "2")}),
}
"""Systems a package works on, by what Posit calls the package's."""

_VERSION = re.compile(r"(\d{4})\.(\d{2})\.")


def standing(today: date) -> Workbench:
    """The version that a domain made today has."""
    return next((one for one in WORKBENCHES if one.since <= today), WORKBENCHES[-1])


def known(version: str) -> Workbench | None:
    """What is known of `version`; of a newer or a long gone one, nothing."""
    return next((one for one in WORKBENCHES if one.version == version), None)


def package_os(version: str, release: Release) -> str | None:
    """What Posit calls the package of `version` for `release`; `None` where it has none."""
    fitting = [name for name, systems in _FITS.items() if _key(release) in systems]
    if "noble" in fitting and not _has_noble(version):
        fitting.remove("noble")
    return release.codename if release.codename in fitting else next(iter(fitting), None)


def fits(os_name: str, release: Release) -> bool | None:
    """Whether a package for `os_name` works on `release`; `None` where nobody has said."""
    systems = _FITS.get(os_name)
    return None if systems is None else _key(release) in systems


def dashed(version: str) -> str:
    """The version as file names have it: `2025.05.1-513.pro3`."""
    return version.replace("+", "-")


def _key(release: Release) -> tuple[str, str]:
    return release.family, release.version


def _has_noble(version: str) -> bool:
    found = _VERSION.match(version)
    return found is not None and (int(found[1]), int(found[2])) >= _NOBLE_SINCE
