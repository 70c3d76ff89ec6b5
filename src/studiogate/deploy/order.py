"""In which order stacks go: whoever needs another goes before it.  Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime

from studiogate.deploy.stack.standing import Standing
from studiogate.foundation.stacks import Stack, in_order

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def going(there: Iterable[Standing], known: Iterable[Stack]) -> list[list[Standing]]:
    """The stacks in waves, those that others need last; each wave may go at once.

    Of stacks that are not `known` nobody can say what they need but by their age: a stack is
    made after those that it needs.  They go first, the newest before the others.
    """
    left = {one.key: one for one in there}
    waves = [
        [left.pop(stack.key) for stack in wave if stack.key in left]
        for wave in reversed(in_order(known))
    ]
    strange = sorted(left.values(), key=lambda one: one.made or _LONG_AGO, reverse=True)
    return [*([one] for one in strange), *(wave for wave in waves if wave)]
