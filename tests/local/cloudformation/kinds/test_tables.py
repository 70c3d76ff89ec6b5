"""No property, parameter or member of an answer is made up: AWS's own schemas and models say so."""

from collections.abc import Mapping
from typing import Any

import pytest
from jsonschema import Draft7Validator

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kinds.all import KINDS
from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import Turn
from tests.kit.kinds import NAMING, Modelled, schema, top_level
from tests.kit.kinds_examples import EXAMPLES

OURS = {name: kind for name, kind in KINDS.items() if isinstance(kind, ApiKind)}
each_kind = pytest.mark.parametrize("name", sorted(KINDS))
each_example = pytest.mark.parametrize("name", sorted(EXAMPLES))

NEVER_IN_A_STACK = {
    "AWS::Cognito::UserPoolClient": {"ClientSecret"},
    "AWS::EC2::Instance": {"State"},
    "AWS::EC2::NatGateway": {"AutoProvisionZones", "AutoScalingIps", "EniId", "RouteTableId"},
    "AWS::EC2::Subnet": {
        "BlockPublicAccessStates",
        "Ipv6CidrBlocks",
        "NetworkAclAssociationId",
    },
    "AWS::EC2::VPC": {"Ipv6CidrBlocks"},
    "AWS::IAM::ManagedPolicy": {
        "AttachmentCount",
        "CreateDate",
        "IsAttachable",
        "PermissionsBoundaryUsageCount",
        "UpdateDate",
    },
    "AWS::Lambda::Function": {"SnapStartResponse"},
    "AWS::Redshift::Cluster": {"DeferMaintenanceIdentifier"},
    "AWS::Redshift::EndpointAccess": {"VpcEndpoint"},
    "AWS::RedshiftServerless::Namespace": {"Namespace"},
    "AWS::S3::Bucket": {"DualStackDomainName", "WebsiteURL"},
}
"""Attributes AWS has and this does not: nobody here asks for them, and one is a secret."""

EXCLUDED = {
    "AWS::EC2::Route": "DestinationIpv6CidrBlock DestinationPrefixListId",
    "AWS::EC2::SecurityGroupEgress": (
        "CidrIpv6 DestinationPrefixListId DestinationSecurityGroupId"
    ),
    "AWS::EC2::SecurityGroupIngress": (
        "CidrIpv6 SourcePrefixListId SourceSecurityGroupId SourceSecurityGroupOwnerId"
    ),
}
"""Properties that cannot stand beside another one of the example."""

NEVER_WITHOUT = {
    "AWS::EC2::VPCGatewayAttachment": {"InternetGatewayId"},
    "AWS::IAM::RolePolicy": {"PolicyDocument"},
}
"""Properties a template may leave out only in name: the call refuses that."""

SHOWN: Mapping[str, Mapping[str, Any]] = {
    "AWS::EC2::Route": {
        "DescribeRouteTables": {
            "RouteTables": [{"Routes": [{"DestinationCidrBlock": "10.9.0.0/16"}]}]
        }
    },
    "AWS::ApiGateway::GatewayResponse": {"GetGatewayResponse": {"defaultResponse": False}},
    "AWS::EC2::VPCDHCPOptionsAssociation": {
        "DescribeVpcs": {"Vpcs": [{"DhcpOptionsId": "dopt-0a1b2c3d"}]}
    },
    "AWS::Logs::LogGroup": {
        "DescribeLogGroups": {"logGroups": [{"logGroupName": "/studiogate/gateway"}]}
    },
}
"""Answers that have to be about the very resource."""

BEFORE: Mapping[str, Mapping[str, Any]] = {
    "AWS::CloudWatch::Alarm": {"DescribeAlarms": {}},
    "AWS::S3::BucketPolicy": {
        "GetBucketPolicy": ApiError("NoSuchBucketPolicy", "The bucket policy does not exist")
    },
}
"""Answers about what is not there yet."""


@each_kind
def test_every_property_is_one_that_aws_has_and_lets_a_template_give(name: str) -> None:
    published, kind = schema(name), KINDS[name]
    given = set(published["properties"]) - top_level(published.get("readOnlyProperties", []))

    assert kind.name == name
    assert kind.properties <= given


@each_kind
def test_what_is_required_and_what_replaces_is_what_aws_says(name: str) -> None:
    published, kind = schema(name), KINDS[name]
    replacing = top_level(published.get("createOnlyProperties", []))
    perhaps = top_level(published.get("conditionalCreateOnlyProperties", []))

    assert kind.required == set(published.get("required", []))
    assert kind.replaced_by <= replacing | perhaps
    assert replacing & kind.properties <= kind.replaced_by


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_property_has_an_answer_to_what_a_change_of_it_does(name: str) -> None:
    kind = OURS[name]
    changed = frozenset[str]().union(*(step.about for step in kind.steps))

    assert kind.properties == changed | kind.replaced_by | kind.inert | kind.fixed
    assert not kind.fixed & changed


def test_every_kind_written_here_has_an_example_with_all_its_properties() -> None:
    assert set(EXAMPLES) <= set(OURS)
    for name, example in EXAMPLES.items():
        assert set(example) == OURS[name].properties, name


@each_example
def test_the_example_is_a_resource_that_aws_would_take(name: str) -> None:
    """So that the names inside properties, too, are AWS's own."""
    published = schema(name)
    resource = {
        "type": "object",
        "properties": _plain(published["properties"]),
        "required": list(published.get("required", [])),
        "additionalProperties": False,
        "definitions": _plain(published.get("definitions", {})),
    }

    found = [
        error.message
        for error in Draft7Validator(resource).iter_errors(dict(EXAMPLES[name]))
        if error.validator in {"additionalProperties", "required", "type"}
        # CloudFormation takes numbers and flags as text.
        and not isinstance(error.instance, str)
    ]

    assert found == []


@each_example
async def test_creating_asks_for_nothing_that_is_not_in_the_models(name: str) -> None:
    cloud = _cloud(name)

    made = await OURS[name].create(cloud, _possible(name), NAMING)

    assert made.physical_id
    assert cloud.asked


@each_example
async def test_every_attribute_of_aws_has_a_value(name: str) -> None:
    published = top_level(schema(name).get("readOnlyProperties", []))

    made = await OURS[name].create(_cloud(name), _possible(name), NAMING)

    assert published - NEVER_IN_A_STACK.get(name, set()) <= set(made.attributes)
    assert all(made.attributes.values())


@each_example
async def test_changing_any_property_that_can_change_is_a_call_the_models_have(
    name: str,
) -> None:
    kind, example = OURS[name], _possible(name)
    made = await kind.create(_cloud(name), example, NAMING)

    settled = kind.replaced_by | kind.fixed | kind.inert | NEVER_WITHOUT.get(name, set())
    for changed in sorted(example.keys() - settled):
        without = {key: value for key, value in example.items() if key != changed}
        for before, wanted in ((example, without), (without, example)):
            if kind.required <= wanted.keys() and kind.required <= before.keys():
                after = await kind.update(_there(name), made, before, wanted)
                assert after.physical_id == made.physical_id


@each_example
async def test_deleting_asks_for_nothing_that_is_not_in_the_models(name: str) -> None:
    cloud, kind = _there(name), OURS[name]
    made = await kind.create(_cloud(name), _possible(name), NAMING)
    if kind.lingers:
        look = kind.looks[0]
        turn = Turn("", "", _possible(name), {}, made.physical_id, made.attributes)
        gone = ApiError(min(look.gone), "It is gone.")
        cloud.refusals[look.asks(turn).operation] = gone

    await kind.delete(cloud, made, _possible(name))

    assert cloud.asked or name == "AWS::ApiGateway::Account"


@each_example
async def test_drift_is_told_about_the_properties_that_were_asked_for(name: str) -> None:
    kind, example = OURS[name], _possible(name)
    made = await kind.create(_cloud(name), example, NAMING)

    try:
        found = await kind.live(_there(name), made, example)
    except NotImplementedError:
        assert name in {"AWS::KMS::Alias", "AWS::Lambda::Permission", "AWS::Lambda::Version"}
        return

    assert found is not None
    assert found.keys() == example.keys()


def _cloud(name: str) -> Modelled:
    """Before the resource is made."""
    cloud = _there(name)
    cloud.first.update(BEFORE.get(name, {}))
    return cloud


def _there(name: str) -> Modelled:
    """With the resource in it."""
    return Modelled(answers=dict(SHOWN.get(name, {})))


def _plain(node: Any) -> Any:
    """A schema without its patterns, of which Python's are another dialect."""
    if isinstance(node, Mapping):
        left_out = {"pattern"}
        if "patternProperties" in node:
            left_out |= {"patternProperties", "additionalProperties"}
        return {key: _plain(one) for key, one in node.items() if key not in left_out}
    return [_plain(one) for one in node] if isinstance(node, list) else node


def _possible(name: str) -> Mapping[str, Any]:
    """The example without the properties that exclude one another."""
    left_out = EXCLUDED.get(name, "").split()
    return {key: value for key, value in EXAMPLES[name].items() if key not in left_out}
