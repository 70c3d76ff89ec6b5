"""Rules about images for RStudio: session, R, drivers and settings (S6-08 to S6-13)."""

import re
from collections.abc import Iterator

from studiogate.images.dockerfile.facts import Built, Facts, Step, Subject
from studiogate.images.dockerfile.syntax import Line
from studiogate.images.parts import Fault
from studiogate.images.recipe import workbench
from studiogate.images.recipe.releases import SOON

_VERSION = re.compile(r"\d{4}\.\d{2}\.\d+[-+]\d+\.pro\d+|\d\.\d\.\d+-\d+")
_PACKAGE = re.compile(
    r"(?:rstudio-workbench(?:-rhel)?|rstudio-server(?:-rhel)?(?:-pro)?|rsp-session-(?P<os>[a-z0-9]+))"
    rf"-(?P<version>{_VERSION.pattern}|\$\{{?\w+\}}?)"
)
_SYSTEM = re.compile(
    r"rstudio-ide-build/(?:server|session)/(?P<os>[a-z0-9]+)/|/server/(?P<other>[a-z]+[a-z0-9]*)/(?:amd64|x86_64)/"
)
_R_FILE = re.compile(r"(?:/r-|/R-)(?P<version>\d+\.\d+\.\d+)[-_]")
_R_ELSEWHERE = re.compile(r"--prefix[= ](?P<where>/\S+)")
_DEFAULT = re.compile(r"/(?:usr/local/bin|usr/bin|bin)/?(?P<name>R|Rscript)?(?=\s|;|&|\Z)")
_SYSTEM_R = re.compile(r"(?<![\w-])(?:r-base(?:-core)?|R-core|littler)(?![\w-])")

_NEEDED: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("sudo", re.compile(r"(?<![\w-])sudo(?![\w-])"), "sudo"),
    ("a JDK", re.compile(r"(?:openjdk|default-jdk|java-\d+|corretto|temurin)"), "default-jdk"),
    ("libpng", re.compile(r"libpng"), "libpng-dev"),
    ("reticulate", re.compile(r"reticulate"), "the R package reticulate"),
)
_SETTINGS = (
    "RSTUDIO_CONNECT_URL",
    "RSTUDIO_PACKAGE_MANAGER_URL",
    "RSTUDIO_FORCE_NON_ZERO_EXIT_CODE",
)


def rstudios(facts: Facts, subject: Subject) -> Iterator[Fault]:
    """What SageMaker's RStudio would not take of an image that it is for."""
    built = facts.image
    if built is None or subject.kind != "rstudio":
        return
    yield from _session(built, subject)
    yield from _r(built, subject)
    yield from _drivers(built, subject)
    yield from _needed(built, subject)
    yield from _settings(built, subject)


def _texts(built: Built, *words: str) -> Iterator[tuple[int, str]]:
    """Lines of RUN, and what other instructions say, with variables resolved."""
    for step in built.steps:
        if step.word in (words or ("RUN",)):
            yield step.line, step.text


def _lines(built: Built) -> Iterator[tuple[Step, Line]]:
    """Lines of RUN and ADD, with variables resolved."""
    for step in built.steps:
        if step.word in {"RUN", "ADD"}:
            yield from ((step, line) for line in step.lines)


def _session(built: Built, subject: Subject) -> Iterator[Fault]:
    """The session's version is the service's, and its package is for the base's system."""
    found = [
        (step, line, match)
        for step, line in _lines(built)
        for match in _PACKAGE.finditer(line.text)
    ]
    if not found:
        if built.is_plain:
            what = "nothing installs the session components of Posit Workbench"
            remedy = "Install rstudio-workbench of the service's version; `images init` does."
            yield subject.fault("session-missing", built.stage.start.line, what, remedy)
        return
    step, line, match = found[0]
    version = _version(match, step)
    if version and subject.session and version != subject.session:
        what = f"Session version {version} does not match server version {subject.session}"
        remedy = "Install the version that the service has, or upgrade the domain's RStudio."
        yield subject.fault("session-version", line.number, what, remedy)
    yield from _ends(version, line.number, subject)
    yield from _system(built, line, match, version, subject)


def _ends(version: str, line: int, subject: Subject) -> Iterator[Fault]:
    """That SageMaker ends this version, or has."""
    found = workbench.known(version)
    if found is None or subject.today <= found.until - SOON:
        return
    ended = subject.today > found.until
    what = (
        f"SageMaker {'ended' if ended else 'ends'} Posit Workbench {version} on {found.until}"
    )
    newest = workbench.standing(subject.today).version
    remedy = f"Upgrade the domain's RStudio and this image to {newest}, one with the other."
    yield subject.fault("session-ended" if ended else "session-ends-soon", line, what, remedy)


def _version(match: re.Match[str], step: Step) -> str:
    """The session's version; of a name with a variable, what looks like one in the others."""
    written = match["version"]
    if "$" not in written:
        return _plus(written)
    values = (value for value in step.values.values() if value and _VERSION.fullmatch(value))
    return _plus(next(values, ""))


def _system(
    built: Built, line: Line, match: re.Match[str], version: str, subject: Subject
) -> Iterator[Fault]:
    place = _SYSTEM.search(line.text)
    os_name = match["os"] or (place and (place["os"] or place["other"])) or ""
    release = built.likely
    if release is not None and workbench.fits(os_name, release) is False:
        wanted = workbench.package_os(version, release)
        what = f"the session's package is for {os_name}, and the base is {release.says}"
        remedy = f"Take the package for {wanted}." if wanted else "Build on Ubuntu 24.04."
        yield subject.fault("session-os", line.number, what, remedy)


def _plus(version: str) -> str:
    """A version as the service says it: `2025.05.1+513.pro3`."""
    return re.sub(r"\A(\d{4}\.\d{2}\.\d+)-", r"\1+", version)


def _r(built: Built, subject: Subject) -> Iterator[Fault]:
    """An R where Workbench finds it, and one that is the default (S6-10, S6-11)."""
    texts = list(_texts(built, "RUN", "ADD", "COPY"))
    files = [line for line, text in texts if _R_FILE.search(text) or "/opt/R/" in text]
    system = [line for line, text in texts if _SYSTEM_R.search(text)]
    if not files and not system:
        if built.is_plain:
            remedy = "Install one below /opt/R, with links to it; `images init` writes it."
            line = built.stage.start.line
            yield subject.fault("r-missing", line, "nothing installs an R", remedy)
        return
    for line, text in texts:
        yield from _elsewhere(line, text, subject)
    if files and not system and not any(_is_linked(text) for _, text in texts):
        what = "no R is the default: nothing links one into /usr/local/bin"
        remedy = "ln -s /opt/R/VERSION/bin/R /usr/local/bin/R, and the same for Rscript."
        yield subject.fault("r-no-default", files[0], what, remedy)


def _elsewhere(line: int, text: str, subject: Subject) -> Iterator[Fault]:
    """An R built from source with a prefix of its own."""
    if not ("R-" in text or "/r-source" in text):
        return
    for found in _R_ELSEWHERE.finditer(text):
        where = found["where"].rstrip(";")
        if not scanned(where):
            what = f"Workbench does not look for R in {where}"
            remedy = f"Install it below /opt/R; it looks in {', '.join(workbench.SCANNED)}."
            yield subject.fault("r-elsewhere", line, what, remedy)


def scanned(folder: str) -> bool:
    """Whether Workbench finds an R that is installed with the prefix `folder`."""
    parts = folder.rstrip("/")
    known = {one for one in workbench.SCANNED if not one.endswith("*")}
    inside = any(
        parts.startswith(one[:-1])
        and "/" not in parts[len(one) - 1 :]
        and len(parts) >= len(one)
        for one in workbench.SCANNED
        if one.endswith("*")
    )
    return inside or parts in known or f"{parts}/lib/R" in known


def _is_linked(text: str) -> bool:
    return "ln " in text and "/bin/R" in text and _DEFAULT.search(text) is not None


def _drivers(built: Built, subject: Subject) -> Iterator[Fault]:
    """Drivers that unixODBC does not know by name are not there for anybody (S6-12)."""
    texts = list(_texts(built, "RUN", "ADD", "COPY"))
    installs = [line for line, text in texts if "rstudio-drivers" in text]
    if installs and not any("/etc/odbcinst.ini" in text for _, text in texts):
        what = "the drivers are installed, and unixODBC is not told their names"
        remedy = "cp /opt/rstudio-drivers/odbcinst.ini.sample /etc/odbcinst.ini"
        yield subject.fault("drivers-unknown", installs[0], what, remedy)


def _needed(built: Built, subject: Subject) -> Iterator[Fault]:
    """What SageMaker asks every RStudio image to have (guide, "Custom RStudio image …")."""
    if not built.is_plain:
        return
    said = " ".join(text for _, text in _texts(built, "RUN", "COPY"))
    said += " ".join(text for name, text in subject.files.items() if name.endswith(".R"))
    for name, form, package in _NEEDED:
        if not form.search(said):
            what = f"SageMaker asks for {name}, and nothing installs it"
            line = built.stage.start.line
            yield subject.fault("package-missing", line, what, f"Install {package}.")


def _settings(built: Built, subject: Subject) -> Iterator[Fault]:
    values = built.steps[-1].values if built.steps else {}
    for name in _SETTINGS:
        if name not in values and built.is_plain:
            what = f"SageMaker asks for a default of {name}, and there is none"
            line = built.stage.start.line
            value = '"1"' if name.endswith("CODE") else '"https://…"'
            yield subject.fault("setting-missing", line, what, f"Add ENV {name}={value}.")
