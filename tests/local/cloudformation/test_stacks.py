"""Stacks made, changed and ended: their states and events, and what is left of them."""

import asyncio
from typing import Any

import pytest

from studiogate.local.call import ApiError
from tests.kit.cloudformation import (
    DONE,
    PLAIN,
    THING,
    Formation,
    chain,
    denied,
    text,
    thing,
    things,
)
from tests.kit.studio import LOB_B


async def test_a_stack_is_made_in_the_order_its_resources_need_each_other(
    formation: Formation,
) -> None:
    stack = await formation.create(chain("Vpc", "Subnet", "Endpoint"))

    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert formation.world.did("create") == ["Vpc", "Subnet", "Endpoint"]
    assert await formation.story() == [
        "net CREATE_IN_PROGRESS",
        "Vpc CREATE_IN_PROGRESS",
        "Vpc CREATE_COMPLETE",
        "Subnet CREATE_IN_PROGRESS",
        "Subnet CREATE_COMPLETE",
        "Endpoint CREATE_IN_PROGRESS",
        "Endpoint CREATE_COMPLETE",
        "net CREATE_COMPLETE",
    ]


async def test_a_stack_is_being_made_when_the_call_is_answered(formation: Formation) -> None:
    made = await formation.ask(
        "CreateStack",
        StackName="net",
        TemplateBody=text(chain("Vpc")),
    )

    assert (await formation.described(made["StackId"]))["StackStatus"] == "CREATE_IN_PROGRESS"
    assert made["StackId"].startswith(
        "arn:aws:cloudformation:eu-west-1:222222222222:stack/net/"
    )


async def test_what_does_not_need_each_other_is_made_side_by_side_and_not_all_at_once(
    formation: Formation,
) -> None:
    names = [f"T{number}" for number in range(40)]
    gate = asyncio.Event()
    formation.world.held = dict.fromkeys(names, gate)
    await formation.ask(
        "CreateStack",
        StackName="net",
        TemplateBody=text(things(**{n: thing(n) for n in names})),
    )
    for _ in range(5):
        await asyncio.sleep(0)

    gate.set()
    stack = await formation.settled("net")

    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert formation.world.most_at_work == 16


async def test_depends_on_is_an_order_without_a_value(formation: Formation) -> None:
    template = things(First=thing("First"), Then=thing("Then"))
    template["Resources"]["First"]["DependsOn"] = "Then"

    await formation.create(template)

    assert formation.world.did("create") == ["Then", "First"]


async def test_a_failure_takes_everything_back_in_reverse(formation: Formation) -> None:
    formation.world.refuse["create", "Endpoint"] = denied()

    stack = await formation.create(chain("Vpc", "Subnet", "Endpoint", "Never"))

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert formation.world.things == {}
    assert formation.world.did("delete") == ["Subnet", "Vpc"]
    story = await formation.story()
    assert "Never CREATE_IN_PROGRESS" not in story
    assert story[-1] == "net ROLLBACK_COMPLETE"
    failed = next(e for e in await formation.events() if e["ResourceStatus"] == "CREATE_FAILED")
    assert failed["LogicalResourceId"] == "Endpoint"
    assert (
        "User: ada is not authorized to perform: test:CreateThing"
        in failed["ResourceStatusReason"]
    )
    assert "HandlerErrorCode: AccessDenied" in failed["ResourceStatusReason"]
    begun = next(
        e for e in await formation.events() if e["ResourceStatus"] == "ROLLBACK_IN_PROGRESS"
    )
    assert begun["ResourceStatusReason"] == (
        "The following resource(s) failed to create: [Endpoint]. Rollback requested by user."
    )


async def test_what_was_being_made_when_another_failed_is_waited_for_and_taken_back(
    formation: Formation,
) -> None:
    formation.world.held["Slow"] = asyncio.Event()
    formation.world.refuse["create", "Bad"] = denied()
    template = things(Slow=thing("Slow"), Bad=thing("Bad"))
    await formation.ask("CreateStack", StackName="net", TemplateBody=text(template))
    for _ in range(5):
        await asyncio.sleep(0)

    formation.world.held["Slow"].set()
    stack = await formation.settled("net")

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert formation.world.things == {}
    slow = [e for e in await formation.events() if e["LogicalResourceId"] == "Slow"]
    assert [(e["ResourceStatus"], e.get("ResourceStatusReason")) for e in slow[1:3]] == [
        ("CREATE_FAILED", "Resource creation cancelled"),
        ("DELETE_IN_PROGRESS", None),
    ]


async def test_a_defect_of_a_kind_is_a_failure_and_no_hanging_stack(
    formation: Formation,
) -> None:
    formation.world.refuse["create", "Vpc"] = RuntimeError("secret detail")

    stack = await formation.create(chain("Vpc"))

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    reasons = [e.get("ResourceStatusReason") for e in await formation.events()]
    assert "Internal Failure" in reasons
    assert "secret detail" not in str(reasons)


@pytest.mark.parametrize(
    ("asked", "status", "left"),
    [
        pytest.param({"OnFailure": "DO_NOTHING"}, "CREATE_FAILED", 1, id="left as it is"),
        pytest.param({"DisableRollback": True}, "CREATE_FAILED", 1, id="the older word"),
        pytest.param({"OnFailure": "DELETE"}, "DELETE_COMPLETE", 0, id="no stack either"),
        pytest.param({"OnFailure": "ROLLBACK"}, "ROLLBACK_COMPLETE", 0, id="as without"),
    ],
)
async def test_what_is_done_when_a_stack_cannot_be_made(
    formation: Formation, asked: dict[str, Any], status: str, left: int
) -> None:
    formation.world.refuse["create", "Subnet"] = denied()

    stack = await formation.create(chain("Vpc", "Subnet"), **asked)

    assert stack["StackStatus"] == status
    assert len(formation.world.things) == left


async def test_a_rollback_that_fails_names_the_resource_and_can_be_deleted(
    formation: Formation,
) -> None:
    formation.world.refuse["create", "Subnet"] = denied()
    formation.world.refuse["delete", "Vpc"] = ApiError("DependencyViolation", "in use")

    stack = await formation.create(chain("Vpc", "Subnet"))

    assert stack["StackStatus"] == "ROLLBACK_FAILED"
    assert stack["StackStatusReason"] == "The following resource(s) failed to delete: [Vpc]. "
    formation.world.refuse.clear()
    assert (await formation.delete())["StackStatus"] == "DELETE_COMPLETE"
    assert formation.world.things == {}


async def test_a_stack_is_ended_in_reverse_and_its_name_is_free_again(
    formation: Formation,
) -> None:
    first = await formation.create(chain("Vpc", "Subnet", "Endpoint"))

    gone = await formation.delete()

    assert gone["StackStatus"] == "DELETE_COMPLETE"
    assert gone["DeletionTime"] == gone["CreationTime"]
    assert formation.world.did("delete") == ["Endpoint", "Subnet", "Vpc"]
    assert formation.world.things == {}
    refused = await formation.refusal("DescribeStacks", StackName="net")
    assert (refused.code, refused.message) == (
        "ValidationError",
        "Stack with id net does not exist",
    )
    assert (await formation.create(chain("Vpc")))["StackId"] != first["StackId"]
    assert (await formation.described(first["StackId"]))["StackStatus"] == "DELETE_COMPLETE"


async def test_a_deletion_that_fails_goes_on_with_the_rest_and_can_leave_what_will_not_go(
    formation: Formation,
) -> None:
    template = things(Vpc=thing("Vpc"), Subnet=thing("Subnet", "Vpc"), Bucket=thing("Bucket"))
    await formation.create(template)
    formation.world.refuse["delete", "Subnet"] = ApiError(
        "DependencyViolation", "an ENI is in it"
    )

    stuck = await formation.delete()

    assert stuck["StackStatus"] == "DELETE_FAILED"
    assert (
        stuck["StackStatusReason"] == "The following resource(s) failed to delete: [Subnet]. "
    )
    assert sorted(one["Name"] for one in formation.world.things.values()) == ["Subnet", "Vpc"]
    refused = await formation.refusal("DeleteStack", StackName="net", RetainResources=["Vpc"])
    assert "DELETE_FAILED" in refused.message

    formation.world.refuse.clear()
    formation.world.things = {k: {**v, "Needs": []} for k, v in formation.world.things.items()}
    gone = await formation.delete(RetainResources=["Subnet"])

    assert gone["StackStatus"] == "DELETE_COMPLETE"
    assert [one["Name"] for one in formation.world.things.values()] == ["Subnet"]
    assert "Subnet DELETE_SKIPPED" in await formation.story(gone["StackId"])


async def test_resources_can_only_be_retained_after_a_failure(formation: Formation) -> None:
    await formation.create(chain("Vpc"))

    refused = await formation.refusal("DeleteStack", StackName="net", RetainResources=["Vpc"])

    assert refused.code == "ValidationError"
    assert (await formation.described())["StackStatus"] == "CREATE_COMPLETE"


async def test_to_delete_what_is_not_there_is_no_error(formation: Formation) -> None:
    assert await formation.ask("DeleteStack", StackName="nowhere") == {}


async def test_a_stack_that_is_being_made_can_be_ended(formation: Formation) -> None:
    formation.world.held["Vpc"] = asyncio.Event()
    template = text(chain("Vpc", "Subnet"))
    made = await formation.ask("CreateStack", StackName="net", TemplateBody=template)
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    await formation.ask("DeleteStack", StackName="net")
    formation.world.held["Vpc"].set()
    gone = await formation.settled(made["StackId"])

    assert gone["StackStatus"] == "DELETE_COMPLETE"
    assert formation.world.things == {}
    assert formation.world.did("create") == ["Vpc"]


async def test_a_protected_stack_stays(formation: Formation) -> None:
    await formation.create(chain("Vpc"), EnableTerminationProtection=True)

    refused = await formation.refusal("DeleteStack", StackName="net")

    assert (
        refused.message
        == "Stack [net] cannot be deleted while TerminationProtection is enabled"
    )
    await formation.ask(
        "UpdateTerminationProtection", StackName="net", EnableTerminationProtection=False
    )
    assert (await formation.delete())["StackStatus"] == "DELETE_COMPLETE"


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
async def test_what_is_retained_outlives_its_stack(formation: Formation, policy: str) -> None:
    template = chain("Vpc", "Subnet")
    template["Resources"]["Vpc"]["DeletionPolicy"] = policy
    await formation.create(template)

    gone = await formation.delete()

    assert gone["StackStatus"] == "DELETE_COMPLETE"
    assert [one["Name"] for one in formation.world.things.values()] == ["Vpc"]
    assert "Vpc DELETE_SKIPPED" in await formation.story(gone["StackId"])


@pytest.mark.parametrize(("policy", "left"), [("Retain", 1), ("RetainExceptOnCreate", 0)])
async def test_what_is_retained_when_its_making_is_taken_back(
    formation: Formation, policy: str, left: int
) -> None:
    template = chain("Vpc", "Subnet")
    template["Resources"]["Vpc"]["DeletionPolicy"] = policy
    formation.world.refuse["create", "Subnet"] = denied()

    stack = await formation.create(template)

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert len(formation.world.things) == left


async def test_a_name_is_taken_once_in_an_account_and_again_in_another(
    formation: Formation,
) -> None:
    await formation.create(chain("Vpc"))

    refused = await formation.refusal(
        "CreateStack", StackName="net", TemplateBody=text(chain("Vpc"))
    )

    assert (refused.code, refused.message) == (
        "AlreadyExistsException",
        "Stack [net] already exists",
    )
    other = await formation.ask(
        "CreateStack", LOB_B, StackName="net", TemplateBody=text(chain("Vpc"))
    )
    assert LOB_B in other["StackId"]
    await formation.service.idle()
    accounts = sorted(one["account"] for one in formation.world.things.values())
    assert accounts == ["222222222222", LOB_B]


async def test_a_stack_of_another_account_is_not_there(formation: Formation) -> None:
    mine = await formation.create(chain("Vpc"))

    for name in ("net", mine["StackId"]):
        with pytest.raises(ApiError, match="does not exist"):
            await formation.ask("DescribeStacks", LOB_B, StackName=name)


async def test_a_request_sent_twice_with_one_token_is_one_request(formation: Formation) -> None:
    asked = {
        "StackName": "net",
        "TemplateBody": text(chain("Vpc")),
        "ClientRequestToken": "once",
    }
    first = await formation.ask("CreateStack", **asked)
    await formation.service.idle()

    second = await formation.ask("CreateStack", **asked)
    await formation.service.idle()

    assert first["StackId"] == second["StackId"]
    assert formation.world.did("create") == ["Vpc"]
    assert {e["ClientRequestToken"] for e in await formation.events()} == {"once"}
    refused = await formation.refusal("CreateStack", **{**asked, "StackName": "other"})
    assert refused.code == "TokenAlreadyExistsException"


async def test_tags_of_the_stack_go_to_what_can_have_tags_and_its_own_win(
    formation: Formation,
) -> None:
    template = things(
        Mine=thing("Mine", Tags=[{"Key": "lob", "Value": "own"}, {"Key": "x", "Value": "1"}]),
        Bare=thing("Bare"),
        Plain=thing("Plain", kind=PLAIN),
    )

    stack = await formation.create(
        template,
        Tags=[{"Key": "lob", "Value": "a"}, {"Key": "studiogate:landscape", "Value": "acme"}],
    )

    def tags(name: str) -> dict[str, str]:
        return {t["Key"]: t["Value"] for t in formation.world.named(name)["Tags"]}

    assert tags("Mine") == {"lob": "own", "x": "1", "studiogate:landscape": "acme"}
    assert tags("Bare") == {"lob": "a", "studiogate:landscape": "acme"}
    assert "Tags" not in formation.world.named("Plain")
    assert {t["Key"] for t in stack["Tags"]} == {"lob", "studiogate:landscape"}


async def test_outputs_are_told_and_those_of_no_condition_are_not(formation: Formation) -> None:
    template = things(Vpc=thing("Vpc")) | {
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Outputs": {
            "VpcId": {"Value": {"Ref": "Vpc"}, "Description": "The network"},
            "Zones": {"Value": {"Fn::Join": [",", {"Fn::GetAtt": ["Vpc", "Zones"]}]}},
            "Hidden": {"Value": "x", "Condition": "Never"},
        },
    }

    stack = await formation.create(template)

    (vpc,) = formation.world.things
    assert stack["Outputs"] == [
        {"OutputKey": "VpcId", "OutputValue": vpc, "Description": "The network"},
        {"OutputKey": "Zones", "OutputValue": "a,b"},
    ]


@pytest.mark.parametrize(
    "value",
    [{"Fn::GetAtt": ["Vpc", "Nope"]}, {"Fn::GetAtt": ["Vpc", "Zones"]}],
    ids=["an attribute it has not", "a list"],
)
async def test_an_output_that_is_nothing_takes_the_stack_back(
    formation: Formation, value: Any
) -> None:
    template = things(Vpc=thing("Vpc")) | {"Outputs": {"Bad": {"Value": value}}}

    stack = await formation.create(template)

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert formation.world.things == {}


async def test_an_attribute_that_is_not_there_fails_who_asks_for_it(
    formation: Formation,
) -> None:
    template = things(
        Vpc=thing("Vpc"), Subnet=thing("Subnet", Colour={"Fn::GetAtt": ["Vpc", "Nope"]})
    )

    stack = await formation.create(template)

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    failed = next(e for e in await formation.events() if e["ResourceStatus"] == "CREATE_FAILED")
    assert failed["LogicalResourceId"] == "Subnet"
    assert failed["ResourceStatusReason"] == (
        "Template error: resource Vpc does not support attribute type Nope in Fn::GetAtt"
    )


async def test_a_required_property_that_comes_out_as_nothing_is_missing(
    formation: Formation,
) -> None:
    template = things(Vpc={"Type": THING, "Properties": {"Name": {"Ref": "AWS::NoValue"}}})

    stack = await formation.create(template)

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    failed = next(e for e in await formation.events() if e["ResourceStatus"] == "CREATE_FAILED")
    assert "required key [Name] not found" in failed["ResourceStatusReason"]


async def test_an_export_that_is_used_holds_its_stack(formation: Formation) -> None:
    exporting = things(Vpc=thing("Vpc")) | {
        "Outputs": {
            "VpcId": {
                "Value": {"Ref": "Vpc"},
                "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-vpc"}},
            }
        }
    }
    importing = things(Subnet=thing("Subnet", Needs=[{"Fn::ImportValue": "net-vpc"}]))
    await formation.create(exporting)
    await formation.create(importing, name="sub")

    kept = await formation.delete()

    assert kept["StackStatus"] == "CREATE_COMPLETE"
    assert kept["StackStatusReason"] == (
        "Delete canceled. Cannot delete export net-vpc as it is in use by sub."
    )
    exports = (await formation.ask("ListExports"))["Exports"]
    assert [(e["Name"], e["ExportingStackId"]) for e in exports] == [
        ("net-vpc", kept["StackId"])
    ]
    assert (await formation.ask("ListImports", ExportName="net-vpc"))["Imports"] == ["sub"]

    changed = await formation.update(things(Vpc=thing("Vpc")))
    assert changed["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    reasons = [e.get("ResourceStatusReason") for e in await formation.events()]
    assert "Export net-vpc cannot be deleted as it is in use by sub" in reasons

    await formation.delete("sub")
    assert (await formation.delete())["StackStatus"] == "DELETE_COMPLETE"
    refused = await formation.refusal("ListImports", ExportName="net-vpc")
    assert refused.message == "Export 'net-vpc' is not imported by any stack."


async def test_an_export_nobody_has_and_one_that_is_taken(formation: Formation) -> None:
    exporting = things(Vpc=thing("Vpc")) | {
        "Outputs": {"VpcId": {"Value": {"Ref": "Vpc"}, "Export": {"Name": "vpc"}}}
    }
    await formation.create(exporting)

    second = await formation.create(exporting, name="second")
    lost = await formation.create(
        things(A=thing("A", Colour={"Fn::ImportValue": "nowhere"})), name="lost"
    )

    assert second["StackStatus"] == lost["StackStatus"] == "ROLLBACK_COMPLETE"
    said = str(await formation.events("second")) + str(await formation.events("lost"))
    assert "Export with name vpc is already exported by stack net." in said
    assert "No export named nowhere found." in said
    assert len(formation.world.things) == 1


async def test_every_stack_ends_in_a_state_one_can_wait_for(formation: Formation) -> None:
    await formation.create(chain("Vpc"))
    await formation.update(chain("Vpc", "Subnet"))

    assert (await formation.described())["StackStatus"].endswith(DONE)
