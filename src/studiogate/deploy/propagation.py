"""Whether sessions of a domain's notebooks carry the person's profile, and turning it on again.

A domain is made so; one that was changed by hand is changed back by `UpdateDomain`, which
SageMaker takes only while no app of the domain is in service or pending (API reference,
DomainSettingsForUpdate; S1-08, S1-09).  So running apps are part of the plan, and are stopped
only for who said so: their kernels, and what was not saved, are gone.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from studiogate.aws.patience import asked
from studiogate.deploy.ending.studios import Studio, live_apps, stop_apps
from studiogate.deploy.patience import looks
from studiogate.deploy.stack.values import Outputs
from studiogate.deploy.unpropagated import SETTING, STOP, WANTED, RunningApp, Unpropagated
from studiogate.deploy.world import Doing, World
from studiogate.errors import Absent, DeployError
from studiogate.foundation.after import Propagated


def unpropagated(
    world: World, steps: Iterable[object], outputs: Outputs
) -> tuple[Unpropagated, ...]:
    """The domains that stand and whose setting is another one, with the apps that run there.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    mine = [one for one in steps if isinstance(one, Propagated)]
    with ThreadPoolExecutor(world.at_once, thread_name_prefix="propagation") as threads:
        found = threads.map(lambda one: _looked_at(world, one, outputs), mine)
        return tuple(one for one in found if one is not None)


def propagate(world: World, step: Propagated, outputs: Outputs, *, stop: bool) -> None:
    """Turn it on where it is not; `stop` says that running apps may be ended for it.

    Raises:
        DeployError: apps run, or AWS took the change and does not say so.
        AwsError: SageMaker refused, or did not answer.
    """
    there = _looked_at(world, step, outputs)
    if there is None:
        return
    if there.apps and not stop:
        raise DeployError(
            f"{there.stack}: {there.domain_id} takes no {SETTING} while apps run: {there.held}",
            remedy=f"{STOP} Then run the command again.",
        )
    if there.apps:
        stop_apps(world, Studio(step.stack.account, there.domain_id))
    _turn_on(world, step, there.domain_id)


def _looked_at(world: World, step: Propagated, outputs: Outputs) -> Unpropagated | None:
    """How one domain is, if it stands and is not as it should be."""
    domain_id = outputs.get(step.domain.stack, {}).get(step.domain.name)
    if not domain_id:
        return None
    with world.visit(step.stack.account):
        try:
            found = _settings(world, step, domain_id).get(SETTING)
            if found == WANTED:
                return None
            apps = live_apps(world, Studio(step.stack.account, domain_id))
        except Absent:
            return None  # deleted by hand: what becomes of its stack is another matter
    return Unpropagated(
        step.stack, domain_id, str(found or "not set"), tuple(map(running_app, apps))
    )


def _turn_on(world: World, step: Propagated, domain_id: str) -> None:
    world.tell(Doing(str(step.stack), f"UpdateDomain {domain_id}: {SETTING}={WANTED}"))
    client = world.client(step.stack.account, "sagemaker")
    wanted = {SETTING: WANTED}
    asked(
        world,
        "sagemaker:UpdateDomain",
        str(step.stack),
        lambda: client.update_domain(DomainId=domain_id, DomainSettingsForUpdate=wanted),
    )
    for _ in looks(world, within_s=world.stack_s):
        if _settings(world, step, domain_id).get(SETTING) == WANTED:
            return
    raise DeployError(
        f"{step.stack}: AWS took {SETTING} and DescribeDomain does not say so",
        remedy="Run the command again; if it lasts, look at it in the console.",
    )


def _settings(world: World, step: Propagated, domain_id: str) -> Mapping[str, Any]:
    client = world.client(step.stack.account, "sagemaker")
    there = asked(
        world,
        "sagemaker:DescribeDomain",
        str(step.stack),
        lambda: client.describe_domain(DomainId=domain_id),
    )
    found: Mapping[str, Any] = there.get("DomainSettings") or {}
    return found


def running_app(there: Mapping[str, Any]) -> RunningApp:
    """An app that is in the way, of what ListApps has."""
    space, profile = there.get("SpaceName"), there.get("UserProfileName")
    made = there.get("CreationTime")
    return RunningApp(
        owner=f"space {space}" if space else f"profile {profile}",
        app=f"{there['AppType']}/{there['AppName']}",
        since=made.isoformat(timespec="seconds") if made else "an unknown time",
    )
