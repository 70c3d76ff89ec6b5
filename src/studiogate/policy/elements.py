"""The elements of a statement that say what and on what: actions and resources.

Source: IAM User Guide, "IAM JSON policy elements: Action" and "Resource".
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studiogate.policy.match import ARN_PARTS, Match, Piece, any_of, everything, glob
from studiogate.policy.place import Place, entries, text_of
from studiogate.policy.request import Request
from studiogate.policy.variables import Keys, Template, Variable, template

Test = Callable[[Request], bool]

_ACTION = re.compile(r"\*|\*:\*|[A-Za-z0-9-]+:[A-Za-z0-9*?_-]+", re.ASCII)


def always(_request: Request) -> bool:
    """Whether an element that excludes nobody applies: yes."""
    return True


@dataclass(frozen=True, slots=True)
class Element:
    """An element as the document has it, and whether a request is in it."""

    texts: tuple[str, ...]
    test: Test


def actions(value: object, place: Place, *, negated: bool) -> Element:
    """`Action`, or `NotAction` where `negated`; letters of an action fold case.

    Raises:
        PolicyError: something that is no action.
    """
    texts: list[str] = []
    for one, where in entries(value, place):
        text = text_of(one, where)
        if not _ACTION.fullmatch(text):
            raise where.error(
                f"{text!r} is not an action",
                remedy="Write service:Action, with * and ? after the colon only.",
            )
        texts.append(text)
    return Element(tuple(texts), _action_test(action_match(texts), negated=negated))


def action_match(texts: Sequence[str]) -> Match:
    """The test whether an action, in lower case, is one of `texts`."""
    return any_of(["*" if text == "*:*" else text.lower() for text in texts])


def _action_test(fits: Match, *, negated: bool) -> Test:
    if negated:
        return lambda request: not fits(request.folded_action)
    if fits is everything:
        return always
    return lambda request: fits(request.folded_action)


def resources(value: object, place: Place, *, variables: bool) -> Element:
    """`Resource`; a variable that cannot be resolved makes its entry match nothing.

    Case counts.  An incomplete ARN is completed with `*`, as IAM does.

    Raises:
        PolicyError: something that is neither an ARN nor `*`.
    """
    templates = _templates(value, place, variables=variables)
    return Element(tuple(templates), _resource_test([*templates.values()]))


def all_but(value: object, place: Place, *, variables: bool, allow: bool) -> Element:
    """`NotResource`.

    An Allow on everything but something that cannot be named would allow everything: with
    `allow`, a variable that cannot be resolved makes the statement apply to nothing.
    """
    templates = _templates(value, place, variables=variables)
    fits = _resource_test([*templates.values()])

    def test(request: Request) -> bool:
        if fits(request):
            return False
        return not allow or all(
            one.pieces(request.keys) is not None for one in templates.values()
        )

    return Element(tuple(templates), test)


def _templates(value: object, place: Place, *, variables: bool) -> dict[str, Template]:
    found: dict[str, Template] = {}
    for one, where in entries(value, place):
        text = text_of(one, where)
        if text != "*" and not text.startswith("arn:"):
            raise where.error(f"{text!r} is not an ARN", remedy="Write an ARN, or * for all.")
        found[text] = _completed(template(text, where, variables=variables))
    return found


def _completed(found: Template) -> Template:
    colons = sum(part[1].count(":") for part in found.parts if not isinstance(part, Variable))
    lacking = ARN_PARTS - 1 - colons
    if found.parts == ((True, "*"),) or lacking <= 0 or found.fixed is None:
        return found
    return Template((*found.parts, (True, ":*" * lacking)))


def _resource_test(templates: list[Template]) -> Test:
    fixed: list[str] = []
    verbatim: list[tuple[Piece, ...]] = []
    varying = [one for one in templates if one.fixed is None]
    for pieces in (one.fixed for one in templates if one.fixed is not None):
        if all(special for special, _ in pieces):
            fixed.append("".join(text for _, text in pieces))
        else:
            verbatim.append(pieces)
    match = any_of(fixed)
    if match is everything:
        return always
    if not varying and not verbatim:
        return lambda request: match(request.resource)
    closed = [glob(pieces) for pieces in verbatim]
    return lambda request: (
        match(request.resource)
        or any(fits(request.resource) for fits in closed)
        or any(_fits(one, request.resource, request.keys) for one in varying)
    )


def _fits(one: Template, resource: str, keys: Keys) -> bool:
    pieces = one.pieces(keys)
    return pieces is not None and glob(pieces)(resource)
