"""Rules about what an image is built on: pinned, known, and still getting updates (F-68)."""

import re
from collections.abc import Iterator

from studiogate.images.dockerfile.facts import SCRATCH, Built, Facts, Subject
from studiogate.images.dockerfile.variables import used
from studiogate.images.parts import Fault

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}\Z")
_LATEST = frozenset({"", "latest"})
_OLD = re.compile(r"centos-?7|(?<![a-z0-9])el7(?![0-9])", re.IGNORECASE)


def bases(facts: Facts, subject: Subject) -> Iterator[Fault]:
    """What is wrong with the FROM lines."""
    if not facts.stages:
        yield subject.fault("no-base", 1, "there is no FROM", "Begin with FROM and a base.")
    names = {one.stage.name.lower() for one in facts.stages if one.stage.name}
    for built in facts.stages:
        written = built.stage.base
        if written.lower() in names or written in {SCRATCH, ""} or written.isdigit():
            continue
        yield from _base(built, subject)


def _base(built: Built, subject: Subject) -> Iterator[Fault]:
    line, base = built.stage.start.line, built.base
    if unknown := sorted(set(used(base))):
        names = ", ".join(unknown)
        remedy = f"Declare ARG {unknown[0]}=… before the first FROM."
        yield subject.fault("undefined-variable", line, f"{names} has no value here", remedy)
        return
    if not _DIGEST.search(base):
        yield _not_pinned(base, line, subject)
    yield from _age(built, line, subject)


def _not_pinned(base: str, line: int, subject: Subject) -> Fault:
    if _tag(base) in _LATEST:
        what = f"{base} is whatever is the latest on the day it is built"
        remedy = "Name a release and its digest: NAME:TAG@sha256:…; `images init` looks it up."
        return subject.fault("base-latest", line, what, remedy)
    what = f"{base} can be another image tomorrow"
    remedy = "Add its digest: NAME:TAG@sha256:…; `images init` looks it up."
    return subject.fault("base-not-pinned", line, what, remedy)


def _tag(base: str) -> str:
    return base.partition("@")[0].rpartition("/")[2].partition(":")[2]


def _age(built: Built, line: int, subject: Subject) -> Iterator[Fault]:
    release = built.release
    if release is None and built.is_plain and _tag(built.base) in _LATEST:
        return  # which is said of it already
    if release is None:
        what = f"which system {built.base} is cannot be told from its name"
        remedy = "`images check --built` looks at the system of what was built."
        yield subject.fault("base-unknown", line, what, remedy)
    elif release.ended(subject.today):
        what = f"{release.says} gets no security updates since {release.ends}"
        remedy = "Build on a release that does, such as Ubuntu 24.04."
        yield subject.fault("base-ended", line, what, remedy)
    elif release.ends_soon(subject.today):
        what = f"{release.says} gets security updates until {release.ends} only"
        remedy = "Build the next version of this image on a newer release."
        yield subject.fault("base-ends-soon", line, what, remedy)


def old_packages(facts: Facts, subject: Subject) -> Iterator[Fault]:
    """Packages for Red Hat Enterprise Linux 7 and CentOS 7, which get no updates (F-68)."""
    for step in facts.steps:
        for line in step.lines if step.word in {"RUN", "ADD", "ENV", "ARG"} else ():
            if found := _OLD.search(line.text):
                what = f"{found[0]} is a system that gets no updates since 2024-06-30"
                remedy = "Take packages for the base's own system, and a supported base."
                yield subject.fault("el7", line.number, what, remedy)
