"""Changes to the directory: a row that bars somebody, put right."""

from collections.abc import Iterator
from functools import partial

from studiogate.reach.change.edit import Edit
from studiogate.reach.world import World


def let_in_again(known: World, person: str) -> Iterator[Edit]:
    """The directory without what bars `person`."""
    bar = known.barred.get(person)
    if bar is not None:
        rest = {name: one for name, one in known.barred.items() if name != person}
        made = partial(known.but, barred=rest)
        yield Edit("directory", f"directory row of {person}", bar.remedy, bar.said, made)
