"""Docker, whose daemon does the work; the command only asks it.

Facts from the reference pages of `docker` (build, buildx build, create, save, push, login).

What does not hold here: BuildKit sets the times of an image's configuration to
`SOURCE_DATE_EPOCH`, but those of the files in its layers only where it writes the image into a
file (`rewrite-timestamp`; into Docker's own store it refuses that, moby/buildkit 4230). So the
same folder gives the same id as long as Docker's build cache has its layers, and another one on
another machine. And where Docker keeps its images in containerd, an image's id is the digest of
its manifest, not of its configuration; it is that of its content either way.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from studiogate.images.builders.archive import archive_layers
from studiogate.images.builders.described import from_inspect, read_json
from studiogate.images.builders.kept import kept_folder
from studiogate.images.builders.opening import one_by_one
from studiogate.images.builders.refused import not_built, refused
from studiogate.images.builders.running import Program, Said
from studiogate.images.builders.storage import PLATFORM, absent, digest_in, labelled
from studiogate.images.parts import Built, Configuration, Login, Ran, Told

_PUSHED = re.compile(r"\bdigest: (sha256:[0-9a-f]{64})\b")

_MAJOR = re.compile(r"(\d+)\.")
_WITH_BUILDX = 23
"""The first version of the command that leaves BuildKit to buildx (its release notes)."""


class Docker:
    """The images of a Docker daemon, of `version`.

    `buildx` says whether the command has that plugin. Without it one that has BuildKit in
    itself builds with that (`buildkit`), and any other with Docker's older builder.
    """

    def __init__(
        self, program: Program, version: str, *, buildx: bool, buildkit: bool = False
    ) -> None:
        self._program = program
        self._version = version
        self._buildx = buildx
        self._buildkit = buildkit

    @property
    def name(self) -> str:
        """As `docker 28.2.2`, the daemon's."""
        return f"docker {self._version}"

    @property
    def version(self) -> str:
        """Of the daemon."""
        return self._version

    def build(
        self, folder: Path, reference: str, *, labels: Mapping[str, str], tell: Told
    ) -> Built:
        """See `Builder`, and above what does not hold."""
        program, verb = self._building()
        with kept_folder() as kept:
            note = kept / "id"
            said = program.told(
                *verb,
                *("--platform", PLATFORM, "--build-arg", "SOURCE_DATE_EPOCH=0"),
                *("--iidfile", str(note), "--tag", reference),
                *("--file", str(folder / "Dockerfile"), *labelled(labels), str(folder)),
                tell=tell,
            )
            if said.code != 0:
                raise not_built(self._program.name, str(folder), said.last)
            return Built(reference, note.read_text(encoding="utf-8").strip())

    def find(self, reference: str) -> Built | None:
        """See `Builder`."""
        said = self._program.asked("image", "inspect", "--format", "{{.Id}}", reference)
        if said.code == 0:
            return Built(reference, said.out.strip())
        if absent(said.last):
            return None
        raise refused(f"docker image inspect {reference}", said.last)

    def configuration(self, built: Built) -> Configuration:
        """See `Builder`."""
        shown = self._done("image", "inspect", built.id)
        past = self._done("history", "--no-trunc", "--format", "{{json .CreatedBy}}", built.id)
        lines = (read_json(line, said_by="docker") for line in past.out.splitlines() if line)
        history = [str(line) for line in lines][::-1]
        return from_inspect(read_json(shown.out, said_by="docker"), history, said_by="docker")

    def opened(self, built: Built) -> AbstractContextManager[Callable[[Sequence[str]], Ran]]:
        """See `Builder`; each program gets a container of its own, without a network."""
        return one_by_one(self._program, built.id)

    @contextmanager
    def layers(self, built: Built) -> Iterator[Iterator[Path]]:
        """See `Builder`."""
        with kept_folder() as kept:
            archive = kept / "image.tar"
            self._done("save", "--output", str(archive), built.id)
            yield archive_layers(archive, kept)

    @contextmanager
    def pulled(self, uri: str, *, login: Login, tell: Told) -> Iterator[Built]:
        """See `Builder`."""
        with kept_folder() as kept:
            program = self._entered(login, kept)
            said = program.told("pull", "--platform", PLATFORM, uri, tell=tell)
        if said.code != 0:
            raise refused(f"docker pull of {uri}", said.last)
        try:
            shown = self._done("image", "inspect", "--format", "{{.Id}}", uri)
            yield Built(uri, shown.out.strip())
        finally:
            # By the name it came under: an image that has another one keeps that, and stays.
            self._program.asked("rmi", uri)

    def push(self, built: Built, uri: str, *, login: Login, tell: Told) -> str:
        """See `Builder`."""
        self._done("tag", built.id, uri)
        try:
            with kept_folder() as kept:
                program = self._entered(login, kept)
                said = program.told("push", uri, tell=tell)
        finally:
            self._program.asked("rmi", "--no-prune", uri)
        if said.code != 0:
            raise refused(f"docker push to {uri}", said.last)
        found = _PUSHED.findall(said.out)
        return digest_in(found[-1] if found else "", self._program)

    def _building(self) -> tuple[Program, tuple[str, ...]]:
        """The program, told which builder to use, and the words that begin a build."""
        if self._buildx:
            # Provenance would make an index of the image, and another one each time.
            alone = ("--load", "--provenance=false", "--progress", "plain")
            return self._program, ("buildx", "build", *alone)
        kit = "1" if self._buildkit else "0"
        environment = {**self._program.environment, "DOCKER_BUILDKIT": kit}
        words = ("--progress", "plain") if self._buildkit else ()
        return replace(self._program, environment=environment), ("build", *words)

    def _entered(self, login: Login, folder: Path) -> Program:
        """The program with a configuration of its own in `folder`, in which it is logged in.

        An entry that is there already keeps it from choosing a keychain, where the password
        would outlive the push (docker/cli, "Default behavior" of credential stores). Which
        daemon is asked is part of the configuration too, so it is said.
        """
        where = self._done("context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
        environment = {
            **self._program.environment,
            "DOCKER_CONFIG": str(folder),
            "DOCKER_HOST": self._program.environment.get("DOCKER_HOST") or where.out.strip(),
        }
        environment.pop("DOCKER_CONTEXT", None)
        kept = folder / "config.json"
        kept.touch(mode=0o600)
        kept.write_text(json.dumps({"auths": {login.registry: {}}}), encoding="utf-8")
        program = replace(self._program, environment=environment)
        said = program.asked(
            *("login", "--username", login.user, "--password-stdin", login.registry),
            given=login.password.get_secret_value(),
        )
        if said.code != 0:
            raise refused(f"docker login to {login.registry}", said.last)
        return program

    def _done(self, *arguments: str) -> Said:
        said = self._program.asked(*arguments)
        if said.code != 0:
            raise refused(f"docker {arguments[0]}", said.last)
        return said


def docker(program: Program) -> Docker | None:
    """Docker as `program` reaches it; `None` where no daemon answers.

    Raises:
        ImageError: the command does not end.
    """
    asked = "{{.Client.Version}} {{.Server.Version}}"
    said = program.asked("version", "--format", asked, patience_s=30)
    client, _, server = said.out.strip().partition(" ")
    if said.code != 0 or not server:
        return None
    inside = (match := _MAJOR.match(client)) is not None and int(match[1]) < _WITH_BUILDX
    return Docker(program, server, buildx=_has_buildx(program), buildkit=inside)


def _has_buildx(program: Program) -> bool:
    """Whether the command has buildx."""
    return program.asked("buildx", "version", patience_s=30).code == 0
