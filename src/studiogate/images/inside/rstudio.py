"""What SageMaker asks of an RStudio image beside R: the session, its system, its surroundings.

Sources: SageMaker developer guide, "Custom RStudio image specifications" and "RStudio
Versioning"; rows S6-08, S6-09 and S6-12. The version of the session components is in their own
folder, in a file that Posit's packages bring; where it is not, `rsession` says it.
"""

import re
from collections.abc import Iterator
from datetime import date

from studiogate.images.inside.facts import Inside
from studiogate.images.inside.general import release
from studiogate.images.parts import Fault
from studiogate.images.recipe.workbench import dashed, fits, standing
from studiogate.landscape.image import Image

_FOLDER = "usr/lib/rstudio-server"
_SESSION = f"{_FOLDER}/bin/rsession"
_VERSION_FILE = f"{_FOLDER}/VERSION"
_VERSION = re.compile(r"\d{4}\.\d{2}\.\d+[+-]\d+\.pro\d+")
_PACKAGE = re.compile(
    r"/(?:session|server)/([a-z0-9]+)/(?:amd64|x86_64)/\S*(?:session|workbench|server)"
)
_MISSING = re.compile(r"error while loading shared libraries: ([^:\s]+)|(GLIBC\w*_[\d.]+)")
_DRIVER = re.compile(r"^\[(.+)\]\s*$", re.MULTILINE)
_SETTINGS = (
    "RSTUDIO_CONNECT_URL",
    "RSTUDIO_PACKAGE_MANAGER_URL",
    "RSTUDIO_FORCE_NON_ZERO_EXIT_CODE",
)

ASK_SESSION = (f"/{_SESSION}", "--version")
ASK_DRIVERS = ("odbcinst", "-q", "-d")
ASK_JAVA = ("java", "-version")


def questions(inside: Inside, image: Image) -> Iterator[tuple[str, ...]]:
    """What is asked in the image."""
    if inside.has(_SESSION):
        yield ASK_SESSION
    if inside.program("java") is not None:
        yield ASK_JAVA
    if image.recipe.drivers and inside.program("odbcinst") is not None:
        yield ASK_DRIVERS


def rstudio(inside: Inside, image: Image, today: date) -> Iterator[Fault]:
    """Faults of its session and of what the session needs."""
    yield from _session(inside, image.recipe.session or standing(today).version)
    yield from _package_of_another_system(inside)
    yield from _needed(inside)
    if image.recipe.drivers:
        yield from _drivers(inside)
    yield from _settings(inside)


def session_version(inside: Inside) -> str | None:
    """The version of the session components in the image; nothing where none says it."""
    said = inside.said.get(ASK_SESSION)
    texts = (inside.text(_VERSION_FILE) or "", said.output if said is not None else "")
    found = next((match for text in texts if (match := _VERSION.search(text))), None)
    return None if found is None else found[0].replace("-", "+")


def _session(inside: Inside, wanted: str) -> Iterator[Fault]:
    if not inside.has(_SESSION):
        yield Fault(
            "session-missing",
            f"/{_SESSION}",
            "there are no session components of Posit Workbench in it",
            f"Install Workbench {wanted} for the system of the base.",
        )
        return
    said = inside.said.get(ASK_SESSION)
    if said is not None and (missing := _MISSING.search(said.output)):
        yield Fault(
            "session-system",
            f"/{_SESSION}",
            f"it does not run, for {missing[1] or missing[2]} is missing: it is made for "
            "another system than the image's",
            "Install the package for the system of the base.",
        )
    version = session_version(inside)
    if version is None or dashed(version) != dashed(wanted):
        yield Fault(
            "session-version",
            f"/{_VERSION_FILE}",
            f"Session version {version or 'unknown'} does not match server version {wanted}",
            f"Install Workbench {wanted}; where the service has another version, say it in "
            "the landscape as `recipe.session`.",
        )


def _package_of_another_system(inside: Inside) -> Iterator[Fault]:
    system = release(inside)
    for step in inside.configuration.history:
        found = _PACKAGE.search(step)
        if found and system is not None and fits(found[1], system) is False:
            yield Fault(
                "session-system",
                "the history",
                f"the session's package is for {found[1]}; the image is {system.says}",
                "Install the package for the system of the base.",
            )


def _needed(inside: Inside) -> Iterator[Fault]:
    if inside.program("sudo") is None:
        yield _lacks("sudo", "sudo")
    java = inside.said.get(ASK_JAVA)
    if java is None or java.code != 0:
        yield _lacks("a Java that runs", "a JDK of version 11 or newer")
    if not _has_png(inside):
        yield _lacks("libpng", "libpng and its headers")


def _lacks(what: str, package: str) -> Fault:
    return Fault("needed", "PATH", f"it lacks {what}", f"Install {package}.")


def _has_png(inside: Inside) -> bool:
    patterns = ("usr/lib/*/libpng*.so*", "usr/lib64/libpng*.so*", "usr/lib/libpng*.so*")
    return any(True for pattern in patterns for _ in inside.matching(pattern))


def _drivers(inside: Inside) -> Iterator[Fault]:
    said = inside.said.get(ASK_DRIVERS)
    if said is None or said.code != 0 or not _DRIVER.search(said.output):
        yield Fault(
            "drivers",
            "/etc/odbcinst.ini",
            "`odbcinst -q -d` names no driver",
            "Install unixODBC and Posit's drivers, and copy their odbcinst.ini.sample there; "
            "or say `recipe: {drivers: false}` in the landscape.",
        )


def _settings(inside: Inside) -> Iterator[Fault]:
    for name in _SETTINGS:
        if name not in inside.configuration.environment:
            yield Fault(
                "settings",
                "the environment",
                f"{name} has no default",
                f"Add `ENV {name}=…`; SageMaker puts the domain's own in its place.",
            )
