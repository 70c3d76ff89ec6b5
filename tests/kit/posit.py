"""What Posit offers for an RStudio image, stood in for: R, Workbench, packages of R and Python.

R is Debian's, where Posit's would be; Workbench is a few files that say its version.  Packages
of R are empty and installed by that R; those of Python are the real ones, elsewhere.
"""

import io
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from studiogate.images.recipe.releases import release_named
from studiogate.images.recipe.sources import Sources
from tests.kit.stand_ins import Answer, Host

_PAGE = "application/vnd.pypi.simple.v1+html"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PIPS_OWN = """\
import ensurepip, pathlib, sys
sys.path.insert(0, str(next(pathlib.Path(ensurepip.__path__[0], "_bundled").glob("pip-*.whl"))))
from pip._internal.models.index import PyPI
print(PyPI.simple_url)
"""
_LINK = re.compile(r'href="([^"#]+)')
_ROUND = 'exec "/usr/lib/R/bin/{name}" "$@"'
_CONTROL = """\
Package: {name}
Version: {version}
Architecture: amd64
Maintainer: nobody <nobody@acme.example>
Depends: {needs}
Description: stands in for Posit's
"""
_DESCRIPTION = "Package: {name}\nVersion: 1.0\nTitle: {name}\nLicense: GPL-3\n"


def hosts(
    folder: Path, *, r_version: str, session: str, packages: Iterable[str]
) -> Mapping[str, Host]:
    """Everything for an image on Ubuntu 24.04 with that R, that Workbench and `packages` of R."""
    sources, base = Sources(), release_named("ubuntu:24.04")
    assert base is not None
    files = {
        sources.r_file(r_version, base): r(folder, r_version),
        sources.workbench_file(session, base.codename): workbench(folder, session),
        sources.drivers_file(): drivers(folder),
    }
    by_host: dict[str, Host] = {"packagemanager.posit.co": package_manager(packages)}
    for url in files:
        name = urlsplit(url).hostname or ""
        by_host[name] = _host(name, files)
    return by_host


def _host(name: str, files: Mapping[str, bytes]) -> Host:
    return lambda path: files.get(f"https://{name}{path}")


def index_hosts() -> tuple[str, ...]:
    """Where the real packages of Python are: the index, and what its pages link to."""
    index = f"{_index()}/"
    page = _fetched(f"{index}pip/").decode()
    links = [urljoin(f"{index}pip/", link) for link in _LINK.findall(page)]
    return tuple({urlsplit(one).hostname or "": None for one in (index, *links)})


def python_packages(path: str) -> Answer:
    """What Package Manager answers about PyPI: the page of the real one.

    Not a redirect to it: pip would follow that through the proxy, whatever `NO_PROXY` says.
    """
    _, kind, day, *rest = path.split("/")
    if kind != "pypi" or rest[:1] != ["simple"] or not _DAY.fullmatch(day):
        return None
    url = "/".join([_index(), *rest[1:]])
    try:
        return f'<base href="{url}">'.encode() + _fetched(url)
    except subprocess.CalledProcessError:
        return None


def package_manager(packages: Iterable[str]) -> Host:
    """Package Manager with `packages` of R, and all of Python."""
    sources = {f"{name}_1.0.tar.gz": _source(name) for name in packages}
    listed = "\n".join(_DESCRIPTION.format(name=name) for name in packages).encode()

    def answer(path: str) -> Answer:
        if path.startswith("/pypi/"):
            return python_packages(path)
        below, slash, name = path.rpartition("/src/contrib/")
        if not slash or not below.startswith("/cran/"):
            return None
        return listed if name == "PACKAGES" else sources.get(name)

    return answer


def r(folder: Path, version: str) -> bytes:
    """The package of R `version`, which has to be Debian's own."""
    files = {
        f"opt/R/{version}/bin/{name}": f"#!/bin/sh\n{_ROUND.format(name=name)}\n"
        for name in ("R", "Rscript")
    }
    return _deb(folder, f"r-{version}", "r-base-core", files)


def workbench(folder: Path, version: str) -> bytes:
    """The package of Workbench `version`."""
    components = "usr/lib/rstudio-server"
    files = {
        f"{components}/VERSION": f"{version}\n",
        f"{components}/bin/rsession": f"#!/bin/sh\necho '{version} for Ubuntu Noble'\n",
    }
    return _deb(folder, "rstudio-workbench", "sudo", files)


def drivers(folder: Path) -> bytes:
    """The package of the professional drivers: one name, and no driver."""
    sample = "[PostgreSQL]\nDriver = /opt/rstudio-drivers/postgresql.so\n"
    files = {"opt/rstudio-drivers/odbcinst.ini.sample": sample}
    return _deb(folder, "rstudio-drivers", "unixodbc", files)


def _index() -> str:
    """The index that pip asks here: the one that is set, or its own."""
    named = (
        os.environ.get("PIP_INDEX_URL")
        or subprocess.run(
            [sys.executable, "-c", _PIPS_OWN], capture_output=True, check=True, text=True
        ).stdout
    )
    return named.strip().rstrip("/")


def _fetched(url: str) -> bytes:
    """A page of the index; by another program, for tests reach nothing but this machine."""
    asked = ["/usr/bin/curl", "-fsSL", "--header", f"Accept: {_PAGE}", url]
    return subprocess.run(asked, capture_output=True, check=True).stdout


def _deb(folder: Path, name: str, needs: str, files: Mapping[str, str]) -> bytes:
    control = _CONTROL.format(name=name, version="1.0", needs=needs)
    root = folder / name
    for path, text in {"DEBIAN/control": control, **files}.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755 if text.startswith("#!") else 0o644)
    made = folder / f"{name}.deb"
    subprocess.run(
        ["/usr/bin/dpkg-deb", "--root-owner-group", "--build", str(root), str(made)],
        check=True,
        capture_output=True,
    )
    return made.read_bytes()


def _source(name: str) -> bytes:
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w:gz") as tar:
        for path, text in {
            "DESCRIPTION": _DESCRIPTION.format(name=name),
            "NAMESPACE": "",
        }.items():
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return kept.getvalue()
