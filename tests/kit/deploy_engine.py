"""How the stacks of `deploy_cloudformation` are made, changed, rolled back and deleted.

Work takes as many looks as `Hooks.looks` says.  Failures are set, not patched in.
"""

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import botocore.session
import yaml
from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError
from botocore.validate import ParamValidator

BEGAN = datetime(2030, 1, 1, tzinfo=UTC)
PAGE = 2
"""Items of one page: every list that matters has more than one."""

REPLACING: Mapping[str, frozenset[str]] = {
    "AWS::SageMaker::Domain": frozenset({"DomainName", "VpcId"}),
    "AWS::SageMaker::UserProfile": frozenset({"DomainId", "UserProfileName"}),
    "AWS::DynamoDB::Table": frozenset({"TableName"}),
    "AWS::EC2::VPC": frozenset({"CidrBlock"}),
}
"""Properties whose change makes a new resource (CloudFormation's resource reference)."""

_SUB = re.compile(r"\$\{([A-Za-z0-9:]+)(?:\.([A-Za-z0-9.]+))?\}")


def error(operation: str, code: str, message: str, status: int = 400) -> ClientError:
    """What boto3 raises when AWS refuses."""
    said: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(said, operation)


Asked = Mapping[str, Any]


@cache
def model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


@cache
def method_of(service: str, name: str) -> str:
    """The operation that boto3 has a method `name` for."""
    operations: dict[str, str] = {
        xform_name(one): one for one in model(service).operation_names
    }
    return operations[name]


def check(service: str, operation: str, params: Mapping[str, Any]) -> None:
    """Refuse what boto3 itself would refuse."""
    shape = model(service).operation_model(operation).input_shape
    report = ParamValidator().validate(dict(params), shape)
    if report.has_errors():
        raise ParamValidationError(report=report.generate_report())


@dataclass
class FakeResource:
    type: str
    physical: str
    properties: dict[str, Any]
    status: str = "CREATE_COMPLETE"
    policy: str = "Delete"


@dataclass
class FakeStack:
    name: str
    id: str
    made: datetime
    status: str = "REVIEW_IN_PROGRESS"
    reason: str = ""
    text: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    resources: dict[str, FakeResource] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    sets: dict[str, dict[str, Any]] = field(default_factory=dict)
    protected: bool = False
    work: Callable[[], None] | None = None
    looks: int = 0


@dataclass
class Hooks:
    """What the world around a stack does; set by a test."""

    looks: int = 1
    """How often a stack is looked at before its work is done."""

    templates: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By URL, templates that are too large to be sent, and the accounts of their buckets."""

    fails: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """By stack and resource: reasons with which making, changing or deleting it fails; `after`
    stands for whatever fails once all the others were changed."""

    create: Callable[[str, str, str, dict[str, Any]], None] = lambda *_: None
    change: Callable[[str, str, str, dict[str, Any]], None] = lambda *_: None
    delete: Callable[[str, str, str], str] = lambda *_: ""
    """Called with account, type and physical id; a text is why it cannot be deleted."""


class Engine:
    """The stacks of one account."""

    def __init__(self, account: str, hooks: Hooks) -> None:
        self.account = account
        self.hooks = hooks
        self.stacks: dict[str, FakeStack] = {}
        self.deleted: list[FakeStack] = []
        self.drifts: dict[str, list[dict[str, Any]]] = {}
        """By stack, what somebody changed past CloudFormation."""

        self._numbers = itertools.count(1)

    def _begin(self, stack: FakeStack, status: str) -> None:
        self._event(stack, stack.name, "AWS::CloudFormation::Stack", status, stack.id)
        stack.status, stack.reason, stack.looks = status, "", self.hooks.looks

    def _look(self, stack: FakeStack) -> None:
        if stack.work is None:
            return
        if stack.looks > 0:
            stack.looks -= 1
            return
        work, stack.work = stack.work, None
        work()

    def _create(self, stack: FakeStack, wanted: dict[str, Any]) -> None:
        self._take(stack, wanted)
        for name, one in self._resources(stack).items():
            if why := self._fails(stack, name):
                self._event(stack, name, one["Type"], "CREATE_FAILED", "", why)
                self._end(stack, "ROLLBACK_COMPLETE", f"The following resource(s) failed to create: [{name}].")  # fmt: skip
                for other in stack.resources.values():
                    other.status = "DELETE_COMPLETE"
                    self.hooks.delete(self.account, other.type, other.physical)
                stack.outputs = {}
                return
            self._make(stack, name, one)
        self._tell(stack)
        self._end(stack, "CREATE_COMPLETE")

    def _update(self, stack: FakeStack, wanted: dict[str, Any]) -> None:
        before = (stack.text, stack.parameters, stack.tags)
        for change in wanted["changes"]:
            name = change["LogicalResourceId"]
            if change["Action"] != "Remove" and (why := self._fails(stack, name)):
                self._event(stack, name, change["ResourceType"], "UPDATE_FAILED", "", why)
                stack.text, stack.parameters, stack.tags = before
                self._end(stack, "UPDATE_ROLLBACK_COMPLETE", f"failed to update: [{name}].")
                return
        self._take(stack, wanted)
        resources = self._resources(stack)
        for change in wanted["changes"]:
            name = change["LogicalResourceId"]
            if change["Action"] == "Remove" or change.get("Replacement") == "True":
                self._unmake(stack, name)
            if change["Action"] == "Add" or change.get("Replacement") == "True":
                self._make(stack, name, resources[name])
            elif change["Action"] == "Modify":
                there = stack.resources[name]
                there.properties = self._resolved(stack, resources[name].get("Properties", {}))
                self.hooks.change(self.account, there.type, there.physical, there.properties)
        if why := self._fails(stack, "after"):
            stack.text, stack.parameters, stack.tags = before
            self._end(stack, "UPDATE_ROLLBACK_COMPLETE", why)
            return
        self._tell(stack)
        self._end(stack, "UPDATE_COMPLETE")

    def _rolled_back(self, stack: FakeStack) -> None:
        if why := self._fails(stack, "*"):
            self._end(stack, "UPDATE_ROLLBACK_FAILED", why)
        else:
            self._end(stack, "UPDATE_ROLLBACK_COMPLETE")

    def _delete(self, stack: FakeStack) -> None:
        for name in reversed(list(stack.resources)):
            one = stack.resources[name]
            if one.status == "DELETE_COMPLETE":
                continue
            if one.policy == "Retain":
                one.status = "DELETE_SKIPPED"
                continue
            why = self._fails(stack, name) or self.hooks.delete(
                self.account, one.type, one.physical
            )
            if why:
                one.status = "DELETE_FAILED"
                self._event(stack, name, one.type, "DELETE_FAILED", one.physical, why)
                self._end(stack, "DELETE_FAILED", f"The following resource(s) failed to delete: [{name}].")  # fmt: skip
                return
            one.status = "DELETE_COMPLETE"
        self._end(stack, "DELETE_COMPLETE")
        del self.stacks[stack.name]
        self.deleted.append(stack)

    def _make(self, stack: FakeStack, name: str, one: dict[str, Any]) -> None:
        properties = self._resolved(stack, one.get("Properties", {}))
        physical = _physical(one["Type"], name, properties, next(self._numbers))
        self._event(stack, name, one["Type"], "CREATE_IN_PROGRESS", physical)
        self.hooks.create(self.account, one["Type"], physical, properties)
        stack.resources[name] = FakeResource(
            one["Type"], physical, properties, policy=one.get("DeletionPolicy", "Delete")
        )
        self._event(stack, name, one["Type"], "CREATE_COMPLETE", physical)

    def _unmake(self, stack: FakeStack, name: str) -> None:
        one = stack.resources.pop(name)
        self.hooks.delete(self.account, one.type, one.physical)

    def _take(self, stack: FakeStack, wanted: dict[str, Any]) -> None:
        stack.text, stack.parameters, stack.tags = (
            wanted["text"], wanted["parameters"], wanted["tags"],
        )  # fmt: skip

    def _tell(self, stack: FakeStack) -> None:
        outputs = yaml.safe_load(stack.text).get("Outputs", {})
        stack.outputs = {
            name: str(self._resolved(stack, one["Value"])) for name, one in outputs.items()
        }

    def _end(self, stack: FakeStack, status: str, reason: str = "") -> None:
        stack.status, stack.reason = status, reason
        self._event(stack, stack.name, "AWS::CloudFormation::Stack", status, stack.id, reason)

    def _event(
        self, stack: FakeStack, logical: str, kind: str, status: str, *told: str
    ) -> None:
        """`told` is the physical id, and the reason where there is one."""
        physical, why = (*told, "", "")[:2]
        stack.events.append(
            {
                "EventId": f"event-{next(self._numbers)}",
                "LogicalResourceId": logical,
                "PhysicalResourceId": physical,
                "ResourceType": kind,
                "ResourceStatus": status,
                **({"ResourceStatusReason": why} if why else {}),
            }
        )

    def _fails(self, stack: FakeStack, name: str) -> str:
        reasons = self.hooks.fails.get((stack.name, name))
        return reasons.pop(0) if reasons else ""

    def _resources(self, stack: FakeStack) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load(stack.text)["Resources"]
        return found

    def _changes(
        self,
        stack: FakeStack,
        template: dict[str, Any],
        parameters: dict[str, str],
        tags: dict[str, str],
    ) -> list[dict[str, Any]]:
        before = self._resources(stack) if stack.text else {}
        future = FakeStack("", "", BEGAN, parameters=parameters, resources=stack.resources)
        changes = []
        for name, one in template["Resources"].items():
            if name not in before:
                changes.append(_change("Add", name, one["Type"]))
                continue
            new = self._resolved(future, one.get("Properties", {}))
            old = stack.resources[name].properties
            what = [key for key in {**old, **new} if old.get(key) != new.get(key)]
            if stack.tags != tags:
                what.append("Tags")
            if what:
                anew = bool(REPLACING.get(one["Type"], frozenset()) & set(what))
                changes.append(_change("Modify", name, one["Type"], what, anew=anew))
        changes += [
            _change("Remove", name, one["Type"])
            for name, one in before.items()
            if name not in template["Resources"]
        ]
        return changes

    def _resolved(self, stack: FakeStack, value: Any) -> Any:
        if isinstance(value, dict):
            if "Ref" in value:
                return self._reference(stack, value["Ref"], "")
            if "Fn::GetAtt" in value:
                return self._reference(stack, *value["Fn::GetAtt"])
            if "Fn::Sub" in value:
                return _SUB.sub(
                    lambda m: self._reference(stack, m[1], m[2] or ""), value["Fn::Sub"]
                )
            return {key: self._resolved(stack, one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._resolved(stack, one) for one in value]
        return value

    def _reference(self, stack: FakeStack, name: str, attribute: str) -> str:
        if name in stack.parameters:
            return stack.parameters[name]
        if name.startswith("AWS::"):
            return {"AWS::AccountId": self.account, "AWS::Partition": "aws", "AWS::Region": "eu-west-1"}[name]  # fmt: skip
        one = stack.resources.get(name)
        physical = one.physical if one else f"({name})"
        return f"{physical}.{attribute}" if attribute else physical

    def _given(self, template: dict[str, Any], told: dict[str, str]) -> dict[str, str]:
        declared = template.get("Parameters", {})
        if unknown := sorted(told.keys() - declared.keys()):
            raise error("CreateChangeSet", "ValidationError", f"Parameters: [{', '.join(unknown)}] do not exist in the template")  # fmt: skip
        missing = [n for n, one in declared.items() if n not in told and "Default" not in one]
        if missing:
            raise error("CreateChangeSet", "ValidationError", f"Parameters: [{', '.join(missing)}] must have values")  # fmt: skip
        return {n: told.get(n, str(one.get("Default"))) for n, one in declared.items()}

    def _capable(self, template: dict[str, Any], capabilities: Any) -> None:
        named = any(
            one["Type"].startswith("AWS::IAM::") for one in template["Resources"].values()
        )
        if named and "CAPABILITY_NAMED_IAM" not in capabilities:
            raise error("CreateChangeSet", "InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_NAMED_IAM]")  # fmt: skip

    def _new(self, name: str) -> FakeStack:
        number = next(self._numbers)
        id_ = f"arn:aws:cloudformation:eu-west-1:{self.account}:stack/{name}/{number:04}"
        self.stacks[name] = FakeStack(name, id_, BEGAN + timedelta(seconds=number))
        return self.stacks[name]

    def _find(self, name: str) -> FakeStack | None:
        there = [*self.stacks.values(), *self.deleted]
        return self.stacks.get(name) or next((one for one in there if one.id == name), None)

    def _stack(self, operation: str, name: str) -> FakeStack:
        found = self._find(name)
        if found is None:
            raise self._no_such(operation, name)
        return found

    def _no_such(self, operation: str, name: str) -> ClientError:
        return error(operation, "ValidationError", f"Stack with id {name} does not exist")

    def _set(self, operation: str, id_: str) -> tuple[FakeStack, dict[str, Any]]:
        for stack in self.stacks.values():
            if id_ in stack.sets:
                return stack, stack.sets[id_]
        raise error(operation, "ChangeSetNotFound", f"ChangeSet [{id_}] does not exist", 404)

    def _told(self, stack: FakeStack) -> dict[str, Any]:
        return {
            "StackId": stack.id,
            "StackName": stack.name,
            "StackStatus": stack.status,
            "StackStatusReason": stack.reason,
            "CreationTime": stack.made,
            "EnableTerminationProtection": stack.protected,
            "Parameters": [
                {"ParameterKey": k, "ParameterValue": v} for k, v in stack.parameters.items()
            ],
            "Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in stack.outputs.items()],
            "Tags": [{"Key": k, "Value": v} for k, v in stack.tags.items()],
        }


def _change(
    action: str, name: str, kind: str, what: list[str] | None = None, *, anew: bool = False
) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if action == "Modify":
        more["Replacement"] = "True" if anew else "False"
        more["Details"] = [
            {
                "Target": {"Attribute": "Tags"}
                if one == "Tags"
                else {"Attribute": "Properties", "Name": one}
            }
            for one in what or ()
        ]
    return {"Action": action, "LogicalResourceId": name, "ResourceType": kind, **more}


def _physical(kind: str, name: str, properties: dict[str, Any], number: int) -> str:
    named = {
        "AWS::DynamoDB::Table": "TableName",
        "AWS::S3::Bucket": "BucketName",
        "AWS::SageMaker::UserProfile": "UserProfileName",
    }.get(kind, "")
    if kind == "AWS::SageMaker::Domain":
        return f"d-{properties['DomainName']}{number:04}"
    return str(properties.get(named, "") or f"{name.lower()}-{number:04}")
