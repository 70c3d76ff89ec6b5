"""Domains and roles of a lob: private, named after people, and kept."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from studiogate import names
from studiogate.foundation.after import named_sessions
from studiogate.foundation.stacks import Output
from studiogate.foundation.templates.access import access
from studiogate.foundation.templates.studio import drawn, kept, studio
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.language import Kind, parse
from studiogate.policy.request import ContextValue, Principal, Request
from tests.kit.lob_stacks import TEXTS, Stood, stood
from tests.kit.templates import of_type, resolved

everywhere = pytest.mark.parametrize("name", TEXTS)
ONE = ("forecasting",)
TOLD = {
    "HubCidr": "10.0.0.0/16",
    "NameOfDomainForecasting": "forecasting",
    "VpcIdForecasting": "vpc-0123456789abcdef0",
    "SubnetIdsForecasting": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
    "VpcCidrForecasting": "10.100.0.0/16",
    "LandingUriForecasting": "app:JupyterLab:",
    "S3PrefixListId": "pl-6da54004",
}


def domains(known: Stood) -> list[Mapping[str, Any]]:
    return [
        one
        for template in known.templates.values()
        for one in of_type(template, "AWS::SageMaker::Domain").values()
    ]


@everywhere
def test_s1_05_s1_08_s3_03_every_domain_is_private_and_its_sessions_have_a_name(
    name: str,
) -> None:
    known = stood(name)

    found = domains(known)
    assert {one["DomainName"] for one in found} == set(known.landscape.domains)
    for one in found:
        declared = known.landscape.domains[one["DomainName"]]
        assert (one["AuthMode"], one["AppNetworkAccessType"]) == ("IAM", "VpcOnly")
        settings = one["DomainSettings"]
        assert settings["ExecutionRoleIdentityConfig"] == "USER_PROFILE_NAME"
        assert (len(settings) == 1) is (declared.rstudio is None)
        assert one["DefaultUserSettings"]["DefaultLandingUri"] == declared.landing
        assert one["DefaultUserSettings"]["StudioWebPortal"] == "ENABLED"
        assert one["KmsKeyId"].startswith("Key-")


GROUPS = {"AppsForecasting.GroupId": "sg-a", "PeersForecasting.GroupId": "sg-b"}


def apps(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """The group that says what apps may."""
    return of_type(template, "AWS::EC2::SecurityGroup")["AppsForecasting"]


def egress(template: Mapping[str, Any]) -> set[tuple[str, int, str]]:
    """What the apps reach: protocol, port, and addresses."""
    return {
        (one["IpProtocol"], one["FromPort"], one["CidrIp"])
        for one in apps(template)["SecurityGroupEgress"]
        if "CidrIp" in one
    }


def test_s1_27_apps_reach_one_another_their_homes_the_hub_and_nothing_else() -> None:
    found = resolved(studio(ONE).text, TOLD, GROUPS)

    assert egress(found) == {
        ("tcp", 443, "10.0.0.0/16"),
        ("tcp", 2049, "10.100.0.0/16"),
        ("tcp", 53, "10.100.0.0/16"),
        ("udp", 53, "10.100.0.0/16"),
    }
    for kind, end in (("Ingress", "Source"), ("Egress", "Destination")):
        among = [
            one for one in apps(found)[f"SecurityGroup{kind}"] if f"{end}SecurityGroupId" in one
        ]
        assert {(one["FromPort"], one["ToPort"]) for one in among} == {
            (2049, 2049),
            (8192, 65535),
        }
        assert {one[f"{end}SecurityGroupId"] for one in among} == {"sg-b"}


def test_apps_are_in_both_groups_and_being_an_app_opens_nothing_by_itself() -> None:
    found = resolved(studio(ONE).text, TOLD, GROUPS)

    (domain,) = of_type(found, "AWS::SageMaker::Domain").values()
    groups = domain["DefaultUserSettings"]["SecurityGroups"]
    assert groups == ["sg-a", "sg-b"]
    peers = of_type(found, "AWS::EC2::SecurityGroup")["PeersForecasting"]
    assert "SecurityGroupIngress" not in peers
    assert [one["CidrIp"] for one in peers["SecurityGroupEgress"]] == ["127.0.0.1/32"]


@everywhere
def test_no_group_has_rules_in_two_places_and_no_role_an_empty_list(name: str) -> None:
    for template in stood(name).templates.values():
        assert not of_type(template, "AWS::EC2::SecurityGroupIngress")
        assert not of_type(template, "AWS::EC2::SecurityGroupEgress")
        roles = of_type(template, "AWS::IAM::Role").values()
        assert all(one["Policies"] for one in roles if "Policies" in one)


def test_s1_04_apps_of_a_vpc_with_a_way_out_reach_libraries() -> None:
    found = resolved(studio(ONE, egress=(True,)).text, TOLD)

    assert ("tcp", 443, "0.0.0.0/0") in egress(found)


def test_apps_reach_the_warehouse_that_their_lob_reads() -> None:
    found = resolved(studio(ONE, warehouses=1).text, TOLD | {"WarehouseCidr1": "10.200.0.0/16"})

    assert ("tcp", 5439, "10.200.0.0/16") in egress(found)


def test_s3_15_buckets_are_reached_by_their_prefix_list() -> None:
    rules = apps(resolved(studio(ONE).text, TOLD))["SecurityGroupEgress"]

    to_s3 = [one for one in rules if "DestinationPrefixListId" in one]
    assert [(one["DestinationPrefixListId"], one["FromPort"]) for one in to_s3] == [
        ("pl-6da54004", 443)
    ]


def test_what_cannot_be_made_again_outlives_a_replacement() -> None:
    found = resolved(studio(ONE).text, TOLD)["Resources"]

    assert kept(("a-1", "b")) == ("Key", "DomainAX1", "DomainB")
    assert {found[one]["UpdateReplacePolicy"] for one in kept(ONE)} == {"Retain"}
    assert found["Key"]["Properties"]["PendingWindowInDays"] == 30


def key_says(
    action: str, context: dict[str, ContextValue], who: str = "StudioExecution"
) -> bool:
    found = resolved(studio(ONE).text, TOLD, {"ExecutionRole.Arn": _role("StudioExecution")})
    policy = parse(found["Resources"]["Key"]["Properties"]["KeyPolicy"], kind=Kind.RESOURCE)
    principal = Principal(
        kind="assumed-role",
        arn=f"arn:aws:sts::111111111111:assumed-role/{who}/ada",
        account="111111111111",
        role_arn=_role(who),
    )
    question = Request(action, "arn:aws:kms:eu-west-1:111111111111:key/1", principal, context)
    return decide(Layers(resource=policy), question).allowed


def _role(name: str) -> str:
    return names.role_arn("eu-west-1", "111111111111", name)


def test_notebooks_use_their_key_through_services_and_never_by_themselves() -> None:
    by_service: dict[str, ContextValue] = {"kms:ViaService": "ec2.eu-west-1.amazonaws.com"}
    granted: dict[str, ContextValue] = {**by_service, "kms:GrantIsForAWSResource": "true"}

    assert key_says("kms:Decrypt", by_service)
    assert not key_says("kms:Decrypt", {})
    assert key_says("kms:CreateGrant", granted)
    assert not key_says("kms:CreateGrant", by_service)
    assert not key_says("kms:PutKeyPolicy", granted)
    assert not key_says("kms:ScheduleKeyDeletion", granted)


def test_sessions_are_called_like_their_people_by_a_call_of_their_own() -> None:
    known = stood("two-lobs").plan.domain_id("forecasting")

    (one,) = named_sessions([known])

    assert one.stack == known.stack == stood("two-lobs").plan.studio_key("lob-a")
    assert one.about == {"DomainId": Output(known.stack, "DomainIdForecasting")}
    settings = one.wanted["DefaultUserSettings"]["StudioWebPortalSettings"]
    assert settings == {"ExecutionRoleSessionNameMode": "USER_IDENTITY"}


@everywhere
def test_every_stack_is_told_all_it_has_to_know_and_nothing_else(name: str) -> None:
    known = stood(name)

    # `standing` refuses what is missing, unknown or of another form.
    keys = {key.name for key in known.templates}
    lobs = [lob for lob, groups in known.plan.opens.items() if groups]
    assert sum(key.name == "studiogate-studio" for key in known.templates) == len(lobs)
    assert "studiogate-endpoints" in keys


def test_s2_45_a_shape_is_one_template_whoever_it_is_for() -> None:
    assert access((1,)) is access((1,))
    assert studio(ONE) is studio(ONE)
    more: dict[str, Any] = {"egress": (True, False), "warehouses": 1, "by_endpoint": True}
    more |= {"scripts": ("a", "b"), "rstudio": (("ConnectUrl",), None)}
    two = studio(("b-1", "a"), **more)
    whole = drawn(("BX1", "A"), **more)
    assert yaml.safe_load(two.text) == yaml.safe_load(whole.text)
    assert (two.parameters, two.outputs) == (whole.parameters, whole.outputs)
    assert access((1, 2)).text != access((2, 1)).text
