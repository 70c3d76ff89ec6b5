"""What holds for every image: where it runs, how big it is, what it stands on, what it tells.

Sources: SageMaker developer guide, "Custom image specifications" (platform, reserved folders,
the person's home) and its quotas (size); OCI image specification (platform).
"""

from collections.abc import Iterator
from datetime import date

from studiogate.images.inside.facts import Inside
from studiogate.images.parts import Fault
from studiogate.images.recipe.releases import Release, release_of
from studiogate.landscape.image_rules import HOME

LARGEST = 35_000_000_000
"""Bytes that an image of Studio may have."""

LARGE = 15_000_000_000
"""Bytes from which people notice how long its apps take to start."""

_HOME = HOME.strip("/")
_RESERVED = ("opt/.sagemakerinternal", "opt/ml", "var/log/studio")


def general(inside: Inside, today: date) -> Iterator[Fault]:
    """Faults that any kind of image can have."""
    yield from platform(inside)
    yield from _size(inside)
    yield from _system(inside, today)
    yield from _hidden(inside)
    yield from _traces(inside)


def platform(inside: Inside) -> Iterator[Fault]:
    """Whether Studio's machines can run it at all."""
    found = f"{inside.configuration.os}/{inside.configuration.architecture}"
    if found != "linux/amd64":
        yield Fault(
            "platform",
            "the configuration",
            f"it is for {found}; Studio runs linux/amd64",
            "Build it again with `studiogate images build`, from a base that has linux/amd64.",
        )


def release(inside: Inside) -> Release | None:
    """The system that the image stands on, where it is known."""
    return release_of(inside.os_release)


def _size(inside: Inside) -> Iterator[Fault]:
    if inside.size > LARGE:
        too_large = inside.size > LARGEST
        yield Fault(
            "size",
            "the layers",
            f"it has {inside.size / 1e9:.1f} GB unpacked; "
            + (
                f"Studio takes {LARGEST / 1e9:.0f} GB at most"
                if too_large
                else "its apps start slowly"
            ),
            "Delete caches and downloads in the RUN that makes them: a later one only hides "
            "them.",
            advice=not too_large,
        )


def _system(inside: Inside, today: date) -> Iterator[Fault]:
    where, found = "/etc/os-release", release(inside)
    name = inside.os_release.get("PRETTY_NAME") or " ".join(
        inside.os_release.get(key, "") for key in ("ID", "VERSION_ID")
    )
    if found is None:
        what = (
            f"nothing is known of how long {name.strip()} is supported"
            if name.strip()
            else "the image does not say which system it is"
        )
        remedy = "Build it on a supported Ubuntu, Debian, Red Hat or Amazon Linux."
        yield Fault("system-unknown", where, what, remedy, advice=bool(name.strip()))
    elif found.ended(today):
        yield Fault(
            "system-ended",
            where,
            f"{found.says} has had no security updates since {found.ends}",
            "Build it on a newer release: `studiogate images init --base` writes the recipe.",
        )
    elif found.ends_soon(today):
        yield Fault(
            "system-ends",
            where,
            f"{found.says} gets security updates until {found.ends}, and no longer",
            "Plan its successor on a newer release.",
            advice=True,
        )


def _hidden(inside: Inside) -> Iterator[Fault]:
    for folder in (*_RESERVED, _HOME):
        below = next((path for path in inside.paths if path.startswith(f"{folder}/")), None)
        if below is not None and not _skeleton(below):
            yield Fault(
                "hidden",
                f"/{below}",
                f"nobody sees it: /{folder} is something else in an app",
                "Put it elsewhere, as below /opt.",
                advice=True,
            )


def _skeleton(path: str) -> bool:
    """Whether `useradd` put it there: a file of the person's own that begins with a dot."""
    return path.startswith(f"{_HOME}/.") and path.count("/") == _HOME.count("/") + 1


def _traces(inside: Inside) -> Iterator[Fault]:
    for trace in inside.traces:
        yield Fault(
            "secret",
            trace.where,
            f"{trace.kind}: whoever may pull the image can read it",
            "Take it out of the recipe and revoke it where it counts: what a later step "
            "deletes stays in the image. Apps get their credentials from their role.",
        )
