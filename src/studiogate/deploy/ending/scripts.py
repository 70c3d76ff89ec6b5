"""Start scripts of apps that no domain names any more, and that CloudFormation left.

A lifecycle configuration never changes, so another script is another resource, and SageMaker
does not delete the old one while an app runs that was started with it (API reference,
DeleteStudioLifecycleConfig).  CloudFormation tries while it cleans up, and a failure then
fails nothing: the script stays, is no stack's, and its name is taken.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from studiogate.aws.patience import asked
from studiogate.deploy.ending.kinds import Mine, start_scripts
from studiogate.deploy.world import Doing
from studiogate.errors import Absent, AwsError

SCRIPT: Final = "AWS::SageMaker::StudioLifecycleConfig"
"""In the template of whoever has one."""

_IN_USE: Final = "ResourceInUse"


def sweep(mine: Mine) -> None:
    """Delete our scripts that no domain names; one that an app still runs with stays.

    Raises:
        AwsError: SageMaker refused, or did not answer.
    """
    there = dict(start_scripts(mine))
    if not there:
        return
    named = set(_named(mine))
    client = mine.world.client(mine.account, "sagemaker")
    for name in (name for name, arn in there.items() if arn not in named):
        mine.world.tell(Doing(mine.account, f"deleting the start script {name}"))
        delete = partial(client.delete_studio_lifecycle_config, StudioLifecycleConfigName=name)
        try:
            asked(mine.world, "sagemaker:DeleteStudioLifecycleConfig", name, delete)
        except Absent:
            continue
        except AwsError as error:
            if error.code != _IN_USE:
                raise


def _named(mine: Mine) -> Iterator[str]:
    """What the settings of the account's domains name."""
    client = mine.world.client(mine.account, "sagemaker")
    for one in mine.listed("sagemaker", "list_domains", "Domains", "sagemaker:ListDomains"):
        id_ = one["DomainId"]
        told = asked(
            mine.world,
            "sagemaker:DescribeDomain",
            id_,
            partial(client.describe_domain, DomainId=id_),
        )
        for settings in ("DefaultUserSettings", "DefaultSpaceSettings"):
            for own in told.get(settings, {}).values():
                yield from _of_an_app(own)


def _of_an_app(own: Any) -> Iterator[str]:
    """What the settings of one application name; other settings name nothing."""
    if isinstance(own, Mapping):
        yield from own.get("LifecycleConfigArns", ())
        yield str(own.get("DefaultResourceSpec", {}).get("LifecycleConfigArn", ""))
