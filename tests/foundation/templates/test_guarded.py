"""Guardrails over many accounts, and who reads a warehouse."""

import json
from ipaddress import IPv4Network

import yaml

from studiogate import names
from studiogate.foundation.stacks import MANAGEMENT
from studiogate.foundation.templates.guardrails import TOGETHER, guardrails
from studiogate.landscape.read import read
from studiogate.policy import sizes
from studiogate.topology.attached import MOST_TARGETS
from tests.kit.large import large
from tests.kit.lob_stacks import stood
from tests.kit.templates import of_type, outputs, resolved

TOLD = {
    "VpceSagemakerApi": "vpce-0123456789abcdef0",
    "VpceStudio": "vpce-0123456789abcdef1",
    "HubVpcId": "vpc-0123456789abcdef0",
}


def test_many_accounts_are_spread_over_policies_and_templates() -> None:
    landscape = read(large(950, people=0, promises=False))

    found = [resolved(one.text, TOLD) for one in guardrails(landscape)]

    assert len(found) == -(-950 // (MOST_TARGETS * TOGETHER))
    policies = [
        one
        for template in found
        for one in of_type(template, "AWS::Organizations::Policy").values()
    ]
    assert len({one["Name"] for one in policies}) == len(policies)
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        over = [
            account for one in policies if one["Type"] == kind for account in one["TargetIds"]
        ]
        assert sorted(over) == sorted(
            landscape.accounts[lob.account] for lob in landscape.lobs.values()
        )
    assert max(len(json.dumps(one["Content"])) for one in policies) <= sizes.GUARDRAIL


def test_organizations_is_asked_for_one_change_at_a_time() -> None:
    (first, *_) = guardrails(read(large(250, people=0, promises=False)))

    resources = yaml.safe_load(first.text)["Resources"]
    before = [one.get("DependsOn") for one in resources.values()]
    assert before == [None, *list(resources)[:-1]]


def test_a_landscape_without_lobs_has_no_guardrails() -> None:
    known = stood("nobody")

    assert [key for key in known.templates if key.account == MANAGEMENT] == []


def test_s1_13_s1_19_a_warehouse_is_read_by_its_lobs_roles_from_their_networks() -> None:
    known = stood("with a warehouse")
    (template,) = (
        one for key, one in known.templates.items() if key.name == "studiogate-warehouse-sales"
    )

    (role,) = of_type(template, "AWS::IAM::Role").values()
    assert role["RoleName"] == names.reader_role("sales", "lob-a")
    assert [one["PolicyName"] for one in role["Policies"]] == ["RedshiftROAPIUserAccess"]
    trusted = {
        one["Principal"]["AWS"][0] for one in role["AssumeRolePolicyDocument"]["Statement"]
    }
    assert trusted == {names.role_arn("eu-west-1", "222222222222", names.EXECUTION_ROLE)}
    (group,) = of_type(template, "AWS::EC2::SecurityGroup").values()
    assert {(one["FromPort"], one["ToPort"]) for one in group["SecurityGroupIngress"]} == {
        (5439, 5439)
    }
    (addresses,) = of_type(template, "AWS::EC2::PrefixList").values()
    assert [IPv4Network(one["Cidr"]) for one in addresses["Entries"]] == [
        IPv4Network("10.100.0.0/16")
    ]
    assert set(outputs(template)) == {"ReaderRoleArnLobA", "SecurityGroupId"}


def test_what_a_notebook_becomes_is_what_the_producer_made() -> None:
    known = stood("with a warehouse")

    made = {
        names.role_arn("eu-west-1", key.account, one["RoleName"])
        for key, template in known.templates.items()
        if key.name.startswith("studiogate-warehouse")
        for one in of_type(template, "AWS::IAM::Role").values()
    }
    becomes = {
        arn
        for template in known.templates.values()
        for one in of_type(template, "AWS::IAM::RolePolicy").values()
        if one["PolicyName"] == "ReadWarehouses"
        for statement in one["PolicyDocument"]["Statement"]
        for arn in statement["Resource"]
    }
    assert becomes == made
