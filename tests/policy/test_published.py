"""The published samples' policies and ours, asked from nine places.

A is allowed, a dot an implicit and D an explicit refusal; the columns are `NETWORKS`, in order.
Each row is what the policy really does, not what its article says it does.
"""

import json
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from studiogate.errors import PolicyError
from studiogate.policy.evaluate import Decision, Effect, Layers, decide, verdict
from studiogate.policy.language import Kind, Policy, parse
from studiogate.policy.request import Principal
from tests.kit.policy import (
    ALICE,
    API,
    BOB,
    EVERYTHING,
    NETWORKS,
    OPEN,
    OURS,
    SESSION,
    STUDIO,
    THEIRS,
    VPC,
    allow,
    asked,
    deny,
    policy,
    when,
)

INSIDE = [API, STUDIO]
OUR_CIDR = "10.16.0.0/16"
FULL_AWS = policy(EVERYTHING, kind=Kind.SCP, name="FullAWSAccess")
ADMIN = policy(EVERYTHING, name="admin")

SAML_VPC = [allow(OPEN, **when("StringEquals", "aws:SourceVpc", VPC))]
SAML_VPCE = [allow(OPEN, **when("ForAnyValue:StringEquals", "aws:sourceVpce", *INSIDE))]
SAML_IP = [allow(OPEN, **when("IpAddress", "aws:SourceIp", "203.0.113.0/24"))]
SAML_LAMBDA = [allow(OPEN), deny(OPEN, **when("NotIpAddress", "aws:VpcSourceIp", OUR_CIDR))]
SAML_TWO_DENIES = [
    *SAML_LAMBDA,
    deny(OPEN, **when("StringNotEquals", "aws:SourceVpce", *INSIDE)),
]
SAML_ONE_DENY = [
    allow(OPEN),
    deny(
        OPEN,
        Condition={
            "NotIpAddress": {"aws:VpcSourceIp": OUR_CIDR},
            "StringNotEquals": {"aws:SourceVpce": INSIDE},
        },
    ),
]
LOB_ROLE = [allow(OPEN, **when("StringEquals", "aws:sourceVpce", *INSIDE))]
CLIENTS_AND_VPC = [
    allow(
        OPEN,
        Condition={
            "IpAddress": {"aws:VpcSourceIp": [OUR_CIDR, "192.168.10.0/24"]},
            "StringEquals": {"aws:SourceVpc": VPC},
        },
    )
]
FULL_ACCESS = [allow(OPEN)]
OWN = [
    allow(
        OPEN,
        ALICE.replace("alice", "${aws:SourceIdentity}"),
        **when("StringEquals", "aws:SourceVpce", *INSIDE),
    )
]


def three_ways(*endpoints: str) -> list[dict[str, Any]]:
    return [
        allow(OPEN, **when("IpAddress", "aws:VpcSourceIp", OUR_CIDR)),
        allow(OPEN, **when("IpAddress", "aws:SourceIp", "192.168.10.0/24")),
        allow(OPEN, **when("StringEquals", "aws:sourceVpce", *endpoints)),
    ]


def letter(decision: Decision) -> str:
    return "A" if decision.allowed else ("D" if decision.explicit else ".")


def row(layers: Layers, *, resource: str = ALICE, **more: str) -> str:
    contexts = ({**context, **more} for context in NETWORKS.values())
    questions = (asked(context, resource=resource, by=SESSION) for context in contexts)
    return "".join(letter(decide(layers, question)) for question in questions)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        pytest.param(SAML_VPC,              "AAA.....A", id="any endpoint of the VPC"),
        pytest.param(SAML_VPCE,             "AAA......", id="two endpoints"),
        pytest.param(SAML_IP,               "...A.....", id="public by design"),
        pytest.param(SAML_LAMBDA,           "AADDDDADD", id="a stranger's VPC with our CIDR"),
        pytest.param(SAML_TWO_DENIES,       "AADDDDDDD", id="the fix: a second Deny"),
        pytest.param(SAML_ONE_DENY,         "AAADDDADD", id="both keys in one Deny are joined"),
        pytest.param(three_ways(API),       "AA....A..", id="the weakest of three wins"),
        pytest.param(three_ways(*INSIDE),   "AAA...A..", id="and still does"),
        pytest.param(LOB_ROLE,              "AAA......", id="the lob's role"),
        pytest.param(CLIENTS_AND_VPC,       "AAA......", id="clients and VPC together"),
        pytest.param(FULL_ACCESS,           "AAAAAAAAA", id="the managed policy is open"),
    ],
)  # fmt: skip
def test_s3_04_s3_05_s3_06_s5_02_what_a_published_role_policy_really_does(
    statements: list[dict[str, Any]], expected: str
) -> None:
    assert row(Layers(identity=(policy(*statements),))) == expected


CIDR_GUARD = policy(
    allow(OPEN),
    deny(OPEN, **when("NotIpAddress", "aws:VpcSourceIp", OUR_CIDR)),
    kind=Kind.SCP,
    name="published",
)
GUARD = policy(
    deny(OPEN, **when("StringNotEquals", "aws:SourceVpce", *INSIDE)), kind=Kind.SCP, name="ours"
)


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        pytest.param(CIDR_GUARD, "AADDDDADD", id="published: by client address"),
        pytest.param(GUARD, "AAADDDDDD", id="ours: by endpoint"),
    ],
)
@pytest.mark.parametrize("held", [ADMIN, policy(*FULL_ACCESS)])
def test_what_a_guardrail_leaves_of_an_open_role(
    guard: Policy, expected: str, held: Policy
) -> None:
    assert row(Layers(identity=(held,), scps=((FULL_AWS, guard),))) == expected


def test_the_guardrail_as_printed_is_refused_when_read() -> None:
    with pytest.raises(PolicyError, match="not an IP range"):
        policy(deny(OPEN, **when("NotIpAddress", "aws:VpcSourceIp", "")), kind=Kind.SCP)


def test_a_guardrail_that_replaces_full_access_denies_everything_else() -> None:
    question = asked(NETWORKS["N1 function at the API endpoint"], action="s3:GetObject")

    alone = decide(Layers(identity=(ADMIN,), scps=((CIDR_GUARD,),)), question)
    beside = decide(Layers(identity=(ADMIN,), scps=((FULL_AWS, CIDR_GUARD),)), question)

    assert (alone.allowed, alone.layer, beside.allowed) == (False, "scp", True)


def test_the_published_guardrail_guards_one_action_only() -> None:
    layers = Layers(identity=(ADMIN,), scps=((FULL_AWS, CIDR_GUARD),))
    internet = NETWORKS["N5 internet"]

    assert decide(layers, asked(internet, action="sagemaker:DescribeDomain")).allowed
    assert not decide(layers, asked(internet)).allowed


def test_the_lobs_role_opens_any_profile_of_any_domain() -> None:
    layers = Layers(identity=(policy(*LOB_ROLE),))

    assert row(layers, resource=BOB) == "AAA......"
    assert row(layers, resource=ALICE.replace("d-1", "d-2")) == "AAA......"


@pytest.mark.parametrize(
    ("resource", "person", "expected"),
    [
        (ALICE, {"aws:SourceIdentity": "alice"}, "AAA......"),
        (BOB, {"aws:SourceIdentity": "alice"}, "........."),
        (ALICE.replace("d-1", "d-2"), {"aws:SourceIdentity": "alice"}, "........."),
        (ALICE.replace(OURS, THEIRS), {"aws:SourceIdentity": "alice"}, "........."),
        (ALICE, {}, "........."),
    ],
)
def test_a_role_bound_to_the_person_opens_their_profile_from_inside(
    resource: str, person: dict[str, str], expected: str
) -> None:
    assert row(Layers(identity=(policy(*OWN),)), resource=resource, **person) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param(0, "AA....A..", id="a client address: a stranger's VPC as well"),
        pytest.param(1, ".........", id="a private range is never a public source: dead"),
        pytest.param(2, "A........", id="API endpoints only: a URL is made, and not used"),
    ],
)
def test_f_43_each_of_the_three_statements_alone(number: int, expected: str) -> None:
    assert row(Layers(identity=(policy(three_ways(API)[number]),))) == expected


def test_an_execution_role_bound_to_its_profile_opens_no_colleagues() -> None:
    own = ALICE.replace("d-1/alice", "${sagemaker:DomainId}/${sagemaker:UserProfileName}")
    layers = Layers(identity=(policy(allow(OPEN, own)),), scps=((FULL_AWS, GUARD),))
    notebook = {"sagemaker:DomainId": "d-1", "sagemaker:UserProfileName": "alice"}

    assert row(layers, **notebook) == "AAADDDDDD"
    assert row(layers, resource=BOB, **notebook) == "...DDDDDD"
    assert row(layers) == "...DDDDDD"


def test_a_deny_with_for_any_value_is_skipped_where_the_key_is_missing() -> None:
    harmful = deny(OPEN, **when("ForAnyValue:StringNotEquals", "aws:SourceVpce", *INSIDE))

    assert row(Layers(identity=(policy(allow(OPEN), harmful),))) == "AAAAAADDA"


def full_access() -> Policy:
    """AWS's own `AmazonSageMakerFullAccess`, as an execution role carries it."""
    held = json.loads(aws_managed_policies_data)["AmazonSageMakerFullAccess"]["Document"]
    return parse(held, kind=Kind.IDENTITY, name="AmazonSageMakerFullAccess")


def test_only_a_guardrail_stops_an_execution_role_with_full_access() -> None:
    held = full_access()

    assert row(Layers(identity=(held,)), resource=BOB) == "AAAAAAAAA"
    assert row(Layers(identity=(held,), scps=((FULL_AWS, GUARD),)), resource=BOB) == "AAADDDDDD"


# Part 3's cross-account role: its trust, its other policy, and the function that assumes it.
FUNCTION = Principal(
    kind="assumed-role",
    arn=f"arn:aws:sts::{THEIRS}:assumed-role/UrlFunction/fn",
    account=THEIRS,
    role_arn=f"arn:aws:iam::{THEIRS}:role/UrlFunction",
)
LOB_A_ROLE = f"arn:aws:iam::{OURS}:role/SagemakerStudioAccessRole"
LOB_B_ROLE, OUTSIDER_ROLE = (
    LOB_A_ROLE.replace(OURS, account) for account in ("444444444444", "999999999999")
)
BY_WILDCARD = policy(allow("sts:AssumeRole", "arn:aws:iam::*:role/SagemakerStudioAccessRole"))
BY_ROLE = policy(
    {"Effect": "Allow", "Principal": {"AWS": FUNCTION.role_arn}, "Action": "sts:AssumeRole"},
    kind=Kind.TRUST,
)


def becomes(role: str, *, action: str = "sts:AssumeRole", network: str = "N5 internet") -> bool:
    layers = Layers(identity=(BY_WILDCARD,), resource=BY_ROLE)
    return decide(
        layers, asked(NETWORKS[network], action=action, resource=role, by=FUNCTION)
    ).allowed


def test_f_16_stolen_credentials_become_the_lobs_role_from_anywhere_and_in_no_name() -> None:
    assert becomes(LOB_A_ROLE)
    assert not becomes(LOB_A_ROLE, action="sts:SetSourceIdentity")


def test_f_14_the_function_becomes_any_role_of_that_name_in_any_account() -> None:
    assert all(becomes(role) for role in (LOB_A_ROLE, LOB_B_ROLE, OUTSIDER_ROLE))
    assert not becomes(LOB_A_ROLE.replace("Access", "Admin"))


def test_one_lobs_role_cannot_act_in_anothers_account() -> None:
    layers = Layers(identity=(policy(*LOB_ROLE),))

    assert row(layers, resource=ALICE.replace(OURS, "444444444444")) == "........."


def test_f_15_the_lobs_role_reads_and_writes_every_bucket_from_anywhere() -> None:
    held = json.loads(aws_managed_policies_data)["AWSLambdaExecute"]["Document"]
    layers = Layers(identity=(parse(held, kind=Kind.IDENTITY),))

    for action in ("s3:GetObject", "s3:PutObject"):
        question = asked(
            NETWORKS["N5 internet"], action=action, resource="arn:aws:s3:::any/key", by=SESSION
        )
        assert decide(layers, question).allowed


def test_f_19_the_functions_own_presign_permission_is_dead_weight() -> None:
    own_account = ALICE.replace(f"{OURS}:user-profile/d-1/alice", f"{THEIRS}:user-profile/*")
    held = policy(allow(OPEN, own_account, **when("IpAddress", "aws:VpcSourceIp", OUR_CIDR)))
    network = NETWORKS["N1 function at the API endpoint"]

    def allowed(resource: str) -> bool:
        question = asked(network, resource=resource, by=FUNCTION)
        return decide(Layers(identity=(held,)), question).allowed

    assert allowed(ALICE.replace(OURS, THEIRS))
    assert not allowed(ALICE)


# The chain to Redshift, as printed: source identity is on, the inline policy has AssumeRole.
WAREHOUSE = f"arn:aws:iam::{THEIRS}:role/StudioRedshift"
TRUST = policy(
    {
        "Effect": "Allow",
        "Principal": {"AWS": SESSION.role_arn},
        "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
    },
    kind=Kind.TRUST,
)


@pytest.mark.parametrize(
    ("actions", "allowed"),
    [(["sts:AssumeRole"], False), (["sts:AssumeRole", "sts:SetSourceIdentity"], True)],
)
def test_f_58_the_redshift_chain_needs_the_source_identity_on_both_sides(
    actions: list[str], *, allowed: bool
) -> None:
    inline = policy(allow(actions, WAREHOUSE))
    hop = asked(action="sts:SetSourceIdentity", resource=WAREHOUSE, by=SESSION)

    assert decide(Layers(identity=(inline,), resource=TRUST), hop).allowed is allowed


def test_with_propagation_off_the_hop_succeeds_in_nobodys_name() -> None:
    inline = policy(allow("sts:AssumeRole", WAREHOUSE))
    hop = asked(action="sts:AssumeRole", resource=WAREHOUSE, by=SESSION)

    assert decide(Layers(identity=(inline,), resource=TRUST), hop).allowed


def db(kind: str, name: str) -> str:
    return f"arn:aws:redshift:eu-west-1:{THEIRS}:{kind}:c1/{name}"


AS_THEMSELVES = when("StringEquals", "redshift:DbUser", "${aws:SourceIdentity}")
READER = policy(
    allow(
        "redshift:GetClusterCredentials",
        [db("dbname", "dev"), db("dbuser", "${redshift:DbUser}")],
        **AS_THEMSELVES,
    ),
    allow("redshift:CreateClusterUser", db("dbuser", "${redshift:DbUser}"), **AS_THEMSELVES),
    allow("redshift:JoinGroup", db("dbgroup", "*")),
    allow(["redshift-data:ExecuteStatement", "redshift-data:GetStatementResult"]),
    allow(["redshift:Describe*", "redshift:ViewQueriesInConsole"]),
)
READING = Principal(
    kind="assumed-role",
    arn=f"arn:aws:sts::{THEIRS}:assumed-role/StudioRedshift/RedshiftSession",
    account=THEIRS,
    role_arn=WAREHOUSE,
)
GET, JOIN = "redshift:GetClusterCredentials", "redshift:JoinGroup"


@pytest.mark.parametrize(
    ("person", "action", "resource", "user", "expected"),
    [
        pytest.param("alice", GET, db("dbuser", "alice"), "alice", "A", id="alice as alice"),
        pytest.param("alice", GET, db("dbuser", "bob"), "bob", ".", id="alice as bob"),
        pytest.param("alice", GET, db("dbname", "prod"), "alice", ".", id="another database"),
        pytest.param(None, GET, db("dbuser", "alice"), "alice", ".", id="nobody as alice"),
        pytest.param("Alice", GET, db("dbuser", "alice"), "alice", ".", id="case counts"),
        pytest.param("alice", JOIN, db("dbgroup", "readers"), None, "A", id="a group"),
        pytest.param("alice", JOIN, db("dbgroup", "admins"), None, "A", id="F-60: any group"),
        pytest.param(None, JOIN, db("dbgroup", "admins"), None, "A", id="even in no name"),
        pytest.param(
            None,
            "redshift-data:GetStatementResult",
            "*",
            None,
            "A",
            id="F-61: anybody's results",
        ),
        pytest.param(None, "redshift:DescribeClusters", "*", None, "A", id="describing"),
        pytest.param("alice", "redshift:ModifyCluster", "*", None, ".", id="changing"),
    ],
)
def test_s1_14_to_s1_18_what_the_published_reader_really_may(
    *, person: str | None, action: str, resource: str, user: str | None, expected: str
) -> None:
    known = {"aws:SourceIdentity": person, "redshift:DbUser": user}
    context = {key: value for key, value in known.items() if value is not None}
    question = asked(context, action=action, resource=resource, by=READING)

    assert letter(decide(Layers(identity=(READER,)), question)) == expected


BUILDER = policy(
    allow(
        [
            f"ecr:{action}"
            for action in (
                "CreateRepository", "BatchGetImage", "CompleteLayerUpload", "DescribeImages",
                "DescribeRepositories", "UploadLayerPart", "ListImages", "InitiateLayerUpload",
                "BatchCheckLayerAvailability", "PutImage",
            )
        ]
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("action", "allowed"),
    [("ecr:PutImage", True), ("ecr:GetAuthorizationToken", False),
     ("ecr:GetDownloadUrlForLayer", False)],
)  # fmt: skip
def test_f_66_the_published_builder_can_neither_sign_in_nor_pull(
    action: str, *, allowed: bool
) -> None:
    question = asked(action=action, resource="*")

    assert decide(Layers(identity=(BUILDER,)), question).allowed is allowed


def test_a_resource_control_policy_on_the_role_closes_it_to_other_networks() -> None:
    wall = policy(
        {
            **deny("sts:AssumeRole", f"arn:aws:iam::{OURS}:role/PresignedUrlGenerator"),
            "Principal": "*",
            "Condition": {
                "StringNotEquals": {"aws:SourceVpc": VPC},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        },
        kind=Kind.RCP,
    )
    full = policy({**EVERYTHING, "Principal": "*"}, kind=Kind.RCP)
    trust = policy(
        {"Effect": "Allow", "Principal": {"AWS": THEIRS}, "Action": "sts:AssumeRole"},
        kind=Kind.TRUST,
    )
    gateway = Principal(kind="user", arn=f"arn:aws:iam::{THEIRS}:user/g", account=THEIRS)
    layers = Layers(identity=(ADMIN,), rcps=((full, wall),), resource=trust)

    answers = "".join(
        letter(
            decide(
                layers,
                asked(
                    context,
                    action="sts:AssumeRole",
                    resource=f"arn:aws:iam::{OURS}:role/PresignedUrlGenerator",
                    by=gateway,
                ),
            )
        )
        for context in NETWORKS.values()
    )

    assert answers == "AAADDDDDA"


# Where a well-known open simulator answers otherwise than AWS, AWS's answer is ours.
@pytest.mark.parametrize(
    ("statement", "context", "expected"),
    [
        pytest.param(
            allow(**when("IpAddress", "aws:SourceIp", "0.0.0.0/0")),
            {"aws:SourceIp": "198.51.100.77"}, Effect.ALLOWED,
            id="0.0.0.0/0 is every IPv4 address",
        ),
        pytest.param(
            allow(**when("IpAddress", "aws:SourceIp", "0.0.0.0/0")),
            {"aws:SourceIp": "2001:db8::1"}, Effect.SILENT, id="and no IPv6 address",
        ),
        pytest.param(
            deny(**when("NotIpAddress", "aws:SourceIp", "203.0.113.10")),
            {"aws:SourceIp": "2001:db8::1"}, Effect.DENIED,
            id="a bare IPv4 address is not where an IPv6 caller is",
        ),
        pytest.param(
            deny(**when("StringNotEquals", "k", "${aws:nobody}")),
            {"k": "x"}, Effect.DENIED, id="an inverted operator matches the unresolved",
        ),
        pytest.param(
            allow(resource="arn:aws:sagemaker:*:*:*/d-1/alice"),
            {}, Effect.ALLOWED, id="a star before the first slash",
        ),
        pytest.param(
            allow(resource=ALICE.replace("d-1/alice", "${sagemaker:DomainId}/alice")),
            {"sagemaker:DomainId": "d-1"}, Effect.ALLOWED, id="SageMaker's own keys count",
        ),
    ],
)  # fmt: skip
def test_where_a_simulator_differs_from_aws_we_do_not(
    statement: dict[str, Any], context: dict[str, str], expected: Effect
) -> None:
    assert verdict([policy(statement)], asked(context)).effect is expected


def test_the_principal_of_an_endpoint_policy_counts() -> None:
    only_them = policy({**EVERYTHING, "Principal": {"AWS": THEIRS}}, kind=Kind.ENDPOINT)

    found = decide(Layers(identity=(ADMIN,), endpoint=only_them), asked())

    assert (found.allowed, found.layer) == (False, "endpoint")
