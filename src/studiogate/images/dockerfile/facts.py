"""What rules are asked about: the steps of a Dockerfile, with variables resolved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from studiogate.images.dockerfile.shell import Command, commands
from studiogate.images.dockerfile.syntax import Dockerfile, Instruction, Line, Stage, parsed
from studiogate.images.dockerfile.variables import declared, resolved
from studiogate.images.parts import Fault
from studiogate.images.recipe.releases import Release, family_named, newest, release_named
from studiogate.landscape.image import Kind

SCRATCH = "scratch"


@dataclass(frozen=True, slots=True)
class Subject:
    """Which Dockerfile is judged, and by what."""

    where: str
    """How people find it: `images/r-4.5/Dockerfile`."""

    today: date
    name: str = ""
    """The image's name; empty where nobody says."""

    kind: Kind | None = None
    """The application it is for; general rules alone apply where nobody says."""

    session: str = ""
    """Version of Workbench that the service has."""

    python: bool = True
    """Whether the recipe has Python with what SageMaker asks for."""

    files: Mapping[str, str] = field(default_factory=dict)
    """Other files of its folder that are text, by name."""

    def fault(self, code: str, line: int, what: str, remedy: str) -> Fault:
        """A fault at `line` of the Dockerfile."""
        return Fault(code, f"{self.where}:{line}", what, remedy)


@dataclass(frozen=True)
class Step:
    """An instruction, and what is known where it stands."""

    instruction: Instruction
    values: Mapping[str, str | None]
    """Variables that have been declared so far; without a value, `None`."""

    @property
    def word(self) -> str:
        """In capitals: `RUN`."""
        return self.instruction.word

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.instruction.line

    @cached_property
    def text(self) -> str:
        """Its text, with what is known of variables put in."""
        return resolved(self.instruction.text, self.values)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Its lines, with what is known of variables put in."""
        script = self.instruction.script
        return tuple(Line(one.number, resolved(one.text, self.values)) for one in script)

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """Of a RUN, its commands, with what is known of variables put in."""
        if self.word != "RUN":
            return ()
        joined = self.instruction.script is self.instruction.lines
        return commands(self.lines, joined=joined)


@dataclass(frozen=True)
class Built:
    """A stage with its steps, those of the stage that it is built on first."""

    stage: Stage
    base: str
    """With variables resolved; empty where it is another stage."""

    steps: tuple[Step, ...]
    own: tuple[Step, ...]
    """Its own alone."""

    @property
    def release(self) -> Release | None:
        """The system that its base is, as far as the base's name says."""
        return release_named(self.base)

    @property
    def likely(self) -> Release | None:
        """The same; of a base whose name leaves the release open, the newest."""
        return self.release or newest(family_named(self.base) or "")

    @property
    def is_plain(self) -> bool:
        """Whether its base is a system and nothing more: what is not done here is not there."""
        return family_named(self.base) is not None


@dataclass(frozen=True)
class Facts:
    """A Dockerfile, ready to be judged."""

    file: Dockerfile
    stages: tuple[Built, ...]

    @property
    def image(self) -> Built | None:
        """What becomes the image: the last stage."""
        return self.stages[-1] if self.stages else None

    @property
    def steps(self) -> Iterator[Step]:
        """Every step of every stage, once."""
        for stage in self.stages:
            yield from stage.own


def facts_of(text: str) -> Facts:
    """What a Dockerfile says; of no text is anything raised."""
    file = parsed(text)
    outer: dict[str, str | None] = {}
    for one in file.arguments:
        outer |= _valued(declared(one), outer)
    named: dict[str, Built] = {}
    stages: list[Built] = []
    for number, stage in enumerate(file.stages):
        base = resolved(stage.base, outer).strip("\"'")
        built = _built(stage, base, named.get(base.lower()), outer)
        stages.append(built)
        named[str(number)] = built
        if stage.name:
            named[stage.name.lower()] = built
    return Facts(file, tuple(stages))


def _built(
    stage: Stage, base: str, under: Built | None, outer: Mapping[str, str | None]
) -> Built:
    values = dict(under.steps[-1].values) if under and under.steps else {}
    own: list[Step] = []
    for instruction in stage.body:
        said = declared(instruction)
        if (
            instruction.word == "ARG"
        ):  # an ARG without a value takes that of the one before FROM
            said = {name: outer.get(name) if one is None else one for name, one in said.items()}
        own.append(Step(instruction, dict(values)))
        values |= _valued(said, values)
    own.append(Step(Instruction(0, "", (Line(0, ""),)), dict(values)))
    steps = (*(under.steps if under else ()), *own)
    return Built(stage, under.base if under else base, steps, tuple(own))


def _valued(
    said: Mapping[str, str | None], known: Mapping[str, str | None]
) -> Mapping[str, str | None]:
    return {name: one if one is None else resolved(one, known) for name, one in said.items()}
