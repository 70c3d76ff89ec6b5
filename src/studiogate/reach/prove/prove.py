"""The questions: is it open from outside, and how; is it possible at all; and what changed.

They are answered for every request there could be.  What is proved is about policies: whether a
network can bring such a request to AWS at all is the business of routes and names.
"""

from collections.abc import Iterator
from dataclasses import replace

from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.language import Policy
from studiogate.policy.request import Request
from studiogate.reach.estate import Door
from studiogate.reach.prove.alike import Asked, renamed, reread
from studiogate.reach.prove.answers import Answer, Open, Proved, Undecided
from studiogate.reach.prove.arrivals import VPCE
from studiogate.reach.prove.memo import Memo
from studiogate.reach.prove.naming import named
from studiogate.reach.prove.question import Inside, Question, ask, check
from studiogate.reach.prove.search import Outcome, Search
from studiogate.reach.prove.sight import Found, Goal, is_client
from studiogate.reach.prove.spread import Ground

LIMIT = 1_000_000
"""Kinds of requests that are held in memory at once."""

Change = Open | Undecided | None


def prove(
    question: Question,
    *,
    doors: tuple[Door, ...],
    vpcs: frozenset[str] = frozenset(),
    inside: Inside,
    limit: int = LIMIT,
    memo: Memo | None = None,
) -> Answer:
    """Whether any request from outside is allowed: a proof that none is, or such a request.

    `doors` are the endpoints that are known, with their policies; an endpoint that is not
    among them has AWS's full access and may be in any of `vpcs`, or in one nobody named.  With
    more than `limit` kinds of requests the question is split, and in the end left undecided.

    Raises:
        ValueError: doors that cannot be told apart, or a limit below one.
        AssertionError: a defect of ours: cells and evaluator disagree.
    """
    return _answer(question, Ground(doors, vpcs, inside), limit, memo or Memo())


def possible(
    question: Question,
    *,
    doors: tuple[Door, ...],
    vpcs: frozenset[str] = frozenset(),
    limit: int = LIMIT,
    memo: Memo | None = None,
) -> Answer:
    """Whether any request at all is allowed, wherever it comes from; else as `prove`.

    A proof is never vacuous here: that nothing is allowed is all that was asked.
    """
    found = _answer(question, Ground(doors, vpcs, None), limit, memo or Memo())
    return replace(found, vacuous=False) if isinstance(found, Proved) else found


def proof(
    question: Question,
    *,
    doors: tuple[Door, ...],
    vpcs: frozenset[str] = frozenset(),
    inside: Inside | None,
    memo: Memo,
) -> Proved | None:
    """The proof of `prove`, or without `inside` of `possible`; `None` where there is none.

    Cheaper than these where much is open, for how it is open is not put together again.
    """
    ground = Ground(doors, vpcs, inside)
    search = _search(question, ground, LIMIT, memo)
    if search.left in memo.proofs:
        return memo.proofs.get(search.left)
    found = _run(search, question, ground, memo)
    return found if isinstance(found, Proved) else None


def witnesses(
    question: Question,
    *,
    doors: tuple[Door, ...],
    vpcs: frozenset[str] = frozenset(),
    inside: Inside,
    limit: int = LIMIT,
    memo: Memo | None = None,
) -> tuple[Open, ...]:
    """For each arrival that is open from outside, one request; the most telling first.

    None is no proof: `prove` is asked for that, and may be undecided.
    """
    ground = Ground(doors, vpcs, inside)
    check(doors)
    _check(limit)
    search = Search(question, (question.layers,), ground, memo=memo or Memo(), limit=limit)
    outcome = search.run((_outside(question, ground),), needed=0)
    ranked = sorted(outcome.every, key=lambda one: one.rank)
    return tuple(_open(one, question.layers) for one in ranked)


def difference(
    before: Question,
    after: Question,
    *,
    doors: tuple[Door, ...],
    vpcs: frozenset[str] = frozenset(),
    limit: int = LIMIT,
    memo: Memo | None = None,
) -> tuple[Change, Change]:
    """A request that only `after` allows, and one that only `before` does; `None` for none.

    Raises:
        ValueError: the two differ in more than their layers.
    """
    if replace(before, layers=after.layers) != after:
        raise ValueError("only the layers of the two questions may differ")
    ground = Ground(doors, vpcs, None)
    check(doors)
    _check(limit)
    sides = (before.layers, after.layers)
    search = Search(before, sides, ground, memo=memo or Memo(), limit=limit)
    goals = (_only(after.layers, before.layers, 1), _only(before.layers, after.layers, 0))
    outcome = search.run(goals, needed=2)
    return _change(outcome, 0, after.layers), _change(outcome, 1, before.layers)


def _answer(question: Question, ground: Ground, limit: int, memo: Memo) -> Answer:
    """The answer, from memory where there is one."""
    asked = memo.answers.asked(question, ground, limit) if memo.whole else None
    if asked is not None and (kept := _remembered(asked, question, ground, memo)):
        return kept
    found = _searched(question, ground, limit, memo)
    if asked is not None:
        memo.answers.keep(asked, found)
    return found


def _searched(question: Question, ground: Ground, limit: int, memo: Memo) -> Answer:
    """The answer, by a proof of what is left of the question, or worked out."""
    search = _search(question, ground, limit, memo)
    return memo.proofs.get(search.left) or _run(search, question, ground, memo)


def _search(question: Question, ground: Ground, limit: int, memo: Memo) -> Search:
    """The search, ready; what makes no sense is refused here and so never remembered."""
    check(ground.doors)
    _check(limit)
    return Search(question, (question.layers,), ground, memo=memo, limit=limit)


def _run(search: Search, question: Question, ground: Ground, memo: Memo) -> Answer:
    """The answer, worked out."""
    outcome = search.run((_outside(question, ground), _inside(question, ground)), needed=1)
    one, why = outcome.found[0], outcome.doubts[0]
    if one is None and why is None:
        proved = Proved(outcome.cells, vacuous=outcome.found[1] is None)
        memo.proofs.keep(search.left, proved)
        return proved
    memo.proofs.keep(search.left, None)
    return _open(one, question.layers) if one else Undecided(outcome.cells, str(why))


def _remembered(asked: Asked, question: Question, ground: Ground, memo: Memo) -> Answer | None:
    """What is remembered, in the words of this question; never an opening that is not one."""
    kept = memo.answers.get(asked)
    if kept is None:
        return None
    answer, names = kept
    if not isinstance(answer, Open):
        return answer
    known = {key.lower() for key in question.known}
    context = renamed(answer.request.context, names)
    free = {key: value for key, value in context.items() if key.lower() not in known}
    request = ask(question, free)
    id_ = reread(answer.endpoint.id, names) if answer.endpoint else None
    door = next((one for one in ground.doors if one.id == id_), None)
    if not _outside(question, ground).confirm(request, door):
        return None
    by = _by(question.layers, request, door)
    return replace(answer, request=request, endpoint=door, by=by)


def _outside(question: Question, ground: Ground) -> Goal:
    def confirm(request: Request, door: Door | None) -> bool:
        return not _is_inside(request, ground) and _allows(question.layers, request, door)

    return Goal(lambda allowed, inside: allowed[0] & ~inside, confirm)


def _inside(question: Question, ground: Ground) -> Goal:
    def confirm(request: Request, door: Door | None) -> bool:
        return _is_inside(request, ground) and _allows(question.layers, request, door)

    return Goal(lambda allowed, inside: allowed[0] & inside, confirm)


def _only(these: Layers, those: Layers, mine: int) -> Goal:
    """What `these` allow and `those` do not; `mine` is the place of `these` among the sides."""

    def confirm(request: Request, door: Door | None) -> bool:
        return _allows(these, request, door) and not _allows(those, request, door)

    return Goal(lambda allowed, _inside: allowed[mine] & ~allowed[1 - mine], confirm)


def _allows(layers: Layers, request: Request, door: Door | None) -> bool:
    return decide(replace(layers, endpoint=door.policy if door else None), request).allowed


def _is_inside(request: Request, ground: Ground) -> bool:
    inside = ground.inside
    door = request.keys.get(VPCE)
    if inside is None or door not in inside.doors:
        return False
    return not inside.clients or is_client(inside, request)


def _open(one: Found, layers: Layers) -> Open:
    gate = one.door.policy if one.door else None
    policies = [policy for _, policy in _policies(layers)]
    return Open(
        request=named(one.request, [*policies, *([gate] if gate else [])]),
        arrival=one.arrival.name,
        endpoint=one.door,
        by=_by(layers, one.request, one.door),
        addresses=one.addresses,
    )


def _change(outcome: Outcome, place: int, layers: Layers) -> Change:
    one, why = outcome.found[place], outcome.doubts[place]
    if one is not None:
        return _open(one, layers)
    return None if why is None else Undecided(outcome.cells, why)


def _by(layers: Layers, request: Request, door: Door | None) -> tuple[str, ...]:
    """The statements that allow a request, layer by layer."""
    gate = [("endpoint", door.policy)] if door and door.policy else []
    said = (
        f"{layer} {policy.name}: {one.sid or one.index}".replace(" :", ":")
        for layer, policy in (*_policies(layers), *gate)
        for one in policy.allows
        if one.applies(request)
    )
    return tuple(dict.fromkeys(said))


def _policies(layers: Layers) -> Iterator[tuple[str, Policy]]:
    """Every policy, with the name of its layer."""
    yield from (("identity", one) for one in layers.identity)
    yield from (("session", one) for one in layers.session or ())
    yield from [("boundary", layers.boundary)] if layers.boundary else []
    for name, levels in (("scp", layers.scps or ()), ("rcp", layers.rcps)):
        yield from ((name, one) for level in levels for one in level)
    yield from [("resource", layers.resource)] if layers.resource else []


def _check(limit: int) -> None:
    if limit < 1:
        raise ValueError("with a limit below one nothing can be looked at")
