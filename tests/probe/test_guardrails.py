"""Organisation policies, read level by level from the emulated organisation."""

import json
from typing import Any

import pytest

from studiogate.errors import Absent, Denied
from studiogate.local.iam.accounts import MANAGEMENT
from studiogate.probe.documents import Documents
from studiogate.probe.guardrails import Guardrails
from studiogate.reach.estate import Levels
from tests.kit.front import LOB_A, LOB_B, SHARED, World, deny, policy

FULL = "FullAWSAccess"


def guardrails(org: World) -> Guardrails:
    return Guardrails(org.client("organizations"), Documents())


def names(levels: Levels | None) -> list[list[str]]:
    assert levels is not None
    return [[one.name for one in level] for level in levels]


def test_levels_go_from_the_root_to_the_account(org: World) -> None:
    assert names(guardrails(org).scps(SHARED)) == [[FULL], [FULL]]


def test_a_unit_on_the_way_is_a_level_of_its_own(org: World) -> None:
    organizations = org.client("organizations")
    (root,) = organizations.list_roots()["Roots"]
    unit = organizations.create_organizational_unit(ParentId=root["Id"], Name="lobs")
    place = unit["OrganizationalUnit"]["Id"]
    organizations.move_account(
        AccountId=LOB_B, SourceParentId=root["Id"], DestinationParentId=place
    )
    made = _made(organizations, "no-studio", policy(deny("sagemaker:*")))
    organizations.attach_policy(PolicyId=made, TargetId=place)
    try:
        found = guardrails(org)

        assert names(found.scps(LOB_B)) == [[FULL], [FULL, "no-studio"], [FULL]]
        assert names(found.scps(LOB_A)) == [[FULL], [FULL]]
    finally:
        organizations.detach_policy(PolicyId=made, TargetId=place)
        organizations.move_account(
            AccountId=LOB_B, SourceParentId=place, DestinationParentId=root["Id"]
        )


def test_the_management_account_is_under_none(org: World) -> None:
    assert guardrails(org).scps(MANAGEMENT) is None
    assert guardrails(org).rcps(MANAGEMENT) == ()


def test_resource_policies_count_while_they_are_switched_on(org: World) -> None:
    organizations = org.client("organizations")
    (root,) = organizations.list_roots()["Roots"]
    type_ = {"RootId": root["Id"], "PolicyType": "RESOURCE_CONTROL_POLICY"}

    assert names(guardrails(org).rcps(LOB_A)) == [["RCPFullAWSAccess"]] * 2
    organizations.disable_policy_type(**type_)
    try:
        assert guardrails(org).rcps(LOB_A) == ()
    finally:
        organizations.enable_policy_type(**type_)


def test_an_account_of_somebody_else_is_absent_and_not_unguarded(org: World) -> None:
    with pytest.raises(Absent):
        guardrails(org).scps("999999999999")


def test_who_may_not_look_is_refused(org: World) -> None:
    found = Guardrails(org.admin(LOB_A, "organizations"), Documents())

    with pytest.raises(Denied):
        found.scps(LOB_A)


class Strange:
    """An organisation whose one guardrail is written in a language we do not read."""

    def can_paginate(self, _operation: str) -> bool:
        return False

    def describe_organization(self) -> dict[str, Any]:
        return {"Organization": {"MasterAccountId": MANAGEMENT}}

    def list_roots(self) -> dict[str, Any]:
        on = [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]
        return {"Roots": [{"Id": "r-1", "PolicyTypes": on}]}

    def list_parents(self, **_asked: str) -> dict[str, Any]:
        return {"Parents": [{"Id": "r-1"}]}

    def list_policies_for_target(self, **_asked: str) -> dict[str, Any]:
        return {"Policies": [{"Id": "p-1", "Name": "odd"}]}

    def describe_policy(self, **_asked: str) -> dict[str, Any]:
        statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
        odd = {"IpAddress": {"aws:VpcSourceIp": ""}}
        return {
            "Policy": {"Content": json.dumps({"Statement": [statement | {"Condition": odd}]})}
        }


def test_a_guardrail_that_cannot_be_read_is_named_and_denies_nothing() -> None:
    documents = Documents()

    levels = Guardrails(Strange(), documents).scps(LOB_A)

    assert names(levels) == [["odd (unread)"], ["odd (unread)"]]
    assert levels is not None
    assert [one.denies for level in levels for one in level] == [(), ()]
    assert [one.where for one in documents.unread] == [
        f"odd on SCP of {LOB_A}",
        "odd on SCP of r-1",
    ]


def _made(organizations: Any, name: str, content: str) -> str:
    made = organizations.create_policy(
        Name=name, Description="test", Type="SERVICE_CONTROL_POLICY", Content=content
    )
    return str(made["Policy"]["PolicySummary"]["Id"])
