"""What is in one image: the landscape's recipe, with what it leaves open filled in.

Whatever of it gets into a Dockerfile, an R program or a list of requirements is of an alphabet
that means nothing to any of them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from studiogate.errors import ImageError
from studiogate.images.recipe import workbench
from studiogate.images.recipe.releases import Release, release_named
from studiogate.images.recipe.sources import Sources
from studiogate.landscape.image import Image, Kind, RStudio

R_PACKAGES: tuple[str, ...] = (
    "reticulate", "readr", "curl", "ggplot2", "dplyr", "stringr", "fable", "tsibble", "feasts",
    "remotes", "urca", "sodium", "plumber", "jsonlite",
)  # fmt: skip
"""Packages of R that every RStudio image has (S6-13); SageMaker itself needs the first."""

PYTHON_PACKAGES: tuple[str, ...] = (
    "boto3>1.0,<2.0",
    "awscli>1.0,<2.0",
    "sagemaker[local]<3",
    "sagemaker-studio-image-build",
    "numpy",
)
"""Packages of Python that every image has, in the SageMaker guide's bounds (S6-13)."""

_JUPYTERLAB = "jupyterlab>=4,<5"
_NOTEBOOKS = ("pandas", "pyarrow")
"""What the notebook library finds in every image, as in those of SageMaker Distribution."""

_ODBC = "odbc"
_DOTS = 2

_REFERENCE = re.compile(r"[a-z0-9][a-zA-Z0-9._/:-]*(?:@sha256:[0-9a-f]{64})?\Z")
_R_NAME = re.compile(r"[a-zA-Z](?:[a-zA-Z0-9.]*[a-zA-Z0-9])\Z")
_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:\[[A-Za-z0-9._,-]+\])?"
    r"(?:[<>=!~]=?=?[A-Za-z0-9.*+!_-]+(?:,[<>=!~]=?=?[A-Za-z0-9.*+!_-]+)*)?\Z"
)


@dataclass(frozen=True, slots=True)
class Choices:
    """An image's contents, with nothing left open but digests and checksums."""

    name: str
    kind: Kind
    base: str
    """As somebody wrote it, perhaps without a digest."""

    release: Release
    session: str = ""
    session_os: str = ""
    """What Posit calls the system of the session's package."""

    r: tuple[str, ...] = ()
    """Versions of R, the default one first."""

    r_packages: tuple[str, ...] = ()
    drivers: bool = False
    python_packages: tuple[str, ...] = ()
    """Requirements, as pip takes them; without any, no Python is set up."""

    title: str = ""
    connect_url: str = ""
    package_manager_url: str | None = None
    """The lob's own, where it has one."""


def chosen(
    name: str,
    image: Image,
    *,
    today: date,
    rstudio: RStudio | None = None,
    sources: Sources | None = None,
) -> Choices:
    """What `image` is made of, as of `today`.

    Raises:
        ImageError: its base is not known, has ended or has no packages of ours; a version or a
            package is not one; Posit has no Workbench for the base.
    """
    base = image.recipe.base or (sources or Sources()).base
    plain = Choices(
        name=name,
        kind=image.kind,
        base=base,
        release=_release(base, today),
        python_packages=_python(image),
        title=image.description or image.display_name or name,
    )
    return _of_rstudio(plain, image, rstudio, today) if image.kind == "rstudio" else plain


def _of_rstudio(plain: Choices, image: Image, rstudio: RStudio | None, today: date) -> Choices:
    recipe = image.recipe
    session = recipe.session or workbench.standing(today).version
    os_name = workbench.package_os(session, plain.release)
    if os_name is None:
        raise ImageError(
            f"Posit has no Workbench {session} for {plain.release.says}",
            remedy="Build on Ubuntu 22.04 or 24.04: `recipe: {base: …}` of the image.",
        )
    found = workbench.known(session) or workbench.WORKBENCHES[0]
    return replace(
        plain,
        session=session,
        session_os=os_name,
        r=tuple(dict.fromkeys(map(_r_version, recipe.r))) or found.r[:1],
        r_packages=_r_packages(recipe.r_packages, drivers=recipe.drivers),
        drivers=recipe.drivers,
        connect_url=(rstudio.connect_url or "") if rstudio else "",
        package_manager_url=rstudio.package_manager_url if rstudio else None,
    )


def _release(base: str, today: date) -> Release:
    if not _REFERENCE.match(base):
        raise ImageError(
            "the base is not a reference to an image",
            remedy="Write it as public.ecr.aws/ubuntu/ubuntu:24.04.",
        )
    release = release_named(base)
    if release is None or not release.has_apt:
        raise ImageError(
            f"a recipe cannot be written for the base {base}",
            remedy="Take an Ubuntu or a Debian by its usual name, such as "
            f"{Sources().base}; or write the Dockerfile by hand: `images check` reads any.",
        )
    if release.ended(today):
        raise ImageError(
            f"{release.says} gets no security updates since {release.ends}",
            remedy=f"Build on a release that does, such as {Sources().base}.",
        )
    return release


def _r_version(version: str) -> str:
    if version.count(".") != _DOTS:
        raise ImageError(
            f"R {version} is not one version", remedy=f"Name it whole, as {version}.1."
        )
    return version


def _r_packages(more: Iterable[str], *, drivers: bool) -> tuple[str, ...]:
    wanted = (*R_PACKAGES, *((_ODBC,) if drivers else ()), *more)
    for one in wanted:
        if not _R_NAME.match(one):
            raise _no_package(one, "R", "letters, digits and dots, as on CRAN")
    return tuple(dict.fromkeys(wanted))


def _python(image: Image) -> tuple[str, ...]:
    """Requirements; what the landscape says of a package takes the place of our bounds."""
    usual = PYTHON_PACKAGES if image.recipe.python else ()
    lab: tuple[str, ...] = ()
    if image.kind == "jupyterlab":
        lab = (_JUPYTERLAB, *(_NOTEBOOKS if image.recipe.python else ()))
    wanted: dict[str, str] = {}
    for one in (*lab, *usual, *image.recipe.python_packages):
        found = _REQUIREMENT.match(one)
        if found is None:
            raise _no_package(one, "Python", "a name and versions, as `polars>=1.30,<2`")
        wanted[re.sub(r"[-_.]+", "-", found["name"]).lower()] = one
    return tuple(wanted.values())


def _no_package(name: str, language: str, form: str) -> ImageError:
    return ImageError(
        f"{name!r} is not how a package of {language} is asked for", remedy=f"Write {form}."
    )
