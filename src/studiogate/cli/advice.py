"""What is sound in a landscape and had better be otherwise: told, and in nobody's way."""

from collections.abc import Iterable

from studiogate.cli.present import note, printable
from studiogate.errors import Problem
from studiogate.landscape.document import dotted
from studiogate.landscape.model import Landscape
from studiogate.landscape.warehouse_rules import warehouse_advice


def advised(landscape: Landscape) -> tuple[Problem, ...]:
    """Every piece of advice about `landscape`, in the order of the file."""
    return tuple(
        Problem(dotted(one.path), one.what, one.remedy) for one in warehouse_advice(landscape)
    )


def tell_advice(advice: Iterable[Problem]) -> None:
    """Say it on standard error."""
    for one in advice:
        note(printable(f"Advice: {one.where}: {one.what}. {one.remedy}"))
