"""What no template can say, settled by calls once the stacks stand; twice is once."""

import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from studiogate.aws.patience import asked
from studiogate.deploy.emptying import empty, has_rules
from studiogate.deploy.patience import looks
from studiogate.deploy.propagation import propagate
from studiogate.deploy.stack.values import Outputs
from studiogate.deploy.workbench import seat
from studiogate.deploy.world import Doing, World
from studiogate.errors import DeployError
from studiogate.foundation.after import Afterwards, Closed, Propagated, Seated, Step
from studiogate.foundation.stacks import StackKey

_CHANGING: Final = frozenset({"Pending", "Updating"})
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


def settle(
    world: World, steps: Iterable[Step], outputs: Outputs, *, stop_apps: bool = False
) -> None:
    """Make each call that is needed to have all as it should be; return when it is.

    `stop_apps` says that apps may be ended where a change needs it.

    Raises:
        DeployError: AWS took it and does not say so.
        AwsError: AWS refused, or did not answer.
    """
    with ThreadPoolExecutor(world.at_once, thread_name_prefix="after") as threads:
        for _ in threads.map(lambda one: _settle(world, one, outputs, stop=stop_apps), steps):
            """What one raises is raised here."""


def _settle(world: World, step: Step, outputs: Outputs, *, stop: bool) -> None:
    with world.visit(step.stack.account):
        match step:
            case Closed():
                _close(world, step.stack, outputs[step.group.stack][step.group.name])
            case Propagated():
                propagate(world, step, outputs, stop=stop)
            case Seated():
                seat(world, step, outputs)
            case Afterwards():
                _update(world, step, outputs)


def _close(world: World, stack: StackKey, group: str) -> None:
    client = world.client(stack.account, "ec2")
    found = asked(
        world,
        "ec2:DescribeSecurityGroups",
        str(stack),
        lambda: client.describe_security_groups(GroupIds=[group])["SecurityGroups"],
    )
    for one in found:
        if has_rules(one):
            world.tell(Doing(str(stack), f"closing {group}"))
            empty(world, client, one)


def _update(world: World, step: Afterwards, outputs: Outputs) -> None:
    client = world.client(step.stack.account, step.service)
    about = {name: outputs[one.stack][one.name] for name, one in step.about.items()}
    if _holds(_resting(world, step, client, about), step.wanted):
        return
    world.tell(Doing(str(step.stack), f"{step.update} {' '.join(about.values())}"))
    update = getattr(client, _method(step.update))
    asked(
        world,
        f"{step.service}:{step.update}",
        str(step.stack),
        lambda: update(**about, **step.wanted),
    )
    if not _holds(_resting(world, step, client, about), step.wanted):
        raise DeployError(
            f"{step.stack}: AWS took {step.update} and {step.describe} does not say so",
            remedy="Run the command again; if it lasts, look at it in the console.",
        )


def _resting(world: World, step: Afterwards, client: Any, about: Mapping[str, str]) -> Any:
    """How it is, once AWS is not changing it any more."""
    describe = getattr(client, _method(step.describe))
    there: Any = {}
    for _ in looks(world, within_s=world.stack_s):
        there = asked(
            world,
            f"{step.service}:{step.describe}",
            str(step.stack),
            lambda: describe(**about),
        )
        if there.get("Status") not in _CHANGING:
            return there
    raise DeployError(
        f"{step.stack}: {' '.join(about.values())} is {there.get('Status')} for too long",
        remedy="Look at it in the console, and run the command again.",
    )


def _holds(there: Any, wanted: Any) -> bool:
    """Whether everything wanted is there; what is there beside it does not matter."""
    if isinstance(wanted, Mapping):
        return isinstance(there, Mapping) and all(
            _holds(there.get(name), value) for name, value in wanted.items()
        )
    return bool(there == wanted)


def _method(operation: str) -> str:
    """boto3's spelling of an operation."""
    return _CAPITAL.sub("_", operation).lower()
