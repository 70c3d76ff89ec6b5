"""What tells names apart: the patterns of a set of policies, their variables put in.

`user-profile/d-1/${aws:username}` opens one profile to each user, so that a user is asked about
their own name; `${aws:PrincipalTag/profile}` opens any, unless a condition somewhere holds the
tag to some values: then those names are told apart from the rest.  Where that cannot be said by
patterns there is a doubt, and whatever is proved of the names asked about counts for no other.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from studiogate.policy.conditions import Condition, spelling
from studiogate.policy.language import VARIABLES_SINCE, Policy, Statement
from studiogate.policy.match import Piece
from studiogate.policy.place import Place
from studiogate.policy.variables import Template, Variable, template

Known = Mapping[str, Collection[str]]
"""By condition key, in lower case: every value it may have.  What is not here is free."""

_MOST = 512
"""Patterns that one text is made into, before giving up."""

_TEXTS = frozenset({
    "StringEquals", "StringNotEquals", "StringLike", "StringNotLike",
    "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike",
})  # fmt: skip
"""Operators whose values are texts, or patterns of texts, letter by letter."""


@dataclass(frozen=True, slots=True)
class Apart:
    """What some policies tell apart among the names after one prefix."""

    patterns: tuple[str, ...]
    doubt: str | None = None
    """Why a name may stand for others that fit the same patterns and yet are not like it."""


def apart(
    policies: Iterable[Policy],
    head: str,
    known: Known,
    beside: Iterable[Policy] = (),
    *,
    deep: bool = False,
) -> Apart:
    """What `policies` tell apart among all that begins with `head`.

    The conditions of the policies `beside` them count as well, and not their resources.  `deep`
    says that a name may have a `/` in it.
    """
    found = tuple(policies)
    uses = [one for policy in found for one in _uses(policy, head, deep=deep)]
    plain = [one.text for one in uses if one.template is None]
    varied = [one for one in uses if one.template is not None]
    if not varied:
        return Apart(tuple(dict.fromkeys(plain)))
    free = {key for use in varied for key in use.free(known)}
    tests = _Tests((*found, *beside), known, free)
    patterns: list[str] = [*plain]
    doubts = list(_entangled(varied, known))
    for use in varied:
        try:
            patterns += _patterns(use, known, tests)
        except _Doubtful as doubt:
            doubts.append(str(doubt))
    return Apart(tuple(dict.fromkeys(patterns)), doubts[0] if doubts else None)


class _Doubtful(Exception):
    """Patterns cannot say what a variable tells apart."""


@dataclass(frozen=True, slots=True)
class _Use:
    """One entry of a `Resource` or `NotResource`."""

    text: str
    statement: Statement
    template: Template | None
    """`None` where nothing in it varies."""

    deep: bool = False
    """Whether a name may have a `/` in it."""

    @property
    def tail(self) -> tuple[Piece | Variable, ...]:
        """What comes after its last plain `/`, and so may meet a name."""
        parts = self.template.parts if self.template else ()
        if self.deep:
            return parts
        for at in range(len(parts) - 1, -1, -1):
            part = parts[at]
            if not isinstance(part, Variable) and "/" in part[1]:
                return ((part[0], part[1].rpartition("/")[2]), *parts[at + 1 :])
        return parts

    @property
    def runs(self) -> int:
        """How many parts of the tail may be of any length, all variables taken for free."""
        return sum(
            1 if isinstance(part, Variable) else part[0] * part[1].count("*")
            for part in self.tail
        )

    def free(self, known: Known) -> list[str]:
        """The free variables of the tail."""
        found = [part.key for part in self.tail if isinstance(part, Variable)]
        return [key for key in found if key not in known]


def _uses(policy: Policy, head: str, *, deep: bool) -> Iterator[_Use]:
    for statement in policy.statements:
        for text in statement.resources or statement.not_resources or ():
            if not meets(text, head):
                continue
            if "${" not in text:
                yield _Use(text, statement, None)
            elif policy.version == VARIABLES_SINCE:
                # In an older document `${` is plain text, and no name has that.
                yield _Use(text, statement, template(text, Place(), variables=True), deep)


def meets(pattern: str, head: str) -> bool:
    """Whether the plain beginning of `pattern` agrees with `head`, as far as both go."""
    ends = [at for sign in "*?$" if (at := pattern.find(sign)) >= 0]
    plain = pattern[: min(ends)] if ends else pattern
    return plain.startswith(head) or head.startswith(plain)


def _entangled(uses: list[_Use], known: Known) -> Iterator[str]:
    """Variables that two texts bind to a name in different ways, so that both count at once."""
    ways: dict[str, set[tuple[object, ...]]] = {}
    whose: dict[str, set[tuple[int, bool]]] = {}
    for use in uses:
        for key in use.free(known):
            ways.setdefault(key, set()).add(use.tail)
            meant = use.statement.resources is not None
            whose.setdefault(key, set()).add((id(use.statement), meant))
    for key, tails in ways.items():
        one_allow = len(whose[key]) == 1 and all(meant for _, meant in whose[key])
        if len(tails) > 1 and not one_allow:
            yield f"${{{key}}} stands in resources of several forms"


def _patterns(use: _Use, known: Known, tests: "_Tests") -> Iterator[str]:
    """The text of `use` with everything in place of its variables that could matter.

    Raises:
        _Doubtful: a name can be put together in several ways, and the conditions tell which.
    """
    if use.template is None:
        return
    free = use.free(known)
    if len(free) < len(use.template.parts) and use.runs > 1:
        if twice := [key for key in free if free.count(key) > 1]:
            raise _Doubtful(f"${{{twice[0]}}} stands twice in {use.text}")
        if held := [key for key in free if tests.of(key)]:
            raise _Doubtful(f"conditions hold ${{{held[0]}}}, which is a part of {use.text}")
    if odd := [key for key in free if tests.is_odd(key)]:
        raise _Doubtful(f"${{{odd[0]}}} is compared with something else than a plain text")
    choices = [_choices(part, known, tests) for part in use.template.parts]
    total = 1
    for one in choices:
        total *= len(one)
    if total > _MOST:
        raise _Doubtful(f"{use.text} may be read in too many ways")
    yield from ("".join(made) for made in product(*choices))


def _choices(part: Piece | Variable, known: Known, tests: "_Tests") -> list[str]:
    if not isinstance(part, Variable):
        special, text = part
        return [text if special else verbatim(text)]
    default = [] if part.default is None else [verbatim(part.default)]
    if part.key in known:
        return [*map(verbatim, known[part.key]), *default] or ["*"]
    return [*dict.fromkeys(["*", *default, *sorted(tests.of(part.key))])]


def verbatim(text: str) -> str:
    """A pattern of `text` alone."""
    signs = {sign: f"${{{sign}}}" for sign in "*?$"}
    return "".join(signs.get(one, one) for one in text)


class _Tests:
    """What the conditions of some policies hold free keys to, those they compare joined."""

    def __init__(self, policies: Iterable[Policy], known: Known, free: Collection[str]) -> None:
        """Look for tests of `free` keys, and of whatever is compared with them."""
        self._known = known
        self._joined: dict[str, set[str]] = {}
        self._held: dict[str, set[str]] = {}
        self.odd: set[str] = set()
        tests = [
            (one, policy.version == VARIABLES_SINCE)
            for policy in policies
            for statement in policy.statements
            for one in statement.conditions
        ]
        varying = [one for one in tests if any("${" in text for text in one[0].values)]
        for test, variables in varying:
            self._note(test, variables=variables)
        wanted = {one for key in free for one in self._family(key)}
        for test, variables in tests:
            if test.key.lower() in wanted:
                self._note(test, variables=variables)

    def of(self, key: str) -> set[str]:
        """Patterns of the values that `key` is held to."""
        return {text for one in self._family(key) for text in self._held.get(one, ())}

    def is_odd(self, key: str) -> bool:
        """Whether it is compared in a manner that no pattern tells."""
        return not self.odd.isdisjoint(self._family(key))

    def _family(self, key: str) -> set[str]:
        return self._joined.get(key, {key})

    def _note(self, test: Condition, *, variables: bool) -> None:
        name = spelling(test.operator, Place()).name
        if name == "Null":
            return
        if name not in _TEXTS:
            self.odd.add(test.key.lower())
            return
        wild = "Like" in name or name.startswith("Arn")
        for text in test.values:
            found = template(text, Place(), variables=variables)
            self._compare(test.key.lower(), found, wild=wild)

    def _compare(self, key: str, value: Template, *, wild: bool) -> None:
        """Take down that `key` is compared with `value`."""
        variables = [part.key for part in value.parts if isinstance(part, Variable)]
        free = [one for one in variables if one not in self._known]
        if not free:
            choices = [self._texts(part, wild=wild) for part in value.parts]
            self._held.setdefault(key, set()).update(map("".join, product(*choices)))
        elif len(value.parts) > 1:
            self.odd.update((key, *free))
        elif key in self._known:
            self._held.setdefault(free[0], set()).update(map(verbatim, self._known[key]))
        else:
            both = self._family(key) | self._family(free[0])
            self._joined.update(dict.fromkeys(both, both))

    def _texts(self, part: Piece | Variable, *, wild: bool) -> list[str]:
        if isinstance(part, Variable):
            default = [] if part.default is None else [part.default]
            return [*map(verbatim, (*self._known[part.key], *default))]
        special, text = part
        return [text if special and wild else verbatim(text)]
