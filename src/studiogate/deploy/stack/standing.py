"""The stacks that are there, as CloudFormation says: read whole, and nothing taken for granted.

A stack is ours by its tag, not by its name.  What may not be read is an error, for a stack that
nobody could see would be made a second time.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from studiogate.aws.patience import asked
from studiogate.aws.session import paged
from studiogate.deploy.world import World
from studiogate.errors import AwsError
from studiogate.foundation.stacks import MANAGEMENT, StackKey
from studiogate.landscape.model import Landscape
from studiogate.names import ENVIRONMENT_TAG, LANDSCAPE_TAG

PREFIX: Final = "studiogate-"
"""What the names of all our stacks begin with."""

_NOT_THERE: Final = "does not exist"
"""CloudFormation has no code of its own for it: a `ValidationError` whose message says so."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One stack that is there, in whatever state."""

    key: StackKey
    id: str
    """Its ARN, which answers even after the stack is gone."""

    status: str
    """As CloudFormation has it: `CREATE_COMPLETE`."""

    reason: str = ""
    """Why it is in that state, where AWS says so."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    protected: bool = False
    """Whether it refuses to be deleted (termination protection)."""

    made: datetime | None = None

    @property
    def in_progress(self) -> bool:
        """Whether somebody is at work on it."""
        return self.status.endswith("_IN_PROGRESS") and not self.empty

    @property
    def empty(self) -> bool:
        """Whether it is a name and nothing else: a change set that was never executed."""
        return self.status == "REVIEW_IN_PROGRESS"

    def of(self, tags: Mapping[str, str]) -> bool:
        """Whether it carries all of `tags`."""
        return tags.items() <= self.tags.items()


def tags_of(landscape: Landscape) -> dict[str, str]:
    """The tags by which a stack is known as one of `landscape`."""
    return {LANDSCAPE_TAG: landscape.name, ENVIRONMENT_TAG: landscape.environment}


def standing(world: World, key: StackKey, *, id_: str | None = None) -> Standing | None:
    """The stack `key` as it is now; `None` where there is none.

    With `id_`, its ARN, one that is deleted is still found.

    Raises:
        AwsError: it could not be read.
    """
    client = world.cloudformation(key)
    try:
        answer = asked(
            world,
            "cloudformation:DescribeStacks",
            str(key),
            lambda: client.describe_stacks(StackName=id_ or key.name),
        )
    except AwsError as error:
        if _is_absence(error):
            return None
        raise
    found = _read(key.account, answer["Stacks"][0])
    return None if found.status == "DELETE_COMPLETE" and id_ is None else found


def all_standing(world: World, accounts: Iterable[str]) -> dict[StackKey, Standing]:
    """Every stack of `accounts` that has a name or a tag of studiogate's.

    Those of other landscapes are among them.  Accounts are asked side by side; `MANAGEMENT`
    always is.

    Raises:
        AwsError: one account could not be read; then nothing is known.
        SettingsError: there are no credentials to ask with.
    """
    names = dict.fromkeys((MANAGEMENT, *accounts))
    with ThreadPoolExecutor(world.at_once, thread_name_prefix="stacks") as threads:
        try:
            found = list(threads.map(lambda account: _of(world, account), names))
        finally:
            threads.shutdown(cancel_futures=True)
    return {one.key: one for some in found for one in some}


def template_text(world: World, there: Standing) -> str | None:
    """The template as it was given to CloudFormation; `None` where it is no text of ours.

    boto3 reads a template that is JSON, and ours are YAML.

    Raises:
        AwsError: it could not be read.
    """
    client = world.cloudformation(there.key)
    answer = asked(
        world,
        "cloudformation:GetTemplate",
        str(there.key),
        lambda: client.get_template(StackName=there.key.name, TemplateStage="Original"),
    )
    body = answer["TemplateBody"]
    return body if isinstance(body, str) else None


def resources(world: World, there: Standing) -> list[Mapping[str, Any]]:
    """Its resources, each as ListStackResources has it.

    Raises:
        AwsError: they could not be read.
    """
    client = world.cloudformation(there.key)
    return asked(
        world,
        "cloudformation:ListStackResources",
        str(there.key),
        lambda: list(
            paged(client, "list_stack_resources", "StackResourceSummaries", StackName=there.id)
        ),
    )


def _of(world: World, account: str) -> list[Standing]:
    with world.visit(account):
        client = world.client(account, "cloudformation")
        stacks = asked(
            world,
            "cloudformation:DescribeStacks",
            account,
            lambda: list(paged(client, "describe_stacks", "Stacks")),
        )
    found = [_read(account, one) for one in stacks]
    return [one for one in found if _concerns_us(one) and one.status != "DELETE_COMPLETE"]


def _concerns_us(there: Standing) -> bool:
    return there.key.name.startswith(PREFIX) or LANDSCAPE_TAG in there.tags


def _read(account: str, stack: Any) -> Standing:
    return Standing(
        key=StackKey(account, stack["StackName"]),
        id=stack["StackId"],
        status=stack["StackStatus"],
        reason=stack.get("StackStatusReason", ""),
        parameters={
            one["ParameterKey"]: one.get("ParameterValue", "")
            for one in stack.get("Parameters", ())
        },
        outputs={one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())},
        tags={one["Key"]: one["Value"] for one in stack.get("Tags", ())},
        protected=bool(stack.get("EnableTerminationProtection", False)),
        made=stack.get("CreationTime"),
    )


def _is_absence(error: AwsError) -> bool:
    return error.code == "ValidationError" and _NOT_THERE in str(error)
