"""What the model expects at a place of the file: which keys, which value, for example.

A complaint is only useful with its fix, and the fix is in the model already: the description,
the example and the range of every key.  This module finds them by path.
"""

import json
import re
from collections.abc import Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from studiogate.landscape.document import Path, shown
from studiogate.landscape.model import Landscape

_PLAIN = re.compile(r"(?:[A-Za-z][\w:/.@-]*|\d+(?:\.\d+){3}(?:/\d+)?)\Z")
_MOST_LISTED = 12


def field_at(path: Path, data: Any) -> tuple[str, FieldInfo] | None:
    """The last key of `path` that is a field of the model, and that field.

    `data` is the whole file: which kind of network is meant decides which keys it has.
    """
    found: tuple[str, FieldInfo] | None = None
    kind: Any = Landscape
    for step in path:
        field, kind = _step(kind, step, data)
        found = (str(step), field) if field else found
        data = _inside(data, step)
    return found


def keys_at(path: Path, data: Any) -> tuple[str, ...]:
    """The keys that may stand in the mapping at `path`; none where names are free."""
    kind: Any = Landscape
    for step in path:
        _, kind = _step(kind, step, data)
        data = _inside(data, step)
    model = _model(kind, data)
    return tuple(_fields(model)) if model else ()


def advice(path: Path, data: Any) -> str:
    """What belongs at `path`, with an example; empty where the model does not say."""
    found = field_at(path, data)
    if found is None:
        return ""
    key, field = found
    said = f"{field.description or ''}{bounds(field)}"
    if not field.examples:
        return said
    return f"{said} For example: `{key}: {flow(field.examples[0])}`."


def flow(value: Any) -> str:
    """`value` as one line of YAML."""
    if isinstance(value, str) and _PLAIN.match(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def nearest(word: str, known: Sequence[str]) -> str:
    """`Did you mean …? ` for the known word that looks most like `word`; empty for none.

    One that differs only in capitals is nearest of all, wherever in `known` it is.
    """
    folded = word.casefold()
    alike = [one for one in known if one.casefold() == folded]
    near = alike or get_close_matches(word[:64], known[:200], n=1)
    return f"Did you mean {near[0]}? " if near else ""


def listed(known: Sequence[str]) -> str:
    """Some words in one line, in the order of the file."""
    if not known:
        return "none yet"
    rest = len(known) - _MOST_LISTED
    return ", ".join(map(shown, known[:_MOST_LISTED])) + (
        f" and {rest} more" if rest > 0 else ""
    )


def _step(kind: Any, step: str | int, data: Any) -> tuple[FieldInfo | None, Any]:
    """The field that `step` is, if it is one, and what its value must be."""
    model = _model(kind, data)
    if model is not None:
        field = _fields(model).get(str(step))
        return field, None if field is None else field.annotation
    bare = _bare(kind)
    inner = get_args(bare)
    if get_origin(bare) is dict:
        return None, inner[1]
    return None, inner[0] if get_origin(bare) is tuple and isinstance(step, int) else None


def _inside(data: Any, step: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(step)
    if isinstance(data, list) and isinstance(step, int):
        return data[step]
    return None


def _bare(kind: Any) -> Any:
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in {Union, UnionType}:
        members = [member for member in get_args(kind) if member is not type(None)]
        return _bare(members[0]) if len(members) == 1 else kind
    return kind


def _model(kind: Any, data: Any) -> type[BaseModel] | None:
    """The model of a value, where it has one; of a union, the member `kind:` names."""
    bare = _bare(kind)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return bare
    if get_origin(bare) not in {Union, UnionType} or not isinstance(data, dict):
        return None
    members = [member for member in get_args(bare) if issubclass(member, BaseModel)]
    return next((m for m in members if data.get("kind") in _kinds(m)), None)


def _kinds(model: type[BaseModel]) -> tuple[Any, ...]:
    annotation = model.model_fields["kind"].annotation
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def bounds(field: FieldInfo) -> str:
    """` From … to ….` for a field with a range; empty for others."""
    limits = {
        side: getattr(limit, side)
        for limit in field.metadata
        for side in ("ge", "le")
        if hasattr(limit, side)
    }
    if limits.keys() < {"ge", "le"}:
        return ""
    return f" From {limits['ge']} to {limits['le']}."


def choices(field: FieldInfo) -> str:
    """` One of ….` for a field, or a list, whose values are words of ours; empty for others."""
    bare = _bare(field.annotation)
    if get_origin(bare) is tuple:
        bare = _bare(get_args(bare)[0])
    words = get_args(bare) if get_origin(bare) is Literal else ()
    return f" One of {', '.join(f'`{word}`' for word in words)}." if len(words) > 1 else ""
