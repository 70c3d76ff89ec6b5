"""The landscape's own invariants, over tables made by hand."""

from typing import Any

import pytest

from studiogate.landscape.model import Invariant, Landscape
from studiogate.landscape.read import read
from studiogate.reach.cells import Cell, Cells
from studiogate.reach.table import Row, Table
from studiogate.reach.trace import Layer
from studiogate.reach.verify.findings import Finding, Outcome, Witness
from studiogate.reach.verify.promises import promises, sentence, unasked
from tests.kit.landscape import SOUND

DOMAINS, NETWORKS = ("forecasting", "fraud"), ("office", "lob-a", "internet")


def landscape(*never: dict[str, Any]) -> Landscape:
    return read(SOUND).model_copy(
        update={"invariants": tuple(Invariant.model_validate({"never": one}) for one in never)}
    )


def row(lob: str, *people: str, opens: tuple[tuple[str, str], ...]) -> Row:
    cells = {
        (domain, network): Cell(
            allowed=(domain, network) in opens, layer=Layer.USE, why="Statement X says so."
        )
        for domain in DOMAINS
        for network in NETWORKS
    }
    return Row(lob, people, Cells(cells))


def table(*rows: Row) -> Table:
    return Table("acme", DOMAINS, NETWORKS, rows)


HELD = table(
    row("lob-a", "ann", "ada", opens=(("forecasting", "office"),)),
    row("lob-b", "bo", opens=(("fraud", "office"),)),
)


def outside(outcome: Outcome) -> dict[str, Finding]:
    witness = (Witness("role X", "opens", "fraud", "from the internet"),)
    return {
        "fraud": Finding(
            "outside",
            "domain fraud",
            "…",
            outcome,
            principals=3,
            cells=9,
            witnesses=witness if outcome is Outcome.BROKEN else (),
            why=("too much",) if outcome is Outcome.UNDECIDED else (),
        )
    }


@pytest.mark.parametrize(
    ("never", "who", "on", "how"),
    [
        ({"open": "forecasting"}, "ann and 1 more", "forecasting", "from office"),
        ({"open": "*", "from": "office", "lob": "lob-b"}, "bo", "fraud", "from office"),
        ({"open": "*", "person": "ada"}, "ada", "forecasting", "from office"),
        ({"open": "fraud", "from": "*"}, "bo", "fraud", "from office"),
    ],
)
def test_an_opening_that_must_not_be_is_shown_with_who_and_what_decided(
    never: dict[str, Any], who: str, on: str, how: str
) -> None:
    (found,) = promises(landscape(never), HELD, {})

    assert found.outcome is Outcome.BROKEN
    (witness,) = found.witnesses
    assert (witness.who, witness.on, witness.how) == (who, on, how)
    assert witness.by == ("use: Statement X says so.",)


@pytest.mark.parametrize(
    "never",
    [
        {"open": "*", "from": "internet"},
        {"open": "fraud", "lob": "lob-a"},
        {"open": "forecasting", "from": "lob-a"},
        {"open": "fraud", "person": "ann"},
    ],
)
def test_what_no_cell_opens_is_proved_and_says_how_many_were_asked(
    never: dict[str, Any],
) -> None:
    (found,) = promises(landscape(never), HELD, {})

    assert found.outcome is Outcome.PROVED
    assert found.principals > 0
    assert found.cells > 0
    assert found.witnesses == ()


@pytest.mark.parametrize("outcome", [Outcome.BROKEN, Outcome.UNDECIDED])
@pytest.mark.parametrize(
    "never", [{"open": "*", "from": "internet"}, {"open": "fraud", "from": "internet"}]
)
def test_never_from_the_internet_is_about_every_principal_not_the_front_door_alone(
    never: dict[str, Any], outcome: Outcome
) -> None:
    (found,) = promises(landscape(never), HELD, outside(outcome))

    assert found.outcome is outcome
    assert [one.who for one in found.witnesses] == ["role X"] * (outcome is Outcome.BROKEN)


def test_what_is_said_of_people_does_not_speak_of_other_principals() -> None:
    (found,) = promises(
        landscape({"open": "fraud", "lob": "lob-a"}), HELD, outside(Outcome.BROKEN)
    )

    assert found.outcome is Outcome.PROVED


@pytest.mark.parametrize(
    ("never", "said"),
    [
        ({"open": "*", "from": "internet"}, "Nobody opens any domain from the internet."),
        ({"open": "fraud", "lob": "lob-a"}, "Nobody of lob-a opens fraud."),
        ({"open": "fraud", "person": "ann", "from": "hub"}, "ann never opens fraud from hub."),
        (
            {"open": "*", "person": "bo", "lob": "lob-b"},
            "bo, of lob-b, never opens any domain.",
        ),
    ],
)
def test_an_invariant_is_a_sentence(never: dict[str, Any], said: str) -> None:
    assert sentence(Invariant.model_validate({"never": never})) == said


def test_invariants_that_cannot_be_asked_are_undecided_and_never_proved() -> None:
    (found,) = unasked(landscape({"open": "*"}), ("There is no endpoint.",))

    assert (found.outcome, found.why) == (Outcome.UNDECIDED, ("There is no endpoint.",))
