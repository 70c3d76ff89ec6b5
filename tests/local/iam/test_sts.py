"""STS and the policies around it, asked by unmodified boto3 clients."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from studiogate.local.iam.accounts import MANAGEMENT
from tests.kit.front import (
    LOB_A,
    LOB_B,
    SHARED,
    World,
    allow,
    deny,
    policy,
    root_of,
    trusting,
)

ADMIN = f"arn:aws:iam::{LOB_A}:role/OrganizationAccountAccessRole"
ASSUME = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]


def refusal(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def gateway(org: World, can: str | None = None) -> Any:
    """A session of a role in the shared account that may do all of STS."""
    arn = org.role(
        SHARED,
        trust=policy(trusting(root_of(SHARED), *ASSUME)),
        can=can or policy(allow("sts:*")),
    )
    return org.assume(arn, org.founded.explorers[SHARED], RoleSessionName="gateway")


def target(org: World, *statements: dict[str, Any], **more: Any) -> str:
    """A role of lob-a that trusts the shared account as `statements` say."""
    said = statements or (trusting(root_of(SHARED), *ASSUME),)
    return org.role(LOB_A, trust=policy(*said), can=policy(allow("dynamodb:*")), **more)


def test_everybody_can_ask_who_they_are(org: World) -> None:
    nothing = org.role(LOB_A, trust=policy(trusting(root_of(LOB_A))), can=policy(deny("*")))

    keys = org.assume(nothing, org.founded.explorers[LOB_A], RoleSessionName="who")

    who = org.client("sts", keys).get_caller_identity()
    assert who["Account"] == LOB_A
    assert who["Arn"].endswith("/who")
    assert who["UserId"].endswith(":who")


def test_the_management_account_administers_its_members(org: World) -> None:
    keys = org.assume(ADMIN)

    users = org.client("iam", keys).list_users()["Users"]
    assert [user["UserName"] for user in users] == ["explorer"]


def test_a_member_cannot_administer_another(org: World) -> None:
    with pytest.raises(ClientError) as caught:
        org.assume(ADMIN, org.founded.explorers[LOB_B])

    code, message = refusal(caught)
    assert code == "AccessDenied"
    assert message == (
        f"User: arn:aws:iam::{LOB_B}:user/explorer is not authorized to perform: sts:AssumeRole "
        f"on resource: {ADMIN} because no role trust policy allows the sts:AssumeRole action"
    )


def test_a_role_that_is_not_there_cannot_be_assumed(org: World) -> None:
    with pytest.raises(ClientError) as caught:
        org.assume(f"arn:aws:iam::{LOB_A}:role/absent")

    code, message = refusal(caught)
    assert code == "AccessDenied"
    assert "is not authorized to perform: sts:AssumeRole on resource" in message
    assert "absent" in message


def test_a_role_of_an_account_that_is_not_there_cannot_be_assumed(org: World) -> None:
    with pytest.raises(ClientError) as caught:
        org.assume("arn:aws:iam::123456789012:role/anything")

    assert refusal(caught)[0] == "AccessDenied"


def test_the_path_is_part_of_a_roles_name(org: World) -> None:
    arn = org.role(LOB_A, trust=policy(trusting(root_of(MANAGEMENT))), Path="/teams/")

    with pytest.raises(ClientError):
        org.assume(arn.replace("/teams/", "/"))
    assert org.assume(arn)["AccessKeyId"].startswith("ASIA")


def test_trust_is_not_enough_across_accounts(org: World) -> None:
    weak = gateway(org, can=policy(allow("dynamodb:*")))

    with pytest.raises(ClientError) as caught:
        org.assume(target(org), weak)

    assert "no identity-based policy allows the sts:AssumeRole action" in refusal(caught)[1]


@pytest.mark.parametrize(
    ("shown", "opens"),
    [
        pytest.param("studiogate:acme", True, id="the one agreed on"),
        pytest.param("studiogate:evil", False, id="another"),
        pytest.param("STUDIOGATE:ACME", False, id="values do not fold"),
        pytest.param(None, False, id="none"),
    ],
)
def test_an_external_id_has_to_be_the_one_agreed_on(
    org: World, shown: str | None, *, opens: bool
) -> None:
    agreed = {"StringEquals": {"sts:ExternalId": "studiogate:acme"}}
    arn = target(org, trusting(root_of(SHARED), **agreed))
    more = {"ExternalId": shown} if shown else {}

    if opens:
        assert org.assume(arn, gateway(org), **more)["SessionToken"]
    else:
        with pytest.raises(ClientError) as caught:
            org.assume(arn, gateway(org), **more)
        assert refusal(caught)[0] == "AccessDenied"


class TestSourceIdentity:
    def test_s1_11_it_is_answered_and_lasts_through_a_chain(self, org: World) -> None:
        second = org.role(
            LOB_B,
            trust=policy(
                trusting(root_of(LOB_A), *ASSUME, StringEquals={"aws:SourceIdentity": "ada"}),
            ),
        )
        first = org.role(
            LOB_A,
            trust=policy(trusting(root_of(SHARED), *ASSUME)),
            can=policy(allow("sts:*", on=second)),
        )
        answer = org.client("sts", gateway(org)).assume_role(
            RoleArn=first, RoleSessionName="ada", SourceIdentity="ada"
        )

        chained = org.client("sts", answer["Credentials"]).assume_role(
            RoleArn=second, RoleSessionName="later"
        )

        assert answer["SourceIdentity"] == "ada"
        assert chained["SourceIdentity"] == "ada"
        assert org.events[-1].source_identity == "ada"

    def test_s1_11_nobody_can_change_it(self, org: World) -> None:
        second = target(org, trusting(root_of(LOB_A), *ASSUME))
        first = org.role(
            LOB_A,
            trust=policy(trusting(root_of(SHARED), *ASSUME)),
            can=policy(allow("sts:*")),
        )
        keys = org.assume(first, gateway(org), SourceIdentity="ada")

        with pytest.raises(ClientError) as caught:
            org.assume(second, keys, SourceIdentity="eve")

        assert refusal(caught)[0] == "AccessDenied"
        assert org.assume(second, keys, SourceIdentity="ada")["AccessKeyId"]

    def test_a_chain_ends_where_it_may_not_be_carried_on(self, org: World) -> None:
        second = target(org, trusting(root_of(LOB_A), "sts:AssumeRole"))
        first = org.role(
            LOB_A,
            trust=policy(trusting(root_of(SHARED), *ASSUME)),
            can=policy(allow("sts:*")),
        )
        keys = org.assume(first, gateway(org), SourceIdentity="ada")

        with pytest.raises(ClientError) as caught:
            org.assume(second, keys)

        assert "sts:SetSourceIdentity" in refusal(caught)[1]

    def test_setting_one_needs_the_callers_permission_too(self, org: World) -> None:
        caller = gateway(org, can=policy(allow("sts:AssumeRole")))
        arn = target(org)

        assert org.assume(arn, caller)["AccessKeyId"]
        with pytest.raises(ClientError) as caught:
            org.assume(arn, caller, SourceIdentity="ada")
        assert "no identity-based policy allows the sts:SetSourceIdentity" in refusal(caught)[1]

    def test_a_trust_policy_can_insist_on_one(self, org: World) -> None:
        named = {"StringLike": {"sts:SourceIdentity": "?*"}}
        arn = target(org, trusting(root_of(SHARED), *ASSUME, **named))

        with pytest.raises(ClientError):
            org.assume(arn, gateway(org))
        assert org.assume(arn, gateway(org), SourceIdentity="ada")["AccessKeyId"]


class TestTags:
    PAIRS = ({"Key": "studiogate:profile", "Value": "ada"},)

    def test_a_session_tag_is_a_policy_variable(self, org: World) -> None:
        table = f"arn:aws:dynamodb:eu-west-1:{LOB_A}:table/of-${{aws:PrincipalTag/studiogate:profile}}"
        arn = org.role(
            LOB_A,
            trust=policy(trusting(root_of(SHARED), *ASSUME)),
            can=policy(allow("dynamodb:DescribeTable", on=table)),
        )
        keys = org.assume(arn, gateway(org), Tags=self.PAIRS)
        dynamo = org.client("dynamodb", keys)

        with pytest.raises(ClientError) as own:
            dynamo.describe_table(TableName="of-ada")
        with pytest.raises(ClientError) as others:
            dynamo.describe_table(TableName="of-bo")

        assert refusal(own)[0] == "ResourceNotFoundException"
        assert refusal(others)[0] == "AccessDeniedException"

    def test_tagging_needs_the_trust_policys_permission(self, org: World) -> None:
        arn = target(org, trusting(root_of(SHARED), "sts:AssumeRole"))

        with pytest.raises(ClientError) as caught:
            org.assume(arn, gateway(org), Tags=self.PAIRS)

        assert "no role trust policy allows the sts:TagSession action" in refusal(caught)[1]

    def test_a_trust_policy_can_limit_the_tags(self, org: World) -> None:
        only = {"ForAllValues:StringEquals": {"aws:TagKeys": ["studiogate:profile"]}}
        arn = target(org, trusting(root_of(SHARED), *ASSUME, **only))

        assert org.assume(arn, gateway(org), Tags=self.PAIRS)["AccessKeyId"]
        with pytest.raises(ClientError):
            org.assume(arn, gateway(org), Tags=[*self.PAIRS, {"Key": "lob", "Value": "b"}])

    def test_a_transitive_tag_lasts_and_cannot_be_changed(self, org: World) -> None:
        second = org.role(
            LOB_B,
            trust=policy(
                trusting(root_of(LOB_A), *ASSUME, StringEquals={"aws:PrincipalTag/team": "a"})
            ),
        )
        first = org.role(
            LOB_A,
            trust=policy(trusting(root_of(SHARED), *ASSUME)),
            can=policy(allow("sts:*")),
        )
        pair = {"Key": "team", "Value": "a"}
        keys = org.assume(first, gateway(org), Tags=[pair], TransitiveTagKeys=["team"])

        assert org.assume(second, keys)["AccessKeyId"]
        with pytest.raises(ClientError) as caught:
            org.assume(second, keys, Tags=[{"Key": "Team", "Value": "b"}])
        assert refusal(caught)[0] == "InvalidParameterValue"

    def test_a_session_tag_hides_the_roles_own(self, org: World) -> None:
        arn = org.role(
            LOB_A,
            trust=policy(trusting(root_of(SHARED), *ASSUME)),
            can=policy(allow("iam:ListUsers", StringEquals={"aws:PrincipalTag/team": "own"})),
            tags={"team": "own"},
        )

        plain = org.assume(arn, gateway(org))
        tagged = org.assume(arn, gateway(org), Tags=[{"Key": "Team", "Value": "other"}])

        assert org.client("iam", plain).list_users()["Users"]
        with pytest.raises(ClientError):
            org.client("iam", tagged).list_users()


class TestSessionPolicies:
    def test_a_session_can_do_what_both_allow(self, org: World) -> None:
        arn = org.role(
            LOB_A,
            trust=policy(trusting(root_of(SHARED))),
            can=policy(allow("iam:ListUsers", "iam:ListRoles")),
        )
        narrow = policy(allow("iam:ListUsers", "iam:ListGroups"))
        iam = org.client("iam", org.assume(arn, gateway(org), Policy=narrow))

        assert iam.list_users()["Users"]
        with pytest.raises(ClientError) as by_session:
            iam.list_roles()
        with pytest.raises(ClientError) as by_role:
            iam.list_groups()
        assert "because no session policy allows" in refusal(by_session)[1]
        assert "because no identity-based policy allows" in refusal(by_role)[1]

    def test_managed_policies_narrow_as_well(self, org: World) -> None:
        arn = org.role(
            LOB_A, trust=policy(trusting(root_of(SHARED))), can=policy(allow("iam:*"))
        )
        read_only = [{"arn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}]
        iam = org.client("iam", org.assume(arn, gateway(org), PolicyArns=read_only))

        assert iam.list_users()["Users"]
        with pytest.raises(ClientError):
            iam.create_user(UserName="eve")

    def test_one_that_cannot_be_read_is_refused(self, org: World) -> None:
        unknown = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Alow"}]})

        with pytest.raises(ClientError) as caught:
            org.assume(target(org), gateway(org), Policy=unknown)

        assert refusal(caught)[0] == "MalformedPolicyDocument"

    def test_an_unknown_managed_policy_is_refused(self, org: World) -> None:
        absent = [{"arn": "arn:aws:iam::aws:policy/NoSuchPolicy"}]

        with pytest.raises(ClientError) as caught:
            org.assume(target(org), gateway(org), PolicyArns=absent)

        assert refusal(caught)[0] == "MalformedPolicyDocument"


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (
            {"RoleSessionName": "a b"},
            "ValidationError",
            "Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy",
        ),
        ({"RoleSessionName": "x" * 65}, "ValidationError", "length less than or equal to 64"),
        ({"DurationSeconds": 899}, "ValidationError", "value greater than or equal to 900"),
        ({"DurationSeconds": 43201}, "ValidationError", "value less than or equal to 43200"),
        ({"DurationSeconds": 3601}, "ValidationError", "1 hour session limit for roles assumed"),
        ({"SourceIdentity": "a"}, "ValidationError", "length greater than or equal to 2"),
        ({"SourceIdentity": "aws:me"}, "ValidationError", "'sourceIdentity'"),
        ({"ExternalId": "a b"}, "ValidationError", "'externalId'"),
        ({"Policy": "{" + " " * 2100}, "ValidationError", "length less than or equal to 2048"),
        ({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]}, "ValidationError", "Duplicate tag keys"),
        ({"Tags": [{"Key": "aws:x", "Value": "1"}]}, "ValidationError", "reserved"),
        ({"Tags": [{"Key": f"k{n}", "Value": ""} for n in range(51)]}, "ValidationError", "less than or equal to 50"),
        ({"TransitiveTagKeys": ["absent"]}, "ValidationError", "transitive"),
    ],
)  # fmt: skip
def test_a_parameter_out_of_range_is_refused_in_awss_words(
    org: World, given: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(ClientError) as caught:
        org.assume(target(org), gateway(org), **given)

    assert refusal(caught)[0] == code
    assert words in refusal(caught)[1]


def test_every_parameter_that_is_wrong_is_named_at_once(org: World) -> None:
    with pytest.raises(ClientError) as caught:
        org.assume(target(org), gateway(org), SourceIdentity="a b", ExternalId="a b")

    message = refusal(caught)[1]
    assert message.startswith("2 validation errors detected: ")
    assert "'sourceIdentity'" in message
    assert "'externalId'" in message


def test_a_session_lives_as_long_as_the_role_lets_it(org: World) -> None:
    arn = target(
        org, trusting(root_of(SHARED)), trusting(root_of(MANAGEMENT)), MaxSessionDuration=7200
    )

    assert org.assume(arn, DurationSeconds=7200)["AccessKeyId"]
    with pytest.raises(ClientError) as caught:
        org.assume(arn, DurationSeconds=7201)
    assert "exceeds the MaxSessionDuration set for this role" in refusal(caught)[1]


def test_a_root_user_assumes_no_role(org: World) -> None:
    with pytest.raises(ClientError) as caught:
        org.assume(ADMIN, org.sessions.root_key(MANAGEMENT))

    assert refusal(caught)[1] == "Roles may not be assumed by root accounts."


def test_the_session_of_a_role_made_again_is_worth_nothing(org: World) -> None:
    trust = policy(trusting(root_of(LOB_A)))
    arn = org.role(LOB_A, trust=trust, can=policy(allow("iam:ListUsers")))
    name = arn.rpartition("/")[2]
    old = org.client("iam", org.assume(arn, org.founded.explorers[LOB_A]))
    assert old.list_users()["Users"]

    iam = org.admin(LOB_A, "iam")
    iam.delete_role_policy(RoleName=name, PolicyName="can")
    iam.delete_role(RoleName=name)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    iam.put_role_policy(
        RoleName=name, PolicyName="can", PolicyDocument=policy(allow("iam:ListUsers"))
    )

    with pytest.raises(ClientError) as caught:
        old.list_users()
    assert refusal(caught)[0] == "AccessDenied"


class TestSessionToken:
    def test_it_is_the_user_again_for_a_while(self, org: World) -> None:
        keys = org.client("sts").get_session_token()["Credentials"]

        who = org.client("sts", keys).get_caller_identity()
        assert who["Arn"] == f"arn:aws:iam::{MANAGEMENT}:user/operator"

    def test_it_can_call_nothing_of_iam(self, org: World) -> None:
        keys = org.client("sts").get_session_token()["Credentials"]

        with pytest.raises(ClientError) as caught:
            org.client("iam", keys).list_users()
        assert refusal(caught)[0] == "AccessDenied"

    def test_it_makes_no_other(self, org: World) -> None:
        keys = org.client("sts").get_session_token()["Credentials"]

        with pytest.raises(ClientError) as caught:
            org.client("sts", keys).get_session_token()
        assert refusal(caught)[1] == "Cannot call GetSessionToken with session credentials"


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("get_federation_token", {"Name": "bob"}),
        ("get_access_key_info", {"AccessKeyId": "ASIAIOSFODNN7EXAMPLE"}),
        ("decode_authorization_message", {"EncodedMessage": "x"}),
    ],
)
def test_what_is_not_offered_is_refused_by_name(
    org: World, operation: str, given: dict[str, str]
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(org.client("sts"), operation)(**given)

    assert refusal(caught)[0] == "InvalidAction"
    assert "is not offered by this emulation" in refusal(caught)[1]


def test_garbage_does_not_assume_a_role_by_web_identity(org: World) -> None:
    with pytest.raises(ClientError) as caught:
        org.client("sts").assume_role_with_web_identity(
            RoleArn=ADMIN, RoleSessionName="eve", WebIdentityToken="x.y.z"
        )

    assert refusal(caught)[0] == "MissingAuthenticationToken"
