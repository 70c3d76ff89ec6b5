"""Reading a warehouse in one's own name: whom it lets in, as whom, and to what."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from studiogate.errors import PolicyError
from studiogate.names import EXECUTION_ROLE, role_arn
from studiogate.policy import documents, warehouses
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.language import Document, Kind, Policy, parse
from studiogate.policy.request import ContextValue, Principal, Request
from tests.kit.policy import EVERYTHING, policy

REGION, LOB, DATA = "eu-west-1", "222222222222", "444444444444"
NOTEBOOK_ROLE, READER_ROLE = (
    role_arn(REGION, LOB, EXECUTION_ROLE),
    role_arn(REGION, DATA, "StudioReaderLobA"),
)
CLUSTER = f"arn:aws:redshift:{REGION}:{DATA}:cluster:sales"


def read(document: Document, kind: Kind = Kind.IDENTITY) -> Policy:
    return parse(json.dumps(document), kind=kind, name="ours")


def session(role: str, account: str, name: str) -> Principal:
    return Principal(
        kind="assumed-role",
        arn=f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
        account=account,
        role_arn=role_arn(REGION, account, role),
    )


READER = session("StudioReaderLobA", DATA, "alice")
POLICY = read(
    warehouses.reader_role_policy(
        region=REGION, account=DATA, cluster="sales", database="dev", groups=["readers"]
    )
)
ALICE: Mapping[str, ContextValue] = {
    "aws:SourceIdentity": "alice", "aws:userid": "AROA1:alice",
}  # fmt: skip


def db(kind: str, name: str, cluster: str = "sales") -> str:
    return f"arn:aws:redshift:{REGION}:{DATA}:{kind}:{cluster}/{name}"


def may(action: str, resource: str = "*", /, **context: ContextValue) -> bool:
    """Whether alice's session may; keyword arguments replace keys, a colon written as `__`."""
    more = {name.replace("__", ":"): value for name, value in context.items()}
    keys = {name: value for name, value in {**ALICE, **more}.items() if value != ()}
    return decide(Layers(identity=(POLICY,)), Request(action, resource, READER, keys)).allowed


def signs_in(user: str, database: str = "dev", *, cluster: str = "sales", **more: Any) -> bool:
    """Whether credentials for `user` are given: each resource of the call must be allowed."""
    keys = {"redshift__DbUser": user, "redshift__DbName": database, **more}
    return all(
        may("redshift:GetClusterCredentials", resource, **keys)
        for resource in (db("dbuser", user, cluster), db("dbname", database, cluster))
    )


def test_s1_14_alice_signs_in_as_alice() -> None:
    assert signs_in("alice")


@pytest.mark.parametrize(
    ("user", "database", "more"),
    [
        pytest.param("bob", "dev", {}, id="a colleague"),
        pytest.param("admin", "dev", {}, id="an administrator"),
        pytest.param("alice", "prod", {}, id="another database"),
        pytest.param("alice", "dev", {"cluster": "finance"}, id="another cluster"),
        pytest.param("alice", "dev", {"aws__SourceIdentity": ()}, id="nobody"),
        pytest.param("alice", "dev", {"aws__SourceIdentity": "Alice"}, id="case counts"),
        pytest.param(
            "alice", "dev", {"aws__SourceIdentity": "*"}, id="a name that is a pattern"
        ),
        pytest.param("*", "dev", {"aws__SourceIdentity": "alice"}, id="everybody"),
        pytest.param("alice", "*", {}, id="every database"),
    ],
)
def test_s1_14_and_as_nobody_else_and_nowhere_else(
    user: str, database: str, more: dict[str, Any]
) -> None:
    assert not signs_in(user, database, **more)


def test_f_59_credentials_without_a_database_are_refused() -> None:
    keys: dict[str, ContextValue] = {"redshift__DbUser": "alice"}

    assert not may("redshift:GetClusterCredentials", db("dbuser", "alice"), **keys)


def test_f_59_unless_the_landscape_says_that_any_database_may_be_opened() -> None:
    document = warehouses.reader_role_policy(
        region=REGION, account=DATA, cluster="sales", database="dev", any_database=True
    )
    layers = Layers(identity=(read(document, Kind.IDENTITY),))

    def given(user: str, resource: str, **named: ContextValue) -> bool:
        keys = {**ALICE, "redshift:DbUser": user, **named}
        asked = Request("redshift:GetClusterCredentials", resource, READER, keys)
        return decide(layers, asked).allowed

    assert given("alice", db("dbuser", "alice"))
    assert not given("bob", db("dbuser", "bob"))
    assert not given("alice", db("dbname", "prod"), **{"redshift:DbName": "prod"})


def test_s1_15_the_first_sign_in_makes_ones_own_user_and_no_other() -> None:
    def makes(user: str) -> bool:
        keys: dict[str, ContextValue] = {"redshift__DbUser": user}
        return may("redshift:CreateClusterUser", db("dbuser", user), **keys)

    assert makes("alice")
    assert not makes("bob")


def test_f_60_only_named_groups_are_joined_and_in_a_name() -> None:
    assert may("redshift:JoinGroup", db("dbgroup", "readers"))
    assert not may("redshift:JoinGroup", db("dbgroup", "admins"))
    assert not may("redshift:JoinGroup", db("dbgroup", "readers2"))
    assert not may("redshift:JoinGroup", db("dbgroup", "readers", "finance"))
    assert not may("redshift:JoinGroup", db("dbgroup", "readers"), aws__SourceIdentity=())


def test_without_groups_none_is_joined() -> None:
    document = warehouses.reader_role_policy(
        region=REGION, account=DATA, cluster="sales", database="dev"
    )

    assert not [one for one in document["Statement"] if "redshift:JoinGroup" in one["Action"]]


@pytest.mark.parametrize("action", warehouses.ON_STATEMENT)
@pytest.mark.parametrize(
    ("owner", "expected"), [("AROA1:alice", True), ("AROA1:bob", False), ((), False)]
)
def test_f_61_statements_are_their_owners(
    action: str, owner: ContextValue, *, expected: bool
) -> None:
    keys: dict[str, ContextValue] = {"redshift-data__statement-owner-iam-userid": owner}

    assert may(action, "*", **keys) is expected
    assert not may(action, "*", **keys, aws__SourceIdentity=())


@pytest.mark.parametrize("action", warehouses.ON_CLUSTER)
def test_s1_17_statements_run_on_the_one_cluster_in_a_name(action: str) -> None:
    assert may(action, CLUSTER)
    assert not may(action, CLUSTER.replace("sales", "finance"))
    assert not may(action, CLUSTER, aws__SourceIdentity=())


@pytest.mark.parametrize(("owner", "expected"), [("AROA1:alice", True), ("AROA1:bob", False)])
def test_f_61_nobody_runs_a_statement_in_the_session_that_another_keeps_open(
    owner: str, *, expected: bool
) -> None:
    keys: dict[str, ContextValue] = {"redshift-data__session-owner-iam-userid": owner}

    assert may("redshift-data:ExecuteStatement", CLUSTER, **keys) is expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("redshift:DescribeClusters", True),
        ("redshift:ModifyCluster", False),
        ("redshift:GetClusterCredentialsWithIAM", False),
        ("redshift-data:BatchExecuteStatement", False),
        ("redshift:DeleteCluster", False),
        ("s3:GetObject", False),
    ],
)
def test_s1_18_a_reader_describes_and_changes_nothing(action: str, *, expected: bool) -> None:
    assert may(action) is expected


TRUST = read(warehouses.reader_role_trust(execution_role_arns=[NOTEBOOK_ROLE]), Kind.TRUST)
CHAIN = read(warehouses.reading_policy(reader_role_arns=[READER_ROLE]))
NOTEBOOK = session(EXECUTION_ROLE, LOB, "alice")
HOP: Mapping[str, ContextValue] = {
    "aws:SourceIdentity": "alice",
    "sts:RoleSessionName": "alice",
}


def hop(
    context: Mapping[str, ContextValue] = HOP,
    *,
    by: Principal = NOTEBOOK,
    held: Policy = CHAIN,
    role: str = READER_ROLE,
) -> tuple[bool, ...]:
    """Whether each of the two permissions of the hop is given."""
    layers = Layers(identity=(held,), resource=TRUST)
    return tuple(
        decide(layers, Request(action, role, by, context)).allowed for action in documents.HOP
    )


ADMIN = policy(EVERYTHING)


def test_s1_13_s1_21_f_58_a_notebook_becomes_the_reader_and_its_name_comes_along() -> None:
    assert hop() == (True, True)


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        pytest.param({"sts:RoleSessionName": "alice"}, (False, False), id="for nobody"),
        pytest.param({**HOP, "aws:SourceIdentity": ""}, (False, False), id="an empty name"),
    ],
)
def test_the_hop_is_refused_without_the_person(
    context: Mapping[str, ContextValue], expected: tuple[bool, ...]
) -> None:
    assert hop(context) == expected
    assert hop(context, held=ADMIN) == expected


def test_s1_29_the_published_session_becomes_a_reader_whatever_it_is_called() -> None:
    assert hop({**HOP, "sts:RoleSessionName": "RedshiftSession"}) == (True, True)


@pytest.mark.parametrize("userid", ["AROA1:RedshiftSession", "AROA1:bob", "AROA1:Xalice"])
def test_f_61_only_a_session_called_like_its_person_has_the_data_api(userid: str) -> None:
    cluster = f"arn:aws:redshift:{REGION}:{DATA}:cluster:sales"
    owner: dict[str, ContextValue] = {"redshift-data__statement-owner-iam-userid": userid}

    assert may("redshift-data:ExecuteStatement", cluster)
    assert not may("redshift-data:ExecuteStatement", cluster, aws__userid=userid)
    assert not may("redshift-data:GetStatementResult", aws__userid=userid, **owner)


@pytest.mark.parametrize(
    "by",
    [
        session("Administrator", LOB, "eve"),
        session(EXECUTION_ROLE, "333333333333", "alice"),
        session("Administrator", DATA, "eve"),
        Principal(kind="service", arn="sagemaker.amazonaws.com", account=""),
    ],
)
def test_s1_13_nobody_but_those_notebooks_becomes_a_reader(by: Principal) -> None:
    assert hop(by=by, held=ADMIN) == (False, False)


def test_s1_21_a_notebook_becomes_no_other_role() -> None:
    other = role_arn(REGION, DATA, "Administrator")

    assert hop(role=other) == (False, False)


BAD: list[Callable[[], Any]] = [
    lambda: reader(cluster="*"),
    lambda: reader(cluster="sales/x"),
    lambda: reader(database="*"),
    lambda: reader(database=""),
    lambda: reader(database="Dev"),
    lambda: reader(groups=["readers", "*"]),
    lambda: reader(groups=["Readers"]),
    lambda: reader(groups=["7up"]),
    lambda: reader(groups=["a/b"]),
    lambda: reader(groups=["${aws:username}"]),
    lambda: reader(account="*"),
    lambda: warehouses.reader_role_trust(execution_role_arns=[]),
    lambda: warehouses.reader_role_trust(execution_role_arns=["*"]),
    lambda: warehouses.reading_policy(reader_role_arns=[]),
    lambda: warehouses.reading_policy(reader_role_arns=["arn:aws:iam::*:role/x"]),
]


def reader(**more: Any) -> Document:
    said = {"region": REGION, "account": DATA, "cluster": "sales", "database": "dev", **more}
    return warehouses.reader_role_policy(**said)


@pytest.mark.parametrize("make", BAD)
def test_no_warehouse_document_is_made_of_a_pattern_or_of_nothing(
    make: Callable[[], Any],
) -> None:
    with pytest.raises(PolicyError) as refused:
        make()

    assert refused.value.remedy


def test_other_partitions_have_their_own_clusters() -> None:
    document = reader(region="cn-north-1")

    assert "arn:aws:" not in json.dumps(document)
