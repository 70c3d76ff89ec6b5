"""How often a property is tried: a little in every run, thoroughly by `make soak`."""

from hypothesis import settings

_ORDINARY = 100
"""Examples hypothesis draws where nobody says otherwise."""


def examples(number: int) -> int:
    """`number`, and as many times more as the profile draws more than hypothesis itself."""
    return max(number * settings().max_examples // _ORDINARY, 1)
