"""Rules about Python packages: boto3 and the AWS CLI within SageMaker's bounds (S6-13)."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from studiogate.images.dockerfile.facts import Built, Facts, Step, Subject
from studiogate.images.dockerfile.shell import Command
from studiogate.images.parts import Fault

BOUNDS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "boto3": ("boto3>1.0,<2.0", 2),
        "awscli": ("awscli>1.0,<2.0", 2),
        "sagemaker": ("sagemaker[local]<3", 3),
    }
)
"""What SageMaker asks of a package, and the first major version it is not made for."""

_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*?)(?:\[[^\]]*\])?\s*(?P<versions>(?:[<>=!~].*)?)\Z"
)
_SPECIFIER = re.compile(r"(?P<compares>===|==|~=|!=|<=|>=|<|>)\s*(?P<major>\d+)[\w.*+!-]*\Z")
_WITH_VALUE = frozenset(
    {
        "-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url",
        "-f", "--find-links", "-t", "--target", "--prefix", "--root", "--python", "-p",
        "--cache-dir", "--trusted-host", "--platform", "--progress-bar",
    }
)  # fmt: skip

Asked = tuple[str, str, int]
"""A package, its versions as they are written, and the line."""


def pythons(facts: Facts, subject: Subject) -> Iterator[Fault]:
    """Packages whose versions SageMaker is not made for, or which pip cannot read."""
    if facts.image is None:
        return
    asked = tuple(asked_of(facts.image, subject))
    for name, versions, line in asked:
        yield from _judged(name, versions, line, subject)
    if subject.kind == "rstudio" and subject.python and asked:
        for name in ("boto3", "awscli"):
            if not any(one == name for one, _, _ in asked):
                wanted, _ = BOUNDS[name]
                what = f"Python is set up without {name}"
                remedy = f"Add {wanted} to its packages."
                yield subject.fault("python-package-missing", asked[0][2], what, remedy)


def asked_of(built: Built, subject: Subject) -> Iterator[Asked]:
    """Packages that pip installs, those of the folder's requirement files as well."""
    for step in built.steps:
        for command in step.commands:
            yield from _installed(command, step, subject)


def _installed(command: Command, step: Step, subject: Subject) -> Iterator[Asked]:
    words = command.words
    if "install" not in words or not any(
        one.rpartition("/")[2].startswith(("pip", "uv")) for one in words[:3]
    ):
        return
    rest = iter(words[words.index("install") + 1 :])
    for one in rest:
        if one in _WITH_VALUE:
            value = next(rest, "")
            if one in {"-r", "--requirement"}:
                yield from _listed(value, command.line, subject)
        elif not one.startswith("-") and (found := _REQUIREMENT.match(one)):
            yield _normal(found["name"]), found["versions"].strip(), command.line
    del step


def _listed(path: str, line: int, subject: Subject) -> Iterator[Asked]:
    """Requirements of a file that the folder has, by whatever path it is copied to."""
    text = subject.files.get(path.rpartition("/")[2], "")
    for one in text.splitlines():
        bare = one.partition("#")[0].partition(";")[0].strip()
        if bare and not bare.startswith("-") and (found := _REQUIREMENT.match(bare)):
            yield _normal(found["name"]), found["versions"].strip(), line


def _judged(name: str, versions: str, line: int, subject: Subject) -> Iterator[Fault]:
    specifiers = [_SPECIFIER.match(one.strip()) for one in versions.split(",") if one.strip()]
    if None in specifiers:
        what = f"pip cannot read which versions of {name} are asked for"
        remedy = "Put a comma between two bounds, as boto3>1.0,<2.0."
        yield subject.fault("python-unreadable", line, what, remedy)
        return
    if name not in BOUNDS:
        return
    wanted, beyond = BOUNDS[name]
    if not any(one is not None and _bounds(one, beyond) for one in specifiers):
        what = f"{name} may become version {beyond}, which SageMaker is not made for"
        yield subject.fault("python-bounds", line, what, f"Write {wanted}.")


def _bounds(specifier: re.Match[str], beyond: int) -> bool:
    """Whether it keeps the package below the major version `beyond`."""
    major = int(specifier["major"])
    match specifier["compares"]:
        case "<":
            return major <= beyond
        case "<=" | "==" | "===" | "~=":
            return major < beyond
        case _:
            return False


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
