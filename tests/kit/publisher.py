"""Whoever publishes images: the product's commands, the AWS CLI and buildah, on one machine.

They find the emulated registries as anybody does, by the environment that `up` tells, and keep
what they build in a storage of the test's own.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studiogate.names import image_registry
from tests.kit.containers import BUILDAH, Storage
from tests.kit.organisation import Organisation
from tests.kit.starting import STUDIOGATE

AWS = Path(sys.executable).with_name("aws")
PATIENCE_S = 120


@dataclass(frozen=True)
class Said:
    """How a program ended, and what it printed: its answer, and what it told meanwhile."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """Both, with every break of a line a blank: terminals fold."""
        return " ".join((self.out + self.err).split())


@dataclass(frozen=True)
class Publisher:
    """One of lob-a, whose administrators have let them into every account."""

    acme: Organisation
    storage: Storage
    landscape: Path

    keys: Mapping[str, str] = field(default_factory=dict)
    """Of another principal, for the AWS CLI."""

    @property
    def registry(self) -> str:
        """Of lob-a."""
        return image_registry(self.acme.up["region"], self.account)

    @property
    def account(self) -> str:
        """Of lob-a."""
        identity = self.client("sts").get_caller_identity()
        return str(identity["Account"])

    def folder(self, image: str) -> Path:
        """Where an image is described."""
        return self.landscape.parent / "images" / image

    @property
    def environment(self) -> dict[str, str]:
        """That of the storage, and the way to the registries."""
        kept = {k: v for k, v in self.storage.environment.items() if not k.startswith("AWS_")}
        return kept | dict(self.acme.up["environment"])

    def images(self, *words: str, code: int = 0, given: str = "") -> Said:
        """What `studiogate images WORDS` says of the landscape; it ends with `code`."""
        return self.studiogate(
            "images", *words, "--landscape", str(self.landscape), code=code, given=given
        )

    def studiogate(self, *words: str, code: int = 0, given: str = "") -> Said:
        """What `studiogate WORDS` says, as the administrator of the organisation.

        `apply` makes the gateway of packages, and finds them as this machine does: not by the
        emulation's proxy, which leads to no private network.
        """
        said = self.asked(*words, given=given)
        assert said.code == code, f"{said.code}: {said.out}{said.err}"
        return said

    def asked(self, *words: str, given: str = "") -> Said:
        """The same, however it ends."""
        more = {"AWS_PROFILE": "management"}
        if words[0] != "images":
            more["HTTPS_PROXY"] = os.environ.get("HTTPS_PROXY", "")
        return self._ran([str(STUDIOGATE), *words], more, given)

    @contextmanager
    def reached(self, *words: str, at: str) -> Iterator[subprocess.Popen[str]]:
        """`studiogate images WORDS`, which runs and has just said `at`."""
        with subprocess.Popen(
            [str(STUDIOGATE), "images", *words, "--landscape", str(self.landscape)],
            cwd=self.landscape.parent,
            env=self.environment | {"AWS_PROFILE": "management"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as running:
            assert running.stderr is not None
            said = next((line for line in running.stderr if at in line), None)
            assert said is not None, f"it never said {at}"
            yield running

    def killed(self, *words: str, at: str) -> None:
        """Kill `studiogate images WORDS` when it says `at`, with all that it started."""
        with self.reached(*words, at=at) as running:
            os.killpg(running.pid, signal.SIGKILL)

    def listed(self, *words: str, code: int = 0) -> list[dict[str, Any]]:
        """What `images list WORDS` says of every image in every domain."""
        rows: list[dict[str, Any]]
        rows = json.loads(self.images("list", *words, "--json", code=code).out)["images"]
        return rows

    def aws(self, *words: str, code: int = 0) -> Said:
        """What the AWS CLI says in lob-a's account."""
        keys = self.keys or {"AWS_PROFILE": "lob-a"}
        said = self._ran([str(AWS), *words, "--output", "json"], keys)
        assert said.code == code, f"{said.code}: {said.out}{said.err}"
        return said

    def client(self, service: str) -> Any:
        """A boto3 client of lob-a's account: the CLI takes a second to begin."""
        return self.acme.client("lob-a", service)

    def buildah(self, *words: str, given: str = "", code: int = 0) -> Said:
        """What buildah says."""
        said = self._ran([BUILDAH, *words], {}, given)
        assert said.code == code, f"{said.code}: {said.out}{said.err}"
        return said

    def logged_in(self) -> Said:
        """The published command: a login to the registry, by a password from the AWS CLI."""
        password = self.aws("ecr", "get-login-password").out
        words = ["login", "--username", "AWS", "--password-stdin", self.registry]
        return self.buildah(*words, given=password)

    def _ran(self, words: Sequence[str], more: Mapping[str, str], given: str = "") -> Said:
        ran = subprocess.run(
            words,
            cwd=self.landscape.parent,
            env=self.environment | dict(more),
            input=given,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return Said(ran.returncode, ran.stdout, ran.stderr)
