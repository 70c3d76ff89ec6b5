"""Change sets: what they say is what then happens."""

import asyncio
from typing import Any

import pytest

from tests.kit.cloudformation import (
    PLAIN,
    Formation,
    chain,
    denied,
    text,
    thing,
    things,
)


def told(change_set: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Action and replacement by resource."""
    changes = [one["ResourceChange"] for one in change_set["Changes"]]
    return {
        one["LogicalResourceId"]: (one["Action"], one.get("Replacement")) for one in changes
    }


def change_of(change_set: dict[str, Any], name: str) -> dict[str, Any]:
    changes = [one["ResourceChange"] for one in change_set["Changes"]]
    return next(dict(one) for one in changes if one["LogicalResourceId"] == name)


async def test_a_new_stack_is_in_review_until_its_change_set_is_executed(
    formation: Formation,
) -> None:
    found = await formation.change_set(chain("Vpc", "Subnet"), kind="CREATE")

    assert (found["Status"], found["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    assert told(found) == {"Vpc": ("Add", None), "Subnet": ("Add", None)}
    assert (await formation.described())["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert formation.world.log == []

    await formation.ask("ExecuteChangeSet", ChangeSetName="next", StackName="net")
    stack = await formation.settled("net")

    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert stack["ChangeSetId"] == found["ChangeSetId"]
    assert (await formation.story())[:2] == ["net REVIEW_IN_PROGRESS", "net CREATE_IN_PROGRESS"]
    done = await formation.ask("DescribeChangeSet", ChangeSetName=found["ChangeSetId"])
    assert (done["Status"], done["ExecutionStatus"]) == ("CREATE_COMPLETE", "EXECUTE_COMPLETE")


async def test_a_change_set_is_being_made_when_the_call_is_answered(
    formation: Formation,
) -> None:
    made = await formation.ask(
        "CreateChangeSet",
        StackName="net",
        ChangeSetName="next",
        ChangeSetType="CREATE",
        TemplateBody=text(chain("Vpc")),
    )

    found = await formation.ask("DescribeChangeSet", ChangeSetName=made["Id"])
    refused = await formation.refusal("ExecuteChangeSet", ChangeSetName=made["Id"])

    assert found["Status"] == "CREATE_PENDING"
    assert refused.code == "InvalidChangeSetStatus"
    assert "in its current status of [CREATE_PENDING]" in refused.message


async def test_what_is_added_changed_replaced_and_removed_is_told(formation: Formation) -> None:
    await formation.create(
        things(
            Same=thing("Same"),
            Changed=thing("Changed", Colour="red"),
            Replaced=thing("Replaced", Size=1) | {"UpdateReplacePolicy": "Retain"},
            Gone=thing("Gone"),
            Kept=thing("Kept") | {"DeletionPolicy": "Retain"},
        )
    )

    found = await formation.change_set(
        things(
            Same=thing("Same"),
            Changed=thing("Changed", Colour="blue"),
            Replaced=thing("Replaced", Size=2) | {"UpdateReplacePolicy": "Retain"},
            Added=thing("Added"),
        )
    )

    assert told(found) == {
        "Changed": ("Modify", "False"),
        "Replaced": ("Modify", "True"),
        "Added": ("Add", None),
        "Gone": ("Remove", None),
        "Kept": ("Remove", None),
    }
    assert change_of(found, "Kept")["PolicyAction"] == "Retain"
    assert change_of(found, "Gone")["PolicyAction"] == "Delete"
    assert change_of(found, "Replaced")["PolicyAction"] == "ReplaceAndRetain"
    (detail,) = change_of(found, "Changed")["Details"]
    assert detail == {
        "Target": {
            "Attribute": "Properties",
            "Name": "Colour",
            "RequiresRecreation": "Never",
            "Path": "/Properties/Colour",
            "BeforeValue": "red",
            "AfterValue": "blue",
            "AttributeChangeType": "Modify",
        },
        "Evaluation": "Static",
        "ChangeSource": "DirectModification",
    }
    (detail,) = change_of(found, "Replaced")["Details"]
    assert detail["Target"]["RequiresRecreation"] == "Always"


async def test_values_are_told_only_to_those_who_ask(formation: Formation) -> None:
    await formation.create(things(A=thing("A", Colour="red")))
    found = await formation.change_set(things(A=thing("A", Colour="blue")))

    plain = await formation.ask("DescribeChangeSet", ChangeSetName=found["ChangeSetId"])

    assert change_of(plain, "A")["Details"][0]["Target"] == {
        "Attribute": "Properties",
        "Name": "Colour",
        "RequiresRecreation": "Never",
    }


async def test_what_refers_to_something_replaced_is_known_only_when_it_runs(
    formation: Formation,
) -> None:
    def template(size: int) -> dict[str, Any]:
        return things(
            Vpc=thing("Vpc", Size=size),
            Subnet=thing("Subnet", "Vpc"),
            Domain=thing("Domain", Size={"Ref": "Vpc"}),
            Name=thing("Name", Colour={"Fn::GetAtt": ["Vpc", "Arn"]}),
            Below=thing("Below", "Domain"),
        )

    await formation.create(template(1))

    found = await formation.change_set(template(2))

    assert told(found) == {
        "Vpc": ("Modify", "True"),
        "Subnet": ("Modify", "False"),
        "Domain": ("Modify", "Conditional"),
        "Name": ("Modify", "False"),
        "Below": ("Modify", "False"),
    }
    (detail,) = change_of(found, "Domain")["Details"]
    assert (detail["Evaluation"], detail["ChangeSource"], detail["CausingEntity"]) == (
        "Dynamic",
        "ResourceReference",
        "Vpc",
    )
    (detail,) = change_of(found, "Name")["Details"]
    assert (detail["ChangeSource"], detail["CausingEntity"]) == ("ResourceAttribute", "Vpc.Arn")


async def test_what_only_changes_in_place_keeps_its_id_and_perhaps_not_its_attributes(
    formation: Formation,
) -> None:
    def template(colour: str) -> dict[str, Any]:
        return things(
            Key=thing("Key", Colour=colour),
            ByRef=thing("ByRef", "Key"),
            ByArn=thing("ByArn", Colour={"Fn::GetAtt": ["Key", "Arn"]}),
        )

    await formation.create(template("red"))

    found = await formation.change_set(template("blue"))
    await formation.ask("ExecuteChangeSet", ChangeSetName=found["ChangeSetId"])
    await formation.service.idle()

    assert told(found) == {"Key": ("Modify", "False"), "ByArn": ("Modify", "False")}
    assert formation.world.did("update") == ["Key"]


async def test_a_parameter_that_causes_a_change_is_named(formation: Formation) -> None:
    template = things(A=thing("A", Colour={"Fn::Sub": "very ${Colour}"}))
    template["Parameters"] = {"Colour": {"Type": "String"}}
    await formation.create(
        template, Parameters=[{"ParameterKey": "Colour", "ParameterValue": "red"}]
    )

    found = await formation.change_set(
        template, Parameters=[{"ParameterKey": "Colour", "ParameterValue": "blue"}]
    )

    (detail,) = change_of(found, "A")["Details"]
    assert (detail["ChangeSource"], detail["CausingEntity"]) == ("ParameterReference", "Colour")


async def test_policies_and_metadata_are_changes_of_their_own_scope(
    formation: Formation,
) -> None:
    await formation.create(chain("A"))
    template = chain("A")
    template["Resources"]["A"] |= {"DeletionPolicy": "Retain", "Metadata": {"why": "data"}}

    found = await formation.change_set(template)
    await formation.ask("ExecuteChangeSet", ChangeSetName=found["ChangeSetId"])
    await formation.service.idle()

    assert change_of(found, "A")["Scope"] == ["DeletionPolicy", "Metadata"]
    gone = await formation.delete()
    assert "A DELETE_SKIPPED" in await formation.story(gone["StackId"])
    assert formation.world.did("update") == []


async def test_tags_of_the_stack_are_a_change_of_tags(formation: Formation) -> None:
    await formation.create(things(A=thing("A"), B=thing("B", kind=PLAIN)))

    found = await formation.change_set(
        things(A=thing("A"), B=thing("B", kind=PLAIN)), Tags=[{"Key": "lob", "Value": "a"}]
    )

    assert told(found) == {"A": ("Modify", "False")}
    assert change_of(found, "A")["Scope"] == ["Tags"]


async def test_no_change_fails_in_words_a_deployer_looks_for(formation: Formation) -> None:
    await formation.create(chain("A"))

    found = await formation.change_set(chain("A"))

    assert (found["Status"], found["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert found["StatusReason"] == (
        "The submitted information didn't contain changes. "
        "Submit different information to create a change set."
    )
    refused = await formation.refusal("ExecuteChangeSet", ChangeSetName=found["ChangeSetId"])
    assert refused.message.endswith("cannot be executed in its current status of [FAILED]")


async def test_secrets_are_in_no_change_set(formation: Formation) -> None:
    template = things(A=thing("A", Password={"Fn::Sub": "p-${Secret}"}))
    template["Parameters"] = {"Secret": {"Type": "String", "NoEcho": True}}
    await formation.create(
        template, Parameters=[{"ParameterKey": "Secret", "ParameterValue": "hunter2"}]
    )

    found = await formation.change_set(
        template, Parameters=[{"ParameterKey": "Secret", "ParameterValue": "hunter3"}]
    )

    (detail,) = change_of(found, "A")["Details"]
    assert detail["Target"]["BeforeValue"] == detail["Target"]["AfterValue"] == "****"
    assert found["Parameters"] == [{"ParameterKey": "Secret", "ParameterValue": "****"}]
    assert "hunter" not in str(found) + str(await formation.events())
    assert "hunter" not in str(await formation.described())


@pytest.mark.parametrize(
    ("kind", "make", "message"),
    [
        pytest.param("UPDATE", False, "Stack [net] does not exist", id="nothing to update"),
        pytest.param(
            "CREATE",
            True,
            "Stack [net] already exists and cannot be created again with the changeSet [next].",
            id="nothing to create",
        ),
        pytest.param(
            "IMPORT",
            True,
            "The ChangeSetType IMPORT is not offered by this emulation of CloudFormation.",
            id="imports",
        ),
    ],
)
async def test_a_change_set_of_the_wrong_kind(
    formation: Formation, *, kind: str, make: bool, message: str
) -> None:
    if make:
        await formation.create(chain("A"))

    refused = await formation.refusal(
        "CreateChangeSet",
        StackName="net",
        ChangeSetName="next",
        ChangeSetType=kind,
        TemplateBody=text(chain("A")),
    )

    assert (refused.code, refused.message) == ("ValidationError", message)


async def test_a_stack_in_review_is_created_and_not_updated(formation: Formation) -> None:
    first = await formation.change_set(chain("A"), kind="CREATE")

    update = await formation.refusal(
        "CreateChangeSet",
        StackName="net",
        ChangeSetName="second",
        TemplateBody=text(chain("A")),
    )
    same = await formation.refusal(
        "CreateChangeSet",
        StackName="net",
        ChangeSetName="next",
        ChangeSetType="CREATE",
        TemplateBody=text(chain("A")),
    )
    second = await formation.change_set(chain("B"), kind="CREATE", ChangeSetName="second")

    assert "is in REVIEW_IN_PROGRESS state and can not be updated." in update.message
    assert same.code == "AlreadyExistsException"
    assert second["StackId"] == first["StackId"]
    listed = (await formation.ask("ListChangeSets", StackName="net"))["Summaries"]
    assert [one["ChangeSetName"] for one in listed] == ["next", "second"]


async def test_executing_one_ends_the_others(formation: Formation) -> None:
    await formation.create(chain("A"))
    other = await formation.change_set(chain("A", "C"), ChangeSetName="other")
    chosen = await formation.change_set(chain("A", "B"))

    await formation.ask("ExecuteChangeSet", ChangeSetName=chosen["ChangeSetId"])
    await formation.service.idle()

    gone = await formation.refusal("DescribeChangeSet", ChangeSetName=other["ChangeSetId"])
    again = await formation.refusal("ExecuteChangeSet", ChangeSetName=chosen["ChangeSetId"])
    assert (gone.code, gone.status) == ("ChangeSetNotFound", 404)
    assert "in its current execution status of [EXECUTE_COMPLETE]" in again.message


async def test_a_direct_update_makes_change_sets_obsolete(formation: Formation) -> None:
    await formation.create(chain("A"))
    found = await formation.change_set(chain("A", "B"))
    await formation.update(chain("A", "C"))

    refused = await formation.refusal("ExecuteChangeSet", ChangeSetName=found["ChangeSetId"])

    assert "in its current execution status of [OBSOLETE]" in refused.message
    assert formation.world.did("create") == ["A", "C"]


async def test_a_change_set_name_can_be_used_again_once_it_was_executed(
    formation: Formation,
) -> None:
    await formation.change_set(chain("A"), kind="CREATE")
    await formation.ask("ExecuteChangeSet", ChangeSetName="next", StackName="net")
    await formation.service.idle()

    found = await formation.change_set(chain("A", "B"))

    assert told(found) == {"B": ("Add", None)}


async def test_a_change_set_can_be_deleted_and_its_stack_stays_in_review(
    formation: Formation,
) -> None:
    found = await formation.change_set(chain("A"), kind="CREATE")

    for _ in range(2):
        await formation.ask("DeleteChangeSet", ChangeSetName="next", StackName="net")

    refused = await formation.refusal("DescribeChangeSet", ChangeSetName=found["ChangeSetId"])
    assert refused.code == "ChangeSetNotFound"
    assert (await formation.described())["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert (await formation.delete())["StackStatus"] == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("DO_NOTHING", "CREATE_FAILED"),
        ("DELETE", "DELETE_COMPLETE"),
        ("ROLLBACK", "ROLLBACK_COMPLETE"),
    ],
)
async def test_a_change_set_says_what_is_done_when_it_fails(
    formation: Formation, word: str, status: str
) -> None:
    formation.world.refuse["create", "B"] = denied()
    found = await formation.change_set(chain("A", "B"), kind="CREATE", OnStackFailure=word)

    await formation.ask("ExecuteChangeSet", ChangeSetName=found["ChangeSetId"])
    stack = await formation.settled(found["StackId"])

    assert stack["StackStatus"] == status


async def test_a_change_set_cannot_be_executed_while_the_stack_is_at_work(
    formation: Formation,
) -> None:
    await formation.create(chain("A"))
    found = await formation.change_set(chain("A", "B"))
    formation.world.held["C"] = asyncio.Event()
    await formation.ask("DeleteChangeSet", ChangeSetName="other", StackName="net")
    await formation.ask("UpdateStack", StackName="net", TemplateBody=text(chain("A", "C")))

    refused = await formation.refusal("ExecuteChangeSet", ChangeSetName=found["ChangeSetId"])

    assert refused.code in {"InvalidChangeSetStatus", "ValidationError"}
    formation.world.held["C"].set()
    await formation.service.idle()


async def test_many_changes_come_in_pages(formation: Formation) -> None:
    names = [f"T{number}" for number in range(120)]

    found = await formation.change_set(
        things(**{name: thing(name) for name in names}), kind="CREATE"
    )
    rest = await formation.ask(
        "DescribeChangeSet", ChangeSetName=found["ChangeSetId"], NextToken=found["NextToken"]
    )

    assert (len(found["Changes"]), len(rest["Changes"])) == (100, 20)
    assert "NextToken" not in rest
    assert list(told(found)) + list(told(rest)) == names
