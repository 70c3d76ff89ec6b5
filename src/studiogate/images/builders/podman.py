"""podman: buildah's way of building, and containers that have a network of their own.

Facts from podman-build(1), podman-save(1), podman-run(1) and podman-inspect(1), version 4.3.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from studiogate.images.builders import storage
from studiogate.images.builders.archive import folder_layers
from studiogate.images.builders.described import from_inspect, read_json
from studiogate.images.builders.kept import kept_folder
from studiogate.images.builders.opening import one_by_one
from studiogate.images.builders.refused import refused
from studiogate.images.builders.running import Program, Said
from studiogate.images.parts import Built, Configuration, Login, Ran, Told


class Podman:
    """The images of one store, built and opened by podman."""

    def __init__(self, program: Program, version: str) -> None:
        self._program = program
        self._version = version

    @property
    def name(self) -> str:
        """As `podman 4.3.1`."""
        return f"podman {self._version}"

    def build(
        self, folder: Path, reference: str, *, labels: Mapping[str, str], tell: Told
    ) -> Built:
        """See `Builder`."""
        return storage.built(self._program, folder, reference, labels=labels, tell=tell)

    def find(self, reference: str) -> Built | None:
        """See `Builder`."""
        said = self._program.asked("image", "inspect", "--format", "{{.Id}}", reference)
        if said.code == 0:
            return Built(reference, f"sha256:{said.out.strip().removeprefix('sha256:')}")
        if storage.absent(said.last):
            return None
        raise refused(f"podman image inspect {reference}", said.last)

    def configuration(self, built: Built) -> Configuration:
        """See `Builder`."""
        shown = self._done("image", "inspect", storage.digits(built))
        return from_inspect(read_json(shown.out, said_by="podman"), said_by="podman")

    def opened(self, built: Built) -> AbstractContextManager[Callable[[Sequence[str]], Ran]]:
        """See `Builder`; each program gets a container of its own, without a network."""
        return one_by_one(self._program, storage.digits(built))

    @contextmanager
    def layers(self, built: Built) -> Iterator[Iterator[Path]]:
        """See `Builder`."""
        with kept_folder() as kept:
            to = kept / "image"
            self._done(
                *("save", "--quiet", "--format", "docker-dir", "--output", str(to)),
                storage.digits(built),
            )
            yield folder_layers(to)

    def pulled(self, uri: str, *, login: Login, tell: Told) -> AbstractContextManager[Built]:
        """See `Builder`."""
        return storage.pulled(self._program, uri, login=login, tell=tell)

    def push(self, built: Built, uri: str, *, login: Login, tell: Told) -> str:
        """See `Builder`."""
        return storage.pushed(self._program, built, uri, login=login, tell=tell)

    def _done(self, *arguments: str) -> Said:
        said = self._program.asked(*arguments)
        if said.code != 0:
            raise refused(f"podman {arguments[0]}", said.last)
        return said
