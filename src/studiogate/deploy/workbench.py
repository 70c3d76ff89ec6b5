"""RStudio in a domain: room for it while it is turned on, and a seat for everybody (S6-03).

SageMaker gives a domain RStudio only while no app of it runs, for it rewrites everybody's
security groups; and whoever had a profile before is shut out until their profile says otherwise
(SageMaker Developer Guide, "Add RStudio support to an existing domain").
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from studiogate.aws.patience import asked
from studiogate.deploy.ending.removed import DOMAIN
from studiogate.deploy.ending.studios import Studio, live_apps, stop_apps
from studiogate.deploy.patience import looks
from studiogate.deploy.plan import Act, ResourceChange
from studiogate.deploy.propagation import running_app
from studiogate.deploy.stack.standing import Standing, resources
from studiogate.deploy.stack.values import Outputs
from studiogate.deploy.unpropagated import STOP
from studiogate.deploy.world import Doing, World
from studiogate.errors import DeployError, Invalid
from studiogate.foundation.after import Seated

_MANAGED: Final = "AppSecurityGroupManagement"
"""The property of a domain that RStudio alone has."""

_SEAT: Final = "RStudioServerProAppSettings"
_CHANGING: Final = frozenset({"Pending", "Updating"})


def make_room(
    world: World, there: Standing, changes: Iterable[ResourceChange], *, stop: bool
) -> None:
    """See to it that no app runs in a domain that `changes` give RStudio, or take it from.

    Raises:
        DeployError: apps run, and nobody said that they may be stopped.
        AwsError: SageMaker refused, or did not answer.
    """
    turned = {
        one.resource
        for one in changes
        if one.type == DOMAIN and one.act is Act.MODIFY and _MANAGED in one.what
    }
    for one in resources(world, there) if turned else ():
        if one["LogicalResourceId"] in turned and one.get("PhysicalResourceId"):
            _quiet(world, Studio(there.key.account, one["PhysicalResourceId"]), stop=stop)


def seat(world: World, step: Seated, outputs: Outputs) -> None:
    """Let everybody of `step` into RStudio, as what they are there; twice is once.

    Raises:
        DeployError: a profile cannot be changed while its apps run, or does not settle.
        AwsError: SageMaker refused, or did not answer.
    """
    domain = outputs[step.domain.stack][step.domain.name]
    given = _asked_of(world, step, "DescribeDomain", DomainId=domain)
    usual = (given.get("DefaultUserSettings") or {}).get(_SEAT) or {}
    for profile, group in step.people.items():
        who = {"DomainId": domain, "UserProfileName": profile}
        wanted = {"AccessStatus": "ENABLED", "UserGroup": group}
        if not _seated(_resting(world, step, who), usual, wanted):
            _change(world, step, who, wanted)


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


def _quiet(world: World, studio: Studio, *, stop: bool) -> None:
    apps = live_apps(world, studio)
    if apps and not stop:
        held = "; ".join(str(running_app(one)) for one in apps)
        raise DeployError(
            f"{studio} takes no change of RStudio while apps run: {held}",
            remedy=f"{STOP} Then run the command again.",
        )
    if apps:
        stop_apps(world, studio)


def _seated(
    there: Mapping[str, Any], usual: Mapping[str, str], wanted: Mapping[str, str]
) -> bool:
    """Whether a profile is what it should be: by its own settings, else by the domain's."""
    own = (there.get("UserSettings") or {}).get(_SEAT)
    found: Mapping[str, str] = usual if own is None else own
    return all(found.get(name) == value for name, value in wanted.items())


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
