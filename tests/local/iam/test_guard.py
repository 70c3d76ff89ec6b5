"""Policy before every call: each layer can refuse, and says that it did."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.iam.models import iam_backends

from studiogate.landscape.model import INTERNET
from studiogate.local.call import Arrival, Caller, Needed
from studiogate.local.iam.accounts import MANAGEMENT
from studiogate.local.iam.sessions import NewSession
from studiogate.policy.language import Kind, parse
from tests.kit.front import LOB_A, LOB_B, REGION, World, allow, deny, policy, root_of, trusting

FROM_INTERNET = Arrival(INTERNET, "198.51.100.7", {"aws:SourceIp": "198.51.100.7"})
PROFILE = f"arn:aws:sagemaker:{REGION}:{LOB_A}:user-profile/d-abc123def456/ada"
PRESIGN = Needed("sagemaker:CreatePresignedDomainUrl", PROFILE)


def refusal(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def acting(org: World, can: str, *, door: str = "internet", **more: Any) -> Any:
    """An IAM client of a new role of lob-a that may do what `can` says."""
    arn = org.role(LOB_A, trust=policy(trusting(root_of(LOB_A))), can=can, **more)
    return org.client("iam", org.assume(arn, org.founded.explorers[LOB_A]), door=door)


def session(org: World, can: str, **more: Any) -> Caller:
    """A session of a new role of lob-a, as the guard sees it."""
    arn = org.role(LOB_A, trust=policy(trusting(root_of(LOB_A))), can=can)
    name = arn.rpartition("/")[2]
    role = iam_backends[LOB_A]["aws"].get_role(name)
    return org.sessions.of_role(NewSession(role, "ada", 3600, **more))


@contextmanager
def guardrail(org: World, document: str, target: str) -> Iterator[None]:
    """A service control policy, for as long as the block."""
    organizations = org.client("organizations")
    made = organizations.create_policy(
        Content=document, Description="", Name=org.name("scp"), Type="SERVICE_CONTROL_POLICY"
    )
    scp = made["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=scp, TargetId=target)
    try:
        yield
    finally:
        organizations.detach_policy(PolicyId=scp, TargetId=target)


class TestGuardrails:
    def test_a_deny_on_the_account_reaches_its_administrator(self, org: World) -> None:
        with guardrail(org, policy(deny("iam:ListUsers")), LOB_A):
            with pytest.raises(ClientError) as caught:
                org.admin(LOB_A, "iam").list_users()
            assert org.admin(LOB_B, "iam").list_users()["Users"]

        code, message = refusal(caught)
        assert code == "AccessDenied"
        assert message == (
            f"User: arn:aws:iam::{LOB_A}:user/explorer is not authorized to perform: "
            "iam:ListUsers on resource: * with an explicit deny in a service control policy"
        )
        assert org.admin(LOB_A, "iam").list_users()["Users"]

    def test_a_deny_on_the_root_spares_only_the_management_account(self, org: World) -> None:
        (root,) = org.client("organizations").list_roots()["Roots"]

        with guardrail(org, policy(deny("iam:ListUsers")), root["Id"]):
            assert org.client("iam").list_users()["Users"]
            for account in (LOB_A, LOB_B):
                with pytest.raises(ClientError):
                    org.admin(account, "iam").list_users()

    def test_a_level_that_allows_nothing_closes_the_account(self, org: World) -> None:
        organizations = org.client("organizations")
        (root,) = organizations.list_roots()["Roots"]
        unit = organizations.create_organizational_unit(ParentId=root["Id"], Name="closed")
        unit_id = unit["OrganizationalUnit"]["Id"]
        move = {
            "AccountId": LOB_B,
            "SourceParentId": root["Id"],
            "DestinationParentId": unit_id,
        }

        organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=unit_id)
        organizations.move_account(**move)
        with pytest.raises(ClientError) as caught:
            org.admin(LOB_B, "iam").list_users()
        organizations.attach_policy(PolicyId="p-FullAWSAccess", TargetId=unit_id)
        reopened = org.admin(LOB_B, "iam").list_users()["Users"]
        organizations.move_account(
            AccountId=LOB_B, SourceParentId=unit_id, DestinationParentId=root["Id"]
        )

        assert "because no service control policy allows" in refusal(caught)[1]
        assert reopened

    def test_even_a_members_root_is_under_them(self, org: World) -> None:
        root = org.client("iam", org.sessions.root_key(LOB_A))

        with (
            guardrail(org, policy(deny("iam:ListUsers")), LOB_A),
            pytest.raises(ClientError),
        ):
            root.list_users()
        assert root.list_users()["Users"]

    def test_a_member_cannot_lift_its_own(self, org: World) -> None:
        with pytest.raises(ClientError) as caught:
            org.admin(LOB_A, "organizations").detach_policy(
                PolicyId="p-FullAWSAccess", TargetId=LOB_A
            )

        assert refusal(caught)[0] == "AccessDeniedException"


class TestDoors:
    """The same keys, by two listening addresses."""

    def test_a_network_condition_is_about_the_door(self, org: World) -> None:
        only = {"StringEquals": {"aws:SourceVpce": org.endpoint_id}}
        arn = org.role(
            LOB_A, trust=policy(trusting(root_of(LOB_A))), can=policy(allow("iam:*", **only))
        )
        keys = org.assume(arn, org.founded.explorers[LOB_A])

        with pytest.raises(ClientError):
            org.client("iam", keys, door="internet").list_users()
        assert org.client("iam", keys, door="endpoint").list_users()["Users"]

    def test_headers_say_nothing_about_the_door(self, org: World) -> None:
        only = {"StringEquals": {"aws:SourceVpce": org.endpoint_id}}
        iam = acting(org, policy(allow("iam:*", **only)))

        def forge(request: Any, **_: Any) -> None:
            request.headers["x-amzn-vpce-id"] = org.endpoint_id
            request.headers["x-forwarded-for"] = "10.100.0.9"
            request.headers["aws-source-vpce"] = org.endpoint_id

        iam.meta.events.register("before-sign.iam", forge)
        with pytest.raises(ClientError):
            iam.list_users()

    def test_what_a_service_asks_of_another_does_not_pass_the_endpoint(
        self, org: World
    ) -> None:
        caller = session(org, policy(allow("kms:Decrypt")))
        buckets = parse(
            policy(allow("s3:GetObject") | {"Principal": "*"}), kind=Kind.ENDPOINT, name="vpce"
        )
        inside = Arrival("lob-a", "10.0.0.4", {}, buckets)
        key = f"arn:aws:kms:{REGION}:{LOB_A}:key/a"
        forwarded = Needed("kms:Decrypt", key, {"aws:ViaAWSService": "true"})

        def layer(needed: Needed) -> str:
            return org.guard.check(caller, needed, arrival=inside, region=REGION).layer

        assert layer(Needed("kms:Decrypt", key)) == "endpoint"
        assert layer(forwarded) != "endpoint"

    def test_the_policy_of_the_endpoint_can_refuse(self, org: World) -> None:
        ec2 = org.admin(LOB_A, "ec2")
        narrow = {"Effect": "Allow", "Principal": "*", "Action": "sts:*", "Resource": "*"}
        iam = acting(org, policy(allow("iam:*")), door="endpoint")

        ec2.modify_vpc_endpoint(VpcEndpointId=org.endpoint_id, PolicyDocument=policy(narrow))
        with pytest.raises(ClientError) as caught:
            iam.list_users()
        ec2.modify_vpc_endpoint(
            VpcEndpointId=org.endpoint_id, PolicyDocument=policy(narrow | {"Action": "*"})
        )

        assert "because no VPC endpoint policy allows the iam:ListUsers" in refusal(caught)[1]
        assert iam.list_users()["Users"]

    def test_the_door_is_in_the_trail(self, org: World) -> None:
        org.client("sts", door="endpoint").get_caller_identity()
        assert (org.events[-1].network, org.events[-1].endpoint) == ("lob-a", org.endpoint_id)

        org.client("sts", door="internet").get_caller_identity()
        assert (org.events[-1].network, org.events[-1].endpoint) == (INTERNET, None)


class TestIdentity:
    def test_a_policy_that_is_changed_counts_at_once(self, org: World) -> None:
        arn = org.role(
            LOB_A, trust=policy(trusting(root_of(LOB_A))), can=policy(allow("iam:*"))
        )
        name = arn.rpartition("/")[2]
        iam = org.client("iam", org.assume(arn, org.founded.explorers[LOB_A]))
        assert iam.list_users()["Users"]

        org.admin(LOB_A, "iam").put_role_policy(
            RoleName=name, PolicyName="stop", PolicyDocument=policy(deny("*"))
        )

        with pytest.raises(ClientError) as caught:
            iam.list_users()
        assert "with an explicit deny in an identity-based policy" in refusal(caught)[1]

    def test_a_boundary_limits_what_policies_give(self, org: World) -> None:
        admin = org.admin(LOB_A, "iam")
        made = admin.create_policy(
            PolicyName=org.name("boundary"), PolicyDocument=policy(allow("iam:ListUsers"))
        )
        iam = acting(org, policy(allow("iam:*")), PermissionsBoundary=made["Policy"]["Arn"])

        assert iam.list_users()["Users"]
        with pytest.raises(ClientError) as caught:
            iam.list_roles()
        assert "because no permissions boundary allows" in refusal(caught)[1]

    def test_a_boundary_that_is_gone_allows_nothing(self, org: World) -> None:
        absent = f"arn:aws:iam::{LOB_A}:policy/absent"
        iam = acting(org, policy(allow("iam:*")), PermissionsBoundary=absent)

        with pytest.raises(ClientError) as caught:
            iam.list_users()
        assert "permissions boundary" in refusal(caught)[1]

    def test_a_user_has_what_the_groups_have(self, org: World) -> None:
        admin, user, group = org.admin(LOB_A, "iam"), org.name("user"), org.name("group")
        admin.create_user(UserName=user)
        admin.create_group(GroupName=group)
        admin.put_group_policy(
            GroupName=group, PolicyName="list", PolicyDocument=policy(allow("iam:ListUsers"))
        )
        key = admin.create_access_key(UserName=user)["AccessKey"]
        iam = org.client("iam", key)

        with pytest.raises(ClientError):
            iam.list_users()
        admin.add_user_to_group(GroupName=group, UserName=user)
        assert iam.list_users()["Users"]

    def test_a_user_can_be_allowed_what_is_about_that_user(self, org: World) -> None:
        admin, user = org.admin(LOB_A, "iam"), org.name("user")
        own = policy(
            allow("iam:*AccessKey*", on=f"arn:aws:iam::{LOB_A}:user/${{aws:username}}")
        )
        admin.create_user(UserName=user)
        admin.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=own)
        iam = org.client("iam", admin.create_access_key(UserName=user)["AccessKey"])

        assert iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
        assert iam.list_access_keys()["AccessKeyMetadata"][0]["UserName"] == user
        with pytest.raises(ClientError):
            iam.create_access_key(UserName="explorer")

    def test_a_key_that_is_switched_off_is_no_key(self, org: World) -> None:
        admin, user = org.admin(LOB_A, "iam"), org.name("user")
        admin.create_user(UserName=user)
        key = admin.create_access_key(UserName=user)["AccessKey"]
        org.client("sts", key).get_caller_identity()

        admin.update_access_key(
            UserName=user, AccessKeyId=key["AccessKeyId"], Status="Inactive"
        )

        with pytest.raises(ClientError) as caught:
            org.client("sts", key).get_caller_identity()
        assert refusal(caught)[0] == "InvalidClientTokenId"

    def test_a_policy_that_cannot_be_read_closes_everything_and_says_why(
        self, org: World
    ) -> None:
        caller = session(org, policy(allow("iam:*")))
        role = iam_backends[LOB_A]["aws"].get_role(caller.name)
        odd = deny("s3:*", StringQuals={"aws:SourceVpc": "vpc-1"})
        role.policies["odd"] = policy(odd)

        decision = org.guard.check(
            caller, Needed("iam:ListUsers", "*"), arrival=FROM_INTERNET, region=REGION
        )

        assert not decision.allowed
        assert decision.explicit
        assert "odd (cannot be read" in decision.why
        assert "StringQuals" in decision.why

    def test_permissions_do_not_reach_into_another_account(self, org: World) -> None:
        caller = session(org, policy(allow("*")))
        foreign = Needed("dynamodb:GetItem", f"arn:aws:dynamodb:{REGION}:{LOB_B}:table/t")

        decision = org.guard.check(caller, foreign, arrival=FROM_INTERNET, region=REGION)

        assert (decision.allowed, decision.layer) == (False, "resource")


class TestUse:
    """What Studio asks on every request and every frame."""

    def test_the_creator_is_asked_about_with_the_browsers_door(self, org: World) -> None:
        caller = session(
            org,
            policy(
                allow(
                    PRESIGN.action, StringEquals={"aws:SourceVpce": ["vpce-api", "vpce-studio"]}
                )
            ),
            source_identity="ada",
        )
        inside = Arrival("office", "192.168.10.7", {"aws:SourceVpce": "vpce-studio"})

        assert org.guard.check(caller, PRESIGN, arrival=inside, region=REGION).allowed
        assert not org.guard.check(
            caller, PRESIGN, arrival=FROM_INTERNET, region=REGION
        ).allowed

    def test_a_session_of_studio_carries_its_domain_and_profile(self, org: World) -> None:
        own = f"arn:aws:sagemaker:{REGION}:{LOB_A}:user-profile/${{sagemaker:DomainId}}/${{sagemaker:UserProfileName}}"
        facts = {"sagemaker:DomainId": "d-abc123def456", "sagemaker:UserProfileName": "ada"}
        can = policy(allow(PRESIGN.action, on=own))

        ada = session(org, can, context=facts)
        bo = session(org, can, context=facts | {"sagemaker:UserProfileName": "bo"})
        nobody = session(org, can)

        answers = [
            org.guard.check(who, PRESIGN, arrival=FROM_INTERNET, region=REGION).allowed
            for who in (ada, bo, nobody)
        ]
        assert answers == [True, False, False]

    def test_sessions_made_before_a_moment_can_be_cut_off(self, org: World) -> None:
        caller = session(org, policy(allow("*")))
        role = iam_backends[LOB_A]["aws"].get_role(caller.name)
        later = (org.clock() + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert org.guard.check(caller, PRESIGN, arrival=FROM_INTERNET, region=REGION).allowed

        role.policies["revoke"] = policy(deny("*", DateLessThan={"aws:TokenIssueTime": later}))

        assert not org.guard.check(
            caller, PRESIGN, arrival=FROM_INTERNET, region=REGION
        ).allowed


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"StringEquals": {"aws:PrincipalAccount": LOB_A}}, True),
        ({"StringEquals": {"aws:PrincipalType": "AssumedRole"}}, True),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, True),
        ({"StringEquals": {"aws:ResourceAccount": LOB_A}}, True),
        ({"StringEquals": {"aws:SourceIdentity": "ada"}}, True),
        ({"StringLike": {"aws:userid": "AROA*:ada"}}, True),
        ({"StringLike": {"aws:PrincipalOrgID": "o-*"}}, True),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-*/r-*/*"}}, True),
        ({"StringLike": {"aws:ResourceOrgID": "o-*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{LOB_A}:role/role-*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:sts::*:assumed-role/*"}}, False),  # the role's
        ({"Null": {"aws:username": "true"}}, True),  # a session has none
        ({"Null": {"aws:SourceVpce": "true"}}, True),  # from the internet
        ({"Bool": {"aws:SecureTransport": "true"}}, True),  # doors stand for AWS's TLS doors
        ({"Bool": {"aws:ViaAWSService": "false"}}, True),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, False),
        ({"Null": {"aws:MultiFactorAuthPresent": "false"}}, True),  # temporary ones carry it
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, True),
        ({"NumericGreaterThan": {"aws:EpochTime": "1577836800"}}, True),
        ({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}, True),
    ],
)  # fmt: skip
def test_a_request_carries_the_keys_aws_sets(
    org: World, condition: dict[str, Any], *, holds: bool
) -> None:
    caller = session(org, policy(allow("*", **condition)), source_identity="ada")

    decision = org.guard.check(caller, PRESIGN, arrival=FROM_INTERNET, region=REGION)

    assert decision.allowed is holds


def test_resource_control_policies_guard_the_account_of_the_role(org: World) -> None:
    arn = org.role(LOB_A, trust=policy(trusting(root_of(MANAGEMENT))))
    organizations = org.client("organizations")
    outside = deny("sts:AssumeRole", StringNotEquals={"aws:SourceVpce": org.endpoint_id})
    made = organizations.create_policy(
        Content=policy(outside | {"Principal": "*"}),
        Description="",
        Name="only by the endpoint",
        Type="RESOURCE_CONTROL_POLICY",
    )
    which = {"PolicyId": made["Policy"]["PolicySummary"]["Id"], "TargetId": LOB_A}
    organizations.attach_policy(**which)
    try:
        with pytest.raises(ClientError) as caught:
            org.assume(arn)
        inside = org.assume(arn, door="endpoint")
    finally:
        organizations.detach_policy(**which)

    assert "with an explicit deny in a resource control policy" in refusal(caught)[1]
    assert inside["AccessKeyId"]
