"""Values that are not known before AWS gives them, written into the documents of `policy`.

The documents are made by the same functions whether they are deployed or proved, so a template
needs a way to say "the id of this domain" where a function takes a string.  A symbol is such a
string: it passes through formatting and comparison unharmed, no landscape can contain it, and
`intrinsic` turns it into what CloudFormation resolves.
"""

import re
from collections.abc import Mapping
from typing import Any

from studiogate.names import Symbol

_OPEN, _CLOSE = (
    "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}",
    "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}",
)
_SYMBOL = re.compile(f"{_OPEN}([A-Za-z0-9.:]+){_CLOSE}")
_ARN = re.compile(r"\barn:aws(?:-cn|-us-gov)?:")


def symbol(name: str) -> Symbol:
    """A text that stands for `name`: a parameter, a logical id, `Id.Attribute` or `AWS::…`."""
    return Symbol(f"{_OPEN}{name}{_CLOSE}")


def intrinsic(value: Any) -> Any:
    """`value` as a template has it: symbols become `Ref`, `Fn::GetAtt` or `Fn::Sub`.

    A list whose only item is the symbol of a `CommaDelimitedList` parameter stays a list of one
    `Ref`; use `listed` for a symbol that stands for the whole list.  Policy variables, such as
    `${aws:SourceIdentity}`, stay what they are.  The partition of every ARN becomes
    `${AWS::Partition}`.
    """
    if isinstance(value, Mapping):
        return {name: intrinsic(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        whole = [_whole_list(one) for one in value]
        return whole[0] if len(whole) == 1 and whole[0] else [intrinsic(one) for one in value]
    return _text(value) if isinstance(value, str) else value


def listed(parameter: str) -> Symbol:
    """A text that, alone in a list, stands for all of `parameter`, a `CommaDelimitedList`."""
    return symbol(f"list:{parameter}")


def known(value: Any, values: Mapping[str, str | list[str]]) -> Any:
    """`value` with every symbol replaced by what it turned out to be; what tests compare.

    Raises:
        KeyError: a symbol nobody knows.
    """
    if isinstance(value, Mapping):
        return {name: known(one, values) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [one for item in value for one in _spread(item, values)]
    return _SYMBOL.sub(lambda m: str(values[m[1]]), value) if isinstance(value, str) else value


def _spread(item: Any, values: Mapping[str, str | list[str]]) -> list[Any]:
    found = _SYMBOL.fullmatch(item) if isinstance(item, str) else None
    if found and found[1].startswith("list:"):
        return list(values[found[1].removeprefix("list:")])
    return [known(item, values)]


def _whole_list(item: Any) -> dict[str, str] | None:
    found = _SYMBOL.fullmatch(item) if isinstance(item, str) else None
    if found is None or not found[1].startswith("list:"):
        return None
    return {"Ref": found[1].removeprefix("list:")}


def _text(text: str) -> Any:
    if found := _SYMBOL.fullmatch(text):
        return _reference(found[1])
    if not _SYMBOL.search(text) and not _ARN.search(text):
        return text
    literal = text.replace("${", "${!")
    partitioned = _ARN.sub("arn:${AWS::Partition}:", literal)
    return {"Fn::Sub": _SYMBOL.sub(r"${\1}", partitioned)}


def _reference(name: str) -> dict[str, Any]:
    resource, dot, attribute = name.partition(".")
    return {"Fn::GetAtt": [resource, attribute]} if dot else {"Ref": name}
