"""From the text of a landscape to a `Landscape`, or to everything that is wrong with it."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.complaints import Finding, finding, place
from studiogate.landscape.document import Document, Path, document, dotted
from studiogate.landscape.model import Landscape
from studiogate.landscape.rules import findings
from studiogate.landscape.salvage import declared, salvage


def read(text: str, *, source: str = "landscape.yaml") -> Landscape:
    """The landscape that `text` declares; `source` is what complaints call the file.

    Raises:
        LandscapeError: with every problem there is, each with its key, its line and its fix, in
            the order of the file.  No problem repeats a password.
    """
    found = document(text, source=source)
    landscape, refused = _validated(found.data)
    # Outside the `except`: what pydantic keeps of its input must not end in a traceback.
    problems = [*found.problems, *_placed(found, refused)]
    judged = landscape or salvage(found.data)
    if judged is not None:
        problems += _judged(found, judged, refused)
    if landscape is None or problems:
        raise LandscapeError(_in_order(problems))
    return landscape


def _validated(data: Mapping[str, Any]) -> tuple[Landscape | None, list[ErrorDetails]]:
    try:
        return Landscape.model_validate(data), []
    except ValidationError as refused:
        return None, list(refused.errors(include_url=False))


def _placed(found: Document, refused: list[ErrorDetails]) -> Iterator[Problem]:
    for error in refused:
        if not _follows(error, refused):
            yield _problem(found, finding(error, found.data))


def _follows(error: ErrorDetails, refused: list[ErrorDetails]) -> bool:
    """Whether `error` only says that nothing is left of a list whose entries are all wrong."""
    path = place(error)
    return error["type"] == "too_short" and any(
        path == place(other)[: len(path)] for other in refused if other is not error
    )


def _judged(
    found: Document, landscape: Landscape, refused: list[ErrorDetails]
) -> Iterator[Problem]:
    """What the rules say, except about entries that are complained of already."""
    wrong = {_entry(place(error)) for error in refused}
    for said in findings(landscape, declared(found.data)):
        if _entry(said.path) not in wrong:
            yield _problem(found, said)


def _entry(path: Path) -> Path:
    """The entry `path` is in: a named one of a section, or the one gateway."""
    return path[:1] if path[0] == "gateway" else path[:2]


def _problem(found: Document, said: Finding) -> Problem:
    return Problem(dotted(said.path), said.what, said.remedy, found.line(said.path))


def _in_order(problems: list[Problem]) -> list[Problem]:
    """The order of the file; what is in no line of it comes last."""
    return sorted(problems, key=lambda p: (p.line is None, p.line or 0))
