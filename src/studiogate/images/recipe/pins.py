"""The lock of an image's downloads, `checksums.lock`: what each was when it was looked at.

TOML, so that people can read a difference.  It also says what each file of the folder was when
we wrote it, and so which of them have been changed by hand since.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from studiogate.errors import ImageError

LOCK = "checksums.lock"

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class Pin:
    """One download, as it was."""

    sha256: str
    size_bytes: int
    looked: date


@dataclass(frozen=True, slots=True)
class Pins:
    """Everything a Dockerfile pins."""

    base: str
    """The base, as somebody wrote it."""

    digest: str
    """Of its manifest: `sha256:…`."""

    snapshot: date
    """The day of which packages of R and Python are taken."""

    files: Mapping[str, Pin] = field(default_factory=dict)
    """By address."""

    written: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each file of the folder, as it was written."""

    @property
    def pinned_base(self) -> str:
        """The base, with its digest."""
        return f"{self.base.partition('@')[0]}@{self.digest}"

    def sum_of(self, url: str) -> str:
        """The checksum of what is at `url`.

        Raises:
            ImageError: it has not been looked at.
        """
        found = self.files.get(url)
        if found is None:
            raise ImageError(
                f"{url} is not in {LOCK}",
                remedy="Look every download up again: `studiogate images lock NAME`.",
            )
        return found.sha256


def sum_of_text(text: str) -> str:
    """SHA-256 of `text`, in hexadecimal."""
    return sha256(text.encode("utf-8")).hexdigest()


def lock_text(pins: Pins) -> str:
    """`pins` as the text of a lock."""
    lines = [
        "# What every download of this image was when it was looked at.",
        "# Written by studiogate; `studiogate images lock` looks again.",
        f"snapshot = {pins.snapshot.isoformat()}",
        "",
        "[base]",
        f"reference = {json.dumps(pins.base)}",
        f"digest = {json.dumps(pins.digest)}",
    ]
    for url, pin in sorted(pins.files.items()):
        lines += [
            "",
            f"[files.{json.dumps(url)}]",
            f"sha256 = {json.dumps(pin.sha256)}",
            f"size_bytes = {pin.size_bytes}",
            f"looked = {pin.looked.isoformat()}",
        ]
    lines += ["", "[written]"]
    lines += [f"{json.dumps(name)} = {json.dumps(one)}" for name, one in pins.written.items()]
    return "\n".join(lines) + "\n"


def lock_read(text: str, *, source: str = LOCK) -> Pins:
    """The pins that a lock says.

    Raises:
        ImageError: it is no lock, or something in it is not what it should be.
    """
    try:
        return _pins(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ImageError(
            f"{source} cannot be read as a lock of downloads",
            remedy="Take it back from your version control, or write it anew: "
            "`studiogate images init NAME --force`.",
        ) from error


def _pins(said: Mapping[str, Any]) -> Pins:
    base = said["base"]
    return Pins(
        base=_text(base["reference"]),
        digest=_matched(_DIGEST, base["digest"]),
        snapshot=_date(said["snapshot"]),
        files={
            _text(url): Pin(
                _matched(_SHA256, one["sha256"]), int(one["size_bytes"]), _date(one["looked"])
            )
            for url, one in said.get("files", {}).items()
        },
        written={
            _text(name): _matched(_SHA256, one) for name, one in said.get("written", {}).items()
        },
    )


def _text(said: object) -> str:
    if not isinstance(said, str):
        raise TypeError("text was expected")
    return said


def _matched(pattern: re.Pattern[str], said: object) -> str:
    text = _text(said)
    if not pattern.match(text):
        raise ValueError("that is no checksum")
    return text


def _date(said: object) -> date:
    if not isinstance(said, date):
        raise TypeError("a day was expected")
    return said
