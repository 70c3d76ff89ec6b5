"""RStudio's server in a domain: whether it runs, and making it again after it was ended.

AWS makes it with a domain that has RStudio, and never again: whoever ended it makes it
(SageMaker Developer Guide, "Shut down and restart RStudio").  While there is none, nobody
begins a session.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from studiogate.aws.patience import asked
from studiogate.deploy.ending.studios import SERVER, Studio
from studiogate.deploy.patience import looks
from studiogate.deploy.world import Doing, World
from studiogate.errors import DeployError

_SHARED: Final = "domain-shared"
"""The profile that AWS keeps for what a whole domain has."""


def serves(apps: Iterable[Mapping[str, Any]]) -> bool:
    """Whether RStudio's server is among the live `apps` of a domain."""
    return any(one["AppType"] == SERVER for one in apps)


def serve(world: World, studio: Studio) -> None:
    """Make RStudio's server, of which there is none; return when it serves.

    Raises:
        DeployError: it does not come to serve, and why.
        AwsError: SageMaker refused, or did not answer.
    """
    key = {
        "DomainId": studio.domain_id,
        "UserProfileName": _SHARED,
        "AppType": SERVER,
        "AppName": "default",
    }
    client = world.client(studio.account, "sagemaker")
    world.tell(Doing(str(studio), f"making {SERVER}"))
    asked(world, "sagemaker:CreateApp", str(studio), partial(client.create_app, **key))
    describe = partial(client.describe_app, **key)
    for _ in looks(world, within_s=world.stack_s):
        there = asked(world, "sagemaker:DescribeApp", str(studio), describe)
        if there["Status"] == "InService":
            return
        if there["Status"] != "Pending":
            why = there.get("FailureReason") or "AWS does not say why"
            raise _unserved(studio, f"is {there['Status']}: {why}")
    raise _unserved(studio, f"does not serve after {world.stack_s:.0f} s")


def _unserved(studio: Studio, why: str) -> DeployError:
    return DeployError(
        f"{studio}: {SERVER} {why}",
        remedy="Put right what AWS says, and run the command again: it makes it again.",
    )
