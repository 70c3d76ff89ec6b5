"""The patches API Gateway is changed by: an operation, a path, and a value that is text."""

from collections.abc import Iterable, Mapping
from typing import Any

from studiogate.local.cloudformation.kinds.asking import Ask, Of, Step, Turn, json_text


def patch(operation: str, path: str, value: Any = None) -> dict[str, str]:
    """One patch; flags and numbers are written as text, documents as JSON."""
    said = {"op": operation, "path": path}
    return said if value is None else {**said, "value": written(value)}


def written(value: Any) -> str:
    """`value` as the text of a patch."""
    if isinstance(value, bool):
        return str(value).lower()
    return json_text(value) if isinstance(value, Mapping) else str(value)


def patching(
    operation: str, paths: Mapping[str, str], *, first: bool = False, **who: Of
) -> Step:
    """The step that says changes of properties as patches at `paths`, in one call.

    A property that a template drops is emptied, which API Gateway takes for "none".
    """

    def asks(turn: Turn) -> Iterable[Ask]:
        said = [
            patch("replace", paths[name], "" if value is None else value)
            for name, value in turn.changed(sorted(paths)).items()
        ]
        whom = {name: of(turn) for name, of in who.items()}
        return [Ask(operation, {**whom, "patchOperations": said})] if said else []

    return Step(frozenset(paths), asks, first)
