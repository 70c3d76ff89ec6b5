"""Templates compared as texts: what is the same is the same, and what differs is named."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from studiogate.deploy.plan import Act, Replaced
from studiogate.deploy.stack.difference import (
    added,
    changed,
    same_parameters,
    same_text,
    unsure_outputs,
)
from studiogate.deploy.stack.values import Values, domain_ids, told_homes, values
from studiogate.foundation.stacks import Artifact, Output, Stack, StackKey
from tests.kit.deploy import ENDPOINTS, HUB, VPC, acme, composed

KEY = StackKey(HUB, "studiogate-x")
TEXT = """\
Resources:
  A: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: {Ref: Cidr}, Name: a}}
  B: {Type: "AWS::EC2::Route", Properties: {To: {"Fn::Sub": "x-${Hub}"}, Of: {"Fn::GetAtt": [A, Id]}}}
Outputs:
  AId: {Value: {Ref: A}}
  BId: {Value: {"Fn::GetAtt": "B.Id"}}
"""


def test_equal_templates_may_be_written_in_two_ways() -> None:
    again = yaml.safe_dump(yaml.safe_load(TEXT))

    assert again != TEXT
    assert same_text(again, TEXT)
    assert not same_text(TEXT.replace("Name: a", "Name: b"), TEXT)
    assert not same_text(None, TEXT)


def test_a_parameter_that_is_masked_is_not_taken_for_the_same() -> None:
    assert same_parameters({"A": "1"}, {"A": "1"})
    assert not same_parameters({"A": "****"}, {"A": "****"})
    assert not same_parameters({"A": "1", "B": ""}, {"A": "1"})


def test_each_resource_that_differs_is_named_with_what_differs() -> None:
    wanted = TEXT.replace("Name: a", "Name: b").replace("  B:", "  C:")

    found = {one.resource: (one.act, one.what) for one in changed(TEXT, wanted, ())}

    assert found == {
        "A": (Act.MODIFY, ("Name",)),
        "B": (Act.REMOVE, ()),
        "C": (Act.ADD, ()),
    }


def test_a_parameter_that_may_differ_is_found_where_it_is_used() -> None:
    found = changed(TEXT, TEXT, ["Hub"])

    assert [(one.resource, one.what) for one in found] == [("B", ("To",))]
    assert found[0].replaced is Replaced.PERHAPS
    assert changed(TEXT, TEXT, ["Unused"]) == ()


def test_another_type_is_another_resource() -> None:
    (found,) = changed(TEXT, TEXT.replace("EC2::VPC", "EC2::Subnet"), ())

    assert (found.replaced, found.what) == (Replaced.YES, ("Type",))


def test_a_deletion_policy_is_a_difference_too() -> None:
    wanted = TEXT.replace("Name: a}}", "Name: a}, DeletionPolicy: Retain}")

    assert [one.what for one in changed(TEXT, wanted, ())] == [("DeletionPolicy",)]


def test_outputs_of_what_is_made_anew_are_not_known() -> None:
    assert unsure_outputs(TEXT, ["A"]) == {"AId"}
    assert unsure_outputs(TEXT, ["B"]) == {"BId"}
    assert unsure_outputs(TEXT, []) == frozenset()


@given(st.text(max_size=40))
def test_whatever_somebody_deployed_is_no_reason_to_break(text: str) -> None:
    assert {one.act for one in changed(text, VPC.text, ())} <= set(Act)
    assert len(added(VPC.text)) == 2


OTHER = StackKey(HUB, "studiogate-other")


def test_values_are_known_as_far_as_stacks_have_told() -> None:
    stack = Stack(
        KEY,
        ENDPOINTS,
        {
            "Plain": "text",
            "Told": Output(OTHER, "VpcId"),
            "Untold": Output(OTHER, "Nothing"),
            "Several": ("a", Output(OTHER, "VpcId")),
            "Partly": ("a", Output(OTHER, "Nothing")),
            "Bundle": Artifact("BundleKey"),
            "Empty": (),
        },
    )

    found = values(stack, {OTHER: {"VpcId": "vpc-1"}}, {"BundleKey": "k"})

    assert found == Values(
        {"Plain": "text", "Told": "vpc-1", "Several": "a,vpc-1", "Bundle": "k", "Empty": ""},
        ("Untold", "Partly"),
    )


def test_domains_are_found_by_their_names_and_homes_by_their_domains() -> None:
    stacks = composed(acme())
    studio = next(one for one in stacks if one.key.name == "studiogate-studio")
    told = {"DomainId1": "d-1", "HomeEfsFileSystemId1": "fs-1"}

    assert domain_ids(stacks, {studio.key: told}) == {"forecasting": "d-1"}
    assert told_homes(told) == {"d-1": "fs-1"}
    assert told_homes({"DomainId1": "d-1"}) == {}
