"""A plan: what would be done, as a value that can be shown, tested and refused.

`planning` makes one; `applying` does what it says.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from studiogate.deploy.unpropagated import SETTING, STOP, WANTED, Unpropagated
from studiogate.deploy.unseated import Unseated
from studiogate.errors import PlanRefused
from studiogate.foundation.image_stacks import NAME as IMAGES
from studiogate.foundation.stacks import StackKey
from studiogate.reach.verify.compare import Change
from studiogate.reach.verify.findings import Finding


class Verb(StrEnum):
    """What becomes of a stack."""

    CREATE = "create"
    CHANGE = "change"
    NOTHING = "nothing"
    DELETE = "delete"


class Act(StrEnum):
    """What becomes of a resource."""

    ADD = "add"
    MODIFY = "modify"
    REMOVE = "remove"


class Replaced(StrEnum):
    """Whether a resource that is modified is made anew, and the old one deleted."""

    NO = "no"
    YES = "yes"
    PERHAPS = "perhaps"
    """CloudFormation says `Conditional`, or was not asked: it counts as yes."""


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What becomes of one resource of a stack."""

    resource: str
    """Logical id."""

    type: str
    act: Act
    replaced: Replaced = Replaced.NO
    what: tuple[str, ...] = ()
    """The properties that differ; `Tags` and the like among them."""

    follows: bool = False
    """Whether it only takes values of others that change, and may come out the same."""

    @property
    def goes(self) -> bool:
        """Whether what is there now may be deleted."""
        return self.act is Act.REMOVE or self.replaced is not Replaced.NO


@dataclass(frozen=True, slots=True)
class StackChange:
    """What becomes of one stack."""

    key: StackKey
    verb: Verb
    resources: tuple[ResourceChange, ...] = ()
    waits_for: tuple[str, ...] = ()
    """Parameters that are known only when other stacks stand; then it may change further."""

    loses: tuple[str, ...] = ()
    """Names, as `--allow-replacement` takes them, of what cannot be made again and goes."""

    first: str = ""
    """What an earlier failure leaves to be done before, in words."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of AWS that the landscape does not fit into."""

    says: str
    hard: bool
    """Whether nobody can raise it."""

    remedy: str


@dataclass(frozen=True, slots=True)
class Rows:
    """What becomes of the rows of one directory table."""

    table: str
    put: int
    """Rows that are new, or differ."""

    removed: int
    same: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would be done to make AWS what the landscape says."""

    landscape: str
    environment: str
    waves: tuple[tuple[StackChange, ...], ...]
    """In the order of doing; those of one wave do not need each other."""

    gone: tuple[StackChange, ...] = ()
    """Stacks of ours that the landscape has no more, in the order of deleting."""

    rows: tuple[Rows, ...] = ()
    """The directory, where its tables are there to compare with."""

    access: tuple[Change, ...] = ()
    """Who gains and who loses, coming from what was applied last."""

    new: bool = False
    """Whether nothing was applied before, so that everything anybody opens is gained."""

    unpropagated: tuple[Unpropagated, ...] = ()
    """Domains whose sessions do not carry the person's profile; that is turned on again."""

    unseated: tuple[Unseated, ...] = ()
    """Domains whose RStudio comes, goes, or has other people than it should."""

    broken: tuple[Finding, ...] = ()
    """Invariants that would not be proved any more."""

    limits: tuple[Limit, ...] = ()
    foreign: tuple[StackKey, ...] = ()
    """Names of ours that somebody else's stack has."""

    notes: tuple[str, ...] = field(default=())
    """What was not looked at."""

    @property
    def stacks(self) -> Iterator[StackChange]:
        """Every stack, in the order of doing."""
        for wave in self.waves:
            yield from wave
        yield from self.gone

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to do."""
        stacks = all(one.verb is Verb.NOTHING for one in self.stacks)
        rows = all(one.put == one.removed == 0 for one in self.rows)
        return stacks and rows and not self.unpropagated and not self.unseated


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a plan is refused."""

    reason: str
    """`breaks-invariant`, `loses-data`, `over-quota`, `apps-running` or `not-ours`."""

    says: str
    remedy: str


def objections(
    plan: Plan, allowed: Iterable[str] = (), *, stop_apps: bool = False
) -> tuple[Objection, ...]:
    """Everything that speaks against doing it; `allowed` may be replaced or deleted.

    `stop_apps` says that apps may be stopped.
    """
    allowed = frozenset(allowed)
    return (
        *(_of_promise(one) for one in plan.broken),
        *(
            _of_loss(name)
            for one in plan.stacks
            for name in one.loses
            if not is_allowed(name, allowed)
        ),
        *(
            Objection("over-quota", limit.says, limit.remedy)
            for limit in plan.limits
            if limit.hard
        ),
        *(_of_apps(one) for one in plan.unpropagated if one.apps and not stop_apps),
        *(_of_rstudio(one) for one in plan.unseated if one.apps and not stop_apps),
        *(_of_stranger(key) for key in plan.foreign),
    )


def is_allowed(name: str, allowed: Iterable[str]) -> bool:
    """Whether `name`, or the stack that it is of, is among those that may go."""
    return any(name == one or name.startswith(f"{one}/") for one in allowed)


def refuse_unless_sound(
    plan: Plan, allowed: Iterable[str] = (), *, stop_apps: bool = False
) -> None:
    """Return if nothing speaks against the plan.

    Raises:
        PlanRefused: something does; with every objection, and the reason of the first.
    """
    found = objections(plan, allowed, stop_apps=stop_apps)
    if found:
        raise PlanRefused(
            "\n".join(one.says for one in found),
            remedy=" ".join(dict.fromkeys(one.remedy for one in found)),
            reason=found[0].reason,
        )


def _of_promise(finding: Finding) -> Objection:
    shown = [
        f"{one.who} {one.does} {one.on} {one.how}".rstrip() for one in finding.witnesses[:3]
    ]
    why = "; ".join((*shown, *finding.why[:3]))
    return Objection(
        "breaks-invariant",
        f"{finding.says} {finding.about}: {finding.outcome}" + (f": {why}" if why else ""),
        "Change the landscape until `studiogate verify` proves it.",
    )


def _of_loss(name: str) -> Objection:
    allow = f"say so with --allow-replacement {name}."
    if name.endswith(f"/{IMAGES}"):
        return Objection(
            "loses-data",
            f"{name} is what SageMaker reads custom images by, and some were not retired",
            f"Retire them first, `studiogate images retire NAME`; or {allow}",
        )
    return Objection(
        "loses-data",
        f"{name} holds what cannot be made again, and would be replaced or deleted",
        f"If that is what you want, {allow}",
    )


def _of_apps(held: Unpropagated) -> Objection:
    return Objection(
        "apps-running",
        f"{held.stack}: {SETTING} of {held.domain_id} is {held.found} and cannot become "
        f"{WANTED} while apps run: {held.held}",
        STOP,
    )


def _of_rstudio(held: Unseated) -> Objection:
    return Objection(
        "apps-running",
        f"{held.stack}: {held.domain_id} takes no change of {held.change} while apps run: "
        f"{held.held}",
        f"{STOP} RStudio's own server is made again." if held.told else STOP,
    )


def _of_stranger(key: StackKey) -> Objection:
    return Objection(
        "not-ours",
        f"{key} is there and is not of this landscape: it has not its tags",
        "Give this landscape accounts of its own, or delete that stack.",
    )
