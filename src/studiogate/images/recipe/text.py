"""How words are written in a Dockerfile so that they stay what they are."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

# Nothing of this is special to a shell, to a Dockerfile or to an R program.
_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./~-]+\Z")

KEPT = "/opt/studiogate"
"""Where an image has the lists it was made of."""

FETCHED = f"{KEPT}/fetched"
"""Where a download is until it is installed; no layer keeps it."""

# What package managers, R and pip leave behind, which differs from day to day.
_TRACES = (
    f"rm -rf {FETCHED} /var/lib/apt/lists/* /var/cache/apt/* /var/cache/ldconfig/aux-cache "
    "/var/log/apt /var/log/*.log ~/.cache /tmp/*"
)


def quoted(value: str) -> str:
    """`value` in double quotes, for ENV and LABEL: no variable of it is resolved."""
    kept = "".join(one if one.isprintable() else " " for one in value)
    return '"' + re.sub(r'(["\\$])', r"\\\1", kept) + '"'


def word(value: str) -> str:
    """`value` as one word of a command.

    Raises:
        ValueError: it holds a character that a shell has a meaning for.
    """
    if not _PLAIN.match(value):
        raise ValueError("that is not one plain word")
    return value


def run(commands: Sequence[str]) -> list[str]:
    """A RUN that ends at the first command that fails, and leaves no traces behind."""
    lines = ["set -eu", *commands, _TRACES]
    return [
        ("RUN " if number == 0 else "    ") + line + ("" if line is lines[-1] else "; \\")
        for number, line in enumerate(lines)
    ]


def install(packages: Sequence[str]) -> list[str]:
    """Commands that install Debian packages, and nothing they merely recommend."""
    names = " \\\n        ".join(packages)
    return [
        "export DEBIAN_FRONTEND=noninteractive",
        "apt-get update",
        f"apt-get install --yes --no-install-recommends \\\n        {names}",
    ]


def fetched(url: str, to: str, sha256: str) -> list[str]:
    """Commands that have `url` in the file `to`, or end: what came is what was looked at."""
    scheme = urlsplit(url).scheme
    return [
        f"curl -fsSL --retry 3 --create-dirs --proto '={scheme}' -o {word(to)} {word(url)}",
        f"echo '{sha256}  {to}' | sha256sum -c -",
    ]
