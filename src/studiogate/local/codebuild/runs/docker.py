"""`docker` in a build: the verbs of a pipeline that builds and pushes, done by another builder.

CodeBuild's images have Docker; this machine has podman or buildah, which build the same
Dockerfiles and speak to the same registries, with other options and other words.  Run as a
program: `python -m studiogate.local.codebuild.runs.docker BUILDER FOLDER VERB …`.  A verb or an
option that is not mapped is refused by its name, as Docker refuses what it does not know.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

WRONG_USE: Final = 125
"""How Docker ends when it is used wrongly."""

_SAME: Final = frozenset(
    {"--tag", "--file", "--build-arg", "--label", "--platform", "--iidfile", "--target"}
)
"""Options of `docker build` with a value, that the builders have under the same name."""

_SHORT: Final[Mapping[str, str]] = {"-t": "--tag", "-f": "--file", "-q": "--quiet"}
_ALONE: Final = frozenset({"--no-cache", "--pull", "--quiet"})
_NOTHING: Final = frozenset({"--progress", "--provenance", "--sbom"})
"""Options with a value about what the builders do not do: no attestations, plain progress."""

_EPOCH: Final = "SOURCE_DATE_EPOCH="


class UnknownError(Exception):
    """Something that is not mapped."""


@dataclass(slots=True)
class Asked:
    """The words after a verb."""

    options: list[tuple[str, str | None]] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)


def split(words: Sequence[str], *, valued: frozenset[str], alone: frozenset[str]) -> Asked:
    """The options and the other words, with `-t X`, `--tag X` and `--tag=X` alike.

    Raises:
        UnknownError: an option that is in neither, or one without its value.
    """
    found, left = Asked(), list(words)
    while left:
        word = left.pop(0)
        if not word.startswith("-") or word == "-":
            found.rest.append(word)
            continue
        name, equals, value = word.partition("=")
        name = _SHORT.get(name, name)
        if name in valued:
            if not equals and not left:
                raise UnknownError(f"flag needs an argument: {name}")
            found.options.append((name, value if equals else left.pop(0)))
        elif name in alone and not equals:
            found.options.append((name, None))
        else:
            raise UnknownError(f"unknown flag: {name} (this emulation does not offer it)")
    return found


def build(words: Sequence[str]) -> list[str]:
    """The builder's words for `docker build …`.

    BuildKit takes `--build-arg SOURCE_DATE_EPOCH=N` for the time of everything it makes; so
    does `--timestamp`.
    """
    asked = split(words, valued=_SAME | _NOTHING, alone=_ALONE)
    if len(asked.rest) != 1:
        raise UnknownError("docker build requires exactly 1 argument: PATH")
    found = ["build", "--format", "docker", "--isolation", "chroot"]
    for name, value in asked.options:
        if name == "--build-arg" and value and value.startswith(_EPOCH):
            found += ["--timestamp", value.removeprefix(_EPOCH)]
        if name not in _NOTHING:
            found += [name] if value is None else [name, value]
    return [*found, *asked.rest]


def login(words: Sequence[str]) -> list[str]:
    """The builder's words for `docker login … --password-stdin HOST`."""
    short = {"-u": "--username"}
    asked = split(
        [short.get(word, word) for word in words],
        valued=frozenset({"--username"}),
        alone=frozenset({"--password-stdin"}),
    )
    if ("--password-stdin", None) not in asked.options or len(asked.rest) != 1:
        raise UnknownError("docker login: this emulation offers --password-stdin and a host")
    options = [word for name, value in asked.options for word in (name, value) if word]
    return ["login", *options, *asked.rest]


_PLAIN: Final[Mapping[str, int]] = {"tag": 2, "pull": 1, "images": 0}
"""Verbs that are the same, and how many words they take."""


def words_for(verb: str, words: Sequence[str]) -> list[str]:
    """The builder's words for `docker VERB WORDS`, all but `push`.

    Raises:
        UnknownError: the verb or an option is not mapped.
    """
    if verb == "build":
        return build(words)
    if verb == "login":
        return login(words)
    if verb in _PLAIN:
        rest = split(words, valued=frozenset(), alone=frozenset()).rest
        if len(rest) != _PLAIN[verb]:
            raise UnknownError(f"docker {verb} takes {_PLAIN[verb]} words")
        return [verb, *rest]
    raise UnknownError(f"docker: '{verb}' is not offered by this emulation")


def main(words: Sequence[str]) -> int:
    """Do one `docker` command; how it ended."""
    builder, folder, *rest = words
    stores = [f"--root={folder}/root", f"--runroot={folder}/run"]
    if rest[:1] == ["buildx"]:
        rest = rest[1:]
    verb, *asked = rest or ["help"]
    try:
        if verb == "push":
            return push([builder, *stores], asked)
        mapped = words_for(verb, asked)
    except UnknownError as exc:
        sys.stderr.write(f"{exc}\n")
        return WRONG_USE
    os.execv(builder, [builder, *stores, *mapped])  # noqa: S606 - the builder that was named
    raise AssertionError("unreachable")


def push(builder: Sequence[str], words: Sequence[str]) -> int:
    """Push one image, and say its digest as Docker does."""
    rest = split(words, valued=frozenset(), alone=frozenset()).rest
    if len(rest) != 1:
        raise UnknownError("docker push requires exactly 1 argument: NAME:TAG")
    repository, _, tag = rest[0].rpartition(":")
    sys.stdout.write(f"The push refers to repository [{repository}]\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "digest"
        command = [*builder, "push", "--digestfile", str(kept), rest[0]]
        code = subprocess.run(command, check=False).returncode  # noqa: S603 - as above
        if code == 0:
            sys.stdout.write(f"{tag}: digest: {kept.read_text(encoding='utf-8').strip()}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
