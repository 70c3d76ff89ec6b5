"""Reading a serverless workgroup: a role each, and none for anybody else (decision 21)."""

import json
from collections.abc import Mapping

import pytest

from studiogate import names
from studiogate.errors import PolicyError
from studiogate.policy import by_account, documents, doors, notebook_library, warehouses
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.language import Document, Kind, Policy, parse
from studiogate.policy.request import ContextValue, Principal, Request

REGION, LOB, OTHER, DATA = "eu-west-1", "222222222222", "333333333333", "444444444444"
HUB, BUCKET = "111111111111", "studiogate-artifacts-111111111111-eu-west-1"
ID = "5c0c3a9e-2b7d-4f0e-9a51-0d6f1e2b3c4d"
WORKGROUP = f"arn:aws:redshift-serverless:{REGION}:{DATA}:workgroup/{ID}"
OWN = names.role_arn(REGION, DATA, "StudioReader-ticks" + warehouses.OWN)
ALICE: Mapping[str, ContextValue] = {"aws:SourceIdentity": "alice", "aws:userid": "A1:alice"}


def read(document: Document, kind: Kind = Kind.IDENTITY) -> Policy:
    return parse(json.dumps(document), kind=kind, name="ours")


def session(account: str, role: str, name: str = "alice") -> Principal:
    arn = names.role_arn(REGION, account, role)
    return Principal(
        kind="assumed-role",
        arn=f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
        account=account,
        role_arn=arn,
    )


NOTEBOOK = session(LOB, names.EXECUTION_ROLE)
READER = session(DATA, names.own_reader_role("ticks", "alice"))
HELD = read(warehouses.workgroup_reader_policy(region=REGION, account=DATA, workgroup_id=ID))


def may(action: str, resource: str, **context: ContextValue) -> bool:
    keys = {**ALICE, **{name.replace("__", ":"): value for name, value in context.items()}}
    held = {name: value for name, value in keys.items() if value != ()}
    return decide(Layers(identity=(HELD,)), Request(action, resource, READER, held)).allowed


@pytest.mark.parametrize("action", [*warehouses.ON_WORKGROUP, *warehouses.ON_CLUSTER])
def test_a_person_signs_in_to_the_one_workgroup_and_in_a_name(action: str) -> None:
    assert may(action, WORKGROUP)
    assert not may(action, WORKGROUP.replace("4d", "4e"))
    assert not may(action, WORKGROUP, aws__SourceIdentity=())


@pytest.mark.parametrize("action", warehouses.ON_STATEMENT)
def test_f_61_statements_are_their_owners_on_a_workgroup_as_well(action: str) -> None:
    assert may(action, "*", **{"redshift-data__statement-owner-iam-userid": "A1:alice"})
    assert not may(action, "*", **{"redshift-data__statement-owner-iam-userid": "A2:bob"})


@pytest.mark.parametrize(
    "action", ["redshift-serverless:UpdateWorkgroup", "redshift:GetClusterCredentials"]
)
def test_and_does_nothing_else(action: str) -> None:
    assert not may(action, WORKGROUP)


def hop(
    profile: str,
    context: Mapping[str, ContextValue],
    *,
    role: str | None = None,
    by: Principal = NOTEBOOK,
) -> tuple[bool, ...]:
    """Whether a notebook may become the reader of `profile`, by each of its two permissions."""
    trust = warehouses.own_reader_role_trust(
        execution_role_arns=[names.role_arn(REGION, LOB, names.EXECUTION_ROLE)],
        profile=profile,
    )
    layers = Layers(
        identity=(read(warehouses.reading_policy(reader_role_arns=[OWN])),),
        resource=read(trust, Kind.TRUST),
        endpoint=read(
            doors.sts_endpoint_policy(presign_role_arns=[], reader_role_arns=[OWN]),
            Kind.ENDPOINT,
        ),
    )
    arn = names.role_arn(REGION, DATA, role or names.own_reader_role("ticks", profile))
    return tuple(
        decide(layers, Request(action, arn, by, context, DATA)).allowed
        for action in documents.HOP
    )


AS_ALICE: Mapping[str, ContextValue] = {
    "aws:SourceIdentity": "alice",
    "sts:RoleSessionName": "alice",
}


def test_a_notebook_becomes_its_own_persons_reader_and_nobody_elses() -> None:
    assert hop("alice", AS_ALICE) == (True, True)
    assert hop("bob", AS_ALICE) == (False, False)
    assert hop("alice", {**AS_ALICE, "sts:RoleSessionName": "bob"}) == (False, True)
    assert hop("alice", {"sts:RoleSessionName": "alice"}) == (False, False)
    assert hop("alice", AS_ALICE, role="StudioReader-quotes.alice") == (False, False)
    stranger = session(OTHER, names.EXECUTION_ROLE)
    assert hop("alice", AS_ALICE, by=stranger) == (False, False)


def test_a_name_that_is_a_pattern_opens_no_more_than_itself() -> None:
    for name in ("*", "al*", "?????"):
        as_name: dict[str, ContextValue] = {
            "aws:SourceIdentity": name,
            "sts:RoleSessionName": name,
        }
        assert hop("alice", as_name) == (False, False)


def test_a_session_brings_no_groups_of_its_own() -> None:
    trust = warehouses.own_reader_role_trust(
        execution_role_arns=[names.role_arn(REGION, LOB, names.EXECUTION_ROLE)],
        profile="alice",
    )
    for document in (trust, warehouses.reading_policy(reader_role_arns=[OWN])):
        assert "sts:TagSession" not in json.dumps(document)


@pytest.mark.parametrize("arn", ["*", OWN.replace("ticks", "*"), f"{OWN}*", "${aws:userid}"])
def test_no_other_pattern_of_readers_is_taken(arn: str) -> None:
    with pytest.raises(PolicyError):
        warehouses.reading_policy(reader_role_arns=[arn])
    with pytest.raises(PolicyError):
        doors.sts_endpoint_policy(presign_role_arns=[], reader_role_arns=[arn])


def through(action: str, by: Principal, *, resource: str = "*", owner: str = DATA) -> bool:
    """Whether the endpoint of a Redshift API lets it through."""
    policy = by_account.readers_endpoint_policy(
        region=REGION,
        actions=[*warehouses.ON_EVERY_CLUSTER, *warehouses.SIGNING_IN],
        accounts=[DATA],
        lookers=[LOB],
    )
    layers = Layers(
        identity=(read({"Version": "2012-10-17", "Statement": [_ALL]}),),
        endpoint=read(policy, Kind.ENDPOINT),
    )
    keys: dict[str, ContextValue] = {
        "aws:PrincipalArn": by.role_arn or "",
        "aws:PrincipalAccount": by.account,
        "aws:ResourceAccount": owner,
    }
    return decide(layers, Request(action, resource, by, keys)).allowed


_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def test_f_27_the_endpoints_are_for_our_readers_and_for_what_they_do() -> None:
    reader = session(DATA, names.reader_role("sales", "lob-a"))

    assert through("redshift:GetClusterCredentials", reader)
    assert not through("redshift:GetClusterCredentials", reader, owner="666666666666")
    assert not through("redshift:ModifyCluster", reader)
    assert not through("redshift:GetClusterCredentials", NOTEBOOK)
    assert not through("redshift:DescribeClusters", session(DATA, "Administrator"))
    assert not through("redshift:DescribeClusters", session("666666666666", "StudioReader-x"))
    assert through("redshift:DescribeEndpointAccess", NOTEBOOK, owner=LOB)
    assert not through("redshift:DescribeEndpointAccess", reader)


def takes(key: str, *, by: Principal = NOTEBOOK) -> bool:
    """Whether a notebook may fetch `key`: its own policy and the bucket's, of two accounts."""
    own = notebook_library.taking_policy(
        region=REGION, suffix="amazonaws.com", hub=HUB, bucket=BUCKET
    )
    statement = notebook_library.taken_from_bucket(region=REGION, bucket=BUCKET, accounts=[LOB])
    layers = Layers(
        identity=(read(own),),
        resource=read(documents.policy_document(statement), Kind.RESOURCE),
    )
    keys: dict[str, ContextValue] = {"aws:PrincipalArn": by.role_arn or ""}
    question = Request("s3:GetObject", f"arn:aws:s3:::{BUCKET}/{key}", by, keys, HUB)
    return decide(layers, question).allowed


def test_s1_28_a_notebook_fetches_the_library_and_nothing_else_of_the_bucket() -> None:
    assert takes("library/0123.zip")
    assert not takes("function/0123.zip")
    assert not takes("landscape.yaml")
    assert not takes("library/0123.zip", by=session(LOB, "Other"))
    assert not takes("library/0123.zip", by=session(OTHER, names.EXECUTION_ROLE))
