"""What buildah and podman have in common: one store of images, and the same words for most.

Facts from buildah-build(1), buildah-push(1), buildah-login(1), containers-auth.json(5), and the
pages of podman of the same names.

Times of an image are all 1970 (`--timestamp 0`) and it does not name the builder's version, so
that the same folder gives the same id on another day and another machine, as far as its own
commands do the same. That holds for images in the OCI form. It has no `SHELL`, which builds in
it go on without, so a Dockerfile that has one is built in Docker's form: there buildah writes
down the name of its container, and the same id is kept by the cache alone.

A registry gets every image as Docker's schema 2, which SageMaker has read from the beginning;
the configuration, and so the id, stays what it is.

The base is taken as it is here if it is here: a recipe pins it by its digest.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from studiogate.errors import ImageError
from studiogate.images.builders.kept import kept_folder
from studiogate.images.builders.refused import not_built, refused
from studiogate.images.builders.running import Program
from studiogate.images.parts import Built, Login, Told

PLATFORM = "linux/amd64"
"""The one that Studio runs."""

_SAME_EACH_TIME = (
    *("--platform", PLATFORM, "--layers", "--pull=false"),
    *("--timestamp", "0", "--identity-label=false"),
)
_SHELL = re.compile(r"^\s*SHELL\s", re.IGNORECASE | re.MULTILINE)


def built(
    program: Program,
    folder: Path,
    reference: str,
    *,
    options: tuple[str, ...] = (),
    labels: Mapping[str, str],
    tell: Told,
) -> Built:
    """The image of the Dockerfile in `folder`.

    Raises:
        ImageError: it does not build; what was told says why.
    """
    dockerfile = folder / "Dockerfile"
    with kept_folder() as kept:
        note = kept / "id"
        said = program.told(
            *("build", "--format", _form(dockerfile), *_SAME_EACH_TIME, *options),
            *("--iidfile", str(note), "--tag", reference, "--file", str(dockerfile)),
            *(*labelled(labels), str(folder)),
            tell=tell,
        )
        if said.code != 0:
            raise not_built(program.name, str(folder), said.last)
        return Built(reference, note.read_text(encoding="utf-8").strip())


def _form(dockerfile: Path) -> str:
    """`oci`, but for what that form cannot say.

    Raises:
        ImageError: there is no such file, or it is no text.
    """
    try:
        text = dockerfile.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ImageError(
            f"{dockerfile} cannot be read",
            remedy="Write it, or let `studiogate images init` write one.",
        ) from error
    return "docker" if _SHELL.search(text) else "oci"


def labelled(labels: Mapping[str, str]) -> list[str]:
    """The arguments that give an image `labels`, always in one order."""
    return [word for key in sorted(labels) for word in ("--label", f"{key}={labels[key]}")]


def digits(built: Built) -> str:
    """The image by its id alone, as every command of both takes it."""
    return built.id.removeprefix("sha256:")


def pushed(program: Program, built: Built, uri: str, *, login: Login, tell: Told) -> str:
    """Push the image to `uri`; the digest of its manifest there.

    The login is kept in a file that only this user can read, as long as the push lasts; that of
    a run that was killed goes with the next run.

    Raises:
        ImageError: the registry refused it or was not reached, and why.
    """
    with _entered(program, login) as entry:
        note = entry.with_name("digest")
        said = program.told(
            *("push", "--format", "v2s2", "--authfile", str(entry)),
            *("--digestfile", str(note), digits(built), f"docker://{uri}"),
            tell=tell,
        )
        if said.code != 0:
            raise refused(f"{program.name} push to {uri}", said.last)
        return digest_in(note.read_text(encoding="utf-8"), program)


@contextmanager
def pulled(program: Program, uri: str, *, login: Login, tell: Told) -> Iterator[Built]:
    """The image at `uri`, until the block ends; one that was here before stays.

    Raises:
        ImageError: the registry refused it or was not reached, and why.
    """
    with _entered(program, login) as entry:
        said = program.told("pull", "--authfile", str(entry), f"docker://{uri}", tell=tell)
    if said.code != 0:
        raise refused(f"{program.name} pull of {uri}", said.last)
    id_ = said.out.rpartition("\n")[2].strip().removeprefix("sha256:")
    try:
        yield Built(uri, f"sha256:{id_}")
    finally:
        # By the name it came under: an image that has another one keeps that, and stays.
        program.asked("rmi", uri)


@contextmanager
def _entered(program: Program, login: Login) -> Iterator[Path]:
    """A file by which `program` is logged in, which only this user can read, for a while."""
    with kept_folder() as kept:
        entry = kept / "auth.json"
        let_in = program.asked(
            *("login", "--authfile", str(entry), "--username", login.user),
            *("--password-stdin", login.registry),
            given=login.password.get_secret_value(),
        )
        if let_in.code != 0:
            raise refused(f"{program.name} login to {login.registry}", let_in.last)
        yield entry


def digest_in(text: str, program: Program) -> str:
    """The digest that a builder noted down.

    Raises:
        ImageError: it is none.
    """
    digest = text.strip()
    if not digest.startswith("sha256:"):
        raise ImageError(
            f"{program.name} pushed the image and does not say its digest",
            remedy=f"Run the command again; if it stays so, update {program.name}.",
        )
    return digest


def absent(last: str) -> bool:
    """Whether a builder's last lines say that it has no such image, and nothing else."""
    said = last.lower()
    return "image not known" in said or "no such image" in said or "no such object" in said
