"""buildah: builds without a daemon, as root or not, also within containers."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from studiogate.errors import ImageError
from studiogate.images.builders import storage
from studiogate.images.builders.archive import folder_layers
from studiogate.images.builders.described import from_config, read_json
from studiogate.images.builders.kept import kept_folder
from studiogate.images.builders.opening import NOT_THERE, says_nothing_is_there
from studiogate.images.builders.refused import refused
from studiogate.images.builders.running import Program, Said
from studiogate.images.parts import Built, Configuration, Login, Ran, Told

_CHROOT = ("--isolation", "chroot")
_ASKED_AGAIN = 2
"""Times that a program is run again which ended well and said nothing: buildah 1.28 loses, of
one in a hundred on a busy machine, what it said in `chroot`; and all that is asked answers."""

_NOT_THERE = re.compile(
    r"process failed to start with error|executable file .*not found|"
    r"exec: \S+: stat \S+: no such file"
)
_OWN_WORDS = re.compile(
    r"(?:subprocess exited .*|(?:Error: )?exit status \d+|error running container.*)\Z"
)


class Buildah:
    """The images of one store, built and opened by buildah.

    `isolation` says how it runs what is in an image, where it does not do as it likes.
    """

    def __init__(
        self, program: Program, version: str, *, isolation: tuple[str, ...] = ()
    ) -> None:
        self._program = program
        self._version = version
        self._isolation = isolation

    @property
    def name(self) -> str:
        """As `buildah 1.28.2`."""
        return f"buildah {self._version}"

    def build(
        self, folder: Path, reference: str, *, labels: Mapping[str, str], tell: Told
    ) -> Built:
        """See `Builder`."""
        options = self._isolation
        return storage.built(
            self._program, folder, reference, options=options, labels=labels, tell=tell
        )

    def find(self, reference: str) -> Built | None:
        """See `Builder`."""
        said = self._program.asked(
            "inspect", "--type", "image", "--format", "{{.FromImageID}}", reference
        )
        if said.code == 0:
            return Built(reference, f"sha256:{said.out.strip()}")
        if storage.absent(said.last):
            return None
        raise refused(f"buildah inspect {reference}", said.last)

    def configuration(self, built: Built) -> Configuration:
        """See `Builder`."""
        shown = self._done("inspect", "--type", "image", storage.digits(built))
        image = read_json(shown.out, said_by="buildah")
        config = image.get("Config", "") if isinstance(image, dict) else ""
        return from_config(read_json(str(config), said_by="buildah"), said_by="buildah")

    @contextmanager
    def opened(self, built: Built) -> Iterator[Callable[[Sequence[str]], Ran]]:
        """See `Builder`; isolated by `chroot`, its programs see the network of this machine."""
        started = self._done(
            "from", "--pull=never", "--quiet", *self._isolation, storage.digits(built)
        )
        container = started.out.strip()

        def run(command: Sequence[str]) -> Ran:
            words = (*self._running(container), *command)
            said = _ran(self._program.asked(*words))
            for _ in range(_ASKED_AGAIN):
                if said.code != 0 or said.output.strip():
                    break
                said = _ran(self._program.asked(*words))
            return said

        try:
            yield run
        finally:
            self._program.asked("rm", container)

    @contextmanager
    def layers(self, built: Built) -> Iterator[Iterator[Path]]:
        """See `Builder`."""
        with kept_folder() as kept:
            self._done(
                *("push", "--quiet", "--disable-compression", "--remove-signatures"),
                *(storage.digits(built), f"dir:{kept}"),
            )
            yield folder_layers(kept)

    def pulled(self, uri: str, *, login: Login, tell: Told) -> AbstractContextManager[Built]:
        """See `Builder`."""
        return storage.pulled(self._program, uri, login=login, tell=tell)

    def push(self, built: Built, uri: str, *, login: Login, tell: Told) -> str:
        """See `Builder`."""
        return storage.pushed(self._program, built, uri, login=login, tell=tell)

    def _running(self, container: str) -> tuple[str, ...]:
        # `chroot` has no network of its own to offer, and says so when it is asked for one.
        alone = () if self._isolation == _CHROOT else ("--network", "none")
        return ("run", *self._isolation, *alone, container, "--")

    def _done(self, *arguments: str) -> Said:
        said = self._program.asked(*arguments)
        if said.code != 0:
            raise refused(f"buildah {arguments[0]}", said.last)
        return said


def isolation(program: Program) -> tuple[str, ...]:
    """How `program` has to be told to run what is in an image; nothing, where it need not be.

    Tried with a program that is not there: where containers can be run at all, that is what it
    complains of. Within a container they often cannot, and `chroot` needs no more than root.

    Raises:
        ImageError: buildah cannot make a container at all.
    """
    if "BUILDAH_ISOLATION" in program.environment:
        return _CHROOT if program.environment["BUILDAH_ISOLATION"] == "chroot" else ()
    made = program.asked("from", "--quiet", "scratch", patience_s=60)
    if made.code != 0:
        raise _broken(made)
    container = made.out.strip()
    try:
        tried = program.asked("run", container, "--", "/nothing", patience_s=60)
    finally:
        program.asked("rm", container)
    return () if says_nothing_is_there(tried) else _CHROOT


def _broken(said: Said) -> ImageError:
    return ImageError(
        f"buildah cannot make a container\n{said.last}",
        remedy="See `buildah info`: its storage has to be writable for you; or name another "
        "builder with --with.",
    )


def _ran(said: Said) -> Ran:
    """What the program in the image said, without what buildah says of how it ended."""
    if said.code == 0:
        return Ran(0, said.out + said.err)
    if _NOT_THERE.search(said.err):
        return Ran(NOT_THERE, said.out)  # buildah itself says 1
    lines = said.err.splitlines(keepends=True)
    while lines and _OWN_WORDS.match(lines[-1].strip()):
        lines.pop()
    return Ran(said.code, said.out + "".join(lines))
