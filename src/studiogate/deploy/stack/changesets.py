"""Change sets: CloudFormation says what it would do, and does it when it is told to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from studiogate.aws.patience import asked
from studiogate.aws.session import paged
from studiogate.deploy.patience import looks
from studiogate.deploy.plan import Act, Replaced, ResourceChange
from studiogate.deploy.world import World
from studiogate.errors import Absent, StackFailed
from studiogate.foundation.stacks import Stack, StackKey

APPLIES, PLANS = "studiogate-apply-", "studiogate-plan-"
"""What the names of our change sets begin with."""

_MOMENT_S: Final = 300.0
"""Seconds CloudFormation may think about one."""

_WITHOUT: Final = ("didn't contain changes", "No updates are to be performed")
"""Words of a change set that failed because there is nothing to do; it has no code for it."""

_ACTS: Final[Mapping[str, Act]] = {
    "Add": Act.ADD,
    "Import": Act.ADD,
    "Modify": Act.MODIFY,
    "Dynamic": Act.MODIFY,
    "Remove": Act.REMOVE,
}
_OF_OTHERS: Final = frozenset({"ResourceAttribute", "ResourceReference"})
_REPLACED: Final[Mapping[str, Replaced]] = {
    "True": Replaced.YES,
    "False": Replaced.NO,
    "Conditional": Replaced.PERHAPS,
}


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """One that can be executed."""

    key: StackKey
    id: str
    stack_id: str
    changes: tuple[ResourceChange, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stack as CloudFormation is told it."""

    stack: Stack
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    url: str | None = None
    """Where the template is, when it is too large to be sent."""

    def told(self) -> dict[str, Any]:
        """The parameters of the call."""
        template = self.stack.template
        body = {"TemplateURL": self.url} if self.url else {"TemplateBody": template.text}
        named = {"Capabilities": ["CAPABILITY_NAMED_IAM"]} if template.named_roles else {}
        return {
            **body,
            **named,
            "Parameters": [
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in self.parameters.items()
            ],
            "Tags": [{"Key": name, "Value": value} for name, value in self.tags.items()],
        }


def proposed(
    world: World, wanted: Wanted, *, kind: Literal["CREATE", "UPDATE"], prefix: str
) -> ChangeSet | None:
    """A change set that CloudFormation has thought about; `None` when nothing would change.

    Raises:
        StackFailed: CloudFormation cannot make one; with its words.
        AwsError: it refused, or did not answer.
    """
    key = wanted.stack.key
    name = f"{prefix}{world.token()}"
    client = world.cloudformation(key)
    made = asked(
        world,
        "cloudformation:CreateChangeSet",
        str(key),
        lambda: client.create_change_set(
            StackName=key.name,
            ChangeSetName=name,
            ChangeSetType=kind,
            ClientToken=name,
            **wanted.told(),
        ),
    )
    status, reason = _thought(world, key, made["Id"])
    if status == "CREATE_COMPLETE":
        return ChangeSet(key, made["Id"], made["StackId"], _changes(world, key, made["Id"]))
    discard(world, key, made["Id"])
    if any(words in reason for words in _WITHOUT):
        return None
    raise StackFailed(
        f"{key}: CloudFormation made no change set: {reason or status}",
        remedy="Put right what it says and run the command again; nothing was changed.",
        stack=str(key),
    )


def execute(world: World, change_set: ChangeSet) -> None:
    """Have CloudFormation do it; what becomes of it is seen in the stack.

    Raises:
        AwsError: it refused, or did not answer.
    """
    client, token = world.cloudformation(change_set.key), world.token()
    asked(
        world,
        "cloudformation:ExecuteChangeSet",
        str(change_set.key),
        lambda: client.execute_change_set(
            ChangeSetName=change_set.id,
            StackName=change_set.stack_id,
            ClientRequestToken=token,
        ),
    )


def discard(world: World, key: StackKey, id_: str) -> None:
    """Take a change set away; one that is gone already is no error.

    Raises:
        AwsError: CloudFormation refused, or did not answer.
    """
    client = world.cloudformation(key)
    try:
        asked(
            world,
            "cloudformation:DeleteChangeSet",
            str(key),
            lambda: client.delete_change_set(ChangeSetName=id_),
        )
    except Absent:
        return


def discard_left(world: World, key: StackKey) -> None:
    """Take away change sets of ours that an interrupted run left on a stack.

    Raises:
        AwsError: CloudFormation refused, or did not answer.
    """
    client = world.cloudformation(key)
    there = asked(
        world,
        "cloudformation:ListChangeSets",
        str(key),
        lambda: list(paged(client, "list_change_sets", "Summaries", StackName=key.name)),
    )
    for one in there:
        if one["ChangeSetName"].startswith(APPLIES):
            discard(world, key, one["ChangeSetId"])


def _thought(world: World, key: StackKey, id_: str) -> tuple[str, str]:
    """The state it ends in, and why."""
    client = world.cloudformation(key)
    for _ in looks(world, within_s=_MOMENT_S):
        there = asked(
            world,
            "cloudformation:DescribeChangeSet",
            str(key),
            lambda: client.describe_change_set(ChangeSetName=id_),
        )
        if not there["Status"].endswith(("_PENDING", "_IN_PROGRESS")):
            return there["Status"], there.get("StatusReason", "")
    return "", f"it thought about it for {_MOMENT_S:.0f} s"


def _changes(world: World, key: StackKey, id_: str) -> tuple[ResourceChange, ...]:
    client = world.cloudformation(key)
    found = asked(
        world,
        "cloudformation:DescribeChangeSet",
        str(key),
        lambda: list(paged(client, "describe_change_set", "Changes", ChangeSetName=id_)),
    )
    return tuple(_change(one["ResourceChange"]) for one in found)


def _change(one: Mapping[str, Any]) -> ResourceChange:
    """Raises KeyError for an action nobody knows: it must not pass for a harmless one."""
    details = one.get("Details", ())
    targets = [detail.get("Target", {}) for detail in details]
    what = [target.get("Name") or target.get("Attribute", "") for target in targets]
    act = _ACTS[one["Action"]]
    replaced = _REPLACED[one.get("Replacement", "False")]
    return ResourceChange(
        resource=one["LogicalResourceId"],
        type=one["ResourceType"],
        act=act,
        replaced=Replaced.PERHAPS if one["Action"] == "Dynamic" else replaced,
        what=tuple(dict.fromkeys(name for name in what if name)),
        follows=bool(details) and all(_follows(detail) for detail in details),
    )


def _follows(detail: Mapping[str, Any]) -> bool:
    """Whether it is not sure, and told only because another resource changes."""
    source = detail.get("ChangeSource")
    return detail.get("Evaluation") == "Dynamic" and source in _OF_OTHERS
