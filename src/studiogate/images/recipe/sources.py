"""Where everything in a custom image comes from: addresses and versions, as data.

Whoever has a mirror, or none of the world, gives other `Sources`; nothing else knows a host.
"""

from dataclasses import dataclass
from datetime import date

from studiogate.images.recipe.releases import Release
from studiogate.images.recipe.workbench import dashed


@dataclass(frozen=True, slots=True)
class Sources:
    """Addresses, with braces where a version or a system goes."""

    base: str = "public.ecr.aws/ubuntu/ubuntu:24.04"
    """What an image is built on where the landscape does not say."""

    r: str = "https://cdn.posit.co/r/{os}/pkgs/r-{version}_1_amd64.deb"
    """Posit's builds of R, each below /opt/R (Posit, "Install R")."""

    workbench: str = (
        "https://s3.amazonaws.com/rstudio-ide-build/server/{os}/amd64/"
        "rstudio-workbench-{version}-amd64.deb"
    )
    """As in the SageMaker guide, "RStudio Versioning", "Changes to BYOI Images" (S6-08)."""

    drivers: str = (
        "https://cdn.rstudio.com/drivers/7C152C12/installer/rstudio-drivers_{version}_amd64.deb"
    )
    """Posit's professional ODBC drivers (S6-12)."""

    drivers_version: str = "2025.07.0"

    cran: str = "https://packagemanager.posit.co/cran/__linux__/{codename}/{snapshot}"
    """Packages of R, built for the system, as they were on a day."""

    pypi: str = "https://packagemanager.posit.co/pypi/{snapshot}/simple"
    """Packages of Python, as they were on a day."""

    micromamba: str = (
        "https://github.com/mamba-org/micromamba-releases/releases/download/"
        "2.9.0-0/micromamba-linux-64"
    )
    """What installs Code Editor, as in the SageMaker guide, "Custom images" of Code Editor."""

    conda: str = "https://conda.anaconda.org/conda-forge"
    code_editor: str = "1.9.0"
    """Version of conda-forge's sagemaker-code-editor."""

    def r_file(self, version: str, release: Release) -> str:
        """Address of R `version` for `release`."""
        if release.family == "ubuntu":
            system = f"ubuntu-{release.version.replace('.', '')}"
        else:
            system = f"{release.family}-{release.version}"
        return self.r.format(os=system, version=version)

    def workbench_file(self, version: str, os_name: str) -> str:
        """Address of Workbench `version` in the package for `os_name`."""
        return self.workbench.format(os=os_name, version=dashed(version))

    def drivers_file(self) -> str:
        """Address of the professional drivers."""
        return self.drivers.format(version=self.drivers_version)

    def r_packages(self, release: Release, snapshot: date, *, declared: str | None) -> str:
        """Address of the packages of R on the day `snapshot`.

        A package manager that the landscape declares takes the place of the public one: its
        `latest` becomes the day; any other address is taken as it is.
        """
        if declared is None:
            return self.cran.format(codename=release.codename, snapshot=snapshot)
        head, slash, last = declared.rstrip("/").rpartition("/")
        return f"{head}{slash}{snapshot}" if last == "latest" else declared.rstrip("/")

    def python_packages(self, snapshot: date) -> str:
        """Address of the packages of Python on the day `snapshot`."""
        return self.pypi.format(snapshot=snapshot)
