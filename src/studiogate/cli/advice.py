"""What is sound in a landscape and had better be otherwise: told, and in nobody's way."""

from collections.abc import Iterable

from studiogate.cli.present import note, printable
from studiogate.errors import Problem
from studiogate.foundation.composed import composed
from studiogate.foundation.quotas import hits
from studiogate.landscape.document import dotted
from studiogate.landscape.model import Landscape
from studiogate.landscape.warehouse_rules import warehouse_advice


def advised(landscape: Landscape) -> tuple[Problem, ...]:
    """Every piece of advice about `landscape`, in the order of the file."""
    return tuple(
        Problem(dotted(one.path), one.what, one.remedy) for one in warehouse_advice(landscape)
    )


def beyond_limits(landscape: Landscape) -> tuple[Problem, ...]:
    """Every limit of AWS that nobody can raise and that `landscape` does not fit.

    Raises:
        LandscapeError: the network cannot be laid out.
        PolicyError: a name cannot stand in a policy.
    """
    whole = composed(landscape)
    found = hits(landscape, whole.plan, whole.stacks)
    return tuple(
        Problem(
            one.quota, f"{one.where} needs {one.needs:,}, AWS gives {one.has:,}", one.remedy
        )
        for one in found
        if not one.adjustable
    )


def tell_advice(advice: Iterable[Problem]) -> None:
    """Say it on standard error."""
    for one in advice:
        note(printable(f"Advice: {one.where}: {one.what}. {one.remedy}"))
