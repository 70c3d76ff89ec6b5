"""R in an RStudio image: every version, where Workbench finds it, and the packages of each.

Sources: SageMaker developer guide, "Custom RStudio image specifications"; Posit Workbench
administration guide, "Using multiple versions of R"; rows S6-10, S6-11 and S6-13.
"""

import re
from collections.abc import Iterator

from studiogate.images.inside.facts import Inside
from studiogate.images.parts import Fault
from studiogate.images.recipe.choices import R_PACKAGES
from studiogate.images.recipe.workbench import SCANNED
from studiogate.landscape.image import Image

_LOADED = "loaded "
_VERSION = re.compile(r"\b(?:R version|version) (\d+\.\d+\.\d+)")
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9.]*\Z")
_SAGEMAKER_NEEDS = ("reticulate",)


def homes(inside: Inside) -> tuple[str, ...]:
    """Folders in which Workbench finds an R by itself, as `/opt/R/4.5.1`."""
    found = (
        folder
        for pattern in SCANNED
        for folder in sorted(inside.matching(pattern.lstrip("/")))
        if inside.has(f"{folder}/bin/R") and inside.has(f"{folder}/bin/Rscript")
    )
    return tuple(f"/{folder}" for folder in found)


def questions(inside: Inside, image: Image) -> Iterator[tuple[str, ...]]:
    """What is asked of each R, and of the one that a terminal starts."""
    for home in homes(inside):
        yield _version(f"{home}/bin/Rscript")
        yield _library(f"{home}/bin/Rscript", _SAGEMAKER_NEEDS)
    default = inside.program("Rscript")
    if default is not None:
        yield _version(f"/{default}")
        yield _library(f"/{default}", packages(image))


def packages(image: Image) -> tuple[str, ...]:
    """The packages that the default R has to have."""
    drivers = ("odbc",) if image.recipe.drivers else ()
    named = (*R_PACKAGES, *drivers, *image.recipe.r_packages)
    return tuple(dict.fromkeys(one for one in named if _NAME.match(one)))


def r(inside: Inside, image: Image) -> Iterator[Fault]:
    """Faults of its R."""
    found = homes(inside)
    if not found:
        yield Fault(
            "r-missing",
            " ".join(SCANNED),
            "there is no R in any folder in which Workbench looks for one",
            "Install one below /opt/R, as /opt/R/4.5.1.",
        )
    for home in found:
        broken = tuple(_runs(inside, home))
        yield from broken or _loads(inside, f"{home}/bin/Rscript", _SAGEMAKER_NEEDS)
    yield from _default(inside, image)
    yield from _versions(inside, image, found)


def _runs(inside: Inside, home: str) -> Iterator[Fault]:
    script = f"{home}/bin/Rscript"
    said = inside.said.get(_version(script))
    if said is None or said.code != 0:
        last = said.output.strip().splitlines()[-1:] if said is not None else []
        yield Fault(
            "r-broken",
            script,
            " ".join(["`Rscript --version` does not run", *last]),
            "Install it for the system of the image; what is missing is in the line above.",
        )


def _default(inside: Inside, image: Image) -> Iterator[Fault]:
    default = inside.program("Rscript")
    if default is None or inside.program("R") is None:
        yield Fault(
            "r-default",
            "PATH",
            "a terminal finds no R: none is the default",
            "Link one: `ln -s /opt/R/VERSION/bin/R /opt/R/VERSION/bin/Rscript /usr/local/bin`.",
        )
        return
    said = inside.said.get(_version(f"/{default}"))
    wanted = image.recipe.r[:1]
    if said is None or said.code != 0:
        yield Fault("r-broken", f"/{default}", "it does not run", "Link an R that does.")
    elif wanted and (match := _VERSION.search(said.output)) and match[1] != wanted[0]:
        yield Fault(
            "r-default",
            f"/{default}",
            f"the default R is {match[1]}; the landscape says {wanted[0]} first",
            f"Link /opt/R/{wanted[0]}/bin/R and Rscript into /usr/local/bin.",
        )
    if said is not None and said.code == 0:
        yield from _loads(inside, f"/{default}", packages(image))


def _versions(inside: Inside, image: Image, found: tuple[str, ...]) -> Iterator[Fault]:
    there = set()
    for home in found:
        said = inside.said.get(_version(f"{home}/bin/Rscript"))
        there |= set(_VERSION.findall(said.output)) if said is not None else set()
    for version in image.recipe.r:
        # A recipe may say 4.5 and mean whichever of it was built in.
        if not any(one == version or one.startswith(f"{version}.") for one in there):
            having = ", ".join(sorted(there)) or "none"
            yield Fault(
                "r-version",
                f"/opt/R/{version}",
                f"the landscape says R {version}; those of the image: {having}",
                f"Install R {version} below /opt/R, or take it out of the recipe.",
            )


def _loads(inside: Inside, script: str, wanted: tuple[str, ...]) -> Iterator[Fault]:
    said = inside.said.get(_library(script, wanted))
    if said is None:
        return
    lines = said.output.splitlines()
    loaded = {line.removeprefix(_LOADED) for line in lines if line.startswith(_LOADED)}
    missing = [one for one in wanted if one not in loaded]
    if missing:
        yield Fault(
            "r-packages",
            script,
            f"library() of these fails: {', '.join(missing)}",
            "Install them for this R from the Package Manager's snapshot; a package that "
            "is there and does not load lacks a library of the system.",
        )


def _version(script: str) -> tuple[str, ...]:
    return (script, "--version")


def _library(script: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Each is loaded by itself, so that one that fails does not hide the others."""
    named = ", ".join(f'"{one}"' for one in wanted)
    program = (
        f"for (one in c({named})) try({{"
        "suppressPackageStartupMessages(library(one, character.only = TRUE)); "
        f'cat("{_LOADED}", one, "\\n", sep = "")'
        "}, silent = TRUE)"
    )
    return (script, "-e", program)
