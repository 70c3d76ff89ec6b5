"""The reference page of the landscape file, made from the model; a test keeps it current."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from studiogate.landscape.image import Image, Recipe, RStudio
from studiogate.landscape.model import (
    CorporateNetwork,
    Domain,
    Gateway,
    Landscape,
    Lob,
    Never,
    OidcIdp,
    SamlIdp,
    VpcNetwork,
)
from studiogate.landscape.people import Person, Profiles
from studiogate.landscape.place import bounds, choices, flow
from studiogate.landscape.warehouse import Build, Warehouse

_PARTS: Sequence[tuple[str, type[BaseModel]]] = (
    ("The file", Landscape),
    ("networks.NAME with `kind: corporate`", CorporateNetwork),
    ("networks.NAME with `kind: vpc`", VpcNetwork),
    ("gateway", Gateway),
    ("idps.NAME with `kind: oidc`", OidcIdp),
    ("idps.NAME with `kind: saml`", SamlIdp),
    ("lobs.NAME", Lob),
    ("domains.NAME", Domain),
    ("domains.NAME.rstudio", RStudio),
    ("profiles", Profiles),
    ("people.SIGN-IN-NAME", Person),
    ("warehouses.NAME", Warehouse),
    ("warehouses.NAME.build", Build),
    ("images.NAME", Image),
    ("images.NAME.recipe", Recipe),
    ("invariants[].never", Never),
)

_HEAD = """\
# The landscape file

<!-- Made from the model by studiogate.landscape.reference; a test says how to renew it. -->

One file declares everything: accounts, networks, lines of business, identity providers, people
and Studio domains.  `studiogate check` reports everything that is wrong with it at once, each
with its key, its line and its fix; `studiogate schema` prints a JSON Schema for editors.

A NAME is lower-case letters, digits and single inner hyphens, at most 40 characters.  Anchors,
aliases and tags of YAML are not allowed; a file is at most 1 MiB.
"""


def reference() -> str:
    """The page, in Markdown."""
    return "\n".join([_HEAD, *(_part(title, model) for title, model in _PARTS)])


def _part(title: str, model: type[BaseModel]) -> str:
    said = (model.__doc__ or "").replace("\n    ", "\n").strip()
    rows = (_row(field.alias or name, field) for name, field in model.model_fields.items())
    table = _table(("key", "meaning", "if left out", "example"), rows)
    return "\n".join([f"## {title}", "", said, "", *table, ""])


def _row(key: str, field: FieldInfo) -> tuple[str, ...]:
    example = f"`{flow(field.examples[0])}`" if field.examples else ""
    meaning = f"{field.description or ''}{bounds(field)}{choices(field)}"
    return f"`{key}`", meaning, _absent(field), example


def _absent(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    return "—" if value is None else f"`{flow(value)}`"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _line(head)
    yield _line(["---"] * len(head))
    for row in rows:
        yield _line([cell.replace("|", "\\|") for cell in row])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
