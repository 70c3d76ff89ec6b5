"""Python in an image: which one apps get, and whether its packages are there and in bounds.

The bounds are those of the SageMaker guide (S6-13), in the recipe's list of packages.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from studiogate.images.inside.facts import Inside
from studiogate.images.inside.versions import Required, required
from studiogate.images.parts import Fault
from studiogate.images.recipe.choices import PYTHON_PACKAGES
from studiogate.landscape.image import Image

_PROGRAM = """
import importlib, importlib.metadata as metadata, json, re
found = {}
for one in metadata.distributions():
    name = re.sub("[-_.]+", "-", one.metadata["Name"] or "").lower()
    found.setdefault(name, one.version)
broken = {}
for name in ("boto3", "awscli"):
    try:
        importlib.import_module(name)
    except Exception as error:
        broken[name] = f"{type(error).__name__}: {error}"
print(json.dumps({"versions": found, "broken": broken}))
"""


def question(inside: Inside) -> tuple[str, ...] | None:
    """What is asked of the image's Python; nothing, where there is no Python in it."""
    named = inside.configuration.environment.get("RETICULATE_PYTHON", "").lstrip("/")
    found = named if named and inside.has(named) else None
    found = found or inside.program("python3") or inside.program("python")
    return None if found is None else (f"/{found}", "-c", _PROGRAM)


def python(inside: Inside, image: Image) -> Iterator[Fault]:
    """Faults of its Python; an image whose recipe is without Python has none."""
    if not image.recipe.python:
        return
    asked = question(inside)
    if asked is None:
        yield _fault("PATH", "there is no Python in it", "Install python3 and the packages.")
        return
    found = _answer(inside, asked)
    if found is None:
        said = inside.said.get(asked)
        last = said.output.strip().splitlines()[-1:] if said is not None else []
        yield _fault(asked[0], " ".join(["its Python does not run", *last]), "Mend it.")
        return
    for name, why in found["broken"].items():
        if name in found["versions"]:
            yield _fault(asked[0], f"{name} cannot be imported: {why}", f"Install {name} anew.")
    for one in _wanted(image):
        yield from _package(asked[0], one, found["versions"].get(one.name))


def _package(where: str, wanted: Required, version: str | None) -> Iterator[Fault]:
    asked = f"{wanted.name}{wanted.bounds}"
    remedy = f"Install it within its bounds: `pip install '{asked}'`."
    if version is None:
        yield _fault(where, f"{wanted.name} is not installed", remedy)
    elif not wanted.met_by(version):
        yield _fault(where, f"{wanted.name} is {version}; {asked} is wanted", remedy)


def _wanted(image: Image) -> Iterator[Required]:
    """What has to be there; what the landscape says of a package comes before the usual."""
    found = map(required, (*PYTHON_PACKAGES, *image.recipe.python_packages))
    yield from {one.name: one for one in found if one is not None}.values()


def _answer(inside: Inside, asked: tuple[str, ...]) -> Mapping[str, Mapping[str, str]] | None:
    """What Python said in its last line; warnings may come before it."""
    said = inside.said.get(asked)
    lines = [] if said is None or said.code != 0 else said.output.splitlines()
    for line in reversed(lines):
        try:
            found: Any = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict) and {"versions", "broken"} <= set(found):
            return found
    return None


def _fault(where: str, what: str, remedy: str) -> Fault:
    return Fault("python", where, what, remedy)
