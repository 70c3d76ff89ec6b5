"""Questions that differ in account ids alone have one answer.

A thousand accounts under one guardrail hold the same roles, each with its own id in the ARNs.
Ids are compared and never computed with, so that giving each account another id, everywhere
at once, changes no answer.  Where a policy does look into an id, digit by digit or as a number,
the question stands for itself.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from studiogate.policy.evaluate import Layers
from studiogate.policy.language import Policy, Statement
from studiogate.policy.principals import Principals
from studiogate.policy.request import ContextValue
from studiogate.reach.prove.answers import Answer
from studiogate.reach.prove.clauses import FAMILIES
from studiogate.reach.prove.question import Question
from studiogate.reach.prove.spread import Ground

# Twelve digits are an id; longer numbers, which nobody has for an id, may as well be one.
_ACCOUNT = re.compile(r"\d{12,}", re.ASCII)
_SPLIT = re.compile(f"({_ACCOUNT.pattern})", re.ASCII)
_DIGITS = 12
# Where a pattern ends or begins beside a digit it may be about a part of an id.
_PIECEMEAL = re.compile(r"\d[*?]|[*?]\d|\d\$\{|\}\d|\}\$\{", re.ASCII)
_COUNTED = frozenset({"number", "date", "bytes"})

Names = Mapping[str, str]
"""Account ids of one question to those of another."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question without its account ids."""

    key: tuple[object, ...]
    accounts: tuple[str, ...]
    """The ids, in the order in which they first come up."""


@dataclass(frozen=True, slots=True)
class _Text:
    """One policy, or all levels of organisation policies."""

    kept: object
    """What it is of: while it is kept nothing else can come by its id."""

    number: int
    """Of the text without account ids; with them, where they are looked into."""

    accounts: tuple[str, ...]
    piecemeal: bool
    counted: frozenset[str]
    """Keys whose values are read as something else than text."""


class Answers:
    """Every answer that was ever given, by what was asked."""

    def __init__(self) -> None:
        self._texts: dict[int, _Text] = {}
        self._numbers: dict[object, int] = {}
        self._places: dict[tuple[object, ...], tuple[str, tuple[str, ...]]] = {}
        self._answers: dict[tuple[object, ...], tuple[Answer, tuple[str, ...]]] = {}

    def asked(self, question: Question, ground: Ground, limit: int) -> Asked | None:
        """What is asked; `None` where account ids are more than names."""
        texts = [*self._policies(question.layers), *self._doors(ground)]
        known = {key.lower(): value for key, value in question.known.items()}
        if any(text.piecemeal or _counts(text, known) for text in texts):
            return None
        where, there = self._place(ground)
        head, named = _split(repr(_head(question, known)))
        order = [*there, *named, *(account for text in texts for account in text.accounts)]
        accounts = {account: place for place, account in enumerate(dict.fromkeys(order))}
        key = (
            where,
            head,
            limit,
            _form(question.layers, ground),
            tuple(text.number for text in texts),
            tuple(accounts[account] for account in order),
        )
        return Asked(key, tuple(accounts))

    def get(self, asked: Asked) -> tuple[Answer, Names] | None:
        """The answer to `asked`, and how its account ids are to be read here."""
        found = self._answers.get(asked.key)
        if found is None:
            return None
        answer, accounts = found
        return answer, dict(zip(accounts, asked.accounts, strict=True))

    def keep(self, asked: Asked, answer: Answer) -> None:
        """Remember `answer`."""
        self._answers[asked.key] = answer, asked.accounts

    def _place(self, ground: Ground) -> tuple[str, tuple[str, ...]]:
        """The network's part, in which ids may look like an account's and are taken for one."""
        clients = ground.inside.clients if ground.inside else ()
        found = self._places.get((ground.signature, clients))
        if found is None:
            found = _split(repr(_place(ground)))
            self._places[ground.signature, clients] = found
        return found

    def _policies(self, layers: Layers) -> Iterator[_Text]:
        yield from (self._text(one) for one in layers.identity)
        yield from (self._text(one) for one in layers.session or ())
        yield self._levels(layers.scps or ())
        yield self._levels(layers.rcps)
        yield from (self._text(one) for one in (layers.boundary, layers.resource) if one)

    def _levels(self, levels: tuple[tuple[Policy, ...], ...]) -> _Text:
        """All of `levels` as one, since many questions have the very same."""
        found = self._texts.get(id(levels))
        if found is None:
            texts = [self._text(policy) for level in levels for policy in level]
            numbers = tuple(text.number for text in texts)
            found = self._texts[id(levels)] = _Text(
                kept=levels,
                number=self._numbers.setdefault(numbers, len(self._numbers)),
                accounts=tuple(account for text in texts for account in text.accounts),
                piecemeal=any(text.piecemeal for text in texts),
                counted=frozenset[str]().union(*(text.counted for text in texts)),
            )
        return found

    def _doors(self, ground: Ground) -> Iterator[_Text]:
        for door in ground.doors:
            if door.policy is not None:
                yield self._text(door.policy)

    def _text(self, policy: Policy) -> _Text:
        found = self._texts.get(id(policy))
        if found is None:
            rows = [_row(one) for one in policy.statements]
            text, accounts = _split(repr((policy.kind, policy.version, policy.name, rows)))
            found = self._texts[id(policy)] = _Text(
                kept=policy,
                number=self._numbers.setdefault(text, len(self._numbers)),
                accounts=accounts,
                piecemeal=any(_is_piecemeal(one) for one in policy.statements),
                counted=frozenset(key for one in policy.statements for key in _counted(one)),
            )
        return found


def renamed(context: Mapping[str, ContextValue], names: Names) -> dict[str, ContextValue]:
    """`context` with the account ids of another question."""
    return {
        reread(key, names): reread(found, names)
        if isinstance(found, str)
        else tuple(reread(one, names) for one in found)
        for key, found in context.items()
    }


def reread(text: str, names: Names) -> str:
    """`text` with the account ids of another question."""
    return _ACCOUNT.sub(lambda match: names.get(match[0], match[0]), text)


def _form(layers: Layers, ground: Ground) -> tuple[object, ...]:
    """How many policies are where: what their mere list does not say."""
    scps = None if layers.scps is None else tuple(map(len, layers.scps))
    session = None if layers.session is None else len(layers.session)
    gates = tuple(door.policy is None for door in ground.doors)
    rest = (layers.boundary is None, layers.resource is None)
    return (len(layers.identity), session, scps, tuple(map(len, layers.rcps)), *rest, *gates)


def _head(question: Question, known: Mapping[str, ContextValue]) -> tuple[object, ...]:
    who = question.principal
    absent = sorted(key.lower() for key in question.absent)
    return (
        question.action.lower(),
        question.resource,
        (who.kind, who.arn, who.account, who.role_arn),
        sorted(known.items()),
        absent,
        question.resource_account,
    )


def _place(ground: Ground) -> tuple[object, ...]:
    doors = [(door.id, door.vpc) for door in ground.doors]
    inside = ground.inside
    within = (sorted(inside.doors), inside.clients) if inside else None
    return doors, sorted(ground.vpcs), within


def _row(one: Statement) -> tuple[object, ...]:
    return (
        one.sid,
        one.effect,
        _who(one.principals),
        _who(one.not_principals),
        one.actions,
        one.not_actions,
        one.resources,
        one.not_resources,
        [(test.operator, test.key, test.values) for test in one.conditions],
    )


def _who(found: Principals | None) -> tuple[object, ...] | None:
    if found is None:
        return None
    groups = (found.accounts, found.arns, found.services, found.federated)
    return (found.everyone, *map(sorted, groups))


def _split(text: str) -> tuple[str, tuple[str, ...]]:
    """`text` without account ids, and these in order."""
    rest, *found = _SPLIT.split(text)
    ids = tuple(found[::2])
    odd = [len(one) for one in ids] if any(len(one) != _DIGITS for one in ids) else ""
    # Of two numbers of different length a pattern may tell one from the other.
    return "#".join((rest, *found[1::2], str(odd))), ids


def _is_piecemeal(one: Statement) -> bool:
    texts = [*(one.resources or ()), *(one.not_resources or ())]
    texts += [text for test in one.conditions for text in test.values]
    text = "\n".join(texts)
    looks = "*" in text or "?" in text or "$" in text
    return looks and _PIECEMEAL.search(text) is not None


def _counted(one: Statement) -> Iterator[str]:
    for test in one.conditions:
        name = test.operator.rpartition(":")[2].removesuffix("IfExists")
        if FAMILIES[name] in _COUNTED:
            yield test.key.lower()
            if any(_ACCOUNT.search(text) for text in test.values):
                yield ""


def _counts(text: _Text, known: Mapping[str, ContextValue]) -> bool:
    """Whether it reads an account id as something else than a name."""
    if not text.counted:
        return False
    return "" in text.counted or any(
        _ACCOUNT.search(repr(known[key])) for key in text.counted & known.keys()
    )
