"""Programs run in an image, each in a container of its own: how Docker and podman do it.

Both end as the program does, with 127 where the image has no such program, and with 125 where
they could not start anything (`docker run`, "Exit status"; podman-run(1)). A runtime that may
not run containers says neither for certain, so that it is tried first: a check that never ran
must not look like one that failed.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from studiogate.errors import ImageError
from studiogate.images.builders.running import Program, Said
from studiogate.images.parts import Ran

NOT_THERE = 127
"""How a program ends that is not in the image."""

_NOT_STARTED = 125
_NOTHING = "/nothing"
_NOTHING_SAID = re.compile(r"[\"`']/nothing[\"`'].*(?:no such file|not found)", re.IGNORECASE)

_BEFORE = ("run", "--rm", "--pull=never", "--network=none", "--platform=linux/amd64")


@contextmanager
def one_by_one(program: Program, image: str) -> Iterator[Callable[[Sequence[str]], Ran]]:
    """Runs programs in `image`, without a network and as the image's user.

    Raises:
        ImageError: no container can be run here.
    """

    def started(command: Sequence[str]) -> Said:
        first, *others = command
        said = program.asked(*_BEFORE, "--entrypoint", first, image, *others)
        if said.code == _NOT_STARTED:
            raise cannot_run(program, said)
        return said

    def run(command: Sequence[str]) -> Ran:
        said = started(command)
        return Ran(said.code, said.out + said.err)

    tried = started([_NOTHING])
    if tried.code != NOT_THERE or not says_nothing_is_there(tried):
        raise cannot_run(program, tried)
    yield run


def says_nothing_is_there(said: Said) -> bool:
    """Whether what `/nothing` was tried with says that there is no such program."""
    return _NOTHING_SAID.search(said.err) is not None


def cannot_run(program: Program, said: Said) -> ImageError:
    """What is raised where a builder has the image and can run nothing in it."""
    return ImageError(
        f"{program.name} cannot run a container here\n{said.last}",
        remedy="Mend what the lines above name, or let another builder build and open the "
        "image with --with; buildah needs the least of a machine.",
    )
