"""Stacks changed: in place, by replacement, and back again."""

import asyncio
from typing import Any

import pytest

from studiogate.local.call import ApiError
from tests.kit.cloudformation import (
    PLAIN,
    Formation,
    chain,
    denied,
    text,
    thing,
    things,
)


def names(formation: Formation) -> list[str]:
    return sorted(one["Name"] for one in formation.world.things.values())


async def test_what_differs_is_changed_and_the_rest_is_left_alone(formation: Formation) -> None:
    await formation.create(things(A=thing("A", Colour="red"), B=thing("B", "A")))
    before = await formation.resources()

    stack = await formation.update(
        things(A=thing("A", Colour="blue"), B=thing("B", "A"), C=thing("C", "B"))
    )

    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert formation.world.log[-2:] == [("update", "A"), ("create", "C")]
    assert formation.world.named("A")["Colour"] == "blue"
    after = await formation.resources()
    assert after["A"]["PhysicalResourceId"] == before["A"]["PhysicalResourceId"]
    assert after["B"] == before["B"]
    assert (await formation.story())[-7:] == [
        "net UPDATE_IN_PROGRESS",
        "A UPDATE_IN_PROGRESS",
        "A UPDATE_COMPLETE",
        "C CREATE_IN_PROGRESS",
        "C CREATE_COMPLETE",
        "net UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "net UPDATE_COMPLETE",
    ]


async def test_what_is_replaced_goes_after_those_that_refer_to_it_have_moved(
    formation: Formation,
) -> None:
    await formation.create(things(A=thing("A", Size=1), B=thing("B", "A")))
    old = (await formation.resources())["A"]["PhysicalResourceId"]

    stack = await formation.update(things(A=thing("A", Size=2), B=thing("B", "A")))

    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert formation.world.log[-3:] == [("create", "A"), ("update", "B"), ("delete", "A")]
    new = (await formation.resources())["A"]["PhysicalResourceId"]
    assert new != old
    assert formation.world.named("B")["Needs"] == [new]
    assert old not in formation.world.things
    said = [e.get("ResourceStatusReason") or "" for e in await formation.events()]
    assert any("creation of a new physical resource" in one for one in said)


async def test_what_is_no_longer_in_the_template_goes_in_reverse(formation: Formation) -> None:
    await formation.create(chain("A", "B", "C"))

    await formation.update(chain("A"))

    assert formation.world.did("delete") == ["C", "B"]
    assert list(await formation.resources()) == ["A"]


@pytest.mark.parametrize(
    ("policies", "left"),
    [
        pytest.param({}, ["A"], id="gone"),
        pytest.param({"UpdateReplacePolicy": "Retain"}, ["A", "A"], id="kept"),
        pytest.param({"DeletionPolicy": "Retain"}, ["A"], id="the other policy is not asked"),
    ],
)
async def test_the_old_one_of_a_replacement_goes_as_its_policy_says(
    formation: Formation, policies: dict[str, str], left: list[str]
) -> None:
    await formation.create(things(A=thing("A", Size=1) | policies))

    await formation.update(things(A=thing("A", Size=2) | policies))

    assert names(formation) == left


async def test_a_clean_up_that_fails_fails_no_update(formation: Formation) -> None:
    await formation.create(chain("A", "B"))
    formation.world.refuse["delete", "B"] = ApiError("DependencyViolation", "in use")

    stack = await formation.update(chain("A"))

    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert "B DELETE_FAILED" in await formation.story()
    assert list(await formation.resources()) == ["A"]


async def test_a_failed_update_goes_back_to_what_there_was(formation: Formation) -> None:
    before = things(A=thing("A", Colour="red"), B=thing("B", "A", Size=1), C=thing("C", "B"))
    await formation.create(before)
    was = {k: v["PhysicalResourceId"] for k, v in (await formation.resources()).items()}
    world = {one["Name"]: one for one in formation.world.things.values()}
    formation.world.refuse["create", "New"] = denied()

    stack = await formation.update(
        things(
            A=thing("A", Colour="blue"),
            B=thing("B", "A", Size=2),
            C=thing("C", "B"),
            Extra=thing("Extra", "A"),
            New=thing("New", "C", "Extra"),
        )
    )

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert {one["Name"]: one for one in formation.world.things.values()} == world
    now = {k: v["PhysicalResourceId"] for k, v in (await formation.resources()).items()}
    assert now == was
    begun = next(
        e
        for e in await formation.events()
        if e["ResourceStatus"] == "UPDATE_ROLLBACK_IN_PROGRESS"
    )
    assert (
        begun["ResourceStatusReason"] == "The following resource(s) failed to create: [New]. "
    )
    assert (await formation.ask("GetTemplate", StackName="net"))["TemplateBody"] == text(before)
    again = await formation.update(things(A=thing("A", Colour="green")))
    assert again["StackStatus"] == "UPDATE_COMPLETE"


async def test_a_change_that_is_refused_is_taken_back_too(formation: Formation) -> None:
    await formation.create(things(A=thing("A", Colour="red")))
    formation.world.refuse["update", "A"] = denied("test:UpdateThing")
    await formation.ask(
        "UpdateStack",
        StackName="net",
        TemplateBody=text(things(A=thing("A", Colour="blue"))),
    )

    stuck = await formation.settled("net")

    assert stuck["StackStatus"] == "UPDATE_ROLLBACK_FAILED"
    assert stuck["StackStatusReason"] == "The following resource(s) failed to update: [A]. "
    refused = await formation.refusal(
        "UpdateStack", StackName="net", TemplateBody=text(things(A=thing("A")))
    )
    assert refused.message == (
        f"Stack:{stuck['StackId']} is in UPDATE_ROLLBACK_FAILED state and can not be updated."
    )


async def stuck(formation: Formation) -> dict[str, Any]:
    """A stack whose way back failed at A."""
    await formation.create(things(A=thing("A", Colour="red"), B=thing("B", Colour="red")))
    formation.world.refuse["update", "A"] = denied()
    return await formation.update(
        things(A=thing("A", Colour="blue"), B=thing("B", Colour="blue"))
    )


async def test_a_way_back_that_failed_can_be_gone_on_with(formation: Formation) -> None:
    assert (await stuck(formation))["StackStatus"] == "UPDATE_ROLLBACK_FAILED"
    formation.world.refuse.clear()

    await formation.ask("ContinueUpdateRollback", StackName="net")
    stack = await formation.settled("net")

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert {one["Colour"] for one in formation.world.things.values()} == {"red"}


async def test_what_cannot_be_brought_back_can_be_skipped_by_its_name(
    formation: Formation,
) -> None:
    await stuck(formation)

    refused = await formation.refusal(
        "ContinueUpdateRollback", StackName="net", ResourcesToSkip=["B"]
    )
    await formation.ask("ContinueUpdateRollback", StackName="net", ResourcesToSkip=["A"])
    stack = await formation.settled("net")

    assert "[B]" in refused.message
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


async def test_only_a_way_back_that_failed_is_gone_on_with(formation: Formation) -> None:
    await formation.create(chain("A"))

    refused = await formation.refusal("ContinueUpdateRollback", StackName="net")

    assert "CREATE_COMPLETE" in refused.message


async def test_an_update_can_be_given_up(formation: Formation) -> None:
    await formation.create(chain("A"))
    formation.world.held["B"] = asyncio.Event()
    await formation.ask("UpdateStack", StackName="net", TemplateBody=text(chain("A", "B", "C")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    await formation.ask("CancelUpdateStack", StackName="net")
    formation.world.held["B"].set()
    stack = await formation.settled("net")

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert names(formation) == ["A"]
    refused = await formation.refusal("CancelUpdateStack", StackName="net")
    assert refused.message == "CancelUpdateStack cannot be called from current stack status"


async def test_a_stack_at_work_takes_no_second_order(formation: Formation) -> None:
    await formation.create(chain("A"))
    formation.world.held["B"] = asyncio.Event()
    update = {"StackName": "net", "TemplateBody": text(chain("A", "B"))}
    stack_id = (await formation.ask("UpdateStack", **update))["StackId"]

    again = await formation.refusal("UpdateStack", **update)
    deletion = await formation.refusal("DeleteStack", StackName="net")

    assert again.message == (
        f"Stack:{stack_id} is in UPDATE_IN_PROGRESS state and can not be updated."
    )
    assert deletion.message == (
        f"Stack [{stack_id}] cannot be deleted while in status UPDATE_IN_PROGRESS"
    )
    formation.world.held["B"].set()
    assert (await formation.settled("net"))["StackStatus"] == "UPDATE_COMPLETE"


@pytest.mark.parametrize(
    "template",
    [
        chain("A"),
        chain("A") | {"Description": "the same in other words"},
        chain("A") | {"Parameters": {"Unused": {"Type": "String", "Default": "x"}}},
    ],
    ids=["the same", "a description", "a parameter nobody reads"],
)
async def test_nothing_to_do_is_said(formation: Formation, template: Any) -> None:
    await formation.create(chain("A"))

    refused = await formation.refusal(
        "UpdateStack", StackName="net", TemplateBody=text(template)
    )

    assert (refused.code, refused.message) == (
        "ValidationError",
        "No updates are to be performed.",
    )


async def test_outputs_and_tags_alone_are_a_change(formation: Formation) -> None:
    await formation.create(chain("A"))

    told = await formation.update(chain("A") | {"Outputs": {"Id": {"Value": {"Ref": "A"}}}})
    tagged = await formation.update(
        chain("A") | {"Outputs": {"Id": {"Value": {"Ref": "A"}}}},
        Tags=[{"Key": "lob", "Value": "a"}],
    )

    assert told["Outputs"][0]["OutputKey"] == "Id"
    assert tagged["StackStatus"] == "UPDATE_COMPLETE"
    assert formation.world.named("A")["Tags"] == [{"Key": "lob", "Value": "a"}]


async def test_tags_stay_unless_others_are_given(formation: Formation) -> None:
    await formation.create(chain("A"), Tags=[{"Key": "lob", "Value": "a"}])

    stack = await formation.update(chain("A", "B"))

    assert stack["Tags"] == [{"Key": "lob", "Value": "a"}]
    assert formation.world.named("B")["Tags"] == [{"Key": "lob", "Value": "a"}]


async def test_a_resource_does_not_become_of_another_type(formation: Formation) -> None:
    await formation.create(things(A=thing("A")))

    refused = await formation.refusal(
        "UpdateStack",
        StackName="net",
        TemplateBody=text(things(A=thing("A", kind=PLAIN))),
    )

    assert refused.message.startswith("Update of resource type is not permitted.")
    assert refused.message.endswith("[A]")


async def test_parameters_keep_their_values_where_that_is_asked(formation: Formation) -> None:
    template = things(
        A=thing("A", Colour={"Ref": "Colour"}), B=thing("B", Colour={"Ref": "Other"})
    )
    template["Parameters"] = {"Colour": {"Type": "String"}, "Other": {"Type": "String"}}
    await formation.create(
        template,
        Parameters=[
            {"ParameterKey": "Colour", "ParameterValue": "red"},
            {"ParameterKey": "Other", "ParameterValue": "red"},
        ],
    )

    await formation.ask(
        "UpdateStack",
        StackName="net",
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": "Colour", "UsePreviousValue": True},
            {"ParameterKey": "Other", "ParameterValue": "blue"},
        ],
    )
    await formation.service.idle()

    assert formation.world.named("A")["Colour"] == "red"
    assert formation.world.named("B")["Colour"] == "blue"
    refused = await formation.refusal("UpdateStack", StackName="net", UsePreviousTemplate=True)
    assert refused.message == "Parameters: [Colour, Other] must have values"


async def test_a_stack_that_was_taken_back_can_only_be_ended(formation: Formation) -> None:
    formation.world.refuse["create", "A"] = denied()
    stack = await formation.create(chain("A"))

    refused = await formation.refusal(
        "UpdateStack", StackName="net", TemplateBody=text(chain("A"))
    )

    assert refused.message == (
        f"Stack:{stack['StackId']} is in ROLLBACK_COMPLETE state and can not be updated."
    )
    assert (await formation.delete())["StackStatus"] == "DELETE_COMPLETE"


async def test_to_change_what_is_not_there_is_refused(formation: Formation) -> None:
    refused = await formation.refusal(
        "UpdateStack", StackName="nowhere", TemplateBody=text(chain("A"))
    )

    assert (refused.code, refused.message) == (
        "ValidationError",
        "Stack [nowhere] does not exist",
    )


async def test_a_stack_that_cannot_go_back_can_still_be_ended_whole(
    formation: Formation,
) -> None:
    await formation.create(
        things(A=thing("A", Size=1), B=thing("B", "A", Colour="red"), C=thing("C", "A"))
    )
    formation.world.refuse["update", "B"] = denied()
    failed = await formation.update(
        things(A=thing("A", Size=2), B=thing("B", "A", Colour="blue"), C=thing("C", "A"))
    )
    formation.world.refuse.clear()

    gone = await formation.delete()

    assert failed["StackStatus"] == "UPDATE_ROLLBACK_FAILED"
    assert gone["StackStatus"] == "DELETE_COMPLETE"
    assert formation.world.things == {}


async def test_what_was_hidden_is_hidden_while_it_is_changed_to_something_public(
    formation: Formation,
) -> None:
    secret = things(A=thing("A", Password={"Ref": "P"}))
    secret["Parameters"] = {"P": {"Type": "String", "NoEcho": "true"}}
    await formation.create(
        secret, Parameters=[{"ParameterKey": "P", "ParameterValue": "hunter2"}]
    )

    found = await formation.change_set(things(A=thing("A", Password="public")))
    await formation.ask("ExecuteChangeSet", ChangeSetName=found["ChangeSetId"])
    await formation.service.idle()

    events = await formation.events()
    assert "hunter2" not in str(events) + str(found)
    assert "public" in events[-3]["ResourceProperties"]


async def test_an_export_is_in_use_as_soon_as_somebody_begins_to_use_it(
    formation: Formation,
) -> None:
    await formation.create(
        things(Vpc=thing("Vpc"))
        | {"Outputs": {"Id": {"Value": {"Ref": "Vpc"}, "Export": {"Name": "vpc"}}}}
    )
    formation.world.held["Subnet"] = asyncio.Event()
    await formation.ask(
        "CreateStack",
        StackName="sub",
        TemplateBody=text(things(Subnet=thing("Subnet", Needs=[{"Fn::ImportValue": "vpc"}]))),
    )
    for _ in range(3):
        await asyncio.sleep(0)
    await formation.ask("DeleteStack", StackName="net")
    for _ in range(3):
        await asyncio.sleep(0)

    assert (await formation.described())["StackStatus"] == "CREATE_COMPLETE"
    formation.world.held["Subnet"].set()
    assert (await formation.settled("sub"))["StackStatus"] == "CREATE_COMPLETE"


async def test_drift_found_before_an_update_says_nothing_after_it(formation: Formation) -> None:
    await formation.create(chain("A"))
    await formation.ask("DetectStackDrift", StackName="net")
    await formation.service.idle()

    stack = await formation.update(chain("A", "B"))

    assert stack["DriftInformation"]["StackDriftStatus"] == "NOT_CHECKED"


async def test_an_update_is_never_left_half_done(formation: Formation) -> None:
    await formation.create(chain("A"))

    refused = await formation.refusal(
        "UpdateStack",
        StackName="net",
        TemplateBody=text(chain("A", "B")),
        DisableRollback=True,
    )

    assert refused.message.startswith("DisableRollback of an update is not offered")
