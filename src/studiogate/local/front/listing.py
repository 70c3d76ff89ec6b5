"""Lists as AWS gives them: filtered by name and value, and in pages."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from studiogate.local.call import ApiError

_Row = TypeVar("_Row")
Rows = list[dict[str, Any]]


def page(
    rows: Sequence[_Row],
    params: Mapping[str, Any],
    key: Callable[[_Row], str],
    *,
    words: tuple[str, str] = ("MaxResults", "NextToken"),
    refusal: str = "InvalidNextTokenException",
) -> tuple[list[_Row], dict[str, str]]:
    """The rows `params` ask for, and what to add to the answer where there are more.

    `words` are the members that bound and continue a list; the token is the key of the last
    row shown, so that what comes and goes between two pages shows nothing twice.

    Raises:
        ApiError: `refusal`, for a token that is not one of ours.
    """
    most, token = params.get(words[0]), params.get(words[1])
    left = list(rows)
    if token:
        keys = [key(row) for row in left]
        if token not in keys:
            raise ApiError(refusal, f"The token '{token}' is not valid.")
        left = left[keys.index(token) + 1 :]
    shown = left[: int(most)] if most else left
    more = len(shown) < len(left)
    return shown, ({words[1]: key(shown[-1])} if more and shown else {})


def filtered(rows: Iterable[dict[str, Any]], filters: Any, known: Iterable[str]) -> Rows:
    """The rows that all `filters` of EC2's kind let through; `*` and `?` are wildcards.

    A name is the path to a value: `requester-vpc-info.vpc-id` is `RequesterVpcInfo.VpcId`.

    Raises:
        ApiError: `InvalidParameterValue`, for a filter that is not `known`.
    """
    left = list(rows)
    for one in filters or ():
        name, wanted = str(one.get("Name", "")), [str(v) for v in one.get("Values") or ()]
        if name not in {*known, "tag-key"} and not name.startswith("tag:"):
            raise ApiError("InvalidParameterValue", f"The filter '{name}' is invalid")
        left = [row for row in left if _passes(_values(row, name), wanted)]
    return left


def _passes(found: Iterable[str], wanted: Iterable[str]) -> bool:
    patterns = [pattern.replace("[", "[[]") for pattern in wanted]
    return any(fnmatchcase(value, pattern) for value in found for pattern in patterns)


def _values(row: Mapping[str, Any], name: str) -> list[str]:
    tags = row.get("Tags") or []
    if name == "tag-key":
        return [str(tag["Key"]) for tag in tags]
    if name.startswith("tag:"):
        return [str(tag["Value"]) for tag in tags if tag["Key"] == name.removeprefix("tag:")]
    node: Any = row
    for step in name.split("."):
        node = node.get(_camel(step)) if isinstance(node, Mapping) else None
    if node is None:
        return []
    if isinstance(node, bool):
        return ["true" if node else "false"]
    return [str(one) for one in node] if isinstance(node, list) else [str(node)]


def _camel(name: str) -> str:
    return re.sub(r"(?:^|-)([a-z0-9])", lambda found: found[1].upper(), name)
