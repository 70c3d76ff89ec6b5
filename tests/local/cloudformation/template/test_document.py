"""What a template declares, and where its references lead."""

from typing import Any

import pytest

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.template.document import Keep, document
from studiogate.local.cloudformation.template.references import check, needs
from tests.kit.cloudformation import text, thing, things


def refusal(template: Any) -> str:
    with pytest.raises(ApiError) as caught:
        check(document(text(template)))
    assert caught.value.code == "ValidationError"
    return caught.value.message


def test_a_template_is_read_as_it_is_declared() -> None:
    found = document(
        """
        AWSTemplateFormatVersion: 2010-09-09
        Description: One network
        Metadata: {owner: platform}
        Parameters:
          Cidrs: {Type: CommaDelimitedList, Description: Blocks}
        Mappings: {M: {a: {b: c}}}
        Conditions: {Always: !Equals [a, a]}
        Resources:
          Vpc:
            Type: AWS::EC2::VPC
            Condition: Always
            DependsOn: [Log]
            DeletionPolicy: RetainExceptOnCreate
            UpdateReplacePolicy: Retain
            Metadata: {why: data}
            Properties: {CidrBlock: !Select [0, !Ref Cidrs]}
          Log: {Type: AWS::Logs::LogGroup}
        Outputs:
          Id: {Value: !Ref Vpc, Export: {Name: vpc}, Condition: Always}
        """
    )

    check(found)
    vpc = found.resources["Vpc"]
    assert (vpc.depends_on, vpc.condition) == (("Log",), "Always")
    assert (vpc.deletion, vpc.replacement) == (Keep.RETAIN_EXCEPT_ON_CREATE, Keep.RETAIN)
    assert found.outputs["Id"].export == "vpc"
    assert found.parameters["Cidrs"].is_list
    assert found is document(found.text)


def test_who_needs_whom_follows_from_references_and_depends_on() -> None:
    template = things(
        A=thing("A"),
        B=thing("B", "A"),
        C=thing("C", Colour={"Fn::Sub": "${B.Arn}"}),
        D=thing("D") | {"DependsOn": ["A", "C"]},
    )

    assert needs(document(text(template)), {}) == {
        "A": frozenset(),
        "B": {"A"},
        "C": {"B"},
        "D": {"A", "C"},
    }


@pytest.mark.parametrize(("holds", "needed"), [(True, {"A"}), (False, set())])
def test_only_the_branch_that_is_taken_is_needed(holds: bool, needed: set[str]) -> None:  # noqa: FBT001 - a table
    template = things(
        A=thing("A"), B=thing("B", Colour={"Fn::If": ["Yes", {"Ref": "A"}, "none"]})
    )

    assert needs(document(text(template)), {"Yes": holds})["B"] == needed


def test_a_resource_whose_condition_fails_is_not_there() -> None:
    template = things(
        A=thing("A") | {"Condition": "Yes"},
        B=thing("B", Colour={"Fn::If": ["Yes", {"Ref": "A"}, "none"]}) | {"DependsOn": "A"},
        C=thing("C", "A"),
    )
    found = document(text(template))

    with pytest.raises(ApiError) as caught:
        needs(found, {"Yes": False})

    assert caught.value.message == (
        "Template format error: Unresolved resource dependencies [A] in the Resources block of "
        "the template"
    )
    assert needs(found, {"Yes": True})["B"] == {"A"}


def test_a_circle_is_named() -> None:
    template = things(
        A=thing("A", "C"), B=thing("B", "A"), C=thing("C", "B"), D=thing("D", "A")
    )

    with pytest.raises(ApiError) as caught:
        needs(document(text(template)), {})

    assert caught.value.message == "Circular dependency between resources: [A, B, C]"


GOOD = things(A=thing("A"))


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ({"Resources": {}}, "Template format error: At least one Resources member must be defined."),
        (GOOD | {"Resource": {}}, "Invalid template property or properties [Resource]"),
        (GOOD | {"Transform": "AWS::Serverless-2016-10-31"}, "The template section Transform is not offered by this emulation of CloudFormation."),
        (GOOD | {"Rules": {}}, "The template section Rules is not offered by this emulation of CloudFormation."),
        (GOOD | {"AWSTemplateFormatVersion": "2020-01-01"}, "Template format error: unsupported value for AWSTemplateFormatVersion."),
        (GOOD | {"Description": "x" * 1_025}, "Template format error: 'Description' length is greater than 1024."),
        (GOOD | {"Outputs": {"A": {"Value": None}}}, "[/Outputs/A/Value] 'null' values are not allowed in templates"),
        ({"Resources": {"my-vpc": thing("A")}}, "Template format error: Resource name my-vpc is non alphanumeric."),
        ({"Resources": {"A": {"Properties": {}}}}, "Template format error: [/Resources/A] Every Resources object must contain a Type member."),
        ({"Resources": {"A": thing("A") | {"Depends": "B"}}}, "Template format error: Invalid template resource property 'Depends'"),
        ({"Resources": {"A": thing("A") | {"UpdatePolicy": {}}}}, "The attribute UpdatePolicy of resource A is not offered by this emulation of CloudFormation."),
        ({"Resources": {"A": thing("A") | {"UpdateReplacePolicy": "RetainExceptOnCreate"}}}, "Template error: Every UpdateReplacePolicy member must be one of [Delete, Retain, Snapshot]."),
        ({"Resources": {"A": thing("A") | {"DeletionPolicy": "Keep"}}}, "Template error: Every DeletionPolicy member must be one of [Delete, Retain, RetainExceptOnCreate, Snapshot]."),
        (things(**{f"T{n}": thing("T") for n in range(501)}), "Template format error: Number of resources, 501, is greater than maximum allowed, 500"),
        (GOOD | {"Outputs": {f"O{n}": {"Value": "x"} for n in range(201)}}, "Template format error: Number of outputs, 201, is greater than maximum allowed, 200"),
        (GOOD | {"Parameters": {f"P{n}": {"Type": "String"} for n in range(201)}}, "Template format error: Number of parameters, 201, is greater than maximum allowed, 200"),
        (GOOD | {"Parameters": {"P": {"Default": "x"}}}, "Template format error: Every Parameters object must contain a Type member."),
        (GOOD | {"Parameters": {"P": {"Type": "Text"}}}, "Template format error: Unrecognized parameter type: Text"),
        (GOOD | {"Outputs": {"A": {"Description": "x"}}}, "Template format error: Every Outputs member must contain a Value object. (A)"),
        (things(A=thing("A", "B")), "Template format error: Unresolved resource dependencies [B] in the Resources block of the template"),
        (things(A=thing("A", Colour={"Fn::Sub": "${B}-${C}"})), "Template format error: Unresolved resource dependencies [B, C] in the Resources block of the template"),
        (things(A=thing("A") | {"DependsOn": "B"}), "Template format error: Unresolved resource dependencies [B] in the Resources block of the template"),
        (GOOD | {"Outputs": {"O": {"Value": {"Ref": "B"}}}}, "Template format error: Unresolved resource dependencies [B] in the Outputs block of the template"),
        (things(A=thing("A", Colour={"Fn::GetAtt": ["B", "Arn"]})), "Template error: instance of Fn::GetAtt references undefined resource B"),
        (GOOD | {"Conditions": {"C": {"Fn::Equals": [{"Ref": "A"}, "x"]}}}, "Template error: Unresolved dependencies [A]. Cannot reference resources in the Conditions block of the template"),
        (things(A=thing("A") | {"Condition": "Nope"}), "Template error: Unresolved condition dependency Nope."),
        (things(A=thing("A", Colour={"Fn::If": ["Nope", 1, 2]})), "Template error: Unresolved condition dependency Nope."),
        (things(A=thing("A", Colour={"Fn::Nope": 1})), "Template error: Fn::Nope is no intrinsic function."),
    ],
)  # fmt: skip
def test_a_template_that_is_wrong_is_refused_in_cloudformations_words(
    template: Any, said: str
) -> None:
    assert refusal(template) == said
