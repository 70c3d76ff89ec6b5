"""Built images for the checks: one of each kind that has no fault, and ways to spoil it."""

import json
from collections.abc import Mapping
from datetime import date

from studiogate.images.inside import python, r, rstudio
from studiogate.images.inside.facts import Entry, Inside
from studiogate.images.parts import Configuration, Ran
from studiogate.landscape.image import Image, Recipe
from tests.kit.containers import UBUNTU

TODAY = date(2026, 3, 1)
SERVICE = "2025.05.1+513.pro3"
RSTUDIO = Image(kind="rstudio", recipe=Recipe(r=("4.5.1", "4.4.3"), session=SERVICE))
LAB = Image(kind="jupyterlab")

VERSIONS = {
    "boto3": "1.42.1",
    "awscli": "1.44.2",
    "sagemaker": "2.250.0",
    "sagemaker-studio-image-build": "0.6.0",
    "numpy": "2.3.1",
}
PASSWD = "root:x:0:0:root:/root:/bin/sh\nsagemaker-user:x:1000:100::/home/sagemaker-user:\n"
GROUP = "root:x:0:\nusers:x:100:\n"
TEXTS = {
    "etc/os-release": UBUNTU,
    "etc/passwd": PASSWD,
    "etc/group": GROUP,
    "usr/lib/rstudio-server/VERSION": f"{SERVICE}\n",
}
COMMON = ("usr/bin/python3", *TEXTS)
R_PATHS = (
    "opt/R/4.5.1/bin/R",
    "opt/R/4.5.1/bin/Rscript",
    "opt/R/4.4.3/bin/R",
    "opt/R/4.4.3/bin/Rscript",
    "usr/lib/rstudio-server/bin/rsession",
    "usr/bin/sudo",
    "usr/bin/java",
    "usr/bin/odbcinst",
    "usr/lib/x86_64-linux-gnu/libpng16.so.16",
)
LINKS = {
    "usr/local/bin/R": "/opt/R/4.5.1/bin/R",
    "usr/local/bin/Rscript": "/opt/R/4.5.1/bin/Rscript",
}
SETTINGS = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "RSTUDIO_CONNECT_URL": "",
    "RSTUDIO_PACKAGE_MANAGER_URL": "https://packagemanager.posit.co/cran/2026-02-02",
    "RSTUDIO_FORCE_NON_ZERO_EXIT_CODE": "1",
}


def tree(files: tuple[str, ...], links: Mapping[str, str] | None = None) -> dict[str, Entry]:
    """Paths of an image that has these files and links, and the folders they are in."""
    paths: dict[str, Entry] = {}
    for path in (*files, *(links or {})):
        parts = path.split("/")
        for length in range(1, len(parts)):
            paths["/".join(parts[:length])] = Entry("folder")
    paths |= {path: Entry("file") for path in files}
    return paths | {path: Entry("link", target) for path, target in (links or {}).items()}


def lab(
    *, settings: Mapping[str, str] | None = None, without: str = "", **said: object
) -> Inside:
    """A JupyterLab image without a fault; `said` are other values of its configuration."""
    command = ("jupyter", "lab", "--ip=0.0.0.0", "--port=8888")
    facts: dict[str, object] = {
        "architecture": "amd64",
        "os": "linux",
        "user": "1000:100",
        "entrypoint": command,
        "environment": {"PATH": "/usr/local/bin:/usr/bin:/bin", **(settings or {})},
        "ports": ("8888/tcp",),
    }
    paths = tree(tuple(path for path in (*COMMON, "usr/bin/jupyter") if path != without))
    bare = Inside(Configuration(**{**facts, **said}), paths=paths, texts=TEXTS)  # type: ignore[arg-type]  # a test may give anything
    return answered(bare, LAB)


def workbench(*, without: str = "", image: Image = RSTUDIO, **said: object) -> Inside:
    """An RStudio image without a fault but for `without`, a path that is not there."""
    facts: dict[str, object] = {"architecture": "amd64", "os": "linux", "environment": SETTINGS}
    links = {path: target for path, target in LINKS.items() if path != without}
    paths = tree(tuple(path for path in (*COMMON, *R_PATHS) if path != without), links)
    texts = {path: text for path, text in TEXTS.items() if path != without}
    bare = Inside(Configuration(**{**facts, **said}), paths=paths, texts=texts)  # type: ignore[arg-type]  # a test may give anything
    return answered(bare, image)


def answered(inside: Inside, image: Image) -> Inside:
    """The image with what the programs in it would say if nothing was wrong."""
    said: dict[tuple[str, ...], Ran] = {}
    asked = python.question(inside)
    if asked is not None:
        said[asked] = Ran(0, json.dumps({"versions": VERSIONS, "broken": {}}))
    for command in r.questions(inside, image):
        said[command] = _of_r(command)
    for command in rstudio.questions(inside, image):
        said[command] = _AROUND[command]
    return Inside(
        inside.configuration, inside.size, inside.paths, inside.texts, inside.traces, said
    )


def _of_r(command: tuple[str, ...]) -> Ran:
    if command[-1] == "--version":
        version = "4.4.3" if "4.4.3" in command[0] else "4.5.1"
        return Ran(0, f"Rscript (R) version {version} (2025-06-13)\n")
    names = command[-1].partition("c(")[2].partition(")")[0].replace('"', "").split(", ")
    return Ran(0, "".join(f"loaded {name}\n" for name in names))


_AROUND: Mapping[tuple[str, ...], Ran] = {
    rstudio.ASK_SESSION: Ran(0, f"{SERVICE} (Mariposa Orchid) for Ubuntu Noble\n"),
    rstudio.ASK_JAVA: Ran(0, 'openjdk version "21.0.4"\n'),
    rstudio.ASK_DRIVERS: Ran(0, "[PostgreSQL]\n[Redshift]\n"),
}
