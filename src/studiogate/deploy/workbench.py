"""RStudio in a domain: room for it while it is turned on, and a seat for everybody (S6-03).

SageMaker gives a domain RStudio only while no app of it runs, for it rewrites everybody's
security groups; and whoever had a profile before is shut out until their profile says otherwise
(SageMaker Developer Guide, "Add RStudio support to an existing domain").  What RStudio is told,
as the URL of its packages, is changed only while its server does not run either, which is
ended and made again (hashicorp/terraform-provider-aws, issue 31912).
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from studiogate.aws.patience import asked
from studiogate.deploy.ending.removed import DOMAIN
from studiogate.deploy.ending.studios import Studio, live_apps, stop_apps
from studiogate.deploy.patience import looks
from studiogate.deploy.plan import Act, ResourceChange, StackChange
from studiogate.deploy.propagation import running_app
from studiogate.deploy.serving import serve, serves
from studiogate.deploy.stack.standing import Standing, resources
from studiogate.deploy.stack.values import Outputs
from studiogate.deploy.unpropagated import STOP
from studiogate.deploy.unseated import Seat, Unseated
from studiogate.deploy.world import Doing, World
from studiogate.errors import Absent, DeployError, Invalid
from studiogate.foundation.after import Seated
from studiogate.foundation.stacks import StackKey

_MANAGED: Final = "AppSecurityGroupManagement"
"""The property of a domain that RStudio alone has."""

_TOLD: Final = "DomainSettings"
"""The property that running apps hold back: in it is what RStudio is told."""

_STOPPED: Final = "UPDATE_ROLLBACK_FAILED"
"""The state of a stack whose rollback met what its change had met."""

_SEAT: Final = "RStudioServerProAppSettings"
_CHANGING: Final = frozenset({"Pending", "Updating"})


def unseated(
    world: World,
    steps: Iterable[object],
    there: Mapping[StackKey, Standing],
    changes: Iterable[StackChange],
) -> tuple[Unseated, ...]:
    """What becomes of RStudio in domains that stand: by `changes` of stacks, and by `steps`.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    touched = {
        studio: (one.key, what)
        for one in changes
        if one.key in there
        for studio, what in _touched(world, there[one.key], one.resources)
    }
    seated = dict(_standing(steps, there))
    keys = {one: key for one, (key, _) in touched.items()}
    keys |= {studio: one.stack for studio, one in seated.items()}

    def look(studio: Studio) -> Unseated | None:
        _, what = touched.get(studio, (None, frozenset()))
        return _looked_at(world, keys[studio], studio, seated.get(studio), what)

    with ThreadPoolExecutor(world.at_once, thread_name_prefix="rstudio") as threads:
        return tuple(one for one in threads.map(look, keys) if one is not None)


def make_room(
    world: World, there: Standing, changes: Iterable[ResourceChange], *, stop: bool
) -> tuple[Studio, ...]:
    """See to it that no app runs in a domain whose RStudio `changes` give, take, or tell anew.

    Returns the domains whose RStudio server was ended for it: `serve` makes it again.

    Raises:
        DeployError: apps run, and nobody said that they may be stopped.
        AwsError: SageMaker refused, or did not answer.
    """
    touched = [studio for studio, _ in _touched(world, there, changes)]
    return tuple(one for one in touched if _quiet(world, one, stop=stop))


def seat(world: World, step: Seated, outputs: Outputs) -> None:
    """Let everybody of `step` into RStudio, as what they are there, and have its server run.

    Twice is once.

    Raises:
        DeployError: the server does not come to serve; a profile cannot be changed while its
            apps run, or does not settle.
        AwsError: SageMaker refused, or did not answer.
    """
    domain = outputs[step.domain.stack][step.domain.name]
    studio = Studio(step.stack.account, domain)
    usual = _usual(world, step, domain)
    for profile, group in step.people.items():
        who = {"DomainId": domain, "UserProfileName": profile}
        wanted = _wanted(group)
        if not _seated(_resting(world, step, who), usual, wanted):
            _change(world, step, who, wanted)
    if not serves(live_apps(world, studio)):
        serve(world, studio)


def _touched(
    world: World, there: Standing, changes: Iterable[ResourceChange]
) -> Iterator[tuple[Studio, frozenset[str]]]:
    """The domains of a stack that stands which change only while nothing runs, and in what."""
    what = {
        one.resource: found
        for one in changes
        if one.type == DOMAIN and one.act is Act.MODIFY
        if (found := frozenset(one.what) & {_MANAGED, _TOLD})
    }
    stopped = there.status == _STOPPED
    for one in resources(world, there) if what or stopped else ():
        if one["ResourceType"] == DOMAIN and one.get("PhysicalResourceId"):
            studio = Studio(there.key.account, one["PhysicalResourceId"])
            if one["LogicalResourceId"] in what:
                yield studio, what[one["LogicalResourceId"]]
            elif stopped and _held_back(world, studio, one):
                yield studio, frozenset({_TOLD})


def _held_back(world: World, studio: Studio, there: Mapping[str, Any]) -> bool:
    """Whether RStudio's server may be why a domain could not be changed back.

    Going on with the rollback tells the domain its settings again, and meets the same.
    """
    return there["ResourceStatus"] == "UPDATE_FAILED" and serves(live_apps(world, studio))


def _standing(
    steps: Iterable[object], there: Mapping[StackKey, Standing]
) -> Iterator[tuple[Studio, Seated]]:
    """The steps about domains that are there."""
    for step in steps:
        if isinstance(step, Seated) and step.domain.stack in there:
            domain = there[step.domain.stack].outputs.get(step.domain.name)
            if domain:
                yield Studio(step.stack.account, domain), step


def _looked_at(
    world: World, key: StackKey, studio: Studio, step: Seated | None, what: frozenset[str]
) -> Unseated | None:
    """What becomes of RStudio in one domain, if anything does; `what` waits for its apps."""
    with world.visit(studio.account):
        try:
            seats = () if step is None else tuple(_seats(world, step, studio.domain_id))
        except Absent:
            return None  # deleted by hand: what becomes of its stack is another matter
        apps = live_apps(world, studio)
    turned = _MANAGED in what
    unserved = step is not None and not turned and not serves(apps)
    if not (what or seats or unserved):
        return None
    held = tuple(map(running_app, apps if what else ()))
    told = bool(what) and not turned
    return Unseated(key, studio.domain_id, turned, seats, held, told=told, unserved=unserved)


def _seats(world: World, step: Seated, domain: str) -> Iterator[Seat]:
    """Who would be changed by `seat`; whoever has no profile yet is made as the domain says."""
    usual = _usual(world, step, domain)
    for profile, group in step.people.items():
        try:
            who = {"DomainId": domain, "UserProfileName": profile}
            there = _asked_of(world, step, "DescribeUserProfile", **who)
        except Absent:
            there = {}
        found = _found(there, usual)
        if not _seated(there, usual, _wanted(group)):
            said = "UserGroup" if found.get("AccessStatus") == "ENABLED" else "AccessStatus"
            yield Seat(profile, found.get(said, "not set"), group)


def _usual(world: World, step: Seated, domain: str) -> Mapping[str, str]:
    """What whoever has nothing of their own is in RStudio."""
    given = _asked_of(world, step, "DescribeDomain", DomainId=domain)
    found: Mapping[str, str] = (given.get("DefaultUserSettings") or {}).get(_SEAT) or {}
    return found


def _wanted(group: str) -> Mapping[str, str]:
    return {"AccessStatus": "ENABLED", "UserGroup": group}


def _change(
    world: World, step: Seated, who: Mapping[str, str], wanted: Mapping[str, str]
) -> None:
    profile = who["UserProfileName"]
    world.tell(Doing(str(step.stack), f"UpdateUserProfile {profile}: {wanted['UserGroup']}"))
    try:
        _asked_of(world, step, "UpdateUserProfile", **who, UserSettings={_SEAT: wanted})
    except Invalid as refused:
        raise DeployError(
            f"{step.stack}: {profile} is not let into RStudio: {refused}",
            remedy=f"If apps of theirs run: {STOP} Then run the command again.",
        ) from refused
    if not _seated(_resting(world, step, who), {}, wanted):
        raise DeployError(
            f"{step.stack}: AWS took {_SEAT} of {profile} and does not say so",
            remedy="Run the command again; if it lasts, look at it in the console.",
        )


def _quiet(world: World, studio: Studio, *, stop: bool) -> bool:
    """Have nothing run in a domain; whether RStudio's server was ended for it."""
    apps = live_apps(world, studio)
    if apps and not stop:
        held = "; ".join(str(running_app(one)) for one in apps)
        raise DeployError(
            f"{studio} takes no change of RStudio and its settings while apps run: {held}",
            remedy=f"{STOP} Then run the command again.",
        )
    if apps:
        stop_apps(world, studio)
    return serves(apps)


def _seated(
    there: Mapping[str, Any], usual: Mapping[str, str], wanted: Mapping[str, str]
) -> bool:
    """Whether a profile is what it should be."""
    found = _found(there, usual)
    return all(found.get(name) == value for name, value in wanted.items())


def _found(there: Mapping[str, Any], usual: Mapping[str, str]) -> Mapping[str, str]:
    """What a profile is: by its own settings, else by the domain's."""
    own: Mapping[str, str] | None = (there.get("UserSettings") or {}).get(_SEAT)
    return usual if own is None else own


def _resting(world: World, step: Seated, who: Mapping[str, str]) -> Mapping[str, Any]:
    """A profile, once AWS is not changing it any more."""
    there: Mapping[str, Any] = {}
    for _ in looks(world, within_s=world.stack_s):
        there = _asked_of(world, step, "DescribeUserProfile", **who)
        if there.get("Status") not in _CHANGING:
            return there
    raise DeployError(
        f"{step.stack}: {who['UserProfileName']} is {there.get('Status')} for too long",
        remedy="Look at it in the console, and run the command again.",
    )


_METHODS: Final = {
    "DescribeDomain": "describe_domain",
    "DescribeUserProfile": "describe_user_profile",
    "UpdateUserProfile": "update_user_profile",
}


def _asked_of(world: World, step: Seated, operation: str, **told: Any) -> Mapping[str, Any]:
    client = world.client(step.stack.account, "sagemaker")
    call = partial(getattr(client, _METHODS[operation]), **told)
    found: Mapping[str, Any] = asked(world, f"sagemaker:{operation}", str(step.stack), call)
    return found
