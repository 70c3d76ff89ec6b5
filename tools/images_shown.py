"""The example's two images, published and attached in a running `make up`, for its pictures.

What is in them stands in for what their recipes would make of them: it is built of busybox in
seconds, without a network, and launchers show its names alone.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from studiogate.images.recipe.workbench import WORKBENCHES
from tests.kit.containers import busybox_layer, private_storage, write_context
from tests.kit.images_inside import VERSIONS
from tests.kit.rstudio_image import write_rstudio

ROOT = Path(__file__).parents[1]
NAMES = ("tools", "r-4.5")
_LAB = """\
FROM scratch
ADD rootfs.tar /
COPY image /
RUN mkdir -p /srv/jupyterlab/default && echo {said} > /srv/jupyterlab/default/index.html
EXPOSE 8888
USER 1000:100
ENTRYPOINT ["/bin/httpd", "-f", "-p", "8888", "-h", "/srv"]
"""


@contextmanager
def images_shown(up: Mapping[str, Any]) -> Iterator[None]:
    """Both images are attached, and of one a newer version waits, until the block ends."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        shutil.copytree(ROOT / "examples", folder, dirs_exist_ok=True)
        environment = private_storage(folder / "storage").environment | up["environment"]
        lab = folder / "images" / "tools"
        _write_lab(lab)
        write_rstudio(
            folder / "images" / "r-4.5", session=WORKBENCHES[0].version, r=("4.5.1", "4.4.3")
        )
        try:
            for name in NAMES:
                _publish(name, folder, environment)
                _said("attach", name, folder, environment)
            _said("attach", "tools", folder, environment, "--everywhere")
            (lab / "Dockerfile").write_text(_LAB.format(said="newer"), encoding="utf-8")
            _publish("tools", folder, environment)
            yield
        finally:
            for name in NAMES:
                _said("retire", name, folder, environment, "--yes")


def _write_lab(folder: Path) -> None:
    python = json.dumps({"versions": VERSIONS, "broken": {}})
    file = "image/usr/local/bin/python3"
    write_context(folder, _LAB.format(said="first"), {file: f"#!/bin/sh\necho '{python}'\n"})
    (folder / "rootfs.tar").write_bytes(busybox_layer())


def _publish(name: str, folder: Path, environment: Mapping[str, str]) -> None:
    _asked(("build", name, "--with", "buildah"), folder, environment)
    _said("publish", name, folder, environment, "--with", "buildah")


def _said(
    verb: str, name: str, folder: Path, environment: Mapping[str, str], *more: str
) -> None:
    _asked((verb, name, "--profile", "management", *more), folder, environment)


def _asked(words: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> None:
    command = [str(ROOT / ".venv/bin/studiogate"), "images", *words]
    command += ["--landscape", str(folder / "two-lobs.yaml")]
    subprocess.run(command, env=os.environ | dict(environment), check=True)  # noqa: S603 - words of this module
