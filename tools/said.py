"""What source code says, read without running it: docstrings of members, texts of refusals."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

GAP = "…"
"""Stands for what is only known when the program runs."""

Values = Mapping[str, str]


def members(source: str, name: str) -> Iterator[tuple[str, str]]:
    """Each member of class `name` in `source`, in order, with the docstring below it."""
    tree = ast.parse(source)
    (found,) = (
        node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name
    )
    for node, after in zip(found.body, [*found.body[1:], None], strict=True):
        target = _member(node)
        if target is not None:
            yield target, _text(after)


def _member(node: ast.stmt) -> str | None:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _text(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return " ".join(str(node.value.value).split())
    return ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function that was looked for, its texts as far as they are fixed."""

    of: str
    texts: tuple[str, ...]
    """Positional arguments."""

    named: Values = field(default_factory=dict)


def calls(path: Path, wanted: frozenset[str]) -> Iterator[Call]:
    """Every call of a function named in `wanted` in the module at `path`.

    A call inside a function that is handed a part of its texts is given once for each call of
    that function in the same module.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    fixed = dict(_constants(tree))
    for function, call in _found(tree, wanted):
        for handed in _handed(tree, function, call, fixed):
            yield _call(call, {**fixed, **handed})


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = shown(node.value, {})
            if text != GAP:
                yield node.targets[0].id, text


def _found(
    tree: ast.AST, wanted: frozenset[str], function: ast.FunctionDef | None = None
) -> Iterator[tuple[ast.FunctionDef | None, ast.Call]]:
    """The wanted calls below `tree`, each with the function that it stands in."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Call) and ast.unparse(child.func) in wanted:
            yield function, child
        within = child if isinstance(child, ast.FunctionDef) else function
        yield from _found(child, wanted, within)


def _handed(
    tree: ast.AST, function: ast.FunctionDef | None, call: ast.Call, fixed: Values
) -> list[Values]:
    """The texts that callers hand to `function`, if `call` uses them; else nothing, once."""
    if function is None:
        return [{}]
    parameters = [one.arg for one in function.args.args]
    used = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    if not used & set(parameters):
        return [{}]
    callers = [
        _bound(parameters, caller, fixed)
        for _, caller in _found(tree, frozenset({function.name}))
    ]
    return [found for found in callers if found] or [{}]


def _bound(parameters: list[str], caller: ast.Call, fixed: Values) -> Values:
    given = zip(parameters, (shown(one, fixed) for one in caller.args), strict=False)
    return {name: text for name, text in given if text != GAP}


def _call(call: ast.Call, known: Values) -> Call:
    named = {one.arg: shown(one.value, known) for one in call.keywords if one.arg}
    return Call(ast.unparse(call.func), tuple(shown(one, known) for one in call.args), named)


def shown(node: ast.expr, known: Values) -> str:
    """The text of an expression, with `GAP` where it is only known when it runs."""
    match node:
        case ast.Constant(value=value):
            return str(value)
        case ast.Name(id=name):
            return known.get(name, GAP)
        case ast.JoinedStr(values=parts):
            return re.sub(f"{GAP}+", GAP, "".join(shown(part, known) for part in parts))
        case ast.FormattedValue(value=value):
            return shown(value, known)
        case ast.Subscript(value=value, slice=part):
            return _part(shown(value, known), part)
        case ast.Call(func=ast.Attribute(value=value, attr="upper"), args=[]):
            return shown(value, known).upper()
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return shown(left, known) + shown(right, known)
        case _:
            return GAP


def _part(text: str, part: ast.expr) -> str:
    """A letter of `text`, or all from one on; `GAP` for anything more clever."""
    match part:
        case ast.Constant(value=int(place)) if text != GAP:
            return text[place]
        case ast.Slice(lower=ast.Constant(value=int(place)), upper=None) if text != GAP:
            return text[place:]
        case _:
            return GAP
