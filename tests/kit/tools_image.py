"""A folder whose image serves a page where JupyterLab would."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.kit.containers import busybox_layer, write_context
from tests.kit.images_inside import VERSIONS
from tests.kit.organisation import Organisation
from tests.kit.publisher import Publisher

_DOCKERFILE = """\
FROM scratch
ADD rootfs.tar /
COPY www /www
COPY python3 /usr/local/bin/python3
ENV PATH=/usr/local/bin:/bin
EXPOSE 8888
USER 1000:100
ENTRYPOINT ["httpd", "-f", "-p", "8888", "-h", "/www"]
"""


def write_tools(folder: Path, words: str) -> Path:
    """`folder`, which has a Dockerfile whose JupyterLab shows `words`, and nothing else."""
    python = json.dumps({"versions": VERSIONS, "broken": {}})
    base = "www/jupyterlab/default"
    files = {
        f"{base}/api/status": "{}",
        f"{base}/lab/index.html": f"<!doctype html><title>Tools</title><h1>{words}</h1>",
        "python3": f"#!/bin/sh\necho '{python}'\n",
    }
    shutil.rmtree(folder, ignore_errors=True)
    write_context(folder, _DOCKERFILE, files)
    (folder / "python3").chmod(0o755)
    (folder / "rootfs.tar").write_bytes(busybox_layer())
    return folder


@contextmanager
def left_as_found(publisher: Publisher) -> Iterator[Publisher]:
    """`publisher`, whose image `tools` is retired at the end, whatever became of it."""
    try:
        yield publisher
    finally:
        for app in _running(publisher.acme):
            publisher.client("sagemaker").delete_app(**app)
        publisher.images("retire", "tools", "--yes")


def _running(acme: Organisation) -> Iterator[dict[str, str]]:
    """The apps of lob-a that were started from an image."""
    studio = acme.client("lob-a", "sagemaker")
    for one in studio.list_apps()["Apps"]:
        if one["Status"] == "Deleted" or one["AppType"] == "RStudioServerPro":
            continue
        keys = ("DomainId", "UserProfileName", "SpaceName", "AppType", "AppName")
        which = {key: one[key] for key in keys if key in one}
        if studio.describe_app(**which).get("ResourceSpec", {}).get("SageMakerImageArn"):
            yield which
