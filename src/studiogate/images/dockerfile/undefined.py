"""The rule that every variable has a value where it is used (F-68, `PYTHON_VERSION`)."""

import re
from collections.abc import Iterator

from studiogate.images.dockerfile.facts import Built, Facts, Step, Subject
from studiogate.images.dockerfile.syntax import Line
from studiogate.images.dockerfile.variables import ALWAYS, used
from studiogate.images.parts import Fault

_READ = re.compile(r"(?:^|[\s;&(])(?:\.|source|eval)\s")
"""What brings variables that nobody sees here."""


def undefined(facts: Facts, subject: Subject) -> Iterator[Fault]:
    """Variables that are used and never given a value.

    A base that is more than a plain system may bring variables of its own; there it is said as
    advice, under another code.
    """
    for built in facts.stages:
        told: set[str] = set()
        for step in built.own:
            for name, line, has_name in _unknown(step):
                if name not in told:
                    told.add(name)
                    yield _fault(name, line, built, subject, has_name=has_name)


def _unknown(step: Step) -> Iterator[tuple[str, int, bool]]:
    if step.word in {"ARG", "", "CMD", "ENTRYPOINT", "HEALTHCHECK", "ONBUILD"}:
        return
    script = step.instruction.script
    own = _assigned(step) if step.word == "RUN" else frozenset()
    if step.word == "RUN" and _READ.search(step.instruction.text):
        return
    for line, name in _uses(script):
        if name not in ALWAYS and name not in own and step.values.get(name) is None:
            yield name, line, name in step.values


def _uses(lines: tuple[Line, ...]) -> Iterator[tuple[int, str]]:
    """Uses with their lines: quotes may span lines, so the whole is read, then each line."""
    wanted = set(used("\n".join(line.text for line in lines)))
    for line in lines:
        for name in used(line.text):
            if name in wanted:
                yield line.number, name


def _assigned(step: Step) -> frozenset[str]:
    return frozenset(name for one in step.commands for name in one.assigns)


def _fault(name: str, line: int, built: Built, subject: Subject, *, has_name: bool) -> Fault:
    if has_name:
        what = f"{name} is declared without a value, and no build gives it one"
        return subject.fault("undefined-variable", line, what, f"Give it one: ARG {name}=….")
    if not built.is_plain:
        what = f"{name} has a value only if {built.base or 'the base'} gives it one"
        return subject.fault("variable-of-base", line, what, f"Declare it here: ARG {name}=….")
    what = f"{name} is used and never given a value, so it is empty"
    remedy = f"Declare it in this stage, before it is used: ARG {name}=…."
    return subject.fault("undefined-variable", line, what, remedy)
