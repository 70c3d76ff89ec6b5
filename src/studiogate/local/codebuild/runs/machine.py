"""What a build finds on this machine, which stands in for CodeBuild's container.

In AWS every build has a container of its own.  Here its commands are processes of whoever runs
the emulation, in a folder of their own and with nothing of that person's environment: they can
read what that person can (SECURITY.md).  Where we are root on Linux each command has process
ids of its own, so that nothing outlives it.  What AWS's images have is laid into
`bin`: `docker`, which is podman or buildah under its name, and the AWS CLI.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from typing import Final

_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NO_DAEMON: Final = (
    "ERROR: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker "
    "daemon running?"
)
_NO_BUILDER: Final = (
    "docker: this machine has no builder: install buildah or podman, and build again."
)
_REGISTRIES: Final = (
    'unqualified-search-registries = ["docker.io"]\nshort-name-mode = "disabled"\n'
)
_APART: Final = ("unshare", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--")
_POLICY: Final = '{"default": [{"type": "insecureAcceptAnything"}]}\n'


@dataclass(frozen=True, slots=True)
class Machine:
    """The tools of this machine, and where builds reach the emulated AWS."""

    folder: Path
    """Where builds run, each in a folder of its own that goes with it."""

    tasks: str
    """Address of the container credentials endpoint (`Vending.app`)."""

    variables: Mapping[str, str] = field(default_factory=dict)
    """`AWS_ENDPOINT_URL`, `HTTPS_PROXY`, `SSL_CERT_FILE`: how AWS is reached from a build."""

    builder: str | None = None
    """Path of podman or buildah."""

    aws: str | None = None
    """Path of the AWS CLI."""

    apart: tuple[str, ...] = ()
    """What a command is begun with so that whatever it leaves running ends with it."""

    minute_s: float = 60.0
    """Seconds of a minute of a build's timeout."""

    at_once: int = 2
    """Builds that run at the same time; others are queued."""


def this_machine(folder: Path, tasks: str, variables: Mapping[str, str]) -> Machine:
    """This machine, with the tools that are on it."""
    aws = Path(sys.executable).parent / "aws"
    return Machine(
        folder,
        tasks,
        variables,
        builder=shutil.which("podman") or shutil.which("buildah"),
        aws=str(aws) if aws.is_file() else None,
        apart=_APART if _runs((*_APART, "true")) else (),
    )


def _runs(command: tuple[str, ...]) -> bool:
    """Whether this machine lets us; an ordinary container, or no root, does not."""
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603 - words of ours, no shell
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one build."""

    folder: Path

    @property
    def source(self) -> Path:
        """Where the source is (`CODEBUILD_SRC_DIR`)."""
        return self.folder / "src"

    @property
    def own(self) -> Path:
        """CodeBuild's own: scripts, and what one command leaves to the next."""
        return self.folder / "own"

    def laid(self, machine: Machine, *, privileged: bool) -> None:
        """Make the folder, for its owner alone, with the tools in it."""
        for name in ("src", "own", "home", "tmp", "bin"):
            (self.folder / name).mkdir(parents=True, mode=0o700)
        _written(self.folder / "bin" / "docker", self._docker(machine, privileged=privileged))
        if machine.aws is not None:
            _written(self.folder / "bin" / "aws", f'exec {quote(machine.aws)} "$@"\n')
        containers = self.folder / "home" / ".config" / "containers"
        containers.mkdir(parents=True)
        (containers / "policy.json").write_text(_POLICY, encoding="utf-8")
        (self.folder / "home" / "registries.conf").write_text(_REGISTRIES, encoding="utf-8")

    def _docker(self, machine: Machine, *, privileged: bool) -> str:
        if not privileged:
            return f'echo "{_NO_DAEMON}" >&2\nexit 1\n'
        if machine.builder is None:
            return f'echo "{_NO_BUILDER}" >&2\nexit 1\n'
        module = "studiogate.local.codebuild.runs.docker"
        own = f"{quote(machine.builder)} {quote(str(self.folder / 'docker'))}"
        return f'exec {quote(sys.executable)} -I -m {module} {own} "$@"\n'

    def environment(self, machine: Machine) -> dict[str, str]:
        """The variables that a build finds, beside those about itself."""
        home = self.folder / "home"
        return {
            "PATH": f"{self.folder / 'bin'}:{_PATH}",
            "HOME": str(home),
            "TMPDIR": str(self.folder / "tmp"),
            "LANG": "C.UTF-8",
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1,localhost",
            "BUILDAH_ISOLATION": "chroot",
            "REGISTRY_AUTH_FILE": str(home / "auth.json"),
            "CONTAINERS_REGISTRIES_CONF": str(home / "registries.conf"),
            **machine.variables,
        }

    def gone(self, machine: Machine) -> None:
        """Remove the folder; images in it may belong to users that only the builder reaches."""
        if machine.builder and os.geteuid() != 0 and (self.folder / "docker").exists():
            subprocess.run(  # noqa: S603 - the machine's own builder, no shell
                [machine.builder, "unshare", "rm", "-rf", str(self.folder / "docker")],
                check=False,
                capture_output=True,
            )
        shutil.rmtree(self.folder, ignore_errors=True)


def _written(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}", encoding="utf-8")
    path.chmod(0o700)
