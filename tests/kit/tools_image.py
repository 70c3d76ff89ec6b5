"""A folder whose image serves a page where JupyterLab would, and `studiogate images` over it."""

import json
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kit.containers import Storage, busybox_layer, write_context
from tests.kit.images_inside import VERSIONS
from tests.kit.organisation import Organisation
from tests.kit.revocation import Ran
from tests.kit.starting import STUDIOGATE

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


@dataclass(frozen=True)
class Images:
    """`studiogate images` as an administrator runs it in the running organisation."""

    acme: Organisation
    storage: Storage

    @property
    def folder(self) -> Path:
        """Where the image `tools` is described."""
        return self.acme.landscape.parent / "images" / "tools"

    def run(self, verb: str, *words: str) -> Ran:
        """What a command said; where it was to be JSON, that is its answer."""
        ran = subprocess.run(
            self._words(verb, *words),
            env=self._told(), capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        answer = json.loads(ran.stdout) if "--json" in words else {}
        return Ran(ran.returncode, answer, ran.stdout + ran.stderr)

    def done(self, verb: str, *words: str) -> dict[str, Any]:
        """The answer of a command that has to go well."""
        ran = self.run(verb, *words, *([] if verb == "build" else ["--json"]))
        assert ran.code == 0, ran.noise
        return ran.answer

    def killed(self, verb: str, *words: str, at: str) -> None:
        """Kill a command when it says `at`, with all that it started."""
        with subprocess.Popen(
            self._words(verb, *words),
            env=self._told(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        ) as running:  # fmt: skip
            assert running.stderr is not None
            said = next((line for line in running.stderr if at in line), None)
            running.send_signal(signal.SIGKILL)
        assert said is not None, f"it never said {at}"

    def listed(self, name: str = "tools") -> Mapping[str, Mapping[str, Any]]:
        """What `images list` says of an image, by domain."""
        ran = self.run("list", name, "--json")
        assert ran.code in {0, 3}, ran.noise
        return {one["domain"]: one for one in ran.answer["images"]}

    def _words(self, verb: str, *words: str) -> list[str]:
        here = ["--landscape", str(self.acme.landscape)]
        account = [] if verb in {"build", "check"} else ["--profile", "management"]
        return [str(STUDIOGATE), "images", verb, *here, *account, *words]

    def _told(self) -> dict[str, str]:
        return self.storage.environment | dict(self.acme.up["environment"])


@contextmanager
def left_as_found(images: Images) -> Iterator[Images]:
    """`images`, which are retired at the end, whatever became of them."""
    try:
        yield images
    finally:
        for app in _running(images.acme):
            images.acme.client("lob-a", "sagemaker").delete_app(**app)
        assert images.run("retire", "tools", "--yes").code == 0


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
