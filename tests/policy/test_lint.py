"""Weaknesses: what is legal and does not do what it seems to; and ours have none."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from moto.iam.aws_managed_policies import aws_managed_policies_data

from studiogate.names import EXECUTION_ROLE, PRESIGN_ROLE, role_arn
from studiogate.policy import documents, doors, guardrails, signins, warehouses
from studiogate.policy.language import Document, Kind, Policy, parse
from studiogate.policy.lint import RULES, weaknesses
from tests.kit.policy import ALICE, API, OPEN, OURS, STUDIO, allow, deny, policy, when
from tests.kit.policy_sets import POLICIES

OUR_CIDR, VPC = "10.16.0.0/16", "vpc-1"
DOORS = when("StringNotEquals", "aws:SourceVpce", API, STUDIO)
FULL = allow("*", Sid="Full")
ANYWHERE = ALICE.replace("d-1/alice", "*/*")


def found(*statements: Mapping[str, Any], kind: Kind = Kind.IDENTITY) -> list[str]:
    return [one.rule for one in weaknesses(policy(*statements, kind=kind))]


def both(allow_: str, **condition: Any) -> dict[str, Any]:
    return allow(allow_, ALICE, Condition=condition)


CLIENT: dict[str, Any] = {"IpAddress": {"aws:VpcSourceIp": OUR_CIDR}}
OUTSIDE_CIDR = when("NotIpAddress", "aws:VpcSourceIp", OUR_CIDR)


@pytest.mark.parametrize(
    ("rule", "statements"),
    [
        ("private-source-ip", [both(OPEN, IpAddress={"aws:SourceIp": "192.168.10.0/24"})]),
        ("private-source-ip", [both(OPEN, IpAddress={"aws:SourceIp": "10.1.2.3"})]),
        ("private-source-ip", [both(OPEN, IpAddress={"aws:sourceip": "172.16.0.0/12"})]),
        ("private-source-ip", [both(OPEN, IpAddress={"aws:SourceIp": "fd00::/8"})]),
        ("private-source-ip", [deny(**when("NotIpAddressIfExists", "aws:SourceIp", OUR_CIDR))]),
        (
            "private-source-ip",
            [both(OPEN, IpAddress={"aws:SourceIp": ["203.0.113.0/24", "10.0.0.0/8"]})],
        ),
        ("client-address-allowed", [both(OPEN, **CLIENT)]),
        ("client-address-allowed", [both(OPEN, **CLIENT, StringLike={"aws:SourceVpce": "*"})]),
        (
            "client-address-allowed",
            [both(OPEN, **CLIENT, StringEquals={"aws:PrincipalTag/x": "y"})],
        ),
        (
            "client-address-allowed",
            [both(OPEN, **CLIENT), deny("s3:*", **DOORS)],
        ),
        ("client-address-kept-out", [allow(OPEN, ALICE), deny("sagemaker:*", **OUTSIDE_CIDR)]),
        (
            "client-address-kept-out",
            [
                deny(
                    "sagemaker:*",
                    Condition={**OUTSIDE_CIDR["Condition"], **DOORS["Condition"]},
                )
            ],
        ),
        (
            "client-address-kept-out",
            [deny("sagemaker:*", **OUTSIDE_CIDR), deny("sagemaker:*", ALICE, **DOORS)],
        ),
        (
            "client-address-kept-out",
            [
                deny("sagemaker:*", **OUTSIDE_CIDR),
                deny("*", **when("ForAnyValue:StringNotEquals", "aws:SourceVpce", API)),
            ],
        ),
        (
            "allows-joined-by-or",
            [
                both(OPEN, StringEquals={"aws:SourceVpce": API}),
                both(OPEN, StringEquals={"aws:SourceVpc": VPC}),
            ],
        ),
        (
            "allows-joined-by-or",
            [both(OPEN, StringEquals={"aws:SourceVpce": API}), both(OPEN)],
        ),
        (
            "allows-joined-by-or",
            [
                both("sagemaker:StartSession", StringEquals={"aws:SourceVpce": API}),
                allow(
                    "sagemaker:Start*", **when("IpAddress", "aws:SourceIp", "203.0.113.0/24")
                ),
            ],
        ),
        ("negated-allow", [both(OPEN, StringNotEquals={"aws:SourceVpce": "vpce-bad"})]),
        ("negated-allow", [both(OPEN, NotIpAddress={"aws:SourceIp": "203.0.113.0/24"})]),
        ("negated-allow", [both("s3:*", ArnNotLikeIfExists={"aws:SourceArn": "arn:aws:s3:*"})]),
        (
            "negated-allow",
            [
                both(
                    "s3:*",
                    StringNotEquals={"aws:SourceVpce": "x"},
                    Null={"aws:SourceVpce": "true"},
                )
            ],
        ),
        (
            "for-any-value-deny",
            [deny(**when("ForAnyValue:StringNotEquals", "aws:SourceVpce", API))],
        ),
        (
            "for-any-value-deny",
            [deny(**when("ForAnyValue:StringNotLike", "aws:PrincipalTag/team", "a*"))],
        ),
        (
            "for-all-values-allow",
            [both("s3:*", **{"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}})],
        ),
        (
            "for-all-values-allow",
            [both("s3:*", **{"ForAllValues:StringEquals": {"aws:SourceVpce": API}})],
        ),
        ("any-role", [allow("sts:AssumeRole", "arn:aws:iam::*:role/StudioAccess")]),
        ("any-role", [allow("sts:*", f"arn:aws:iam::{OURS}:role/*")]),
        ("any-role", [allow("sts:Assume*", "*")]),
        ("any-role", [allow("sts:AssumeRole", "arn:aws:iam::*")]),
        (
            "any-role",
            [{"Effect": "Allow", "Action": "sts:AssumeRole", "NotResource": ALICE}],
        ),
        (
            "any-role",
            [
                allow(
                    "sts:AssumeRole",
                    "arn:aws:iam::*:role/*",
                    **when("StringEquals", "aws:ResourceOrgID", "o-1"),
                )
            ],
        ),
        ("any-profile", [allow(OPEN, "*")]),
        ("any-profile", [allow("sagemaker:*", ANYWHERE)]),
        ("any-profile", [allow(OPEN, ALICE.replace("alice", "*"))]),
        ("any-profile", [allow(OPEN, ALICE.replace("alice", "${aws:username}*"))]),
        ("any-profile", [allow(OPEN, ALICE.replace("user-profile/d-1/alice", "user-*"))]),
        ("any-profile", [{"Effect": "Allow", "Action": OPEN, "NotResource": ALICE}]),
        (
            "any-profile",
            [allow(OPEN, **when("StringEquals", "sagemaker:ResourceTag/team", "science"))],
        ),
        ("any-group", [allow("redshift:JoinGroup", "arn:aws:redshift:*:*:dbgroup:c1/*")]),
        ("any-group", [allow(["redshift:JoinGroup"], "*")]),
        ("any-group", [allow("redshift:*", "arn:aws:redshift:*:*:dbgroup:*")]),
        ("anybodys-statements", [allow("redshift-data:*", "*")]),
        ("anybodys-statements", [allow("redshift-data:CancelStatement", "*")]),
        (
            "anybodys-statements",
            [
                allow(
                    "redshift-data:ListStatements",
                    **when("StringNotEquals", "redshift-data:statement-owner-iam-userid", "x"),
                )
            ],
        ),
        ("one-door-of-many", [deny(OPEN, **DOORS)]),
        ("one-door-of-many", [deny("sagemaker:CreatePresigned*", **DOORS)]),
    ],
)
def test_a_weakness_is_found(rule: str, statements: list[Mapping[str, Any]]) -> None:
    assert rule in found(*statements)


@pytest.mark.parametrize(
    ("rule", "statements"),
    [
        ("private-source-ip", [both(OPEN, IpAddress={"aws:SourceIp": "203.0.113.0/24"})]),
        ("private-source-ip", [both(OPEN, IpAddress={"aws:SourceIp": "0.0.0.0/0"})]),
        ("private-source-ip", [both(OPEN, IpAddress={"aws:SourceIp": "2001:db8::/32"})]),
        ("private-source-ip", [both(OPEN, IpAddress={"aws:VpcSourceIp": OUR_CIDR})]),
        ("private-source-ip", [both(OPEN, StringLike={"aws:SourceIp": "10.*"})]),
        (
            "client-address-allowed",
            [both(OPEN, **CLIENT, StringEquals={"aws:SourceVpc": VPC})],
        ),
        (
            "client-address-allowed",
            [both(OPEN, **CLIENT, **{"ForAnyValue:StringEquals": {"AWS:sourcevpce": API}})],
        ),
        ("client-address-allowed", [both(OPEN, **CLIENT), deny("sagemaker:*", **DOORS)]),
        (
            "client-address-kept-out",
            [deny("sagemaker:*", **OUTSIDE_CIDR), deny("*", **DOORS)],
        ),
        (
            "client-address-kept-out",
            [
                deny(OPEN, ALICE, **OUTSIDE_CIDR),
                deny(
                    "sagemaker:*",
                    Condition={
                        **DOORS["Condition"],
                        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                    },
                ),
            ],
        ),
        (
            "client-address-kept-out",
            [deny(OPEN, **when("IpAddress", "aws:VpcSourceIp", "10.9.0.0/16"))],
        ),
        (
            "allows-joined-by-or",
            [
                both(OPEN, StringEquals={"aws:SourceVpce": API}),
                both(OPEN, StringEquals={"aws:SourceVpce": STUDIO}),
            ],
        ),
        (
            "allows-joined-by-or",
            [
                both(OPEN, StringEquals={"aws:SourceVpce": API}),
                both("s3:GetObject", StringEquals={"aws:SourceVpc": VPC}),
            ],
        ),
        (
            "allows-joined-by-or",
            [
                both(OPEN, StringEquals={"aws:SourceVpce": API}),
                allow(OPEN, ALICE.replace("alice", "bob")),
            ],
        ),
        ("negated-allow", [both(OPEN, StringEquals={"aws:SourceVpce": "vpce-good"})]),
        ("negated-allow", [deny(**DOORS)]),
        ("negated-allow", [both("s3:*", StringNotEquals={"aws:RequestedRegion": "x"})]),
        (
            "negated-allow",
            [
                both(
                    "s3:*",
                    StringNotEquals={"aws:SourceVpce": "x"},
                    Null={"aws:SourceVpce": "false"},
                )
            ],
        ),
        (
            "negated-allow",
            [
                both(
                    "s3:*",
                    StringNotEquals={"aws:SourceVpce": "x"},
                    StringLike={"aws:sourcevpce": "vpce-*"},
                )
            ],
        ),
        (
            "for-any-value-deny",
            [allow(OPEN, ALICE, **when("ForAnyValue:StringEquals", "aws:SourceVpce", API))],
        ),
        (
            "for-any-value-deny",
            [deny(**when("ForAnyValue:StringNotEquals", "aws:TagKeys", "a"))],
        ),
        (
            "for-any-value-deny",
            [deny(**when("ForAnyValue:StringEquals", "aws:SourceVpce", "vpce-bad"))],
        ),
        (
            "for-any-value-deny",
            [deny(**when("ForAnyValue:StringNotEqualsIfExists", "aws:SourceVpce", API))],
        ),
        (
            "for-any-value-deny",
            [deny(**when("ForAnyValue:StringNotEquals", "some:OtherKey", "x"))],
        ),
        (
            "for-all-values-allow",
            [deny("s3:*", **when("ForAllValues:StringEquals", "aws:TagKeys", "a"))],
        ),
        (
            "for-all-values-allow",
            [
                both(
                    "s3:*",
                    **{"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}},
                    Null={"aws:TagKeys": "false"},
                )
            ],
        ),
        (
            "for-all-values-allow",
            [
                both(
                    "s3:*",
                    **{"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}},
                    StringLike={"aws:RequestTag/a": "?*"},
                )
            ],
        ),
        ("any-role", [allow("sts:AssumeRole", f"arn:aws:iam::{OURS}:role/StudioAccess")]),
        ("any-role", [allow("sts:GetCallerIdentity", "*")]),
        ("any-role", [allow("sts:AssumeRole", "arn:aws:iam::${aws:PrincipalAccount}:role/x")]),
        (
            "any-role",
            [
                allow(
                    "sts:AssumeRole",
                    "arn:aws:iam::*:role/x",
                    **when("StringEquals", "aws:ResourceOrgID", "o-1"),
                )
            ],
        ),
        ("any-role", [FULL]),
        ("any-profile", [allow(OPEN, ALICE)]),
        ("any-profile", [allow(OPEN, ALICE.replace("alice", "${aws:SourceIdentity}"))]),
        ("any-profile", [allow("sagemaker:DescribeDomain", "*")]),
        (
            "any-profile",
            [allow("sagemaker:*", ALICE.replace("user-profile/d-1/alice", "app/*"))],
        ),
        ("any-profile", [allow([OPEN, "s3:GetObject"], ["arn:aws:s3:::*", ALICE])]),
        ("any-profile", [{"Effect": "Allow", "Action": OPEN, "NotResource": ANYWHERE}]),
        (
            "any-profile",
            [
                allow(
                    OPEN,
                    **when(
                        "StringEquals", "sagemaker:ResourceTag/user", "${aws:PrincipalTag/u}"
                    ),
                )
            ],
        ),
        ("any-profile", [FULL]),
        ("any-group", [allow("redshift:JoinGroup", "arn:aws:redshift:*:*:dbgroup:c1/readers")]),
        ("any-group", [allow("redshift:DescribeClusters", "*")]),
        ("any-group", [FULL]),
        ("anybodys-statements", [allow("redshift-data:ExecuteStatement", "*")]),
        ("anybodys-statements", [FULL]),
        (
            "anybodys-statements",
            [
                allow(
                    "redshift-data:*",
                    **when(
                        "StringEquals",
                        "redshift-data:statement-owner-iam-userid",
                        "${aws:userid}",
                    ),
                )
            ],
        ),
        ("one-door-of-many", [deny("sagemaker:*", **DOORS)]),
        ("one-door-of-many", [deny("*", **when("StringEquals", "aws:SourceIdentity", "ada"))]),
        ("one-door-of-many", [deny("s3:*", **DOORS)]),
        ("one-door-of-many", [allow(OPEN, ALICE)]),
    ],
)
def test_what_does_what_it_seems_to_is_no_weakness(
    rule: str, statements: list[Mapping[str, Any]]
) -> None:
    assert rule not in found(*statements)


@pytest.mark.parametrize(
    ("kind", "rule"),
    [(Kind.SCP, "client-address-guarded"), (Kind.IDENTITY, "client-address-kept-out")],
)
def test_a_guardrail_by_client_address_has_a_name_of_its_own(kind: Kind, rule: str) -> None:
    rules = found(FULL, deny("sagemaker:*", **OUTSIDE_CIDR), kind=kind)

    assert rules == [rule]


def test_a_wall_may_name_everything() -> None:
    open_ = [allow("sts:AssumeRole"), allow(OPEN), allow("redshift:JoinGroup")]

    assert found(*open_, kind=Kind.SCP) == []
    assert found(*open_, kind=Kind.BOUNDARY) == []


def test_an_endpoint_that_lets_any_role_be_taken_is_a_way_out() -> None:
    row = {**allow("sts:AssumeRole", "arn:aws:iam::*:role/x"), "Principal": "*"}

    assert found(row, kind=Kind.ENDPOINT) == ["any-role"]


def test_a_weakness_says_where_what_and_what_to_do() -> None:
    first = allow("s3:GetObject", "arn:aws:s3:::b/k")
    held = policy(first, both(OPEN, IpAddress={"aws:SourceIp": ["10.0.0.0/8", "203.0.113.9"]}))

    (one,) = weaknesses(held)

    assert one.place == "$.Statement[1].Condition.IpAddress['aws:SourceIp']"
    assert one.what == "aws:SourceIp is a public address: 10.0.0.0/8 never matches"
    assert one.remedy == "Use aws:VpcSourceIp together with aws:SourceVpce."
    assert one.defect == "F-43"


def test_several_statements_that_join_are_one_weakness() -> None:
    rows = [
        allow(OPEN, ALICE, Sid=name, **when("StringEquals", key, value))
        for name, key, value in (
            ("Vpc", "aws:SourceVpc", VPC),
            ("Doors", "aws:SourceVpce", API),
            ("Tag", "aws:SourceVpc", "vpc-2"),
        )
    ]

    (one,) = weaknesses(policy(*rows))

    assert one.what == f"statements Vpc, Doors, Tag each allow {OPEN}: one of them suffices"


def test_rules_have_names_of_their_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.remedy.endswith(".") for rule in RULES)


# The published samples (S3, S5, S1), each with the defects it is known for.
PUBLISHED: Mapping[str, tuple[list[Mapping[str, Any]], set[str]]] = {
    "three Allows": (
        [
            allow(OPEN, "arn:aws:sagemaker:*:*:user-profile/*/*", **one)
            for one in (
                when("IpAddress", "aws:VpcSourceIp", OUR_CIDR),
                when("IpAddress", "aws:SourceIp", "192.168.10.0/24"),
                when("StringEquals", "aws:sourceVpce", API),
            )
        ],
        {"F-43", "F-71"},
    ),
    "the SAML function": (
        [
            allow(OPEN, "arn:aws:sagemaker:*:*:user-profile/*/*"),
            deny("sagemaker:*", "arn:aws:sagemaker:*:*:user-profile/*/*", **OUTSIDE_CIDR),
        ],
        {"F-57", "F-71"},
    ),
    "the function's wildcard role": (
        [allow("sts:AssumeRole", "arn:aws:iam::*:role/SagemakerStudioAccessRole")],
        {"F-14"},
    ),
    "the Redshift reader": (
        [
            allow("redshift:JoinGroup", "arn:aws:redshift:eu-west-1:1:dbgroup:c1/*"),
            allow(["redshift-data:ExecuteStatement", "redshift-data:GetStatementResult"]),
        ],
        {"F-60", "F-61"},
    ),
}


@pytest.mark.parametrize(("statements", "defects"), PUBLISHED.values(), ids=PUBLISHED.keys())
def test_the_published_policies_have_the_weaknesses_they_are_known_for(
    statements: list[Mapping[str, Any]], defects: set[str]
) -> None:
    assert {one.defect for one in weaknesses(policy(*statements))} == defects


def test_f_65_the_published_guardrail_is_weak_twice() -> None:
    guard = policy(allow(OPEN), deny(OPEN, **OUTSIDE_CIDR), kind=Kind.SCP)

    assert [(one.rule, one.defect) for one in weaknesses(guard)] == [
        ("client-address-guarded", "F-65"),
        ("one-door-of-many", "F-65"),
    ]


REGION, LOB = "eu-west-1", "222222222222"
PRESIGN, NOTEBOOK = (role_arn(REGION, LOB, one) for one in (PRESIGN_ROLE, EXECUTION_ROLE))
WHERE: dict[str, Any] = {"region": REGION, "account": LOB}
DOMAINS = {LOB: ["d-a", "d-b"]}
OUR_OWN: Mapping[str, tuple[Kind, Document]] = {
    "presign role": (
        Kind.IDENTITY,
        documents.presign_role_policy(
            **WHERE,
            domains={"d-a": ["192.168.10.0/24", "10.16.0.0/16"]},
            endpoints=[API, STUDIO],
        ),
    ),
    "presign trust": (
        Kind.TRUST,
        documents.presign_role_trust(gateway_role_arn=PRESIGN, external_id="x"),
    ),
    "gateway role": (
        Kind.IDENTITY,
        documents.gateway_role_policy(**WHERE, presign_role_arns=[PRESIGN], tables=["t"]),
    ),
    "session": (
        Kind.SESSION,
        documents.opening_session_policy(**WHERE, domain_id="d-a", profile="ada"),
    ),
    "service trust": (
        Kind.TRUST,
        documents.service_trust(
            "sagemaker.amazonaws.com", source_identity=True, account="222222222222"
        ),
    ),
    "execution role": (
        Kind.IDENTITY,
        documents.execution_role_policy(**WHERE, domain_ids=["d-a", "d-b"]),
    ),
    "guardrail": (
        Kind.SCP,
        guardrails.lob_guardrail(region=REGION, endpoints=[API, STUDIO]),
    ),
    "full access SCP": (Kind.SCP, guardrails.full_access_scp()),
    "full access RCP": (Kind.RCP, guardrails.full_access_rcp()),
    "STS RCP": (Kind.RCP, guardrails.sts_rcp(region=REGION, vpc=VPC)),
    "studio endpoint": (
        Kind.ENDPOINT,
        doors.studio_endpoint_policy(region=REGION, domains=DOMAINS),
    ),
    "api endpoint": (
        Kind.ENDPOINT,
        doors.sagemaker_api_endpoint_policy(region=REGION, domains=DOMAINS),
    ),
    "sts endpoint": (Kind.ENDPOINT, doors.sts_endpoint_policy(presign_role_arns=[PRESIGN])),
    "dynamodb endpoint": (
        Kind.ENDPOINT,
        doors.dynamodb_endpoint_policy(
            **WHERE, uses=signins.uses(saml=True, scim=True), record="r"
        ),
    ),
    "execute-api endpoint": (Kind.ENDPOINT, doors.execute_api_endpoint_policy(**WHERE)),
    "private api": (
        Kind.RESOURCE,
        doors.private_api_policy(api_arn="arn:aws:execute-api:r:1:a", endpoint=API),
    ),
    "authorizer": (
        Kind.IDENTITY,
        doors.authorizer_policy(api_arn="arn:aws:execute-api:r:1:a", stage="s", person="ada"),
    ),
    "reader role": (
        Kind.IDENTITY,
        warehouses.reader_role_policy(
            **WHERE, cluster="sales", database="dev", groups=["readers"]
        ),
    ),
    "reader trust": (
        Kind.TRUST,
        warehouses.reader_role_trust(execution_role_arns=[NOTEBOOK]),
    ),
    "reading": (Kind.IDENTITY, warehouses.reading_policy(reader_role_arns=[PRESIGN])),
}


@pytest.mark.parametrize(("kind", "document"), OUR_OWN.values(), ids=OUR_OWN.keys())
def test_our_own_documents_have_none(kind: Kind, document: Document) -> None:
    assert weaknesses(parse(json.dumps(document), kind=kind)) == ()


def test_amazon_sagemaker_full_access_opens_any_profile() -> None:
    held = json.loads(aws_managed_policies_data)["AmazonSageMakerFullAccess"]["Document"]

    rules = {one.rule for one in weaknesses(parse(held, kind=Kind.IDENTITY))}

    assert "any-profile" in rules


def test_managed_policies_can_be_looked_at() -> None:
    for name, held in sorted(json.loads(aws_managed_policies_data).items())[::10]:
        read = parse(held["Document"], kind=Kind.IDENTITY, name=name)
        assert all(one.place.startswith("$.Statement[") for one in weaknesses(read))


@given(POLICIES)
def test_any_policy_can_be_looked_at(held: Policy) -> None:
    assert all(one.what and one.remedy for one in weaknesses(held))
