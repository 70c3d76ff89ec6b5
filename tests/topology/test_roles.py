"""Our roles: how domains and readers are counted, and what each role may do."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from studiogate import names
from studiogate.landscape.read import read
from studiogate.policy import sizes
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.language import Kind, parse
from studiogate.policy.request import ContextValue, Principal, Request
from studiogate.topology.attached import attached, endpoint_policies
from studiogate.topology.endpoint_services import STS
from studiogate.topology.ids import symbolic
from studiogate.topology.roles import gateway_role, opens, reads
from tests.kit.landscape import SOUND
from tests.kit.large import large
from tests.kit.topology import document, laid

WORDS = st.from_regex(r"[a-z0-9](-?[a-z0-9]){0,39}", fullmatch=True)
LOB_A, LOB_B, DATA = "222222222222", "333333333333", "444444444444"
READER = names.role_arn("eu-west-1", DATA, names.reader_role("sales", "lob-a"))


def test_domains_that_open_from_the_same_places_are_together() -> None:
    found = opens(read(SOUND))

    assert [one.domains for one in found["lob-a"]] == [("forecasting",), ("pricing",)]
    assert found["lob-a"][0].cidrs == ("10.0.0.0/16", "192.168.10.0/24")
    assert found["lob-a"][1].cidrs == ("10.0.0.0/16", "10.100.0.0/16", "192.168.10.0/24")


@given(st.integers(0, 1_300), st.sampled_from(["eu-west-1", "cn-north-1", "us-gov-west-1"]))
def test_the_gateway_becomes_each_role_once_and_no_policy_is_too_long(
    count: int, region: str
) -> None:
    arns = [
        names.role_arn(region, f"{200_000_000_000 + n}", names.PRESIGN_ROLE)
        for n in range(count)
    ]

    role = gateway_role(region=region, account="111111111111", presign_role_arns=arns)

    named = [
        arn
        for document in role.documents.values()
        for statement in document["Statement"]
        if "sts:AssumeRole" in statement["Action"]
        for arn in statement["Resource"]
    ]
    assert named == arns
    assert sum(map(sizes.characters, role.policies.values())) <= sizes.ROLE_INLINE
    assert all(sizes.characters(one) <= sizes.MANAGED_POLICY for one in role.managed.values())


def notebook(account: str) -> Principal:
    return Principal(
        kind="assumed-role",
        arn=f"arn:aws:sts::{account}:assumed-role/{names.EXECUTION_ROLE}/ada",
        account=account,
        role_arn=names.role_arn("eu-west-1", account, names.EXECUTION_ROLE),
    )


def becomes_reader(account: str, context: dict[str, ContextValue]) -> bool:
    """Whether a notebook of `account` may read `sales` as lob-a does."""
    landscape = laid().landscape
    found = attached(landscape, symbolic(landscape))
    roles = {(one.account, one.name): one for one in found.roles}
    own = roles[account, names.EXECUTION_ROLE].documents.values()
    reader = roles[DATA, names.reader_role("sales", "lob-a")]
    door = endpoint_policies(landscape, symbolic(landscape))[STS]
    layers = Layers(
        identity=tuple(parse(json.dumps(one), kind=Kind.IDENTITY) for one in own),
        resource=parse(json.dumps(reader.trust), kind=Kind.TRUST),
        endpoint=parse(json.dumps(door), kind=Kind.ENDPOINT),
    )
    question = Request("sts:AssumeRole", READER, notebook(account), context, DATA)
    return decide(layers, question).allowed


def test_s1_13_a_notebook_becomes_the_reader_of_its_lob_in_its_persons_name() -> None:
    as_ada: dict[str, ContextValue] = {
        "aws:SourceIdentity": "ada",
        "sts:RoleSessionName": "ada",
    }

    assert becomes_reader(LOB_A, as_ada)
    assert becomes_reader(LOB_A, {**as_ada, "sts:RoleSessionName": "RedshiftSession"})
    assert not becomes_reader(LOB_A, {"sts:RoleSessionName": "ada"})
    assert not becomes_reader(LOB_B, as_ada)


def test_a_lob_without_domains_reads_nothing_and_a_workgroup_has_no_readers_yet() -> None:
    sales = document()["warehouses"]["sales"]
    several: dict[str, Any] = {
        "sales": {**sales, "readers": {"lob-a": ["analysts"], "lob-b": []}},
        "ticks": {**sales, "cluster": None, "workgroup": "ticks"},
    }
    without = {"forecasting": document()["domains"]["forecasting"]}

    found = reads(read(json.dumps(document(warehouses=several, domains=without))))

    assert [(one.warehouse, one.lob, one.groups) for one in found] == [
        ("sales", "lob-a", ("analysts",))
    ]


@given(WORDS, WORDS, WORDS, WORDS)
def test_no_two_readers_share_a_role(one: str, lob: str, other: str, lob_2: str) -> None:
    first, second = names.reader_role(one, lob), names.reader_role(other, lob_2)

    assert len(first) <= 64
    assert (first == second) is ((one, lob) == (other, lob_2))


@given(WORDS, WORDS)
def test_no_two_names_become_one_in_cloudformations_alphabet(one: str, other: str) -> None:
    assert names.camel(one).isalnum()
    assert (names.camel(one) == names.camel(other)) is (one == other)
    assert names.camel("lob-a") == "LobA"
    assert names.camel("a-1") != names.camel("a1")


def test_many_domains_are_let_through_by_account_and_every_document_is_read_again() -> None:
    landscape = read(large(40, people=1, promises=False))

    found = attached(landscape, symbolic(landscape))

    for service, policy in found.endpoints.items():
        assert parse(json.dumps(policy), kind=Kind.ENDPOINT, name=service).statements
        assert "domain-1" not in json.dumps(policy)
    for role in found.roles:
        for policy in role.documents.values():
            parse(json.dumps(policy), kind=Kind.IDENTITY)
