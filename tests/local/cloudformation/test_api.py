"""The API's edge: what it takes, what it refuses and in which words, and what it shows."""

import asyncio
from typing import Any

import pytest

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.api import OPERATIONS
from studiogate.local.front.models import operations
from studiogate.local.front.protocols import WIRES, Protocol
from tests.kit.cloudformation import (
    NAMED,
    PLAIN,
    THING,
    FakeKind,
    Formation,
    World,
    chain,
    kinds_of,
    text,
    thing,
    things,
)
from tests.kit.studio import LOB_A

STACK = {"StackName": "net"}


def test_every_operation_is_one_of_awss() -> None:
    assert set(OPERATIONS) <= operations("cloudformation")
    assert WIRES["cloudformation"].protocol is Protocol.QUERY


@pytest.mark.parametrize(
    "operation", ["CreateStackSet", "DetectStackSetDrift", "SetStackPolicy"]
)
async def test_an_operation_that_is_not_here_is_refused_by_name(
    formation: Formation, operation: str
) -> None:
    call = formation.call("ListStacks")

    with pytest.raises(ApiError, match=operation) as caught:
        formation.service.needed(type(call)(**{**_fields(call), "operation": operation}))

    assert caught.value.code == "UnknownOperationException"


def _fields(call: Any) -> dict[str, Any]:
    return {name: getattr(call, name) for name in call.__slots__}


@pytest.mark.parametrize(
    "more",
    [
        {"RoleARN": f"arn:aws:iam::{LOB_A}:role/deployer"},
        {"NotificationARNs": ["arn:aws:sns:eu-west-1:222222222222:t"]},
        {"StackPolicyBody": "{}"},
        {"TimeoutInMinutes": 5},
        {"RollbackConfiguration": {"MonitoringTimeInMinutes": 5}},
        {"ResourceTypes": ["AWS::EC2::*"]},
        {"RetainExceptOnCreate": True},
    ],
    ids=lambda more: next(iter(more)),
)
async def test_what_aws_would_act_upon_and_we_cannot_is_refused_by_name(
    formation: Formation, more: dict[str, Any]
) -> None:
    refused = await formation.refusal(
        "CreateStack", StackName="net", TemplateBody=text(chain("A")), **more
    )

    assert next(iter(more)) in refused.message
    assert "not offered by this emulation of CloudFormation" in refused.message
    assert (await formation.ask("ListStacks"))["StackSummaries"] == []


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("StackName", "9net"),
        ("StackName", "net_a"),
        ("StackName", "n" * 129),
        ("StackName", "arn:aws:cloudformation:eu-west-1:222222222222:stack/net/1"),
        ("ClientRequestToken", "-x"),
        ("OnFailure", "PANIC"),
    ],
)
async def test_names_have_an_alphabet(formation: Formation, member: str, value: str) -> None:
    asked = {"StackName": "net", "TemplateBody": text(chain("A")), member: value}

    refused = await formation.refusal("CreateStack", **asked)

    assert refused.code == "ValidationError"
    assert refused.message.startswith("1 validation error detected: Value '")
    assert (
        f"at '{member[:1].lower()}{member[1:]}' failed to satisfy constraint" in refused.message
    )


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (things(A={"Type": "AWS::Nope::Nope"}, B={"Type": "AWS::S3::Buckets"}), "Template format error: Unrecognized resource types: [AWS::Nope::Nope, AWS::S3::Buckets]"),
        (things(A=thing("A", Colours="red")), "Encountered unsupported property Colours in resource A (AWS::Test::Thing)"),
        (things(A={"Type": THING, "Properties": {}}), "Properties validation failed for resource A with message:\n#: required key [Name] not found"),
        (things(A=thing("A", "B"), B=thing("B", "A")), "Circular dependency between resources: [A, B]"),
        (things(A=thing("A", "B")), "Template format error: Unresolved resource dependencies [B] in the Resources block of the template"),
    ],
)  # fmt: skip
async def test_a_wrong_template_makes_nothing_and_is_not_remembered(
    formation: Formation, template: Any, said: str
) -> None:
    for operation, more in (
        ("CreateStack", STACK),
        ("CreateChangeSet", {**STACK, "ChangeSetName": "c", "ChangeSetType": "CREATE"}),
    ):
        refused = await formation.refusal(operation, TemplateBody=text(template), **more)
        assert (refused.code, refused.message) == ("ValidationError", said)

    assert (await formation.ask("ListStacks"))["StackSummaries"] == []
    assert formation.world.log == []


@pytest.mark.parametrize(
    ("properties", "given", "needed"),
    [
        ({}, [], "CAPABILITY_IAM"),
        ({"RoleName": "x"}, ["CAPABILITY_IAM"], "CAPABILITY_NAMED_IAM"),
        ({}, ["CAPABILITY_IAM"], None),
        ({}, ["CAPABILITY_NAMED_IAM"], None),
        ({"RoleName": "x"}, ["CAPABILITY_NAMED_IAM"], None),
    ],
)
async def test_roles_need_an_acknowledgement(
    formation: Formation, properties: dict[str, str], given: list[str], needed: str | None
) -> None:
    asked: dict[str, Any] = {
        "StackName": "net",
        "TemplateBody": text(things(R=thing("R", kind=NAMED, **properties))),
        "Capabilities": given,
    }

    if needed is None:
        await formation.ask("CreateStack", **asked)
    else:
        refused = await formation.refusal("CreateStack", **asked)
        assert refused.code == "InsufficientCapabilitiesException"
        assert refused.message == f"Requires capabilities : [{needed}]"


async def test_a_template_has_a_size_and_one_place(formation: Formation) -> None:
    large = text(chain("A") | {"Metadata": {"x": "y" * 51_200}})

    for asked, said in (
        ({"TemplateBody": large}, "have length less than or equal to 51200"),
        ({}, "Either Template URL or Template Body must be specified."),
        ({"TemplateBody": text(chain("A")), "TemplateURL": "https://b.s3.amazonaws.com/k"}, "Either Template URL"),
        ({"UsePreviousTemplate": True}, "UsePreviousTemplate is only for stacks that have"),
    ):  # fmt: skip
        refused = await formation.refusal("CreateChangeSet", StackName="net", ChangeSetName="c", ChangeSetType="CREATE", **asked)  # fmt: skip
        assert said in refused.message


@pytest.mark.parametrize(
    ("url", "bucket", "key"),
    [
        ("https://templates.s3.eu-west-1.amazonaws.com/a/b.yaml", "templates", "a/b.yaml"),
        ("https://templates.s3.amazonaws.com/b%20c.yaml", "templates", "b c.yaml"),
        ("https://templates.s3.dualstack.eu-west-1.amazonaws.com/b", "templates", "b"),
        ("https://s3.eu-west-1.amazonaws.com/templates/a/b.yaml", "templates", "a/b.yaml"),
        ("https://my.templates.s3-eu-west-1.amazonaws.com/b", "my.templates", "b"),
    ],
)
async def test_a_large_template_is_fetched_from_its_bucket_as_the_caller(
    formation: Formation, url: str, bucket: str, key: str
) -> None:
    asked: list[Any] = []
    large = text(chain("A") | {"Metadata": {"x": "y" * 60_000}}).encode()

    def answer(params: Any) -> dict[str, Any]:
        asked.append(params)
        return {"Body": large}

    formation.answers["s3", "GetObject"] = answer
    await formation.ask("CreateStack", StackName="net", TemplateURL=url)
    await formation.service.idle()

    assert asked == [{"Bucket": bucket, "Key": key}]
    assert (await formation.described())["StackStatus"] == "CREATE_COMPLETE"
    shown = await formation.ask("GetTemplate", StackName="net")
    assert shown["TemplateBody"] == large.decode()


@pytest.mark.parametrize(
    "url",
    [
        "http://templates.s3.amazonaws.com/b",
        "https://templates.s3.amazonaws.com/",
        "https://templates.s3.amazonaws.com.evil.example/b",
        "https://evil.example/templates/b",
        "https://templates.s3.amazonaws.com/b?x=1",
        "https://templates.s3.amazonaws.com:444/b",
        "file:///etc/passwd",
    ],
)
async def test_other_addresses_are_no_templates(formation: Formation, url: str) -> None:
    refused = await formation.refusal("CreateStack", StackName="net", TemplateURL=url)

    assert refused.message == "TemplateURL must be a supported URL."


MORE = (
    "\nFor more information check "
    "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
)


async def test_a_bucket_that_says_no_and_an_object_that_is_too_large(
    formation: Formation,
) -> None:
    url = "https://templates.s3.amazonaws.com/b"
    formation.answers["s3", "GetObject"] = ApiError("AccessDenied", "Access Denied", status=403)
    denied = await formation.refusal("CreateStack", StackName="net", TemplateURL=url)
    formation.answers["s3", "GetObject"] = {"Body": b"x" * 1_000_001}
    large = await formation.refusal("CreateStack", StackName="net", TemplateURL=url)

    assert denied.message == f"S3 error: Access Denied{MORE}"
    assert large.message == "Template may not exceed 1000000 bytes in size."


THERE = {"Body": b"Resources: {}"}
MOVED = ApiError(
    "AuthorizationHeaderMalformed", "the region 'eu-west-1' is wrong; expecting 'eu-west-2'"
)


@pytest.mark.parametrize(
    ("host", "answer", "said"),
    [
        pytest.param(
            "lob-a.s3.eu-west-2", THERE, "must be addressed using", id="said elsewhere"
        ),
        pytest.param("lob-a.s3.eu-west-1", MOVED, "must be addressed using", id="said here"),
        pytest.param(
            "lob-a.s3.eu-west-2", MOVED, "not read by this emulation", id="AWS reads it"
        ),
        pytest.param("lob-a.s3", MOVED, "not read by this emulation", id="AWS finds it"),
    ],
)
async def test_a_bucket_of_another_region_is_no_place_of_a_template(
    formation: Formation, host: str, answer: Any, said: str
) -> None:
    formation.answers["s3", "GetObject"] = answer
    url = f"https://{host}.amazonaws.com/k"

    refused = await formation.refusal("CreateStack", StackName="net", TemplateURL=url)

    assert said in refused.message
    assert refused.message.endswith(MORE) is ("must be" in said)


async def test_an_id_given_for_a_parameter_has_to_be_there(formation: Formation) -> None:
    template = chain("A") | {"Parameters": {"VpcId": {"Type": "AWS::EC2::VPC::Id"}}}
    asked: dict[str, Any] = {
        "StackName": "net",
        "TemplateBody": text(template),
        "Parameters": [{"ParameterKey": "VpcId", "ParameterValue": "vpc-1"}],
    }
    formation.answers["ec2", "DescribeVpcs"] = ApiError("InvalidVpcID.NotFound", "no vpc-1")
    gone = await formation.refusal("CreateStack", **asked)
    formation.answers["ec2", "DescribeVpcs"] = ApiError(
        "UnauthorizedOperation", "no", status=403
    )
    denied = await formation.refusal("CreateStack", **asked)
    formation.answers["ec2", "DescribeVpcs"] = {"Vpcs": [{"VpcId": "vpc-1"}]}
    await formation.ask("CreateStack", **asked)

    assert "parameter value vpc-1 for parameter name VpcId does not exist" in gone.message
    assert denied.code == "UnauthorizedOperation"


async def test_a_name_in_the_parameter_store_becomes_its_value(formation: Formation) -> None:
    template = things(A=thing("A", Colour={"Ref": "Image"}))
    kind = "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
    template["Parameters"] = {"Image": {"Type": kind, "Default": "/aws/service/linux"}}
    refused = await formation.refusal(
        "CreateStack", StackName="net", TemplateBody=text(template)
    )
    formation.answers["ssm", "GetParameters"] = {
        "Parameters": [{"Name": "/aws/service/linux", "Value": "ami-1"}]
    }
    stack = await formation.create(template)

    assert refused.message.startswith(
        "Unable to fetch parameters [/aws/service/linux] from parameter store for this account."
    )
    assert kind in refused.message
    assert formation.world.named("A")["Colour"] == "ami-1"
    assert stack["Parameters"] == [
        {
            "ParameterKey": "Image",
            "ParameterValue": "/aws/service/linux",
            "ResolvedValue": "ami-1",
        }
    ]


async def test_a_type_of_parameter_nobody_checks_here_is_refused(formation: Formation) -> None:
    template = chain("A") | {
        "Parameters": {"K": {"Type": "AWS::EC2::KeyPair::KeyName", "Default": "k"}}
    }

    refused = await formation.refusal(
        "CreateStack", StackName="net", TemplateBody=text(template)
    )

    assert refused.message == (
        "The type AWS::EC2::KeyPair::KeyName of parameter K is not offered by this emulation of "
        "CloudFormation."
    )


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("{{resolve:secretsmanager:keys:SecretString:first}}", "hunter2"),
        ("{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:222222222222:secret:keys-a1:SecretString:first}}", "hunter2"),
        ("a{{resolve:secretsmanager:keys:SecretString:first}}{{resolve:secretsmanager:keys::rest}}z", "ahunter2hunter3z"),
        ("{{resolve:secretsmanager:keys}}", '{"first": "hunter2", "rest": "hunter3"}'),
    ],
)  # fmt: skip
async def test_a_secret_is_handed_over_and_kept_nowhere(
    formation: Formation, reference: str, value: str
) -> None:
    formation.answers["secretsmanager", "GetSecretValue"] = {
        "SecretString": '{"first": "hunter2", "rest": "hunter3"}'
    }
    template = things(A=thing("A", Colour={"Fn::Sub": reference}))

    await formation.create(template)
    found = await formation.change_set(things(A=thing("A", Colour="red")))
    drift = await formation.ask("DetectStackDrift", StackName="net")
    await formation.service.idle()

    assert formation.world.named("A")["Colour"] == value
    said = [found, await formation.events(), await formation.described()]
    said.append(await formation.ask("DescribeStackResourceDrifts", StackName="net"))
    assert drift["StackDriftDetectionId"]
    assert "hunter" not in str(said)


async def test_a_secret_that_was_changed_is_told_with_the_next_change(
    formation: Formation,
) -> None:
    def told(secret: str) -> None:
        answer = {"SecretString": f'{{"first": "{secret}"}}'}
        formation.answers["secretsmanager", "GetSecretValue"] = answer

    keys = {"Fn::Sub": "{{resolve:secretsmanager:keys:SecretString:first}}"}
    before, after = (
        things(A=thing("A", Rules=[{"Keys": keys, "Of": date}])) for date in ("May", "June")
    )
    told("hunter2")
    await formation.create(before)
    told("hunter3")

    unchanged = await formation.refusal(
        "UpdateStack", StackName="net", TemplateBody=text(before)
    )
    await formation.update(after)

    assert "No updates are to be performed" in unchanged.message
    assert formation.world.named("A")["Rules"] == [{"Keys": "hunter3", "Of": "June"}]


@pytest.mark.parametrize(
    ("reference", "answer", "said"),
    [
        ("{{resolve:ssm:/x}}", None, "A dynamic reference to ssm is not offered"),
        ("{{resolve:secretsmanager:k:SecretString:nope}}", {"SecretString": '{"a": "hunter2"}'}, "Could not find a value associated with JSONKey"),
        ("{{resolve:secretsmanager:k}}", ApiError("ResourceNotFoundException", "no such secret"), "no such secret"),
        ("{{resolve:secretsmanager:k:SecretBinary}}", None, "Incorrect format is used"),
    ],
)  # fmt: skip
async def test_a_secret_that_is_not_there_fails_its_resource(
    formation: Formation, reference: str, answer: Any, said: str
) -> None:
    if answer is not None:
        formation.answers["secretsmanager", "GetSecretValue"] = answer

    stack = await formation.create(things(A=thing("A", Colour=reference)))

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    story = str(await formation.events())
    assert said in story
    assert "hunter" not in story


async def test_resources_are_told_one_by_one_and_by_their_id(formation: Formation) -> None:
    template = chain("A", "B")
    template["Resources"]["A"]["Metadata"] = {"why": "data"}
    await formation.create(template)
    (physical,) = [k for k, v in formation.world.things.items() if v["Name"] == "A"]

    one = await formation.ask("DescribeStackResource", StackName="net", LogicalResourceId="A")
    owner = await formation.ask("DescribeStackResources", PhysicalResourceId=physical)
    listed = await formation.ask("ListStackResources", StackName="net")

    assert one["StackResourceDetail"]["PhysicalResourceId"] == physical
    assert one["StackResourceDetail"]["Metadata"] == '{"why":"data"}'
    assert [r["LogicalResourceId"] for r in owner["StackResources"]] == ["A", "B"]
    assert [r["ResourceStatus"] for r in listed["StackResourceSummaries"]] == [
        "CREATE_COMPLETE"
    ] * 2
    for asked, said in (
        (
            {"StackName": "net", "LogicalResourceId": "C"},
            "Resource C does not exist for stack net",
        ),
        ({"PhysicalResourceId": "vpc-9"}, "Stack for vpc-9 does not exist"),
        ({}, "Either StackName or PhysicalResourceId must be specified, and not both."),
    ):
        assert (await formation.refusal("DescribeStackResources", **asked)).message == said


async def test_lists_come_in_pages_the_newest_first(formation: Formation) -> None:
    names = [f"s{number}" for number in range(103)]
    for name in names:
        await formation.ask("CreateStack", StackName=name, TemplateBody=text(chain("A")))
    await formation.service.idle()

    first = await formation.ask("DescribeStacks")
    await formation.create(chain("A"), name="new")
    rest = await formation.ask("DescribeStacks", NextToken=first["NextToken"])
    listed = await formation.ask("ListStacks", StackStatusFilter=["DELETE_COMPLETE"])

    assert [s["StackName"] for s in first["Stacks"] + rest["Stacks"]] == names[::-1]
    assert "NextToken" not in rest
    assert listed["StackSummaries"] == []
    for token in ("no token", "bm9ib2R5"):
        refused = await formation.refusal("DescribeStacks", NextToken=token)
        assert refused.message == "NextToken is not valid."


async def test_events_come_in_pages_and_are_all_there(formation: Formation) -> None:
    names = [f"T{number}" for number in range(60)]
    await formation.create(things(**{name: thing(name) for name in names}))

    events = await formation.events()

    assert len(events) == 122
    assert len({one["EventId"] for one in events}) == 122
    assert events[0]["ResourceStatusReason"] == "User Initiated"
    assert events[0]["ResourceType"] == "AWS::CloudFormation::Stack"


async def test_a_template_is_summed_up_and_validated_without_making_anything(
    formation: Formation,
) -> None:
    template = things(R=thing("R", kind=NAMED, RoleName="x"), A=thing("A")) | {
        "Description": "two things",
        "Parameters": {
            "P": {
                "Type": "String",
                "Default": "a",
                "AllowedValues": ["a", "b"],
                "Description": "p",
            },
            "S": {"Type": "String", "Default": "hunter2", "NoEcho": True},
        },
    }

    summed = await formation.ask("GetTemplateSummary", TemplateBody=text(template))
    checked = await formation.ask("ValidateTemplate", TemplateBody=text(template))

    assert summed["ResourceTypes"] == [NAMED, THING]
    assert summed["Capabilities"] == checked["Capabilities"] == ["CAPABILITY_NAMED_IAM"]
    assert checked["CapabilitiesReason"] == (
        f"The following resource(s) require capabilities: [{NAMED}]"
    )
    assert checked["Parameters"] == [
        {"ParameterKey": "P", "DefaultValue": "a", "NoEcho": False, "Description": "p"},
        {"ParameterKey": "S", "DefaultValue": "****", "NoEcho": True},
    ]
    assert summed["Parameters"][0]["ParameterConstraints"] == {"AllowedValues": ["a", "b"]}
    assert (await formation.ask("ListStacks"))["StackSummaries"] == []
    refused = await formation.refusal(
        "ValidateTemplate", TemplateBody="Resources: {A: {Type: X}}"
    )
    assert "Unrecognized resource types: [X]" in refused.message


async def test_a_template_is_given_back_byte_for_byte(formation: Formation) -> None:
    body = "# a comment\nResources:\n  A: {Type: AWS::Test::Thing, Properties: {Name: A}}\n"
    await formation.create(body)
    found = await formation.change_set(chain("A", "B"))

    stack = await formation.ask("GetTemplate", StackName="net")
    proposed = await formation.ask("GetTemplate", ChangeSetName=found["ChangeSetId"])

    assert stack["TemplateBody"] == body
    assert proposed["TemplateBody"] == text(chain("A", "B"))


async def test_drift_is_what_the_service_says_now(formation: Formation) -> None:
    template = things(
        Same=thing("Same"),
        Changed=thing("Changed", Colour="red", Rules=[{"port": 443}, {"port": 53}]),
        Gone=thing("Gone"),
        Silent=thing("Silent", kind=PLAIN),
        Secret=thing("Secret", Password={"Ref": "P"}),
    )
    template["Parameters"] = {"P": {"Type": "String", "NoEcho": True}}
    await formation.create(
        template, Parameters=[{"ParameterKey": "P", "ParameterValue": "hunter2"}]
    )
    formation.world.named("Changed").update(Colour="blue", Rules=[{"port": 443, "open": True}])
    formation.world.named("Secret")["Password"] = "hunter3"
    gone = next(k for k, v in formation.world.things.items() if v["Name"] == "Gone")
    del formation.world.things[gone]

    asked = await formation.ask("DetectStackDrift", StackName="net")
    begun = await formation.ask("DescribeStackDriftDetectionStatus", **asked)
    await formation.service.idle()
    done = await formation.ask("DescribeStackDriftDetectionStatus", **asked)
    drifts = {
        one["LogicalResourceId"]: one
        for one in (await formation.ask("DescribeStackResourceDrifts", StackName="net"))["StackResourceDrifts"]
    }  # fmt: skip

    assert begun["DetectionStatus"] == "DETECTION_IN_PROGRESS"
    assert (done["DetectionStatus"], done["StackDriftStatus"]) == (
        "DETECTION_COMPLETE",
        "DRIFTED",
    )
    assert done["DriftedStackResourceCount"] == 3
    assert {name: one["StackResourceDriftStatus"] for name, one in drifts.items()} == {
        "Same": "IN_SYNC",
        "Changed": "MODIFIED",
        "Gone": "DELETED",
        "Secret": "MODIFIED",
    }
    assert drifts["Changed"]["PropertyDifferences"] == [
        {"PropertyPath": "/Colour", "ExpectedValue": "red", "ActualValue": "blue", "DifferenceType": "NOT_EQUAL"},
        {"PropertyPath": "/Rules/0/open", "ExpectedValue": "null", "ActualValue": "true", "DifferenceType": "ADD"},
        {"PropertyPath": "/Rules/1", "ExpectedValue": '{"port":53}', "ActualValue": "null", "DifferenceType": "REMOVE"},
    ]  # fmt: skip
    assert "hunter" not in str(drifts)
    stack = await formation.described()
    assert stack["DriftInformation"]["StackDriftStatus"] == "DRIFTED"


async def test_s6_24_a_member_the_template_does_not_speak_of_is_no_drift(
    formation: Formation,
) -> None:
    quiet = thing("Quiet", Rules={"Scripts": ["one"]})
    heard = thing("Heard", Rules={"Policy": {"Sid": "One"}})
    await formation.create(things(Quiet=quiet, Heard=heard))
    images = [{"ImageName": "lab"}]
    formation.world.named("Quiet")["Rules"] = {"Scripts": ["one"], "CustomImages": images}
    formation.world.named("Heard")["Rules"] = {"Policy": {"Sid": "One", "Condition": {}}}

    await formation.ask("DetectStackDrift", StackName="net")
    await formation.service.idle()
    answer = await formation.ask("DescribeStackResourceDrifts", StackName="net")

    found = {one["LogicalResourceId"]: one for one in answer["StackResourceDrifts"]}
    assert found["Quiet"]["StackResourceDriftStatus"] == "IN_SYNC"
    (difference,) = found["Heard"]["PropertyDifferences"]
    assert difference["PropertyPath"] == "/Rules/Policy/Condition"


async def test_drift_that_could_not_be_asked_for_is_no_health(formation: Formation) -> None:
    await formation.create(chain("A"))
    formation.world.refuse["live", "A"] = ApiError("AccessDenied", "not yours", status=403)

    asked = await formation.ask("DetectStackDrift", StackName="net")
    await formation.service.idle()
    done = await formation.ask("DescribeStackDriftDetectionStatus", **asked)

    assert done["DetectionStatus"] == "DETECTION_FAILED"
    assert "A: not yours" in done["DetectionStatusReason"]


@pytest.mark.parametrize(
    ("operation", "params", "resource"),
    [
        ("CreateStack", {"StackName": "new", "TemplateBody": "x"}, "stack/new/*"),
        ("DescribeStacks", {"StackName": "new"}, "stack/new/*"),
        ("DeleteStack", {"StackName": "net"}, "stack/net/ID"),
        ("DescribeStackEvents", {"StackName": "net"}, "stack/net/ID"),
        ("ExecuteChangeSet", {"ChangeSetName": "next", "StackName": "net"}, "stack/net/ID"),
        ("DescribeStacks", {}, "*"),
        ("ListStacks", {}, "*"),
        ("ListExports", {}, "*"),
        ("ValidateTemplate", {"TemplateBody": "x"}, "*"),
    ],
)
async def test_a_permission_is_asked_for_on_the_exact_stack(
    formation: Formation, operation: str, params: dict[str, Any], resource: str
) -> None:
    stack = await formation.create(chain("A"), Tags=[{"Key": "lob", "Value": "a"}])

    found = formation.needed(operation, **params)

    assert found.action == f"cloudformation:{operation}"
    wanted = resource.replace("stack/net/ID", stack["StackId"].partition("222222222222:")[2])
    assert (
        found.resource.removeprefix("arn:aws:cloudformation:eu-west-1:222222222222:") == wanted
    )
    if "ID" in resource:
        assert found.context["aws:ResourceTag/lob"] == "a"


async def test_a_change_set_by_its_id_is_a_permission_on_its_stack(
    formation: Formation,
) -> None:
    found = await formation.change_set(chain("A"), kind="CREATE")

    needed = formation.needed("ExecuteChangeSet", ChangeSetName=found["ChangeSetId"])

    assert needed.resource == found["StackId"]
    assert needed.context["cloudformation:ChangeSetName"] == found["ChangeSetId"]


def test_tags_of_a_request_are_keys_of_its_permission(formation: Formation) -> None:
    needed = formation.needed(
        "CreateStack",
        StackName="net",
        TemplateURL="https://b.s3.amazonaws.com/k",
        Tags=[{"Key": "lob", "Value": "a"}],
    )

    assert needed.context == {
        "cloudformation:TemplateUrl": "https://b.s3.amazonaws.com/k",
        "aws:RequestTag/lob": "a",
        "aws:TagKeys": ("lob",),
    }


@pytest.mark.parametrize(
    "tags",
    [
        [{"Key": "aws:x", "Value": "1"}],
        [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}],
        [{"Key": f"k{number}", "Value": "1"} for number in range(51)],
    ],
    ids=["reserved", "twice", "too many"],
)
async def test_tags_nobody_can_have(formation: Formation, tags: list[dict[str, str]]) -> None:
    refused = await formation.refusal(
        "CreateStack", StackName="net", TemplateBody=text(chain("A")), Tags=tags
    )

    assert refused.code == "ValidationError"


async def test_what_is_under_way_ends_with_the_emulation(formation: Formation) -> None:
    formation.world.held["A"] = asyncio.Event()
    await formation.ask("CreateStack", StackName="net", TemplateBody=text(chain("A")))
    await asyncio.sleep(0)

    await formation.service.close()

    assert (await formation.described())["StackStatus"] == "CREATE_IN_PROGRESS"


async def test_tags_go_where_a_kind_has_them() -> None:
    world = World()
    properties = frozenset({"Name", "UserPoolTags", "HostedZoneTags"})
    formation = Formation({**kinds_of(world), THING: FakeKind(world, THING, properties)})

    await formation.create(
        things(A=thing("A", UserPoolTags={"own": "1"})), Tags=[{"Key": "lob", "Value": "a"}]
    )

    assert world.named("A")["UserPoolTags"] == {"lob": "a", "own": "1"}
    assert world.named("A")["HostedZoneTags"] == [{"Key": "lob", "Value": "a"}]
