"""What is known of a built image, gathered before any rule looks at it.

Paths are those of the image, without the slash they begin with: `etc/os-release`.
"""

import posixpath
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from studiogate.images.parts import Configuration, Ran

_LINKS_FOLLOWED = 40
"""As many as Linux follows before it gives up (path_resolution(7))."""

PathKind = Literal["file", "folder", "link", "other"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of the image."""

    kind: PathKind
    target: str = ""
    """Where a link leads."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A secret that the image gives away: where it is and of which kind, never what it is."""

    where: str
    """As `layer 3: /srv/.netrc`, or `the environment: API_TOKEN`."""

    kind: str
    """As `private key`."""


@dataclass(frozen=True, slots=True)
class Inside:
    """A built image, as far as the rules want to know it."""

    configuration: Configuration
    size: int = 0
    """Bytes of its layers, unpacked."""

    paths: Mapping[str, Entry] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    """What the few files say that rules read."""

    traces: tuple[Trace, ...] = ()
    said: Mapping[tuple[str, ...], Ran] = field(default_factory=dict)
    """What programs in it said, by the command."""

    def resolved(self, path: str) -> str | None:
        """Where `path` leads through all links; nothing where it leads nowhere."""
        return resolved(self.paths, path)

    def has(self, path: str) -> bool:
        """Whether there is something at `path`, links followed."""
        return self.resolved(path) is not None

    def matching(self, pattern: str) -> Iterator[str]:
        """Paths like `pattern`, in which a star is a part of one name."""
        parts = pattern.count("/")
        for path in self.paths:
            if path.count("/") == parts and fnmatchcase(path, pattern):
                yield path

    def program(self, name: str) -> str | None:
        """The first `name` of the PATH that an app has; nothing where there is none."""
        folders = self.configuration.environment.get("PATH", DEFAULT_PATH).split(":")
        paths = (f"{folder}/{name}".lstrip("/") for folder in folders if folder)
        return next((path for path in paths if self.has(path)), None)

    def text(self, path: str) -> str | None:
        """What the file at `path` says, links followed; nothing where there is none."""
        found = self.resolved(path)
        return None if found is None else self.texts.get(found)

    @property
    def os_release(self) -> Mapping[str, str]:
        """The values of /etc/os-release, unquoted (os-release(5)); empty where it is not."""
        pairs = (
            line.partition("=")
            for line in (self.text("etc/os-release") or "").splitlines()
            if "=" in line and not line.lstrip().startswith("#")
        )
        return {name.strip(): _unquoted(value.strip()) for name, _, value in pairs}


DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What a container has for a PATH where its image does not say."""


def resolved(paths: Mapping[str, Entry], path: str) -> str | None:
    """Where `path` leads in `paths`, through links of it and of the folders it is in.

    Nothing leads out of the image: above its root there is its root.
    """
    ahead = [part for part in path.split("/") if part not in {"", "."}]
    here: list[str] = []
    for _ in range(_LINKS_FOLLOWED + len(ahead) * _LINKS_FOLLOWED):
        if not ahead:
            return "/".join(here)
        part = ahead.pop(0)
        if part == "..":
            here = here[:-1]
            continue
        entry = paths.get("/".join([*here, part]))
        if entry is None:
            return None
        if entry.kind != "link":
            here.append(part)
            continue
        here = [] if entry.target.startswith("/") else here
        ahead = [one for one in entry.target.split("/") if one not in {"", "."}] + ahead
    return None


def tidy(path: str) -> str:
    """A name of a tar as a path of the image: `./etc//passwd` is `etc/passwd`."""
    return posixpath.normpath("/" + path).lstrip("/")


def _unquoted(value: str) -> str:
    try:
        return "".join(shlex.split(value))
    except ValueError:
        return value
