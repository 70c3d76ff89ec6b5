"""Releases of the systems that images are built on, and until when each gets security updates.

Dates are those of the makers: Ubuntu and Debian of the package distro-info-data 0.58+deb12u7
(end of standard support, not of what is paid for or done by volunteers), Red Hat's life cycle
page, Rocky's and AlmaLinux's release guides, and the Amazon Linux 2 FAQ and AL2023 guide.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

SOON = timedelta(days=183)
"""How long before the end it is said: about six months, two rounds of an image's renewal."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release of one system."""

    family: str
    """As `ID` of /etc/os-release: `ubuntu`, `debian`, `rhel`, `rocky`, `almalinux`, `amzn`."""

    version: str
    """As `VERSION_ID`: `24.04`, `12`, `9`, `2023`."""

    codename: str
    ends: date
    """The last day of standard support."""

    @property
    def says(self) -> str:
        """As people call it: `Ubuntu 24.04 (noble)`."""
        return f"{_SAID[self.family]} {self.version}" + (
            f" ({self.codename})" if self.codename else ""
        )

    @property
    def has_apt(self) -> bool:
        """Whether its packages are Debian's kind."""
        return self.family in {"ubuntu", "debian"}

    def ended(self, today: date) -> bool:
        """Whether it gets no more security updates."""
        return today > self.ends

    def ends_soon(self, today: date) -> bool:
        """Whether it still gets them, and not for long."""
        return not self.ended(today) and today > self.ends - SOON


_SAID: Mapping[str, str] = {
    "ubuntu": "Ubuntu",
    "debian": "Debian",
    "rhel": "Red Hat Enterprise Linux",
    "rocky": "Rocky Linux",
    "almalinux": "AlmaLinux",
    "centos": "CentOS",
    "amzn": "Amazon Linux",
}

RELEASES: tuple[Release, ...] = (
    Release("ubuntu", "18.04", "bionic", date(2023, 5, 31)),
    Release("ubuntu", "20.04", "focal", date(2025, 5, 29)),
    Release("ubuntu", "22.04", "jammy", date(2027, 6, 1)),
    Release("ubuntu", "24.04", "noble", date(2029, 5, 31)),
    Release("ubuntu", "25.04", "plucky", date(2026, 1, 15)),
    Release("ubuntu", "25.10", "questing", date(2026, 7, 9)),
    Release("ubuntu", "26.04", "resolute", date(2031, 5, 29)),
    Release("debian", "10", "buster", date(2022, 9, 10)),
    Release("debian", "11", "bullseye", date(2024, 8, 14)),
    Release("debian", "12", "bookworm", date(2026, 7, 11)),
    Release("debian", "13", "trixie", date(2028, 8, 9)),
    Release("rhel", "7", "", date(2024, 6, 30)),
    Release("rhel", "8", "", date(2029, 5, 31)),
    Release("rhel", "9", "", date(2032, 5, 31)),
    Release("rhel", "10", "", date(2035, 5, 31)),
    Release("rocky", "8", "", date(2029, 5, 31)),
    Release("rocky", "9", "", date(2032, 5, 31)),
    Release("rocky", "10", "", date(2035, 5, 31)),
    Release("almalinux", "8", "", date(2029, 3, 1)),
    Release("almalinux", "9", "", date(2032, 5, 31)),
    Release("almalinux", "10", "", date(2035, 5, 31)),
    Release("centos", "7", "", date(2024, 6, 30)),
    Release("centos", "8", "", date(2021, 12, 31)),
    Release("amzn", "1", "", date(2023, 12, 31)),
    Release("amzn", "2", "", date(2026, 6, 30)),
    Release("amzn", "2023", "", date(2029, 6, 30)),
)

# The last part of a repository's name, as registries have these systems.
_FAMILIES: Mapping[str, str] = {
    "ubuntu": "ubuntu",
    "debian": "debian",
    "rockylinux": "rocky",
    "almalinux": "almalinux",
    "centos": "centos",
    "amazonlinux": "amzn",
}
_UBI = re.compile(r"ubi(\d+)(?:-(?:minimal|micro|init))?\Z")
_NUMBER = re.compile(r"v?(\d+(?:\.\d+)?)")


def release_of(os_release: Mapping[str, str]) -> Release | None:
    """The release that an /etc/os-release speaks of; `None` where the table has no such.

    Of systems other than Ubuntu the part before the dot counts: RHEL 9.4 is RHEL 9.
    """
    return _found(os_release.get("ID", "").lower(), os_release.get("VERSION_ID", ""))


def release_named(reference: str) -> Release | None:
    """The release that an image's name says it is; `None` where the name does not say.

    `public.ecr.aws/ubuntu/ubuntu:24.04@sha256:…` does, `acme/base:7` does not.
    """
    name, tag = _name_and_tag(reference)
    last = name.rpartition("/")[2].lower()
    if ubi := _UBI.match(last):
        return _found("rhel", ubi[1])
    family = _FAMILIES.get(last)
    if family is None:
        return None
    word = tag.lower().partition("-")[0]
    number = _NUMBER.match(word)
    return _found(family, number[1]) if number else _codenamed(family, word)


def family_named(reference: str) -> str | None:
    """The system that an image's name says it is, of whatever release: `amzn`, `ubuntu`."""
    name, _ = _name_and_tag(reference)
    last = name.rpartition("/")[2].lower()
    return "rhel" if _UBI.match(last) else _FAMILIES.get(last)


def newest(family: str) -> Release | None:
    """The release of a family that is supported the longest: what its `latest` may well be."""
    same = (one for one in RELEASES if one.family == family)
    return max(same, key=lambda one: one.ends, default=None)


def _name_and_tag(reference: str) -> tuple[str, str]:
    """A reference without its digest, in two: a colon before a slash is a port's."""
    name = reference.partition("@")[0]
    before, colon, tag = name.rpartition(":")
    return (before, tag) if colon and "/" not in tag else (name, "")


def _found(family: str, version: str) -> Release | None:
    if family != "ubuntu":
        version = version.partition(".")[0]
    if family == "amzn" and version not in {"2", "2023"}:
        version = "1" if version in {"1", "2016", "2017", "2018"} else version
    same = (one for one in RELEASES if (one.family, one.version) == (family, version))
    return next(same, None)


def _codenamed(family: str, word: str) -> Release | None:
    same = (one for one in RELEASES if one.family == family and word and one.codename == word)
    return next(same, None)
