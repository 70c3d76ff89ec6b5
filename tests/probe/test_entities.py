"""Who holds what, read from the emulated IAM, and from answers no emulation would give."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from studiogate.errors import Absent, Denied
from studiogate.policy.evaluate import Effect, verdict
from studiogate.policy.language import Kind
from studiogate.policy.request import Principal, Request
from studiogate.probe.documents import Documents
from studiogate.probe.entities import Entities, Managed
from studiogate.reach.estate import Holder
from tests.kit.front import LOB_A, World, allow, policy, root_of, trusting
from tests.kit.probe_iam import Iam, managed, role

LIST = policy(allow("sagemaker:ListDomains"))
SHUT = policy({"Effect": "Deny", "Action": "*", "Resource": "*"})


def read(iam: Any, documents: Documents | None = None) -> dict[str, Holder]:
    found = Entities(iam, LOB_A, managed=Managed(), documents=documents or Documents())
    return {one.name: one for one in found.holders()}


class TestAnAccount:
    """One with every kind of entity, behind the emulation's own policies."""

    def test_a_roles_inline_and_managed_policies_are_all_there(self, org: World) -> None:
        arn = org.role(LOB_A, trust=policy(trusting(root_of(LOB_A))), can=LIST, Path="/team/")
        name = arn.rpartition("/")[2]
        iam = org.admin(LOB_A, "iam")
        own = iam.create_policy(PolicyName=org.name("own"), PolicyDocument=SHUT)["Policy"]
        iam.create_policy_version(PolicyArn=own["Arn"], PolicyDocument=LIST, SetAsDefault=True)
        iam.attach_role_policy(RoleName=name, PolicyArn=own["Arn"])
        iam.attach_role_policy(
            RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
        )

        found = read(iam)[name]

        assert found.arn == arn
        assert {one.name for one in found.identity} == {
            "can", own["PolicyName"], "AmazonSageMakerFullAccess",
        }  # fmt: skip
        assert _says(found, "sagemaker:ListDomains") is Effect.ALLOWED
        assert _says(found, "sagemaker:CreatePresignedDomainUrl") is Effect.ALLOWED

    def test_the_version_in_force_counts_and_no_other(self, org: World) -> None:
        iam = org.admin(LOB_A, "iam")
        own = iam.create_policy(PolicyName=org.name("own"), PolicyDocument=LIST)["Policy"]
        iam.create_policy_version(PolicyArn=own["Arn"], PolicyDocument=SHUT, SetAsDefault=True)
        name = org.role(LOB_A, trust=policy(trusting(root_of(LOB_A)))).rpartition("/")[2]
        iam.attach_role_policy(RoleName=name, PolicyArn=own["Arn"])

        assert _says(read(iam)[name], "sagemaker:ListDomains") is Effect.DENIED

    def test_a_boundary_and_tags_come_with_the_role(self, org: World) -> None:
        bound = "arn:aws:iam::aws:policy/ReadOnlyAccess"
        arn = org.role(
            LOB_A,
            trust=policy(trusting(root_of(LOB_A))),
            tags={"team": "ml"},
            PermissionsBoundary=bound,
        )

        found = read(org.admin(LOB_A, "iam"))[arn.rpartition("/")[2]]

        assert found.boundary is not None
        assert (found.boundary.name, found.boundary.kind) == ("ReadOnlyAccess", Kind.BOUNDARY)
        assert found.tags == {"team": "ml"}

    def test_a_user_holds_what_their_groups_hold(self, org: World) -> None:
        iam = org.admin(LOB_A, "iam")
        user, group = org.name("user"), org.name("group")
        iam.create_user(UserName=user)
        iam.create_group(GroupName=group)
        iam.put_group_policy(GroupName=group, PolicyName="inline", PolicyDocument=LIST)
        iam.attach_group_policy(
            GroupName=group, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
        )
        iam.add_user_to_group(GroupName=group, UserName=user)

        found = read(iam)[user]

        assert (found.kind, found.trust) == ("user", None)
        assert [one.name for one in found.identity] == ["inline", "AdministratorAccess"]

    def test_who_may_not_look_is_refused_and_not_told_that_there_is_nobody(
        self, org: World
    ) -> None:
        iam = org.admin(LOB_A, "iam")
        user = org.name("user")
        iam.create_user(UserName=user)
        keys = iam.create_access_key(UserName=user)["AccessKey"]

        with pytest.raises(Denied, match="GetAccountAuthorizationDetails"):
            read(org.client("iam", keys | {"SessionToken": None}))


def test_a_document_that_cannot_be_read_is_named_and_may_allow_everything() -> None:
    strange = {"Statement": [{"Effect": "Permit", "Action": "*", "Resource": "*"}]}
    documents = Documents()
    page = {"RoleDetailList": [role(RolePolicyList=[_inline("odd", strange)])]}

    found = read(Iam(page), documents)["x"]

    assert _says(found, "sagemaker:CreatePresignedDomainUrl") is Effect.ALLOWED
    (unread,) = documents.unread
    assert unread.where == f"odd on role x of {LOB_A}"
    assert "Permit" in unread.what
    assert unread.remedy


def test_a_deny_that_cannot_be_read_denies_nothing() -> None:
    odd = {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": 3}]}
    good = json.loads(LIST)
    page = {"RoleDetailList": [role(RolePolicyList=[_inline("odd", odd), _inline("a", good)])]}

    assert _says(read(Iam(page))["x"], "sagemaker:ListDomains") is Effect.ALLOWED


def test_a_trust_policy_that_cannot_be_read_may_let_anybody_in() -> None:
    documents = Documents()
    page = {"RoleDetailList": [role(AssumeRolePolicyDocument="%7Bnot json")]}

    found = read(Iam(page), documents)["x"]

    stranger = Principal("user", "arn:aws:iam::999999999999:user/eve", "999999999999")
    request = Request("sts:AssumeRole", found.arn, stranger)
    assert found.trust is not None
    assert verdict([found.trust], request).effect is Effect.ALLOWED
    assert len(documents.unread) == 1


def test_a_document_that_is_still_url_encoded_is_read_all_the_same() -> None:
    documents = Documents()
    page = {"RoleDetailList": [role(RolePolicyList=[_inline("a", quote(LIST))])]}

    found = read(Iam(page), documents)["x"]

    assert _says(found, "sagemaker:ListDomains") is Effect.ALLOWED
    assert _says(found, "sagemaker:CreatePresignedDomainUrl") is Effect.SILENT
    assert documents.unread == ()


def test_every_page_counts_and_a_policy_may_come_after_its_role() -> None:
    arn = f"arn:aws:iam::{LOB_A}:policy/late"
    attached = [{"PolicyName": "late", "PolicyArn": arn}]
    pages: list[dict[str, list[dict[str, Any]]]] = [
        {"RoleDetailList": [role("a", AttachedManagedPolicies=attached)]},
        {"RoleDetailList": [role("b")], "Policies": [managed(arn, json.loads(LIST))]},
    ]

    found = read(Iam(*pages))

    assert found.keys() == {"a", "b"}
    assert _says(found["a"], "sagemaker:ListDomains") is Effect.ALLOWED


def test_a_policy_that_aws_names_and_does_not_hand_out_may_allow_everything() -> None:
    documents = Documents()
    attached = [{"PolicyName": "gone", "PolicyArn": f"arn:aws:iam::{LOB_A}:policy/gone"}]
    page = {"RoleDetailList": [role(AttachedManagedPolicies=attached)]}

    found = read(Iam(page), documents)["x"]

    assert _says(found, "sagemaker:ListDomains") is Effect.ALLOWED
    assert [one.where for one in documents.unread] == [f"gone on role x of {LOB_A}"]


def test_an_aws_policy_that_is_not_there_ends_the_reading() -> None:
    attached = [{"PolicyName": "No", "PolicyArn": "arn:aws:iam::aws:policy/No"}]
    page = {"RoleDetailList": [role(AttachedManagedPolicies=attached)]}

    with pytest.raises(Absent):
        read(Iam(page))


def _inline(name: str, document: Any) -> dict[str, Any]:
    return {"PolicyName": name, "PolicyDocument": document}


def _says(holder: Holder, action: str) -> Effect:
    session = f"arn:aws:sts::{LOB_A}:assumed-role/{holder.name}/s"
    who = Principal("assumed-role", session, LOB_A, holder.arn)
    on = f"arn:aws:sagemaker:eu-west-1:{LOB_A}:user-profile/d-1/ann"
    return verdict(holder.identity, Request(action, on, who)).effect
