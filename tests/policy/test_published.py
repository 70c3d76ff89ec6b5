"""The published samples' policies and ours, asked from nine places.

A is allowed, a dot an implicit and D an explicit refusal; the columns are `NETWORKS`, in order.
Each row is what the policy really does, not what its article says it does.
"""

from typing import Any

import pytest

from studiogate.errors import PolicyError
from studiogate.policy.evaluate import Decision, Effect, Layers, decide, verdict
from studiogate.policy.language import Kind, Policy
from studiogate.policy.request import ANONYMOUS, Principal, Request
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


# The private API: its resource policy and the authorizer's answer are read as one layer (API
# Gateway Developer Guide, "How resource policies affect authorization", table A).
STAGE = f"arn:aws:execute-api:eu-west-1:{OURS}:api1/prod"
ENDPOINT = {"aws:SourceVpce": "vpce-execute"}
ELSEWHERE = {"aws:SourceVpce": "vpce-other"}


def calling(path: str, context: dict[str, str]) -> Request:
    return Request("execute-api:Invoke", f"{STAGE}/GET/{path}", ANONYMOUS, context)


def api(*statements: dict[str, Any]) -> Policy:
    return policy(*({**one, "Principal": "*"} for one in statements), kind=Kind.RESOURCE)


ALLOWING_API = api(
    allow("execute-api:Invoke", **when("StringEquals", "aws:sourceVpce", "vpce-execute"))
)
DENYING_API = api(
    allow("execute-api:Invoke"),
    deny("execute-api:Invoke", **when("StringNotEquals", "aws:SourceVpce", "vpce-execute")),
)
ALLOW_OWN = allow("execute-api:Invoke", "arn:aws:execute-api:*:*:*/*/GET/user-lob-a")
DENY_OTHERS = {
    "Effect": "Deny",
    "Action": "execute-api:Invoke",
    "NotResource": "arn:aws:execute-api:*:*:*/*/GET/user-lob-a",
}


@pytest.mark.parametrize(
    ("resource_policy", "authorizer", "own", "own_elsewhere", "other"),
    [
        pytest.param(ALLOWING_API, [DENY_OTHERS], "A", ".", "D", id="the published pair"),
        pytest.param(ALLOWING_API, [ALLOW_OWN], "A", "A", "A", id="trap 1: either suffices"),
        pytest.param(
            DENYING_API, [ALLOW_OWN], "A", "D", "A", id="trap 2: other people's paths"
        ),
        pytest.param(
            DENYING_API, [ALLOW_OWN, DENY_OTHERS], "A", "D", "D", id="both sides deny"
        ),
    ],
)
def test_the_private_api_is_closed_only_where_both_sides_deny(
    resource_policy: Policy,
    authorizer: list[dict[str, Any]],
    own: str,
    own_elsewhere: str,
    other: str,
) -> None:
    both = (resource_policy, policy(*authorizer))
    letters = {Effect.ALLOWED: "A", Effect.DENIED: "D", Effect.SILENT: "."}

    def answer(path: str, context: dict[str, str]) -> str:
        return letters[verdict(both, calling(path, context)).effect]

    assert answer("user-lob-a", ENDPOINT) == own
    assert answer("user-lob-a", ELSEWHERE) == own_elsewhere
    assert answer("user-lob-b", ENDPOINT) == other


@pytest.mark.parametrize("name", ["*", "user-lob-?", "user-lob-*"])
def test_a_name_pasted_into_a_pattern_opens_everybody(name: str) -> None:
    pasted = policy(allow("execute-api:Invoke", f"arn:aws:execute-api:*:*:*/*/GET/{name}"))

    assert verdict([pasted], calling("user-lob-b", ENDPOINT)).effect is Effect.ALLOWED


def test_a_greedy_path_hides_another_name_before_ones_own() -> None:
    path = "user-lob-b/GET/user-lob-a"

    assert verdict([policy(ALLOW_OWN)], calling(path, ENDPOINT)).effect is Effect.ALLOWED


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
def test_the_redshift_chain_needs_the_source_identity_on_both_sides(
    actions: list[str], *, allowed: bool
) -> None:
    inline = policy({"Effect": "Allow", "Action": actions, "Resource": WAREHOUSE})
    hop = asked(action="sts:SetSourceIdentity", resource=WAREHOUSE, by=SESSION)

    assert decide(Layers(identity=(inline,), resource=TRUST), hop).allowed is allowed


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
