"""CloudFormation of one account, in memory: change sets, events, states and refusals as AWS's.

What goes in is checked against botocore's own model, so that a misspelt parameter fails here as
it would there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from tests.kit.deploy_engine import PAGE, Asked, Engine, check, error, method_of

_ENDED = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"})


class FakeCloudFormation(Engine):
    """Speaks as boto3's client does."""

    # ── what boto3 offers ────────────────────────────────────────────────────────────────

    def __getattr__(self, name: str) -> Any:
        operation = method_of("cloudformation", name)
        answer = getattr(type(self), f"do_{name}", None)
        if answer is None:
            raise AttributeError(name)

        def call(**params: Any) -> dict[str, Any]:
            check("cloudformation", operation, params)
            found: dict[str, Any] = answer(self, params)
            return found

        return call

    def can_paginate(self, operation: str) -> bool:
        return operation in {
            "describe_stacks", "list_stack_resources", "describe_stack_events",
            "describe_change_set", "list_change_sets",
        }  # fmt: skip

    def get_paginator(self, operation: str) -> Any:
        return _Pages(getattr(self, operation))

    # ── the API ──────────────────────────────────────────────────────────────────────────

    def do_describe_stacks(self, asked: Asked) -> dict[str, Any]:
        if not asked.get("StackName", ""):
            return {"Stacks": [self._told(one) for one in self.stacks.values()]}
        stack = self._stack("DescribeStacks", asked.get("StackName", ""))
        self._look(stack)
        if stack.status == "DELETE_COMPLETE" and asked.get("StackName", "") == stack.name:
            raise self._no_such("DescribeStacks", asked.get("StackName", ""))
        return {"Stacks": [self._told(stack)]}

    def do_get_template(self, asked: Asked) -> dict[str, Any]:
        assert asked["TemplateStage"] == "Original"
        return {"TemplateBody": self._stack("GetTemplate", asked["StackName"]).text}

    def do_list_stack_resources(self, asked: Asked) -> dict[str, Any]:
        stack = self._stack("ListStackResources", asked["StackName"])
        return {
            "StackResourceSummaries": [
                {
                    "LogicalResourceId": name,
                    "PhysicalResourceId": one.physical,
                    "ResourceType": one.type,
                    "ResourceStatus": one.status,
                }
                for name, one in stack.resources.items()
            ]
        }

    def do_describe_stack_events(self, asked: Asked) -> dict[str, Any]:
        stack = self._stack("DescribeStackEvents", asked["StackName"])
        return {"StackEvents": list(reversed(stack.events))}

    def do_create_change_set(self, asked: Asked) -> dict[str, Any]:
        assert asked.get("ClientToken", "")
        there = self.stacks.get(asked["StackName"])
        text = asked.get("TemplateBody", "") or self.template_at(asked.get("TemplateURL", ""))
        if len(asked.get("TemplateBody", "").encode()) > 51_200:
            raise error("CreateChangeSet", "ValidationError", "templateBody is too long")
        template = yaml.safe_load(text)
        parameters = self._given(
            template, {p["ParameterKey"]: p["ParameterValue"] for p in asked["Parameters"]}
        )
        self._capable(template, asked.get("Capabilities", ""))
        if asked["ChangeSetType"] == "CREATE":
            if there is not None and there.status != "REVIEW_IN_PROGRESS":
                raise error("CreateChangeSet", "ValidationError", f"Stack [{there.name}] already exists and cannot be created again with the changeSet.")  # fmt: skip
            there = there or self._new(asked["StackName"])
        elif there is None:
            raise self._no_such("CreateChangeSet", asked["StackName"])
        elif there.status not in _ENDED:
            raise error("CreateChangeSet", "ValidationError", f"Stack:{there.id} is in {there.status} state and can not be updated.")  # fmt: skip
        tags = {one["Key"]: one["Value"] for one in asked["Tags"]}
        changes = self._changes(there, template, parameters, tags)
        id_ = f"arn:aws:cloudformation:eu-west-1:{self.account}:changeSet/{asked['ChangeSetName']}/{next(self._numbers)}"
        none = not changes and there.tags == tags and there.text == text
        there.sets[id_] = {
            "name": asked["ChangeSetName"], "text": text, "parameters": parameters, "tags": tags,
            "changes": changes, "type": asked["ChangeSetType"],
            "status": "FAILED" if none else "CREATE_COMPLETE",
            "reason": "The submitted information didn't contain changes. Submit different information to create a change set." if none else "",
        }  # fmt: skip
        return {"Id": id_, "StackId": there.id}

    def do_describe_change_set(self, asked: Asked) -> dict[str, Any]:
        _, found = self._set("DescribeChangeSet", asked["ChangeSetName"])
        return {
            "Status": found["status"],
            "StatusReason": found["reason"],
            "Changes": [
                {"Type": "Resource", "ResourceChange": one} for one in found["changes"]
            ],
        }

    def do_list_change_sets(self, asked: Asked) -> dict[str, Any]:
        stack = self._stack("ListChangeSets", asked["StackName"])
        return {
            "Summaries": [
                {"ChangeSetId": id_, "ChangeSetName": one["name"], "Status": one["status"]}
                for id_, one in stack.sets.items()
            ]
        }

    def do_delete_change_set(self, asked: Asked) -> dict[str, Any]:
        stack, _ = self._set("DeleteChangeSet", asked["ChangeSetName"])
        del stack.sets[asked["ChangeSetName"]]
        return {}

    def do_execute_change_set(self, asked: Asked) -> dict[str, Any]:
        assert asked["ClientRequestToken"]
        stack, found = self._set("ExecuteChangeSet", asked["ChangeSetName"])
        assert stack.id == asked["StackName"]
        if stack.status not in {*_ENDED, "REVIEW_IN_PROGRESS"} or found["status"] == "FAILED":
            raise error("ExecuteChangeSet", "InvalidChangeSetStatus", f"ChangeSet [{asked['ChangeSetName']}] cannot be executed in its current status of [{found['status']}]")  # fmt: skip
        stack.sets.clear()
        new = found["type"] == "CREATE"
        stack.tags = found["tags"] if new else stack.tags
        self._begin(stack, "CREATE_IN_PROGRESS" if new else "UPDATE_IN_PROGRESS")
        stack.work = (
            (lambda: self._create(stack, found))
            if new
            else (lambda: self._update(stack, found))
        )
        return {}

    def do_delete_stack(self, asked: Asked) -> dict[str, Any]:
        assert asked["ClientRequestToken"]
        stack = self._find(asked["StackName"])
        if stack is None:
            return {}
        if stack.protected:
            raise error("DeleteStack", "ValidationError", f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")  # fmt: skip
        if stack.status.endswith("_IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS":
            raise error("DeleteStack", "ValidationError", f"Stack:{stack.id} is in {stack.status} state and can not be deleted.")  # fmt: skip
        self._begin(stack, "DELETE_IN_PROGRESS")
        stack.work = lambda: self._delete(stack)
        return {}

    def do_continue_update_rollback(self, asked: Asked) -> dict[str, Any]:
        assert asked["ClientRequestToken"]
        stack = self._stack("ContinueUpdateRollback", asked["StackName"])
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            raise error("ContinueUpdateRollback", "ValidationError", f"Stack:{stack.id} is in {stack.status} state and can not continue")  # fmt: skip
        self._begin(stack, "UPDATE_ROLLBACK_IN_PROGRESS")
        stack.work = lambda: self._rolled_back(stack)
        return {}

    def do_update_termination_protection(self, asked: Asked) -> dict[str, Any]:
        self._stack("UpdateTerminationProtection", asked["StackName"]).protected = asked[
            "EnableTerminationProtection"
        ]
        return {"StackId": asked["StackName"]}

    def do_detect_stack_drift(self, asked: Asked) -> dict[str, Any]:
        return {"StackDriftDetectionId": self._stack("DetectStackDrift", asked["StackName"]).id}

    def do_describe_stack_drift_detection_status(self, asked: Asked) -> dict[str, Any]:
        self._stack("DescribeStackDriftDetectionStatus", asked["StackDriftDetectionId"])
        return {"DetectionStatus": "DETECTION_COMPLETE"}

    def do_describe_stack_resource_drifts(self, asked: Asked) -> dict[str, Any]:
        found = self.drifts.get(asked["StackName"], [])
        start = int(asked.get("NextToken", "0"))
        more = {"NextToken": str(start + 1)} if start + 1 < len(found) else {}
        return {"StackResourceDrifts": found[start : start + 1], **more}

    # ── for tests ────────────────────────────────────────────────────────────────────────

    def template_at(self, url: str) -> str:
        """Of a bucket of this account: whoever calls reads nobody else's."""
        account, text = self.hooks.templates.get(url, ("", ""))
        if account != self.account:
            raise error("CreateChangeSet", "ValidationError", f"S3 error: Access Denied: {url}")
        if len(text.encode()) > 1_000_000:
            raise error("CreateChangeSet", "ValidationError", "Template may not exceed 1000000 bytes in size.")  # fmt: skip
        return text

    def settle(self) -> None:
        """Do whatever is being worked at."""
        for stack in list(self.stacks.values()):
            while stack.work is not None:
                stack.looks = 0
                self._look(stack)


@dataclass
class _Pages:
    call: Callable[..., dict[str, Any]]

    def paginate(self, **params: Any) -> Iterator[dict[str, Any]]:
        ((key, items),) = (
            (key, one) for key, one in self.call(**params).items() if isinstance(one, list)
        )
        for start in range(0, max(len(items), 1), PAGE):
            yield {key: items[start : start + PAGE]}
