"""The organisation as it is founded: what AWS Organizations would leave behind."""

import pytest
from botocore.exceptions import ClientError
from moto.iam.models import iam_backends
from moto.organizations.models import organizations_backends

from studiogate.errors import StartError
from studiogate.local.iam.accounts import ADMIN_ROLE, MANAGEMENT, found_organisation
from studiogate.local.iam.endpoints import endpoint_for
from studiogate.local.iam.organisation import Organisation
from studiogate.policy.language import Kind
from tests.kit.front import (
    LANDSCAPE,
    LOB_A,
    LOB_B,
    REGION,
    SHARED,
    VPC_SERVICE,
    World,
    allow,
    policy,
)

MEMBERS = (SHARED, LOB_A, LOB_B)
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.mark.usefixtures("org")
@pytest.mark.parametrize("account", MEMBERS)
def test_full_access_is_attached_at_every_level(account: str) -> None:
    levels = Organisation(MANAGEMENT).levels(account, Kind.SCP)

    assert levels is not None
    assert [[policy.name for policy in level] for level in levels] == [["FullAWSAccess"]] * 2


def test_service_control_policies_do_not_apply_to_the_management_account(org: World) -> None:
    assert org.policies.organisation.levels(MANAGEMENT, Kind.SCP) is None


@pytest.mark.parametrize("account", MEMBERS)
def test_the_administrator_role_is_the_management_accounts(org: World, account: str) -> None:
    keys = org.assume(f"arn:aws:iam::{account}:role/{ADMIN_ROLE}")

    found = org.client("iam", keys).list_attached_role_policies(RoleName=ADMIN_ROLE)
    assert [one["PolicyName"] for one in found["AttachedPolicies"]] == ["AdministratorAccess"]


@pytest.mark.usefixtures("org")
def test_a_policy_of_aws_has_one_id_and_each_account_counts_its_own_attachments() -> None:
    one, other = (iam_backends[account]["aws"].managed_policies for account in (LOB_A, LOB_B))
    here, there = one[READ_ONLY], other[READ_ONLY]
    user = iam_backends[LOB_A]["aws"].create_user("us-east-1", "reader", "/", None)

    here.attach_to(user)

    try:
        assert (here.attachment_count, there.attachment_count) == (1, 0)
        assert (here.id, here.arn, here.account_id) == (there.id, READ_ONLY, LOB_A)
        assert here.versions[0] is not there.versions[0]
        assert here.versions[0].document == there.versions[0].document
    finally:
        here.detach_from(user)
        iam_backends[LOB_A]["aws"].delete_user("reader")


@pytest.mark.usefixtures("org")
def test_there_is_no_role_or_user_in_any_account_but_those_declared() -> None:
    others = set(iam_backends) - {MANAGEMENT, *MEMBERS}

    assert [iam_backends[one]["aws"].roles for one in others] == [{}] * len(others)
    assert [iam_backends[one]["aws"].users for one in others] == [{}] * len(others)


def test_an_account_whose_unit_is_gone_can_do_nothing(org: World) -> None:
    backend = organizations_backends[MANAGEMENT]["aws"]
    member = next(one for one in backend.accounts if one.id == LOB_B)
    parent, member.parent_id = member.parent_id, "ou-gone-00000000"

    try:
        with pytest.raises(ClientError) as caught:
            org.admin(LOB_B, "iam").list_users()
    finally:
        member.parent_id = parent

    assert caught.value.response["Error"]["Code"] == "AccessDenied"


@pytest.mark.usefixtures("org")
def test_a_second_organisation_in_one_process_is_refused() -> None:
    with pytest.raises(StartError, match="already"):
        found_organisation(LANDSCAPE)


@pytest.mark.usefixtures("org")
def test_the_management_account_is_none_of_the_landscapes() -> None:
    with pytest.raises(StartError, match=LOB_A):
        found_organisation(LANDSCAPE, LOB_A)


@pytest.mark.parametrize("operation", ["close_account", "remove_account_from_organization"])
def test_no_account_leaves(org: World, operation: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(org.client("organizations"), operation)(AccountId=LOB_A)

    assert "not offered by this emulation" in caught.value.response["Error"]["Message"]


class TestEndpoints:
    def test_the_endpoint_of_a_service_is_found_with_its_policy(self, org: World) -> None:
        found = endpoint_for(LOB_A, REGION, VPC_SERVICE, vpc_id=org.vpc_id)

        assert found is not None
        assert (found.id, found.vpc_id) == (org.endpoint_id, org.vpc_id)
        assert found.policy.kind is Kind.ENDPOINT

    @pytest.mark.parametrize(
        ("account", "service", "vpc_id"),
        [
            pytest.param(LOB_B, VPC_SERVICE, None, id="another account"),
            pytest.param("123456789012", VPC_SERVICE, None, id="no account"),
            pytest.param(LOB_A, "com.amazonaws.eu-west-1.dynamodb", None, id="another service"),
            pytest.param(LOB_A, VPC_SERVICE, "vpc-0", id="another VPC"),
        ],
    )
    def test_where_there_is_none_there_is_no_way_in(
        self, org: World, account: str, service: str, vpc_id: str | None
    ) -> None:
        assert org.endpoint_id
        assert endpoint_for(account, REGION, service, vpc_id=vpc_id) is None


def test_a_list_of_an_accounts_own_policies_has_none_of_those_aws_manages(org: World) -> None:
    iam = org.admin(LOB_A, "iam")
    made = iam.create_policy(
        PolicyName=org.name("own"), PolicyDocument=policy(allow("s3:ListAllMyBuckets"))
    )["Policy"]["Arn"]

    found = iam.get_account_authorization_details(Filter=["LocalManagedPolicy"])["Policies"]

    assert [one["Arn"] for one in found] == [made]
    assert "arn:aws:iam::aws:policy/AdministratorAccess" in {
        one["Arn"]
        for one in iam.get_account_authorization_details(Filter=["AWSManagedPolicy"])[
            "Policies"
        ]
    }
