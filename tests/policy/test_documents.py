"""The product's own documents: what they are meant to allow they do, and everything else not."""

import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from studiogate.errors import PolicyError
from studiogate.names import PRESIGN_ROLE, PROFILE_TAG, domain_arn, profile_arn, role_arn
from studiogate.policy import by_account, documents, doors, guardrails, signins
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.language import Document, Kind, Policy, parse
from studiogate.policy.request import ANONYMOUS, ContextValue, Principal, Request
from tests.kit.policy import API, NETWORKS, OPEN, STUDIO, asked, signed

REGION, HUB, LOB_A, LOB_B, FOREIGN = (
    "eu-west-1", "111111111111", "222222222222", "333333333333", "999999999999",
)  # fmt: skip
INSIDE = [API, STUDIO]
DESCRIBE = "sagemaker:DescribeDomain"
GATEWAY_ARN = role_arn(REGION, HUB, "StudiogateGateway")
PRESIGN_A, PRESIGN_B = (role_arn(REGION, lob, PRESIGN_ROLE) for lob in (LOB_A, LOB_B))


def session(account: str, role: str, name: str) -> Principal:
    return Principal(
        kind="assumed-role",
        arn=f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
        account=account,
        role_arn=role_arn(REGION, account, role),
    )


OFFICE, HUB_CIDR = "192.168.10.0/24", "10.16.0.0/16"
GATEWAY = session(HUB, "StudiogateGateway", "gateway")
OPENER = session(LOB_A, PRESIGN_ROLE, "ada")
NOTEBOOK = session(LOB_A, "StudioExecution", "ada")


def read(document: Document, kind: Kind = Kind.IDENTITY) -> Policy:
    return parse(json.dumps(document), kind=kind, name="ours")


ROLE_POLICY = read(
    documents.presign_role_policy(
        region=REGION,
        account=LOB_A,
        domains={"d-a": [OFFICE, HUB_CIDR], "d-b": [OFFICE, HUB_CIDR]},
        endpoints=INSIDE,
    )
)
GUARDRAIL = (
    read(guardrails.full_access_scp(), Kind.SCP),
    read(guardrails.lob_guardrail(region=REGION, endpoints=INSIDE), Kind.SCP),
)
ROLE = Layers(identity=(ROLE_POLICY,), scps=(GUARDRAIL,))


def opened(layers: Layers, resource: str, profile: str | None, by: Principal = OPENER) -> str:
    """One letter per network: A allowed, D denied, a dot for silence."""
    tags = {} if profile is None else {f"aws:PrincipalTag/{PROFILE_TAG}": profile}
    answers = (
        decide(layers, asked(signed(by, {**context, **tags}), resource=resource, by=by))
        for context in NETWORKS.values()
    )
    return "".join("A" if one.allowed else ("D" if one.explicit else ".") for one in answers)


@pytest.mark.parametrize("domain", ["d-a", "d-b"])
def test_s3_13_s4_10_s5_13_the_presign_role_opens_the_tagged_profile_from_inside_only(
    domain: str,
) -> None:
    own = profile_arn(REGION, LOB_A, domain, "ada")

    assert opened(ROLE, own, "ada") == "AAADDDDDD"


def test_s5_01_a_url_is_dead_in_a_network_of_ours_that_its_domain_does_not_open_from() -> None:
    plant = documents.presign_role_policy(
        region=REGION,
        account=LOB_A,
        domains={
            "d-a": [OFFICE, HUB_CIDR],
            "d-b": ["10.120.0.0/16", OFFICE, HUB_CIDR],
            "d-c": [HUB_CIDR, OFFICE],
        },
        endpoints=INSIDE,
    )
    elsewhere = {**NETWORKS["N2 host at the Studio endpoint"], "aws:VpcSourceIp": "10.120.0.7"}
    tagged = signed(OPENER, {**elsewhere, f"aws:PrincipalTag/{PROFILE_TAG}": "ada"})

    def used(domain: str) -> bool:
        own = profile_arn(REGION, LOB_A, domain, "ada")
        layers = Layers(identity=(read(plant),), scps=(GUARDRAIL,))
        return decide(layers, asked(tagged, resource=own, by=OPENER)).allowed

    assert [used(domain) for domain in ("d-a", "d-b", "d-c")] == [False, True, False]
    assert [one["Sid"] for one in plant["Statement"]] == [
        "OpenOwnProfile", "OpenOwnProfile1", "SeeDomains", "SeeWhatRuns", "SeeOwnProfile",
        "SeeImages",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("account", "domain", "profile", "tag"),
    [
        pytest.param(LOB_A, "d-a", "bo", "ada", id="a colleague"),
        pytest.param(LOB_A, "d-a", "ada", None, id="a session without the tag"),
        pytest.param(LOB_A, "d-a", "ada", "*", id="a tag that is a pattern"),
        pytest.param(LOB_A, "d-c", "ada", "ada", id="a domain that is not listed"),
        pytest.param(LOB_B, "d-a", "ada", "ada", id="another account"),
        pytest.param(LOB_A, "d-a", "Ada", "ada", id="case counts"),
        pytest.param(LOB_A, "d-a", "ada/x", "ada", id="more than the profile"),
    ],
)
def test_s3_13_the_presign_role_opens_nothing_else_from_anywhere(
    account: str, domain: str, profile: str, tag: str | None
) -> None:
    resource = profile_arn(REGION, account, domain, profile)

    assert "A" not in opened(ROLE, resource, tag)
    assert "A" not in opened(Layers(identity=(ROLE_POLICY,)), resource, tag)


@pytest.mark.parametrize(
    "action", [one for one in documents.FRONT_DOORS if one != OPEN] + ["sagemaker:UpdateDomain"]
)
def test_the_presign_role_has_no_other_action(action: str) -> None:
    own = profile_arn(REGION, LOB_A, "d-a", "ada")
    network = NETWORKS["N1 function at the API endpoint"]
    context = signed(OPENER, {**network, f"aws:PrincipalTag/{PROFILE_TAG}": "ada"})

    assert not decide(ROLE, asked(context, action=action, resource=own, by=OPENER)).allowed


def test_the_presign_role_sees_its_domains_from_inside() -> None:
    def sees(domain: str, network: str) -> bool:
        resource = domain_arn(REGION, LOB_A, domain)
        question = asked(NETWORKS[network], action=DESCRIBE, resource=resource, by=OPENER)
        return decide(ROLE, question).allowed

    assert sees("d-a", "N1 function at the API endpoint")
    assert not sees("d-c", "N1 function at the API endpoint")
    assert not sees("d-a", "N5 internet")


EXTERNAL_ID = "studiogate:acme:demo:lob-a"
GATEWAY_POLICY = read(
    documents.gateway_role_policy(
        region=REGION,
        account=HUB,
        presign_role_arns=[PRESIGN_A, PRESIGN_B],
        tables=["studiogate-people", "studiogate-lobs"],
    )
)
TRUST = read(
    documents.presign_role_trust(gateway_role_arn=GATEWAY_ARN, external_id=EXTERNAL_ID),
    Kind.TRUST,
)
FULL_HOP: Mapping[str, ContextValue] = {
    "sts:ExternalId": EXTERNAL_ID,
    "sts:SourceIdentity": "ada",
    "sts:RoleSessionName": "ada",
    f"aws:RequestTag/{PROFILE_TAG}": "ada",
    "aws:TagKeys": (PROFILE_TAG,),
}


def hop(
    context: Mapping[str, ContextValue],
    *,
    by: Principal = GATEWAY,
    role: str = PRESIGN_A,
    identity: Policy = GATEWAY_POLICY,
) -> tuple[bool, ...]:
    """Whether each of the three permissions of the hop is given."""
    layers = Layers(identity=(identity,), resource=TRUST)
    return tuple(
        decide(layers, asked(context, action=action, resource=role, by=by)).allowed
        for action in documents.ASSUME
    )


def without(*keys: str) -> dict[str, ContextValue]:
    return {key: value for key, value in FULL_HOP.items() if key not in keys}


def test_the_gateway_becomes_the_presign_role_for_somebody_and_their_profile() -> None:
    assert hop(FULL_HOP) == (True, True, True)


ADMIN_HOP = read(guardrails.full_access_scp())


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        pytest.param(without("sts:ExternalId"), (False, True, True), id="no external id"),
        pytest.param(
            {**FULL_HOP, "sts:ExternalId": "studiogate:acme:prod:lob-a"},
            (False, True, True),
            id="another environment's external id",
        ),
        pytest.param(without("sts:SourceIdentity"), (False, False, True), id="for nobody"),
        pytest.param(
            without(f"aws:RequestTag/{PROFILE_TAG}"), (True, True, False), id="no profile"
        ),
        pytest.param(
            {**FULL_HOP, "aws:TagKeys": (PROFILE_TAG, "team")},
            (True, True, False),
            id="one more tag",
        ),
        pytest.param(
            {**FULL_HOP, f"aws:RequestTag/{PROFILE_TAG}": ""},
            (True, True, False),
            id="an empty profile",
        ),
    ],
)
def test_each_missing_piece_of_the_hop_is_refused(
    context: Mapping[str, ContextValue], expected: tuple[bool, ...]
) -> None:
    assert hop(context) == expected
    assert hop(context, identity=ADMIN_HOP) == expected


@pytest.mark.parametrize(
    "by",
    [
        session(HUB, "Administrator", "eve"),
        session(FOREIGN, "StudiogateGateway", "gateway"),
        session(LOB_A, "Administrator", "eve"),
        session(LOB_B, PRESIGN_ROLE, "ada"),
        Principal(kind="user", arn=f"arn:aws:iam::{HUB}:user/eve", account=HUB),
        Principal(kind="service", arn="sagemaker.amazonaws.com", account=""),
        ANONYMOUS,
    ],
)
def test_s2_11_nobody_but_the_gateway_becomes_the_presign_role(by: Principal) -> None:
    assert hop(FULL_HOP, by=by, identity=ADMIN_HOP) == (False, False, False)


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("sts:AssumeRole", PRESIGN_A, True),
        ("sts:AssumeRole", role_arn(REGION, FOREIGN, PRESIGN_ROLE), False),
        ("sts:AssumeRole", role_arn(REGION, LOB_A, "Administrator"), False),
        ("dynamodb:GetItem", f"arn:aws:dynamodb:{REGION}:{HUB}:table/studiogate-lobs", True),
        ("dynamodb:GetItem", f"arn:aws:dynamodb:{REGION}:{HUB}:table/studiogate-lobs2", False),
        ("dynamodb:GetItem", f"arn:aws:dynamodb:{REGION}:{LOB_A}:table/studiogate-lobs", False),
        ("dynamodb:PutItem", f"arn:aws:dynamodb:{REGION}:{HUB}:table/studiogate-lobs", False),
        ("dynamodb:Scan", f"arn:aws:dynamodb:{REGION}:{HUB}:table/studiogate-people", False),
        (OPEN, profile_arn(REGION, LOB_A, "d-a", "ada"), False),
    ],
)
def test_the_gateway_itself_reads_two_tables_and_becomes_two_roles(
    action: str, resource: str, *, expected: bool
) -> None:
    # Seen from its own account only: the other side has its say in the trust policy.
    question = Request(action, resource, GATEWAY, {}, resource_account=HUB)

    assert decide(Layers(identity=(GATEWAY_POLICY,)), question).allowed is expected


def test_the_session_policy_is_a_second_lock_and_fits() -> None:
    document = documents.opening_session_policy(
        region=REGION, account=LOB_A, domain_id="d-" + "a" * 61, profile="a" * 63
    )
    text = documents.compact(document)

    assert len(text) < documents.INLINE_LIMIT / 2
    assert json.loads(text) == document
    assert " " not in text


@pytest.mark.parametrize(
    ("profile", "tag", "expected"),
    [("ada", "ada", "AAADDDDDD"), ("bo", "bo", "...DDDDDD"), ("bo", "ada", "...DDDDDD")],
)
def test_one_opening_opens_one_profile_whatever_the_tag_says(
    profile: str, tag: str, expected: str
) -> None:
    lock = read(
        documents.opening_session_policy(
            region=REGION, account=LOB_A, domain_id="d-a", profile="ada"
        ),
        Kind.SESSION,
    )
    layers = Layers(identity=(ROLE_POLICY,), scps=(GUARDRAIL,), session=(lock,))

    assert opened(layers, profile_arn(REGION, LOB_A, "d-a", profile), tag) == expected
    assert "A" not in opened(layers, profile_arn(REGION, LOB_A, "d-b", "ada"), "ada")


def test_a_session_policy_that_does_not_fit_is_refused() -> None:
    with pytest.raises(PolicyError, match="do not fit"):
        documents.compact({"Statement": "x" * documents.INLINE_LIMIT})


EXECUTION = Layers(
    identity=(
        read(documents.execution_role_policy(region=REGION, account=LOB_A, domain_ids=["d-a"])),
    ),
    scps=(GUARDRAIL,),
)
IN_STUDIO = {
    **NETWORKS["N2 host at the Studio endpoint"],
    "sagemaker:DomainId": "d-a",
    "sagemaker:UserProfileName": "ada",
}


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        (OPEN, profile_arn(REGION, LOB_A, "d-a", "ada"), True),
        (OPEN, profile_arn(REGION, LOB_A, "d-a", "bo"), False),
        (OPEN, profile_arn(REGION, LOB_A, "d-b", "ada"), False),
        (DESCRIBE, domain_arn(REGION, LOB_A, "d-a"), True),
        (DESCRIBE, domain_arn(REGION, LOB_A, "d-b"), False),
        ("sagemaker:DescribeSpace", f"arn:aws:sagemaker:{REGION}:{LOB_A}:space/d-a/x", True),
        ("sagemaker:DescribeSpace", f"arn:aws:sagemaker:{REGION}:{LOB_A}:space/d-ab/x", False),
        ("sagemaker:ListDomains", "*", True),
        ("sagemaker:UpdateDomain", domain_arn(REGION, LOB_A, "d-a"), False),
        ("sagemaker:StartSession", f"arn:aws:sagemaker:{REGION}:{LOB_A}:space/d-a/x", False),
        ("sts:AssumeRole", PRESIGN_A, False),
    ],
)
def test_a_notebook_opens_its_own_profile_and_sees_its_own_domain(
    action: str, resource: str, *, expected: bool
) -> None:
    question = asked(signed(NOTEBOOK, IN_STUDIO), action=action, resource=resource, by=NOTEBOOK)

    assert decide(EXECUTION, question).allowed is expected


@pytest.mark.parametrize("source_identity", [True, False])
def test_s1_10_a_service_may_name_the_person_only_where_it_is_told_so(
    *, source_identity: bool
) -> None:
    trust = read(
        documents.service_trust("sagemaker.amazonaws.com", source_identity=source_identity),
        Kind.TRUST,
    )
    sagemaker = Principal(kind="service", arn="sagemaker.amazonaws.com", account="")
    ecs = Principal(kind="service", arn="ecs-tasks.amazonaws.com", account="")

    def may(action: str, by: Principal) -> bool:
        question = asked(action=action, resource=role_arn(REGION, LOB_A, "x"), by=by)
        return decide(Layers(resource=trust), question).allowed

    assert may("sts:AssumeRole", sagemaker)
    assert may("sts:SetSourceIdentity", sagemaker) is source_identity
    assert not may("sts:AssumeRole", ecs)
    assert not may("sts:AssumeRole", NOTEBOOK)


@pytest.mark.parametrize(
    ("said", "expected"), [(LOB_A, True), (LOB_B, False), (None, True)], ids=str
)
def test_s1_10_a_service_that_says_for_whom_it_works_works_for_the_roles_own_account(
    said: str | None, *, expected: bool
) -> None:
    """Another account's domain is not run with the execution role of this one."""
    trust = read(
        documents.service_trust("sagemaker.amazonaws.com", source_identity=True, account=LOB_A),
        Kind.TRUST,
    )
    sagemaker = Principal(kind="service", arn="sagemaker.amazonaws.com", account="")
    keys = {"aws:SourceAccount": said} if said else {}

    for action in ("sts:AssumeRole", "sts:SetSourceIdentity"):
        question = Request(action, role_arn(REGION, LOB_A, "x"), sagemaker, keys)
        assert decide(Layers(resource=trust), question).allowed is expected


DOMAINS = {LOB_A: ["d-a"], LOB_B: ["d-b"]}
DOORS: Mapping[str, Document] = {
    "studio": doors.studio_endpoint_policy(region=REGION, domains=DOMAINS),
    "api": doors.sagemaker_api_endpoint_policy(region=REGION, domains=DOMAINS),
    "sts": doors.sts_endpoint_policy(presign_role_arns=[PRESIGN_A, PRESIGN_B]),
    "dynamodb": doors.dynamodb_endpoint_policy(
        region=REGION,
        account=HUB,
        uses=signins.uses(saml=True, scim=False),
        record="studiogate-openings",
    ),
    "gateway": doors.execute_api_endpoint_policy(region=REGION, account=HUB),
}
OUR_API = f"arn:aws:execute-api:{REGION}:{HUB}:a1b2c3/prod/GET/ada"
OUR_PROFILE = profile_arn(REGION, LOB_B, "d-b", "bo")
OUR_APP = f"arn:aws:sagemaker:{REGION}:{LOB_B}:app/d-b/bo/JupyterLab/default"
FOREIGN_PROFILE = profile_arn(REGION, FOREIGN, "d-a", "ada")
TABLE = f"arn:aws:dynamodb:{REGION}:{HUB}:table/studiogate-people"
RECORD = f"arn:aws:dynamodb:{REGION}:{HUB}:table/studiogate-openings"
LOB_KEYS = {"aws:PrincipalAccount": LOB_A, "aws:ResourceAccount": LOB_A}
ABROAD_KEYS = {"aws:PrincipalAccount": LOB_A, "aws:ResourceAccount": FOREIGN}
STRANGER_KEYS = {"aws:PrincipalAccount": FOREIGN, "aws:ResourceAccount": LOB_A}
JOB = f"arn:aws:sagemaker:{REGION}:{LOB_A}:training-job/x"


@pytest.mark.parametrize(
    ("door", "action", "resource", "context", "expected"),
    [
        ("studio",   OPEN,                     OUR_PROFILE,      {}, True),
        ("studio",   OPEN,                     FOREIGN_PROFILE,  {}, False),
        ("studio",   OPEN, profile_arn(REGION, LOB_A, "d-b", "x"), {}, False),
        ("studio",   OPEN, profile_arn(REGION, LOB_B, "d-bb", "x"), {}, False),
        ("studio",   "sagemaker:CreateApp",    OUR_APP,          {}, True),
        ("studio",   "sagemaker:DeleteApp",    OUR_APP,          {}, False),
        ("studio",   "s3:GetObject",           "arn:aws:s3:::b/k", {}, False),
        ("api",      OPEN,                     OUR_PROFILE,      {}, True),
        ("api",      OPEN,                     FOREIGN_PROFILE,  LOB_KEYS, False),
        ("api",      OPEN, profile_arn(REGION, LOB_A, "d-c", "x"), LOB_KEYS, False),
        ("api",      DESCRIBE, domain_arn(REGION, LOB_A, "d-a"), {}, True),
        ("api",      DESCRIBE, domain_arn(REGION, FOREIGN, "d-a"), ABROAD_KEYS, False),
        ("api",      "sagemaker:ListDomains",  "*", {"aws:PrincipalAccount": LOB_A}, True),
        ("api",      "sagemaker:ListDomains",  "*", {"aws:PrincipalAccount": FOREIGN}, False),
        ("api",      "sagemaker:CreateTrainingJob", JOB,         LOB_KEYS, True),
        ("api",      "sagemaker:CreateTrainingJob", JOB,         STRANGER_KEYS, False),
        ("api",      "sagemaker:CreateTrainingJob", JOB,         {}, False),
        ("api",      "sagemaker:StartSession", JOB,              LOB_KEYS, False),
        ("sts",      "sts:AssumeRole",         PRESIGN_A,        {}, True),
        ("sts",      "sts:SetSourceIdentity",  PRESIGN_B,        {}, True),
        ("sts",      "sts:TagSession",         PRESIGN_B,        {}, True),
        ("sts",      "sts:AssumeRole", role_arn(REGION, FOREIGN, PRESIGN_ROLE), {}, False),
        ("sts",      "sts:GetCallerIdentity",  "*",              {}, True),
        ("sts",      "sts:GetFederationToken", "*",              {}, False),
        ("dynamodb", "dynamodb:GetItem",       TABLE,            {}, True),
        ("dynamodb", "dynamodb:PutItem",       TABLE,            {}, False),
        ("dynamodb", "dynamodb:PutItem",       RECORD,           {}, True),
        ("dynamodb", "dynamodb:GetItem",       RECORD,           {}, False),
        ("dynamodb", "dynamodb:DeleteItem",    RECORD,           {}, False),
        ("dynamodb", "dynamodb:GetItem", TABLE.replace(HUB, FOREIGN), {}, False),
        ("gateway",  "execute-api:Invoke",     OUR_API,          {}, True),
        ("gateway",  "execute-api:Invoke", OUR_API.replace(HUB, FOREIGN), {}, False),
        ("gateway",  "execute-api:ManageConnections", OUR_API,   {}, False),
    ],
)  # fmt: skip
def test_s3_16_a_door_lets_through_what_is_ours(
    door: str, action: str, resource: str, context: dict[str, ContextValue], *, expected: bool
) -> None:
    endpoint = read(DOORS[door], Kind.ENDPOINT)
    question = Request(action, resource, GATEWAY, context, resource_account=HUB)
    admin = read(guardrails.full_access_scp())

    found = decide(Layers(identity=(admin,), endpoint=endpoint), question)

    assert found.allowed is expected
    assert expected or found.layer == "endpoint"


def test_s2_14_the_private_api_answers_through_its_endpoint_alone() -> None:
    arn = f"arn:aws:execute-api:{REGION}:{HUB}:api1"
    api = read(doors.private_api_policy(api_arn=arn, endpoint="vpce-api"), Kind.RESOURCE)

    def answer(stage: str, context: Mapping[str, ContextValue]) -> tuple[bool, bool]:
        question = Request("execute-api:Invoke", f"{stage}/GET/", ANONYMOUS, context)
        found = decide(Layers(resource=api), question)
        return found.allowed, found.explicit

    through = {"aws:SourceVpce": "vpce-api"}
    assert answer(f"{arn}/prod", through) == (True, False)
    assert answer(f"{arn}2/prod", through) == (False, False)
    assert answer(f"{arn}/prod", {"aws:SourceVpce": "vpce-other"}) == (False, True)
    assert answer(f"{arn}/prod", {"aws:SourceIp": "203.0.113.10"}) == (False, True)


BAD: list[Callable[[], Any]] = [
    lambda: documents.opening_session_policy(
        region=REGION, account=LOB_A, domain_id="d-a", profile="*"
    ),
    lambda: documents.opening_session_policy(
        region=REGION, account=LOB_A, domain_id="d-*", profile="ada"
    ),
    lambda: documents.opening_session_policy(
        region=REGION, account="*", domain_id="d-a", profile="ada"
    ),
    lambda: documents.presign_role_policy(
        region=REGION, account=LOB_A, domains={}, endpoints=INSIDE
    ),
    lambda: documents.presign_role_policy(
        region=REGION, account=LOB_A, domains={"d-a": []}, endpoints=INSIDE
    ),
    lambda: documents.presign_role_policy(
        region=REGION, account=LOB_A, domains={"d-a": ["10.*"]}, endpoints=INSIDE
    ),
    lambda: documents.presign_role_policy(
        region=REGION, account=LOB_A, domains={"d-a": [OFFICE]}, endpoints=[]
    ),
    lambda: documents.presign_role_policy(
        region=REGION,
        account=LOB_A,
        domains={"d-a": [OFFICE]},
        endpoints=["vpce-*"],
    ),
    lambda: documents.presign_role_trust(gateway_role_arn="*", external_id="x"),
    lambda: documents.presign_role_trust(gateway_role_arn=GATEWAY_ARN, external_id=""),
    lambda: documents.gateway_role_policy(
        region=REGION, account=HUB, presign_role_arns=["arn:aws:iam::*:role/x"], tables=["t"]
    ),
    lambda: documents.gateway_role_policy(
        region=REGION, account=HUB, presign_role_arns=[PRESIGN_A], tables=["*"]
    ),
    lambda: guardrails.lob_guardrail(region=REGION, endpoints=[]),
    lambda: guardrails.lob_guardrail(region=REGION, endpoints=["vpce-*"]),
    lambda: guardrails.sts_rcp(region=REGION, vpc="vpc-*"),
    lambda: guardrails.sts_rcp(region=REGION, vpc=""),
    lambda: documents.becoming_policy(presign_role_arns=[]),
    lambda: documents.becoming_policy(presign_role_arns=["arn:aws:iam::*:role/x"]),
    lambda: by_account.sagemaker_api_by_account(accounts=[]),
    lambda: by_account.sagemaker_api_by_account(accounts=["*"]),
    lambda: by_account.studio_by_account(region=REGION, accounts=["22222222222?"]),
    lambda: by_account.sts_by_account(region=REGION, accounts=[]),
    lambda: by_account.sts_by_account(region=REGION, accounts=[LOB_A], reader_role_arns=["*"]),
    lambda: by_account.shared_endpoint_policy(prefix="*", accounts=[LOB_A], hub=HUB),
    lambda: by_account.shared_endpoint_policy(prefix="logs", accounts=[LOB_A], hub="*"),
    lambda: by_account.s3_gateway_policy(region=REGION, account="*", hub=HUB),
    lambda: doors.studio_endpoint_policy(region=REGION, domains={}),
    lambda: doors.studio_endpoint_policy(region=REGION, domains={LOB_A: ["d-*"]}),
    lambda: doors.studio_endpoint_policy(region=REGION, domains={"*": ["d-a"]}),
    lambda: doors.sts_endpoint_policy(presign_role_arns=["*"]),
    lambda: doors.private_api_policy(api_arn="arn:aws:execute-api:*:*:*", endpoint="vpce-a"),
]


@pytest.mark.parametrize("make", BAD)
def test_no_document_is_made_of_a_pattern_or_of_nothing(make: Callable[[], Any]) -> None:
    with pytest.raises(PolicyError) as refused:
        make()

    assert refused.value.remedy


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_other_partitions_have_their_own_names(region: str, partition: str) -> None:
    made = [
        documents.presign_role_policy(
            region=region,
            account=LOB_A,
            domains={"d-a": [OFFICE]},
            endpoints=INSIDE,
        ),
        documents.execution_role_policy(region=region, account=LOB_A, domain_ids=["d-a"]),
        doors.sagemaker_api_endpoint_policy(region=region, domains=DOMAINS),
    ]
    texts = itertools.chain.from_iterable(
        one["Resource"] if isinstance(one["Resource"], list) else [one["Resource"]]
        for document in made
        for one in document["Statement"]
    )

    assert {text.split(":")[1] for text in texts if text != "*"} == {partition}
